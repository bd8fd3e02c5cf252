# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The field table against the types of Cloudflare's own Python package."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from cloudflare.resources.ai_gateway import AIGatewayResource
from cloudflare.types import ai_gateway as sdk
from pydantic import BaseModel
from typing_extensions import Required, get_type_hints, is_typeddict

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.support import DLP_SIMPLE, FULL, Invalid, declared

# Where our table is narrower than the package, on purpose. One that is not needed any more fails.
NARROWER = {
    ("workers_ai_billing_mode", "choices"): "the reference page: only 'postpaid' is currently supported",
    ("retry_delay", "bounds"): "the reference page: 0 to 5000",
}
# Fields of answers that the package does not know: of older versions of the API, and one that was only seen in live answers.
UNPUBLISHED_READ_ONLY = {"account_id", "account_tag", "internal_id", "wholesale"}

CREATE = sdk.ai_gateway_create_params.AIGatewayCreateParams
UPDATE = sdk.ai_gateway_update_params.AIGatewayUpdateParams
RESPONSES = (
    sdk.AIGatewayCreateResponse,
    sdk.AIGatewayUpdateResponse,
    sdk.AIGatewayGetResponse,
    sdk.AIGatewayListResponse,
    sdk.AIGatewayDeleteResponse,
)
SCALARS = {bool: "bool", int: "int", float: "float", str: "str", datetime: "datetime"}

Difference = tuple[str, str, Any, Any]


@dataclass(frozen=True)
class Shape:
    """A type in our words. C(values) is the shape of the values of a dict with free keys."""

    type: str
    elements: str | None = None
    choices: frozenset[str] = frozenset()
    nullable: bool = False
    required: bool = False
    parts: Mapping[str, Shape] = field(default_factory=dict)
    values: Shape | None = None


def shape_of(hint: Any) -> Shape:
    """The shape of a type of the package."""
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
    """Choices, dicts with free keys, and the several ways in which the package writes a list."""
    if origin is Literal:
        return Shape("str", choices=frozenset(arguments))
    if origin is dict:
        return Shape("dict", values=shape_of(arguments[1]))
    assert origin in (list, Iterable, Sequence), origin
    element = shape_of(arguments[0])
    return Shape("list", elements=element.type, choices=element.choices, parts=element.parts)


def shape_of_union(members: tuple[Any, ...]) -> Shape:
    """Null and a type, or forms of one dict: a part is required if it is in all forms."""
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
    """The shapes of the keys of a dict type, under the API's names."""
    if not is_typeddict(kind):
        return {info.alias or name: shape_of(info.annotation) for name, info in kind.model_fields.items()}
    hints = get_type_hints(kind, include_extras=True)
    return {alias_of(hint) or name: shape_of(hint) for name, hint in hints.items()}


def alias_of(hint: Any) -> str | None:
    """The API's name for a key, if the package has another."""
    if get_origin(hint) is Required:
        return alias_of(get_args(hint)[0])
    if get_origin(hint) is not Annotated:
        return None
    return next((info.alias for info in get_args(hint)[1:] if getattr(info, "alias", None)), None)


def our_shape(ours: Field) -> Shape:
    """The shape of a setting of our table. A part that is always filled in counts as required."""
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


def defaulted(fields: tuple[Field, ...], where: str = "") -> Iterator[str]:
    """Where the table has a part that is filled in if it is not given."""
    for part in fields:
        if part.default is not None:
            yield where + part.key
        yield from defaulted((*part.fields, *part.value_fields), f"{where}{part.key}.")


def differences(ours: Shape, theirs: Shape, where: str) -> Iterator[Difference]:
    """Each place, aspect, and what either side has there; required and nullable of C(ours) itself are left out."""
    for aspect in ("type", "elements", "choices"):
        if getattr(ours, aspect) != getattr(theirs, aspect):
            yield where, aspect, getattr(ours, aspect), getattr(theirs, aspect)
    if set(ours.parts) != set(theirs.parts):
        yield where, "parts", sorted(ours.parts), sorted(theirs.parts)
    for name in set(ours.parts) & set(theirs.parts):
        yield from differences(ours.parts[name], theirs.parts[name], f"{where}.{name}")
    if ours.values and theirs.values:
        yield from differences(ours.values, theirs.values, f"{where}.*")
    elif ours.values or theirs.values:
        yield where, "values", ours.values, theirs.values


def demands(ours: Shape, theirs: Shape, where: str, filled: frozenset[str]) -> Iterator[Difference]:
    """Where the two sides, within a setting, do not agree on what must be there and what may be null."""
    pairs = [(f"{where}.{name}", ours.parts[name], theirs.parts[name]) for name in set(ours.parts) & set(theirs.parts)]
    if ours.values and theirs.values:
        yield from demands(ours.values, theirs.values, where, filled)
    for place, our_part, their_part in pairs:
        if our_part.required != their_part.required and not (their_part.required and place in filled):
            yield place, "required", our_part.required, their_part.required
        if our_part.nullable != their_part.nullable:
            yield place, "nullable", our_part.nullable, their_part.nullable
        yield from demands(our_part, their_part, place, filled)


def parameters(kind: Any) -> dict[str, Shape]:
    found = parts_of(kind)
    assert found.pop("account_id").required
    return found


