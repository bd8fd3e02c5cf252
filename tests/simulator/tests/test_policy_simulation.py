# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy decisions in a simulation."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, codes, result

KIND = "policies"
ALLOW: dict[str, Any] = {"type": "no-limit"}
BLOCK: dict[str, Any] = {"type": "block"}
IDENTITY: dict[str, Any] = {
    "cf": {"user": {"id": "u1", "email": "ada@example.com", "groups": ["staff"]}, "country": "DE", "custom": {"level": 3}},
    "metadata": {"team": "blue", "seat": 7, "trial": False},
}
SIMULATION: dict[str, Any] = {"identity": IDENTITY, "model": "gpt-4o-mini", "provider": "openai"}


def limit(amount: float, period: str = "daily") -> dict[str, Any]:
    return {"type": "limit", "amount": amount, "period": period, "technique": "named-interval"}


def simulate(policies: Client, **changes: Any) -> dict[str, Any]:
    """Simulate a request with the given changes and return the outcome."""
    outcome: dict[str, Any] = result(policies.call("POST", "/simulate", json={**SIMULATION, **changes}))
    assert set(outcome) == {"evaluation", "enforcement", "policiesEvaluated"}
    return outcome


def is_allowed(policies: Client, **changes: Any) -> bool:
    allowed: bool = simulate(policies, **changes)["enforcement"]["allowed"]
    return allowed


def seed(simulator: Simulator, name: str = "one", **fields: Any) -> None:
    simulator.seed_item(KIND, {"id": name, "gateway_id": "one", "name": name, **fields})


def test_without_policies_everything_is_allowed(policies: Client) -> None:
    assert simulate(policies) == {
        "evaluation": {"decision": "no-limit", "buckets": []},
        "enforcement": {"allowed": True},
        "policiesEvaluated": 0,
    }


def test_a_request_that_no_policy_matches_is_refused(policies: Client, simulator: Simulator) -> None:
    seed(simulator, resource={"provider": "anthropic"}, action=ALLOW)
    assert simulate(policies) == {
        "evaluation": {"decision": "block", "buckets": []},
        "enforcement": {"allowed": False, "reason": "blocked"},
        "policiesEvaluated": 1,
    }
    assert is_allowed(policies, provider="anthropic") is True


def test_a_block_takes_precedence(policies: Client, simulator: Simulator) -> None:
    seed(simulator, "all", action=ALLOW)
    assert is_allowed(policies) is True
    seed(simulator, "none", action=BLOCK, resource={"model": "gpt-4o*"})
    outcome = simulate(policies)
    assert outcome["enforcement"] == {"allowed": False, "reason": "blocked", "policyName": "none"}
    assert outcome["evaluation"]["decision"] == "block"
    assert is_allowed(policies, model="o1") is True


def test_a_block_may_except_its_resource(policies: Client, simulator: Simulator) -> None:
    seed(simulator, "all", action=ALLOW)
    seed(simulator, "only", action={"type": "block", "except": True}, resource={"provider": ["openai", "workers-ai"]})
    assert [is_allowed(policies, provider=provider) for provider in ("openai", "workers-ai", "anthropic")] == [True, True, False]


