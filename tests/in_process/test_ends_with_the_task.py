# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A timeout or a keyboard interrupt ends the requests of a task, too."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from tests.in_process.conftest import BIN, Playbooks

# The update must wait for longer than the timeout of the task. If it did not end with the task, it would be repeated later.
WAIT_SECONDS = 6
WAIT = {"method": "PUT", "path": "/first$", "status": 503, "headers": {"Retry-After": str(WAIT_SECONDS)}}
# Later items run into the timeout, too, so they take until after the wait. The first item lists and reads.
SLOW_LATER = {"method": "GET", "skip": 2, "times": None, "delay": 10.0}
SWITCH = "edgeops_cloudflare_in_process"
TASK = {"edgeops.cloudflare.ai_gateways": {"gateways": [{"id": "{{ item | default('first') }}", "cache_ttl": 5}]}}


def written(playbooks: Playbooks) -> list[str]:
    return [entry["path"].rpartition("/")[2] for entry in playbooks.simulator.requests() if entry["method"] != "GET"]


@pytest.mark.parametrize("in_process", [True, False])
def test_a_timeout_ends_the_requests_of_an_item_before_the_next(playbooks: Playbooks, in_process: bool) -> None:
    playbooks.simulator.reset(faults=[WAIT, SLOW_LATER], gateways={playbooks.simulator.account_id: {"first": {}}})
    loop = {"loop": ["first", "second", "third", "fourth"], "timeout": 2, "ignore_errors": True, "vars": {SWITCH: in_process}}
    playbooks.run(playbooks.write([{"hosts": "localhost", "gather_facts": False, "tasks": [{**TASK, **loop}]}]))
    assert written(playbooks) == ["first"]


def test_an_interruption_ends_the_requests(playbooks: Playbooks) -> None:
    playbooks.simulator.reset(faults=[WAIT], gateways={playbooks.simulator.account_id: {"first": {}}})
    playbook = playbooks.write([{"hosts": "localhost", "gather_facts": False, "tasks": [TASK]}])
    command = [str(BIN / "ansible-playbook"), str(playbook)]
    # In a new session, so that the signal reaches no other process.
    process = subprocess.Popen(
        command, env=playbooks.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not written(playbooks) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) != 0
    time.sleep(WAIT_SECONDS + 0.5)
    assert written(playbooks) == ["first"]
