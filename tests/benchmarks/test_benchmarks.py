# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark works, its contenders do the whole job, and failed runs are never reported as times."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import quota, report
from tests.benchmarks.accounts import AccountBench
from tests.benchmarks.contenders import (
    ACCOUNTS,
    CHANGED,
    CREATE,
    FACTS,
    FAMILIES,
    FLEET,
    FLEETS,
    HOSTS,
    IN_PROCESS,
    LOOP,
    PING,
    SCRIPT,
    SDK,
    SINGLE,
    UNCHANGED,
    URI,
    WHOLE,
    Case,
    Contender,
    Family,
    Quota,
    for_each,
    with_key_and_route,
)
from tests.benchmarks.measure import ROOT, Bench, NotDone
from tests.benchmarks.summary import goals_of
from tests.simulator.process import running_simulator

MANAGING = [contender for contender in (*SINGLE.contenders, FLEET, SCRIPT) if contender is not PING]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with running_simulator() as simulator:
        yield Bench(simulator, tmp_path_factory.mktemp("bench"))


@pytest.fixture
def account_bench(bench: Bench) -> AccountBench:
    return AccountBench(bench.simulator, bench.folder)


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
def test_updates_keep_undeclared_settings(bench: Bench, contender: Contender) -> None:
    """Updates are not measured for all contenders, but all of them must support updates to be comparable."""
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
def test_a_failed_run_has_no_time(bench: Bench, contender: Contender, scenario: str, problem: str) -> None:
    with pytest.raises(NotDone) as caught:
        bench.run(Case(contender, scenario, 1, 0.0))
    assert problem in str(caught.value)


@pytest.mark.parametrize("program", ["empty.yml", "missing.yml"])
def test_a_failed_run_under_a_quota_has_no_time(bench: Bench, program: str) -> None:
    with pytest.raises(NotDone):
        quota.run(bench, Quota(2, 1, 10, 1), replace(FLEET, program=program))


@pytest.mark.parametrize(
    ("contender", "scenario", "problem"),
    [
        (replace(WHOLE, program="empty.yml"), CREATE, "the recap tells of failures"),
        (replace(WHOLE, requests={UNCHANGED: for_each(GET=5)}), UNCHANGED, "requests were {'GET': 4}, not {'GET': 5}"),
        (replace(WHOLE, item=lambda name: {"id": name}), CREATE, "ai_gateway_account.yml ended with 2"),
        (replace(WHOLE, item=lambda name: {"id": name, "cache_ttl": -1}), CREATE, "cache_ttl is -1"),
        (replace(WHOLE, item=lambda name: with_key_and_route(name, key="invented-other")), CREATE, "keys are not as declared"),
        (replace(WHOLE, item=lambda name: with_key_and_route(name, route="other")), CREATE, "routes are not as declared"),
        (replace(HOSTS, program="empty.yml"), UNCHANGED, "the recap tells of failures"),
        (replace(HOSTS, program="hosts_set_fact.yml"), UNCHANGED, "requests were {}, not {'GET': 1}"),
        (
            replace(HOSTS, variables={"gateways": [{"id": "gateway-0", "cache_ttl": 60}], "count": 1}),
            UNCHANGED,
            "hosts_account.yml ended with 2",
        ),
    ],
)
def test_a_failed_run_of_whole_accounts_has_no_time(account_bench: AccountBench, contender: Contender, scenario: str, problem: str) -> None:
    with pytest.raises(NotDone) as caught:
        account_bench.run(Case(contender, scenario, 1, 0.0))
    assert problem in str(caught.value)


def test_a_change_in_any_account_is_detected(account_bench: AccountBench) -> None:
    case, names = Case(HOSTS, UNCHANGED, 2, 0.0), ["account-0", "account-1"]
    account_bench.prepare(case, names)
    before = account_bench.stored(case, names)
    assert account_bench.wrong_store(case, names, before) == []
    account_bench.simulator.remove("gateway-9", "account-1")
    assert account_bench.wrong_store(case, names, before) == ["stored objects were changed"]


