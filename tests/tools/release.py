# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare a release: write its version to all files that contain it, record its interface, and write the changelog from the fragments.

Usage: python -m tests.tools.release VERSION

It does not commit anything. CONTRIBUTING.md describes the steps before and after.
"""

from __future__ import annotations

import re
import subprocess
import sys

from tests.tools.interface import ROOT, current_version, ordered, record, releases

# The files that contain the version of the collection, with a pattern of the line. VERSION stands for the version.
PLACES = {
    "galaxy.yml": r"^version: (VERSION)$",
    "plugins/module_utils/api/transport.py": r'^USER_AGENT = "ansible-edgeops\.cloudflare/(VERSION)"$',
}
# The files that contain the oldest version that works with the files for AWX. A release sets it to its own version.
MINIMUM_PLACES = {
    "docs/awx.md": r'^ +version: ">=(VERSION)"$',
    "extensions/awx/project/collections/requirements.yml": r'^ +version: ">=(VERSION)"$',
    "extensions/execution_environment/execution-environment.yml": r'^ +version: ">=(VERSION)"$',
}
VERSION = r"\d+\.\d+\.\d+"


def versions_in(path: str) -> list[str]:
    """Return the versions of the collection in a file. There should be one."""
    return _pattern(path).findall((ROOT / path).read_text(encoding="utf-8"))


def write_version(path: str, version: str) -> None:
    """Replace the version of the collection in a file."""
    text = (ROOT / path).read_text(encoding="utf-8")
    (match,) = _pattern(path).finditer(text)
    (ROOT / path).write_text(text[: match.start(1)] + version + text[match.end(1) :], encoding="utf-8")


def problems_of(version: str) -> list[str]:
    """Return what prevents a release of ``version``."""
    if not re.fullmatch(VERSION, version):
        return [f"VERSION is {version!r}, but must have three numbers, such as 1.2.0."]
    problems = []
    if version in releases():
        problems.append(f"{version} is released already.")
    if ordered(version) < ordered(current_version()):
        problems.append(f"{version} is older than {current_version()} in galaxy.yml.")
    if not (ROOT / f"changelogs/fragments/{version}.yml").exists():
        problems.append(f"changelogs/fragments/{version}.yml must contain a release_summary.")
    return problems


def main(arguments: list[str]) -> int:
    """Prepare the release of the version in ``arguments``, and return the exit code."""
    version = " ".join(arguments)
    problems = problems_of(version)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    for path in (*PLACES, *MINIMUM_PLACES):
        write_version(path, version)
    record(version)
    subprocess.run(["antsibull-changelog", "release"], cwd=ROOT, check=True)
    print(f"{version} is prepared, and not committed.")
    return 0


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile({**PLACES, **MINIMUM_PLACES}[path].replace("VERSION", VERSION), re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
