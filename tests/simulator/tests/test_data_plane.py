# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests of clients: which ones a gateway passes on, with which key, and how it refuses the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import STORE

KEY = "sk-simulator-openai-key"
CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
COMPAT = "/compat/chat/completions"


class ProbeClient:
    """A client of the gateway ``one``."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, path: str, body: Any = None, gateway: str = "one", token: str | None = "", **headers: str) -> requests.Response:
        """Send a request, a POST if there is a body; header names have underscores here."""
        url = f"{self.simulator.gateway_url}/v1/{self.simulator.account_id}/{gateway}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            named["cf-aig-authorization"] = f"Bearer {token or self.simulator.run_token}"
        method = "GET" if body is None else "POST"
        return self.session.request(method, url, json=body, headers=named, timeout=10, allow_redirects=False)

    def store_key(self, provider: str = "openai", alias: str = "default", key: str = KEY) -> None:
        """Store a key of a provider where traffic finds it."""
        secret = {"name": f"one_{provider}_{alias}", "value": key, "scopes": ["ai_gateway"], "store_id": STORE}
        self.simulator.seed_item("secrets", secret)
        self.simulator.seed_item("provider_configs", {"gateway_id": "one", "provider_slug": provider, "alias": alias})


@pytest.fixture
def visitor(simulator: Simulator) -> Iterator[ProbeClient]:
    simulator.seed({"id": "one", "authentication": True, "store_id": STORE})
    simulator.seed_item("stores", {"id": STORE})
    made = ProbeClient(simulator)
    yield made
    made.session.close()


def refusal(response: requests.Response) -> tuple[int, int | None]:
    """Return the status and the code of a refusal of the gateway."""
    body = response.json()
    assert body["success"] is False
    assert isinstance(body["error"], list)
    return response.status_code, body["error"][0].get("code")


def test_a_stored_key_reaches_the_provider(visitor: ProbeClient) -> None:
    visitor.store_key()
    response = visitor.ask("/openai/models", cf_aig_no_wholesale="true")
    assert response.status_code == 200
    assert response.json()["data"][0]["id"] == "model-1"
    assert response.headers["cf-aig-step"] == "0"
    assert response.headers["cf-aig-log-id"]


@pytest.mark.parametrize(
    ("provider", "path", "field"),
    [
        ("anthropic", "/anthropic/v1/models", "data"),
        ("google-ai-studio", "/google-ai-studio/v1beta/models", "models"),
        ("deepseek", "/deepseek/models", "data"),
        ("grok", "/grok/v1/models", "data"),
    ],
)
def test_each_provider_has_its_own_list(visitor: ProbeClient, provider: str, path: str, field: str) -> None:
    visitor.store_key(provider)
    assert visitor.ask(path, anthropic_version="2023-06-01").json()[field]


@pytest.mark.parametrize("token", [None, "made-up", "simulator-read-token"])
def test_a_token_without_run_is_refused(visitor: ProbeClient, token: str | None) -> None:
    response = visitor.ask("/openai/models", token=token)
    assert refusal(response) == (401, 2009)
    assert response.json()["name"] == "AiGatewayError"
    visitor.simulator.behave(traffic_errors="short", traffic_unauthorized_status=400)
    short = visitor.ask("/openai/models", token=token)
    assert (refusal(short), set(short.json())) == ((400, 2009), {"success", "error"})


def test_anybody_gets_through_a_gateway_without_authentication(visitor: ProbeClient) -> None:
    visitor.simulator.seed({"id": "one", "authentication": False, "store_id": STORE})
    visitor.store_key()
    assert refusal(visitor.ask("/openai/models", token="made-up", cf_aig_no_wholesale="true")) == (400, 2044)


@pytest.mark.parametrize(("gateway", "path", "code"), [("two", "/openai/models", 2001), ("one", "/nowhere/models", 2008)])
def test_an_unknown_name_is_refused(visitor: ProbeClient, gateway: str, path: str, code: int) -> None:
    assert refusal(visitor.ask(path, gateway=gateway)) == (400, code)


def test_the_first_request_makes_the_default_gateway(visitor: ProbeClient) -> None:
    visitor.ask("/openai/models", gateway="default", token="made-up")
    assert "default" not in visitor.simulator.gateways()
    visitor.ask("/openai/models", gateway="default")
    assert "default" in visitor.simulator.gateways()


def test_without_a_key_credits_are_used_or_refused(visitor: ProbeClient) -> None:
    assert refusal(visitor.ask("/openai/models", cf_aig_no_wholesale="true")) == (400, 2044)
    assert refusal(visitor.ask("/openai/models")) == (402, 2021)
    visitor.simulator.behave(traffic_credits=True)
    assert visitor.ask("/openai/models").status_code == 200


def test_another_alias_is_refused_with_those_that_exist(visitor: ProbeClient) -> None:
    visitor.store_key(alias="team-a")
    response = visitor.ask("/openai/models", cf_aig_byok_alias="team-b")
    assert refusal(response) == (400, 2040)
    assert "team-a" in response.json()["message"]
    assert visitor.ask("/openai/models", cf_aig_byok_alias="team-a").status_code == 200


def test_a_key_without_its_secret_is_not_replaced_by_credits(visitor: ProbeClient) -> None:
    visitor.simulator.behave(traffic_credits=True)
    visitor.simulator.seed_item("provider_configs", {"gateway_id": "one"})
    assert refusal(visitor.ask("/openai/models")) == (400, None)


@pytest.mark.parametrize(
    ("provider", "path", "status"),
    [
        ("openai", "/openai/models", 401),
        ("anthropic", "/anthropic/v1/models", 401),
        ("google-ai-studio", "/google-ai-studio/v1beta/models", 400),
        ("grok", "/grok/v1/models", 400),
    ],
)
def test_a_provider_refuses_a_key_in_its_own_way(visitor: ProbeClient, provider: str, path: str, status: int) -> None:
    visitor.store_key(provider, key="sk-simulator-refused")
    response = visitor.ask(path, anthropic_version="2023-06-01")
    assert response.status_code == status
    assert "success" not in response.json()


def test_a_key_on_the_request_overrides_the_stored_one(visitor: ProbeClient) -> None:
    visitor.store_key()
    assert visitor.ask("/openai/models", Authorization="Bearer refused").status_code == 401


def test_custom_providers_are_reached_while_they_are_enabled(visitor: ProbeClient) -> None:
    provider = visitor.simulator.seed_item("custom_providers", {"slug": "mine", "enable": True})
    visitor.store_key("custom-mine")
    assert visitor.ask("/custom-mine/models").status_code == 200
    visitor.simulator.seed_item("custom_providers", {**provider, "enable": False})
    assert refusal(visitor.ask("/custom-mine/models")) == (400, 2008)


def test_a_chat_is_answered_natively_and_in_one_shape_for_all(visitor: ProbeClient) -> None:
    visitor.store_key()
    for path, model in (("/openai/chat/completions", "gpt-4o-mini"), (COMPAT, "openai/gpt-4o-mini")):
        response = visitor.ask(path, {**CHAT, "model": model})
        assert response.json()["model"] == "gpt-4o-mini", response.text
    assert refusal(visitor.ask(COMPAT, CHAT)) == (400, 2019)


def test_the_rate_limit_counts_every_request(visitor: ProbeClient) -> None:
    visitor.simulator.seed({"id": "one", "rate_limiting_limit": 2, "rate_limiting_interval": 60})
    answers = [visitor.ask("/workers-ai/v1/models").status_code for _number in range(3)]
    assert answers == [200, 200, 429]


def test_an_answer_is_cached_unless_the_client_skips_that(visitor: ProbeClient) -> None:
    visitor.simulator.seed({"id": "one", "authentication": True, "store_id": STORE, "cache_ttl": 60})
    visitor.store_key()
    skipped = visitor.ask("/openai/chat/completions", CHAT, cf_aig_skip_cache="true")
    statuses = [visitor.ask("/openai/chat/completions", CHAT).headers["cf-aig-cache-status"] for _number in range(2)]
    assert ("cf-aig-cache-status" in skipped.headers, statuses) == (False, ["MISS", "HIT"])


def test_policies_decide_by_model_and_by_budget(visitor: ProbeClient) -> None:
    visitor.store_key()
    policy = {"gateway_id": "one", "name": "mini", "resource": {"model": "gpt-4o-mini"}}
    visitor.simulator.seed_item("policies", {**policy, "action": {"type": "limit", "amount": 5, "period": "daily"}})
    assert visitor.ask("/openai/chat/completions", CHAT).status_code == 200
    denied = visitor.ask("/openai/chat/completions", {**CHAT, "model": "gpt-4o"})
    assert (denied.status_code, set(denied.json()["error"])) == (403, {"message"})
    visitor.simulator.behave(traffic_spent={"mini": 6})
    spent = visitor.ask("/openai/chat/completions", CHAT)
    assert (spent.status_code, spent.json()["error"]["limit"]) == (429, 5)


@pytest.mark.parametrize(("code", "status"), [(2016, 424), (2030, 424), (2045, 429), (7013, 503)])
def test_a_switch_stands_in_for_what_is_not_evaluated(visitor: ProbeClient, code: int, status: int) -> None:
    visitor.store_key()
    visitor.simulator.behave(traffic_refusal=code)
    assert refusal(visitor.ask("/openai/models")) == (status, code)


def test_the_edge_and_access_come_before_the_gateway(visitor: ProbeClient) -> None:
    visitor.simulator.seed_item("custom_domains", {"gateway_id": "one", "hostname": "ai.example.com"})
    visitor.simulator.behave(traffic_blocked_by="edge")
    assert visitor.ask("/openai/models").text == "error code: 1010"
    visitor.simulator.behave(traffic_blocked_by="access")
    headers = {"Host": "ai.example.com", "cf-aig-authorization": f"Bearer {visitor.simulator.run_token}"}
    url = f"{visitor.simulator.gateway_url}/workers-ai/v1/models"
    assert visitor.session.get(url, headers=headers, allow_redirects=False).status_code == 302
    visitor.simulator.behave(traffic_blocked_by=None)
    assert visitor.session.get(url, headers=headers).status_code == 200


@pytest.mark.parametrize("code", [2001, 2005, 2044])
def test_a_change_takes_some_requests_to_arrive(visitor: ProbeClient, code: int) -> None:
    visitor.simulator.behave(traffic_lag=2, traffic_lag_code=code)
    answers = [visitor.ask("/workers-ai/v1/models") for _number in range(3)]
    assert [refusal(response)[1] for response in answers[:2]] == [code, code]
    assert answers[2].status_code == 200


def test_the_quota_of_the_api_does_not_count_clients(visitor: ProbeClient) -> None:
    visitor.simulator.behave(quota={"limit": 0, "window": 60, "block": 60})
    assert visitor.ask("/workers-ai/v1/models").status_code == 200


def model(element: str, provider: str, name: str, fallback: str = "end") -> dict[str, Any]:
    """Return an element of a route that asks a model."""
    properties = {"provider": provider, "model": name, "retries": 0, "timeout": 0}
    outputs = {"success": {"elementId": "end"}, "fallback": {"elementId": fallback}}
    return {"id": element, "type": "model", "properties": properties, "outputs": outputs}


def edges(**outputs: str) -> dict[str, Any]:
    """Return the outputs of an element."""
    return {name: {"elementId": element} for name, element in outputs.items()}


END: dict[str, Any] = {"id": "end", "type": "end", "outputs": {}}


def route(visitor: ProbeClient, *elements: dict[str, Any]) -> None:
    """Store the route ``best``, which begins with the first element."""
    start = {"id": "start", "type": "start", "outputs": edges(next=elements[0]["id"])}
    visitor.simulator.seed_item("dynamic_routes", {"gateway_id": "one", "name": "best", "elements": [start, *elements, END]})


def through(visitor: ProbeClient, **metadata: Any) -> requests.Response:
    """Send a chat through the route."""
    return visitor.ask(COMPAT, {**CHAT, "model": "dynamic/best"}, cf_aig_metadata=json.dumps(metadata))


def test_a_route_falls_back_to_the_model_that_has_a_key(visitor: ProbeClient) -> None:
    visitor.store_key()
    route(visitor, model("first", "anthropic", "claude", "second"), model("second", "openai", "gpt-4o-mini"))
    headers = through(visitor).headers
    assert [headers[f"cf-aig-{name}"] for name in ("provider", "model", "step")] == ["openai", "gpt-4o-mini", "1"]


def test_a_route_without_an_answer_is_refused(visitor: ProbeClient) -> None:
    route(visitor, model("first", "anthropic", "claude"))
    assert refusal(through(visitor)) == (400, 2005)


@pytest.mark.parametrize(
    ("conditions", "chosen"),
    [
        ({"metadata.plan": {"$eq": "paid"}}, "yes"),
        ({"metadata.plan": {"$ne": "paid"}}, "no"),
        ({"metadata.plan": {"$in": ["free", "paid"]}, "metadata.seats": {"$eq": 4}}, "no"),
        ({"$and": [{"metadata.plan": {"$eq": "paid"}}, {"metadata.seats": {"$eq": 3}}]}, "yes"),
        ({"$or": [{"metadata.plan": {"$eq": "free"}}, {"metadata.seats": {"$eq": 3}}]}, "yes"),
    ],
)
def test_a_route_looks_at_the_metadata(visitor: ProbeClient, conditions: dict[str, Any], chosen: str) -> None:
    choice = {"id": "if", "type": "conditional", "properties": {"conditions": conditions}, "outputs": edges(true="yes", false="no")}
    route(visitor, choice, model("yes", "workers-ai", "yes"), model("no", "workers-ai", "no"))
    assert through(visitor, plan="paid", seats=3).headers["cf-aig-model"] == chosen


def test_one_null_entry_drops_all_metadata(visitor: ProbeClient) -> None:
    choice = {"id": "if", "type": "conditional", "properties": {"conditions": {"metadata.plan": {"$eq": "paid"}}}}
    route(visitor, {**choice, "outputs": edges(true="yes", false="no")}, model("yes", "workers-ai", "yes"), model("no", "workers-ai", "no"))
    assert through(visitor, plan="paid", team=None).headers["cf-aig-model"] == "no"


def test_a_route_counts_requests_by_a_key(visitor: ProbeClient) -> None:
    quota = {"key": "metadata.user", "limit": 1, "limitType": "count", "window": 60}
    outputs = edges(success="yes", fallback="no")
    route(
        visitor,
        {"id": "rate", "type": "rate", "properties": quota, "outputs": outputs},
        model("yes", "workers-ai", "yes"),
        model("no", "workers-ai", "no"),
    )
    chosen = [through(visitor, user=user).headers["cf-aig-model"] for user in ("a", "a", "b")]
    assert chosen == ["yes", "no", "yes"]


def test_a_seed_decides_about_percentages(visitor: ProbeClient) -> None:
    split = {"id": "split", "type": "percentage", "outputs": edges(**{"70%": "yes", "30%": "no"})}
    route(visitor, split, model("yes", "workers-ai", "yes"), model("no", "workers-ai", "no"))

    def draws(seed: int) -> list[str]:
        visitor.simulator.behave(traffic_seed=seed)
        return [through(visitor).headers["cf-aig-model"] for _number in range(20)]

    first = draws(1)
    assert 8 <= first.count("yes") <= 19
    assert draws(2) != first
    assert draws(1) == first
