# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of values against the bounds of a field. The argument spec checks types, choices and required parts."""

from __future__ import annotations

import math
import re
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable

# Replaces a secret in the output of this collection and of Ansible.
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Replaces a secret within a longer text in the output of Ansible.
STARS = "*" * 8
_MASKED = re.compile(rf"[*\u2022\u25cf]{{3}}|^\W*(redacted|masked|hidden)\W*$|{MASK}", re.IGNORECASE)
# Types of Python for the types of an argument spec.
_KINDS: Mapping[str, Any] = {
    "bool": bool,
    "dict": dict,
    "float": (int, float),
    "int": (int, float),
    "list": list,
    "path": str,
    "raw": object,
    "str": str,
}


def is_masked(value: Any) -> bool:
    """Return whether ``value`` is a mask in place of a secret, such as ``********``."""
    return isinstance(value, str) and bool(_MASKED.search(value))


def holds_mask(text: str) -> bool:
    """Return whether ``text``, which is not a secret, contains a mask of this collection or of Ansible.

    Ids such as ``hidden`` or ``aaaa`` are valid and do not count as masks, unlike secrets of that form.
    """
    return MASK in text or STARS in text


def has_type(field: Field, value: Any) -> bool:
    """Return whether ``value`` has the type of ``field``. An integer may be written as a float such as ``5.0``."""
    kinds = _KINDS[field.type]
    return isinstance(value, kinds) and (field.type == "bool" or not isinstance(value, bool))


def problems(field: Field, value: Any, path: str) -> Iterator[str]:
    """Yield the problems of ``value``, each with the option, the value and the bound. Wrong types are not reported here.

    :param path: path of the field in messages, such as ``otel[0].url``.
    """
    if not isinstance(value, _KINDS[field.type]):
        return
    if field.check is not None and value is not None:
        yield from field.check(value, path)
    yield from _problems_by_type(field, value, path) if field.form is None else field.form.problems(value, path)


def _problems_by_type(field: Field, value: Any, path: str) -> Iterator[str]:
    if field.text_values:
        yield from _text_value_problems(field, value, path)
    elif isinstance(value, list):
        yield from _list_problems(field, value, path)
    elif isinstance(value, dict) and field.value_fields:
        for key, element in value.items():
            yield from _part_problems(field.value_fields, element, f"{path}.{key}")
    elif isinstance(value, dict):
        yield from _part_problems(field.fields, value, path)
    elif isinstance(value, str):
        yield from _text_problems(field, value, path)
    elif field.type in ("int", "float"):
        yield from _number_problems(field, value, path)


def _list_problems(field: Field, value: Sequence[Any], path: str) -> Iterator[str]:
    if field.max_items is not None and len(value) > field.max_items:
        yield f"{path} has {len(value)} elements: at most {field.max_items} are allowed"
    for index, element in enumerate(value):
        if field.fields:
            yield from _part_problems(field.fields, element, f"{path}[{index}]")


def _part_problems(parts: Sequence[Field], value: Mapping[str, Any], path: str) -> Iterator[str]:
    for part in parts if isinstance(value, dict) else ():
        if part.only_with is not None and value.get(part.name) is not None:
            other, wanted = part.only_with
            if value.get(other) != wanted:
                yield f"{path}.{part.name} is only allowed with '{other}: {wanted}'"
        yield from problems(part, value.get(part.name), f"{path}.{part.name}")


def _text_value_problems(field: Field, value: Any, path: str) -> Iterator[str]:
    if field.normalize is not None and len(field.normalize(value)) < len(value):
        yield f"{path} has the same name twice, in different case: keep one of them"
    for key, text in value.items():
        if not isinstance(text, str):
            yield f"{path}.{key} must be text: put it in quotes"
        else:
            yield from _text_problems(field, text, f"{path}.{key}")


def _number_problems(field: Field, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or not math.isfinite(value):
        yield f"{path} is {str(value).lower()}, but must be a number"
    elif field.above is not None and value <= field.above:
        yield f"{path} is {value}, but must be greater than {field.above}"
    elif not _within(field.minimum, value, field.maximum):
        yield f"{path} is {value}, but must be {_range(field.minimum, field.maximum)}"


def _text_problems(field: Field, value: str, path: str) -> Iterator[str]:
    shown = "" if field.secret else f" is {printable(value, 80)!r}, but"
    if field.forbidden is not None and field.forbidden[0] in value:
        yield f"{path} {field.forbidden[1]}"
    elif not field.secret and holds_mask(value):
        yield f"{path} is {printable(value, 80)!r}, which contains a mask in place of a secret: give the value itself"
    elif field.secret and not field.text_values and not value:
        yield f"{path} is empty: give the secret, or leave it out"
    elif not _within(field.min_length, len(value), field.max_length):
        bound = _range(field.min_length, field.max_length)
        yield f"{path} has {len(value)} characters, but must have {bound} characters" if value else f"{path} is empty: give it a value"
    elif field.pattern is not None and not re.fullmatch(field.pattern[0], value):
        yield f"{path}{shown} must {field.pattern[1]}"
    elif field.secret and is_masked(value):
        yield f"{path} is a mask in place of a secret: give the secret itself"


def _within(least: Any, value: Any, most: Any) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _range(least: Any, most: Any) -> str:
    bounds: list[str] = []
    if least is not None:
        bounds.append(f"at least {least}")
    if most is not None:
        bounds.append(f"at most {most}")
    return " and ".join(bounds)
