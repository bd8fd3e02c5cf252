# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements of the graph of a dynamic route: their types, their checks, and their conversion between options and API.

Options and API use the same keys, except that options are in snake case (``element_id``, ``limit_type``). Options can also have the names
of the API, so that an exported graph can be pasted.

Sources: Cloudflare's published schema, and its documentation of dynamic routing.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils import json_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import has_type, holds_mask
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, name_some, printable


class ElementType(NamedTuple):
    """A type of element. All ``outputs`` are required. The outputs of a split are shares."""

    outputs: tuple[str, ...] = ()
    properties: tuple[Field, ...] = ()
    is_split: bool = False


TRUE, FALSE = "true", "false"
ATTEMPT = ("success", "fallback")
ELEMENT_TYPES: Mapping[str, ElementType] = {
    "start": ElementType(("next",)),
    "conditional": ElementType((TRUE, FALSE), (Field("conditions", "dict", required=True, min_length=1),)),
    "percentage": ElementType(is_split=True),
    "rate": ElementType(
        ATTEMPT,
        (
            Field("key", "str", required=True, min_length=1),
            Field("limit", "float", required=True, above=0),
            Field("limit_type", "str", api_name="limitType", required=True, choices=("count", "cost")),
            Field("window", "float", required=True, above=0),
        ),
    ),
    "model": ElementType(
        ATTEMPT,
        (
            Field("provider", "str", required=True, min_length=1),
            Field("model", "str", required=True, min_length=1),
            Field("retries", "float", required=True, minimum=0),
            Field("timeout", "float", required=True, minimum=0),
        ),
    ),
    "end": ElementType(),
}
ID = Field("id", "str", required=True, min_length=1)
TYPE = Field("type", "str", required=True, choices=tuple(ELEMENT_TYPES))
OUTPUTS = Field("outputs", "dict")
PROPERTIES = Field("properties", "dict")
EDGE = Field("element_id", "str", api_name="elementId", required=True, min_length=1)
MAX_SHARES = 5
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
# Names in other products and older documentation, with the right ones. The API ignores some of them silently.
_INSTEAD = {"condition": "conditions", "interval": "window", "rate_limit": "rate"}
# YAML turns the unquoted keys true and false into booleans, and templates turn these into text.
_BRANCHES: Mapping[Any, str] = {True: TRUE, False: FALSE, "True": TRUE, "False": FALSE}
# Python refuses to convert much larger integers to text.
_MAX_NUMBER = 10**json_text.MAX_DIGITS


def type_of(element: Any) -> ElementType | None:
    """Return the type of ``element``, or ``None`` if this version does not have it."""
    name = element.get(TYPE.name) if isinstance(element, dict) else None
    return ELEMENT_TYPES.get(name) if isinstance(name, str) else None


def share_of(output: Any) -> Decimal | None:
    """Return the percentage of an output with a name such as ``90%``, or ``None`` if it is not a share."""
    match = _SHARE.fullmatch(output) if isinstance(output, str) else None
    return Decimal(match[1]) if match else None


def to_wire(elements: Iterable[Any]) -> list[Any]:
    """Return ``elements`` in the form of the API, with values converted to the expected types. Unknown parts are kept."""
    return [_element_to_wire(element) for element in elements]


def from_wire(elements: Iterable[Any]) -> list[Any]:
    """Return ``elements``, given in the form of the API, with the names of the options. Unknown parts are kept."""
    return [_translated(element, _parts_from_wire) for element in elements]


def _element_to_wire(element: Any) -> Any:
    wired = _translated(element, _parts_to_wire)
    kind = type_of(element)
    if kind is None:
        return wired
    for part in (OUTPUTS, PROPERTIES):
        if wired.get(part.name) is None:
            wired.pop(part.name, None)  # The option was not given.
    if not kind.properties and not wired.get(PROPERTIES.name):
        wired.pop(PROPERTIES.name, None)  # The API refuses even an empty dict.
    if not kind.outputs and not kind.is_split:
        wired.setdefault(OUTPUTS.name, {})  # The API requires it.
    if isinstance(wired.get(OUTPUTS.name), dict):
        wired[OUTPUTS.name] = _renamed(wired[OUTPUTS.name], {name: _output_name(kind, name) for name in wired[OUTPUTS.name]})
    return wired


