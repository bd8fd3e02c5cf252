# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validation of bodies: both sides of each bound, types, null, required and unknown keys."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import REQUIRED, Client

BOOLEANS = ([True, False], ["true", 1, 0, [], {}])
RULE = {"limit": 1, "limitType": "cost", "window": 1}
TARGET = {"url": "https://example.com/v1", "headers": {}}
SIMPLE = {"action": "BLOCK", "enabled": True, "profiles": ["p"]}
POLICY = {"id": "1", "action": "FLAG", "check": ["REQUEST", "RESPONSE"], "enabled": False, "profiles": []}
CATEGORIES = ["P1", *(f"S{number}" for number in range(1, 14))]


def rules(**changes: Any) -> dict[str, Any]:
    return {"rules": [{**RULE, **changes}]}


def target(**changes: Any) -> list[dict[str, Any]]:
    return [{**TARGET, **changes}]


def url_of(length: int) -> str:
    return "https://example.com/".ljust(length, "x")


def without(whole: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name != key}


# setting: (accepted values, refused values)
SETTINGS: dict[str, tuple[list[Any], list[Any]]] = {
    "cache_invalidate_on_update": (BOOLEANS[0], [*BOOLEANS[1], None]),
    "cache_ttl": ([0, 5.0, 10**12, None], [-1, 0.5, "5", True, []]),
    "collect_logs": (BOOLEANS[0], [*BOOLEANS[1], None]),
    "rate_limiting_interval": ([0, 60.0, None], [-1, 1.5, "0", False]),
    "rate_limiting_limit": ([0, 1, None], [-1, 1.5, "0", {}]),
    "authentication": ([*BOOLEANS[0], None], BOOLEANS[1]),
    "byok_only": (BOOLEANS[0], [*BOOLEANS[1], None]),
    "log_management": ([10_000, 10_000_000, None], [9_999, 10_000_001, "10000", True]),
    "log_management_strategy": (["STOP_INSERTING", "DELETE_OLDEST", None], ["delete_oldest", "", 1]),
    "logpush": (BOOLEANS[0], [*BOOLEANS[1], None]),
    "logpush_public_key": (["k" * 16, "k" * 1024, None], ["k" * 15, "k" * 1025, "", 16]),
    "rate_limiting_technique": (["fixed", "sliding", None], ["FIXED", "", 1]),
    "retry_backoff": (["constant", "linear", "exponential", None], ["Linear", "", 1]),
    "retry_delay": ([0, 5_000, 60_000, None], [-1, 60_001, "0"]),
    "retry_max_attempts": ([1, 5, 5.0, None], [0, 6, 1.5, "1"]),
    "store_id": (["", "invented", None], [1, False]),
    "workers_ai_billing_mode": (["postpaid", "unified"], ["prepaid", "", None, 1]),
    "zdr": ([*BOOLEANS[0], None], BOOLEANS[1]),
    "log_classification": (BOOLEANS[0], [*BOOLEANS[1], None]),
    "dlp": (
        [SIMPLE, {"enabled": True, "policies": []}, {"enabled": True, "policies": [POLICY]}],
        [
            None,
            {},
            *(without(SIMPLE, key) for key in SIMPLE),
            {**SIMPLE, "action": "block"},
            {**SIMPLE, "profiles": [1]},
            {**SIMPLE, "policies": [POLICY]},
            {"policies": []},
            *({"enabled": True, "policies": [without(POLICY, key)]} for key in POLICY),
            {"enabled": True, "policies": [{**POLICY, "check": ["BOTH"]}]},
        ],
    ),
    "guardrails": (
        [None, {"prompt": {}, "response": {}}, {"prompt": dict.fromkeys(CATEGORIES, "FLAG"), "response": {}}],
        [
            {},
            {"prompt": {}},
            {"response": {}},
            {"prompt": {"S14": "FLAG"}, "response": {}},
            {"prompt": {"s1": "FLAG"}, "response": {}},
            {"prompt": {"S1": "IGNORE"}, "response": {}},
            {"prompt": {"S1": None}, "response": {}},
        ],
    ),
    "otel": (
        [
            None,
            [],
            [TARGET],
            target(url=url_of(2048), headers={"x": "invented"}, authorization="a" * 256, content_type="protobuf"),
        ],
        [
            TARGET,
            [without(TARGET, "url")],
            [without(TARGET, "headers")],
            target(url=url_of(2049)),
            target(url="example.com/v1"),
            target(url="https://"),
            target(url="https://exa mple.com"),
            target(headers={"x": 1}),
            target(authorization="a" * 257),
            target(authorization=None),
            target(content_type="xml"),
        ],
    ),
    "spend_limits": (
        [
            None,
            {},
            {"enabled": True, "rules": []},
            {"rules": [RULE] * 20},
            rules(limit=0.01, window=1.0, id="x", enabled=False, technique="fixed"),
            rules(metadata={"team": {"mode": "partition"}, "user": {"mode": "filter", "values": ["a"]}}),
            rules(model={"mode": "filter", "values": []}, provider={"mode": "filter", "values": ["openai"]}),
        ],
        [
            [],
            {"enabled": None},
            {"rules": None},
            {"rules": [RULE] * 21},
            *({"rules": [without(RULE, key)]} for key in RULE),
            *(rules(limit=limit) for limit in (0, -1, "1", True, None)),
            *(rules(window=window) for window in (0, 0.5, "1", None)),
            rules(limitType="count"),
            rules(limit_type="cost"),
            rules(id=""),
            rules(technique="moving"),
            rules(metadata={"team": {"mode": "partition", "values": []}}),
            rules(metadata={"team": {"mode": "filter"}}),
            rules(metadata={"team": "partition"}),
            rules(model={"mode": "partition"}),
            rules(provider=None),
        ],
    ),
    "stripe": (
        [
            None,
            {"authorization": "invented", "usage_events": []},
            {"authorization": "", "usage_events": [{"payload": ""}]},
        ],
        [
            {},
            {"authorization": "invented"},
            {"usage_events": []},
            {"authorization": None, "usage_events": []},
            {"authorization": "invented", "usage_events": [{}]},
            {"authorization": "invented", "usage_events": [{"payload": {}}]},
        ],
    ),
}
ACCEPTED = [(name, value) for name, (values, _refused) in SETTINGS.items() for value in values]
REFUSED = [(name, value) for name, (_accepted, values) in SETTINGS.items() for value in values]


