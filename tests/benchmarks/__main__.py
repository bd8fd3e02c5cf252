# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the collection and other ways to do the same job: python -m tests.benchmarks."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks import report
from tests.benchmarks.accounts import AccountBench
from tests.benchmarks.contenders import ACCOUNTS, FAMILIES, Family
from tests.benchmarks.measure import ROOT, Bench, NotDone
from tests.benchmarks.session import Session
from tests.simulator.process import running_simulator

RESULTS = ROOT / ".cache/bench"
PAGE = ROOT / "docs/performance.md"
QUICK = (2,)


def arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    counts = "; ".join(f"{family.name}: {','.join(map(str, family.counts))}" for family in FAMILIES.values())
    repeats = "; ".join(f"{family.name}: {family.repeats}" for family in FAMILIES.values())
    parser.add_argument("--only", choices=FAMILIES, help="one family of measurements (default: all)")
    parser.add_argument("--quick", action="store_true", help="run everything once with two gateways or accounts, to test the benchmark")
    parser.add_argument("--counts", type=_counts, metavar="N,N", help=f"numbers of gateways or accounts (default: {counts})")
    parser.add_argument("--repeats", type=_positive, metavar="N", help=f"maximum number of runs of a case (default: {repeats})")
    parser.add_argument("--all", action="store_true", help="also measure slow cases with many gateways, which show little and take long")
    parser.add_argument("--publish", action="store_true", help="write docs/performance.md, and draw its charts")
    parser.add_argument("--python", default=sys.executable, help="a Python with matplotlib, for the charts (default: this one)")
    return parser.parse_args()


def main() -> int:
    """Measure the families one after the other, and print and store the results."""
    chosen = arguments()
    for family in FAMILIES.values():
        if chosen.only in (None, family.name):
            try:
                document = measured(family, chosen)
            except NotDone as error:
                print(f"Nothing is reported of {family.name}, because a run went wrong. {error}", file=sys.stderr)
                return 1
            keep(family, document, chosen)
    return 0


def measured(family: Family, chosen: argparse.Namespace) -> dict[str, Any]:
    """Measure a family, and return the raw numbers.

    :raises NotDone: if a contender did not do the job.
    """
    cases = family.cases(chosen.counts or (QUICK if chosen.quick else family.counts), chosen.all)
    quotas = family.quick if chosen.quick else family.quotas
    repeats = chosen.repeats or (1 if chosen.quick else family.repeats)
    with running_simulator() as simulator, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = (AccountBench if family is ACCOUNTS else Bench)(simulator, Path(folder))
        session = Session(bench, repeats, family.contenders[0])
        return {"family": family.name, **session.measure(cases, quotas, warm=not chosen.quick)}


def keep(family: Family, document: dict[str, Any], chosen: argparse.Namespace) -> None:
    """Write the raw numbers, print the report, and publish it on request."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = RESULTS / f"{'quick-' if chosen.quick else ''}{family.name}.json"
    results.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    text = report.markdown(family, document)
    if chosen.publish:
        report.write(PAGE, family, text)
        if family.drawing:
            drawing = ROOT / "docs" / family.drawing
            subprocess.run([chosen.python, "-m", "tests.benchmarks.plot", results, drawing], cwd=ROOT, check=True)
    print(text)
    print(f"Raw numbers: {results.relative_to(ROOT)}")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _counts(text: str) -> tuple[int, ...]:
    return tuple(sorted({_positive(part) for part in text.split(",")}))


if __name__ == "__main__":
    raise SystemExit(main())
