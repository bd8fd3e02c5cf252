# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the simulator as a separate process, for tests, demonstrations and benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.simulator.handle import Simulator

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 20.0
STOPPED_WITHIN = 5.0


@contextmanager
def running_simulator(log_level: str = "warning") -> Iterator[Simulator]:
    """Start a simulator on a free port of the loopback interface, and stop it at the end.

    :raises RuntimeError: with its output, if it is not ready within 20 seconds.
    """
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder, open(f"{folder}/log", "w+b") as log:
        port_file = Path(folder, "port")
        process = start(port_file, log, log_level)
        try:
            port = wait_for_port(process, port_file, log)
            with Simulator(f"http://127.0.0.1:{port}") as simulator:
                yield simulator
        finally:
            stop(process)


def start(port_file: Path, log: IO[bytes], log_level: str) -> subprocess.Popen[bytes]:
    """Start and return the process, which may not listen yet. It stops when the current process ends."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    arguments = ["--port", "0", "--port-file", str(port_file), "--parent-pid", str(os.getpid())]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.simulator", *arguments, "--log-level", log_level],
        # Another directory might have its own package `tests`, which would be found first.
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def wait_for_port(process: subprocess.Popen[bytes], port_file: Path, log: IO[bytes]) -> int:
    """Return the port, as soon as the process listens on it."""
    deadline = time.monotonic() + READY_WITHIN
    while not port_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            raise RuntimeError(f"the simulator did not start:\n{log.read().decode(errors='replace')}")
        time.sleep(0.01)
    return int(port_file.read_text(encoding="ascii"))


def stop(process: subprocess.Popen[bytes]) -> None:
    """Terminate the process, and kill it if it does not stop in time."""
    process.terminate()
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
