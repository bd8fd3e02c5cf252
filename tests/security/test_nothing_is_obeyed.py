# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server data is neither evaluated as a template nor interpreted by a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.in_process.conftest import Playbooks
from tests.security.scenes import ACCOUNT, ACCOUNT_INFO, INFO, MANY, ONE, ROUTE, graph, in_both_ways

Json = dict[str, Any]
DEBUG = "ansible.builtin.debug"
# Colours with and without the escape character, a terminal title, and characters that change the writing direction.
ODD = "\x1b[31m\x9b31m\x1b]0;x\x07\u202e\u2066"


def run(playbooks: Playbooks, tasks: list[Json], *arguments: str) -> list[Any]:
    """Run the tasks, which may fail, and return the message of each, or its result if it has none."""
    play = {"hosts": "localhost", "gather_facts": False, "ignore_errors": True, "tasks": tasks}
    lines = playbooks.run(playbooks.write([play]), *arguments)
    return [line["result"].get("msg", line["result"]) for line in lines if "item" not in line["ending"]]


def test_nothing_is_evaluated_as_a_template(playbooks: Playbooks, tmp_path: Path) -> None:
    trap, control = tmp_path / "trap", tmp_path / "shut"
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
        # A control: the same template in a playbook is evaluated, and creates its file.
        {DEBUG: {"msg": evil.replace(str(trap), str(control))}},
    ]
    both = run(playbooks, in_both_ways(tasks), "-v")
    assert control.exists()
    assert not trap.exists()
    for found in (both[: len(tasks)], both[len(tasks) :]):
        assert found[1]["later"] == {evil: [evil]}
        assert found[2] == evil
        assert [(options["id"], options["store_id"]) for options in found[4]] == [("a", evil), ("{{ 7 * 7 }}", evil)]
        assert evil in found[6]
        assert found[7] == found[6]
        assert found[9][1]["id"] == "{{ 7 * 7 }}"
        assert found[11]["{{ 7 * 7 }}"]["store_id"] == evil


def test_no_control_characters_reach_the_terminal(playbooks: Playbooks) -> None:
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
        assert "purge would delete 1 undeclared AI Gateway" in found[2]
    assert [char for char in ODD if not char.isprintable() and char in playbooks.output] == []
    # Results contain the stored values. Ansible escapes control characters in the JSON that it prints.
    both = run(playbooks, in_both_ways(tasks) + in_both_ways([purge]), "-v", "--diff")
    assert ODD in both[1]["gateway"]
    assert ODD in both[4]["gateway"]
    assert ["1 of 3 AI Gateways failed" in both[6], "1 of 2 AI Gateways failed" in both[7]] == [True, True]
    assert "\x1b" not in playbooks.output
    assert "\x07" not in playbooks.output


def test_graphs_are_not_evaluated(playbooks: Playbooks, tmp_path: Path) -> None:
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


