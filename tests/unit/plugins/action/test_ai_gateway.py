# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module executed in the controller's process. ``tests/in_process`` tests the same in real playbooks."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from ansible.plugins.action.normal import ActionModule as OrdinaryAction

from ansible_collections.edgeops.cloudflare.plugins.action.ai_gateway import ActionModule
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NotSent, Request
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils import in_process
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.plain import plain

ONE = "/ai-gateway/gateways/a"
OPTIONS = {"id": "a", "account_id": "0123456789abcdef0123456789abcdef", "api_token": "invented-token"}


@pytest.fixture(autouse=True)
def ordinary(monkeypatch):
    """Replace the execution as a module with a stub, and start in a worker without a connection."""
    monkeypatch.setattr(OrdinaryAction, "run", lambda self, tmp, task_vars: {"ran_as": "module"})
    monkeypatch.setattr(in_process._WorkerState, "connection", None)
    monkeypatch.setattr(in_process._WorkerState, "transport", None)
    monkeypatch.setattr(in_process._WorkerState, "rate_limiters", {})


def run(options, variables=None, transport="local", become=None, **task):
    fields = {"action": "edgeops.cloudflare.ai_gateway", "args": dict(OPTIONS, **options), "check_mode": False, "diff": False}
    fields.update({"async_val": 0, "environment": [], "remote_user": None, "delegate_to": None}, **task)
    connection = SimpleNamespace(transport=transport, become=become, _shell=SimpleNamespace(tmpdir=None))
    templar = SimpleNamespace(template=lambda value: value)
    action = ActionModule(SimpleNamespace(**fields), connection, SimpleNamespace(), None, templar, None)
    return action.run(task_vars=variables)


