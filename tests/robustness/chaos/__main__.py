# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run schedules of faults by their seeds: python -m tests.robustness.chaos, or with --seed 17 to show one in detail.

Without --way, all schedules run as forks of this process, and a few of them again in real ansible-playbooks.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait

from tests.robustness.chaos.process import FORK
from tests.robustness.chaos.record import Record
from tests.robustness.chaos.report import Outcome, lines, outcome_of
from tests.robustness.chaos.run import FORKED, WAYS, play
from tests.robustness.chaos.seeds import FIRST_OTHER, schedule_of
from tests.simulator.process import running_simulator

# A worker waits most of the time, for its simulator or for a delay to end.
WORKERS = 2 * (os.cpu_count() or 1)
PROGRESS_EVERY = 1000
DEFAULT_SEEDS = f"1..10000,{FIRST_OTHER}..{FIRST_OTHER + 1999}"
PLAYBOOKS = 20


def arguments() -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.robustness.chaos", description=__doc__)
    parser.add_argument(
        "--seeds", type=_seeds, default=DEFAULT_SEEDS, metavar="A..B,...", help="the schedules to run (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="run only one schedule, and show its details")
    parser.add_argument(
        "--way", choices=WAYS, help="how to run them: in forks of this process, or in an ansible-playbook, in-process or as modules"
    )
    parser.add_argument("--workers", type=int, default=WORKERS, metavar="N", help="how many run at a time (default: %(default)s)")
    return parser.parse_args()


def main() -> int:
    """Run the command line, and return the exit code, which is 0 only if every schedule was run and none failed."""
    chosen = arguments()
    if chosen.seed is not None:
        return show(chosen.seed, chosen.way or FORKED)
    if chosen.way:
        return soak(chosen.seeds, chosen.way, chosen.workers)
    few = chosen.seeds[:: len(chosen.seeds) // PLAYBOOKS or 1]
    return max(soak(chosen.seeds if way == FORKED else few, way, chosen.workers) for way in WAYS)


def soak(seeds: Sequence[int], way: str, workers: int) -> int:
    """Run the schedules of the seeds, print the report, and return the exit code."""
    begun = time.monotonic()
    outcomes = []
    for outcome in run_all(seeds, way, workers):
        outcomes.append(outcome)
        for complaint in outcome.complaints:
            print(f"seed {outcome.seed}: {complaint}", file=sys.stderr, flush=True)
        if len(outcomes) % PROGRESS_EVERY == 0:
            print(f"{len(outcomes)} of {len(seeds)}", file=sys.stderr, flush=True)
    print(f"way: {way}", *lines(outcomes, time.monotonic() - begun), "", sep="\n", flush=True)
    if len(outcomes) < len(seeds):
        print(f"{len(seeds) - len(outcomes)} schedules were not run, as a worker ended early", file=sys.stderr)
        return 2
    return int(any(outcome.complaints for outcome in outcomes))


def run_all(seeds: Sequence[int], way: str, workers: int) -> Iterator[Outcome]:
    """Run schedules in several workers, each with its own simulator, and yield the outcomes as they arrive."""
    receivers = []
    for number in range(workers):
        receiver, sender = FORK.Pipe(duplex=False)
        FORK.Process(target=work, args=(seeds[number::workers], way, sender)).start()
        # Close this end, so that the pipe is closed when the worker ends.
        sender.close()
        receivers.append(receiver)
    while receivers:
        ready = wait(receivers)
        for receiver in [receiver for receiver in receivers if receiver in ready]:
            try:
                yield receiver.recv()
            except EOFError:
                receivers.remove(receiver)


def work(seeds: Sequence[int], way: str, sender: Pipe) -> None:
    """Run schedules as a worker process."""
    with running_simulator() as simulator:
        for seed in seeds:
            sender.send(outcome_of(play(schedule_of(seed), simulator, WAYS[way])))


def show(seed: int, way: str) -> int:
    """Run one schedule and print everything about it."""
    with running_simulator() as simulator:
        record = play(schedule_of(seed), simulator, WAYS[way])
    print("\n".join(details(record)))
    return int(bool(outcome_of(record).complaints))


def details(record: Record) -> Iterator[str]:
    """Yield the lines of a detailed report on one schedule."""
    yield json.dumps(asdict(record.schedule), indent=1)
    for title, phase in (("with faults", record.faulty), ("after the faults", record.calm)):
        yield f"\n{title}"
        yield from (f"  {exchange.number:3}  {exchange}" for exchange in phase.exchanges)
        yield from (f"  in {run.seconds:.2f} s, code {run.code}: {json.dumps(run.result)}" for run in phase.runs)
    yield "\nchanges"
    yield from (f"  {number}: {json.dumps(state)}" for number, state in enumerate(record.states))
    yield "\ncomplaints"
    yield from (f"  {complaint}" for complaint in outcome_of(record).complaints)


def _seeds(text: str) -> list[int]:
    bounds = [part.partition("..") for part in text.split(",")]
    return [seed for first, _dots, last in bounds for seed in range(int(first), int(last or first) + 1)]


if __name__ == "__main__":
    raise SystemExit(main())
