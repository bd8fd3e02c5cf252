# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of plays and scripts as separate processes, their measurement, and the verification of their results."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import requests

from tests.benchmarks.contenders import CHANGED, CREATE, DECLARED, ONE_IN, UNCHANGED, Case, Contender
from tests.simulator.handle import Simulator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Timeout in seconds. No run takes a third of it, unless the machine is stuck.
TIMEOUT_SECONDS = 900.0
RECAP = re.compile(r"^\S+\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=0\s+failed=0\s+skipped=\d+\s+rescued=0\s+ignored=0", re.M)
# Settings of the caller's Python, Ansible, account or proxy, which must not affect the measurements.
FOREIGN = re.compile(r"ANSIBLE_|CLOUDFLARE_|PYTHON|.*_PROXY$", re.IGNORECASE)
# The simulator's default limits would be measured instead.
UNLIMITED: dict[str, Any] = {"quota": None, "secret_limit": 100_000, "accounts": None}
# A stored gateway that must be changed: one declared setting differs. Another one is not declared, and must be kept.
DIFFERENT: dict[str, Any] = {**DECLARED, "cache_ttl": 60, "retry_delay": 77}


class NotDone(Exception):
    """A contender did not do the job, so its time is meaningless."""


class Sample(NamedTuple):
    """One run: elapsed seconds, CPU seconds, the largest process in MiB, and the simulator's requests and CPU seconds."""

    wall: float
    cpu: float
    memory: float
    requests: int = 0
    simulator: float = 0.0


