# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Custom providers and their prices, with each of their switches."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, codes, result

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
BODY: dict[str, Any] = {"name": "Example", "slug": "example", "base_url": "https://llm.example.com"}
HEADERS = '{"X-Example": "invented-secret"}'


@pytest.fixture
def providers(clients: Callable[[str], Client]) -> Client:
    return clients("ai-gateway/custom-providers")


@pytest.fixture
def costs(clients: Callable[[str], Client]) -> Client:
    return clients("ai-gateway/custom-providers/costs")


def make(client: Client, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = result(client.call("POST", json={**BODY, **fields}))
    return made


def price(client: Client, provider: str, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = result(client.call("POST", json={"account_provider_id": provider, "model": "m", **fields}))
    return made


def test_lifecycle_of_a_provider(providers: Client, simulator: Simulator) -> None:
    made = make(providers)
    assert UUID.fullmatch(made["id"])
    assert TIME.fullmatch(made["created_at"])
    assert made == {
        **{name: made[name] for name in ("id", "created_at", "modified_at", "logo")},
        **BODY,
        "enable": False,
        "beta": False,
    }
    path = f"/{made['id']}"
    assert result(providers.get(made["id"])) == made
    assert result(providers.call("GET")) == [made] == simulator.items("custom_providers")
    changed = result(providers.call("PATCH", path, json={"enable": True, "headers": HEADERS}))
    assert changed == {**made, "enable": True, "headers": HEADERS, "modified_at": changed["modified_at"]}
    assert changed["modified_at"] > made["modified_at"]
    assert result(providers.call("PATCH", path, json={"enable": True})) == changed
    assert result(providers.call("PATCH", path, json={"slug": "other", "logo": ""}))["slug"] == "other"
    assert result(providers.delete(made["id"]))["id"] == made["id"]
    assert simulator.items("custom_providers") == []


@pytest.mark.parametrize(("source", "expected"), [("oas", (404, [7002])), ("docs", (404, [1004]))])
def test_a_missing_provider(providers: Client, simulator: Simulator, source: str, expected: tuple[int, list[int]]) -> None:
    simulator.behave(provider_errors=source)
    assert codes(providers.get("costs-of-example")) == expected
    assert codes(providers.call("PATCH", "/x", json={})) == expected
    assert codes(providers.delete("x")) == expected


@pytest.mark.parametrize(("source", "expected"), [("oas", (400, [7001])), ("docs", (409, [1003]))])
def test_a_slug_is_unique_in_an_account(providers: Client, simulator: Simulator, source: str, expected: tuple[int, list[int]]) -> None:
    simulator.behave(provider_errors=source)
    first, second = make(providers), make(providers, slug="second")
    refused = providers.call("POST", json=BODY)
    assert codes(refused) == expected
    assert refused.json()["errors"][0]["path"] == ["body", "slug"]
    assert codes(providers.call("PATCH", f"/{second['id']}", json={"slug": "example"})) == expected
    assert result(providers.call("PATCH", f"/{first['id']}", json={"slug": "example"})) == first
    simulator.seed_item("custom_providers", {"slug": "third"}, simulator.other_account_id)
    make(providers, slug="third")


@pytest.mark.parametrize(("source", "code"), [("oas", 7001), ("docs", 1002)])
@pytest.mark.parametrize("url", ["http://llm.example.com", "llm.example.com", "https://", "", 1, None])
def test_base_url_has_to_be_https(providers: Client, simulator: Simulator, source: str, code: int, url: Any) -> None:
    simulator.behave(provider_errors=source)
    assert codes(providers.call("POST", json={**BODY, "base_url": url})) == (400, [code])


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"slug": ""},
        {"slug": "a b"},
        {"slug": "a_b"},
        {"headers": {"X-Example": "example"}},
        {"headers": "no json"},
        {"headers": "[]"},
        {"headers": '{"a": 1}'},
        {"headers": json.dumps({"a": "x" * 8192})},
        {"logo": "aaaa"},
        {"link": "no uri"},
        {"position": "1"},
        {"enable": 1},
        {"description": None},
        {"unknown": 1},
    ],
)
def test_bad_fields_of_a_provider(providers: Client, simulator: Simulator, fields: dict[str, Any]) -> None:
    refused = providers.call("POST", json={**BODY, **fields})
    assert codes(refused) == (400, [7001])
    assert refused.json()["errors"][0]["path"][:2] == ["body", *fields]
    assert simulator.items("custom_providers") == []


