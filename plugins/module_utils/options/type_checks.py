# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of options that must run before the validation by the argument spec.

Ansible's checks fail with a traceback for some values (a list instead of a dict, ``.inf`` or ``1e999999999`` as an integer). For
others, their messages lack the name of the option and show the whole value, even if it is a secret.
"""

from __future__ import annotations

from decimal import Decimal, DecimalException
from typing import Any, Iterator, Mapping

from ansible.module_utils.common.validation import check_type_dict, check_type_list

from ansible_collections.edgeops.cloudflare.plugins.module_utils.json_text import MAX_DIGITS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import by_name
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import is_encodable


def type_problems(spec: Mapping[str, Any], options: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and the problem of each of the ``options`` whose type its ``spec`` does not allow.

    :param path: path of ``options`` in messages, with a trailing dot.
    """
    known = by_name(spec)
    for name, value in options.items():
        if name in known and value is not None:
            yield from ((name, problem) for problem in _problems(known[name], value, f"{path}{name}"))


def _problems(option: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    kind = option.get("type", "str")
    if kind == "dict":
        yield from _dict_problems(option, value, path)
    elif kind == "list":
        yield from _list_problems(option, value, path)
    elif kind in ("int", "float") and isinstance(value, (dict, list)):
        yield f"{path} must be a number, not a {type(value).__name__}"
    elif kind in ("int", "float") and _is_unsendable(value):
        yield f"{path} is not a finite number that can be sent: correct it"
    elif kind in ("str", "path") and isinstance(value, (dict, list)):
        yield f"{path} must be text, not a {type(value).__name__}"
    elif isinstance(value, str) and not is_encodable(value):
        yield f"{path} contains an unpaired surrogate, which cannot be sent"


def _dict_problems(option: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    try:
        parts = check_type_dict(value)
    except (TypeError, ValueError):
        yield f"{path} must be a dict{_hint(value, path)}"
    else:
        yield from (problem for _name, problem in type_problems(option.get("options") or {}, parts, path + "."))


def _list_problems(option: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    try:
        elements = check_type_list(value)
    except (TypeError, ValueError):
        yield f"{path} must be a list"
        return
    if option.get("elements") == "dict" and isinstance(value, str) and any(list(_dict_problems({}, part, path)) for part in elements):
        yield f"{path} is text, but must be a list of dicts{_hint(value, path)}"
        return
    element_option = {"type": option.get("elements", "str"), "options": option.get("options")}
    for index, element in enumerate(elements):
        yield from _problems(element_option, element, f"{path}[{index}]")


def _hint(value: Any, path: str) -> str:
    """Return a hint on how to set an option in an ad-hoc command, if its ``value`` is text that cannot be parsed."""
    if "." in path or "[" in path or not isinstance(value, str):
        return ""
    return f" (in an ad-hoc command, give all options as JSON, such as -a '{{\"{path}\": ...}}')"


def _is_unsendable(value: Any) -> bool:
    """Return whether ``value``, a number or the text of one, is infinite, NaN, or has too many digits."""
    try:
        number = Decimal(value)
    except (DecimalException, TypeError):
        return False  # The argument spec reports that it is not a number.
    return not number.is_finite() or number.adjusted() >= MAX_DIGITS
