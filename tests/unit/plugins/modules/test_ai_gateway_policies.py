# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of a gateway, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.expectations import not_evaluated
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources import conditions

GATEWAY = "/ai-gateway/gateways/shop"
POLICIES = GATEWAY + "/policies"
DRAFTS = {"includeStaging": "true"}
LIVE = {"commit": "true"}
CAP = {"name": "cap", "actor": "user:{cf.user.email}", "action": {"type": "limit", "amount": 5, "period": "daily"}}
WIRE_CAP = {
    "name": "cap",
    "actor": "user:{cf.user.email}",
    "resource": "*",
    "condition": "true",
    "action": {"type": "limit", "amount": 5, "period": "daily", "technique": "named-interval"},
}
ALL = {"id": "1", "name": "all", "actor": "company:all", "resource": "*", "condition": "true", "action": {"type": "no-limit"}}
STORED_CAP = {"id": "2", **WIRE_CAP, "created_at": 1767225600, "updated_at": 1767225600}
EXPECTED = {"model": "gpt-4o", "provider": "openai", "allowed": True}
ALLOWED = {"evaluation": {"decision": "no-limit", "buckets": []}, "enforcement": {"allowed": True}, "policiesEvaluated": 2}
REFUSED = {**ALLOWED, "enforcement": {"allowed": False, "reason": "blocked", "policyName": "other"}}


