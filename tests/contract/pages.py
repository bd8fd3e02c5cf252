# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follows a page of documentation as a reader would: its files are written, its plays and commands run, from top to bottom.

A fenced block is one of these:

- a file, if its first line is a comment with a file's name, such as `# group_vars/all.yml`; it is written;
- plays or tasks in YAML; they are run;
- commands in a shell; they are run;
- `text`, what the step before it prints: its lines have to be there, in that order, with `...` for what may vary;
- anything, if a comment before it says why it is not run.

Marks are HTML comments right before a block, which readers do not see:

- `<!-- not run: REASON -->`
- `<!-- fails: TEXT -->`: what follows has to fail, and to print the text
- `<!-- simulator: {"mask_secrets": true} -->`: the simulator is such a server from here to the end of the page
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.contract.support import ROOT, Ansible, play_of
from tests.simulator.handle import Simulator

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHELLS = ("console", "shell", "bash", "sh")
# What a page may have its reader run and the tests run too; `make` only has to know its targets.
PROGRAMS = ("ansible", "ansible-doc", "ansible-inventory", "ansible-playbook", "cat", "env")
FENCE = re.compile(
    r"(?P<marks>(?:^[ ]*<!--[^>]*-->\n+)*)^(?P<indent>[ ]*)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"<!--\s*(not run|fails|simulator):(.*?)-->", re.DOTALL)
FILE = re.compile(r"# ([\w./-]+\.\w+|[\w-]+/[\w./-]+)\n")


class Block(NamedTuple):
    """A fenced block, with the marks before it by their kind."""

    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def is_run(self) -> bool:
        return "not run" not in self.marks

    @property
    def file(self) -> str | None:
        """The name of the file that the block shows."""
        named = FILE.match(self.text)
        return named[1] if named else None

    @property
    def commands(self) -> list[str]:
        """The lines of a shell block, without prompts and comments, continued lines joined."""
        lines = self.text.replace("\\\n", " ").splitlines() if self.language in SHELLS and not self.file else []
        found = (line.strip().removeprefix("$ ").strip() for line in lines)
        return [line for line in found if line and not line.startswith("#")]

    @property
    def plays(self) -> list[dict[str, Any]]:
        """The plays of a YAML block that is not a file; tasks become one. A block that holds something else has none."""
        content = yaml.safe_load(self.text) if self.language == "yaml" and not self.file else None
        if not isinstance(content, list):
            return []
        return content if any("hosts" in play for play in content) else [play_of(content)]

    @property
    def printed(self) -> list[str]:
        """The lines that the step before has to have printed."""
        return [line.strip() for line in self.text.splitlines() if line.strip()] if self.language in ("text", "mermaid") else []


def blocks_of(text: str) -> list[Block]:
    """The fenced blocks of a Markdown text, in order."""
    return [
        Block(
            text.count("\n", 0, match.start("text")),
            match["language"],
            re.sub(f"^{match['indent']}", "", match["text"], flags=re.MULTILINE),
            {kind: words.strip() for kind, words in MARK.findall(match["marks"])},
        )
        for match in FENCE.finditer(text)
    ]


def is_make(command: str) -> bool:
    return shlex.split(command)[0] == "make"


def is_known(command: str) -> bool:
    return is_make(command) or shlex.split(command)[0] in PROGRAMS


def joined(blocks: list[Block]) -> Iterator[Block]:
    """The blocks that are run; plays that follow one another become one block, as starting Ansible takes long."""
    held: Block | None = None
    for block in blocks:
        if not block.is_run:
            continue
        if held and block.plays and not block.marks:
            held = held._replace(text=yaml.safe_dump(held.plays + block.plays))
            continue
        if held:
            yield held
        held = block if block.plays and not block.marks else None
        if not held:
            yield block
    if held:
        yield held


class Reader:
    """Does what the blocks of one page say, in the folder of ``ansible``."""

    def __init__(self, ansible: Ansible, simulator: Simulator) -> None:
        self.ansible = ansible
        self.simulator = simulator
        self.output = ""

    def follow(self, blocks: list[Block]) -> None:
        """Do all of it; AssertionError with the block's line where something is not as the page has it."""
        for block in joined(blocks):
            try:
                self._do(block)
            except AssertionError as error:
                raise AssertionError(f"line {block.line}: {error}") from error

    def _do(self, block: Block) -> None:
        if "simulator" in block.marks:
            self.simulator.behave(**json.loads(block.marks["simulator"]))
        if block.file:
            self._write(block.file, block.text)
        elif block.plays and "fails" not in block.marks:
            self.output = self.ansible.play(block.plays)
        elif block.plays:
            self._write("playbook.yml", yaml.safe_dump(block.plays))
            self._fail("ansible-playbook playbook.yml", block.marks["fails"])
        elif block.printed:
            self._compare(block.printed)
        for command in block.commands:
            if is_make(command):
                continue
            if "fails" in block.marks:
                self._fail(command, block.marks["fails"])
            else:
                self.output = self.ansible.run("bash", "-c", command)

    def _write(self, name: str, text: str) -> None:
        target = self.ansible.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def _fail(self, command: str, expected: str) -> None:
        done = self.ansible.start("bash", "-c", command)
        self.output = done.stdout + done.stderr
        assert done.returncode != 0, f"{command} did not fail\n{self.output}"
        assert expected in self.output, f"{command} did not print {expected!r}\n{self.output}"

    def _compare(self, expected: list[str]) -> None:
        printed = iter(self.output.splitlines())
        for line in expected:
            pattern = ".*".join(re.escape(part) for part in line.split("..."))
            found = any(re.fullmatch(pattern, candidate.strip()) for candidate in printed)
            assert found, f"{line!r} was not printed, or not there:\n{self.output}"


def title_of(page: Path) -> str:
    """The name of a page below the checkout."""
    return page.relative_to(ROOT).as_posix()