def _translated(element: Any, translate: Callable[[Sequence[Field], Any], Any]) -> Any:
    """Return ``element`` with its id, its properties and its edges converted by ``translate``."""
    translated = translate((ID,), element)
    if not isinstance(translated, dict):
        return element
    kind, outputs = type_of(element), translated.get(OUTPUTS.name)
    if PROPERTIES.name in translated:
        translated[PROPERTIES.name] = translate(kind.properties if kind else (), translated[PROPERTIES.name])
    if isinstance(outputs, dict):
        translated[OUTPUTS.name] = {name: translate((EDGE,), edge) for name, edge in outputs.items()}
    return translated


def _parts_to_wire(fields: Sequence[Field], parts: Any) -> Any:
    if not isinstance(parts, dict):
        return parts
    named = _renamed(parts, {field.name: field.key for field in fields})
    return {**named, **{field.key: _converted(field, named[field.key]) for field in fields if field.key in named}}


def _parts_from_wire(fields: Sequence[Field], parts: Any) -> Any:
    return _renamed(parts, {field.key: field.name for field in fields}) if isinstance(parts, dict) else parts


def _renamed(parts: Mapping[Any, Any], names: Mapping[Any, str]) -> dict[Any, Any]:
    """Return ``parts`` with their new ``names``. A part is not renamed if another part already has the new name."""
    return {(names[name] if name in names and names[name] not in parts else name): value for name, value in parts.items()}


def _output_name(kind: ElementType, name: Any) -> Any:
    if TRUE in kind.outputs and isinstance(name, (bool, str)):
        return _BRANCHES.get(name, name)
    return _converted(ID, name)


def _converted(field: Field, value: Any) -> Any:
    """Return ``value`` converted to the type of ``field``, as Ansible converts options, or unchanged if that is impossible."""
    if field.type == "float" and isinstance(value, str):
        return _as_number(value)
    if field.type == "str" and isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _MAX_NUMBER:
        return str(value)
    if field.type == "dict" and isinstance(value, str):
        return _as_dict(value)
    return value


def _as_number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return (int(number) if number.is_integer() else number) if abs(number) < _MAX_NUMBER else text


def _as_dict(text: str) -> Any:
    try:
        value = json_text.loads(text.encode("utf-8"))
    except ValueError:
        return text
    return value if isinstance(value, dict) else text


def element_problems(element: Any, place: str) -> list[str]:
    """Return the problems of a single ``element``, given as an option.

    :param place: its name in messages, such as ``elements[3] (cap)``.
    """
    if not isinstance(element, dict):
        return [f"{place} is no dict, but must be one with {ID.name}, {TYPE.name} and {OUTPUTS.name}"]
    wired = _element_to_wire(element)
    if not json_text.can_express(wired):
        return [f"{place} has a value that JSON cannot express, or is nested too deep: put dates and the like in quotes"]
    kind = type_of(element)
    found = list(_part_problems((ID, TYPE, OUTPUTS, PROPERTIES), element, "", kind.properties if kind else ()))
    if kind is not None:
        found += _property_problems(kind, element.get(PROPERTIES.name))
        found += _output_problems(kind, element.get(OUTPUTS.name))
    if holds_mask(json.dumps(wired)):
        found.append("it contains a mask in place of a secret: give the value itself")
    return [f"{place}: {problem}" for problem in found]


def _property_problems(kind: ElementType, properties: Any) -> Iterator[str]:
    if properties is None or isinstance(properties, dict):
        yield from _part_problems(kind.properties, properties or {}, "")


def _output_problems(kind: ElementType, outputs: Any) -> Iterator[str]:
    if outputs is not None and not isinstance(outputs, dict):
        return  # Already reported as a part of the element.
    given = outputs or {}
    names = {name: _output_name(kind, name) for name in given}
    if len(set(names.values())) < len(names):
        yield f"{OUTPUTS.name} has {TRUE} or {FALSE} twice: keep one of each"
    yield from _share_problems(list(given)) if kind.is_split else _name_problems(kind.outputs, list(names.values()))
    for given_name, name in names.items():
        yield from _edge_problems(given[given_name], f"{OUTPUTS.name}.{name}")


