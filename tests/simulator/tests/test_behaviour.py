# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each switch, on and off."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import requests

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import REQUIRED, Client, result

MASK = "********"
NESTED: dict[str, Any] = {
    "dlp": {"action": "FLAG", "enabled": True, "profiles": ["p", "q"]},
    "guardrails": {"prompt": {"S1": "BLOCK"}, "response": {}},
    "otel": [
        {"url": "https://example.com", "headers": {"x": "invented"}, "authorization": "b", "content_type": "json"},
        {"url": "https://example.com/2", "headers": {}, "content_type": "json"},
    ],
    "spend_limits": {"enabled": True, "rules": []},
    "stripe": {"authorization": "invented", "usage_events": [{"payload": "{}"}]},
    "log_classification": True,
}


def test_replace_resets_omitted_settings(api: Client) -> None:
    made = api.made(retry_delay=5, store_id="s", logpush=True, **NESTED)
    assert NESTED.items() <= made.items()
    fresh = api.made("two")
    own = dict.fromkeys(["id", "created_at", "modified_at"])
    assert {**api.changed(), **own} == {**fresh, **own}


def test_merge_keeps_omitted_settings(api: Client, simulator: Simulator) -> None:
    simulator.behave(put="merge")
    made = api.made(retry_delay=5, store_id="s", **NESTED)
    assert api.changed() == made
    assert api.changed(retry_delay=None, store_id=None)["retry_delay"] is None


def test_nested_settings_can_be_dropped_on_create(api: Client, simulator: Simulator) -> None:
    simulator.behave(nested_on_create="drop")
    made = api.made(retry_delay=5, **{**NESTED, "stripe": "not even valid"})
    assert made["retry_delay"] == 5
    assert made["log_classification"] is False
    assert {made.get(name) for name in ("dlp", "guardrails", "otel", "spend_limits", "stripe")} == {None}
    assert NESTED.items() <= api.changed(**NESTED).items()


def test_masked_secrets(api: Client, simulator: Simulator) -> None:
    simulator.behave(mask_secrets=True)
    shown = api.made(**NESTED)
    assert shown["otel"][0] == {**NESTED["otel"][0], "headers": {"x": MASK}, "authorization": MASK}
    assert shown["otel"][1] == NESTED["otel"][1]
    assert shown["stripe"] == {**NESTED["stripe"], "authorization": MASK}
    assert "invented" not in api.get().text + api.call("GET").text
    stored = simulator.gateways()["one"]
    assert NESTED.items() <= stored.items()
    api.changed(**{**NESTED, "otel": shown["otel"], "stripe": shown["stripe"]})
    damaged = simulator.gateways()["one"]
    assert damaged["otel"][0]["headers"] == {"x": MASK}
    assert damaged["stripe"]["authorization"] == MASK


def test_ignored_settings(api: Client, simulator: Simulator) -> None:
    simulator.behave(ignore_settings=["retry_delay", "cache_ttl", "dlp"])
    made = api.made(retry_delay=5, cache_ttl=9, dlp=NESTED["dlp"], retry_max_attempts=3)
    assert (made["retry_delay"], made["cache_ttl"], "dlp" in made, made["retry_max_attempts"]) == (None, 0, False, 3)
    simulator.behave(ignore_settings=[])
    made = api.changed(retry_delay=7, cache_ttl=9)
    simulator.behave(ignore_settings=["retry_delay", "cache_ttl"])
    assert api.changed(retry_delay=8, cache_ttl=10) == made
    assert api.changed() == made
    assert api.update(retry_delay=-1).status_code == 400


def test_extra_fields(api: Client, simulator: Simulator) -> None:
    api.made()
    assert api.update(brand_new=1).status_code == 400
    simulator.behave(extra_fields={"brand_new": {"mode": "x"}})
    assert result(api.get())["brand_new"] == {"mode": "x"}
    assert simulator.gateways()["one"]["brand_new"] == {"mode": "x"}
    assert api.changed(brand_new=[1])["brand_new"] == [1]
    assert simulator.gateways()["one"]["brand_new"] == [1]
    assert api.made("two", brand_new=2)["brand_new"] == 2
    assert api.made("three")["brand_new"] == {"mode": "x"}
    assert api.changed()["brand_new"] is None
    assert simulator.gateways()["one"]["brand_new"] is None
    simulator.behave(put="merge")
    assert api.changed("two")["brand_new"] == 2


