# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report on the schedules that were run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.robustness.chaos.invariants import complaints
from tests.robustness.chaos.record import Record


@dataclass(frozen=True)
class Outcome:
    """Summary of a schedule that was run."""

    seed: int
    complaints: list[str]
    module: str
    ending: str
    requests: int
    faults: Counter[str]


def outcome_of(record: Record) -> Outcome:
    """Return the summary of the record."""
    faults = Counter(exchange.fault.label for exchange in record.faulty.exchanges if exchange.fault)
    faults["another writer, together with any fault"] = sum(
        "store" in exchange.fault.spec for exchange in record.faulty.exchanges if exchange.fault
    )
    faults["429, because of the quota"] = sum(exchange.status == 429 and exchange.fault is None for exchange in record.faulty.exchanges)
    is_timed_out = record.first.killed and record.schedule.kill is None
    faults["SIGKILL"] = int(record.first.killed and not is_timed_out)
    faults["timeout of the task"] = int(is_timed_out)
    faults["slow lookup of the address"] = int(any(record.schedule.lookup_delays))
    ending = "killed" if record.first.killed else "failed" if record.first.failed else "succeeded"
    return Outcome(
        seed=record.schedule.seed,
        complaints=complaints(record),
        module=record.schedule.module,
        ending=f"{ending} in check mode" if record.schedule.check_mode else ending,
        requests=len(record.faulty.exchanges) + len(record.calm.exchanges),
        faults=faults,
    )


def lines(outcomes: Iterable[Outcome], seconds: float) -> Iterator[str]:
    """Yield the report."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.seed)
    failed = [outcome for outcome in ordered if outcome.complaints]
    yield f"{len(ordered)} schedules in {seconds:.0f} s, with {sum(outcome.requests for outcome in ordered)} requests"
    for title, counted in (
        ("module", Counter(outcome.module for outcome in ordered)),
        ("the run with faults", Counter(outcome.ending for outcome in ordered)),
        ("faults that fired", sum((outcome.faults for outcome in ordered), Counter())),
    ):
        yield f"\n{title}"
        yield from (f"  {name:<50}{number:>8}" for name, number in sorted(counted.items()) if number)
    yield f"\n{len(failed)} of {len(ordered)} schedules failed"
    for outcome in failed:
        yield from (f"  seed {outcome.seed}: {complaint}" for complaint in outcome.complaints)