class Bench:
    """Runs of programs in a clean environment, and the simulator that they use."""

    def __init__(self, simulator: Simulator, folder: Path, collections: Path = ROOT / ".venv/collections") -> None:
        self.simulator = simulator
        self.folder = folder
        (folder / "ansible.cfg").touch()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not FOREIGN.match(name)},
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_INVENTORY": str(HERE / "inventory.yml"),
            "CLOUDFLARE_ACCOUNT_ID": simulator.account_id,
            "CLOUDFLARE_API_TOKEN": simulator.api_token,
            "CLOUDFLARE_BASE_URL": simulator.base_url,
            "HOME": str(folder),
            "NO_PROXY": "127.0.0.1",
        }

    def empty(self) -> Sample:
        """Measure the start of ansible-playbook alone."""
        return self._start([_ansible(), HERE / "empty.yml"], "empty")[0]

    def run(self, case: Case) -> Sample:
        """Measure one run of a case, from the initial state of its scenario.

        :raises NotDone: if the output, the requests or the final state is wrong.
        """
        names = [f"{case.contender.unit}-{number}" for number in range(case.count)]
        self.prepare(case, names)
        before, idle = self.stored(case, names), self.simulator.cpu()
        sample, output = self.execute(case.contender, names)
        busy, journal = self.simulator.cpu() - idle, self.simulator.requests()
        problems = [*_wrong_recap(case, output), *_wrong_requests(case, journal), *self.wrong_store(case, names, before)]
        if problems:
            raise NotDone(f"{case}: {'; '.join(problems)}\n{output[-3000:]}")
        return sample._replace(requests=len(journal), simulator=busy)

    def prepare(self, case: Case, names: list[str]) -> None:
        """Prepare an account that is empty, as declared, or partly different."""
        existing = [] if case.scenario == CREATE else names
        different = set(names[::ONE_IN]) if case.scenario == CHANGED else set()
        gateways = {name: DIFFERENT if name in different else DECLARED for name in existing}
        self.reset({self.simulator.account_id: gateways}, delay=case.delay)

    def reset(self, gateways: dict[str, dict[str, Any]] | None = None, **behaviour: Any) -> None:
        """Reset the simulator to these gateways by account, without limits unless ``behaviour`` sets them."""
        self.simulator.reset(behaviour={**UNLIMITED, **behaviour}, gateways=gateways or {})

    def exchange(self, delay: float) -> float:
        """Return the seconds of one GET over a new connection, without Ansible."""
        self.reset({self.simulator.account_id: {"gateway-0": DECLARED}}, delay=delay)
        url = f"{self.simulator.base_url}/accounts/{self.simulator.account_id}/ai-gateway/gateways/gateway-0"
        start = time.perf_counter()
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(url, headers={"Authorization": f"Bearer {self.simulator.api_token}"}, timeout=30)
        seconds = time.perf_counter() - start
        if answer.status_code != 200:
            raise NotDone(f"one exchange: HTTP {answer.status_code}")
        return seconds

    def execute(self, contender: Contender, names: list[str], run: str = "run") -> tuple[Sample, str]:
        """Run a contender for these gateways, and return the sample and the output. Concurrent runs need different ``run`` names.

        :raises NotDone: if its program fails.
        """
        variables = self.folder / f"{run}.json"
        given = {"gateways": [contender.item(name) for name in names], "count": len(names), **contender.variables}
        variables.write_text(json.dumps(given), encoding="utf-8")
        program = HERE / contender.program
        if contender.is_script:
            return self._start([sys.executable, program, variables], run)
        hosts = ["--inventory", "".join(f"{name}," for name in names)] if contender.is_on_hosts else []
        return self._start([_ansible(), program, *hosts, "--extra-vars", f"@{variables}"], run)

    def _start(self, command: list[Path | str], run: str) -> tuple[Sample, str]:
        log = self.folder / f"{run}.log"
        with log.open("wb") as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            code, usage = _wait(process)
            wall = time.perf_counter() - start
        text = log.read_text(encoding="utf-8", errors="replace")
        if code != 0:
            raise NotDone(f"{Path(command[1]).name} ended with {code}\n{text[-3000:]}")
        return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), text

    def stored(self, _case: Case, _names: list[str]) -> dict[str, Any]:
        """Return the stored gateways."""
        return self.simulator.gateways()

    def wrong_store(self, case: Case, names: list[str], before: dict[str, Any]) -> list[str]:
        """Return the problems with the stored gateways after a run. ``before`` are those before it."""
        stored = self.simulator.gateways()
        if set(stored) != set(names):
            return [f"{len(stored)} gateways are stored"]
        volatile = set() if case.scenario == UNCHANGED else {"modified_at"}
        wanted = {name: {**before.get(name, {}), **DECLARED} for name in names}
        wrong = [name for name in names if any(stored[name].get(key) != wanted[name][key] for key in wanted[name].keys() - volatile)]
        return [f"{wrong} are not as declared, or not as they were"] if wrong else []


def _ansible() -> Path:
    return Path(sys.executable).with_name("ansible-playbook")


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, Any]:
    """Return the exit code, and the resources used by the process and its children. It is killed after a timeout."""
    watchdog = threading.Timer(TIMEOUT_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    try:
        _pid, status, usage = os.wait4(process.pid, 0)
    finally:
        watchdog.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def _wrong_recap(case: Case, output: str) -> list[str]:
    if case.contender.is_script:
        return []
    recaps = [(int(ok), int(changed)) for ok, changed in RECAP.findall(output)]
    if len(recaps) != (case.count if case.contender.is_on_hosts else 1):
        return ["the recap tells of failures"]
    ok, changed = min(ok for ok, _changed in recaps), sum(changed for _ok, changed in recaps)
    found = []
    if ok < 1 or output.count("(item=") != (case.count if case.contender.loops else 0):
        found.append("not every item was done")
    if (changed > 0) != (case.scenario != UNCHANGED):
        found.append(f"the recap tells of {changed} changes")
    return found


def _wrong_requests(case: Case, journal: list[dict[str, Any]]) -> list[str]:
    expected = case.contender.requests[case.scenario](case.count)
    found = dict(Counter(entry["method"] for entry in journal))
    allowed = {200, 404} if case.scenario == CREATE else {200}
    problems = [] if found == expected else [f"requests were {found}, not {expected}"]
    if any(entry["status"] not in allowed for entry in journal):
        problems.append("the API refused a request")
    return problems