def test_the_result_is_that_of_the_module(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    here = run({"cache_ttl": "2"}, check_mode=True, diff=True)
    assert here == run_module({"id": "a", "cache_ttl": "2"}, check_mode=True, diff=True)


@pytest.mark.parametrize(
    "options",
    [
        {"cache_ttl": -1, "retry_delay": 9000},
        {"cache_ttl": []},
        {"dlp": False},
        {"guardrails": {"prompt": 5}},
        {"otel": [[]]},
        {"retry_backoff": "Linear"},
        {"otel": [{"authorization": "invented-authorization"}]},
        {"cache_ttl": [], "extra_settings": {"stripe": {"authorization": "invented-authorization", "usage_events": []}}},
    ],
)
def test_a_refusal_is_that_of_the_module(run_module, options):
    there = run_module(dict(options, id="a"))
    assert run(options) == dict(there, changed=False)


def test_an_unknown_option_is_refused_by_name():
    result = run({"cache_tll": 5})
    assert result["failed"]
    assert result["msg"].startswith("Unsupported parameters for (edgeops.cloudflare.ai_gateway) module: cache_tll.")


def test_the_alias_in_addition_to_the_id_causes_a_warning(api, gateway):
    api.expect("GET", ONE, answer=gateway())
    assert run({"name": "a"})["warnings"] == ["Both option id and its alias name are set."]


def test_secrets_of_the_server_are_masked(api, gateway):
    stripe = {"authorization": "known-only-to-the-server", "usage_events": []}
    api.expect("GET", ONE, answer=gateway(stripe=stripe, echo="known-only-to-the-server"))
    result = run({}, diff=True)
    assert result["gateway"]["stripe"]["authorization"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert "known-only-to-the-server" not in str(result)
    assert "invented-token" not in str(result)


def test_secrets_with_a_common_prefix_are_masked_completely(api, gateway):
    headers = {str(more): "invented" + "x" * more for more in range(12)}
    api.expect("GET", ONE, answer=gateway(otel=[{"url": "a://b", "headers": headers}], echo=" ".join(headers.values())))
    assert run({})["gateway"]["echo"] == " ".join(["*" * 8] * 12)


def test_the_connection_is_kept_for_the_same_identity_only(api, gateway, monkeypatch):
    closed = []

    def close(self):
        closed.append(self)

    monkeypatch.setattr(in_process.Transport, "close", close)
    kept = []
    for token in ("invented-token", "invented-token", "invented-other"):
        api.expect("GET", ONE, answer=gateway(), sent={"Authorization": "Bearer " + token})
        assert run({"api_token": token})["changed"] is False
        kept.append(in_process._WorkerState.transport)
    assert kept[0] is kept[1]
    assert kept[1] is not kept[2]
    assert closed == [kept[1]]


def test_a_connection_that_is_not_verified_is_never_kept_for_one_that_is(api, gateway):
    for options, verify in (({"validate_certs": False}, False), ({}, True), ({"ca_path": os.curdir}, os.curdir), ({}, True)):
        api.expect("GET", ONE, answer=gateway())
        assert run(options)["changed"] is False
        assert api.calls[-1].req_kwargs["verify"] == verify


def test_items_of_a_loop_do_not_share_state(api, gateway):
    guardrails = {"prompt": {"P1": "FLAG"}, "response": {}}
    for _item in range(2):
        api.expect("GET", ONE, answer=gateway(guardrails=guardrails))
        assert run({"guardrails": {"prompt": {"P1": "FLAG"}}})["operation"] == "unchanged"


OTHER_PYTHON = os.path.join(os.sep, "no", "such", "python")


@pytest.mark.parametrize(
    "conditions",
    [
        {"variables": {in_process.SWITCH: False}},
        {"variables": {in_process.SWITCH: "no"}},
        {"transport": "ssh"},
        {"transport": "mitogen_local"},
        {"become": object()},
        {"async_val": 5},
        {"environment": [{}, {"A": "b"}]},
        {"variables": {"ansible_python_interpreter": OTHER_PYTHON}},
        {"variables": {"ansible_delegated_vars": {"there": {"ansible_python_interpreter": OTHER_PYTHON}}}, "delegate_to": "there"},
    ],
)
def test_it_falls_back_to_the_module(conditions):
    assert run({}, **conditions) == {"ran_as": "module"}


def test_it_falls_back_without_requests(monkeypatch):
    monkeypatch.setattr(in_process, "REQUESTS_IMPORT_ERROR", "gone")
    assert run({}) == {"ran_as": "module"}


@pytest.mark.parametrize(
    "conditions",
    [
        {"variables": {in_process.SWITCH: "true"}},
        {"environment": [{}]},
        {"remote_user": "somebody-else"},
        {"variables": {"ansible_user": "somebody-else"}},
        {"variables": {"ansible_delegated_vars": {"there": {"ansible_user": "somebody-else"}}}, "delegate_to": "there"},
        {"variables": {"ansible_python_interpreter": sys.executable}},
        {"variables": {"ansible_python_interpreter": "auto"}},
        {"variables": {"ansible_delegated_vars": {"there": {"ansible_python_interpreter": OTHER_PYTHON}}}},
    ],
)
def test_it_stays_in_process(api, gateway, conditions):
    api.expect("GET", ONE, answer=gateway())
    assert run({}, **conditions)["operation"] == "unchanged"


def test_items_share_the_rate_limit_but_not_the_allowance(api, gateway, waits):
    used_up = {"Ratelimit": '"default";r=0;t=20'}
    for number in range(3):
        api.expect("GET", ONE, answer=gateway(), headers=used_up)
        # Another timeout does not make another identity.
        assert run({"rate_limit_wait": 25, "timeout": 20 + number})["operation"] == "unchanged"
    assert waits == [20.0, 20.0]


def test_each_item_reads_the_current_environment(api, gateway, monkeypatch):
    for token in ("invented-first", "invented-second"):
        monkeypatch.setenv("CLOUDFLARE_API_TOKEN", token)
        api.expect("GET", ONE, answer=gateway(), sent={"Authorization": "Bearer " + token})
        assert run({}, args={"id": "a", "account_id": OPTIONS["account_id"]})["operation"] == "unchanged"


def test_the_next_item_respects_a_block(api, gateway, waits):
    api.expect("GET", ONE, status=429, errors=[{"code": 971, "message": "Slow down"}], headers={"Retry-After": "300"})
    first = run({"rate_limit_wait": 0})
    assert "HTTP 429" in first["msg"]
    assert "was not sent: the rate limit is used up for another 300 s" in run({"rate_limit_wait": 0})["msg"]


def test_identities_do_not_share_the_rate_limit(api, gateway, waits):
    for token in ("invented-token", "invented-other"):
        api.expect("GET", ONE, answer=gateway(), headers={"Ratelimit": '"default";r=0;t=20'})
        assert run({"api_token": token})["changed"] is False
    assert waits == []


def test_an_interruption_of_an_item_ends_its_requests(monkeypatch):
    class Interruption(BaseException):
        """A stand-in for the exception that Ansible raises when a task exceeds its timeout."""

    kept = []

    def interrupt(work, client):
        kept.append(client)
        raise Interruption

    monkeypatch.setattr(
        ActionModule, "task_spec", ActionModule.task_spec._replace(run=lambda task, check_mode, client: interrupt(task, client))
    )
    with pytest.raises(Interruption):
        run({})
    with pytest.raises(NotSent, match="the task has ended"):
        kept[0].call(Request("GET", "/x"))


@pytest.mark.parametrize(("error", "is_read"), [(KeyboardInterrupt, False), (ValueError, True)])
def test_the_output_of_an_interrupted_module_is_closed(monkeypatch, error, is_read):
    programs = []

    def interrupted(self, tmp, task_vars):
        program = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        programs.append(program)
        raise error

    monkeypatch.setattr(OrdinaryAction, "run", interrupted)
    with pytest.raises(error):
        run({}, become=object())
    assert programs[0].stdout.closed is not is_read
    with programs[0] as program:
        assert is_read or program.wait(10) == -signal.SIGTERM
        program.kill()


@pytest.mark.parametrize(("is_terminal", "verbosity", "is_shown"), [(True, 0, True), (False, 0, False), (False, 1, True)])
def test_progress_is_shown_on_standard_error_of_a_terminal(monkeypatch, is_terminal, verbosity, is_shown):
    shown = []
    monkeypatch.setattr(in_process, "STDERR_IS_A_TERMINAL", is_terminal)
    monkeypatch.setattr(in_process.display, "verbosity", verbosity)
    monkeypatch.setattr(in_process.display, "display", lambda line, **how: shown.append((line, how)))
    report_something = ActionModule.task_spec._replace(run=lambda task, check_mode, client: client.report_progress("half done") or {})
    monkeypatch.setattr(ActionModule, "task_spec", report_something)
    run({}, variables={"inventory_hostname": "here"})
    assert shown == ([("[here] edgeops.cloudflare.ai_gateway: half done", {"stderr": True})] if is_shown else [])


class Tagged(str):
    """A stand-in for the tagged strings of ansible-core."""


class Vaulted:
    """A stand-in for a vaulted value of ansible-core before 2.19: a sequence that is not text."""

    __ENCRYPTED__ = True

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return "clear"[index]

    def __str__(self):
        return "clear"


@pytest.mark.parametrize(
    ("key", "text"), [(True, "true"), (None, "null"), (5, "5"), (1.5, "1.5"), (datetime.date(2026, 1, 2), "2026-01-02")]
)
def test_keys_are_spelt_as_in_json(key, text):
    assert plain({key: 1}) == {text: 1}


def test_values_of_the_controller_become_plain():
    value = {Tagged("a"): [Tagged("b"), (1, 2.5, True, None)], "v": Vaulted(), "d": datetime.date(2026, 1, 2), "b": b"text"}
    found = plain(value)
    assert found == {"a": ["b", [1, 2.5, True, None]], "v": "clear", "d": "2026-01-02", "b": "text"}
    texts = [*found, found["a"][0], found["v"]]
    assert [text for text in texts if isinstance(text, (Tagged, Vaulted))] == []
