# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change the code of plugins/module_utils in thousands of small ways, one at a time, and see whether the unit tests notice.

Usage: python -m tests.robustness.mutation [--again] [FOLDER | FOLDER/FILE.py]...
For example: python -m tests.robustness.mutation reconcile api/retry.py

mutmut does the work, in .cache/mutation, on copies; [tool.mutmut] in pyproject.toml is its configuration. Here is what it lacks: it
leaves prose alone, and it holds what survived against survivors.yml. The exit code is 0 only if, of the parts in ``HELD``, each
mutant was noticed or is explained there, and each explanation is still needed.

--again tries only what was not noticed in the last run of the same choice, and what has changed since.
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
# Below these names, tests import the code; mutmut knows a function by the path of its file.
COLLECTION = Path("ansible_collections/edgeops/cloudflare")
SOURCES = COLLECTION / "plugins/module_utils"
EXPLANATIONS = PROJECT / "tests/robustness/mutation/survivors.yml"
HELD = ("reconcile", "api")
# Tests of these files take most of the time, and go through all of the code. They are about what is at the bottom of it.
LOW_TESTS = tuple(f"tests/unit/plugins/module_utils/api/test_{name}.py" for name in ("hostile_answers", "tls", "transport"))
LOW_CODE = tuple(f".module_utils.api.{name}." for name in ("client", "connection", "envelope", "transport"))
# So many of the fastest tests are tried alone first: most mutants do not get past them, and pytest takes longer to find all the others.
FIRST_TESTS = 50
NOTICED = ("killed", "timeout", "caught by type check")
# A mutant that never ends may also never stop to grow.
MAX_MEMORY = 4 * 1024**3


class Mutant(NamedTuple):
    """A change of ``file``, below module_utils: one line or more ``before``, and ``after`` it. ``status`` is mutmut's word."""

    name: str
    file: str
    status: str
    before: str
    after: str

    @property
    def part(self) -> str:
        return self.file.partition("/")[0]


def names_only(node: libcst.BaseString) -> Iterable[libcst.BaseString]:
    """Mutants of a string that a program reads, such as a key. What has a space in it is for people, and tests do not spell it out."""
    if not isinstance(node, libcst.SimpleString) or " " not in node.value:
        yield from mutators.operator_string(node)


def near_tests_only(measure: Callable[..., None]) -> Callable[..., None]:
    """mutmut's ``measure``, which finds out which tests run which function, without the low tests of what is not at the bottom."""

    def measured(*arguments: Any, **options: Any) -> None:
        measure(*arguments, **options)
        for function, tests in state().tests_by_mangled_function_name.items():
            if not any(name in function for name in LOW_CODE):
                tests -= {test for test in tests if test.startswith(LOW_TESTS)}

    return measured


class Runner(PytestRunner):
    """mutmut's, but for the order: the few fastest tests first, and the others only if these notice nothing."""

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        names = list(tests)
        steps = [names[:FIRST_TESTS], names[FIRST_TESTS:]] if len(names) > FIRST_TESTS else [names]
        return next(filter(None, (super(Runner, self).run_tests(mutant_name=mutant_name, tests=step) for step in steps)), 0)


def settle_in(home: Path) -> None:
    """Make a home for mutmut that has the paths by which tests import the code."""
    shutil.rmtree(home, ignore_errors=True)
    for link, target in ((COLLECTION, PROJECT), ("tests", PROJECT / "tests"), ("pyproject.toml", PROJECT / "pyproject.toml")):
        (home / link).parent.mkdir(parents=True, exist_ok=True)
        (home / link).symlink_to(target)


def forget_survivors() -> None:
    """Let mutmut try those again that were not noticed."""
    for data in results():
        for name, code in data.exit_code_by_key.items():
            if status_by_exit_code[code] not in NOTICED:
                data.exit_code_by_key[name] = None
        data.save()


def adapt_mutmut() -> None:
    operators: list[object] = list(mutators.mutation_operators)
    operators[operators.index((libcst.BaseString, mutators.operator_string))] = (libcst.BaseString, names_only)
    # mutmut has no way to configure either; the one is a list that it declares as a Sequence, the other a name that it imports.
    mutators.mutation_operators[:] = operators  # type: ignore[index]
    mutmut.collect_or_load_stats = near_tests_only(mutmut.collect_or_load_stats)
    isolation.PytestRunner = Runner  # type: ignore[attr-defined]
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def results() -> Iterator[SourceFileMutationData]:
    """What mutmut knows of each file that it has changed."""
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
    """Why a mutant need not be noticed, by file, the line as it is, and the line as it is then."""
    entries = yaml.safe_load(EXPLANATIONS.read_text("utf-8")) or []
    return {(entry["file"], entry["before"], after): entry["why"] for entry in entries for after in entry["after"]}


def report(found: list[Mutant], reasons: Mapping[tuple[str, str, str], str]) -> int:
    """Print what became of the mutants, and return how many things have to be put right."""
    survived = [mutant for mutant in found if mutant.status not in NOTICED]
    known = {mutant.name for mutant in survived if mutant[1:2] + mutant[3:] in reasons}
    files = {mutant.file for mutant in found}
    needless = set(reasons) - {mutant[1:2] + mutant[3:] for mutant in survived}
    needless = {key for key in needless if key[0] in files}
    unexplained = [mutant for mutant in survived if mutant.name not in known]
    for mutant in unexplained:
        print(f"\n{mutant.name}: {mutant.status}\n{mutant.file}\n-   {mutant.before}\n+   {mutant.after}")
    for file, before, after in sorted(needless):
        print(f"\nThis explanation is not needed: {file}\n-   {before}\n+   {after}")
    print(
        f"\n{'':<13}"
        + "".join(f"{title:>12}" for title in ("mutants", "by tests", "by timeout", "by mypy", "survived", "explained", "score"))
    )
    for part in [*sorted({mutant.part for mutant in found}), ""]:
        of_part = [mutant for mutant in found if part in ("", mutant.part)]
        statuses = Counter(mutant.status for mutant in of_part)
        by = [statuses[status] for status in NOTICED]
        score = sum(by) / len(of_part)
        numbers = (len(of_part), *by, len(of_part) - sum(by), len(known & {mutant.name for mutant in of_part}))
        print(f"{part or 'in all':<13}" + "".join(f"{number:>12}" for number in numbers) + f"{score:>12.1%}")
    wrong = len(needless) + sum(mutant.part in HELD for mutant in unexplained)
    print(f"{wrong} to put right: survivors in {' and '.join(HELD)} that nobody explained, and explanations that are not needed")
    return wrong


def main(again: bool, chosen: list[str]) -> int:
    reasons = explained()
    home = HOMES / ("+".join(chosen).replace("/", ".") or "all")
    if not again:
        settle_in(home)
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