@pytest.mark.parametrize(
    ("resource", "model", "expected"),
    [
        ("*", "@cf/meta/llama", True),
        ({"model": "gpt-4o-mini"}, "gpt-4o-mini", True),
        ({"model": "gpt-4o"}, "gpt-4o-mini", False),
        ({"model": "gpt-*-mini"}, "gpt-4o-mini", True),
        ({"model": "gpt-4o.mini"}, "gpt-4oxmini", False),
        ({"model": "@cf/*"}, "@cf/meta/llama", False),
        ({"model": "@cf/*/*"}, "@cf/meta/llama", True),
        ({"model": "*"}, "@cf/meta/llama", False),
        ({"model": ["o1", "o3*"]}, "o3-mini", True),
        ({"provider": "openai"}, "x", True),
        ({"provider": ["openai", "anthropic"]}, "x", True),
        ({"provider": "open*"}, "x", False),
        ({"model": "x", "provider": "openai"}, "x", True),
        ({"model": "x", "provider": "anthropic"}, "x", False),
        ({"model": "y", "provider": "openai"}, "x", False),
    ],
)
def test_resources(policies: Client, simulator: Simulator, resource: Any, model: str, expected: bool) -> None:
    seed(simulator, resource=resource)
    assert is_allowed(policies, model=model) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("true", True),
        ("false", False),
        ("cf.user.email.endsWith('@example.com')", True),
        ("'staff' in cf.user.groups", True),
        ("cf.user.groups.exists(group, group.startsWith('adm'))", False),
        ("cf.country in ['DE', 'FR'] && cf.custom.level > 2", True),
        ("metadata.team == 'blue' && metadata.seat == 7 && !metadata.trial", True),
        ("has(metadata.nothing) && metadata.nothing == 'x'", False),
        ("metadata.nothing == 'x'", False),
        ("metadata.nothing == 'x' || metadata.team == 'blue'", True),
        ("metadata.team > 5", False),
        ("no_such_function()", False),
        ("cf.user.email", False),
        ("(", False),
    ],
)
def test_conditions(policies: Client, simulator: Simulator, condition: str, expected: bool) -> None:
    seed(simulator, condition=condition)
    assert is_allowed(policies) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"condition": "false"}, True),
        ({"condition": "metadata.nothing == 'x'"}, False),
        ({"actor": "user:{metadata.nothing}"}, False),
        ({"actor": "user:{metadata.nothing}", "condition": "false"}, True),
        ({"actor": "user:{metadata.nothing}", "resource": {"model": "other"}}, True),
    ],
)
def test_a_block_that_cannot_be_resolved_blocks(policies: Client, simulator: Simulator, fields: dict[str, Any], expected: bool) -> None:
    seed(simulator, "all")
    seed(simulator, "none", action=BLOCK, **fields)
    assert is_allowed(policies) is expected


@pytest.mark.parametrize(
    ("actor", "bucket"),
    [
        ("company:all", "company:all"),
        ("user:{cf.user.id}/{cf.user.email}", "user:u1/ada@example.com"),
        ("{metadata.team}-{metadata.seat}-{metadata.trial}", "blue-7-false"),
        ("{cf.country}{cf.custom.level}", "DE3"),
        ("{metadata.nothing}", None),
        ("{cf.user.groups}", None),
    ],
)
def test_actors(policies: Client, simulator: Simulator, actor: str, bucket: str | None) -> None:
    seed(simulator, actor=actor, action=limit(5))
    outcome = simulate(policies)
    assert outcome["enforcement"]["allowed"] is (bucket is not None)
    assert [entry["bucket"] for entry in outcome["evaluation"]["buckets"]] == ([bucket] if bucket else [])


def test_a_caller_without_an_identity(policies: Client, simulator: Simulator) -> None:
    seed(simulator, condition="cf.user.email != ''")
    assert is_allowed(policies, identity={}) is False
    assert is_allowed(policies, identity={"cf": {"user": {"email": "x"}}}) is True


def test_a_limit_allows_requests_until_it_is_spent(policies: Client, simulator: Simulator) -> None:
    seed(simulator, actor="user:{cf.user.id}", action=limit(5))
    outcome = simulate(policies, bucketUsage={"one": {"spent": 4.99}, "unknown": {"spent": 99}})
    assert (outcome["evaluation"]["decision"], outcome["enforcement"]) == ("check_limits", {"allowed": True})
    for spent in (5, 7.5):
        assert simulate(policies, bucketUsage={"one": {"spent": spent}})["enforcement"] == {
            "allowed": False,
            "reason": "limit_exceeded",
            "bucket": "user:u1",
            "spent": spent,
            "limit": 5,
            "policyName": "one",
        }


