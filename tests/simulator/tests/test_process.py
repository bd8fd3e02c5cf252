# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator as a process: start, stop and speed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.simulator.handle import Simulator
from tests.simulator.process import ROOT, running_simulator
from tests.simulator.tests.conftest import Client, result

COMMAND = [sys.executable, "-m", "tests.simulator", "--port", "0"]
READY = re.compile(r"Simulator listening on (http://127\.0\.0\.1:\d+)/client/v4\n")


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([*COMMAND, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    match = READY.fullmatch(line)
    assert match, line
    return match[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_reports_its_address_and_stops_cleanly(tmp_path: Path, number: int) -> None:
    port_file = tmp_path / "port"
    process = start(tmp_path, "--port-file", str(port_file))
    root = ready(process)
    assert root.endswith(f":{int(port_file.read_text())}")
    simulator = Simulator(root)
    simulator.fault(hang=60)
    # A request that hangs, and an idle connection that is kept open.
    with socket.create_connection(("127.0.0.1", int(root.rpartition(":")[2])), timeout=5) as hanging:
        hanging.sendall(b"GET /client/v4 HTTP/1.1\r\nHost: x\r\n\r\n")
        while not simulator.requests():
            time.sleep(0.01)
        started = time.monotonic()
        process.send_signal(number)
        output, errors = process.communicate(timeout=5)
    assert (process.returncode, output, errors) == (0, "", "")
    assert time.monotonic() - started < 1.5


def test_it_does_not_outlive_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process = start(tmp_path, "--parent-pid", str(parent.pid))
    ready(process)
    assert process.poll() is None
    parent.kill()
    parent.wait()
    assert process.wait(timeout=5) == 0
    process.communicate()


def test_a_port_in_use_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(tmp_path, "--port", str(taken.getsockname()[1]))
        output, _errors = process.communicate(timeout=10)
    assert process.returncode != 0
    assert output == ""


def test_it_is_stopped_after_an_exception() -> None:
    roots = []

    def fail() -> None:
        with running_simulator() as simulator:
            roots.append(simulator.root)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{roots[0]}/_simulator/health", timeout=1)


def test_a_failed_start_is_reported() -> None:
    with pytest.raises(RuntimeError, match="did not start"), running_simulator(log_level="no-such-level"):
        pass


def test_it_reports_its_cpu_time(api: Client, simulator: Simulator) -> None:
    before = simulator.cpu()
    for _time in range(20):
        api.call("GET")
    assert 0 < before < simulator.cpu()
    assert len(simulator.requests()) == 20


def test_it_is_fast(api: Client, simulator: Simulator) -> None:
    for number in range(1000):
        simulator.seed({"id": f"g{number}"})
    started = time.monotonic()
    pages = [result(api.call("GET", params={"page": page, "per_page": 100})) for page in range(1, 11)]
    assert sum(map(len, pages)) == 1000
    # Usually about 0.03 s. The bound only detects severe regressions.
    assert time.monotonic() - started < 1