def test_null_may_clear_optional_fields(providers: Client, simulator: Simulator) -> None:
    made = make(providers, description="text", link="https://example.com", enable=True)
    path = f"/{made['id']}"
    assert codes(providers.call("PATCH", path, json={"link": None})) == (400, [7001])
    assert result(providers.call("PATCH", path, json={"link": ""}))["link"] == ""
    simulator.behave(provider_null="clear")
    cleared = result(providers.call("PATCH", path, json={"description": None, "enable": None, "name": "New"}))
    assert "description" not in cleared
    assert (cleared["enable"], cleared["name"]) == (False, "New")
    assert codes(providers.call("PATCH", path, json={"name": None})) == (400, [7001])


def test_unset_fields_are_absent_or_null(providers: Client, simulator: Simulator) -> None:
    made = make(providers)
    simulator.behave(provider_unset="null")
    unset = dict.fromkeys(["description", "headers", "link", "curl_example", "js_example", "position"])
    assert result(providers.get(made["id"])) == {**made, **unset}


@pytest.mark.parametrize(("how", "shown"), [("plain", HEADERS), ("masked", "********"), ("masked_values", '{"X-Example": "********"}')])
def test_headers_are_shown_or_masked(providers: Client, simulator: Simulator, how: str, shown: str) -> None:
    simulator.behave(provider_headers=how)
    made = make(providers, headers=HEADERS)
    assert made["headers"] == shown
    assert [item["headers"] for item in (result(providers.get(made["id"])), *result(providers.call("GET")))] == [shown, shown]
    assert simulator.items("custom_providers")[0]["headers"] == HEADERS
    simulator.behave(mask_style="middle")
    assert ("inv...cret" in result(providers.get(made["id"]))["headers"]) is (how == "masked_values")
    simulator.behave(mask_style="stars")
    simulator.seed_item("custom_providers", {"id": "odd", "headers": "odd"})
    assert result(providers.get("odd"))["headers"] in ("odd", "********")


@pytest.mark.parametrize(("form", "factor"), [("seconds", 1), ("milliseconds", 1000)])
def test_times_may_be_numbers(providers: Client, costs: Client, simulator: Simulator, form: str, factor: int) -> None:
    provider = {"id": "one", "slug": "one", "created_at": "2026-01-02T03:04:05Z", "modified_at": "odd"}
    simulator.seed_item("custom_providers", provider)
    simulator.seed_item("custom_provider_costs", {"id": "price", "created_at": "2026-01-02T03:04:05Z"})
    simulator.behave(provider_times=form)
    shown = result(providers.get("one"))
    assert (shown["created_at"], shown["modified_at"]) == (1767323045 * factor, "odd")
    assert result(costs.get("price"))["created_at"] == 1767323045 * factor


def test_lists_of_providers(providers: Client, simulator: Simulator) -> None:
    for name, position, enable in (("b", 1, True), ("a", 2, False), ("c", 1, True), ("d", None, False)):
        simulator.seed_item("custom_providers", {"id": f"id-{name}", "name": name, "slug": name, "position": position, "enable": enable})

    def listed(**query: Any) -> str:
        return "".join(item["name"] for item in result(providers.call("GET", params=query)))

    assert listed() == "dbca"
    assert (listed(enable="true"), listed(enable="false"), listed(beta="true")) == ("bc", "da", "")
    assert (listed(search="id-"), listed(search="c"), listed(search="nope")) == ("dbca", "c", "")
    assert "total_pages" not in providers.call("GET").json()["result_info"]
    assert codes(providers.call("GET", params={"enable": "yes", "page": 0})) == (400, [7001, 7001])
    simulator.behave(provider_list="docs")
    assert (listed(), listed(order_by="name DESC"), listed(per_page=3, page=2)) == ("abcd", "dcba", "d")
    assert providers.call("GET", params={"per_page": 3}).json()["result_info"]["total_pages"] == 2


