# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Life cycle of a gateway, and the values that the server generates."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import REQUIRED, Client, result

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
RULE = {"limit": 5, "limitType": "cost", "window": 60}


def test_lifecycle_of_a_gateway(api: Client, simulator: Simulator) -> None:
    made = api.made()
    assert result(api.get()) == made
    assert simulator.gateways() == {"one": made}
    changed = api.changed(cache_ttl=7)
    assert changed == {**made, "cache_ttl": 7, "modified_at": changed["modified_at"]}
    assert result(api.get()) == changed
    assert result(api.delete()) == changed
    assert simulator.gateways() == {}


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_missing_gateway(api: Client, operation: str) -> None:
    response = getattr(api, operation)()
    assert response.status_code == 404
    assert response.json()["success"] is False
    assert [error["code"] for error in response.json()["errors"]] == [7002]


def test_a_new_gateway(api: Client) -> None:
    made = api.made()
    assert TIME.fullmatch(made.pop("created_at"))
    assert TIME.fullmatch(made.pop("modified_at"))
    nulls = [
        *("log_management", "log_management_strategy", "logpush_public_key", "rate_limiting_technique"),
        *("retry_backoff", "retry_delay", "retry_max_attempts", "guardrails", "otel", "spend_limits", "stripe"),
    ]
    assert made == {
        **REQUIRED,
        **dict.fromkeys(nulls),
        "id": "one",
        "is_default": False,
        "authentication": False,
        "byok_only": False,
        "logpush": False,
        "zdr": False,
        "log_classification": False,
        "workers_ai_billing_mode": "postpaid",
        "store_id": "",
    }


def test_only_the_gateway_default_is_default(api: Client) -> None:
    assert api.made("default")["is_default"] is True
    assert api.made("default2")["is_default"] is False


def test_null_integers_are_stored_as_zero(api: Client, simulator: Simulator) -> None:
    nulls: dict[str, Any] = dict.fromkeys(["cache_ttl", "rate_limiting_interval", "rate_limiting_limit"])
    zeros = dict.fromkeys(nulls, 0)
    assert {**api.made(**nulls), **zeros} == simulator.gateways()["one"]
    api.made("two")
    assert zeros.items() <= api.changed("two", **nulls).items()


def test_other_nulls_become_defaults(api: Client) -> None:
    sent: dict[str, Any] = dict.fromkeys(["authentication", "zdr", "store_id", "retry_delay"])
    expected = {"authentication": False, "zdr": False, "store_id": "", "retry_delay": None}
    assert expected.items() <= api.made(**sent).items()
    api.changed(authentication=True, zdr=True, store_id="s", retry_delay=1)
    assert expected.items() <= api.changed(**sent).items()


def test_modified_at_changes_with_each_effective_write(api: Client) -> None:
    made = api.made()
    times = [made["modified_at"]] + [api.changed(cache_ttl=ttl)["modified_at"] for ttl in range(5)]
    assert times == sorted(set(times))
    assert api.changed(cache_ttl=4)["modified_at"] == times[-1]
    assert result(api.get())["created_at"] == made["created_at"]


def test_spend_rules_are_completed(api: Client) -> None:
    given = {"rules": [RULE, {**RULE, "id": "mine", "enabled": False, "technique": "fixed"}]}
    made = api.made(spend_limits=given)["spend_limits"]
    assert made["enabled"] is False
    fresh = made["rules"][0].pop("id")
    assert re.fullmatch("[0-9a-f]{8}", fresh)
    assert made["rules"] == [{**RULE, "enabled": True, "technique": "sliding"}, given["rules"][1]]
    again = api.changed(spend_limits=given)["spend_limits"]["rules"][0]["id"]
    assert again != fresh
    assert api.changed(spend_limits={})["spend_limits"] == {"enabled": False, "rules": []}


def test_otel_targets_are_completed(api: Client) -> None:
    target = {"url": "https://example.com", "headers": {}}
    assert api.made(otel=[target])["otel"] == [{**target, "content_type": "json"}]


def test_classification_needs_logs(api: Client) -> None:
    assert api.made(log_classification=True)["log_classification"] is True
    assert api.changed(log_classification=True, collect_logs=False)["log_classification"] is False
    assert api.made("two", log_classification=True, collect_logs=False)["log_classification"] is False


def test_lists_keep_their_order(api: Client) -> None:
    profiles = ["c", "a", "b"]
    made = api.made(dlp={"action": "FLAG", "enabled": True, "profiles": profiles})
    assert made["dlp"]["profiles"] == profiles


def test_accounts_are_separate(api: Client, simulator: Simulator) -> None:
    api.made()
    other = api.url.replace(simulator.account_id, simulator.other_account_id)
    assert result(api.session.get(other, timeout=10)) == []
    assert api.session.get(f"{other}/one", timeout=10).status_code == 404


@pytest.mark.parametrize("query", [{"page": 1, "per_page": 2}, {"page": 2, "per_page": 2}, {"page": 3, "per_page": 2}])
def test_pages(api: Client, query: dict[str, int]) -> None:
    for name in "abc":
        api.made(name)
    response = api.call("GET", params=query)
    names = [gateway["id"] for gateway in result(response)]
    assert names == list("abc")[(query["page"] - 1) * 2 :][:2]
    assert response.json()["result_info"] == {**query, "count": len(names), "total_count": 3}


def test_page_defaults(api: Client, simulator: Simulator) -> None:
    for number in range(21):
        simulator.seed({"id": f"g{number}"})
    response = api.call("GET")
    assert response.json()["result_info"] == {"page": 1, "per_page": 20, "count": 20, "total_count": 21}


@pytest.mark.parametrize(("name", "good"), [("page", ["1", "9999"]), ("per_page", ["1", "100"])])
def test_page_bounds(api: Client, name: str, good: list[str]) -> None:
    for value in good:
        result(api.call("GET", params={name: value}))
    bad = ["0", "-1", "x", "1.5", "", "9" * 30, *(["101"] if name == "per_page" else [])]
    for value in bad:
        response = api.call("GET", params={name: value})
        assert response.status_code == 400, value
        assert [(e["code"], e["path"]) for e in response.json()["errors"]] == [(7001, ["query", name])]


def test_both_page_parameters_are_reported(api: Client) -> None:
    assert len(api.call("GET", params={"page": 0, "per_page": 101}).json()["errors"]) == 2


def test_search_matches_a_part_of_the_id(api: Client) -> None:
    for name in ("prod-a", "prod-b", "test"):
        api.made(name)
    found: Any = api.call("GET", params={"search": "rod-"})
    assert [gateway["id"] for gateway in result(found)] == ["prod-a", "prod-b"]
    assert found.json()["result_info"]["total_count"] == 2
    assert result(api.call("GET", params={"search": "nope"})) == []
