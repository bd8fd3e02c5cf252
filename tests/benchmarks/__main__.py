# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the collection beside other ways to do the same job: python -m tests.benchmarks."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import report
from tests.benchmarks.contenders import COUNTS, cases
from tests.benchmarks.measure import ROOT, Bench, NotDone
from tests.benchmarks.session import Session
from tests.simulator.process import running_simulator

RESULTS = ROOT / ".cache/bench"
PAGE = ROOT / "docs/performance.md"
DRAWING = ROOT / "docs/performance.svg"


def arguments() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="everything once with two gateways, to see that it works")
    parser.add_argument("--counts", type=_counts, metavar="N,N", help="how many gateways (default: 1,10,100)")
    parser.add_argument("--repeats", type=_positive, metavar="N", help="how often at most (default: 5)")
    parser.add_argument("--all", action="store_true", help="also the slow cases with 100 gateways that tell little; half as long again")
    parser.add_argument("--publish", metavar="PYTHON", help="write docs/performance.md, and let this Python draw docs/performance.svg")
    return parser.parse_args()


def main() -> int:
    """Measure, print, and keep the numbers."""
    chosen = arguments()
    counts = chosen.counts or ((2,) if chosen.quick else COUNTS)
    repeats = chosen.repeats or (1 if chosen.quick else 5)
    try:
        with running_simulator() as simulator, tempfile.TemporaryDirectory(prefix="bench-") as folder:
            document = Session(Bench(simulator, Path(folder)), repeats).measure(cases(counts, chosen.all), warm=not chosen.quick)
    except NotDone as error:
        print(f"Nothing is reported, because a run went wrong. {error}", file=sys.stderr)
        return 1
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = RESULTS / ("quick.json" if chosen.quick else "results.json")
    results.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    text = report.markdown(document)
    if chosen.publish:
        report.write(PAGE, text)
        subprocess.run([chosen.publish, "-m", "tests.benchmarks.plot", results, DRAWING], cwd=ROOT, check=True)
    print(text)
    print(f"Raw numbers: {results.relative_to(ROOT)}")
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _counts(text: str) -> tuple[int, ...]:
    return tuple(sorted({_positive(part) for part in text.split(",")}))


if __name__ == "__main__":
    raise SystemExit(main())
