# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Medians of the raw numbers, and verdicts on the goals. Only requires the standard library."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Any

from tests.benchmarks.contenders import (
    ACCOUNTS,
    CREATE,
    FACTS,
    FLEET,
    FLEETS,
    HOSTS,
    IN_PROCESS,
    PING,
    SDK,
    SINGLE,
    UNCHANGED,
    URI,
    WHOLE,
    Contender,
    Quota,
)

Key = tuple[str, str, int, float]
# The default `concurrency` of `ai_gateways` and `ai_gateway_account`.
CONCURRENCY = 8


@dataclass(frozen=True)
class Row:
    """The result of one case, in seconds. `beyond` is the time after the start of ansible-playbook."""

    runs: int
    wall: float
    fastest: float
    slowest: float
    beyond: float
    item: float
    cpu: float
    simulator: float
    memory: float
    requests: int


@dataclass(frozen=True)
class Goal:
    """A goal, its measurement, and whether it was met. ``met`` is ``None`` if it was not measured."""

    text: str
    measured: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """Return the verdict as text."""
        return "not measured" if self.met is None else "met" if self.met else "**not met**"


def rows_of(document: dict[str, Any]) -> dict[Key, Row]:
    """Return a row for each measured case, by contender, scenario, number of gateways and delay."""
    groups: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for sample in document["samples"]:
        groups[sample["contender"], sample["scenario"], sample["count"], sample["delay"]].append(sample)
    return {key: _row(key[2], samples) for key, samples in groups.items()}


def _row(count: int, samples: list[dict[str, Any]]) -> Row:
    walls = [sample["wall"] for sample in samples]
    beyond = statistics.median(sample["wall"] - sample["start"] for sample in samples)
    return Row(
        runs=len(samples),
        wall=statistics.median(walls),
        fastest=min(walls),
        slowest=max(walls),
        beyond=beyond,
        item=beyond / count,
        cpu=statistics.median(sample["cpu"] for sample in samples),
        simulator=statistics.median(sample["simulator"] for sample in samples),
        memory=max(sample["memory"] for sample in samples),
        requests=samples[0]["requests"],
    )


def quota_of(run: dict[str, Any]) -> Quota:
    """Return the quota of a run."""
    return Quota(**{part.name: run[part.name] for part in fields(Quota)})


def goals_of(document: dict[str, Any]) -> list[Goal]:
    """Return the goals of the document's family, with the measurements."""
    return {SINGLE.name: _single, FLEETS.name: _fleets, ACCOUNTS.name: _accounts}[document["family"]](document)


def _single(document: dict[str, Any]) -> list[Goal]:
    rows = rows_of(document)
    goals = [_times_cheaper(rows, URI, 8), _times_cheaper(rows, SDK, 15)]
    return goals + [_no_more_than_ping(rows, document["exchanges"], delay) for delay in (0.0, 0.05)]


def _times_cheaper(rows: dict[Key, Row], other: Contender, times: int) -> Goal:
    text = f"An unchanged gateway in a loop of 100, no delay: at least {times} times cheaper than {other.label}"
    mine = rows.get((IN_PROCESS.name, UNCHANGED, 100, 0.0))
    theirs = rows.get((other.name, UNCHANGED, 100, 0.0))
    if mine is None or theirs is None:
        return Goal(text, "", None)
    ratio = theirs.item / mine.item
    measured = f"{theirs.item * 1000:.0f} ms to {mine.item * 1000:.1f} ms: {ratio:.1f} times"
    return Goal(text, measured, ratio >= times)


def _no_more_than_ping(rows: dict[Key, Row], exchanges: dict[str, list[float]], delay: float) -> Goal:
    name = f"{delay * 1000:.0f}"
    text = f"One unchanged gateway, {f'{name} ms' if delay else 'no'} delay: no more than {PING.label} and one HTTP exchange together"
    mine = rows.get((IN_PROCESS.name, UNCHANGED, 1, delay))
    ping = rows.get((PING.name, UNCHANGED, 1, delay))
    if mine is None or ping is None:
        return Goal(text, "", None)
    exchange = statistics.median(exchanges[name])
    measured = f"{mine.beyond * 1000:.0f} ms to {ping.beyond * 1000:.0f} ms + {exchange * 1000:.0f} ms"
    return Goal(text, measured, mine.beyond <= ping.beyond + exchange)


def _fleets(document: dict[str, Any]) -> list[Goal]:
    rows = rows_of(document)
    runs = {quota_of(run): run for run in document["quotas"]}
    alone, together = FLEETS.quotas
    goals = [_few_requests(rows.get((FLEET.name, UNCHANGED, 1000, 0.0))), _at_once(rows.get((FLEET.name, CREATE, 1000, 0.05)))]
    return [*goals, _as_the_quota_allows(alone, runs.get(alone)), _no_failure(together, runs.get(together))]


