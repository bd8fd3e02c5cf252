# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A common representation of the types of Cloudflare's Python package and of the fields of our tables, to compare both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import Required, get_type_hints, is_typeddict

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field

SCALARS = {bool: "bool", int: "int", float: "float", str: "str", datetime: "datetime"}

# Path, aspect, our value, their value.
Difference = tuple[str, str, Any, Any]


@dataclass(frozen=True)
class Shape:
    """A type, in the terms of the argument spec. ``values`` is the shape of the values of a dict with free keys."""

    type: str
    elements: str | None = None
    choices: frozenset[str] = frozenset()
    nullable: bool = False
    required: bool = False
    parts: Mapping[str, Shape] = field(default_factory=dict)
    values: Shape | None = None


def shape_of(hint: Any) -> Shape:
    """Return the shape of a type of the package."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Required, Annotated):
        inner = shape_of(arguments[0])
        return replace(inner, required=True) if origin is Required else inner
    if origin is Union:
        return shape_of_union(arguments)
    if origin is not None:
        return shape_of_generic(origin, arguments)
    if is_typeddict(hint) or issubclass(hint, BaseModel):
        return Shape("dict", parts=parts_of(hint))
    return Shape(SCALARS[hint])


def shape_of_generic(origin: Any, arguments: tuple[Any, ...]) -> Shape:
    """Return the shape of a literal, of a dict with free keys, or of one of the package's spellings of a list."""
    if origin is Literal:
        return Shape("str", choices=frozenset(arguments))
    if origin is dict:
        return Shape("dict", values=shape_of(arguments[1]))
    assert origin in (list, Iterable, Sequence), origin
    element = shape_of(arguments[0])
    return Shape("list", elements=element.type, choices=element.choices, parts=element.parts)


def shape_of_union(members: tuple[Any, ...]) -> Shape:
    """Return the shape of a union: of null and a type, or of the forms of a dict, whose parts are required if all forms require them."""
    forms = [shape_of(member) for member in members if member is not NoneType]
    merged = forms[0]
    for form in forms[1:]:
        assert merged.type == form.type == "dict"
        names = [*merged.parts, *(name for name in form.parts if name not in merged.parts)]
        merged = Shape("dict", parts={name: merge(merged.parts.get(name), form.parts.get(name)) for name in names})
    return replace(merged, nullable=len(forms) < len(members))


def merge(one: Shape | None, other: Shape | None) -> Shape:
    if one is None or other is None:
        only = one or other
        assert only
        return replace(only, required=False)
    assert (one.type, one.elements, one.parts) == (other.type, other.elements, other.parts)
    return replace(one, choices=one.choices | other.choices, required=one.required and other.required)


def parts_of(kind: Any) -> dict[str, Shape]:
    """Return the shapes of the keys of a dict type, by the API's names."""
    if not is_typeddict(kind):
        return {info.alias or name: shape_of(info.annotation) for name, info in kind.model_fields.items()}
    hints = get_type_hints(kind, include_extras=True)
    return {alias_of(hint) or name: shape_of(hint) for name, hint in hints.items()}


def alias_of(hint: Any) -> str | None:
    """Return the API's name for a key, if the package uses a different one."""
    if get_origin(hint) is Required:
        return alias_of(get_args(hint)[0])
    if get_origin(hint) is not Annotated:
        return None
    return next((info.alias for info in get_args(hint)[1:] if getattr(info, "alias", None)), None)


def our_shape(ours: Field) -> Shape:
    """Return the shape of a setting of our table."""
    values = None
    if ours.text_values:
        values = Shape("str")
    elif ours.value_fields:
        values = Shape("dict", parts={part.key: our_shape(part) for part in ours.value_fields})
    return Shape(
        ours.type,
        ours.elements,
        frozenset(ours.choices),
        ours.nullable,
        ours.required,
        {part.key: our_shape(part) for part in ours.fields},
        values,
    )


def defaulted(fields: tuple[Field, ...], path: str = "") -> Iterator[str]:
    """Yield the paths of the parts with a default."""
    for part in fields:
        if part.default is not None:
            yield path + part.key
        yield from defaulted((*part.fields, *part.value_fields), f"{path}{part.key}.")


def differences(ours: Shape, theirs: Shape, path: str) -> Iterator[Difference]:
    """Yield the differences between two shapes. ``required`` and ``nullable`` of ``ours`` itself are not compared."""
    for aspect in ("type", "elements", "choices"):
        if getattr(ours, aspect) != getattr(theirs, aspect):
            yield path, aspect, getattr(ours, aspect), getattr(theirs, aspect)
    if set(ours.parts) != set(theirs.parts):
        yield path, "parts", sorted(ours.parts), sorted(theirs.parts)
    for name in set(ours.parts) & set(theirs.parts):
        yield from differences(ours.parts[name], theirs.parts[name], f"{path}.{name}")
    if ours.values and theirs.values:
        yield from differences(ours.values, theirs.values, f"{path}.*")
    elif ours.values or theirs.values:
        yield path, "values", ours.values, theirs.values


def requirement_differences(ours: Shape, theirs: Shape, path: str, filled: frozenset[str]) -> Iterator[Difference]:
    """Yield the parts of a setting whose ``required`` or ``nullable`` differs.

    :param filled: the paths of parts with a default, which may be optional in our table only.
    """
    pairs = [(f"{path}.{name}", ours.parts[name], theirs.parts[name]) for name in set(ours.parts) & set(theirs.parts)]
    if ours.values and theirs.values:
        yield from requirement_differences(ours.values, theirs.values, path, filled)
    for part_path, our_part, their_part in pairs:
        if our_part.required != their_part.required and not (their_part.required and part_path in filled):
            yield part_path, "required", our_part.required, their_part.required
        if our_part.nullable != their_part.nullable:
            yield part_path, "nullable", our_part.nullable, their_part.nullable
        yield from requirement_differences(our_part, their_part, part_path, filled)


def parameters(kind: Any) -> dict[str, Shape]:
    found = parts_of(kind)
    assert found.pop("account_id").required
    return found
