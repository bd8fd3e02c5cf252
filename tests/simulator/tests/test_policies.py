# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies, their drafts and their commits, with each of their switches."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, codes, result

KIND = "policies"
BODY: dict[str, Any] = {
    "name": "team",
    "actor": "user:{cf.user.email}",
    "resource": {"model": ["gpt-4o*", "@cf/meta/*"], "provider": "openai"},
    "condition": "'staff' in cf.user.groups && metadata.env != 'test'",
    "action": {"type": "limit", "amount": 2.5, "period": "daily", "technique": "named-interval"},
}
LIVE = {"commit": "true"}
DRAFTS = {"includeStaging": "true"}


def send(policies: Client, query: dict[str, str] | None = None, **fields: Any) -> requests.Response:
    return policies.call("POST", params=query, json={**BODY, **fields})


def make(policies: Client, query: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = result(send(policies, query, **fields))
    return made


def change(policies: Client, policy_id: str, query: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    answer = policies.call("PUT", f"/{policy_id}", params=query, json=fields)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def list_policies(policies: Client, query: dict[str, str] | None = None) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = result(policies.call("GET", params=query))
    return items


def read(policies: Client, policy_id: str, query: dict[str, str] | None = None) -> dict[str, Any]:
    item: dict[str, Any] = result(policies.call("GET", f"/{policy_id}", params=query))
    return item


def test_lifecycle_of_a_live_policy(policies: Client, simulator: Simulator) -> None:
    answer = send(policies, LIVE).json()
    assert (set(answer), answer["committed"]) == ({"success", "result", "committed"}, True)
    made = answer["result"]
    assert made == {**BODY, **{name: made[name] for name in ("id", "created_at", "updated_at")}}
    assert abs(made["created_at"] - time.time()) < 60
    assert read(policies, made["id"]) == read(policies, made["id"], DRAFTS) == made
    assert list_policies(policies) == list_policies(policies, DRAFTS) == [made]
    assert change(policies, made["id"], LIVE, condition="true") == {"success": True, "committed": True}
    assert read(policies, made["id"])["condition"] == "true"
    assert policies.delete(made["id"]).json() == {"success": True}
    missing = [policies.get(made["id"]), policies.delete(made["id"]), policies.call("PUT", f"/{made['id']}", json={})]
    assert [codes(answer) for answer in missing] == [(404, [7002])] * 3
    assert simulator.items(KIND) == []


def test_a_new_draft_takes_effect_when_it_is_committed(policies: Client) -> None:
    answer = send(policies).json()
    made = answer["result"]
    assert answer["committed"] is False
    assert (list_policies(policies), codes(policies.get(made["id"]))) == ([], (404, [7002]))
    assert list_policies(policies, DRAFTS) == [{**made, "staging": True}]
    assert read(policies, made["id"], DRAFTS) == {**made, "uncommitted": True}
    assert codes(policies.call("PUT", f"/{made['id']}", json={"condition": "true"})) == (400, [7001])
    answer = policies.call("POST", "/commit").json()
    live = list_policies(policies)
    assert answer == {"success": True, "result": {"committed": 1, "failed": 0, "policies": live}}
    assert [{name: policy[name] for name in BODY} for policy in live] == [BODY]
    assert policies.call("POST", "/commit").json()["result"] == {"committed": 0, "failed": 0, "policies": []}


def test_a_change_is_a_draft_until_it_is_committed(policies: Client) -> None:
    made = make(policies, LIVE)
    assert change(policies, made["id"], condition="true") == {"success": True, "committed": False}
    change(policies, made["id"], {"commit": "false"}, name="all")
    assert {name: read(policies, made["id"])[name] for name in BODY} == BODY
    draft = {**BODY, "condition": "true", "name": "all"}
    read_draft = read(policies, made["id"], DRAFTS)
    assert ({name: read_draft[name] for name in BODY}, read_draft["uncommitted"]) == (draft, True)
    [listed] = list_policies(policies, DRAFTS)
    assert ({name: listed[name] for name in BODY}, listed["staging"], "uncommitted" in listed) == (draft, True, False)
    assert [policy["name"] for policy in list_policies(policies)] == ["team"]
    policies.call("POST", "/commit")
    assert {name: read(policies, made["id"])[name] for name in BODY} == draft
    assert "uncommitted" not in read(policies, made["id"], DRAFTS)


def test_a_delete_takes_effect_immediately_and_includes_the_draft(policies: Client, simulator: Simulator) -> None:
    made, draft = make(policies, LIVE), make(policies, name="draft")
    change(policies, made["id"], condition="true")
    assert policies.delete(made["id"]).json() == {"success": True}
    simulator.behave(policy_delete_answers=True)
    assert result(policies.delete(draft["id"]))["name"] == "draft"
    assert list_policies(policies, DRAFTS) == []


@pytest.mark.parametrize(("how", "flags"), [("flagged", [True, True]), ("plain", [None, None])])
def test_new_drafts_may_always_be_visible(policies: Client, simulator: Simulator, how: str, flags: list[bool | None]) -> None:
    simulator.behave(policy_new_drafts=how)
    made = make(policies)
    [item] = list_policies(policies)
    assert [item.get("staging"), read(policies, made["id"]).get("uncommitted")] == flags


def test_a_changed_policy_may_be_listed_twice(policies: Client, simulator: Simulator) -> None:
    simulator.behave(policy_changed_drafts="both")
    made = make(policies, LIVE)
    change(policies, made["id"], name="all")
    listed = list_policies(policies, DRAFTS)
    assert [(policy["id"], policy["name"], policy.get("staging")) for policy in listed] == [
        (made["id"], "team", None),
        (made["id"], "all", True),
    ]


@pytest.mark.parametrize(("base", "condition", "left"), [("draft", "true", False), ("live", BODY["condition"], True)])
def test_a_commit_with_an_update(policies: Client, simulator: Simulator, base: str, condition: str, left: bool) -> None:
    simulator.behave(policy_commit_base=base)
    made = make(policies, LIVE)
    change(policies, made["id"], condition="true")
    change(policies, made["id"], LIVE, name="all")
    live = read(policies, made["id"])
    assert (live["name"], live["condition"], "uncommitted" in read(policies, made["id"], DRAFTS)) == ("all", condition, left)


def test_a_commit_may_fail_partially(policies: Client, simulator: Simulator) -> None:
    good, bad = make(policies, name="good"), make(policies, name="bad")
    simulator.behave(policy_commit_fails=["bad"], policy_commit_lists="ids")
    answer = policies.call("POST", "/commit")
    assert (answer.status_code, answer.json()["success"]) == (200, False)
    outcome = answer.json()["result"]
    assert {name: outcome[name] for name in ("committed", "failed", "policies")} == {"committed": 1, "failed": 1, "policies": [good["id"]]}
    assert [error["policyId"] for error in outcome["errors"]] == [bad["id"]]
    assert [policy["name"] for policy in list_policies(policies)] == ["good"]
    simulator.behave(policy_commit_fails=[bad["id"]], policy_commit_status=422)
    assert policies.call("POST", "/commit").status_code == 422
    simulator.behave(policy_commit_fails=[])
    assert policies.call("POST", "/commit").json()["result"]["policies"] == [bad["id"]]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": ""}, "name"),
        ({"actor": ""}, "actor"),
        ({"actor": "user:{cf.user.id"}, "actor"),
        ({"actor": "user:cf.user.id}"}, "actor"),
        ({"actor": "user:{cf.user.name}"}, "actor"),
        ({"actor": "user:{}"}, "actor"),
        ({"resource": "gpt-4o"}, "resource"),
        ({"resource": {}}, "resource"),
        ({"resource": ["gpt-4o"]}, "resource"),
        ({"resource": {"models": "gpt-4o"}}, "resource.models"),
        ({"resource": {"model": []}}, "resource.model"),
        ({"resource": {"provider": ["openai", ""]}}, "resource.provider"),
        ({"condition": ""}, "condition"),
        ({"condition": "("}, "condition"),
        ({"condition": "metadata.env = 'test'"}, "condition"),
        ({"condition": "cf.user.email"}, "condition"),
        ({"condition": True}, "condition"),
        ({"action": "block"}, "action"),
        ({"action": {}}, "action.type"),
        ({"action": {"type": "allow"}}, "action.type"),
        ({"action": {"type": "no-limit", "amount": 1}}, "action.amount"),
        ({"action": {"type": "block", "except": "true"}}, "action.except"),
        ({"action": {**BODY["action"], "amount": 0}}, "action.amount"),
        ({"action": {**BODY["action"], "period": "yearly"}}, "action.period"),
        ({"action": {**BODY["action"], "technique": "sliding"}}, "action.technique"),
        ({"priority": 1}, "priority"),
    ],
)
def test_bad_fields_of_a_policy(policies: Client, simulator: Simulator, fields: dict[str, Any], path: str) -> None:
    simulator.seed_item(KIND, {"id": "there", "gateway_id": "one"})
    for refused in (send(policies, **fields), policies.call("PUT", "/there", json=fields)):
        assert codes(refused) == (400, [7001])
        assert ".".join(refused.json()["errors"][0]["path"][1:]) == path
    assert [(item["id"], item["draft"]) for item in simulator.items(KIND)] == [("there", None)]