def _name_problems(allowed: Sequence[str], names: Sequence[Any]) -> Iterator[str]:
    for name in names:
        if name not in allowed:
            yield _unknown(name, allowed, f"{OUTPUTS.name}.")
    for name in allowed:
        if name not in names:
            yield f"{OUTPUTS.name}.{name} is missing: point it to an element, such as an end"


def _share_problems(names: Sequence[Any]) -> Iterator[str]:
    shares = [share_of(name) for name in names]
    for name, share in zip(names, shares):
        if share is None:
            shown = f"{OUTPUTS.name}.{printable(str(name), MAX_NAME)}"
            yield f"{shown} is not a share: write each share as a percentage, such as 10%, including the remainder"
    if not 1 <= len(names) <= MAX_SHARES:
        yield f"{OUTPUTS.name} has {len(names)} shares, but must have 1 to {MAX_SHARES}"
    known = [share for share in shares if share is not None]
    if known and len(known) == len(names) and sum(known) != 100:
        yield f"the shares in {OUTPUTS.name} add up to {sum(known, Decimal()).normalize():f}%, but must add up to 100%"


def _edge_problems(edge: Any, path: str) -> Iterator[str]:
    if isinstance(edge, dict):
        yield from _part_problems((EDGE,), edge, f"{path}.")
    else:
        yield f"{path} is {_shown(edge)}, but must be a dict with {EDGE.name}, the id of the element that it leads to"


def _part_problems(fields: Sequence[Field], parts: Mapping[Any, Any], prefix: str, below: Sequence[Field] = ()) -> Iterator[str]:
    """Yield the problems of a dict that can only have ``fields``.

    :param prefix: path of the dict in messages, with a dot at its end.
    :param below: the fields of its properties, which users may put one level too high.
    """
    known = {name for field in fields for name in (field.name, field.key)}
    for name in parts:
        if name in {field.name for field in below}:
            yield f"{prefix}{name} is in the wrong place: move it to {PROPERTIES.name}"
        elif name not in known:
            yield _unknown(name, [field.name for field in fields], prefix)
    for field in fields:
        if field.name != field.key and field.name in parts and field.key in parts:
            yield f"{prefix}{field.name} is given twice, also as {field.key}: keep one of them"
        problem = _value_problem(field, _converted(field, parts.get(field.name, parts.get(field.key))))
        if problem:
            yield f"{prefix}{field.name} {problem}"


def _unknown(name: Any, allowed: Sequence[str], prefix: str) -> str:
    shown = f"{prefix}{printable(str(name), MAX_NAME)}"
    if _INSTEAD.get(name) in allowed:
        return f"{shown} is unknown: use {_INSTEAD[name]}"
    return f"{shown} is unknown: remove it" + (f", or use one of {name_some(allowed)}" if allowed else "")


def _value_problem(field: Field, value: Any) -> str:
    if value is None:
        return f"is missing, but must be {_kind(field)}" if field.required else ""
    requirement = _unmet_requirement(field, value)
    return f"is {_shown(value)}, but must be {requirement}" if requirement else ""


def _unmet_requirement(field: Field, value: Any) -> str:
    """Return the requirement of ``field`` that ``value`` does not meet, or an empty string."""
    if field.choices and value not in field.choices:
        instead = _INSTEAD.get(value, "") if isinstance(value, str) else ""
        return instead if instead in field.choices else _kind(field)
    if not has_type(field, value) or (field.min_length is not None and len(value) < field.min_length):
        return _kind(field)
    if field.above is not None and value <= field.above:
        return f"greater than {field.above}"
    if field.minimum is not None and value < field.minimum:
        return f"at least {field.minimum}"
    return ""


def _kind(field: Field) -> str:
    if field.choices:
        return f"{', '.join(field.choices[:-1])} or {field.choices[-1]}"
    return {"float": "a number", "str": "text", "dict": "a dict"}[field.type]


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return f"a {type(value).__name__}" if value else "empty"
    return str(value).lower() if isinstance(value, bool) else printable(str(value), MAX_NAME) or "empty"
