# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of what is made in an AWX, from nothing to nothing: each playbook that is run, and what is there after it.

The modules are the real ones of awx.awx. No AWX is at hand for tests, so a stand-in for its API answers them; what is not tested is
whether AWX takes all that the stand-in takes.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.awx.controller import TOKEN, Controller, serving
from tests.awx.support import AWX, ROOT, clean_environment
from tests.contract.pages import blocks_of

FETCHED = ROOT / ".cache/awx"
SECRET = "example-token-for-the-bootstrap"
GIVEN = {"bootstrap_image": "registry.example.com/edgeops/ee:1", "bootstrap_project_url": "https://git.example.com/gateways.git"}
BY_TOKEN = {"CLOUDFLARE_API_TOKEN": SECRET, "CLOUDFLARE_ACCOUNT_ID": "example-account"}
BY_KEY = {"CLOUDFLARE_EMAIL": "user@example.com", "CLOUDFLARE_API_KEY": SECRET}


class Stage(NamedTuple):
    """How a playbook ended, what it printed and wrote, and what was there after it."""

    code: int
    output: str
    controller: Controller

    @property
    def changed(self) -> int:
        found = re.search(r"changed=(\d+)", self.output)
        assert found, self.output
        return int(found[1])

    @property
    def writes(self) -> list[str]:
        """As method and path, without numbers."""
        return [re.sub(r"\d+", "N", write) for write in self.controller.writes]


class Awx:
    """What is there, and playbooks that change it."""

    def __init__(self, folder: Path, controller: Controller) -> None:
        self._controller = controller
        self._environment = {**clean_environment(folder, FETCHED), "CONTROLLER_OAUTH_TOKEN": TOKEN, "ANSIBLE_PIPELINING": "true"}

    def run(self, playbook: Path, env: Mapping[str, str], variables: Mapping[str, Any]) -> Stage:
        self._controller.writes.clear()
        command = ["ansible-playbook", str(playbook), "-vvv", "--extra-vars", json.dumps(variables)]
        with serving(self._controller) as url:
            environment = {**self._environment, **env, "CONTROLLER_HOST": url}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        return Stage(done.returncode, done.stdout + done.stderr, copy.deepcopy(self._controller))


def live(folder: Path) -> dict[str, Stage]:
    """All stages, in this order; one that fails does not stop the others."""
    awx = Awx(folder, Controller(tuple(path.name for path in (AWX / "project").glob("*.yml"))))
    bootstrap, teardown = AWX / "bootstrap.yml", AWX / "teardown.yml"
    stages = {
        "nothing given": awx.run(bootstrap, BY_TOKEN, {}),
        "key missing": awx.run(bootstrap, {**BY_KEY, "CLOUDFLARE_API_KEY": ""}, GIVEN),
        "made": awx.run(bootstrap, BY_TOKEN, GIVEN),
        "made again": awx.run(bootstrap, BY_TOKEN, GIVEN),
        "the older way": awx.run(_only_the_credential(bootstrap, folder), BY_KEY, GIVEN),
        "removed": awx.run(teardown, {}, {}),
        "removed again": awx.run(teardown, {}, {"teardown_organization": True}),
    }
    aside = Awx(folder, copy.deepcopy(stages["made"].controller))
    stages["the accounts of the guide"] = aside.run(_of_the_guide(folder), {f"TOKEN_{host}": SECRET for host in ("shop", "support")}, {})
    return stages


def _of_the_guide(folder: Path) -> Path:
    """The playbook for AWX that the guide shows."""
    blocks = blocks_of((ROOT / "docs/awx.md").read_text(encoding="utf-8"))
    (shown,) = [block.text for block in blocks if "awx.awx." in block.text]
    playbook = folder / "accounts.yml"
    playbook.write_text(shown, encoding="utf-8")
    return playbook


def _only_the_credential(playbook: Path, folder: Path) -> Path:
    """The playbook without the tasks that make other things; it would take long to run them all once more."""
    copied = shutil.copytree(playbook.parent, folder / "awx") / playbook.name
    text = copied.read_text(encoding="utf-8")
    first, credential, rest = (text.index(f"    - name: {name}\n") for name in ("Organization", "Credential", "Execution environment"))
    copied.write_text(text[:first] + text[credential:rest], encoding="utf-8")
    return copied
