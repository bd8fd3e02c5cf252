# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutation testing: make thousands of small changes to plugins/module_utils, one at a time, and run the unit tests on each.

Usage: python -m tests.robustness.mutation [--again] [FOLDER | FOLDER/FILE.py]...
For example: python -m tests.robustness.mutation reconcile api/retry.py

mutmut changes and tests copies in .cache/mutation. [tool.mutmut] in pyproject.toml is its configuration. This program adds two
features: it does not change prose, and it compares survivors with survivors.yml. The exit code is 0 only if each mutant of the parts
in ``STRICT_PARTS`` was detected or is explained there, and each explanation is still needed.

--again only tests the mutants that the last run of the same selection did not detect, and code that has changed since.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple

import libcst
import yaml
from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation import mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.workers import isolation

PROJECT = Path.cwd()
HOMES = PROJECT / ".cache/mutation"
# Tests import the code by these paths, and mutmut identifies a function by the path of its file.
COLLECTION = Path("ansible_collections/edgeops/cloudflare")
SOURCES = COLLECTION / "plugins/module_utils"
EXPLANATIONS = PROJECT / "tests/robustness/mutation/survivors.yml"
STRICT_PARTS = ("reconcile", "api")
# The tests in these files take most of the time and execute all of the code, but they test the lowest layer only.
LOW_TESTS = tuple(f"tests/unit/plugins/module_utils/api/test_{name}.py" for name in ("hostile_answers", "tls", "transport"))
LOW_CODE = tuple(f".module_utils.api.{name}." for name in ("client", "connection", "envelope", "transport"))
# Number of the fastest tests that run first. They detect most mutants, and pytest takes longer to collect all others.
FIRST_TESTS = 50
DETECTED = ("killed", "timeout", "caught by type check")
# A mutant with an endless loop may also allocate memory without end.
MAX_MEMORY = 4 * 1024**3


class Mutant(NamedTuple):
    """A change of ``file``, a path below module_utils, with the lines ``before`` and ``after`` it. ``status`` is mutmut's term."""

    name: str
    file: str
    status: str
    before: str
    after: str

    @property
    def part(self) -> str:
        return self.file.partition("/")[0]


def mutate_names_only(node: libcst.BaseString) -> Iterable[libcst.BaseString]:
    """Yield mutants of strings without spaces, such as keys. Strings with spaces are messages, which tests do not compare verbatim."""
    if not isinstance(node, libcst.SimpleString) or " " not in node.value:
        yield from mutators.operator_string(node)


def without_low_tests(measure: Callable[..., None]) -> Callable[..., None]:
    """Wrap mutmut's ``measure``, which maps functions to tests, and drop ``LOW_TESTS`` for functions outside ``LOW_CODE``."""

    def measured(*arguments: Any, **options: Any) -> None:
        measure(*arguments, **options)
        for function, tests in state().tests_by_mangled_function_name.items():
            if not any(name in function for name in LOW_CODE):
                tests -= {test for test in tests if test.startswith(LOW_TESTS)}

    return measured


class Runner(PytestRunner):
    """mutmut's runner, but it runs the fastest tests first, and the others only if these detect nothing."""

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        names = list(tests)
        steps = [names[:FIRST_TESTS], names[FIRST_TESTS:]] if len(names) > FIRST_TESTS else [names]
        return next(filter(None, (super(Runner, self).run_tests(mutant_name=mutant_name, tests=step) for step in steps)), 0)


def prepare_home(home: Path) -> None:
    """Create a working directory for mutmut with the paths by which tests import the code."""
    shutil.rmtree(home, ignore_errors=True)
    for link, target in ((COLLECTION, PROJECT), ("tests", PROJECT / "tests"), ("pyproject.toml", PROJECT / "pyproject.toml")):
        (home / link).parent.mkdir(parents=True, exist_ok=True)
        (home / link).symlink_to(target)


def forget_survivors() -> None:
    """Make mutmut test the undetected mutants again."""
    for data in results():
        for name, code in data.exit_code_by_key.items():
            if status_by_exit_code[code] not in DETECTED:
                data.exit_code_by_key[name] = None
        data.save()


