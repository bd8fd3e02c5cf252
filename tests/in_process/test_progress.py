# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress messages of long tasks, and the tasks without any."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.in_process.conftest import Playbooks
from tests.simulator.handle import Simulator

# Seconds between two lines of one task.
INTERVAL = 5
PROGRESS = re.compile(r"^\[(\w+)\] edgeops\.cloudflare\.ai_gateways: (.+)$", re.MULTILINE)
LONG, SHORT = 40, 2
# Each host has its own gateways. `waits` has its own account, too, whose first create hits the rate limit.
HOSTS: dict[str, dict[str, Any]] = {
    "told": {},
    "silent": {"edgeops_cloudflare_progress": False},
    "module": {"edgeops_cloudflare_in_process": False},
    "short": {"count": SHORT},
    "waits": {"count": SHORT, "account": Simulator.other_account_id},
}
RATE_LIMIT = {"method": "POST", "path": f"{Simulator.other_account_id}/", "status": 429, "headers": {"retry-after": "6"}}


def test_only_long_tasks_in_process_report_progress(playbooks: Playbooks, tmp_path: Path) -> None:
    playbooks.simulator.reset(behaviour={"delay": 0.2}, faults=[RATE_LIMIT])
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(str({"all": {"hosts": {name: {**local, "count": LONG, **found} for name, found in HOSTS.items()}}}))
    task = {
        "edgeops.cloudflare.ai_gateways": {
            "account_id": "{{ account | default(omit) }}",
            "concurrency": 1,
            "gateways": "{{ range(count) | map('string') | map('regex_replace', '^', 'id=' ~ inventory_hostname ~ '-') | list }}",
        }
    }
    begun = time.monotonic()
    playbook = playbooks.write([{"hosts": "all", "gather_facts": False, "tasks": [task]}])
    results = playbooks.run(playbook, "-i", str(inventory), "-f", "5", "-v")
    elapsed = time.monotonic() - begun
    assert sorted(line["result"]["summary"]["created"] for line in results) == [SHORT, SHORT, LONG, LONG, LONG]
    shown = PROGRESS.findall(playbooks.stderr)
    assert {host for host, _text in shown} == {"told", "waits"}
    lines = [text for host, text in shown if host == "told"]
    assert len(lines) <= elapsed / INTERVAL
    for line in lines:
        counts = re.fullmatch(rf"(\d+) of {LONG} AI Gateways done, (\d+) changed, 0 failed", line)
        assert counts
        assert 0 < int(counts[1]) == int(counts[2]) < LONG
    waiting = next(text for host, text in shown if host == "waits")
    assert re.fullmatch(rf"0 of {SHORT} AI Gateways done, 0 changed, 0 failed, waiting for the rate limit until \d\d:\d\d:\d\d", waiting)
    assert PROGRESS.findall(playbooks.stdout) == []


@pytest.mark.parametrize("on_terminal", [True, False])
def test_progress_is_never_written_to_standard_output(playbooks: Playbooks, on_terminal: bool) -> None:
    playbooks.simulator.reset(behaviour={"delay": INTERVAL + 1.5})
    task = {"edgeops.cloudflare.ai_gateways": {"gateways": [{"id": "a"}]}, "check_mode": True}
    playbook = playbooks.write([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
    playbooks.run(playbook, env={"ANSIBLE_STDOUT_CALLBACK": "document", "ANSIBLE_NOCOLOR": "true"}, on_terminal=on_terminal)
    assert json.loads(playbooks.stdout)["results"][0]["summary"]["created"] == 1
    expected = [("localhost", "reading the account's AI Gateways")] if on_terminal else []
    assert PROGRESS.findall(playbooks.stderr) == expected