def shorten(value: Any) -> str:
    return repr(value)[:40]


def paths(response: Any) -> list[list[str | int]]:
    body = response.json()
    assert response.status_code == 400
    assert body["success"] is False
    assert "result" not in body
    assert {error["code"] for error in body["errors"]} == {7001}
    assert all(error["message"] for error in body["errors"])
    return [error["path"] for error in body["errors"]]


@pytest.mark.parametrize(("name", "value"), ACCEPTED, ids=shorten)
def test_accepted_on_create_and_update(api: Client, name: str, value: Any) -> None:
    made = api.made(**{name: value})
    assert api.changed(**{name: value})[name] == made[name] or name == "spend_limits"
    if value is not None and name not in ("otel", "spend_limits"):
        assert made[name] == value


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=shorten)
def test_refused_on_create_and_update(api: Client, simulator: Simulator, name: str, value: Any) -> None:
    for path in paths(api.create(**{name: value})):
        assert path[:2] == ["body", name]
    assert simulator.gateways() == {}
    api.made()
    before = simulator.gateways()
    for path in paths(api.update(**{name: value})):
        assert path[:2] == ["body", name]
    assert simulator.gateways() == before


@pytest.mark.parametrize("gateway_id", ["a", "a" * 64, "default", "a-b-c", "_", "0_9", "a-_"])
def test_ids_accepted(api: Client, gateway_id: str) -> None:
    assert api.made(gateway_id)["id"] == gateway_id


@pytest.mark.parametrize("gateway_id", ["", "a" * 65, "A", "a--b", "-a", "a-", "a b", "a/b", "ä", "a\n", None, 1])
def test_ids_refused(api: Client, gateway_id: Any) -> None:
    assert paths(api.create(gateway_id)) == [["body", "id"]]


@pytest.mark.parametrize("name", REQUIRED)
def test_required_on_create_and_update(api: Client, name: str) -> None:
    body = without(REQUIRED, name)
    assert paths(api.call("POST", json={**body, "id": "one"})) == [["body", name]]
    api.made()
    assert paths(api.call("PUT", "/one", json=body)) == [["body", name]]


def test_id_is_required_on_create_and_refused_on_update(api: Client) -> None:
    assert paths(api.call("POST", json=REQUIRED)) == [["body", "id"]]
    api.made()
    assert paths(api.update(id="one")) == [["body", "id"]]


@pytest.mark.parametrize("name", ["created_at", "modified_at", "is_default", "account_id", "internal_id", "name", "<x>", "<simple>"])
def test_unknown_and_read_only_keys_are_refused(api: Client, name: str) -> None:
    assert paths(api.create(**{name: "2026-01-01T00:00:00Z"})) == [["body", name]]
    api.made()
    assert paths(api.update(**{name: "2026-01-01T00:00:00Z"})) == [["body", name]]


def test_all_problems_are_reported_with_their_paths(api: Client) -> None:
    response = api.create("A", cache_ttl=-1, dlp={"enabled": 1, "policies": [{**POLICY, "check": ["X"]}]}, otel=[TARGET, {"url": 1}])
    assert sorted(paths(response), key=str) == [
        ["body", "cache_ttl"],
        ["body", "dlp", "enabled"],
        ["body", "dlp", "policies", 0, "check", 0],
        ["body", "id"],
        ["body", "otel", 1, "headers"],
        ["body", "otel", 1, "url"],
    ]


def test_the_path_into_metadata_only_contains_the_key(api: Client) -> None:
    response = api.create(spend_limits=rules(metadata={"team": {"mode": "filter"}}))
    assert paths(response) == [["body", "spend_limits", "rules", 0, "metadata", "team", "values"]]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"id": NaN}', b"[" * 5000], ids=shorten)
def test_bodies_that_are_not_json_objects(api: Client, body: bytes) -> None:
    assert paths(api.call("POST", data=body)) == [["body"]]


def test_duplicate_id(api: Client, simulator: Simulator) -> None:
    api.made(cache_ttl=1)
    response = api.create(cache_ttl=2)
    assert paths(response) == [["body", "id"]]
    assert "already exists" in response.text
    assert simulator.gateways()["one"]["cache_ttl"] == 1
