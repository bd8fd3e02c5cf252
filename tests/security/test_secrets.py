# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A search for planted secrets in the output, files and process arguments of runs with secrets in all possible fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.in_process.conftest import Playbooks
from tests.security.scenes import FAILURES, ONE, OTEL, REFUSALS, SECRETS, SUCCESSES, SWITCH, in_both_ways, prepare
from tests.security.watch import END, Watch, plant, watched

Json = dict[str, Any]
TOKEN = plant("environment-token")
# The secrets that are stored after all tasks: one of each gateway. Below: keys by name.
STORED = (
    ("a", "stripe"),
    ("asynchronous", "stripe"),
    ("b", "long"),
    ("fleet-a", "default"),
    ("fleet-b", "extra"),
    ("whole", "stripe"),
    ("whole-extra", "long"),
)
KEPT = {"keys_openai_default": "long", "kept": "odd", "kept2": "default", "whole_openai_default": "long", "whole_custom-whole_batch": "odd"}


def results(playbooks: Playbooks) -> list[Json]:
    """Return the recorded results, without the items of loops."""
    lines = [json.loads(line) for line in (playbooks.folder / "record.jsonl").read_text().splitlines()]
    return [line for line in lines if "item" not in line["ending"]]


@pytest.fixture
def run(playbooks: Playbooks, variables: str) -> Any:
    """Return a function that runs tasks against an account that only accepts a planted token."""

    def run_tasks(tasks: list[Json], *arguments: str, **env: str) -> Watch:
        prepare(playbooks.simulator, TOKEN)
        play = {"hosts": "localhost", "gather_facts": False, "ignore_errors": True, "tasks": tasks}
        return watched(playbooks, [play], "-e", variables, *arguments, CLOUDFLARE_API_TOKEN=TOKEN, **env)

    return run_tasks


def places_are_watched(watch: Watch) -> bool:
    """Return whether the search reads all places. Only ordinary modules write to the system's log."""
    seen = watch.seen()
    assert "ansible-playbook" in seen["arguments"]
    assert "Invoked with" in seen["syslog"]
    return all("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in seen[place] for place in ("output", "record.jsonl", "log"))


@pytest.mark.parametrize("here", [True, False], ids=["in process", "as module"])
def test_successful_tasks(run: Any, playbooks: Playbooks, here: bool) -> None:
    watch = run(SUCCESSES, "-e", f"{SWITCH}={here}")
    assert [line["result"] for line in results(playbooks) if line["ending"] != "ok"] == []
    assert watch.leaks() == []
    assert places_are_watched(watch)
    seen = watch.seen()
    assert "cloudflare_ai_gateways" in "".join(text for place, text in seen.items() if place.startswith("facts"))
    assert "usage_events" in "".join(text for place, text in seen.items() if place.startswith("async"))
    # The secrets were stored, so they could have leaked.
    stored = playbooks.simulator.gateways()
    for name, secret in STORED:
        assert SECRETS[secret] in json.dumps(stored[name])
    providers = {item["slug"]: json.loads(item["headers"]) for item in playbooks.simulator.items("custom_providers")}
    assert providers["own"] == providers["whole"] == {"x-key": SECRETS["part"]}
    values = {item["name"]: item["value"] for item in playbooks.simulator.items("secrets")}
    assert {name: values[name] for name in KEPT} == {name: SECRETS[secret] for name, secret in KEPT.items()}


def test_refused_options(run: Any, playbooks: Playbooks) -> None:
    watch = run(in_both_ways(REFUSALS))
    assert [line["result"] for line in results(playbooks) if line["ending"] != "failed"] == []
    assert watch.leaks() == []
    assert places_are_watched(watch)
    assert playbooks.simulator.requests() == []


def test_failed_requests(run: Any, playbooks: Playbooks) -> None:
    watch = run(in_both_ways(FAILURES))
    assert [line["result"] for line in results(playbooks) if line["ending"] != "failed"] == []
    assert watch.leaks() == []
    assert places_are_watched(watch)


def test_a_proxy_with_a_password(run: Any, playbooks: Playbooks) -> None:
    proxy = f"http://user:{SECRETS['password']}@127.0.0.1"
    # The password in the second URL is not percent-encoded, so the URL is invalid.
    proxies = {"http_proxy": f"{proxy}:9", "https_proxy": proxy.replace(END, "/" + END)}
    tasks = [{ONE: {"id": "a", "base_url": f"{scheme}://api.example.invalid", "max_retries": 0}} for scheme in ("http", "https")]
    watch = run(in_both_ways(tasks), **proxies, **{name.upper(): url for name, url in proxies.items()}, NO_PROXY="", no_proxy="")
    reasons = ["the proxy failed", "a URL is invalid"]
    found = [line["result"]["msg"] for line in results(playbooks)]
    assert [reason in message for reason, message in zip(reasons * 2, found)] == [True] * 4, found
    assert watch.leaks() == []


# Only the update fails. By then, the secrets of the server have been read, too.
BROKEN = """
import requests.sessions
work = requests.sessions.Session.request
def fail(self, method, url, **keywords):
    if method == "GET":
        return work(self, method, url, **keywords)
    raise RuntimeError(f"{method} {url} {keywords} {self.auth.headers}")
requests.sessions.Session.request = fail
"""


def test_an_unexpected_exception(run: Any, playbooks: Playbooks, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "sitecustomize.py").write_text(BROKEN)
    watch = run(in_both_ways([{ONE: {"id": "known", "otel": OTEL}}]), PYTHONPATH=str(tmp_path / "broken"))
    found = [line["result"]["msg"] for line in results(playbooks)]
    assert ["defect of edgeops.cloudflare" in message and "PUT" in message for message in found] == [True, True], found
    assert watch.leaks() == []
