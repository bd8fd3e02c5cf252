# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark works, its contenders do the whole job, and what was not done is never reported as a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import quota, report
from tests.benchmarks.contenders import (
    CHANGED,
    CREATE,
    FAMILIES,
    FLEET,
    FLEETS,
    IN_PROCESS,
    LOOP,
    PING,
    SCRIPT,
    SDK,
    SINGLE,
    UNCHANGED,
    URI,
    Case,
    Contender,
    Family,
    Quota,
    for_each,
)
from tests.benchmarks.measure import ROOT, Bench, NotDone
from tests.benchmarks.summary import goals_of
from tests.simulator.process import running_simulator

MANAGING = [contender for contender in (*SINGLE.contenders, FLEET, SCRIPT) if contender is not PING]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with running_simulator() as simulator:
        yield Bench(simulator, tmp_path_factory.mktemp("bench"))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_quick(family: Family) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--only", family.name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    labels = {contender.label for other in FAMILIES.values() for contender in other.contenders}
    assert {label for label in labels if f"| 2 | {label} |" in done.stdout} == {contender.label for contender in family.contenders}
    for run in family.quick:
        assert f"| {run.tasks} | {run.gateways} | {run.limit} in {run.window} s |" in done.stdout


@pytest.mark.parametrize("contender", MANAGING, ids=lambda contender: contender.name)
def test_updates_keep_what_is_not_declared(bench: Bench, contender: Contender) -> None:
    """An update is not measured of all of them, but a contender that could not do it would be none."""
    bench.run(Case(contender, CHANGED, 1, 0.0))
    stored = bench.simulator.gateways()["gateway-0"]
    assert (stored["cache_ttl"], stored["retry_delay"]) == (300, 77)


@pytest.mark.parametrize(
    ("contender", "scenario", "problem"),
    [
        (replace(IN_PROCESS, requests={UNCHANGED: for_each(GET=2)}), UNCHANGED, "requests were {'GET': 1}, not {'GET': 2}"),
        (replace(FLEET, requests={UNCHANGED: for_each(GET=2)}), UNCHANGED, "requests were {'GET': 1}, not {'GET': 2}"),
        (replace(FLEET, loops=True), UNCHANGED, "not every item was done"),
        (replace(PING, requests={CREATE: for_each()}), CREATE, "0 gateways are stored"),
        (replace(PING, requests={CHANGED: for_each()}), CHANGED, "['gateway-0'] are not as declared"),
        (replace(PING, program="empty.yml"), UNCHANGED, "the recap tells of failures"),
        (replace(PING, program="missing.yml"), UNCHANGED, "missing.yml ended with 1"),
        (replace(SCRIPT, program="missing.py"), UNCHANGED, "missing.py ended with 2"),
    ],
)
def test_what_was_not_done_has_no_time(bench: Bench, contender: Contender, scenario: str, problem: str) -> None:
    with pytest.raises(NotDone) as caught:
        bench.run(Case(contender, scenario, 1, 0.0))
    assert problem in str(caught.value)


@pytest.mark.parametrize("program", ["empty.yml", "missing.yml"])
def test_what_was_not_done_under_a_quota_has_no_time(bench: Bench, program: str) -> None:
    with pytest.raises(NotDone):
        quota.run(bench, Quota(2, 1, 10, 1), replace(FLEET, program=program))


def test_a_quota_tells_how_long_it_makes_tasks_wait() -> None:
    assert [run.shortest for run in (*FLEETS.quotas, Quota(1, 119, 120, 30), Quota(1, 120, 120, 30))] == [60, 60, 0, 30]


def test_refusals_in_a_row() -> None:
    assert [quota.longest_row(row) for row in ([], [200, None], [429, 200, 429], [200, 429, 429, 200, 429])] == [0, 0, 1, 2]


def test_each_family_measures_what_it_has_to() -> None:
    found = {(case.contender, case.count) for case in FLEETS.cases(FLEETS.counts, everything=True)}
    assert {count for contender, count in found if contender is FLEET} == {10, 100, 1000, 5000}
    assert max(count for contender, count in found if contender in (LOOP, SCRIPT)) == 1000
    assert max(count for contender, count in found if contender.name == URI.name) == 100
    assert {case.scenario for case in SINGLE.cases(SINGLE.counts, everything=True)} == {CREATE, UNCHANGED}
    big = [(case.scenario, case.delay) for case in FLEETS.cases(FLEETS.counts, everything=False) if case.count == 5000]
    assert big == [(CREATE, 0.0), (UNCHANGED, 0.0)]


def test_only_fully_measured_goals_have_a_verdict() -> None:
    samples = [
        sample(IN_PROCESS, 100, 1.0),
        sample(URI, 100, 8.0),
        sample(SDK, 100, 14.9),
        sample(IN_PROCESS, 1, 0.2),
        sample(PING, 1, 0.1),
    ]
    goals = goals_of({"family": SINGLE.name, "samples": samples, "exchanges": {"0": [0.09]}})
    assert [goal.met for goal in goals] == [True, False, False, None]


@pytest.mark.parametrize(
    ("beyond", "requests", "in_a_row", "verdicts"),
    [(1.0, 10, 1, [True, None, True, True]), (1.1, 10, 1, [False, None, True, True]), (1.0, 11, 2, [False, None, False, True])],
)
def test_goals_of_fleets(beyond: float, requests: int, in_a_row: int, verdicts: list[bool | None]) -> None:
    samples = [{**sample(FLEET, 1000, beyond), "requests": requests}]
    document = {"family": FLEETS.name, "samples": samples, "quotas": [limited(run, in_a_row) for run in FLEETS.quotas]}
    assert [goal.met for goal in goals_of(document)] == verdicts
    assert [goal.met for goal in goals_of({**document, "quotas": [limited(run, 1) for run in FLEETS.quick]})][2:] == [None, None]


def test_the_page_keeps_what_stands_around_the_numbers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (begin, end), others = report.markers(FLEETS), "\nold\n".join(report.markers(SINGLE))
    page.write_text(f"before\n{others}\nbetween\n{begin}\nold\n{end}\nafter\n")
    report.write(page, FLEETS, "new\n")
    assert page.read_text() == f"before\n{others}\nbetween\n{begin}\n\nnew\n\n{end}\nafter\n"


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_the_page_has_a_place_for_each_family(family: Family) -> None:
    text = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    assert [text.count(marker) for marker in report.markers(family)] == [1, 1]


def sample(contender: Contender, count: int, beyond: float) -> dict[str, Any]:
    """A run that took one second to start."""
    numbers = {"wall": 1 + beyond, "start": 1.0, "cpu": 1.0, "simulator": 0.5, "memory": 1.0, "requests": count}
    return {"contender": contender.name, "scenario": UNCHANGED, "count": count, "delay": 0.0, **numbers}


def limited(run: Quota, in_a_row: int) -> dict[str, Any]:
    """A run that waited as long as it had to, and took one second to start."""
    numbers = {"wall": 1.0 + run.shortest, "start": 1.0, "refused": in_a_row, "in_a_row": in_a_row}
    return {**asdict(run), **numbers}
