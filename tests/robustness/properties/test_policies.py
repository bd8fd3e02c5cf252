# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets of policies: both evaluators agree, and no failure locks out anybody who was not locked out before."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.export import as_declared
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import LISTED_POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy_evaluation import Question, evaluate, locks_out
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.wire import from_answer, to_body
from tests.robustness.properties.account import ACCOUNT
from tests.robustness.properties.test_lost_answers import Unreliable, accidents
from tests.simulator.item_store import Place
from tests.simulator.resources.policy_evaluation import Question as SimulatedQuestion
from tests.simulator.resources.policy_evaluation import decided

Json = dict[str, Any]
MODULE = "ai_gateway_policies"
PARENT = "parent"
# The longest run of these tests: a listing, the parent, and for each of a few policies a draft, its undo and a deletion.
MANY_REQUESTS = 25
EXAMPLES = 25 if settings.get_current_profile_name() == "fixed" else 2000

NAMES = ("all", "caps", "interns", "models")
ACTORS = ("company:all", "team:x", "user:{cf.user.email}", "app:{metadata.app}", "{cf.user.groups}", "from:{cf.country}{metadata.app}")
RESOURCES: tuple[Any, ...] = (
    "*",
    {"model": "gpt-*"},
    {"provider": ["openai", "anthropic"]},
    {"model": ["@cf/*", "gpt-4o"], "provider": "openai"},
    {"model": "*"},
    {"model": "@cf/**/x"},
)
CONDITIONS = (
    "true",
    "false",
    "'interns' in cf.user.groups",
    "metadata.app == 'chat'",
    "metadata.n > 4",
    "has(cf.user) && cf.user.id != ''",
)
ACTIONS: tuple[Json, ...] = (
    {"type": "no_limit"},
    {"type": "block"},
    {"type": "block", "except": True},
    {"type": "limit", "amount": 5, "period": "daily"},
    {"type": "limit", "amount": 2.5, "period": "daily"},
    {"type": "limit", "amount": 7, "period": "monthly"},
)
IDENTITIES: tuple[Json, ...] = (
    {},
    {"cf": {"user": {"id": "u", "email": "a@example.com", "groups": ["interns"]}}, "metadata": {"app": "chat"}},
    {"cf": {"user": {"email": "b@example.com", "groups": []}, "country": "DE"}},
    {"metadata": {"app": "batch", "n": 5}},
    {"metadata": {"n": 5.5, "app": True}},
)
MODELS = ("gpt-4o", "@cf/meta/x", "@cf/x", "claude")
PROVIDERS = ("openai", "anthropic", "other")

bodies = st.fixed_dictionaries(
    {
        "actor": st.sampled_from(ACTORS),
        "resource": st.sampled_from(RESOURCES),
        "condition": st.sampled_from(CONDITIONS),
        "action": st.sampled_from(ACTIONS),
    }
)


def sets(names: tuple[str, ...] = NAMES) -> st.SearchStrategy[list[Json]]:
    by_name = st.dictionaries(st.sampled_from(names), bodies, max_size=len(names))
    return by_name.map(lambda found: [{"name": name, **copy.deepcopy(body)} for name, body in found.items()])


def live(account: Unreliable) -> list[Json]:
    """Return the live policies, in the form of the options, sorted."""
    stored = account.state.store.items(Place("policies", ACCOUNT, PARENT)).values()
    found = [as_declared(LISTED_POLICY, from_answer(LISTED_POLICY, item)) for item in stored if item["is_live"]]
    return sorted(({name: policy[name] for name in ("name", "actor", "resource", "condition", "action")} for policy in found), key=str)


def seeded(policies: list[Json], lost: dict[int, str], **behaviour: Any) -> Unreliable:
    account = Unreliable({})
    account.state.behave(account.state.behaviour.merged(behaviour))
    result = account.run(MODULE, {"gateway_id": PARENT, "policies": policies, "allow_lockout": True})
    assert not result.get("failed"), result["msg"]
    account.lost = lost
    return account


def declared(policies: list[Json], **options: Any) -> Json:
    return {"gateway_id": PARENT, "policies": policies, "purge": True, "purge_limit": 9, **options}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


