# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The elements that the graph of a dynamic route consists of, as data: their checks, and their form as options and in the API.

Both forms have the same keys, except that options are in snake case (``element_id``, ``limit_type``). The options may have the API's names,
too, so that an exported graph can be pasted.

Source: Cloudflare's published schema and its documentation of dynamic routing.
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
    """What an element of a type consists of: ``outputs``, which are all required, and properties. A split has shares as outputs."""

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
# Words of other products and of older documentation. The API drops some of them without a word.
_INSTEAD = {"condition": "conditions", "interval": "window", "rate_limit": "rate"}
# What YAML makes of the unquoted keys true and false, and what templates make of these.
_BRANCHES: Mapping[Any, str] = {True: TRUE, False: FALSE, "True": TRUE, "False": FALSE}
# Python refuses to write whole numbers of many more digits.
_ENDLESS = 10**json_text.MAX_DIGITS


def type_of(element: Any) -> ElementType | None:
    """Return the type of ``element``, if this version knows it."""
    name = element.get(TYPE.name) if isinstance(element, dict) else None
    return ELEMENT_TYPES.get(name) if isinstance(name, str) else None


def share_of(output: Any) -> Decimal | None:
    """Return the percentage that the name of an output stands for, such as ``90%``; ``None`` if it is no share."""
    match = _SHARE.fullmatch(output) if isinstance(output, str) else None
    return Decimal(match[1]) if match else None


def to_wire(elements: Iterable[Any]) -> list[Any]:
    """Return ``elements`` in the API's form, with numbers and text where it expects them. What this version does not know is kept."""
    return [_element_to_wire(element) for element in elements]


def from_wire(elements: Iterable[Any]) -> list[Any]:
    """Return ``elements``, in the API's form, under the names of the options. What this version does not know is kept."""
    return [_translated(element, _parts_from_wire) for element in elements]


def _element_to_wire(element: Any) -> Any:
    wired = _translated(element, _parts_to_wire)
    kind = type_of(element)
    if kind is None:
        return wired
    for part in (OUTPUTS, PROPERTIES):
        if wired.get(part.name) is None:
            wired.pop(part.name, None)  # an option that is not given
    if not kind.properties and not wired.get(PROPERTIES.name):
        wired.pop(PROPERTIES.name, None)  # the API takes none, not even an empty one
    if not kind.outputs and not kind.is_split:
        wired.setdefault(OUTPUTS.name, {})  # the API requires it
    if isinstance(wired.get(OUTPUTS.name), dict):
        wired[OUTPUTS.name] = _renamed(wired[OUTPUTS.name], {name: _output_name(kind, name) for name in wired[OUTPUTS.name]})
    return wired


def _translated(element: Any, translate: Callable[[Sequence[Field], Any], Any]) -> Any:
    """Return ``element`` with its id, its properties and its edges in another form."""
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
    """Return ``parts`` with their new ``names``; a name that is taken already is left alone, so that nothing is lost."""
    return {(names[name] if name in names and names[name] not in parts else name): value for name, value in parts.items()}


def _output_name(kind: ElementType, name: Any) -> Any:
    if TRUE in kind.outputs and isinstance(name, (bool, str)):
        return _BRANCHES.get(name, name)
    return _converted(ID, name)


def _converted(field: Field, value: Any) -> Any:
    """Return ``value`` as the type of ``field``, as Ansible converts options; what has no such form stays as it is."""
    if field.type == "float" and isinstance(value, str):
        return _as_number(value)
    if field.type == "str" and isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _ENDLESS:
        return str(value)
    if field.type == "dict" and isinstance(value, str):
        return _as_dict(value)
    return value


def _as_number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return (int(number) if number.is_integer() else number) if abs(number) < _ENDLESS else text


def _as_dict(text: str) -> Any:
    try:
        value = json_text.loads(text.encode("utf-8"))
    except ValueError:
        return text
    return value if isinstance(value, dict) else text


def element_problems(element: Any, place: str) -> list[str]:
    """Return what is wrong with ``element``, an option, taken by itself.

    :param place: what to call it, such as ``elements[3] (cap)``.
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
        found.append("there is a mask in it that stands for something secret: give the value itself")
    return [f"{place}: {problem}" for problem in found]


def _property_problems(kind: ElementType, properties: Any) -> Iterator[str]:
    if properties is None or isinstance(properties, dict):
        yield from _part_problems(kind.properties, properties or {}, "")


def _output_problems(kind: ElementType, outputs: Any) -> Iterator[str]:
    if outputs is not None and not isinstance(outputs, dict):
        return  # reported as a part of the element
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
            yield f"{OUTPUTS.name}.{name} is missing: lead it to an element, such as an end"


def _share_problems(names: Sequence[Any]) -> Iterator[str]:
    shares = [share_of(name) for name in names]
    for name, share in zip(names, shares):
        if share is None:
            shown = f"{OUTPUTS.name}.{printable(str(name), MAX_NAME)}"
            yield f"{shown} is not a share: write each share as a number with a percent sign, such as 10%, also the rest"
    if not 1 <= len(names) <= MAX_SHARES:
        yield f"{OUTPUTS.name} has {len(names)} shares, but must have 1 to {MAX_SHARES}"
    known = [share for share in shares if share is not None]
    if known and len(known) == len(names) and sum(known) != 100:
        yield f"the shares in {OUTPUTS.name} add up to {sum(known, Decimal()).normalize():f}%, but must add up to 100%"


def _edge_problems(edge: Any, where: str) -> Iterator[str]:
    if isinstance(edge, dict):
        yield from _part_problems((EDGE,), edge, f"{where}.")
    else:
        yield f"{where} is {_shown(edge)}, but must be a dict with {EDGE.name}, the id of the element that it leads to"


def _part_problems(fields: Sequence[Field], parts: Mapping[Any, Any], where: str, below: Sequence[Field] = ()) -> Iterator[str]:
    """Return what is wrong with a dict that may have ``fields`` only; ``where`` stands in front of their names.

    :param below: the fields of its properties, which are easily put one level too high.
    """
    known = {name for field in fields for name in (field.name, field.key)}
    for name in parts:
        if name in {field.name for field in below}:
            yield f"{where}{name} is in the wrong place: move it to {PROPERTIES.name}"
        elif name not in known:
            yield _unknown(name, [field.name for field in fields], where)
    for field in fields:
        if field.name != field.key and field.name in parts and field.key in parts:
            yield f"{where}{field.name} is given twice, also as {field.key}: keep one of them"
        problem = _value_problem(field, _converted(field, parts.get(field.name, parts.get(field.key))))
        if problem:
            yield f"{where}{field.name} {problem}"


def _unknown(name: Any, allowed: Sequence[str], where: str) -> str:
    shown = f"{where}{printable(str(name), MAX_NAME)}"
    if _INSTEAD.get(name) in allowed:
        return f"{shown} is unknown: use {_INSTEAD[name]}"
    return f"{shown} is unknown: remove it" + (f", or use one of {name_some(allowed)}" if allowed else "")


def _value_problem(field: Field, value: Any) -> str:
    if value is None:
        return f"is missing, but must be {_kind(field)}" if field.required else ""
    wanted = _unmet(field, value)
    return f"is {_shown(value)}, but must be {wanted}" if wanted else ""


def _unmet(field: Field, value: Any) -> str:
    """Return what ``value`` must be, if it is not."""
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