@pytest.mark.parametrize("name", BODY)
def test_required_fields_of_a_policy(policies: Client, name: str) -> None:
    refused = policies.call("POST", json={key: value for key, value in BODY.items() if key != name})
    assert (codes(refused), refused.json()["errors"][0]["path"]) == ((400, [7001]), ["body", name])


def test_good_fields_of_a_policy(policies: Client) -> None:
    for fields in (
        {"resource": "*", "condition": "true", "action": {"type": "no-limit"}},
        {"resource": {"model": "*"}, "action": {"type": "block", "except": True}},
        {"actor": "{cf.country}/{cf.custom.team}/{metadata.user-id}", "condition": "metadata.known == true"},
    ):
        made = make(policies, **fields)
        assert {name: made[name] for name in fields} == fields


def test_the_query_is_checked(policies: Client) -> None:
    made = make(policies, LIVE)
    refused = [
        send(policies, {"commit": "yes"}),
        *(policies.call("GET", path, params={"includeStaging": "1"}) for path in ("", f"/{made['id']}")),
    ]
    assert [codes(answer) for answer in refused] == [(400, [7001])] * 3


def test_a_condition_that_is_not_boolean_may_be_accepted(policies: Client, simulator: Simulator) -> None:
    simulator.behave(policy_condition_type="accept")
    assert make(policies, condition="cf.user.email")["condition"] == "cf.user.email"
    assert codes(send(policies, condition="(")) == (400, [7001])


