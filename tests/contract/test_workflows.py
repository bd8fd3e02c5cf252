# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows of the repository: they run make targets, have read permissions only, and use pinned actions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.support import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.y*ml"))
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def read(workflow: Path) -> Any:
    return yaml.safe_load(workflow.read_text(encoding="utf-8"))


def test_triggers() -> None:
    assert {path.stem: set(read(path)["on"]) for path in WORKFLOWS} == {
        "test": {"push", "pull_request"},
        "matrix": {"schedule", "workflow_dispatch"},
    }


def test_a_workflow_has_read_permissions_and_no_secrets(workflow: Path) -> None:
    content = read(workflow)
    assert content["permissions"] == {"contents": "read"}
    assert not [name for name, job in content["jobs"].items() if "permissions" in job]
    assert "secrets." not in workflow.read_text(encoding="utf-8")


def test_each_action_is_pinned_to_a_commit(workflow: Path) -> None:
    used = [line for line in workflow.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert used
    assert not [line for line in used if not PINNED.search(line)]


def test_a_workflow_runs_the_make_target_of_its_name(workflow: Path) -> None:
    targets = set(re.findall(r"^([a-z]\w*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = [step["run"] for job in read(workflow)["jobs"].values() for step in job["steps"] if "run" in step]
    assert commands == [f"make {workflow.stem}"]
    assert workflow.stem in targets