def test_reordered_lists(api: Client, simulator: Simulator) -> None:
    policy = {"id": "1", "action": "FLAG", "check": ["REQUEST", "RESPONSE"], "enabled": True, "profiles": ["a", "b"]}
    rule = {"id": "r1", "limit": 1, "limitType": "cost", "window": 1, "model": {"mode": "filter", "values": ["x", "y"]}}
    given: dict[str, Any] = {
        "dlp": {"enabled": True, "policies": [policy, {**policy, "id": "2"}]},
        "otel": NESTED["otel"],
        "spend_limits": {"rules": [rule, {**rule, "id": "r2"}]},
    }
    original = api.made(**given)
    simulator.behave(reorder=True)
    reordered = result(api.get())
    assert [item["id"] for item in reordered["dlp"]["policies"]] == ["2", "1"]
    assert reordered["dlp"]["policies"][0]["check"] == ["RESPONSE", "REQUEST"]
    assert reordered["dlp"]["policies"][0]["profiles"] == ["b", "a"]
    assert reordered["otel"] == original["otel"][::-1]
    assert [item["id"] for item in reordered["spend_limits"]["rules"]] == ["r2", "r1"]
    assert reordered["spend_limits"]["rules"][0]["model"]["values"] == ["y", "x"]
    assert simulator.gateways()["one"] == original


def test_unknown_keys_can_be_tolerated(api: Client, simulator: Simulator) -> None:
    simulator.behave(tolerate_unknown=True)
    prompt = {"prompt": {"S1": "FLAG", "S14": "FLAG"}, "response": {}}
    made = api.made(unknown=1, is_default=True, guardrails=prompt, otel=[{**NESTED["otel"][1], "more": 1}])
    assert "unknown" not in made
    assert made["is_default"] is False
    assert made["guardrails"]["prompt"] == {"S1": "FLAG"}
    assert made["otel"] == [NESTED["otel"][1]]
    assert api.changed(id="other", unknown=2)["id"] == "one"
    refused = api.update(unknown=1, retry_delay=-1).json()["errors"]
    assert [error["path"] for error in refused] == [["body", "retry_delay"]]


def test_plan_defaults(api: Client, simulator: Simulator) -> None:
    simulator.behave(plan_defaults=True)
    plan = {"log_management": 10_000_000, "log_management_strategy": "DELETE_OLDEST"}
    assert plan.items() <= api.made().items()
    assert plan.items() <= api.made("two", **dict.fromkeys(plan)).items()
    own = {"log_management": 10_000, "log_management_strategy": "STOP_INSERTING"}
    assert own.items() <= api.made("three", **own).items()
    assert plan.items() <= api.changed("three").items()
    assert api.changed("three", log_management=None)["log_management"] is None


def test_delay(api: Client, simulator: Simulator) -> None:
    simulator.behave(delay=0.15)
    started = time.monotonic()
    api.made()
    assert 0.15 <= time.monotonic() - started < 2
    started = time.monotonic()
    simulator.health()
    assert time.monotonic() - started < 0.1


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": 1},
        {"put": "patch"},
        {"delay": -1},
        {"delay": "1"},
        {"mask_secrets": 1},
        {"ignore_settings": ["no_such"]},
        {"extra_fields": {"dlp": None}},
        {"quota": {"limit": 1, "windows": 1}},
        {"quota": {"window": 0}},
        {"tokens": {"x": "admin"}},
    ],
)
def test_bad_switches_are_refused(simulator: Simulator, changes: dict[str, Any]) -> None:
    before = simulator.behaviour()
    with pytest.raises(RuntimeError, match=" 422 "):
        simulator.behave(**{"reorder": True, **changes})
    assert simulator.behaviour() == before


def test_switches_merge(simulator: Simulator) -> None:
    simulator.behave(put="merge")
    switches = simulator.behave(reorder=True)
    assert (switches["put"], switches["reorder"], switches["mask_secrets"]) == ("merge", True, False)
    assert switches["quota"] == {"limit": 1200, "window": 300, "block": 300}
    simulator.reset()
    assert simulator.behaviour()["put"] == "replace"


def test_reset_restores_the_initial_state(api: Client, simulator: Simulator) -> None:
    api.made()
    simulator.fault(status=500)
    simulator.behave(quota={"limit": 1})
    simulator.reset()
    assert (simulator.gateways(), simulator.faults(), simulator.requests()) == ({}, [], [])
    assert api.call("GET").headers["Ratelimit"].startswith('"default";r=1199;')


def test_reset_to_a_given_state(api: Client, simulator: Simulator) -> None:
    api.made("old")
    gateways = {simulator.account_id: {"one": {"retry_delay": 10**9}, "two": {}}, simulator.other_account_id: {"three": {}}}
    simulator.reset(behaviour={"mask_secrets": True}, faults=[{"status": 500}], gateways=gateways)
    assert (list(simulator.gateways()), list(simulator.gateways(simulator.other_account_id))) == (["one", "two"], ["three"])
    assert simulator.gateways()["one"]["retry_delay"] == 10**9
    assert (simulator.behaviour()["mask_secrets"], simulator.behaviour()["put"]) == (True, "replace")
    assert [fault["fired"] for fault in simulator.faults()] == [0]
    simulator.reset()
    assert (simulator.gateways(), simulator.faults(), simulator.behaviour()["mask_secrets"]) == ({}, [], False)


