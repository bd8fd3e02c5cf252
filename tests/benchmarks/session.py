# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All measurements of one family. Every round measures every case once, so that all cases run under the same conditions."""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections import defaultdict
from typing import Any

from tests.benchmarks import machine, quota
from tests.benchmarks.contenders import Case, Contender, Quota
from tests.benchmarks.measure import Bench

# A case is not repeated after its runs took so many seconds in total.
ENOUGH = 12.0


class Session:
    """Measures cases, and quotas of one contender, and collects the raw numbers."""

    def __init__(self, bench: Bench, repeats: int, limited: Contender) -> None:
        self.bench = bench
        self.repeats = repeats
        self.limited = limited
        self.samples: list[dict[str, Any]] = []
        self.quotas: list[dict[str, Any]] = []
        self.empty: list[float] = []
        self.exchanges: dict[str, list[float]] = defaultdict(list)
        self._spent: dict[Case, float] = defaultdict(float)

    def measure(self, cases: list[Case], quotas: tuple[Quota, ...], warm: bool) -> dict[str, Any]:
        """Return the raw numbers for the report and the plot."""
        loads, started = [machine.load()], time.monotonic()
        if warm:
            self._warm_up(cases)
        for delay, group in itertools.groupby(cases, key=lambda case: case.delay):
            here = list(group)
            for number in range(self.repeats):
                self._round(here, number)
                self.exchanges[f"{delay * 1000:.0f}"].extend(self.bench.exchange(delay) for _time in range(5))
        for wanted in quotas:
            self._quota(wanted)
        loads.append(machine.load())
        return {
            "machine": machine.facts(),
            "load": loads,
            "minutes": (time.monotonic() - started) / 60,
            "repeats": self.repeats,
            "enough": ENOUGH,
            "empty": self.empty,
            "exchanges": self.exchanges,
            "samples": self.samples,
            "quotas": self.quotas,
        }

    def _warm_up(self, cases: list[Case]) -> None:
        """Fill bytecode and disk caches before the measurements."""
        self.bench.empty()
        fewest = min(case.count for case in cases)
        for case in cases:
            if case.count == fewest and case.delay == cases[0].delay:
                self.bench.run(case)

    def _round(self, cases: list[Case], number: int) -> None:
        for _count, group in itertools.groupby(cases, key=lambda case: case.count):
            todo = [case for case in group if self._spent[case] < ENOUGH]
            if todo:
                self._block(todo, number)

    def _block(self, cases: list[Case], number: int) -> None:
        """Measure cases of one size, with an empty play before and after them to measure the start at that time."""
        empty = [self.bench.empty().wall]
        samples = []
        for case in cases:
            sample = self.bench.run(case)
            self._spent[case] += sample.wall
            samples.append((case, sample))
            print(f"round {number + 1}: {case}: {sample.wall:.2f} s", file=sys.stderr, flush=True)
        empty.append(self.bench.empty().wall)
        self.empty.extend(empty)
        for case, sample in samples:
            self.samples.append(
                {
                    "contender": case.contender.name,
                    "scenario": case.scenario,
                    "count": case.count,
                    "delay": case.delay,
                    "round": number + 1,
                    "start": 0.0 if case.contender.is_script else statistics.mean(empty),
                    **sample._asdict(),
                }
            )

    def _quota(self, wanted: Quota) -> None:
        """Measure one run only, because its duration hardly varies: most of it is waiting."""
        empty = [self.bench.empty().wall]
        found = quota.run(self.bench, wanted, self.limited)
        empty.append(self.bench.empty().wall)
        self.empty.extend(empty)
        self.quotas.append({**found, "start": statistics.mean(empty)})
        print(f"quota: {wanted}: {found['wall']:.2f} s", file=sys.stderr, flush=True)
