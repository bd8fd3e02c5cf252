# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark works, its contenders do the whole job, and what was not done is never reported as a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import report
from tests.benchmarks.contenders import CONTENDERS, CREATE, DECLARED, IN_PROCESS, PING, SDK, UNCHANGED, URI, Case, Contender, for_each
from tests.benchmarks.measure import ROOT, Bench, NotDone
from tests.benchmarks.summary import goals_of
from tests.simulator.process import running_simulator

MANAGING = [contender for contender in CONTENDERS if contender is not PING]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with running_simulator() as simulator:
        yield Bench(simulator, tmp_path_factory.mktemp("bench"))


def test_quick() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    for contender in CONTENDERS:
        assert f"| 2 | {contender.label} |" in done.stdout


@pytest.mark.parametrize("contender", MANAGING, ids=lambda contender: contender.name)
def test_updates_keep_what_is_not_declared(bench: Bench, contender: Contender) -> None:
    """An update is not measured, but a contender that could not do it would be none."""
    different = {"id": "gateway-0", **DECLARED, "cache_ttl": 1, "retry_delay": 77}

    class Different(Bench):
        def prepare(self, case: Case, names: list[str]) -> None:
            super().prepare(case, names)
            self.simulator.seed(different)

    case = Case(replace(contender, requests={CREATE: for_each(GET=1, PUT=1)}), CREATE, 1, 0.0)
    Different(bench.simulator, bench.folder).run(case)
    assert bench.simulator.gateways()["gateway-0"]["retry_delay"] == 77


@pytest.mark.parametrize(
    ("contender", "scenario", "problem"),
    [
        (replace(IN_PROCESS, requests={UNCHANGED: for_each(GET=2)}), UNCHANGED, "requests were {'GET': 1}, not {'GET': 2}"),
        (replace(PING, requests={CREATE: for_each()}), CREATE, "0 gateways are stored"),
        (replace(PING, play="empty.yml"), UNCHANGED, "the recap tells of failures"),
        (replace(PING, play="missing.yml"), UNCHANGED, "missing.yml ended with 1"),
    ],
)
def test_what_was_not_done_has_no_time(bench: Bench, contender: Contender, scenario: str, problem: str) -> None:
    with pytest.raises(NotDone) as caught:
        bench.run(Case(contender, scenario, 1, 0.0))
    assert problem in str(caught.value)


def test_only_fully_measured_goals_have_a_verdict() -> None:
    samples = [
        sample(IN_PROCESS, 100, 1.0),
        sample(URI, 100, 8.0),
        sample(SDK, 100, 14.9),
        sample(IN_PROCESS, 1, 0.2),
        sample(PING, 1, 0.1),
    ]
    goals = goals_of({"samples": samples, "exchanges": {"0": [0.09]}})
    assert [goal.met for goal in goals] == [True, False, False, None]


def test_the_page_keeps_what_stands_around_the_numbers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write(page, "new\n")
    assert page.read_text() == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"


def sample(contender: Contender, count: int, beyond: float) -> dict[str, Any]:
    """A run that took one second to start."""
    numbers = {"wall": 1 + beyond, "start": 1.0, "cpu": 1.0, "memory": 1.0, "requests": count}
    return {"contender": contender.name, "scenario": UNCHANGED, "count": count, "delay": 0.0, **numbers}
