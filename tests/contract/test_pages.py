# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation pages: their steps work, and their links and make targets exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.basic import missing_required_lib

from tests.contract.pages import PAGES, Block, Reader, blocks_of, is_known, joined, title_of
from tests.contract.support import ROOT, Ansible, play_of
from tests.simulator.handle import Simulator

LINK = re.compile(r"\]\(([^)\s]+)\)")
# Galaxy shows the README without the other files, so the README has absolute links to them.
FILES = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"] + "/blob/main/"
SAMPLE = """\
<!-- another comment -->
```yaml
- a: {}
```
<!-- simulator: {"reorder": true} -->
<!-- not run: b -->
```console
$ ansible x \\
  y
# c
```
```yaml
# vars/a.yml
c: 1
```
1. In a list:

   <!-- fails: e -->
   ```yaml
   - d:
       e: f
   ```
"""


@pytest.fixture(params=PAGES, ids=title_of)
def page(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.fixture
def blocks(text: str) -> list[Block]:
    return blocks_of(text)


@pytest.fixture
def reader(simulator: Simulator, tmp_path: Path) -> Reader:
    return Reader(Ansible(tmp_path, simulator), simulator)


def kinds_of(block: Block) -> list[str]:
    """Return the kinds of a block. There should be one."""
    kinds = {
        "not run": not block.is_run,
        "file": block.is_run and block.file,
        "plays": block.is_run and block.plays,
        "commands": block.is_run and block.commands and all(map(is_known, block.commands)),
        "output": block.is_run and block.printed,
    }
    return [kind for kind, holds in kinds.items() if holds]


def test_the_steps_of_a_page_work(blocks: list[Block], reader: Reader) -> None:
    reader.follow(blocks)


def test_all_fences_and_marks_are_parsed(text: str, blocks: list[Block]) -> None:
    assert 2 * len(blocks) == len(re.findall(r"^\s*(?:```|~~~)", text, re.MULTILINE))
    assert len(re.findall(r"<!--\s*(?:not run|fails|simulator):", text)) == sum(len(block.marks) for block in blocks)


def test_each_block_has_one_kind_and_each_mark_a_value(blocks: list[Block]) -> None:
    assert not [(block.line, block.text) for block in blocks if len(kinds_of(block)) != 1]
    assert not [block.line for block in blocks if not all(block.marks.values())]


def test_blocks_that_must_fail_are_run(blocks: list[Block]) -> None:
    assert not [block.line for block in blocks if "fails" in block.marks and not (block.plays or block.commands)]


def test_each_playbook_on_a_page_is_run(blocks: list[Block]) -> None:
    commands = " ".join(command for block in blocks if block.is_run for command in block.commands)
    for block in blocks:
        if block.is_run and block.file and block.language == "yaml":
            content = yaml.safe_load(block.text)
            if isinstance(content, list) and any("hosts" in part for part in content):
                assert f"ansible-playbook {block.file}" in commands or f" {block.file}" in commands, block.file


def test_the_make_targets_exist(text: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    assert "test" in targets
    assert set(re.findall(r"(?:`|^|&& |\$ )make ([a-z][\w-]*)", text, re.MULTILINE)) <= targets


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of the headings of a page on GitHub."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def links_of(text: str) -> list[str]:
    """Return the links in the text of a page. Links to files of the repository are returned as relative links."""
    return [link[len(FILES) :] if link.startswith(FILES) else link for link in LINK.findall(text)]


def test_link_targets_exist(page: Path, text: str) -> None:
    for link in links_of(text):
        if "://" in link:
            continue
        name, _hash, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_each_message_of_the_troubleshooting_page_exists() -> None:
    """Messages that no example on the page produces are looked up in the code."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "plugins").rglob("*.py")) + missing_required_lib("requests")
    page = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    sections = re.findall(r"^### `(.*)`\n((?:(?!##).*\n)*)", page, re.MULTILINE)
    headings = [heading for heading, section in sections if "<!-- fails:" not in section]
    assert headings
    assert not [part for heading in headings for part in heading.split(" ... ") if part.rstrip(" .,") not in code]


def test_the_readme_links_every_page() -> None:
    links = links_of((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {title_of(page) for page in PAGES[1:]} <= set(links)


def test_the_readme_has_absolute_links_only() -> None:
    assert not [link for link in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")) if not link.startswith("https://")]


# Tests of the parser and the reader, because the tests above depend on them.


def test_blocks_are_parsed_with_their_marks() -> None:
    plain, marked, file, other = blocks_of(SAMPLE)
    assert (plain.line, plain.marks, plain.plays) == (2, {}, [play_of([{"a": {}}])])
    assert marked.marks == {"simulator": '{"reorder": true}', "not run": "b"}
    assert marked.commands == ["ansible x    y"]
    assert (file.file, file.plays, file.commands) == ("vars/a.yml", [], [])
    assert (other.text, other.marks) == ("- d:\n    e: f\n", {"fails": "e"})
    assert [kinds_of(block) for block in (plain, marked, file, other)] == [["plays"], ["not run"], ["file"], ["plays"]]


def test_consecutive_plays_are_joined() -> None:
    plays = blocks_of("```yaml\n- a: {}\n```\n```yaml\n- b: {}\n```\n<!-- fails: c -->\n```yaml\n- c: {}\n```\n```yaml\n- d: {}\n```\n")
    assert [len(block.plays) for block in joined(plays)] == [2, 1, 1]


@pytest.mark.parametrize(
    "text",
    [
        "```yaml\n- ansible.builtin.debug: {msg: a}\n  failed_when: true\n```\n",
        "```yaml\n- ansible.builtin.debug: {msg: a}\n  when: false\n```\n",
        "```console\nansible-playbook missing.yml\n```\n",
        "```console\ncat ansible.cfg\n```\n```text\nnot printed\n```\n",
        "<!-- fails: a -->\n```console\ncat ansible.cfg\n```\n",
        "<!-- fails: not printed -->\n```console\ncat missing\n```\n",
    ],
)
def test_the_reader_detects_differences(reader: Reader, text: str) -> None:
    with pytest.raises(AssertionError):
        reader.follow(blocks_of(text))


def test_the_reader_accepts_what_matches(reader: Reader) -> None:
    text = (
        '<!-- simulator: {"reorder": true} -->\n```yaml\n# a/b.yml\n- c\n- d\n```\n```console\ncat a/b.yml\n```\n```text\n- c\n- ...\n```\n'
    )
    text += "<!-- fails: No such file -->\n```console\ncat missing\n```\n"
    reader.follow(blocks_of(text))
    assert reader.simulator.behaviour()["reorder"] is True
