# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a task falls back to the ordinary module, and what the items of a loop share."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.in_process.conftest import BIN, Playbooks
from tests.simulator.handle import Simulator

SWITCH = "edgeops_cloudflare_in_process"
OPTIONS = {"id": "a", "cache_ttl": 5}


OTHER = "it runs with another interpreter"
# By reason. A text after a comma distinguishes tasks with the same reason.
FALLS_BACK: dict[str, dict[str, Any]] = {
    "it sets environment variables": {"environment": {"A": "b"}},
    f"{SWITCH} is false": {"vars": {SWITCH: False}},
    f"{SWITCH} is false, by a template": {"vars": {SWITCH: "{{ 1 > 2 }}"}},
    "it is asynchronous": {"async": 30, "poll": 1},
    "it uses become": {"become": True, "become_method": "su"},
    "it uses become, by variables": {"vars": {"ansible_become": True, "ansible_become_method": "su"}},
    OTHER: {"vars": {"ansible_python_interpreter": "{{ other }}"}},
}
STAYS_IN_PROCESS: dict[str, dict[str, Any]] = {
    "no keywords": {},
    "switched on": {"vars": {SWITCH: True}},
    "empty environment": {"environment": {}},
    "the interpreter of the controller": {"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}},
    "any interpreter": {"vars": {"ansible_python_interpreter": "auto_silent"}},
    "delegated": {"delegate_to": "localhost"},
    "local connection": {"connection": "local"},
    "local connection by its full name": {"connection": "ansible.builtin.local"},
    "no log": {"no_log": True},
    "check mode and diff": {"check_mode": True, "diff": True},
}


def reason_in(output: str) -> str:
    """Return the reason for the fallback to the module, or an empty string without one."""
    return next((line.split("ordinary module: ")[1].strip() for line in output.splitlines() if "ordinary module: " in line), "")


def ran_as_module(output: str) -> bool:
    return "AnsiballZ_ai_gateway" in output


class TaskRun(NamedTuple):
    reason: str
    output: str
    result: dict[str, Any]


@pytest.fixture(scope="module")
def tasks_run(shared_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, TaskRun]:
    """Run a task with each set of keywords, in one playbook, because starting Ansible takes longer than a task."""
    shared_simulator.reset()
    folder = tmp_path_factory.mktemp("keywords")
    other = folder / "python"
    other.write_text(f'#!/bin/sh\nexec {BIN}/python "$@"\n')
    other.chmod(0o755)
    tasks = [
        {"name": name, "edgeops.cloudflare.ai_gateway": {"id": f"g{number}", "cache_ttl": 5}, **keywords}
        for number, (name, keywords) in enumerate({**FALLS_BACK, **STAYS_IN_PROCESS}.items())
    ]
    playbooks = Playbooks(shared_simulator, folder)
    results = playbooks.run(
        playbooks.write([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), "-vvv", "-e", f"other={other}"
    )
    outputs = dict(re.findall(r"^TASK \[(.*?)\] \*+$(.*?)(?=^TASK |^PLAY RECAP)", playbooks.output, re.MULTILINE | re.DOTALL))
    reasons = {name: name.partition(",")[0] for name in FALLS_BACK} | {OTHER: f"it runs with {other}"}
    return {line["task"]: TaskRun(reasons.get(line["task"], ""), outputs[line["task"]], line["result"]) for line in results}


@pytest.mark.parametrize("name", FALLS_BACK)
def test_it_falls_back_to_the_ordinary_module(tasks_run: dict[str, TaskRun], name: str) -> None:
    assert reason_in(tasks_run[name].output) == tasks_run[name].reason
    assert ran_as_module(tasks_run[name].output)
    assert tasks_run[name].result["operation"] == "created"


@pytest.mark.parametrize("name", STAYS_IN_PROCESS)
def test_it_stays_in_process(tasks_run: dict[str, TaskRun], name: str) -> None:
    assert reason_in(tasks_run[name].output) == ""
    assert not ran_as_module(tasks_run[name].output)
    assert not tasks_run[name].result.get("failed")


def test_an_extra_variable_switches_it_off(playbooks: Playbooks) -> None:
    playbooks.run_task("-vvv", "-e", f"{SWITCH}=no", options=OPTIONS)
    assert reason_in(playbooks.output) == f"{SWITCH} is false"
    assert ran_as_module(playbooks.output)


def test_it_falls_back_without_requests(playbooks: Playbooks, tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "requests.py").write_text("raise ImportError('hidden by the test')\n")
    playbook = playbooks.write([{"hosts": "localhost", "gather_facts": False, "tasks": [{"edgeops.cloudflare.ai_gateway": OPTIONS}]}])
    (line,) = playbooks.run(playbook, "-vvv", env={"PYTHONPATH": str(tmp_path / "hidden")})
    assert reason_in(playbooks.output) == "the controller's Python has no requests"
    assert "Failed to import the required Python library (requests)" in line["result"]["msg"]


@pytest.mark.parametrize("arguments", [(), ("-u", "nobody"), ("-e", "ansible_user=nobody")])
def test_a_remote_user_is_ignored_for_a_local_connection(playbooks: Playbooks, arguments: tuple[str, ...]) -> None:
    playbooks.run_task("-vvv", *arguments, options=OPTIONS, **({} if arguments else {"remote_user": "nobody"}))
    assert reason_in(playbooks.output) == ""
    assert not ran_as_module(playbooks.output)


def test_it_stays_in_process_if_a_remote_host_delegates_to_the_controller(playbooks: Playbooks, tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(str({"all": {"hosts": {"web": {"ansible_host": "192.0.2.1"}}, "vars": {"ansible_user": "deploy"}}}))
    task = {"edgeops.cloudflare.ai_gateway": OPTIONS, "delegate_to": "localhost"}
    playbooks.run(playbooks.write([{"hosts": "web", "gather_facts": False, "tasks": [task]}]), "-i", str(inventory), "-vvv")
    assert reason_in(playbooks.output) == ""
    assert not ran_as_module(playbooks.output)
    assert list(playbooks.simulator.gateways()) == ["a"]


def connections(playbooks: Playbooks) -> list[int]:
    """Return the client's port of each request. It identifies the connection."""
    return [entry["port"] for entry in playbooks.simulator.requests()]


def test_a_loop_uses_one_connection(playbooks: Playbooks) -> None:
    playbooks.run_task(options={"id": "g{{ item }}"}, loop=[1, 2, 3, 4])
    assert len(connections(playbooks)) == 8
    assert len(set(connections(playbooks))) == 1


def test_a_loop_respects_the_rate_limit(playbooks: Playbooks) -> None:
    playbooks.simulator.reset(behaviour={"quota": {"limit": 8, "window": 1.5, "block": 60}})
    result = playbooks.run_task(options={"id": "g{{ item }}"}, loop=list(range(12)))
    assert [item.get("operation") for item in result["results"]] == ["created"] * 12
    assert {entry["status"] for entry in playbooks.simulator.requests()} == {200, 404}


def test_other_credentials_never_share_the_connection(playbooks: Playbooks) -> None:
    tokens = [playbooks.simulator.api_token, playbooks.simulator.read_token, playbooks.simulator.api_token]
    playbooks.run_task(options={"id": "a", "api_token": "{{ item }}"}, loop=tokens)
    entries = playbooks.simulator.requests()
    used = {(entry["port"], entry["headers"]["authorization"]) for entry in entries}
    assert len({port for port, _token in used}) == len(used) == 3


@pytest.mark.parametrize("strategy", ["linear", "free", "host_pinned"])
def test_strategies_and_forks(playbooks: Playbooks, strategy: str, tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.yml"
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory.write_text(str({"all": {"hosts": {f"account-{n}": local for n in range(6)}}}))
    tasks = [
        {"edgeops.cloudflare.ai_gateway": {"id": "{{ inventory_hostname }}-{{ item }}", "cache_ttl": 5}, "loop": [1, 2]},
        {"edgeops.cloudflare.ai_gateway": {"id": "{{ inventory_hostname }}-1", "cache_ttl": 5}},
    ]
    play = {"hosts": "all", "gather_facts": False, "strategy": strategy, "tasks": tasks}
    results = playbooks.run(playbooks.write([play]), "-i", str(inventory), "-f", "3", "-vvv")
    assert not ran_as_module(playbooks.output)
    assert len(playbooks.simulator.gateways()) == 12
    assert [line["result"]["changed"] for line in results if "item" not in line["ending"]].count(True) == 6
    assert {line["ending"] for line in results} == {"ok", "item ok"}


def test_an_exception_is_a_failed_task(playbooks: Playbooks, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    broken = "import requests.sessions\ndef fail(*args, **kwargs):\n    raise RuntimeError('made by the test')\n"
    (tmp_path / "broken" / "sitecustomize.py").write_text(broken + "requests.sessions.Session.request = fail\n")
    tasks = [{"edgeops.cloudflare.ai_gateway": OPTIONS, "ignore_errors": True}, {"ansible.builtin.debug": {"msg": "the play goes on"}}]
    playbook = playbooks.write([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    failed, after = playbooks.run(playbook, env={"PYTHONPATH": str(tmp_path / "broken")})
    assert "defect of edgeops.cloudflare" in failed["result"]["msg"]
    assert "made by the test" in failed["result"]["msg"]
    assert after["ending"] == "ok"
    assert "Traceback" not in playbooks.output


# On macOS, without proxies in the environment, urllib looks up those of the system, which can crash a forked process.
DEADLY = """
import os, signal, urllib.request
def ask_the_system(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)
urllib.request.getproxies = lambda: urllib.request.getproxies_environment() or ask_the_system()
urllib.request.proxy_bypass = lambda host, proxies=None: (
    urllib.request.proxy_bypass_environment(host, urllib.request.getproxies_environment())
    if urllib.request.getproxies_environment() else ask_the_system()
)
"""


@pytest.mark.parametrize(("in_process", "env"), [(True, {}), (True, {"no_proxy": "127.0.0.1"}), (False, {})])
def test_the_systems_proxies_are_never_looked_up(
    playbooks: Playbooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_process: bool, env: dict[str, str]
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    (tmp_path / "deadly").mkdir()
    (tmp_path / "deadly" / "sitecustomize.py").write_text(DEADLY)
    task = {"edgeops.cloudflare.ai_gateway": OPTIONS, "vars": {SWITCH: in_process}}
    playbook = playbooks.write([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
    (line,) = playbooks.run(playbook, env={"PYTHONPATH": str(tmp_path / "deadly"), **env})
    assert line["result"].get("operation") == "created", playbooks.output


def test_the_ansible_core_under_test_exists() -> None:
    """The programs of the ansible-core under test exist. Otherwise, tests could pass with another one."""
    assert (BIN / "ansible-playbook").exists(), f"{BIN}: run by {sys.executable}"
