# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluation of policies for a request."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulator.protocol import Json
from tests.simulator.resources.policy_conditions import Unresolved, holds, resolved


@dataclass(frozen=True)
class Question:
    """A request to evaluate. ``spent`` is the money spent so far, in US dollars by policy name."""

    identity: Json
    model: str
    provider: str
    spent: Mapping[str, float]


@dataclass(frozen=True)
class Limit:
    """The limit of one bucket in one window, from the policy that applies."""

    bucket: str
    policy: str
    amount: float
    period: str
    spent: float

    @property
    def is_exceeded(self) -> bool:
        """Return whether the amount has been spent."""
        return self.spent >= self.amount

    def view(self) -> Json:
        """Return the limit as shown in the evaluation."""
        return {"policyName": self.policy, "amount": self.amount, "period": self.period, "spent": self.spent}


def decided(policies: list[Json], question: Question) -> Json:
    """Return the outcome of a simulation: the evaluation, and whether the request is allowed."""
    applied = [(actor, policy) for policy in policies if (actor := actor_of(policy, question)) is not None]
    blocking = sorted(policy["name"] for _actor, policy in applied if policy["action"]["type"] == "block")
    if blocking or (policies and not applied):
        by_name = {"policyName": blocking[0]} if blocking else {}
        return outcome("block", [], {"allowed": False, "reason": "blocked", **by_name}, policies)
    buckets = limited(applied, question.spent)
    shown = [{"bucket": actor, "resource": resource, "limits": [limit.view() for limit in limits]} for actor, resource, limits in buckets]
    exceeded = next((limit for _actor, _resource, limits in buckets for limit in limits if limit.is_exceeded), None)
    enforcement: Json = {"allowed": exceeded is None}
    if exceeded is not None:
        enforcement |= {"reason": "limit_exceeded", "bucket": exceeded.bucket, "spent": exceeded.spent}
        enforcement |= {"limit": exceeded.amount, "policyName": exceeded.policy}
    return outcome("check_limits" if buckets else "no-limit", shown, enforcement, policies)


def outcome(decision: str, buckets: list[Json], enforcement: Json, policies: list[Json]) -> Json:
    """Return the outcome as shown in an answer."""
    return {
        "evaluation": {"decision": decision, "buckets": buckets},
        "enforcement": enforcement,
        "policiesEvaluated": len(policies),
    }


def actor_of(policy: Json, question: Question) -> str | None:
    """Return the actor of a policy that applies to a request; ``None`` if it does not apply.

    If the actor or the condition cannot be resolved, a policy only applies if it blocks.
    """
    action = policy["action"]
    is_block = action["type"] == "block"
    is_inverted = is_block and bool(action.get("except"))
    if is_about(policy["resource"], question) is is_inverted:
        return None
    try:
        return resolved(policy["actor"], question.identity) if holds(policy["condition"], question.identity) else None
    except Unresolved:
        return str(policy["actor"]) if is_block else None


def is_about(resource: Any, question: Question) -> bool:
    """Return whether a resource includes the model and the provider of a request."""
    if resource == "*":
        return True
    has_model = "model" not in resource or any(is_like(model, question.model) for model in as_list(resource["model"]))
    return has_model and ("provider" not in resource or question.provider in as_list(resource["provider"]))


def as_list(names: str | list[str]) -> list[str]:
    """Return one or several names as a list."""
    return [names] if isinstance(names, str) else names


def is_like(pattern: str, model: str) -> bool:
    """Return whether the name of a model matches a pattern. A star matches any text without a slash."""
    return bool(re.fullmatch("[^/]*".join(re.escape(part) for part in pattern.split("*")), model))


def limited(applied: Iterable[tuple[str, Json]], spent: Mapping[str, float]) -> list[tuple[str, Any, list[Limit]]]:
    """Return the buckets that have limits, each with its actor, its resource and one limit per window.

    Policies of the same actor and resource share a bucket. If one of them has no limit, the bucket has none. If several have a limit for
    the same window, the highest applies. The order of policies does not matter.
    """
    buckets: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for actor, policy in sorted(applied, key=lambda entry: (entry[0], entry[1]["name"])):
        buckets[actor, key_of(policy["resource"])].append(policy)
    return [
        (actor, members[0]["resource"], limits_of(actor, members, spent))
        for (actor, _resource), members in sorted(buckets.items(), key=lambda entry: entry[0])
        if all(policy["action"]["type"] == "limit" for policy in members)
    ]


def limits_of(actor: str, members: list[Json], spent: Mapping[str, float]) -> list[Limit]:
    """Return the limits of a bucket, one per window. Money spent under any policy of the window counts towards its limit."""
    limits: list[Limit] = []
    for period in sorted({policy["action"]["period"] for policy in members}):
        same = [policy for policy in members if policy["action"]["period"] == period]
        highest = max(same, key=lambda policy: float(policy["action"]["amount"]))
        used = max(spent.get(policy["name"], 0) for policy in same)
        limits.append(Limit(actor, highest["name"], highest["action"]["amount"], period, used))
    return limits


def key_of(resource: Any) -> str:
    """Return a key that is equal for resources with the same names, in any order."""
    if isinstance(resource, str):
        return resource
    return json.dumps({name: sorted(as_list(names)) for name, names in resource.items()}, sort_keys=True)