@pytest.mark.parametrize("scene", [{"behaviour": {"put": "patch"}}, {"faults": [{}]}, {"gateways": {"account": []}}, {"other": 1}])
def test_an_invalid_initial_state_is_refused(simulator: Simulator, scene: dict[str, Any]) -> None:
    simulator.seed({"id": "stays"})
    with pytest.raises(RuntimeError, match=" 422 "):
        simulator.reset(**scene)
    assert list(simulator.gateways()) == ["stays"]


def test_seeding_is_not_validated(api: Client, simulator: Simulator) -> None:
    simulator.seed({"id": "Odd ID/x", "retry_delay": 10**9, "otel": "odd", "stripe": 3, "other": [1]})
    seeded = simulator.gateways()["Odd ID/x"]
    assert (seeded["retry_delay"], seeded["other"], seeded["cache_ttl"], seeded["is_default"]) == (10**9, [1], 0, False)
    assert seeded["created_at"]
    assert "dlp" not in seeded
    simulator.behave(mask_secrets=True, reorder=True)
    assert result(api.get("Odd%20ID%2Fx")) == seeded
    simulator.behave(mask_secrets=False, reorder=False)
    changed = api.changed("Odd%20ID%2Fx")
    assert (changed["retry_delay"], changed["other"]) == (None, [1])
    assert simulator.remove("Odd ID/x")["id"] == "Odd ID/x"
    with pytest.raises(RuntimeError, match=" 404 "):
        simulator.remove("Odd ID/x")
    simulator.seed({"id": "one"}, account="elsewhere")
    assert list(simulator.gateways("elsewhere")) == ["one"]


def test_journal(api: Client, simulator: Simulator) -> None:
    api.made()
    api.call("GET", params={"page": 1, "search": "ö"})
    api.call("PUT", "/a%2Fb", data=b"no json", headers={"X-Invented": "1"})
    simulator.fault(close=True)
    with pytest.raises(requests.ConnectionError):
        api.delete()
    first, second, third, fourth = simulator.requests()
    path = f"/client/v4/accounts/{simulator.account_id}/ai-gateway/gateways"
    assert (first["method"], first["path"], first["status"], first["fault"]) == ("POST", path, 200, None)
    assert first["body"] == {**REQUIRED, "id": "one"}
    assert first["headers"]["authorization"] == f"Bearer {simulator.api_token}"
    assert (second["query"], second["body"]) == ({"page": "1", "search": "ö"}, None)
    assert (third["path"], third["body"], third["status"]) == (f"{path}/a%2Fb", "no json", 404)
    assert third["headers"]["x-invented"] == "1"
    assert (fourth["status"], fourth["fault"]) == (None, simulator.faults()[0]["id"])
    assert first["time"] <= second["time"] <= fourth["time"]
    simulator.clear_requests()
    assert simulator.requests() == []


def test_changes_and_the_requests_that_made_them(api: Client, simulator: Simulator) -> None:
    simulator.seed({"id": "one", "cache_ttl": 1})
    simulator.fault(method="PUT", status=500, when="after", store=[{"id": "one", "gateway": {"cache_ttl": 9}}])
    simulator.fault(method="DELETE", status=500)
    api.get()
    api.update(cache_ttl=2)
    api.delete()
    api.delete()
    api.delete()
    seeded, updated, overwritten, deleted = simulator.changes()
    assert [change["number"] for change in simulator.changes()] == [1, 2, 3, 4]
    assert (seeded["account"], seeded["id"]) == (simulator.account_id, "one")
    assert [change["gateway"]["cache_ttl"] for change in (seeded, updated, overwritten)] == [1, 2, 9]
    assert deleted["gateway"] is None
    assert [request["acted"] for request in simulator.requests()] == [[1, 1], [1, 2], None, [3, 4], [4, 4]]


def test_a_delayed_request_takes_effect_after_its_delay(api: Client, simulator: Simulator) -> None:
    simulator.fault(method="POST", delay=0.3)
    late = threading.Thread(target=api.made, args=["late"])
    late.start()
    while not simulator.requests():
        time.sleep(0.01)
    Client(simulator).made("early")
    assert [request["acted"] for request in simulator.requests()] == [None, [0, 1]]
    late.join()
    assert [request["acted"] for request in simulator.requests()] == [[1, 2], [0, 1]]
    assert [change["id"] for change in simulator.changes()] == ["early", "late"]