def test_lifecycle_of_a_price(providers: Client, costs: Client, simulator: Simulator) -> None:
    provider = make(providers)["id"]
    made = price(costs, provider, cost_in=1, token_pricing={"cache_read": 0.5})
    assert UUID.fullmatch(made["id"])
    assert made == {
        **{name: made[name] for name in ("id", "created_at", "modified_at")},
        **{"account_provider_id": provider, "model": "m", "model_rule": "equals", "cost_type": "tokens", "cost_in": 1},
        **{"token_pricing": '{"cache_read": 0.5}', "enable": True, "weight": 0, "changed_by": "manual"},
    }
    assert simulator.items("custom_provider_costs")[0]["token_pricing"] == {"cache_read": 0.5}
    second = price(costs, provider)
    changed = result(costs.call("PATCH", f"/{made['id']}", json={"cost_out": 2, "model": "n"}))
    assert (changed["cost_out"], changed["model"], changed["cost_in"]) == (2, "n", 1)
    assert [item["id"] for item in result(costs.call("GET"))] == [made["id"], second["id"]]
    assert result(costs.get(made["id"])) == changed
    assert result(costs.delete(made["id"]))["id"] == made["id"]
    assert codes(costs.get(made["id"])) == (404, [7002])
    assert [item["id"] for item in result(costs.call("GET", params={"account_provider_id": provider, "model_rule": "equals"}))] == [
        second["id"]
    ]
    assert result(costs.call("GET", params={"account_provider_id": "other"})) == []
    assert codes(costs.call("GET", params={"model_rule": "other"})) == (400, [7001])
    result(providers.delete(provider))
    assert simulator.items("custom_provider_costs") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"account_provider_id": "no-such"},
        {"model": ""},
        {"model_rule": "ends-with"},
        {"cost_in": True},
        {"cost_in": -1},
        {"cost_in": "1"},
        {"token_pricing": {"a": "1"}},
        {"token_pricing": "{}"},
        {"weight": 1},
    ],
)
def test_bad_fields_of_a_price(providers: Client, costs: Client, fields: dict[str, Any]) -> None:
    body = {"account_provider_id": make(providers)["id"], "model": "m", **fields}
    refused = costs.call("POST", json=body)
    assert codes(refused) == (400, [7001])
    assert refused.json()["errors"][0]["path"][:2] == ["body", *fields]


def test_the_provider_of_a_price_cannot_change(providers: Client, costs: Client) -> None:
    provider = make(providers)["id"]
    made = price(costs, provider)
    assert codes(costs.call("PATCH", f"/{made['id']}", json={"account_provider_id": provider})) == (400, [7001])


def test_numbers_may_be_returned_in_another_notation(providers: Client, costs: Client, simulator: Simulator) -> None:
    simulator.behave(cost_notation="decimal")
    made = price(costs, make(providers)["id"], cost_in=3, token_pricing={"b": 2.5e-07, "a": 1})
    assert made["token_pricing"] == '{"a":1.0,"b":0.00000025}'
    assert costs.get(made["id"]).text.count('"cost_in":3.0') == 1


def test_prices_may_have_to_be_unique(providers: Client, costs: Client, simulator: Simulator) -> None:
    provider = make(providers)["id"]
    price(costs, provider)
    second = price(costs, provider)
    assert second["id"] != price(costs, provider, model="other")["id"]
    simulator.behave(cost_unique=True)
    body = {"account_provider_id": provider, "model": "other"}
    assert codes(costs.call("POST", json=body)) == (400, [7001])
    assert codes(costs.call("PATCH", f"/{second['id']}", json={"model": "other"})) == (400, [7001])
    result(costs.call("POST", json={**body, "model_rule": "contains"}))


def test_costs_is_never_the_id_of_a_provider(providers: Client, costs: Client, simulator: Simulator) -> None:
    simulator.seed_item("custom_providers", {"id": "costs"})
    assert result(providers.get("costs")) == result(costs.call("GET")) == []
