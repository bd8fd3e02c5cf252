# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rooms of module_utils: imports go down only, and each file name says where it is."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE_UTILS = Path("plugins/module_utils")
PACKAGE = "ansible_collections.edgeops.cloudflare.plugins.module_utils"
# From the top; the files beside the folders (errors, text, JSON) are the bottom.
ROOMS = ("modules", "runtime", "options", "output", "reconcile", "resources", "api", "")
# These read or make Ansible's own objects; all others are plain Python.
KNOW_ANSIBLE = {
    "runtime/ansible_module.py",
    "options/argument_spec.py",
    "options/dict_values.py",
    "options/item_parser.py",
    "options/type_checks.py",
}
FILES = sorted(path.relative_to(MODULE_UTILS).as_posix() for path in MODULE_UTILS.rglob("*.py"))


def room_of(path: str) -> str:
    return path.rpartition("/")[0]


def imports_of(path: str) -> Iterator[str]:
    """The modules that a file imports, by their dotted names."""
    for node in ast.walk(ast.parse((MODULE_UTILS / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", FILES)
def test_a_room_imports_only_from_itself_and_from_below(path: str) -> None:
    allowed = ROOMS[ROOMS.index(room_of(path)) :]
    found = [re.match(rf"{re.escape(PACKAGE)}\.(\w+)\.\w+\.", name + ".") for name in imports_of(path)]
    rooms = {match[1] if (MODULE_UTILS / match[1]).is_dir() else "" for match in found if match}
    assert rooms <= set(allowed)


@pytest.mark.parametrize("path", FILES)
def test_few_files_know_ansible(path: str) -> None:
    knows = any(name == "ansible" or name.startswith("ansible.") for name in imports_of(path))
    assert knows is (path in KNOW_ANSIBLE)


def test_no_two_files_have_one_name() -> None:
    names = Counter(Path(path).name for path in FILES)
    assert not [name for name, number in names.items() if number > 1]


def test_every_room_is_in_the_order() -> None:
    assert {room_of(path) for path in FILES} == set(ROOMS)


@pytest.mark.parametrize("path", [path for path in FILES if room_of(path) in ("api", "reconcile")])
def test_the_engine_names_no_resource(path: str) -> None:
    """Neither by import nor by name, but for what Cloudflare's own messages and permissions are called."""
    text = (MODULE_UTILS / path).read_text(encoding="utf-8")
    assert "resources.gateway" not in text
    assert not re.findall(r"(?<!AI )(?<!ai-)\b[Gg]ateways?\b", text)
