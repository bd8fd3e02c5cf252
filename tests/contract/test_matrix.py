# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README's table of tested versions, and the program that writes it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.contract.support import ROOT
from tests.tools.matrix import BEGIN, CORES, END, LEAST_TARGET, Core, cells_of, line_of, row_of, with_row

CORE = Core("2.20", "2.20.1", "3.12", Path("bin"), found=("3.9", "3.12"), missing=("3.14",))
UNITS = """\
Unit test modules with Python 3.9
Unit test module_utils with Python 3.9
Unit test modules with Python 3.12
Unit test module_utils with Python 3.12
Unit test controller with Python 3.12
"""


def table_of(text: str) -> list[tuple[str, ...]]:
    inside = text.partition(BEGIN)[2].partition(END)[0]
    return [cells_of(line) for line in inside.strip().splitlines()]


def test_a_row_lists_tested_and_missing_pythons() -> None:
    version, controller, modules, missing, _date = row_of(CORE, UNITS)
    assert (version, controller, modules, missing) == ("2.20.1", "3.12", "3.9, 3.12", "3.14")


@pytest.mark.parametrize("line", UNITS.splitlines()[:4])
def test_a_python_without_tests_is_an_error(line: str) -> None:
    with pytest.raises(AssertionError, match="unit tests ran on"):
        row_of(CORE, UNITS.replace(line + "\n", ""))


def test_a_new_row_replaces_its_predecessor() -> None:
    text = f"before\n{BEGIN}\n| a |\n| --- |\n{END}\nafter\n"
    for version in ("2.21.3", "2.9.1", "2.21.4"):
        text = with_row(text, (version, "", "", "", ""))
    assert [cells[0] for cells in table_of(text)[2:]] == ["2.9.1", "2.21.4"]
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")


def test_the_table_contains_only_supported_versions() -> None:
    rows = [line_of(cells[0]) for cells in table_of((ROOT / "README.md").read_text(encoding="utf-8"))[2:]]
    assert rows == [line for line in CORES if line in rows]


def test_the_oldest_versions_match_the_metadata() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={CORES[0]}.0"
    config = yaml.safe_load((ROOT / "tests/config.yml").read_text(encoding="utf-8"))
    assert config["modules"]["python_requires"] == ">=" + ".".join(str(part) for part in LEAST_TARGET)
