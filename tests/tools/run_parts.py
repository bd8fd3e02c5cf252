# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run make targets two at a time. Print the output of each when it ends, then a table and the totals.

Usage: run_parts.py PART... The exit code is 0 only if every part passed. The output of each part is stored in .cache/logs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

LOGS = Path(".cache/logs")
# Seconds that each part took on two cores. The longest parts start first, so that both workers end at about the same time.
SECONDS = {
    "inprocess": 186,
    "integration": 178,
    "contract": 130,
    "security": 100,
    "awx": 97,
    "unit": 85,
    "sanity": 80,
    "properties": 73,
    "lint": 51,
    "import": 24,
    "simulator": 18,
    "docs": 13,
}
WORKERS = min(2, os.cpu_count() or 1)

printing = threading.Lock()


class Outcome(NamedTuple):
    part: str
    passed: bool
    seconds: float


def run(part: str) -> Outcome:
    log = LOGS / f"{part}.log"
    with printing:
        print(f"{part}: started", flush=True)
    start = time.monotonic()
    with log.open("wb") as output:
        # Without the options of the parent make, whose job server is not available here.
        environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS")}
        code = subprocess.run(
            ["make", "--no-print-directory", part],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            check=False,
        ).returncode
    outcome = Outcome(part, code == 0, time.monotonic() - start)
    with printing:
        print(f"\n===== {part}: {verdict(outcome)} after {outcome.seconds:.0f} s =====", flush=True)
        sys.stdout.buffer.write(log.read_bytes())
        print(f"===== end of {part} =====\n", flush=True)
    return outcome


def verdict(outcome: Outcome) -> str:
    return "passed" if outcome.passed else "FAILED"


def main(parts: list[str]) -> int:
    if not parts:
        print("name at least one part", file=sys.stderr)
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as workers:
        outcomes = {o.part: o for o in workers.map(run, sorted(parts, key=lambda part: -SECONDS.get(part, 0)))}
    for part in parts:
        print(f"{part:<14}{verdict(outcomes[part]):<8}{outcomes[part].seconds:6.0f} s")
    print(f"{'in all':<22}{time.monotonic() - start:6.0f} s")
    failed = sum(not outcome.passed for outcome in outcomes.values())
    print(f"{len(parts) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
