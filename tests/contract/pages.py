# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Execution of documentation pages, from top to bottom: files are written, plays and commands are run.

A fenced block is one of these:

- a file, if its first line is a comment with a file's name, such as `# group_vars/all.yml`; it is written;
- plays or tasks in YAML; they are run;
- commands in a shell; they are run;
- `text`, the output of the previous step: its lines must appear in this order, with `...` for parts that vary;
- anything, if a comment before it gives a reason for not running it.

Marks are HTML comments directly before a block, which readers do not see:

- `<!-- not run: REASON -->`
- `<!-- fails: TEXT -->`: the block must fail, and print the text
- `<!-- simulator: {"mask_secrets": true} -->`: behaviour of the simulator from here to the end of the page
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
# Programs in commands that the tests run, too. Of `make`, only the existence of the targets is tested.
PROGRAMS = ("ansible", "ansible-doc", "ansible-inventory", "ansible-playbook", "cat", "env")
FENCE = re.compile(
    r"(?P<marks>(?:^[ ]*<!--[^>]*-->\n+)*)^(?P<indent>[ ]*)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"<!--\s*(not run|fails|simulator):(.*?)-->", re.DOTALL)
FILE = re.compile(r"# ([\w./-]+\.\w+|[\w-]+/[\w./-]+)\n")


class Block(NamedTuple):
    """A fenced block, with the marks before it by kind."""

    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def is_run(self) -> bool:
        return "not run" not in self.marks

    @property
    def file(self) -> str | None:
        """Return the name of the file that the block shows."""
        named = FILE.match(self.text)
        return named[1] if named else None

    @property
    def commands(self) -> list[str]:
        """Return the lines of a shell block, without prompts and comments. Continued lines are joined."""
        lines = self.text.replace("\\\n", " ").splitlines() if self.language in SHELLS and not self.file else []
        found = (line.strip().removeprefix("$ ").strip() for line in lines)
        return [line for line in found if line and not line.startswith("#")]

    @property
    def plays(self) -> list[dict[str, Any]]:
        """Return the plays of a YAML block that is not a file. Tasks become one play. Other blocks have none."""
        content = yaml.safe_load(self.text) if self.language == "yaml" and not self.file else None
        if not isinstance(content, list):
            return []
        return content if any("hosts" in play for play in content) else [play_of(content)]

    @property
    def printed(self) -> list[str]:
        """Return the expected lines of the previous step's output."""
        return [line.strip() for line in self.text.splitlines() if line.strip()] if self.language in ("text", "mermaid") else []


def blocks_of(text: str) -> list[Block]:
    """Return the fenced blocks of a Markdown text, in order."""
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
    """Yield the blocks that are run. Consecutive plays become one block, because Ansible starts slowly."""
    pending: Block | None = None
    for block in blocks:
        if not block.is_run:
            continue
        if pending and block.plays and not block.marks:
            pending = pending._replace(text=yaml.safe_dump(pending.plays + block.plays))
            continue
        if pending:
            yield pending
        pending = block if block.plays and not block.marks else None
        if not pending:
            yield block
    if pending:
        yield pending


class Reader:
    """Runs the blocks of one page in the folder of ``ansible``."""

    def __init__(self, ansible: Ansible, simulator: Simulator) -> None:
        self.ansible = ansible
        self.simulator = simulator
        self.output = ""

    def follow(self, blocks: list[Block]) -> None:
        """Run all blocks.

        :raises AssertionError: with the line of the block, if something differs from the page.
        """
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
    """Return the path of a page within the checkout."""
    return page.relative_to(ROOT).as_posix()
