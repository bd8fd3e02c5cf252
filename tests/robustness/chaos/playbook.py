# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a task in a real ansible-playbook, in-process or as a module, and kill all its processes with SIGKILL."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.robustness.chaos.process import MAX_SECONDS, Run, Task
from tests.robustness.chaos.tables import Json
from tests.simulator.handle import Simulator
from tests.simulator.process import ROOT

POLL_INTERVAL = 0.005
# Ansible's message for a task that exceeds its timeout.
TIMED_OUT = re.compile(r"expected time frame|[Tt]imed out after")


def run_playbooks(in_process: bool, simulator: Simulator, tasks: Sequence[Task]) -> list[Run]:
    """Run each task in its own playbook. The constants of the code are not replaced, and connections are not delayed."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        return [_run(simulator, in_process, task, Path(folder)) for task in tasks]


def _run(simulator: Simulator, in_process: bool, task: Task, folder: Path) -> Run:
    playbook, record, output = folder / "playbook.yml", folder / "record.jsonl", folder / "output"
    playbook.write_text(json.dumps(_plays(task, in_process)))
    arguments = ["ansible-playbook", str(playbook), "--diff", *(["--check"] if task.check_mode else [])]
    begun = time.monotonic()
    with output.open("wb") as printed:
        process = subprocess.Popen(
            arguments, env=_environment(folder, record), stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT
        )
        killed = _follow(process, simulator, task)
    text = output.read_text(errors="replace")
    result = _result(record) if record.exists() and not killed else None
    if task.timeout is not None and result is not None and TIMED_OUT.search(str(result.get("msg"))):
        result, killed = None, True
    is_well = killed or (result is not None and "Traceback" not in text)
    return Run(result, "" if is_well else text, process.returncode, time.monotonic() - begun, killed)


def _result(record: Path) -> Json:
    """Return the result of the last task. The result itself may lack ``failed``, so it is set from the type of the callback."""
    line = json.loads(record.read_text().splitlines()[-1])
    return {**line["result"], "failed": line["ending"] == "failed"}


def _plays(task: Task, in_process: bool) -> list[Json]:
    options = {**task.options, "timeout": int(task.tempo.timeout)}
    # Ansible only accepts whole seconds.
    limit = {} if task.timeout is None else {"timeout": max(1, round(task.timeout * task.tempo.timeout))}
    return [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"edgeops_cloudflare_in_process": in_process},
            "tasks": [{"name": "The task", f"edgeops.cloudflare.{task.module}": options, **limit}],
        }
    ]


def _environment(folder: Path, record: Path) -> dict[str, str]:
    """Return the environment of this process without the settings of Ansible and of an account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "CLOUDFLARE_", "PYTHON"))}
    return {
        **kept,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv" / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "in_process" / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_HOME": str(folder / "home"),
        "RECORD_FILE": str(record),
    }


def _follow(process: subprocess.Popen[bytes], simulator: Simulator, task: Task) -> bool:
    """Wait for the end of the process, or kill it, and return whether it was killed."""
    deadline = time.monotonic() + MAX_SECONDS
    while process.poll() is None:
        is_time = task.kill is not None and len(simulator.requests()) >= task.kill.request
        if is_time or time.monotonic() > deadline:
            time.sleep(task.kill.after if task.kill else 0)
            _kill(process.pid)
            process.wait()
            return is_time
        time.sleep(POLL_INTERVAL)
    return False


def _kill(pid: int) -> None:
    """Kill a process and all its children, because Ansible's workers have their own sessions."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        # Stop it first, so that it starts no more children.
        os.kill(pid, signal.SIGSTOP)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            _kill(int(child))
        os.kill(pid, signal.SIGKILL)