def test_the_highest_limit_of_a_window_applies(policies: Client, simulator: Simulator) -> None:
    policy = {"low": limit(5), "high": limit(10), "month": limit(50, "monthly")}
    spent = {"bucketUsage": {"low": {"spent": 9}, "month": {"spent": 20}}}
    for order in itertools.permutations(policy):
        simulator.reset(gateways={simulator.account_id: {"one": {"id": "one"}}})
        for name in order:
            seed(simulator, name, action=policy[name])
        assert simulate(policies, **spent)["evaluation"]["buckets"][0]["limits"] == [
            {"policyName": "high", "amount": 10, "period": "daily", "spent": 9},
            {"policyName": "month", "amount": 50, "period": "monthly", "spent": 20},
        ]
        assert is_allowed(policies, **spent) is True
        over = simulate(policies, bucketUsage={"month": {"spent": 50}})["enforcement"]
        assert (over["allowed"], over["policyName"]) == (False, "month")


def test_every_bucket_must_be_below_its_limit(policies: Client, simulator: Simulator) -> None:
    seed(simulator, "company", actor="company:all", action=limit(100))
    seed(simulator, "user", actor="user:{cf.user.id}", action=limit(5))
    seed(simulator, "model", actor="company:all", resource={"model": "gpt-4o-mini"}, action=limit(50))
    assert len(simulate(policies)["evaluation"]["buckets"]) == 3
    for name, amount in (("company", 100), ("user", 5), ("model", 50)):
        over = simulate(policies, bucketUsage={name: {"spent": amount}})["enforcement"]
        assert (over["allowed"], over["policyName"]) == (False, name)


def test_a_policy_without_limit_only_affects_its_bucket(policies: Client, simulator: Simulator) -> None:
    seed(simulator, "limit", resource={"model": ["gpt-4o-mini", "o1"]}, action=limit(5))
    spent = {"limit": {"spent": 9}}
    seed(simulator, "free elsewhere", resource="*", action=ALLOW)
    assert is_allowed(policies, bucketUsage=spent) is False
    seed(simulator, "free", resource={"model": ["o1", "gpt-4o-mini"]}, action=ALLOW)
    outcome = simulate(policies, bucketUsage=spent)
    assert (outcome["evaluation"]["decision"], outcome["enforcement"]["allowed"]) == ("no-limit", True)


def test_drafts_are_evaluated_like_live_policies(policies: Client, simulator: Simulator) -> None:
    seed(simulator, "live", action=ALLOW, draft={"action": BLOCK})
    seed(simulator, "new", action=ALLOW, is_live=False)
    before = simulator.items(KIND)
    outcome = simulate(policies)
    assert (outcome["enforcement"]["policyName"], outcome["policiesEvaluated"]) == ("live", 2)
    assert simulator.items(KIND) == before


def test_the_answer_may_be_unwrapped(policies: Client, simulator: Simulator) -> None:
    simulator.behave(policy_simulation_wrapped=False)
    assert policies.call("POST", "/simulate", json=SIMULATION).json()["enforcement"] == {"allowed": True}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"identity": None}, "identity"),
        ({"identity": {"user": {}}}, "identity.user"),
        ({"identity": {"cf": {"user": {"groups": "staff"}}}}, "identity.cf.user.groups"),
        ({"identity": {"metadata": {"a": None}}}, "identity.metadata"),
        ({"identity": {"metadata": dict.fromkeys("abcdef", 1)}}, "identity.metadata"),
        ({"model": ""}, "model"),
        ({"provider": None}, "provider"),
        ({"bucketUsage": {"one": 5}}, "bucketUsage.one"),
        ({"bucketUsage": {"one": {"spent": "5"}}}, "bucketUsage.one.spent"),
        ({"question": 1}, "question"),
    ],
)
def test_invalid_simulations_are_refused(policies: Client, fields: dict[str, Any], path: str) -> None:
    refused = policies.call("POST", "/simulate", json={**SIMULATION, **fields})
    assert (codes(refused), ".".join(refused.json()["errors"][0]["path"][1:])) == ((400, [7001]), path)


def test_a_simulation_requires_write_permission(policies: Client, simulator: Simulator) -> None:
    policies.session.headers["Authorization"] = f"Bearer {simulator.read_token}"
    assert policies.call("POST", "/simulate", json=SIMULATION).status_code == 403
