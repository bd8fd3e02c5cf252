# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The measurements as Markdown, and the page that contains them."""

from __future__ import annotations

import itertools
import os
import statistics
from pathlib import Path
from typing import Any

from tests.benchmarks.contenders import ACCOUNT, CHANGED, CREATE, DELAYS, GATEWAY, ONE_IN, UNCHANGED, Contender, Family
from tests.benchmarks.summary import Goal, Key, Row, goals_of, quota_of, rows_of

COLUMNS = (
    "Way",
    "Seconds",
    "Lowest to highest",
    "Beyond the start",
    "For each, ms",
    "CPU, s",
    "Simulator's CPU, s",
    "Requests",
    "Peak, MiB",
    "Runs",
)
TITLES = {
    CREATE: "Create, from an empty account",
    UNCHANGED: "Unchanged, everything is as declared",
    CHANGED: f"Changed, one in {ONE_IN} differs",
}
# The unit that the rows of a table count, and an addition to the title of the table.
UNITS = {GATEWAY: "", ACCOUNT: "; one host for each account"}
QUOTA_COLUMNS = (
    "Tasks at once",
    "Gateways each",
    "Requests allowed",
    "Waiting required, s",
    "Seconds",
    "Beyond the start",
    "CPU, s",
    "Requests",
    "Answers 429",
    "Most in a row",
    "Peak, MiB",
)


def markdown(family: Family, document: dict[str, Any]) -> str:
    """Return the goals, the machine and the tables as Markdown."""
    rows = rows_of(document)
    parts = ["### Goals", _goals(goals_of(document)), "### Machine", _machine(document), *_disturbed(document)]
    for scenario in family.scenarios:
        for delay, (unit, title) in itertools.product(DELAYS, UNITS.items()):
            table = _table([contender for contender in family.contenders if contender.unit == unit], rows, scenario, delay)
            if table:
                parts += [f"### {TITLES[scenario]}{title}; {_delay(delay)}", table]
    if document["quotas"]:
        parts += ["### Create while requests are limited; no delay", _grid(QUOTA_COLUMNS, [_quota(run) for run in document["quotas"]])]
    return "\n\n".join(parts) + "\n"


def write(page: Path, family: Family, text: str) -> None:
    """Write the text between the family's markers in the page."""
    begin, end = markers(family)
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _replaced, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page.name} lacks its markers")
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def markers(family: Family) -> tuple[str, str]:
    """Return the lines before and after the numbers of a family."""
    return f"<!-- begin {family.name}: written by make bench -->", f"<!-- end {family.name}: written by make bench -->"


def _goals(goals: list[Goal]) -> str:
    return _grid(("Goal", "Measured", "Result"), [(goal.text, goal.measured, goal.verdict) for goal in goals])


def _machine(document: dict[str, Any]) -> str:
    start, end = (", ".join(f"{number:.2f}" for number in load) for load in document["load"])
    empty = document["empty"]
    facts = {
        **document["machine"],
        "Load average (1, 5, 15 min)": f"{start} at the start; {end} at the end",
        "Start of ansible-playbook": f"{statistics.median(empty):.2f} s ({min(empty):.2f} to {max(empty):.2f}) in {len(empty)} empty plays",
        "One HTTP exchange": "; ".join(
            f"{statistics.median(times) * 1000:.1f} ms with a delay of {delay} ms" for delay, times in document["exchanges"].items()
        ),
        "Duration of it all": f"{document['minutes']:.1f} minutes",
    }
    return _grid(("", ""), list(facts.items()))


def _disturbed(document: dict[str, Any]) -> list[str]:
    """Return a warning if the load exceeded the number of CPUs. The benchmark itself uses one CPU, and at times two."""
    if max(load[0] for load in document["load"]) <= (os.cpu_count() or 1):
        return []
    return ["**Other programs kept the machine busy during this run.** Seconds on the clock are too high and vary; CPU time suffers less."]


def _table(contenders: list[Contender], rows: dict[Key, Row], scenario: str, delay: float) -> str:
    """Return the table of contenders with the same unit, or an empty string if none of them was measured."""
    lines = []
    names = {contender.name for contender in contenders}
    for count in sorted({key[2] for key in rows if key[0] in names and (key[1], key[3]) == (scenario, delay)}):
        for contender in contenders:
            if scenario in contender.requests and (contender.most is None or count <= contender.most):
                lines.append(_line(contender, count, rows.get((contender.name, scenario, count, delay))))
    return _grid((f"{contenders[0].unit.capitalize()}s", *COLUMNS), lines) if lines else ""


def _quota(run: dict[str, Any]) -> tuple[str, ...]:
    quota = quota_of(run)
    return (
        str(quota.tasks),
        str(quota.gateways),
        f"{quota.limit} in {quota.window} s",
        str(quota.shortest),
        f"{run['wall']:.2f}",
        f"{run['wall'] - run['start']:.2f}",
        f"{run['cpu']:.2f}",
        str(run["requests"]),
        str(run["refused"]),
        str(run["in_a_row"]),
        f"{run['memory']:.0f}",
    )


def _line(contender: Contender, count: int, row: Row | None) -> tuple[str, ...]:
    if row is None:
        return (str(count), contender.label, "not measured", *[""] * (len(COLUMNS) - 2))
    return (
        str(count),
        contender.label,
        f"{row.wall:.2f}",
        f"{row.fastest:.2f} to {row.slowest:.2f}" if row.runs > 1 else "",
        f"{row.beyond:.2f}",
        f"{row.item * 1000:.1f}" if row.item < 0.1 else f"{row.item * 1000:.0f}",
        f"{row.cpu:.2f}",
        f"{row.simulator:.2f}",
        str(row.requests),
        f"{row.memory:.0f}",
        str(row.runs),
    )


def _delay(delay: float) -> str:
    return f"{delay * 1000:.0f} ms delay" if delay else "no delay"


def _grid(head: tuple[str, ...], lines: list[tuple[str, ...]]) -> str:
    """Return a Markdown table, with numeric columns aligned to the right."""
    right = [_is_numeric([line[index] for line in lines]) for index in range(len(head))]
    rule = ["---:" if number else "---" for number in right]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *lines))


def _is_numeric(cells: list[str]) -> bool:
    """Return whether a column contains numbers. Cells may be empty."""
    filled = [cell for cell in cells if cell not in ("", "not measured")]
    return bool(filled) and all(cell.replace(".", "", 1).replace("-", "", 1).isdigit() for cell in filled)
