# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Helpers of the tests for AWX: the shipped files, and a clean environment for programs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AWX = ROOT / "extensions/awx"
COLLECTIONS = ROOT / ".venv/collections"
# Prefixes of the environment variables for Ansible, AWX, Cloudflare and Python.
FOREIGN = ("ANSIBLE_", "AWX_", "CLOUDFLARE_", "CONTROLLER_", "PYTHON", "TOWER_")


def read_all(pattern: str) -> dict[str, dict[str, Any]]:
    """Return the JSON files that match the pattern, by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(AWX.glob(pattern))}


CREDENTIAL_TYPES = read_all("credential_type_*.json")
SURVEYS = read_all("surveys/*.json")


def clean_environment(home: Path, *collections: Path) -> dict[str, str]:
    """Return an environment for Ansible without this machine's settings, with this collection and those in ``collections``."""
    (home / "ansible.cfg").touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN) and not name.lower().endswith("_proxy")}
    return {
        **kept,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, (COLLECTIONS, *collections))),
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_HOME": str(home / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
    }