@pytest.fixture
def apply(run_module):
    def run(*policies, check_mode=False, diff=False, **options):
        given = {"gateway_id": "shop", "policies": list(policies), "max_retries": 0, **options}
        return run_module(given, "ai_gateway_policies", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def expect_listing(api):
    """Return a function that expects a listing with drafts, and one without drafts if ``live`` is given."""

    def expect(*found, live=None):
        api.expect("GET", POLICIES, query=DRAFTS, answer=list(found))
        if live is not None:
            api.expect("GET", POLICIES, answer=live)

    return expect


@pytest.fixture
def staged(api, expect_listing):
    """Expect requests that stage the cap in addition to a policy for everybody."""
    expect_listing(ALL)
    api.expect("GET", GATEWAY, answer={"id": "shop"})
    api.expect("POST", POLICIES, body=WIRE_CAP, answer=STORED_CAP)


def draft(policy):
    return {**policy, "staging": True}


def test_changes_are_staged_confirmed_and_committed(api, expect_listing, staged, apply):
    expect_listing(ALL, draft(STORED_CAP), live=[ALL])
    api.expect("POST", POLICIES + "/commit", answer={"committed": 1, "failed": 0, "policies": []})
    expect_listing(ALL, STORED_CAP)
    result = apply(CAP)
    assert result["results"] == [
        {"name": "cap", "operation": "created", "changed_settings": ["action", "actor", "condition", "resource"]},
    ]
    assert [policy["action"] for policy in result["policies"]] == [{"type": "no_limit"}, CAP["action"]]


def test_unchanged_policies_take_one_request(api, expect_listing, apply):
    expect_listing(ALL, {**STORED_CAP, "resource": {"model": "gpt-4o", "provider": ["b", "a"]}})
    result = apply({**CAP, "resource": {"model": ["gpt-4o"], "provider": ["a", "b"]}, "condition": True})
    assert (result["changed"], len(api.calls)) == (False, 1)


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_an_expectation_that_does_not_hold_deletes_the_draft(api, expect_listing, staged, apply, is_wrapped):
    outcome = {"answer": REFUSED} if is_wrapped else {"raw": json.dumps(REFUSED)}
    api.expect("POST", POLICIES + "/simulate", body={"identity": {}, "model": "gpt-4o", "provider": "openai"}, **outcome)
    expect_listing(ALL, draft(STORED_CAP), live=[ALL])
    api.expect("DELETE", POLICIES + "/2")
    result = apply(CAP, expect=[EXPECTED])
    assert "expected allowed, but it is refused by other, blocked" in result["msg"]
    assert (result["matrix"][0]["by"], result["matrix"][0]["holds"]) == (["other"], False)


def test_a_lost_answer_to_a_draft_is_verified_by_a_listing(api, expect_listing, apply):
    expect_listing(ALL)
    api.expect("GET", GATEWAY, answer={"id": "shop"})
    api.expect("POST", POLICIES, status=504)
    expect_listing(ALL, draft(STORED_CAP), live=[ALL])
    expect_listing(ALL, draft(STORED_CAP), live=[ALL])
    api.expect("POST", POLICIES + "/commit", answer={})
    expect_listing(ALL, STORED_CAP)
    assert apply(CAP)["changed"] is True


def test_drafts_of_others_are_named_before_anything_is_staged(api, expect_listing, apply):
    expect_listing(ALL, draft({**STORED_CAP, "id": "3", "name": "of others"}), live=[ALL])
    result = apply(CAP)
    assert "of others" in result["msg"]
    assert "adopt_drafts" in result["msg"]


def test_a_draft_of_others_that_appears_before_the_commit_prevents_it(api, expect_listing, staged, apply):
    others = draft({**STORED_CAP, "id": "3", "name": "of others"})
    expect_listing(ALL, draft(STORED_CAP), others, live=[ALL])
    expect_listing(ALL, draft(STORED_CAP), others, live=[ALL])
    api.expect("DELETE", POLICIES + "/2")
    assert "of others" in apply(CAP)["msg"]


def test_an_adopted_draft_is_committed_too(api, expect_listing, apply):
    expect_listing(draft({**ALL, "actor": "company:one"}), live=[ALL])
    expect_listing(draft({**ALL, "actor": "company:one"}), live=[ALL])
    api.expect("POST", POLICIES + "/commit", answer={})
    expect_listing({**ALL, "actor": "company:one"})
    result = apply(adopt_drafts=True)
    assert result["results"] == [{"name": "all", "operation": "updated", "changed_settings": ["actor"]}]


def test_a_policy_for_everybody_becomes_live_first(api, expect_listing, apply):
    new = {"name": "all", "actor": "company:all", "resource": "*", "condition": "true", "action": {"type": "no-limit"}}
    expect_listing()
    api.expect("GET", GATEWAY, answer={"id": "shop"})
    api.expect("POST", POLICIES, body=WIRE_CAP, answer=STORED_CAP)
    api.expect("POST", POLICIES, body=new, answer=ALL)
    expect_listing(draft(STORED_CAP), draft(ALL), live=[])
    api.expect("DELETE", POLICIES + "/1")
    api.expect("POST", POLICIES, query=LIVE, body=new, answer={**ALL, "id": "4"})
    api.expect("POST", POLICIES + "/commit", answer={})
    expect_listing({**ALL, "id": "4"}, STORED_CAP)
    assert apply(CAP, {**new, "action": {"type": "no_limit"}})["changed"] is True


def test_a_lockout_is_refused_with_a_suggestion(api, expect_listing, apply):
    expect_listing()
    result = apply(CAP)
    assert '{"name": "everybody", "actor": "company:all"' in result["msg"]
    assert len(api.calls) == 1


def test_a_policy_is_made_ineffective_before_it_is_deleted(api, expect_listing, apply):
    inert = {"condition": "false", "action": {"type": "no-limit"}}
    expect_listing(ALL, STORED_CAP)
    api.expect("PUT", POLICIES + "/2", body=inert, raw=json.dumps({"success": True, "committed": False}))
    expect_listing(ALL, draft({**STORED_CAP, **inert}), live=[ALL, STORED_CAP])
    api.expect("POST", POLICIES + "/commit", answer={})
    expect_listing(ALL, {**STORED_CAP, **inert})
    api.expect("DELETE", POLICIES + "/2", status=500)
    result = apply({"name": "cap", "state": "absent"})
    assert "not deleted yet: cap" in result["msg"]
    assert "have no effect" in result["msg"]


def test_all_problems_are_reported_together_before_anything_is_sent(api, apply):
    wrong = [
        {"name": "a", "actor": "x{cf.user", "resource": {"models": "x"}, "action": {"type": "no_limit", "amount": 5}},
        {"name": "a", "action": {"type": "block"}, "condition": "1 +"},
    ]
    result = apply(*wrong, expect=[{**EXPECTED, "identity": {"metadata": {"a": {}}}, "spent": {"a": -1}}], purge_limit=-1)
    syntax = ["not CEL"] if importlib.util.find_spec("celpy") else []
    for part in ("actor", "resource.models", "action.amount", "have the same name (a)", "metadata", "spent.a", "purge_limit", *syntax):
        assert part in result["msg"], part
    assert not api.calls


def test_a_refusal_names_the_policy(api, expect_listing, apply):
    expect_listing(ALL)
    api.expect("GET", GATEWAY, answer={"id": "shop"})
    api.expect("POST", POLICIES, status=400, raw=json.dumps({"success": False, "error": {"message": "Syntax error"}}))
    expect_listing(ALL)
    result = apply({**CAP, "condition": "metadata.a.b"})
    assert "Syntax error" in result["msg"]
    assert "policy 'cap'" in result["msg"]


@pytest.fixture
def no_cel(monkeypatch):
    """Simulate a host without the library for conditions."""
    caches = (conditions._environment, conditions._program)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setitem(sys.modules, "celpy", None)
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ({"a": {}}, "metadata.a must be text, a number or a boolean"),
        ({"a": float("nan")}, "metadata.a must be text, a number or a boolean"),
        (dict.fromkeys("abcdef", "x"), "metadata has 6 entries: at most 5 are allowed"),
    ],
)
def test_metadata_that_no_client_can_send_is_refused(apply, metadata, problem):
    message = apply(CAP, expect=[{**EXPECTED, "identity": {"metadata": metadata}}])["msg"]
    assert message == f"No request was sent, because options are invalid: expect[0].identity.{problem}."


