# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README: its examples are run, and its tables are held against the field table."""

from __future__ import annotations

import re
import shlex
from typing import Any, NamedTuple

import pytest
import yaml

from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.connection import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.support import ROOT, Ansible, play_of, walk
from tests.simulator.handle import Simulator

SHELLS = ("console", "shell", "bash", "sh")
BOUNDS = ("minimum", "maximum", "above", "min_length", "max_length", "max_items")
FENCE = re.compile(
    r"(?:^<!--[ ]*not[ ]run:(?P<reason>[^>]*?)-->\n+)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL | re.VERBOSE
)


class Block(NamedTuple):
    """A fenced block. C(reason) is why it is not run, C(None) where it is."""

    line: int
    language: str
    text: str
    reason: str | None

    @property
    def commands(self) -> list[str]:
        """The lines of a shell block, without prompts and comments, continued lines joined."""
        lines = self.text.replace("\\\n", " ").splitlines() if self.language in SHELLS else []
        found = (line.strip().removeprefix("$ ").strip() for line in lines)
        return [line for line in found if line and not line.startswith("#")]

    @property
    def plays(self) -> list[dict[str, Any]]:
        """The plays of a YAML block; tasks become one. A block that holds something else, such as requirements, has none."""
        content = yaml.safe_load(self.text) if self.language in ("yaml", "yml") else None
        if not isinstance(content, list):
            return []
        return content if any("hosts" in play for play in content) else [play_of(content)]


class Step(NamedTuple):
    """Plays to play together, or one command."""

    plays: list[dict[str, Any]]
    command: str


def blocks_of(text: str) -> list[Block]:
    """The fenced blocks of a Markdown text, in order."""
    return [
        Block(text.count("\n", 0, match.start("text")), match["language"], match["text"], match["reason"]) for match in FENCE.finditer(text)
    ]


def steps_of(blocks: list[Block]) -> list[Step]:
    """What is to be run, in order; plays that follow one another are one step, as starting Ansible takes long."""
    steps: list[Step] = []
    for block in blocks:
        if block.reason is not None:
            continue
        if block.plays and steps and steps[-1].plays:
            steps[-1].plays.extend(block.plays)
        elif block.plays:
            steps.append(Step(list(block.plays), ""))
        steps.extend(Step([], command) for command in block.commands if command.startswith("ansible "))
    return steps


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def blocks(readme: str) -> list[Block]:
    return blocks_of(readme)


def rows_of(readme: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading of the second level, without the two lines on top."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    assert section, f"no section {heading}"
    table = re.search(r"(?:^\|.*\|\n)+", section[1], re.MULTILINE)
    assert table, f"no table under {heading}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_the_reader_of_blocks_sees_all_and_skips_what_says_why() -> None:
    text = "a\n```yaml\n- a: {}\n```\n<!-- not run: b -->\n```console\n$ ansible x \\\n  y\n# c\n```\n```yaml\nc: 1\n```\n"
    plain, marked, other = blocks_of(text)
    assert (plain.line, plain.reason, plain.plays) == (2, None, [play_of([{"a": {}}])])
    assert (marked.reason, marked.commands) == (" b ", ["ansible x    y"])
    assert (other.plays, other.commands) == ([], [])
    assert steps_of([plain, marked, other]) == [Step([play_of([{"a": {}}])], "")]


def test_no_fence_is_overlooked(readme: str, blocks: list[Block]) -> None:
    assert 2 * len(blocks) == len(re.findall(r"^\s*```", readme, re.MULTILINE))
    assert len(re.findall("not run:", readme)) == sum(block.reason is not None for block in blocks)


def test_what_is_not_run_says_why(blocks: list[Block]) -> None:
    for block in blocks:
        if block.reason is not None:
            print(f"README.md, line {block.line}: not run: {block.reason.strip()}")
            assert block.reason.strip(), f"line {block.line}"


def test_whatever_is_not_marked_can_be_run(blocks: list[Block]) -> None:
    """A command that this test does not know needs a mark, so that nothing goes unchecked silently."""
    unknown = [
        command for block in blocks if block.reason is None for command in block.commands if not command.startswith(("ansible ", "make"))
    ]
    assert not unknown


def test_every_example_runs(blocks: list[Block], ansible: Ansible, simulator: Simulator) -> None:
    steps = steps_of(blocks)
    assert any(step.plays for step in steps), "no play or task to run"
    assert any(step.command for step in steps), "no command to run"
    for step in steps:
        if step.plays:
            ansible.play(step.plays)
        else:
            ansible.run(*shlex.split(step.command))
    assert {"POST", "PUT", "DELETE"} <= {request["method"] for request in simulator.requests()}


def test_the_make_targets_exist(readme: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^|&& |\$ )make ([a-z][\w-]*)", readme, re.MULTILINE))
    assert named
    assert named <= targets


def test_the_files_that_are_linked_exist(readme: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", readme) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_the_settings_are_those_of_the_table(readme: str) -> None:
    assert [quoted(row[0]) for row in rows_of(readme, "Settings")] == [[field.name] for field in GATEWAY.settings]


@pytest.mark.parametrize("field", GATEWAY.settings, ids=lambda field: field.name)
def test_the_row_of_a_setting(readme: str, field: Field) -> None:
    (row,) = [row for row in rows_of(readme, "Settings") if quoted(row[0]) == [field.name]]
    _name, kind, limits = row[:3]
    assert kind.startswith(field.type)
    numbers = {int(number) for number in re.findall(r"\d+", re.sub(r"`[^`]*`", "", limits))}
    words = set(quoted(limits))
    parts = [part for _where, part in walk(field.fields)]
    if parts:
        # Too much for a cell: what it tells must be true.
        assert numbers <= {bound for part in parts for bound in bounds_of(part)}
        assert words <= {word for part in parts for word in (part.name, *part.choices)}
        assert numbers or words or not any(bounds_of(part) or part.choices for part in parts)
    else:
        assert numbers == bounds_of(field)
        assert words == set(field.choices)


def bounds_of(field: Field) -> set[int]:
    return {getattr(field, kind) for kind in BOUNDS if getattr(field, kind) is not None}


def test_what_a_new_gateway_gets_is_told(readme: str) -> None:
    """Of what is filled in, that is: what is filled in with 0 is off, as it would be anyway."""
    for row in rows_of(readme, "Settings"):
        (field,) = [field for field in GATEWAY.settings if [field.name] == quoted(row[0])]
        assert re.findall(r"`(\w+)` on a new gateway", row[3]) == (["true"] if field.on_create is True else [])


def test_the_environment_variables(readme: str) -> None:
    rows = rows_of(readme, "Authentication")
    told = {name: variable for row in rows for name, variable in zip(quoted(row[0]), quoted(row[1]))}
    assert told == {field.name: field.env for field in CONNECTION_OPTIONS if field.env}


@pytest.mark.parametrize("field", CONNECTION_OPTIONS, ids=lambda field: field.name)
def test_every_connection_option_is_named_with_its_default(readme: str, field: Field) -> None:
    assert f"`{field.name}`" in readme
    if field.type == "int":
        assert re.search(rf"`{field.name}` \({field.default}\b", readme)