def test_a_run_with_missing_requests_under_a_quota_has_no_time(account_bench: AccountBench) -> None:
    with pytest.raises(NotDone, match="13 requests were done, not 14"):
        quota.run(account_bench, Quota(1, 1, 100, 1, once=5, each=9), WHOLE)


def test_a_quota_reports_how_long_it_makes_tasks_wait() -> None:
    assert [run.shortest for run in (*FLEETS.quotas, Quota(1, 119, 120, 30), Quota(1, 120, 120, 30))] == [60, 60, 0, 30]
    assert [run.shortest for run in (*ACCOUNTS.quotas, Quota(1, 4, 40, 10, once=4, each=9), Quota(1, 4, 39, 10, once=4, each=9))] == [
        40,
        0,
        10,
    ]


def test_refusals_in_a_row() -> None:
    assert [quota.longest_row(row) for row in ([], [200, None], [429, 200, 429], [200, 429, 429, 200, 429])] == [0, 0, 1, 2]


def test_the_cases_of_each_family() -> None:
    found = {(case.contender, case.count) for case in FLEETS.cases(FLEETS.counts, everything=True)}
    assert {count for contender, count in found if contender is FLEET} == {10, 100, 1000, 5000}
    assert max(count for contender, count in found if contender in (LOOP, SCRIPT)) == 1000
    assert max(count for contender, count in found if contender.name == URI.name) == 100
    assert {case.scenario for case in SINGLE.cases(SINGLE.counts, everything=True)} == {CREATE, UNCHANGED}
    big = [(case.scenario, case.delay) for case in FLEETS.cases(FLEETS.counts, everything=False) if case.count == 5000]
    assert big == [(CREATE, 0.0), (UNCHANGED, 0.0)]
    hosts = [
        (case.contender, case.count, case.delay) for case in ACCOUNTS.cases(ACCOUNTS.counts, everything=False) if case.contender.is_on_hosts
    ]
    assert hosts == [(HOSTS, 100, 0.0), (FACTS, 100, 0.0)]


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


@pytest.mark.parametrize(
    ("numbers", "verdicts"),
    [
        ({}, [True, True, True, True]),
        ({"requests": 904, "created": 1.31, "in_a_row": 2, "hosts": 5.1}, [False, False, False, False]),
        ({"beyond": 2.1}, [False, True, True, True]),
        ({"memory": 181.0}, [False, True, True, True]),
    ],
)
def test_goals_of_accounts(numbers: dict[str, Any], verdicts: list[bool]) -> None:
    found = {"requests": 903, "created": 1.3, "in_a_row": 1, "hosts": 5.0, "beyond": 2.0, "memory": 180.0, **numbers}
    unchanged = {**sample(WHOLE, 300, found["beyond"]), "requests": found["requests"], "memory": found["memory"]}
    created = {**sample(WHOLE, 300, found["created"] * 16), "requests": 2560, "scenario": CREATE, "delay": 0.05}
    samples = [unchanged, created, sample(HOSTS, 100, found["hosts"]), sample(FACTS, 100, 2.0)]
    document = {"family": ACCOUNTS.name, "samples": samples, "quotas": [limited(run, found["in_a_row"]) for run in ACCOUNTS.quotas]}
    assert [goal.met for goal in goals_of(document)] == verdicts
    assert [goal.met for goal in goals_of({**document, "samples": [], "quotas": []})] == [None] * 4


def test_the_page_keeps_the_text_around_the_numbers(tmp_path: Path) -> None:
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
    """Return a run that took one second to start."""
    numbers = {"wall": 1 + beyond, "start": 1.0, "cpu": 1.0, "simulator": 0.5, "memory": 1.0, "requests": count}
    return {"contender": contender.name, "scenario": UNCHANGED, "count": count, "delay": 0.0, **numbers}


def limited(run: Quota, in_a_row: int) -> dict[str, Any]:
    """Return a run under a quota that waited as long as required, and took one second to start."""
    numbers = {"wall": 1.0 + run.shortest, "start": 1.0, "refused": in_a_row, "in_a_row": in_a_row}
    return {**asdict(run), **numbers}
