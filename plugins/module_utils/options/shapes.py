# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that an argument spec cannot be held against.

Ansible's own checks stumble over some values (a list in place of a dict, C(.inf) or C(1e999999999) as a whole number), and tell of
others without the option's name and with the whole value, secret or not. So this comes first.
"""

from __future__ import annotations

from decimal import Decimal, DecimalException
from typing import Any, Iterator, Mapping

from ansible.module_utils.common.validation import check_type_dict, check_type_list

from ansible_collections.edgeops.cloudflare.plugins.module_utils.json_text import MAX_DIGITS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import by_name
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import is_encodable


def wrong_shapes(spec: Mapping[str, Any], options: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, str]]:
    """The name of each of the C(options) that has no shape that its C(spec) allows, with what is wrong within it."""
    known = by_name(spec)
    for name, value in options.items():
        if name in known and value is not None:
            yield from ((name, problem) for problem in _problems(known[name], value, f"{where}{name}"))


def _problems(option: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    kind = option.get("type", "str")
    if kind == "dict":
        yield from _dict_problems(option, value, where)
    elif kind == "list":
        yield from _list_problems(option, value, where)
    elif kind in ("int", "float") and isinstance(value, (dict, list)):
        yield f"{where} must be a number, and not a {type(value).__name__}"
    elif kind in ("int", "float") and _is_endless(value):
        yield f"{where} is not a number that can be sent"
    elif kind in ("str", "path") and isinstance(value, (dict, list)):
        yield f"{where} must be text, and not a {type(value).__name__}"
    elif isinstance(value, str) and not is_encodable(value):
        yield f"{where} holds half of a character"


def _dict_problems(option: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    try:
        parts = check_type_dict(value)
    except (TypeError, ValueError):
        yield f"{where} must be a dict{_hint(value, where)}"
    else:
        yield from (problem for _name, problem in wrong_shapes(option.get("options") or {}, parts, where + "."))


def _list_problems(option: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    try:
        elements = check_type_list(value)
    except (TypeError, ValueError):
        yield f"{where} must be a list"
        return
    if option.get("elements") == "dict" and isinstance(value, str) and any(list(_dict_problems({}, part, where)) for part in elements):
        yield f"{where} is text, but must be a list of dicts{_hint(value, where)}"
        return
    element_option = {"type": option.get("elements", "str"), "options": option.get("options")}
    for index, element in enumerate(elements):
        yield from _problems(element_option, element, f"{where}[{index}]")


def _hint(value: Any, where: str) -> str:
    """Return how to give an option whose ``value`` is text that cannot be read, as on the command line of an ad-hoc task."""
    nested = "." in where or "[" in where
    return "" if nested or not isinstance(value, str) else f": in an ad-hoc command, give all options as JSON, -a '{{\"{where}\": ...}}'"


def _is_endless(value: Any) -> bool:
    """Whether C(value) is a number, or text for one, that has no end, or none that is near."""
    try:
        number = Decimal(value)
    except (DecimalException, TypeError):
        return False  # not a number at all, which the argument spec tells
    return not number.is_finite() or number.adjusted() >= MAX_DIGITS
