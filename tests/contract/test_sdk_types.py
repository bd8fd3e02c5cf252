# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The field table of gateways against the types of Cloudflare's Python package."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any, get_args

import pytest
from cloudflare.resources.ai_gateway import AIGatewayResource
from cloudflare.types import ai_gateway as sdk

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.sdk_shapes import defaulted, differences, our_shape, parameters, parts_of, requirement_differences
from tests.contract.support import DLP_SIMPLE, FULL, Invalid, declared

# Where our table is narrower than the package, on purpose. An exception that is no longer needed fails the test.
NARROWER = {
    ("workers_ai_billing_mode", "choices"): "the reference page: only 'postpaid' is currently supported",
    ("retry_delay", "bounds"): "the reference page: 0 to 5000",
}
# Response fields that the package does not declare: from older versions of the API, and one that was only seen in live responses.
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
OURS = {setting.key: our_shape(setting) for setting in GATEWAY.settings}
FILLED = frozenset(defaulted(GATEWAY.settings))


def exceptions(*aspects: str) -> set[tuple[str, str]]:
    return {(path, aspect) for path, aspect in NARROWER if aspect in aspects}


def test_the_parameters_are_our_settings() -> None:
    assert set(parameters(CREATE)) == {"id", *OURS}
    assert set(parameters(UPDATE)) == set(OURS)
    assert parameters(CREATE)["id"] == replace(our_shape(GATEWAY.id), required=True)


@pytest.mark.parametrize("kind", [CREATE, UPDATE])
def test_required_parameters_are_filled_in(kind: Any) -> None:
    required = {name for name, shape in parameters(kind).items() if shape.required} - {"id"}
    assert required == {setting.key for setting in GATEWAY.settings if setting.on_create is not None}


@pytest.mark.parametrize("kind", [CREATE, UPDATE])
def test_nullable_parameters(kind: Any) -> None:
    nullable = {name for name, shape in parameters(kind).items() if shape.nullable}
    assert nullable == {setting.key for setting in GATEWAY.settings if setting.nullable}


@pytest.mark.parametrize("kind", [CREATE, UPDATE, *RESPONSES])
def test_types_elements_choices_and_nested_keys(kind: Any) -> None:
    theirs = parts_of(kind)
    found = [difference for name, ours in OURS.items() for difference in differences(ours, theirs[name], name)]
    assert {(path, aspect) for path, aspect, _ours, _theirs in found} == exceptions("choices"), found
    assert all(our_choices < their_choices for _path, _aspect, our_choices, their_choices in found)


@pytest.mark.parametrize("kind", [CREATE, UPDATE])
def test_required_parts_of_nested_settings(kind: Any) -> None:
    theirs = parts_of(kind)
    assert not [found for name, ours in OURS.items() for found in requirement_differences(ours, theirs[name], name, FILLED)]


@pytest.mark.parametrize("call", [AIGatewayResource.create, AIGatewayResource.update])
def test_the_documented_bounds(call: Any) -> None:
    """The types contain no bounds, but the docstrings of two parameters do."""
    documented_bounds = {
        name: (int(least), int(most)) for name, least, most in re.findall(r"^ +(\w+): [^:]*?\((\d+)-(\d+)\)$", call.__doc__, re.MULTILINE)
    }
    assert set(documented_bounds) == {"retry_delay", "retry_max_attempts"}
    ours = {setting.key: (setting.minimum, setting.maximum) for setting in GATEWAY.settings if setting.key in documented_bounds}
    assert {(name, "bounds") for name in documented_bounds if ours[name] != documented_bounds[name]} == exceptions("bounds")
    for name, (least, most) in ours.items():
        assert least is not None
        assert most is not None
        assert documented_bounds[name][0] <= least <= most <= documented_bounds[name][1]


def test_every_exception_has_a_reason() -> None:
    assert all(NARROWER.values())
    assert {aspect for _path, aspect in NARROWER} <= {"choices", "bounds"}


@pytest.mark.parametrize("kind", RESPONSES)
def test_the_fields_of_responses(kind: Any) -> None:
    assert set(parts_of(kind)) == {"id", *OURS, *GATEWAY.read_only} - UNPUBLISHED_READ_ONLY
    assert set(GATEWAY.read_only) >= UNPUBLISHED_READ_ONLY


def accepted(**options: Any) -> bool:
    try:
        declared(**options)
    except (Invalid, InvalidOptions):
        return False
    return True


def forms(union: Any) -> set[frozenset[str]]:
    """Return the sets of keys of the forms of a dict. All keys must be required."""
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