def adapt_mutmut() -> None:
    operators: list[object] = list(mutators.mutation_operators)
    operators[operators.index((libcst.BaseString, mutators.operator_string))] = (libcst.BaseString, mutate_names_only)
    # mutmut has no configuration for these. One is a list that it declares as a Sequence, the other a name that it imports.
    mutators.mutation_operators[:] = operators  # type: ignore[index]
    mutmut.collect_or_load_stats = without_low_tests(mutmut.collect_or_load_stats)
    isolation.PytestRunner = Runner  # type: ignore[attr-defined]
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def results() -> Iterator[SourceFileMutationData]:
    """Yield mutmut's results of each file that it has changed."""
    for path in sorted(SOURCES.rglob("*.py")):
        data = SourceFileMutationData(path=path)
        data.load()
        if data.exit_code_by_key:
            yield data


def mutants() -> Iterator[Mutant]:
    for data in results():
        for name, code in data.exit_code_by_key.items():
            lines = get_diff_for_mutant(name, path=data.path).splitlines()[3:]
            before, after = ("\n".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
            yield Mutant(name, Path(data.path).relative_to(SOURCES).as_posix(), status_by_exit_code[code], before, after)


def explained() -> dict[tuple[str, str, str], str]:
    """Return the reasons why mutants need not be detected, by file, line before the change, and line after it."""
    entries = yaml.safe_load(EXPLANATIONS.read_text("utf-8")) or []
    return {(entry["file"], entry["before"], after): entry["why"] for entry in entries for after in entry["after"]}


def report(found: list[Mutant], reasons: Mapping[tuple[str, str, str], str]) -> int:
    """Print the results, and return the number of problems."""
    survived = [mutant for mutant in found if mutant.status not in DETECTED]
    known = {mutant.name for mutant in survived if mutant[1:2] + mutant[3:] in reasons}
    files = {mutant.file for mutant in found}
    unneeded = set(reasons) - {mutant[1:2] + mutant[3:] for mutant in survived}
    unneeded = {key for key in unneeded if key[0] in files}
    unexplained = [mutant for mutant in survived if mutant.name not in known]
    for mutant in unexplained:
        print(f"\n{mutant.name}: {mutant.status}\n{mutant.file}\n-   {mutant.before}\n+   {mutant.after}")
    for file, before, after in sorted(unneeded):
        print(f"\nThis explanation is not needed: {file}\n-   {before}\n+   {after}")
    print(
        f"\n{'':<13}"
        + "".join(f"{title:>12}" for title in ("mutants", "by tests", "by timeout", "by mypy", "survived", "explained", "score"))
    )
    for part in [*sorted({mutant.part for mutant in found}), ""]:
        of_part = [mutant for mutant in found if part in ("", mutant.part)]
        statuses = Counter(mutant.status for mutant in of_part)
        by = [statuses[status] for status in DETECTED]
        score = sum(by) / len(of_part)
        numbers = (len(of_part), *by, len(of_part) - sum(by), len(known & {mutant.name for mutant in of_part}))
        print(f"{part or 'in all':<13}" + "".join(f"{number:>12}" for number in numbers) + f"{score:>12.1%}")
    problems = len(unneeded) + sum(mutant.part in STRICT_PARTS for mutant in unexplained)
    print(f"{problems} to put right: survivors in {' and '.join(STRICT_PARTS)} that nobody explained, and explanations that are not needed")
    return problems


def main(again: bool, chosen: list[str]) -> int:
    reasons = explained()
    home = HOMES / ("+".join(chosen).replace("/", ".") or "all")
    if not again:
        prepare_home(home)
    os.chdir(home)
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(home / "mutants")
    adapt_mutmut()
    if chosen:
        config().only_mutate = [f"{SOURCES / name}*" for name in chosen]
    forget_survivors()
    mutmut.cli(["run", "--max-children", "1"], standalone_mode=False)
    return 1 if report(list(mutants()), reasons) else 0


if __name__ == "__main__":
    sys.exit(main("--again" in sys.argv, [name for name in sys.argv[1:] if name != "--again"]))
