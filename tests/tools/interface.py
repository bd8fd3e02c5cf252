# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options and return values of all plugins, and the release that added each.

`released.txt` contains the names of all releases, because a changelog contains modules and plugins, but not their options. A name is the
plugin, ``option`` or ``value``, and the path to the option or value.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RELEASED = ROOT / "tests/tools/released.txt"
COLLECTION = "edgeops.cloudflare"
KINDS = ("module", "filter")

Json = dict[str, Any]
# Runs a program, and returns its output.
Run = Callable[..., str]


def ordered(version: str) -> tuple[int, ...]:
    """Return ``version`` in a sortable form."""
    return tuple(int(part) for part in version.split("."))


def current_version() -> str:
    """Return the version in galaxy.yml."""
    return str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])


def releases() -> Json:
    """Return the releases in the changelog, by version."""
    found: Json = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text(encoding="utf-8"))["releases"]
    return found


def upcoming_version() -> str:
    """Return the next version to be released: the one in galaxy.yml, or the minor version after it if that is released."""
    current = current_version()
    major, minor, _patch = ordered(current)
    return f"{major}.{minor + 1}.0" if current in releases() else current


def documents(run: Run, kinds: tuple[str, ...] = KINDS) -> dict[str, Json]:
    """Return what ansible-doc shows of each plugin of these kinds, by its short name."""
    found: dict[str, Json] = {}
    for kind in kinds:
        ansible_doc = ("ansible-doc", "--json", "--type", kind)
        names = json.loads(run(*ansible_doc, "--list", COLLECTION))
        found.update(json.loads(run(*ansible_doc, *names)))
    return {name.rpartition(".")[2]: document for name, document in found.items()}


def parts_of(plugin: str, document: Json) -> dict[str, str]:
    """Return the names of the options and return values of ``plugin``, with the version that added each."""
    added = document["doc"]["version_added"]
    options = _walk(document["doc"].get("options"), "suboptions", f"{plugin} option ", added)
    values = _walk(document.get("return"), "contains", f"{plugin} value ", added)
    return {**dict(options), **dict(values)}


def released_parts() -> dict[str, str]:
    """Return the release of each name in `released.txt`."""
    lines = (line.partition(" ") for line in RELEASED.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {name: version for version, _space, name in lines}


def record(version: str) -> None:
    """Add all names that are not yet in `released.txt`, with ``version`` as their release."""
    known = released_parts()
    new = sorted(name for plugin, document in documents(_run).items() for name in parts_of(plugin, document) if name not in known)
    with RELEASED.open("a", encoding="utf-8") as file:
        file.writelines(f"{version} {name}\n" for name in new)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _walk(parts: Mapping[str, Json] | None, below: str, prefix: str, added: str) -> Iterator[tuple[str, str]]:
    """Yield each part and all that it contains, which is at least as new as the part."""
    for name, part in (parts or {}).items():
        version = max(added, part.get("version_added", added), key=ordered)
        yield f"{prefix}{name}", version
        yield from _walk(part.get(below), below, f"{prefix}{name}.", version)
