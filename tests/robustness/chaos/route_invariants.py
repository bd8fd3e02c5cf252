# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants for dynamic routes, whose graph changes in three steps: create a version, deploy it, and read the route."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.robustness.chaos.kinds import ROUTES, meaning_in
from tests.robustness.chaos.other_tables import GRAPHS
from tests.robustness.chaos.reached import Complaints
from tests.robustness.chaos.record import Exchange, Phase, Record
from tests.robustness.chaos.tables import Json


def _writes(record: Record, part: str) -> Iterator[tuple[Phase, Exchange, Json, Json]]:
    """Yield each exchange that created a part of a route, with its phase, and the route before and after it."""
    for phase in (record.faulty, record.calm):
        for exchange in phase.exchanges:
            if exchange.kind == ROUTES and exchange.part == part and exchange.has_changed and exchange.acted:
                before, after = (record.state(number)[str(exchange.id)] for number in exchange.acted)
                yield phase, exchange, before, after


def no_invalid_version_is_deployed(record: Record) -> Complaints:
    """No version is deployed that the server reported as invalid."""
    reports_validity = record.schedule.behaviour.get("route_is_valid") != "absent"
    for _phase, exchange, _before, after in _writes(record, "deployments"):
        deployed = after["deployments"][-1]["version_id"]
        if reports_validity and not all(version["is_valid"] for version in after["versions"] if version["version_id"] == deployed):
            yield f"request {exchange.number} deploys {deployed}, which is invalid"


def some_version_is_always_deployed(record: Record) -> Complaints:
    """No request of a task removes the graph of a route, unless the route is declared absent."""
    for exchange in (*record.faulty.exchanges, *record.calm.exchanges):
        if exchange.kind == ROUTES and exchange.acted and not record.schedule.may_delete(str(exchange.id)):
            before, after = (record.state(number).get(str(exchange.id), {}).get("elements") for number in exchange.acted)
            if before and not after:
                yield f"after request {exchange.number}, {exchange.id} has no graph"


def no_version_is_created_twice(record: Record) -> Complaints:
    """A version is only created if no version with its graph could be deployed instead. The task looks for one before each attempt.

    A version that is created by a request that the task gave up on may appear after that.
    """
    for phase, exchange, _before, after in _writes(record, "versions"):
        earlier = [one for one in phase.exchanges[: phase.exchanges.index(exchange)] if (one.id, one.part) == (exchange.id, exchange.part)]
        if not earlier or earlier[-1].is_write:
            if not earlier or earlier[-1].status != 429:
                yield f"request {exchange.number} creates a version without looking for an existing one"
        elif earlier[-1].has_true_answer and earlier[-1].acted:
            known = record.state(earlier[-1].acted[1]).get(str(exchange.id))
            if known is not None and (waiting := _waiting(known, after["versions"][-1])):
                yield f"request {exchange.number} creates a version with the same graph as {waiting[0]}"


def _waiting(route: Json, made: Json) -> list[str]:
    """Return the versions of a route that could be deployed instead of the created one, because they have the same graph."""
    deployed = route["deployments"][-1]["version_id"]
    since = next(version["created_at"] for version in route["versions"] if version["version_id"] == deployed)
    return [
        version["version_id"]
        for version in route["versions"]
        if version["is_valid"] and version["created_at"] > since and _graph(version) == _graph(made)
    ]


def no_surplus_versions_are_created(record: Record) -> Complaints:
    """There is one new version for the declared graph, and another one only if a request was given up on, or a version is invalid."""
    made = [(exchange, after["versions"][-1]) for _phase, exchange, _before, after in _writes(record, "versions")]
    valid = [version for _exchange, version in made if version["is_valid"]]
    given_up = sum(exchange.fault is not None and "delay" in exchange.fault.spec for exchange, _version in made)
    if len(valid) > 1 + bool(given_up) and not record.has_second_writer:
        yield f"{len(valid)} versions were created for one graph"
    if any(_graph(version) not in [_graph({"elements": graph}) for graph in GRAPHS] for version in valid):
        yield "a version has an undeclared graph"


def _graph(version: Json) -> object:
    return meaning_in(ROUTES, "elements", version["elements"])


ROUTE_INVARIANTS: tuple[Callable[[Record], Complaints], ...] = (
    no_invalid_version_is_deployed,
    some_version_is_always_deployed,
    no_version_is_created_twice,
    no_surplus_versions_are_created,
)
