# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests of in-process execution: an ansible-core, a simulator, and runs of real playbooks."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.handle import Simulator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# The folder with the programs of the ansible-core under test. The default is that of .venv.
BIN = Path(os.environ.get("ANSIBLE_CORE_BIN", ROOT / ".venv" / "bin"))


@contextlib.contextmanager
def terminal() -> Iterator[tuple[int, Callable[[], str]]]:
    """Yield a terminal to write to, and a function that closes it and returns what was written."""
    master, slave = os.openpty()
    parts: list[bytes] = []

    def read() -> None:
        # On Linux, reading fails if no process has the terminal open any more.
        with contextlib.suppress(OSError):
            while part := os.read(master, 4096):
                parts.append(part)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()

    def written() -> str:
        os.close(slave)
        reader.join(10)
        return b"".join(parts).decode().replace("\r\n", "\n")

    yield slave, written
    os.close(master)


class Playbooks:
    """Runs playbooks against the simulator."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator = simulator
        self.folder = folder
        self.stdout = ""
        self.stderr = ""
        self.output = ""

    def run(self, playbook: Path, *arguments: str, env: dict[str, str] | None = None, on_terminal: bool = False) -> list[dict[str, Any]]:
        """Run ``playbook``, which may fail, and return the recorded results.

        With ``on_terminal``, standard error is a terminal, and standard output is not.
        """
        record = self.folder / "record.jsonl"
        record.unlink(missing_ok=True)
        command = [str(BIN / "ansible-playbook"), str(playbook), *arguments]
        with terminal() if on_terminal else contextlib.nullcontext((subprocess.PIPE, lambda: "")) as (stderr, written):
            done = subprocess.run(
                command, env=self.environment(env), stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=300, check=False
            )
            self.stdout = done.stdout
            self.stderr = written() if on_terminal else done.stderr
        self.output = self.stdout + self.stderr
        assert record.exists(), self.output
        return [json.loads(line) for line in record.read_text().splitlines()]

    def environment(self, more: dict[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a playbook that uses the simulator."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "CLOUDFLARE_"))}
        return {
            **kept,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_HOME": str(self.folder / "home"),
            "RECORD_FILE": str(self.folder / "record.jsonl"),
            "CLOUDFLARE_AI_GATEWAY_URL": self.simulator.gateway_url,
            "CLOUDFLARE_BASE_URL": self.simulator.base_url,
            "CLOUDFLARE_ACCOUNT_ID": self.simulator.account_id,
            "CLOUDFLARE_API_TOKEN": self.simulator.api_token,
            **(more or {}),
        }

    def run_task(self, *arguments: str, options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
        """Run one task with the options of the module and ``keywords`` of the task, and return its result."""
        task = {"name": "The task", "edgeops.cloudflare.ai_gateway": options, **keywords}
        result = self.run(self.write([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]), *arguments)[-1]
        found: dict[str, Any] = result["result"]
        return found

    def write(self, plays: list[dict[str, Any]]) -> Path:
        """Write a playbook with ``plays`` into the test's folder. JSON is valid YAML."""
        playbook = self.folder / "playbook.yml"
        playbook.write_text(json.dumps(plays))
        return playbook


@pytest.fixture
def playbooks(simulator: Simulator, tmp_path: Path) -> Playbooks:
    return Playbooks(simulator, tmp_path)
