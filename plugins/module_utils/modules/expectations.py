# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expected and actual decisions of a set of policies, by the API's simulation or by the evaluator of this collection."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_client import DraftClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import metadata_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy_evaluation import (
    Policy,
    Question,
    Verdict,
    evaluate,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, MAX_SHOWN_NAMES, printable

SIMULATION, LOCAL = "simulation", "local"
IDENTITY = Field(
    "identity",
    "dict",
    fields=(
        Field(
            "cf",
            "dict",
            fields=(
                Field("user", "dict", fields=(Field("id", "str"), Field("email", "str"), Field("groups", "list", elements="str"))),
                Field("country", "str"),
                Field("custom", "dict"),
            ),
        ),
        Field("metadata", "dict"),
    ),
)
EXPECT = Field(
    "expect",
    "list",
    elements="dict",
    fields=(
        IDENTITY,
        Field("model", "str", required=True, min_length=1),
        Field("provider", "str", required=True, min_length=1),
        Field("spent", "dict"),
        Field("allowed", "bool", required=True),
        Field("by", "str", min_length=1),
    ),
)


class Expectation(NamedTuple):
    """The expected decision about a request: whether it is allowed, and optionally the name of the policy that decides."""

    question: Question
    allowed: bool
    by: str | None


class NotMet(CollectionError):
    """Some expectations are not met. ``matrix`` contains all of them."""

    def __init__(self, message: str, matrix: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.matrix = matrix

    def details(self) -> dict[str, Any]:
        return {"matrix": self.matrix}


def parse_expectations(given: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[Expectation, ...], list[str]]:
    """Return the expectations in the option, and its problems other than those of types and bounds."""
    found: list[str] = []
    read = []
    for index, entry in enumerate(given or ()):
        identity, spent = without_none(entry.get("identity") or {}), entry.get("spent") or {}
        metadata = identity.get("metadata", {})
        where = f"{EXPECT.name}[{index}]"
        found += metadata_problems(metadata, f"{where}.identity.metadata")
        amounts = {name: _amount(value) for name, value in spent.items()}
        found += [f"{where}.spent.{name} must be a number that is not negative" for name, value in amounts.items() if value is None]
        known = {name: value for name, value in amounts.items() if value is not None}
        read.append(Expectation(Question(identity, entry["model"], entry["provider"], known), entry["allowed"], entry.get("by")))
    return tuple(read), found


def _amount(value: Any) -> float | None:
    try:
        amount = None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
    if amount is None or not 0 <= amount < float("inf"):
        return None
    return int(amount) if amount.is_integer() else amount


def without_none(value: Any) -> Any:
    """Return options without the parts that are not given, for which Ansible fills in ``None``."""
    if not isinstance(value, dict):
        return value
    return {name: without_none(part) for name, part in value.items() if part is not None}


def evaluated(expectations: Sequence[Expectation], policies: Sequence[Policy]) -> list[dict[str, Any]]:
    """Return a row of the matrix for each expectation, evaluated without the server as far as possible."""
    return [_row(expectation, evaluate(policies, expectation.question), LOCAL) for expectation in expectations]


def simulated(expectations: Sequence[Expectation], policies: Sequence[Policy], items: DraftClient) -> list[dict[str, Any]]:
    """Return a row of the matrix for each expectation, with the decision of the API's simulation, which applies the drafts.

    The simulation names at most one policy. If the local evaluation agrees with it, the policies that this one names are added.
    """
    rows = []
    for expectation in expectations:
        verdict, here = _simulate(expectation.question, items), evaluate(policies, expectation.question)
        if here.allowed is verdict.allowed:
            verdict = Verdict(verdict.allowed, here.reason, tuple(sorted({*verdict.by, *here.by})))
        rows.append(_row(expectation, verdict, SIMULATION, names_all=here.allowed is not None or not verdict.allowed))
    return rows


def _simulate(question: Question, items: DraftClient) -> Verdict:
    body: dict[str, Any] = {"identity": question.identity, "model": question.model, "provider": question.provider}
    if question.spent:
        body["bucketUsage"] = {name: {"spent": amount} for name, amount in question.spent.items()}
    enforcement = items.query("simulate", body, "enforcement")["enforcement"]
    if not isinstance(enforcement.get("allowed"), bool):
        raise CollectionError("The result of the simulation does not contain whether the request is allowed.")
    by, reason = enforcement.get("policyName"), enforcement.get("reason")
    names = (by,) if isinstance(by, str) and not enforcement["allowed"] else ()
    return Verdict(enforcement["allowed"], printable(reason, MAX_NAME) if isinstance(reason, str) else "", names)


def _row(expectation: Expectation, verdict: Verdict, evaluated_by: str, names_all: bool = True) -> dict[str, Any]:
    """Return a row of the matrix. If the verdict may not name all policies, an expected one that is missing leaves the row undecided."""
    question = expectation.question
    holds = None
    if verdict.allowed is not None:
        is_named = expectation.by is None or expectation.by in verdict.by
        is_decided = verdict.allowed is expectation.allowed
        holds = None if is_decided and not is_named and not names_all else is_decided and is_named
    return {
        "identity": dict(question.identity),
        "model": question.model,
        "provider": question.provider,
        "wanted": {"allowed": expectation.allowed, "by": expectation.by},
        "allowed": verdict.allowed,
        "by": list(verdict.by),
        "reason": verdict.reason,
        "evaluated_by": evaluated_by,
        "holds": holds,
    }


def require_met(matrix: list[dict[str, Any]], nothing_done: str) -> None:
    """Check that no expectation is known to be unmet.

    :raises NotMet: with each unmet expectation, and the actual decision.
    """
    wrong = [f"{EXPECT.name}[{index}] ({_described(row)})" for index, row in enumerate(matrix) if row["holds"] is False]
    if wrong:
        more = f"; and {len(wrong) - MAX_SHOWN_NAMES} more, see matrix" if len(wrong) > MAX_SHOWN_NAMES else ""
        raise NotMet(f"{nothing_done} These expectations are not met: {'; '.join(wrong[:MAX_SHOWN_NAMES])}{more}.", matrix)


def _described(row: Mapping[str, Any]) -> str:
    expected = "allowed" if row["wanted"]["allowed"] else "refused"
    by = f" by {row['wanted']['by']}" if row["wanted"]["by"] else ""
    found = "allowed" if row["allowed"] else "refused"
    names = f" by {', '.join(row['by'])}" if row["by"] else ""
    reason = f", {row['reason']}" if row["reason"] and not row["allowed"] else ""
    return printable(f"{row['model']} of {row['provider']}: expected {expected}{by}, but it is {found}{names}{reason}", 3 * MAX_NAME)


def not_evaluated(matrix: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a warning about the expectations that could not be evaluated."""
    warnings = {
        LOCAL: "Not evaluated, as conditions need the Python library cel-python in check mode: %s. The real run uses the API's simulation.",
        SIMULATION: "The API's simulation does not name policies that allow a request. To evaluate by of %s, install cel-python here.",
    }
    found = []
    for evaluated_by, text in warnings.items():
        rows = [
            f"{EXPECT.name}[{index}]" for index, row in enumerate(matrix) if (row["holds"], row["evaluated_by"]) == (None, evaluated_by)
        ]
        if rows:
            found.append(text % ", ".join(rows[:MAX_SHOWN_NAMES]))
    return found
