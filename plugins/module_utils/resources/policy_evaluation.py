# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local evaluation of a set of policies for a request, without the server.

Source: Cloudflare's documentation of policies. Policies have the form of the field table, and can be live or planned.
"""

from __future__ import annotations

import json
import re
from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.conditions import NOBODY, Unresolved, holds, resolve
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import (
    BLOCK,
    EVERYTHING,
    LIMIT,
    NO_LIMIT,
    SELECTORS,
    as_list,
)

Policy = Mapping[str, Any]
NO_POLICIES, NO_MATCH = "no policies", "no policy matches"
BLOCKED, LIMIT_EXCEEDED, NOT_EVALUATED = "blocked", "limit_exceeded", "not evaluated"
# A policy that allows everything for everybody.
FOR_EVERYBODY: Policy = {
    "name": "everybody",
    "actor": "company:all",
    "resource": EVERYTHING,
    "condition": "true",
    "action": {"type": NO_LIMIT},
}


class Question(NamedTuple):
    """A request to evaluate. ``spent`` has the US dollars spent so far, by name of the policy."""

    identity: Mapping[str, Any]
    model: str
    provider: str
    spent: Mapping[str, float]


class Verdict(NamedTuple):
    """Whether a request is allowed (``None``: cannot be evaluated here), the reason, and the names of the policies that decide it."""

    allowed: bool | None
    reason: str
    by: tuple[str, ...] = ()


class _Match(NamedTuple):
    """A policy that applies to a request, or may apply (``is_sure`` is false), and its resolved actor."""

    policy: Policy
    actor: str
    is_sure: bool


def evaluate(policies: Sequence[Policy], question: Question) -> Verdict:
    """Evaluate a request. A matching block takes precedence. A request is also refused if no policy matches or a budget is used up."""
    if not policies:
        return Verdict(True, NO_POLICIES)
    matches = [match for match in (_match(policy, question) for policy in policies) if match is not None]
    blocks = [match for match in matches if _kind(match.policy) == BLOCK]
    others = [match for match in matches if _kind(match.policy) != BLOCK]
    blocking = _names(match.policy for match in blocks if match.is_sure)
    if blocking:
        return Verdict(False, BLOCKED, blocking)
    unsure = _names(match.policy for match in matches if not match.is_sure)
    if not blocks and not others:
        return Verdict(False, NO_MATCH)
    if blocks or not any(match.is_sure for match in others):
        return Verdict(None, NOT_EVALUATED, unsure)
    if unsure and any(amount > 0 for amount in question.spent.values()):
        return Verdict(None, NOT_EVALUATED, unsure)
    sure = [match for match in others if match.is_sure]
    exceeded = _exceeded(sure, question.spent)
    return Verdict(False, LIMIT_EXCEEDED, exceeded) if exceeded else Verdict(True, "", _names(match.policy for match in sure))


def _match(policy: Policy, question: Question) -> _Match | None:
    """Return ``policy`` if it applies. If its actor or condition cannot be resolved, it applies only if it blocks."""
    is_block = _kind(policy) == BLOCK
    is_inverted = is_block and bool(policy["action"].get("except"))
    if _selects(policy.get("resource"), question) is is_inverted:
        return None
    actor = str(policy.get("actor"))
    try:
        applies = holds(str(policy.get("condition")), question.identity)
        if applies is False:
            return None
        return _Match(policy, resolve(actor, question.identity), bool(applies) and _kind(policy) in (NO_LIMIT, BLOCK, LIMIT))
    except SyntaxError:
        return _Match(policy, actor, is_sure=False)
    except Unresolved:
        return _Match(policy, actor, is_sure=True) if is_block else None


def _kind(policy: Policy) -> Any:
    action = policy.get("action")
    return action.get("type") if isinstance(action, dict) else None


def _names(policies: Iterable[Policy]) -> tuple[str, ...]:
    return tuple(sorted(str(policy.get("name")) for policy in policies))


def _selects(resource: Any, question: Question) -> bool:
    """Return whether a resource includes the model and the provider of a request."""
    if not isinstance(resource, dict):
        return bool(resource == EVERYTHING)
    models, providers = (as_list(resource.get(name)) if name in resource else None for name in SELECTORS)
    has_model = models is None or any(_is_like(str(pattern), question.model) for pattern in models)
    return has_model and (providers is None or question.provider in providers)


def _is_like(pattern: str, model: str) -> bool:
    """Return whether ``pattern`` matches the name of a model. A star matches any text without a slash."""
    # Merge consecutive stars, because the time for a match grows exponentially with their number.
    parts = [re.escape(part) for part in re.sub(r"\*+", "*", pattern).split("*")]
    return bool(re.fullmatch("[^/]*".join(parts), model))


def _exceeded(matches: Sequence[_Match], spent: Mapping[str, float]) -> tuple[str, ...]:
    """Return the names of the policies whose budget is used up.

    Policies with the same actor and resource share a bucket. It has no limit if one of them has none. For each period, the highest limit
    applies.
    """
    buckets: dict[tuple[str, str], list[Policy]] = {}
    for match in matches:
        buckets.setdefault((match.actor, _key_of(match.policy["resource"])), []).append(match.policy)
    found: list[Policy] = []
    for policies in buckets.values():
        if all(_kind(policy) == LIMIT for policy in policies):
            for period in {str(policy["action"].get("period")) for policy in policies}:
                found += _without_room([policy for policy in policies if str(policy["action"].get("period")) == period], spent)
    return _names(found)


def _without_room(policies: Sequence[Policy], spent: Mapping[str, float]) -> list[Policy]:
    """Return the policies with the highest limit if that limit is reached, given the ``policies`` of one bucket and period."""
    highest = max(_amount(policy) for policy in policies)
    used = max(spent.get(str(policy.get("name")), 0) for policy in policies)
    return [policy for policy in policies if _amount(policy) == highest] if used >= highest else []


def _amount(policy: Policy) -> float:
    amount = policy["action"].get("amount")
    return amount if isinstance(amount, (int, float)) and not isinstance(amount, bool) else 0


def _key_of(resource: Any) -> str:
    if not isinstance(resource, dict):
        return str(resource)
    return json.dumps({name: sorted(map(str, as_list(names))) for name, names in resource.items()}, sort_keys=True)


def covers_everybody(policy: Policy) -> bool:
    """Return whether a policy applies to requests without an identity, for any model.

    A block with an exception does not: it does not match the exception, which needs another policy.
    """
    if policy.get("resource") != EVERYTHING or _kind(policy) not in (NO_LIMIT, BLOCK, LIMIT):
        return False
    if _kind(policy) == BLOCK and policy["action"].get("except"):
        return False
    try:
        resolve(str(policy.get("actor")), NOBODY)
        return holds(str(policy.get("condition")), NOBODY) is True
    except (Unresolved, SyntaxError):
        return False


def locks_out(policies: Iterable[Policy]) -> bool:
    """Return whether a set of policies refuses requests without an identity because no policy covers them."""
    found = list(policies)
    return bool(found) and not any(map(covers_everybody, found))
