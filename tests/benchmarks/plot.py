# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the raw numbers of a family: python -m tests.benchmarks.plot RESULTS DRAWING.

It runs in a separate environment, with matplotlib and without Ansible.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found, unused-ignore]

from tests.benchmarks.contenders import CREATE, DELAYS, FLEETS, SINGLE, UNCHANGED
from tests.benchmarks.summary import Key, Row, rows_of

# The output is reproducible: ids are hashed with a fixed salt, and no date is written. Text is not converted to paths.
STYLE = {"svg.hashsalt": "edgeops.cloudflare", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10}


def draw(family: str, rows: dict[Key, Row], target: Path) -> None:
    """Draw a panel for each delay, with the same scale."""
    mpl.use("svg")
    mpl.rcParams.update(STYLE)
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(DELAYS), figsize=(10, 3.6), sharex=True, sharey=True, layout="constrained")
    for panel, delay in zip(panels, DELAYS):
        panel.set_title(f"the API answers after {delay * 1000:.0f} ms" if delay else "the API answers at once")
    {SINGLE.name: _single, FLEETS.name: _fleets}[family](figure, panels, rows)
    figure.savefig(target, metadata={"Date": None, "Creator": None}, facecolor="white")
    text = target.read_text(encoding="utf-8")
    target.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")


def _single(figure: Any, panels: Any, rows: dict[Key, Row]) -> None:
    """Draw the seconds for each gateway of the longest loop, with a line for each contender."""
    count = max(key[2] for key in rows)
    for panel, delay in zip(panels, DELAYS):
        _panel(panel, rows, count, delay)
    panels[0].set_yticks(range(len(SINGLE.contenders)), [contender.label.replace("`", "") for contender in SINGLE.contenders])
    panels[0].invert_yaxis()
    panels[0].margins(x=0.18, y=0.12)
    panels[0].legend(loc="lower left", frameon=False)
    figure.supxlabel(f"seconds for each gateway in a loop of {count}, logarithmic; less is better", fontsize=10)


def _fleets(figure: Any, panels: Any, rows: dict[Key, Row]) -> None:
    """Draw the seconds over the number of gateways, with a colour for each contender."""
    for panel, delay in zip(panels, DELAYS):
        panel.set(xscale="log", yscale="log")
        panel.grid(color="#dddddd", linewidth=0.6)
        for contender in FLEETS.contenders:
            for scenario, style, face in ((UNCHANGED, "o-", contender.colour), (CREATE, "D--", "white")):
                found = {key[2]: row.beyond for key, row in rows.items() if (key[0], key[1], key[3]) == (contender.name, scenario, delay)}
                counts = sorted(found)
                label = f"{contender.label.replace('`', '')}: {'created' if scenario == CREATE else scenario}"
                panel.plot(counts, [found[count] for count in counts], style, color=contender.colour, markerfacecolor=face, label=label)
    counts = sorted({key[2] for key in rows})
    panels[0].set_xticks(counts, [f"{count:,}" for count in counts])
    panels[0].yaxis.set_major_formatter("{x:g}")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper", frameon=False)
    figure.supxlabel("gateways", fontsize=10)
    figure.supylabel("seconds beyond the start of ansible-playbook", fontsize=10)


def _panel(panel: Any, rows: dict[Key, Row], count: int, delay: float) -> None:
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter("{x:g}")
    panel.grid(axis="x", which="both", color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)
    for scenario, marker, label, above in ((UNCHANGED, "o", "unchanged", True), (CREATE, "D", "created", False)):
        for index, contender in enumerate(SINGLE.contenders):
            row = rows.get((contender.name, scenario, count, delay))
            if row is None:
                continue
            face = contender.colour if above else "white"
            panel.plot(row.item, index, marker, markersize=8, markerfacecolor=face, markeredgecolor=contender.colour, markeredgewidth=1.8)
            offset = (0, 8) if above else (0, -15)
            panel.annotate(
                f"{row.item:.2g}", (row.item, index), offset, textcoords="offset points", ha="center", fontsize=9, color="#333333"
            )
        panel.plot([], [], marker, markersize=8, color="#555555", markerfacecolor="#555555" if above else "white", label=label)


def main() -> None:
    """Read the numbers, and write the drawing."""
    results, target = (Path(argument) for argument in sys.argv[1:3])
    document = json.loads(results.read_text(encoding="utf-8"))
    draw(document["family"], rows_of(document), target)


if __name__ == "__main__":
    main()