def _few_requests(row: Row | None) -> Goal:
    text = f"1,000 unchanged gateways with {FLEET.label}, no delay: exactly 10 requests, and at most 1.0 s beyond the start"
    if row is None:
        return Goal(text, "", None)
    return Goal(text, f"{row.requests} requests, {row.beyond:.2f} s", row.requests == 10 and row.beyond <= 1.0)


def _at_once(row: Row | None) -> Goal:
    least = 1000 * 0.05 / CONCURRENCY
    text = (
        f"1,000 gateways created with {FLEET.label}, 50 ms delay: "
        f"within 1.3 times 1,000 x 50 ms / {CONCURRENCY} = {least:.2f} s beyond the start"
    )
    if row is None:
        return Goal(text, "", None)
    return Goal(text, f"{row.beyond:.2f} s: {row.beyond / least:.2f} times", row.beyond <= 1.3 * least)


def _as_the_quota_allows(quota: Quota, run: dict[str, Any] | None) -> Goal:
    text = (
        f"{quota.gateways} gateways created by one task, {quota.limit} requests allowed in {quota.window} s: "
        f"never more than one answer 429 in a row, and within 1.15 times the {quota.shortest} s that it has to wait, beyond the start"
    )
    if run is None:
        return Goal(text, "", None)
    beyond = run["wall"] - run["start"]
    measured = f"{run['in_a_row']} in a row, {run['refused']} in all; {beyond:.2f} s: {beyond / quota.shortest:.2f} times"
    return Goal(text, measured, run["in_a_row"] <= 1 and beyond <= 1.15 * quota.shortest)


def _no_failure(quota: Quota, run: dict[str, Any] | None) -> Goal:
    """Return a goal that every measured run meets, because a failed run is an error of the benchmark, without numbers."""
    text = f"{quota.tasks} tasks at once, {quota.gateways} gateways each, under the same quota: both finish without a failure"
    if run is None:
        return Goal(text, "", None)
    return Goal(text, f"{run['wall']:.1f} s, {run['refused']} answers 429", True)


def _accounts(document: dict[str, Any]) -> list[Goal]:
    rows = rows_of(document)
    runs = {quota_of(run): run for run in document["quotas"]}
    unchanged, created = rows.get((WHOLE.name, UNCHANGED, 300, 0.0)), rows.get((WHOLE.name, CREATE, 300, 0.05))
    (limited,) = ACCOUNTS.quotas
    goals = [_quickly_unchanged(unchanged), _created_at_once(created), _one_refusal_at_most(limited, runs.get(limited))]
    return [*goals, _no_dearer_than_facts(rows.get((HOSTS.name, UNCHANGED, 100, 0.0)), rows.get((FACTS.name, UNCHANGED, 100, 0.0)))]


def _quickly_unchanged(row: Row | None) -> Goal:
    text = (
        "An unchanged account of 300 gateways, 300 keys and 300 routes, no delay: "
        "exactly 903 requests, and at most 3.0 s with the start, and at most 180 MiB"
    )
    if row is None:
        return Goal(text, "", None)
    measured = f"{row.requests} requests, {row.wall:.2f} s, {row.memory:.0f} MiB"
    return Goal(text, measured, row.requests == 903 and row.wall <= 3.0 and row.memory <= 180)


def _created_at_once(row: Row | None) -> Goal:
    text = f"The same account created, 50 ms delay: within 1.3 times requests x 50 ms / {CONCURRENCY} beyond the start"
    if row is None:
        return Goal(text, "", None)
    least = row.requests * 0.05 / CONCURRENCY
    measured = f"{row.beyond:.2f} s for {row.requests:,} requests, {least:.2f} s: {row.beyond / least:.2f} times"
    return Goal(text, measured, row.beyond <= 1.3 * least)


def _one_refusal_at_most(quota: Quota, run: dict[str, Any] | None) -> Goal:
    text = (
        f"{quota.gateways} gateways created with a key and a route each, {quota.limit} requests allowed in {quota.window} s: "
        "never more than one answer 429 in a row, and no failure"
    )
    if run is None:
        return Goal(text, "", None)
    return Goal(text, f"{run['in_a_row']} in a row, {run['refused']} in all; {run['wall']:.1f} s", run["in_a_row"] <= 1)


def _no_dearer_than_facts(mine: Row | None, facts: Row | None) -> Goal:
    text = f"100 unchanged accounts of 10 gateways, a host for each, no delay: within 2.0 times the same play with {FACTS.label}"
    if mine is None or facts is None:
        return Goal(text, "", None)
    return Goal(text, f"{mine.wall:.2f} s to {facts.wall:.2f} s: {mine.wall / facts.wall:.2f} times", mine.wall <= 2.0 * facts.wall)