@settings(max_examples=150 if settings.get_current_profile_name() == "fixed" else 5000)
@given(
    policies=sets(),
    identity=st.sampled_from(IDENTITIES),
    model=st.sampled_from(MODELS),
    provider=st.sampled_from(PROVIDERS),
    spent=st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0, 2, 3, 5, 9]), max_size=3),
)
def test_both_evaluators_agree(policies: list[Json], identity: Json, model: str, provider: str, spent: Json) -> None:
    verdict = evaluate(policies, Question(identity, model, provider, spent))
    there = decided([to_body(LISTED_POLICY, policy) for policy in policies], SimulatedQuestion(identity, model, provider, spent))
    assert verdict.allowed is there["enforcement"]["allowed"]
    if "policyName" in there["enforcement"]:
        assert there["enforcement"]["policyName"] in verdict.by


@settings(max_examples=EXAMPLES)
@given(before=sets(), after=sets())
def test_a_set_is_predicted_made_and_then_left_alone(before: list[Json], after: list[Json]) -> None:
    account = seeded(before, {})
    predicted = account.run(MODULE, declared(after), check_mode=True)
    assert not account.writes
    result = account.run(MODULE, declared(after))
    assert predicted.get("failed") == result.get("failed")
    if result.get("failed"):
        assert locks_out(after)
        assert not account.writes
        return
    assert [predicted[name] for name in ("changed", "results", "diff")] == [result[name] for name in ("changed", "results", "diff")]
    assert live(account) == sorted(after, key=str)
    again = account.run(MODULE, declared([as_declared(LISTED_POLICY, policy) for policy in result["policies"]]))
    assert (again["changed"], account.writes, len(account.requests)) == (False, [], 1)


@settings(max_examples=2 * EXAMPLES)
@given(
    before=sets(),
    after=sets(),
    lost=st.dictionaries(st.integers(0, MANY_REQUESTS), accidents, max_size=3),
    fails=st.sets(st.sampled_from(NAMES), max_size=2),
    status=st.sampled_from([200, 409, 500]),
    base=st.sampled_from(["draft", "live"]),
)
def test_whatever_fails_nobody_is_locked_out(
    before: list[Json], after: list[Json], lost: dict[int, str], fails: set[str], status: int, base: str
) -> None:
    account = seeded(before, lost, policy_commit_base=base)
    account.state.behave(account.state.behaviour.merged({"policy_commit_fails": sorted(fails), "policy_commit_status": status}))
    first = account.try_to_run(MODULE, declared(after))
    then = live(account)
    assert first.get("failed") or then == sorted(after, key=str)
    assert not locks_out(then) or locks_out(before)
    account.lost = {}
    account.state.behave(account.state.behaviour.merged({"policy_commit_fails": []}))
    second = account.run(MODULE, declared(after, adopt_drafts=True))
    assert locks_out(after) or not second.get("failed"), second["msg"]
    assert second.get("failed") or live(account) == sorted(after, key=str)


@settings(max_examples=EXAMPLES)
@given(before=sets(), after=sets(), fails=st.sets(st.sampled_from(NAMES), min_size=1, max_size=2))
def test_a_commit_that_fails_in_part_is_undone(before: list[Json], after: list[Json], fails: set[str]) -> None:
    account = seeded(before, {})
    account.state.behave(account.state.behaviour.merged({"policy_commit_fails": sorted(fails)}))
    result = account.run(MODULE, declared(after))
    assert live(account) == sorted(before if result.get("failed") else after, key=str)


@settings(max_examples=EXAMPLES)
@given(before=sets(), after=sets(), allowed=st.booleans(), identity=st.sampled_from(IDENTITIES))
def test_nothing_is_committed_unless_the_expectations_hold(before: list[Json], after: list[Json], allowed: bool, identity: Json) -> None:
    account = seeded(before, {})
    expect = [{"identity": identity, "model": "gpt-4o", "provider": "openai", "allowed": allowed}]
    predicted = account.run(MODULE, declared(after, expect=expect, allow_lockout=True), check_mode=True)
    result = account.run(MODULE, declared(after, expect=expect, allow_lockout=True))
    assert predicted.get("failed") == result.get("failed")
    assert [row["by"] for row in predicted["matrix"]] == [row["by"] for row in result["matrix"]]
    verdict = evaluate(after, Question(identity, "gpt-4o", "openai", {}))
    assert bool(result.get("failed")) is (verdict.allowed is not allowed)
    assert live(account) == sorted(before if result.get("failed") else after, key=str)
