# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare commits by measurements: python -m tests.benchmarks.versions COMMIT COMMIT."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

from tests.benchmarks.contenders import FLEET, IN_PROCESS, UNCHANGED, Case
from tests.benchmarks.measure import ROOT, Bench, Sample
from tests.simulator.process import running_simulator

CASES = (Case(IN_PROCESS, UNCHANGED, 100, 0.0), Case(FLEET, UNCHANGED, 1000, 0.0))
Samples = dict[tuple[Case, str], list[Sample]]


def main() -> None:
    """Run every case with all versions in turn, and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.versions", description=__doc__)
    parser.add_argument("commits", nargs="+", help="the commits to compare")
    parser.add_argument("--repeats", type=int, default=9, metavar="N", help="number of runs of each case (default: %(default)s)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_simulator() as simulator:
        benches = {}
        for commit in chosen.commits:
            collections, home = Path(folder) / commit / "collections", Path(folder) / commit / "home"
            home.mkdir(parents=True)
            check_out(commit, collections / "ansible_collections/edgeops/cloudflare")
            benches[commit] = Bench(simulator, home, collections)
        report(measured(benches, chosen.repeats))


def check_out(commit: str, folder: Path) -> None:
    """Write the files of a commit into a new folder."""
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)


def measured(benches: dict[str, Bench], repeats: int) -> Samples:
    """Return the samples of each case and version. The first run of each only fills the caches."""
    samples: Samples = defaultdict(list)
    for number in range(repeats + 1):
        for case in CASES:
            for name, bench in benches.items():
                sample = bench.run(case)
                if number:
                    samples[case, name].append(sample)
    return samples


def report(samples: Samples) -> None:
    """Print the medians of each case and version."""
    print(f"{'unchanged gateways':30} {'version':16} {'seconds':>8} {'CPU seconds':>12} {'MiB':>6}")
    for (case, name), found in samples.items():
        wall, cpu, memory = (statistics.median(values) for values in zip(*(sample[:3] for sample in found)))
        print(f"{f'{case.count} {case.contender.label}':30.30} {name:16.16} {wall:8.2f} {cpu:12.2f} {memory:6.0f}")


if __name__ == "__main__":
    main()
