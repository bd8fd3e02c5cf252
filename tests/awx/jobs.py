# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX runs them: a private data dir for ansible-runner, with an inventory script, and the environment that a credential
injects."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.awx.support import AWX, clean_environment

Json = dict[str, Any]

LOCALHOST: Json = {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}}
# ansible-runner writes the environment of the job here, including secrets. AWX stores it, too, but masks the secrets of credentials.
COMMAND = "command"
SETTINGS = {"fact_cache": "fact_cache", "fact_cache_type": "jsonfile", "process_isolation": False, "suppress_ansible_output": True}
# Some of the variables and environment variables that AWX adds to every job.
AWX_VARIABLES = {"awx_job_id": 1, "awx_job_launch_type": "manual", "awx_user_name": "admin"}
AWX_ENVIRONMENT = {
    "ANSIBLE_FORCE_COLOR": "true",
    "ANSIBLE_HOST_KEY_CHECKING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true",
    "ANSIBLE_RETRY_FILES_ENABLED": "false",
    "JOB_ID": "1",
    "MAX_EVENT_RES": "700000",
}


class Job:
    """A job in its own folder, with the shipped project and the installed collection."""

    def __init__(self, folder: Path, collections: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.artifacts = folder / "artifacts/job"
        folder.mkdir(exist_ok=True)
        shutil.copytree(AWX / "project", folder / "project")
        for name in ("env", "inventory"):
            (folder / name).mkdir()
        self._write("env/settings", SETTINGS)
        self._write("env/envvars", {**AWX_ENVIRONMENT, "ANSIBLE_COLLECTIONS_PATH": str(collections), **environment})
        self._environment = clean_environment(folder)

    def add_playbook(self, name: str, plays: list[Json]) -> None:
        """Add a playbook to the project. JSON is valid YAML."""
        self._write(f"project/{name}", plays)

    def run(
        self,
        playbook: str,
        variables: Mapping[str, Any],
        hosts: Mapping[str, Json] | None = None,
        group: str = "all",
        arguments: str = "",
    ) -> Job:
        """Run a playbook, which may fail. ``hosts`` contains the hosts of ``group`` with their variables."""
        self._write("env/extravars", {**AWX_VARIABLES, **variables})
        (self.folder / "env/cmdline").write_text(arguments, encoding="utf-8")
        self._write_inventory(LOCALHOST if hosts is None else hosts, group)
        command = ["ansible-runner", "run", str(self.folder), "--playbook", playbook, "--ident", "job"]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=300, check=False)
        assert (self.artifacts / "rc").exists(), done.stdout + done.stderr
        return self

    @property
    def succeeded(self) -> bool:
        return (self.artifacts / "rc").read_text(encoding="utf-8") == "0"

    @property
    def output(self) -> str:
        return (self.artifacts / "stdout").read_text(encoding="utf-8")

    @property
    def events(self) -> list[Json]:
        files = sorted((self.artifacts / "job_events").glob("*.json"), key=lambda path: int(path.name.partition("-")[0]))
        return [json.loads(path.read_text(encoding="utf-8")) for path in files]

    def results(self, task: str) -> list[Json]:
        """Return the results of a task, one for each host. ``failed`` is always set."""
        done = [event for event in self.events if "res" in event.get("event_data", {}) and event["event_data"]["task"] == task]
        return [{**event["event_data"]["res"], "failed": event["event"] == "runner_on_failed"} for event in done]

    @property
    def stats(self) -> Json:
        """The artifacts that AWX passes to later jobs of a workflow."""
        found: Json = self.events[-1]["event_data"].get("artifact_data", {})
        return found

    def facts(self, host: str = "localhost") -> Json:
        """Return the facts of a host that AWX stores in clear text if a template uses the fact cache."""
        (file,) = (self.artifacts / "fact_cache").glob(f"*{host}")
        stored: Json = json.loads(file.read_text(encoding="utf-8"))
        # ansible-core 2.19 wraps the facts, and adds a prefix to the name of the file.
        return json.loads(stored["__payload__"]) if "__payload__" in stored else stored

    def artifacts_with(self, text: str) -> list[str]:
        """Return the artifacts that contain ``text``."""
        return [str(path.relative_to(self.artifacts)) for path in self._artifacts() if text.encode() in path.read_bytes()]

    def _artifacts(self) -> Iterator[Path]:
        return (path for path in sorted(self.artifacts.rglob("*")) if path.is_file() and path.name != COMMAND)

    def _write(self, name: str, content: Any) -> None:
        (self.folder / name).write_text(json.dumps(content), encoding="utf-8")

    def _write_inventory(self, hosts: Mapping[str, Json], group: str) -> None:
        inventory = {group: {"hosts": list(hosts)}, "_meta": {"hostvars": dict(hosts)}}
        script = self.folder / "inventory/hosts"
        script.write_text(f"#!/bin/sh\ncat <<'EOF'\n{json.dumps(inventory)}\nEOF\n", encoding="utf-8")
        script.chmod(0o700)
