# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test with each supported ansible-core, on every Python that it supports, and write the README's table of tested versions.

Usage: python -m tests.tools.matrix [CORE...], for example: python -m tests.tools.matrix 2.17

The table gets a new row for each ansible-core that passes. The exit code is 0 only if all pass. Pythons that are not installed are
reported in the output and in the table. The output of each step is stored in .cache/matrix.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

CORES = ("2.17", "2.18", "2.19", "2.20", "2.21")
# The oldest Python of modules and module_utils. tests/config.yml sets the same for ansible-test.
LEAST_TARGET = (3, 8)
README = Path("README.md")
LOGS = Path(".cache/matrix")
TESTER = "tests/tools/ansible_test.sh"
BEGIN, END = "<!-- begin: written by make matrix -->", "<!-- end: written by make matrix -->"
COLUMNS = ("ansible-core", "Python on the controller", "Python of the target", "Python not tested", "Tested")
# ansible-test prints this before the tests of a folder in tests/unit/plugins. "controller" is all but modules and module_utils.
UNIT_RUN = re.compile(r"^Unit test (\w+) with Python ([\d.]+)$", re.MULTILINE)
VERSIONS_SCRIPT = """
import ansible.release, platform
from ansible_test._util.target.common import constants
print(ansible.release.__version__, ".".join(platform.python_version_tuple()[:2]))
print(*constants.REMOTE_ONLY_PYTHON_VERSIONS, *constants.CONTROLLER_PYTHON_VERSIONS)
"""


class Core(NamedTuple):
    """An ansible-core in its virtual environment, with the Pythons that it supports, in ascending order. ``found`` are installed."""

    line: str
    version: str
    python: str
    bin: Path
    found: tuple[str, ...]
    missing: tuple[str, ...]


class Step(NamedTuple):
    """A command with its environment variables."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]


def output_of(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def core_of(line: str) -> Core:
    """Return the ansible-core of a release line such as 2.17. Its virtual environment is created if needed.

    :raises CalledProcessError: if no installed Python can run it.
    """
    folder = Path(output_of("tests/tools/core_venv.sh", line)) / "bin"
    own, supported = output_of(str(folder / "python"), "-c", VERSIONS_SCRIPT).splitlines()
    version, python = own.split()
    path = output_of("tests/tools/python_path.sh")
    targets = sorted((target for target in supported.split() if _parts(target) >= LEAST_TARGET), key=_parts)
    found = tuple(target for target in targets if shutil.which(f"python{target}", path=path))
    return Core(line, version, python, folder, found, tuple(target for target in targets if target not in found))


def _parts(python: str) -> tuple[int, ...]:
    return tuple(int(part) for part in python.split("."))


def steps_of(core: Core) -> list[Step]:
    """Return the steps for a core, in order. The integration targets also run with modules on the oldest Python."""
    separate_python = ("--controller", f"origin:python=venv/{core.python}", "--target", f"controller:python=venv/{core.found[0]}")
    return [
        Step("sanity", (TESTER, core.line, "sanity"), {}),
        Step("units", (TESTER, core.line, "units", "--venv"), {}),
        Step("integration", (TESTER, core.line, "integration", "--venv"), {"IN_PROCESS": "true"}),
        Step(f"integration-on-{core.found[0]}", (TESTER, core.line, "integration", *separate_python), {"IN_PROCESS": "false"}),
        Step("inprocess", ("pytest", "-q", "tests/in_process"), {"ANSIBLE_CORE_BIN": str(core.bin)}),
        Step("security", ("pytest", "-q", "tests/security"), {"ANSIBLE_CORE_BIN": str(core.bin)}),
    ]


def run(core: Core, step: Step) -> bool:
    """Run the step, and return whether it passed. The output of a failed step is printed."""
    log = LOGS / f"{core.line}-{step.name}.log"
    start = time.monotonic()
    with log.open("wb") as output:
        environment = {**os.environ, **step.environment}
        code = subprocess.run(
            step.command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False
        ).returncode
    print(f"  {step.name:<22}{'passed' if code == 0 else 'FAILED'}{time.monotonic() - start:7.0f} s", flush=True)
    if code:
        print(log.read_text(encoding="utf-8", errors="replace"), flush=True)
    return code == 0


def row_of(core: Core, units: str) -> tuple[str, ...]:
    """Return the row of a core that passed, given the output of its unit tests."""
    runs = UNIT_RUN.findall(units)
    tested = {kind: sorted({python for of, python in runs if of == kind}, key=_parts) for kind in ("controller", "modules", "module_utils")}
    assert tested["modules"] == tested["module_utils"] == list(core.found), f"unit tests ran on {tested['modules']}, not on {core.found}"
    cells = (", ".join(tested["controller"]), ", ".join(tested["modules"]), ", ".join(core.missing) or "none")
    return (core.version, *cells, datetime.datetime.now(datetime.timezone.utc).date().isoformat())


def with_row(text: str, row: tuple[str, ...]) -> str:
    """Return the README's text with the row of the same release line, such as 2.17, replaced. Rows are sorted."""
    before, rest = text.split(BEGIN + "\n")
    inside, after = rest.split(END)
    rows = {line_of(cells[0]): cells for cells in (cells_of(line) for line in inside.strip().splitlines()[2:])}
    rows[line_of(row[0])] = row
    ordered = [rows[line] for line in sorted(rows, key=_parts)]
    lines = [COLUMNS, ("---",) * len(COLUMNS), *ordered]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def cells_of(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split("|"))


def line_of(version: str) -> str:
    """Return the release line, such as 2.17 of 2.17.14."""
    return ".".join(version.split(".")[:2])


def passes(line: str) -> bool:
    """Test with one ansible-core, and return whether it passed. If so, update its row in the README."""
    try:
        core = core_of(line)
    except subprocess.CalledProcessError as error:
        print(f"ansible-core {line}: FAILED: {' '.join(error.cmd[:2])}", flush=True)
        return False
    missing = f"; not installed: {', '.join(core.missing)}" if core.missing else ""
    print(f"ansible-core {core.version} on Python {core.python}, modules on {', '.join(core.found)}{missing}", flush=True)
    outcomes = [run(core, step) for step in steps_of(core)]
    if not all(outcomes):
        return False
    row = row_of(core, (LOGS / f"{line}-units.log").read_text(encoding="utf-8"))
    README.write_text(with_row(README.read_text(encoding="utf-8"), row), encoding="utf-8")
    return True


def main(lines: list[str]) -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    failed = [line for line in lines if not passes(line)]
    print(f"{len(lines) - len(failed)} passed, {len(failed)} failed" + (f" ({', '.join(failed)})" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(CORES)))