OURS = {setting.key: our_shape(setting) for setting in GATEWAY.settings}
FILLED = frozenset(defaulted(GATEWAY.settings))


def exceptions(*aspects: str) -> set[tuple[str, str]]:
    return {(place, aspect) for place, aspect in NARROWER if aspect in aspects}


def test_the_parameters_are_our_settings() -> None:
    assert set(parameters(CREATE)) == {"id", *OURS}
    assert set(parameters(UPDATE)) == set(OURS)
    assert parameters(CREATE)["id"] == replace(our_shape(GATEWAY.id), required=True)


@pytest.mark.parametrize("kind", [CREATE, UPDATE])
def test_what_a_call_must_carry_is_filled_in(kind: Any) -> None:
    required = {name for name, shape in parameters(kind).items() if shape.required} - {"id"}
    assert required == {setting.key for setting in GATEWAY.settings if setting.on_create is not None}


@pytest.mark.parametrize("kind", [CREATE, UPDATE])
def test_what_may_be_null(kind: Any) -> None:
    nullable = {name for name, shape in parameters(kind).items() if shape.nullable}
    assert nullable == {setting.key for setting in GATEWAY.settings if setting.nullable}


@pytest.mark.parametrize("kind", [CREATE, UPDATE, *RESPONSES])
def test_types_elements_choices_and_nested_keys(kind: Any) -> None:
    theirs = parts_of(kind)
    found = [difference for name, ours in OURS.items() for difference in differences(ours, theirs[name], name)]
    assert {(place, aspect) for place, aspect, _ours, _theirs in found} == exceptions("choices"), found
    assert all(our_choices < their_choices for _place, _aspect, our_choices, their_choices in found)


@pytest.mark.parametrize("kind", [CREATE, UPDATE])
def test_what_must_be_in_a_nested_setting(kind: Any) -> None:
    theirs = parts_of(kind)
    assert not [found for name, ours in OURS.items() for found in demands(ours, theirs[name], name, FILLED)]


@pytest.mark.parametrize("call", [AIGatewayResource.create, AIGatewayResource.update])
def test_the_bounds_that_the_package_tells(call: Any) -> None:
    """The types carry no bounds, but the text of two parameters does."""
    told = {
        name: (int(least), int(most)) for name, least, most in re.findall(r"^ +(\w+): [^:]*?\((\d+)-(\d+)\)$", call.__doc__, re.MULTILINE)
    }
    assert set(told) == {"retry_delay", "retry_max_attempts"}
    ours = {setting.key: (setting.minimum, setting.maximum) for setting in GATEWAY.settings if setting.key in told}
    assert {(name, "bounds") for name in told if ours[name] != told[name]} == exceptions("bounds")
    for name, (least, most) in ours.items():
        assert least is not None
        assert most is not None
        assert told[name][0] <= least <= most <= told[name][1]


def test_every_exception_has_a_reason() -> None:
    assert all(NARROWER.values())
    assert {aspect for _place, aspect in NARROWER} <= {"choices", "bounds"}


@pytest.mark.parametrize("kind", RESPONSES)
def test_what_an_answer_holds(kind: Any) -> None:
    assert set(parts_of(kind)) == {"id", *OURS, *GATEWAY.read_only} - UNPUBLISHED_READ_ONLY
    assert set(GATEWAY.read_only) >= UNPUBLISHED_READ_ONLY


def accepted(**options: Any) -> bool:
    try:
        declared(**options)
    except (Invalid, InvalidOptions):
        return False
    return True


def forms(union: Any) -> set[frozenset[str]]:
    """The key sets of the forms of a dict, all of whose keys are required."""
    members = [parts_of(member) for member in get_args(union)]
    assert all(part.required for member in members for part in member.values())
    return {frozenset(member) for member in members}


@pytest.mark.parametrize("params", [sdk.ai_gateway_create_params, sdk.ai_gateway_update_params])
def test_dlp_has_two_forms_and_no_others(params: Any) -> None:
    values = {**FULL["dlp"], **DLP_SIMPLE}
    subsets = [names for size in range(len(values) + 1) for names in itertools.combinations(values, size)]
    ours = {frozenset(names) for names in subsets if accepted(dlp={name: values[name] for name in names})}
    assert ours == forms(params.DLP)


@pytest.mark.parametrize("params", [sdk.ai_gateway_create_params, sdk.ai_gateway_update_params])
def test_the_metadata_of_a_spend_rule_have_two_forms_and_no_others(params: Any) -> None:
    theirs = {}
    for member in get_args(params.SpendLimitsRuleMetadata):
        (mode,) = parts_of(member)["mode"].choices
        theirs[mode] = frozenset(parts_of(member))
    assert forms(params.SpendLimitsRuleMetadata) == set(theirs.values())
    ours: dict[str, set[frozenset[str]]] = {}
    for mode, more in itertools.product(theirs, ({}, {"values": ["a"]})):
        rule = {"limit": 1, "limit_type": "cost", "window": 1, "metadata": {"team": {"mode": mode, **more}}}
        if accepted(spend_limits={"rules": [rule]}):
            ours.setdefault(mode, set()).add(frozenset({"mode", *more}))
    assert ours == {mode: {names} for mode, names in theirs.items()}