def test_policies_may_have_unique_names_and_a_limit(policies: Client, simulator: Simulator) -> None:
    made, other = make(policies, LIVE), make(policies, LIVE)
    assert made["name"] == other["name"]
    simulator.behave(policy_names_unique=True, policy_limit=3)
    assert codes(send(policies)) == (400, [7001])
    assert codes(policies.call("PUT", f"/{made['id']}", json={"name": "team"})) == (400, [7001])
    assert change(policies, made["id"], LIVE, name="all")["success"] is True
    make(policies, name="third")
    assert codes(send(policies, name="fourth")) == (400, [7001])


@pytest.mark.parametrize(("how", "error"), [("message", {"message": "Policy not found"}), ("flat", "Policy not found")])
def test_refusals_have_several_shapes(policies: Client, simulator: Simulator, how: str, error: Any) -> None:
    simulator.behave(policy_errors=how)
    assert (policies.get("x").status_code, policies.get("x").json()) == (404, {"success": False, "error": error})
    assert (send(policies, condition="(").status_code, "errors" in send(policies, condition="(").json()) == (400, False)


def test_policies_are_seeded_live_or_as_drafts(policies: Client, simulator: Simulator) -> None:
    simulator.seed_item(KIND, {"id": "live", "gateway_id": "one", "draft": {"name": "changed"}})
    simulator.seed_item(KIND, {"id": "new", "gateway_id": "one", "is_live": False})
    assert [policy["id"] for policy in list_policies(policies)] == ["live"]
    assert [(policy["name"], policy["staging"]) for policy in list_policies(policies, DRAFTS)] == [("changed", True), ("example", True)]
    simulator.behave(added_fields={KIND: {"priority": 1}})
    assert [policy["priority"] for policy in list_policies(policies)] == [read(policies, "live")["priority"]] == [1]


def test_a_replica_may_not_have_a_commit_yet(policies: Client, simulator: Simulator) -> None:
    made = make(policies)
    simulator.behave(replica_lag=1)
    policies.call("POST", "/commit")
    assert [policies.get(made["id"]).status_code for _read in range(2)] == [404, 200]


@pytest.mark.parametrize(("children", "left"), [("delete", 0), ("keep", 1)])
def test_policies_of_a_deleted_gateway(api: Client, policies: Client, simulator: Simulator, children: str, left: int) -> None:
    simulator.behave(gateway_children=children)
    made = make(policies, LIVE)
    result(api.delete("one"))
    assert len(simulator.items(KIND)) == len(list_policies(policies)) == left
    below = [policies.delete(made["id"]), send(policies), policies.call("POST", "/commit"), policies.call("POST", "/simulate", json={})]
    assert [codes(answer) for answer in below] == [(404, [7002])] * 4
