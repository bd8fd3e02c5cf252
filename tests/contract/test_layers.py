# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The layers of module_utils: a layer only imports from itself and from the layers below it. File names are unique."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE_UTILS = Path("plugins/module_utils")
PACKAGE = "ansible_collections.edgeops.cloudflare.plugins.module_utils"
# From top to bottom. The files outside the folders (errors, text, JSON) are the lowest layer.
LAYERS = ("modules", "runtime", "options", "output", "reconcile", "resources", "api", "")
# These files use Ansible's objects. All others are plain Python.
USE_ANSIBLE = {
    "runtime/ansible_module.py",
    "options/argument_spec.py",
    "options/type_checks.py",
    "options/validation.py",
}
FILES = sorted(path.relative_to(MODULE_UTILS).as_posix() for path in MODULE_UTILS.rglob("*.py"))


def layer_of(path: str) -> str:
    return path.rpartition("/")[0]


def imports_of(path: str) -> Iterator[str]:
    """Yield the dotted names that a file imports."""
    for node in ast.walk(ast.parse((MODULE_UTILS / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", FILES)
def test_a_layer_imports_only_from_itself_and_from_below(path: str) -> None:
    allowed = LAYERS[LAYERS.index(layer_of(path)) :]
    found = [re.match(rf"{re.escape(PACKAGE)}\.(\w+)\.\w+\.", name + ".") for name in imports_of(path)]
    layers = {match[1] if (MODULE_UTILS / match[1]).is_dir() else "" for match in found if match}
    assert layers <= set(allowed)


@pytest.mark.parametrize("path", FILES)
def test_only_the_listed_files_import_ansible(path: str) -> None:
    uses_ansible = any(name == "ansible" or name.startswith("ansible.") for name in imports_of(path))
    assert uses_ansible is (path in USE_ANSIBLE)


def test_file_names_are_unique() -> None:
    names = Counter(Path(path).name for path in FILES)
    assert not [name for name, number in names.items() if number > 1]


def test_every_layer_is_listed() -> None:
    assert {layer_of(path) for path in FILES} == set(LAYERS)


@pytest.mark.parametrize("path", [path for path in FILES if layer_of(path) in ("api", "reconcile")])
def test_the_engine_depends_on_no_resource(path: str) -> None:
    """Neither imports nor names, except in the names of Cloudflare's messages and permissions."""
    text = (MODULE_UTILS / path).read_text(encoding="utf-8")
    assert "resources.gateway" not in text
    assert not re.findall(r"(?<!AI )(?<!ai-)\b[Gg]ateways?\b", text)
