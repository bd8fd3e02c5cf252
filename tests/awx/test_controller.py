# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for AWX: its lookups and its refusals, which are those of AWX."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.awx.controller import Controller
from tests.awx.neighbor import NEIGHBOR, OURS, TOKEN_TYPE, add, shared
from tests.awx.support import SURVEYS

PLAYBOOK = "ai_gateway_apply.yml"


@pytest.fixture
def awx() -> Controller:
    """Return an AWX with two organizations that have inventories of the same name."""
    controller = shared((PLAYBOOK,))
    add(controller, "organizations", name=OURS)
    add(controller, "inventories", name=OURS, organization=id_of(controller, "organizations", OURS))
    return controller


def id_of(controller: Controller, kind: str, name: str) -> int:
    return int(controller.named(kind, name)["id"])


def found(controller: Controller, place: str, **query: str) -> list[int]:
    status, answer = controller.answer("GET", f"/{place}/", query, {})
    assert status == 200, answer
    return [item["id"] for item in answer["results"]]


def test_organizations_can_use_the_same_name(awx: Controller) -> None:
    both = found(awx, "inventories", name=OURS)
    assert len(both) == 2
    (ours,) = found(awx, "inventories", name=OURS, organization__name=OURS)
    (theirs,) = found(awx, "inventories", name=OURS, organization=str(id_of(awx, "organizations", NEIGHBOR)))
    assert [theirs, ours] == both


def test_one_alternative_and_all_other_conditions_must_match(awx: Controller) -> None:
    first, second = found(awx, "inventories", name=OURS)
    assert found(awx, "inventories", or__id=str(first), or__name=OURS) == [first, second]
    assert found(awx, "inventories", or__id=str(first), or__name=str(first)) == [first]
    assert found(awx, "inventories", or__id=str(first), or__name=str(first), organization__name=OURS) == []


@pytest.mark.parametrize("name", ["colour", "or__colour", "organization__colour", "name__colour"])
def test_a_query_for_an_unknown_field_is_refused(awx: Controller, name: str) -> None:
    status, answer = awx.answer("GET", "/inventories/", {name: "red"}, {})
    assert (status, name.removeprefix("or__") in answer["detail"]) == (400, True)


def test_a_survey_that_is_refused_is_not_stored(awx: Controller) -> None:
    path = f"/job_templates/{id_of(awx, 'job_templates', 'AI Gateways, apply')}/survey_spec/"
    survey = SURVEYS["ai_gateway_apply"]
    assert awx.answer("POST", path, {}, survey)[0] == 200
    refused = copy.deepcopy(survey)
    refused["spec"][0].pop("required")
    assert awx.answer("POST", path, {}, refused)[0] == 400
    assert awx.answer("GET", path, {}, {}) == (200, survey)


TAKEN: dict[str, dict[str, Any]] = {
    "organizations": {"name": OURS},
    "execution_environments": {"name": "Shared"},
    "inventories": {"name": OURS},
    "credential_types": TOKEN_TYPE,
}


@pytest.mark.parametrize(("kind", "elsewhere"), [("organizations", 400), ("execution_environments", 400), ("inventories", 201)])
def test_only_some_names_are_global(awx: Controller, kind: str, elsewhere: int) -> None:
    """For an organization, the field ``organization`` makes no difference."""
    organizations = [id_of(awx, "organizations", NEIGHBOR), add(awx, "organizations", name="Third")]
    add(awx, "execution_environments", name="Shared", organization=organizations[0])
    answers = [awx.answer("POST", f"/{kind}/", {}, {**TAKEN[kind], "organization": number})[0] for number in organizations]
    assert answers == [400, elsewhere]


def test_a_credential_type_is_unique_by_name_and_kind(awx: Controller) -> None:
    assert awx.answer("POST", "/credential_types/", {}, TOKEN_TYPE)[0] == 400
    other_kind = {**TOKEN_TYPE, "name": "Other"}
    assert awx.answer("POST", "/credential_types/", {}, other_kind)[0] == 400
    assert awx.answer("POST", "/credential_types/", {}, {**other_kind, "kind": "net"})[0] == 201


def test_an_object_cannot_take_the_name_of_another(awx: Controller) -> None:
    """It can keep its own name."""
    path = f"/organizations/{id_of(awx, 'organizations', OURS)}/"
    assert awx.answer("PATCH", path, {}, {"name": NEIGHBOR})[0] == 400
    assert awx.answer("PATCH", path, {}, {"name": OURS, "description": "Ours"})[0] == 200
    assert awx.named("organizations", OURS)["description"] == "Ours"


def test_an_execution_environment_keeps_its_organization(awx: Controller) -> None:
    number = add(awx, "execution_environments", name="Shared", organization=id_of(awx, "organizations", NEIGHBOR))
    status, answer = awx.answer("PATCH", f"/execution_environments/{number}/", {}, {"organization": id_of(awx, "organizations", OURS)})
    assert (status, "Cannot change the organization" in str(answer)) == (400, True)


def test_the_fields_of_a_credential_type_in_use_cannot_be_changed(awx: Controller) -> None:
    (number,) = found(awx, "credential_types", name=TOKEN_TYPE["name"], kind="cloud")
    changed = copy.deepcopy(TOKEN_TYPE["inputs"])
    changed["fields"].pop()
    assert awx.answer("PATCH", f"/credential_types/{number}/", {}, {"inputs": changed})[0] == 403
    assert awx.answer("PATCH", f"/credential_types/{number}/", {}, {"description": "Edited"})[0] == 200


def test_a_job_template_accepts_one_credential_of_a_type(awx: Controller) -> None:
    path = f"/job_templates/{id_of(awx, 'job_templates', 'AI Gateways, apply')}/credentials/"
    (credential_type,) = found(awx, "credential_types", name=TOKEN_TYPE["name"], kind="cloud")
    first, second = (add(awx, "credentials", name=name, credential_type=credential_type, inputs={}) for name in ("First", "Second"))
    assert awx.answer("POST", path, {}, {"id": first})[0] == 204
    assert awx.answer("POST", path, {}, {"id": second})[0] == 400
    assert awx.answer("POST", path, {}, {"id": first, "disassociate": True})[0] == 204
    assert awx.answer("POST", path, {}, {"id": second})[0] == 204
