# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server sends is neither evaluated as a template nor obeyed by a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.hostile.scenes import INFO, MANY, ONE, ROUTE, graph, in_both_ways
from tests.in_process.conftest import Playbooks

Json = dict[str, Any]
DEBUG = "ansible.builtin.debug"
# Colours with and without the escape character, a title, marks that turn the writing direction.
ODD = "\x1b[31m\x9b31m\x1b]0;x\x07\u202e\u2066"


def run(playbooks: Playbooks, tasks: list[Json], *arguments: str) -> list[Any]:
    """Return what was recorded of the tasks, which need not succeed: their messages where they have one, else their results."""
    play = {"hosts": "localhost", "gather_facts": False, "ignore_errors": True, "tasks": tasks}
    lines = playbooks.run(playbooks.write([play]), *arguments)
    return [line["result"].get("msg", line["result"]) for line in lines if "item" not in line["ending"]]


def test_nothing_is_evaluated_as_a_template(playbooks: Playbooks, tmp_path: Path) -> None:
    trap, shut = tmp_path / "trap", tmp_path / "shut"
    evil = f"{{{{ lookup('ansible.builtin.pipe', 'touch {trap}') }}}}"
    simulator = playbooks.simulator
    simulator.seed({"id": "a", "store_id": evil, "later": {evil: [evil]}, "otel": [{"url": evil, "headers": {evil: "x"}}]})
    simulator.seed({"id": "{{ 7 * 7 }}", "store_id": evil})
    errors = [{"code": 1, "message": evil, "path": [evil]}]
    simulator.fault(method="PUT", path="/a$", times=None, status=400, json={"success": False, "errors": errors})
    tasks: list[Json] = [
        {ONE: {"id": "a"}, "register": "one"},
        {DEBUG: {"msg": "{{ one.gateway }}"}},
        {DEBUG: {"msg": "{{ ansible_facts.cloudflare_ai_gateway.store_id }}"}},
        {INFO: {}, "register": "account"},
        {DEBUG: {"msg": "{{ account.gateways | edgeops.cloudflare.as_declared }}"}},
        {DEBUG: {"msg": "{{ item.store_id }}"}, "loop": "{{ account.gateways }}", "loop_control": {"label": "{{ item.id }}"}},
        {ONE: {"id": "{{ account.gateways[0].id }}", "cache_ttl": 5}, "register": "failed"},
        {DEBUG: {"msg": "{{ failed.msg }}"}},
        {
            MANY: {"gateways": "{{ account.gateways | edgeops.cloudflare.as_declared }}", "defaults": {"cache_ttl": 6}},
            "register": "fleet",
        },
        {DEBUG: {"msg": "{{ fleet.results }}"}},
        {"ansible.builtin.set_fact": {"kept": "{{ fleet.gateways }}"}},
        {DEBUG: {"msg": "{{ kept }}"}},
        # The same in a playbook is evaluated: the trap would shut.
        {DEBUG: {"msg": evil.replace(str(trap), str(shut))}},
    ]
    both = run(playbooks, in_both_ways(tasks), "-v")
    assert shut.exists()
    assert not trap.exists()
    for found in (both[: len(tasks)], both[len(tasks) :]):
        assert found[1]["later"] == {evil: [evil]}
        assert found[2] == evil
        assert [(options["id"], options["store_id"]) for options in found[4]] == [("a", evil), ("{{ 7 * 7 }}", evil)]
        assert evil in found[6]
        assert found[7] == found[6]
        assert found[9][1]["id"] == "{{ 7 * 7 }}"
        assert found[11]["{{ 7 * 7 }}"]["store_id"] == evil


def test_no_terminal_obeys(playbooks: Playbooks) -> None:
    simulator = playbooks.simulator
    for name in ("a", "b", f"c{ODD}"):
        simulator.seed({"id": name, "later": {ODD: ODD}, ODD: 1})
    errors = [{"code": 1, "message": ODD, "path": [ODD]}]
    simulator.fault(method="PUT", path="/a$", times=None, status=400, json={"success": False, "errors": errors}, headers={"cf-ray": "x"})
    simulator.fault(method="PUT", path="/b$", times=None, status=200, json={"success": True, "result": {"id": "b", "cache_ttl": 5, ODD: 2}})
    tasks: list[Json] = [
        {ONE: {"id": "a", "cache_ttl": 5}},
        {ONE: {"id": "b", "cache_ttl": 5}},
        {MANY: {"gateways": [{"id": "a"}, {"id": "b"}], "defaults": {"cache_ttl": 5}, "purge": True, "purge_limit": 0}},
    ]
    purge: Json = {MANY: {"gateways": [{"id": "a"}, {"id": "b"}], "defaults": {"cache_ttl": 5}, "purge": True}}
    both = run(playbooks, in_both_ways(tasks))
    for found in (both[:3], both[3:]):
        assert "[1]" in found[0]
        assert found[1]["operation"] == "updated"
        assert "purge would delete the AI Gateways" in found[2]
    assert [char for char in ODD if not char.isprintable() and char in playbooks.output] == []
    # Values in results are what is stored. Where Ansible prints them, it escapes what JSON has to be escaped in.
    both = run(playbooks, in_both_ways(tasks) + in_both_ways([purge]), "-v", "--diff")
    assert ODD in both[1]["gateway"]
    assert ODD in both[4]["gateway"]
    assert ["1 of 3 AI Gateways failed" in both[6], "1 of 2 AI Gateways failed" in both[7]] == [True, True]
    assert "\x1b" not in playbooks.output
    assert "\x07" not in playbooks.output


def test_no_graph_is_obeyed(playbooks: Playbooks, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    evil = f"{{{{ lookup('ansible.builtin.pipe', 'touch {trap}') }}}}{ODD}"
    simulator = playbooks.simulator
    simulator.seed({"id": "a", "authentication": True})
    elements = json.loads(json.dumps(graph(evil)).replace('"element_id"', '"elementId"'))
    elements[-1]["outputs"] = {}
    simulator.seed_item("dynamic_routes", {"gateway_id": "a", "name": "r", "elements": elements})
    declared = "(found.dynamic_routes | edgeops.cloudflare.as_declared('dynamic_route'))[0].elements"
    tasks: list[Json] = [
        {f"{ROUTE}_info": {"gateway_id": "a", "history": True}, "register": "found"},
        {DEBUG: {"msg": "{{ found.dynamic_routes[0].elements }}"}},
        {ROUTE: {"gateway_id": "a", "name": "r", "elements": f"{{{{ {declared} }}}}"}},
        {ROUTE: {"gateway_id": "a", "name": "r", "elements": f"{{{{ {declared}[1:] }}}}"}},
        {ROUTE: {"gateway_id": "a", "name": "r", "elements": graph("main")}, "check_mode": True},
    ]
    for arguments in ((), ("-v", "--diff")):
        both = run(playbooks, in_both_ways(tasks), *arguments)
        for found in (both[:5], both[5:]):
            assert found[1] == elements
            assert found[2]["operation"] == "unchanged"
            assert "elements has no element of type start" in found[3]
            assert found[4]["operation"] == "updated"
        assert "\x1b" not in playbooks.output
        assert "\x07" not in playbooks.output
    assert not trap.exists()
