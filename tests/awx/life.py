# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects in AWX, from their creation by bootstrap.yml to their removal by teardown.yml, with the state after each run of a playbook.

The modules are those of awx.awx. No AWX is available for tests, so a stand-in for its API answers them. Whether AWX accepts
everything that the stand-in accepts is not tested.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.awx import neighbor
from tests.awx.controller import TOKEN, Controller, serving
from tests.awx.support import AWX, ROOT, clean_environment
from tests.contract.pages import blocks_of

BOOTSTRAP, TEARDOWN = AWX / "bootstrap.yml", AWX / "teardown.yml"
# The playbooks of every project.
PLAYBOOKS = tuple(path.name for path in (AWX / "project").glob("*.yml"))
FETCHED = ROOT / ".cache/awx"
SECRET = "example-token-for-the-bootstrap"
GIVEN = {"bootstrap_image": "registry.example.com/edgeops/ee:1", "bootstrap_project_url": "https://git.example.com/gateways.git"}
BY_TOKEN = {"CLOUDFLARE_API_TOKEN": SECRET, "CLOUDFLARE_ACCOUNT_ID": "example-account"}
BY_KEY = {"CLOUDFLARE_EMAIL": "user@example.com", "CLOUDFLARE_API_KEY": SECRET}


class Stage(NamedTuple):
    """A run of a playbook: its exit code and output, and the controller after and before it."""

    code: int
    output: str
    controller: Controller
    before: Controller

    @property
    def changed(self) -> int:
        found = re.search(r"changed=(\d+)", self.output)
        assert found, self.output
        return int(found[1])

    @property
    def writes(self) -> list[str]:
        """Each change as method and path, with ``N`` for numbers."""
        return [re.sub(r"\d+", "N", write) for write in self.controller.writes]


class Awx:
    """A controller, and runs of playbooks against it."""

    def __init__(self, folder: Path, controller: Controller) -> None:
        self._controller = controller
        self._environment = {**clean_environment(folder, FETCHED), "CONTROLLER_OAUTH_TOKEN": TOKEN, "ANSIBLE_PIPELINING": "true"}

    def run(self, playbook: Path, env: Mapping[str, str], variables: Mapping[str, Any]) -> Stage:
        self._controller.writes.clear()
        before = copy.deepcopy(self._controller)
        command = ["ansible-playbook", str(playbook), "-vvv", "--extra-vars", json.dumps(variables)]
        with serving(self._controller) as url:
            environment = {**self._environment, **env, "CONTROLLER_HOST": url}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        return Stage(done.returncode, done.stdout + done.stderr, copy.deepcopy(self._controller), before)


def run_stages(folder: Path) -> dict[str, Stage]:
    """Run all stages, in this order, and return them. A failed stage does not stop the others."""
    controller = Controller(PLAYBOOKS)
    awx = Awx(folder, controller)
    stages = {
        "nothing given": awx.run(BOOTSTRAP, BY_TOKEN, {}),
        "key missing": awx.run(BOOTSTRAP, {**BY_KEY, "CLOUDFLARE_API_KEY": ""}, GIVEN),
        "a number for a name": awx.run(BOOTSTRAP, BY_TOKEN, {**GIVEN, "bootstrap_execution_environment": 7}),
        "made": awx.run(BOOTSTRAP, BY_TOKEN, GIVEN),
        "removed": awx.run(TEARDOWN, {}, {}),
    }
    neighbor.add_account(controller)
    return {
        **stages,
        "removed again": awx.run(TEARDOWN, {}, {"teardown_organization": True}),
        "removed once more": awx.run(TEARDOWN, {}, {}),
    }


def run_shared_stages(folder: Path) -> dict[str, Stage]:
    """Run stages in an AWX where another organization uses the same names. neighbor.py describes the state before each run."""
    start = neighbor.shared(PLAYBOOKS)

    def run(controller: Controller, playbook: Path, env: Mapping[str, str] | None = None, **variables: Any) -> Stage:
        return Awx(folder, copy.deepcopy(controller)).run(playbook, env or BY_TOKEN, {**GIVEN, **variables})

    other_type = neighbor.with_other_key_type(start)
    by_key = run(other_type, BOOTSTRAP, BY_KEY, bootstrap_overwrite_credential_types=True)
    by_token = run(neighbor.with_private_hub(by_key.controller), BOOTSTRAP)
    made = by_token.controller
    return {
        "other type": run(other_type, BOOTSTRAP),
        "other kind": run(neighbor.with_other_kind(Controller(PLAYBOOKS)), BOOTSTRAP),
        "two Galaxy credentials": run(neighbor.with_second_galaxy(start), BOOTSTRAP),
        "foreign environment": run(neighbor.with_foreign_environment(made, "Third"), BOOTSTRAP),
        "global environment": run(neighbor.with_foreign_environment(start, None), BOOTSTRAP),
        "by key": by_key,
        "by token": by_token,
        "by token again": run(made, BOOTSTRAP),
        "accounts": run(made, _playbook_of_the_guide(folder), {f"TOKEN_{host}": SECRET for host in ("shop", "support")}),
        "removed": run(neighbor.with_traps(made), TEARDOWN),
        "removed beside a foreign environment": run(neighbor.with_foreign_environment(made, "Third"), TEARDOWN),
    }


def _playbook_of_the_guide(folder: Path) -> Path:
    """Return the playbook for AWX in the guide."""
    blocks = blocks_of((ROOT / "docs/awx.md").read_text(encoding="utf-8"))
    (text,) = [block.text for block in blocks if "awx.awx." in block.text]
    playbook = folder / "accounts.yml"
    playbook.write_text(text, encoding="utf-8")
    return playbook