ON_METADATA = {"name": "b", "actor": "b", "resource": "*", "condition": "metadata.a == 'x'", "action": {"type": "block"}}


def test_without_the_library_a_condition_is_not_evaluated(expect_listing, apply, no_cel):
    expect_listing({**ALL}, {"id": "5", **ON_METADATA})
    result = apply(expect=[EXPECTED], check_mode=True)
    assert (result["matrix"][0]["allowed"], result["matrix"][0]["reason"]) == (None, "not evaluated")
    # Ansible shows a warning once in a process.
    assert "cel-python in check mode: expect[0]" in not_evaluated(result["matrix"])[0]


@pytest.mark.parametrize(("allowed", "holds"), [(True, None), (False, False)])
def test_without_the_library_the_policy_that_allows_is_unknown(api, expect_listing, apply, no_cel, allowed, holds):
    expect_listing({**ALL}, {"id": "5", **ON_METADATA})
    answer = {"enforcement": {"allowed": True}}
    api.expect("POST", POLICIES + "/simulate", answer=answer)
    result = apply(expect=[{**EXPECTED, "allowed": allowed, "by": "another"}])
    (row,) = result["matrix"]
    assert (row["holds"], row["by"], result.get("failed", False)) == (holds, [], holds is False)
    assert bool(not_evaluated(result["matrix"])) is (holds is None)


@pytest.mark.parametrize("odd", [{"action": 5}, {"action": {"type": ["x"]}}, {"resource": [1]}, {"condition": None}, {"actor": {}}])
def test_malformed_policies_of_a_server_do_not_cause_a_crash(expect_listing, apply, odd):
    expect_listing({**ALL, **odd}, {**ALL, "id": "9", "name": "fine"})
    result = apply(expect=[EXPECTED], check_mode=True)
    assert "defect" not in result.get("msg", "")
    assert result["matrix"][0]["allowed"] is True