def test_exported_files_are_not_evaluated(playbooks: Playbooks, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    evil = f"{{{{ lookup('ansible.builtin.pipe', 'touch {trap}') }}}}"
    # Text that looks like the templates of the export itself.
    lookalike = "{{ vault_a_openai_default }}"
    simulator = playbooks.simulator
    simulator.seed({"id": "a", "store_id": lookalike, "later": {evil: [evil, lookalike]}, "otel": [{"url": evil, "headers": {evil: "x"}}]})
    simulator.seed_item("custom_providers", {"slug": "own", "name": evil, "description": f"# {evil}\n{evil}\n"})
    simulator.seed_item("provider_configs", {"gateway_id": "a", "provider_slug": "openai"})
    files = "(found.account | edgeops.cloudflare.account_files(secrets=item))"
    filled_in = f"{{{{ dict({files.replace('item', 'true')}.secrets.keys() | zip(['example filled in'] * 9)) | to_json }}}}"
    copy, include = "ansible.builtin.copy", "ansible.builtin.include_vars"
    tasks: list[Json] = [
        {ACCOUNT_INFO: {}, "register": "found"},
        {
            copy: {"content": f"{{{{ {files}.files['account.yml'] }}}}", "dest": f"{tmp_path}/{{{{ item }}}}.yml", "mode": "0600"},
            "loop": [True, False],
        },
        {include: {"file": f"{tmp_path}/False.yml", "name": "plain"}},
        {DEBUG: {"msg": "{{ plain.cloudflare_account }}"}},
        {copy: {"content": filled_in, "dest": f"{tmp_path}/filled_in.yml", "mode": "0600"}},
        {include: {"file": f"{tmp_path}/filled_in.yml"}},
        {include: {"file": f"{tmp_path}/True.yml", "name": "with_secrets"}},
        {DEBUG: {"msg": "{{ with_secrets.cloudflare_account }}"}},
    ]
    found = run(playbooks, tasks)
    plain, with_secrets = found[3], found[7]
    (provider,), (gateway,) = plain["custom_providers"], plain["gateways"]
    assert (provider["name"], provider["description"]) == (evil, f"# {evil}\n{evil}\n")
    assert (gateway["store_id"], gateway["extra_settings"]) == (lookalike, {"later": {evil: [evil, lookalike]}})
    (gateway,) = with_secrets["gateways"]
    assert gateway["extra_settings"] == {
        "later": {evil: [evil, lookalike]},
        "otel": [{"url": evil, "headers": {evil: "example filled in"}}],
    }
    assert gateway["provider_configs"][0]["secret"] == "example filled in"


def test_accounts_are_not_evaluated(playbooks: Playbooks, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    evil = f"{{{{ lookup('ansible.builtin.pipe', 'touch {trap}') }}}}{ODD}"
    simulator = playbooks.simulator
    simulator.seed({"id": "a", "authentication": True, "store_id": evil, "later": {evil: evil}})
    elements = json.loads(json.dumps(graph(evil)).replace('"element_id"', '"elementId"'))
    elements[-1]["outputs"] = {}
    allowing = {"actor": "company:all", "resource": "*", "condition": "true", "action": {"type": "no-limit"}}
    for name in ("kept", evil):
        simulator.seed_item("custom_providers", {"slug": name, "name": evil, "base_url": "https://llm.example.com", "description": evil})
        simulator.seed_item("provider_configs", {"gateway_id": "a", "provider_slug": "openai", "alias": name})
        simulator.seed_item("dynamic_routes", {"gateway_id": "a", "name": name, "elements": elements})
        simulator.seed_item("policies", {"gateway_id": "a", "name": name, **allowing})
    simulator.fault(method="PATCH", path="/custom-providers/", times=None, status=400, json={"errors": [{"code": 1, "message": evil}]})
    gateway = {
        "id": "a",
        "provider_configs": [{"provider_slug": "openai", "alias": "kept", "state": "present"}],
        "dynamic_routes": [{"name": "kept", "elements": graph("main")}],
        "policies": [
            {"name": "kept", "action": {"type": "block"}},
            {"name": "all", "actor": "company:all", "action": {"type": "no_limit"}},
        ],
    }
    document = {"custom_providers": [{"slug": "kept", "name": "Kept"}], "gateways": [gateway]}
    purge = ["custom_providers", "provider_configs", "dynamic_routes", "policies"]
    tasks: list[Json] = [
        {ACCOUNT: {**document, "purge": purge, "purge_limit": 0}},
        {ACCOUNT: {**document, "purge": purge}, "check_mode": True, "register": "whole"},
        {DEBUG: {"msg": "{{ whole.results | map(attribute='id') }}"}},
        {DEBUG: {"msg": "{{ ansible_facts.cloudflare_ai_gateway_account.gateways.a.later }}"}},
        {ACCOUNT: document, "register": "failed"},
        {DEBUG: {"msg": "{{ failed.msg }}"}},
    ]
    both = run(playbooks, in_both_ways(tasks), "-v", "--diff")
    for found in (both[: len(tasks)], both[len(tasks) :]):
        assert sum(map(int, re.findall(r"(\d+) undeclared ", found[0]))) == 4
        assert "but purge_limit allows 0" in found[0]
        assert found[2].count(evil) == 3
        assert f"openai/{evil}" in found[2]
        assert found[3] == {evil: evil}
        assert "custom provider kept" in found[4].replace("custom_provider", "custom provider")
        assert found[5] == found[4]
    assert "\x1b" not in playbooks.output
    assert "\x07" not in playbooks.output
    assert not trap.exists()
