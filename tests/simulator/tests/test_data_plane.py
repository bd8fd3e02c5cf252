# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client requests: which ones a gateway forwards, which key it uses, and how it refuses the others."""

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

    def send(self, path: str, body: Any = None, gateway: str = "one", token: str | None = "", **headers: str) -> requests.Response:
        """Send a request, as a POST if there is a body. Underscores in header names stand for hyphens."""
        url = f"{self.simulator.gateway_url}/v1/{self.simulator.account_id}/{gateway}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            named["cf-aig-authorization"] = f"Bearer {token or self.simulator.run_token}"
        method = "GET" if body is None else "POST"
        return self.session.request(method, url, json=body, headers=named, timeout=10, allow_redirects=False)

    def store_key(self, provider: str = "openai", alias: str = "default", key: str = KEY) -> None:
        """Store a key of a provider under the name that client requests use."""
        secret = {"name": f"one_{provider}_{alias}", "value": key, "scopes": ["ai_gateway"], "store_id": STORE}
        self.simulator.seed_item("secrets", secret)
        self.simulator.seed_item("provider_configs", {"gateway_id": "one", "provider_slug": provider, "alias": alias})


@pytest.fixture
def client(simulator: Simulator) -> Iterator[ProbeClient]:
    simulator.seed({"id": "one", "authentication": True, "store_id": STORE})
    simulator.seed_item("stores", {"id": STORE})
    probe = ProbeClient(simulator)
    yield probe
    probe.session.close()


def refusal(response: requests.Response) -> tuple[int, int | None]:
    """Return the status and the code of a refusal of the gateway."""
    body = response.json()
    assert body["success"] is False
    assert isinstance(body["error"], list)
    return response.status_code, body["error"][0].get("code")


def test_a_stored_key_reaches_the_provider(client: ProbeClient) -> None:
    client.store_key()
    response = client.send("/openai/models", cf_aig_no_wholesale="true")
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
def test_each_provider_has_its_own_list(client: ProbeClient, provider: str, path: str, field: str) -> None:
    client.store_key(provider)
    assert client.send(path, anthropic_version="2023-06-01").json()[field]


@pytest.mark.parametrize("token", [None, "made-up", "simulator-read-token"])
def test_a_token_without_run_is_refused(client: ProbeClient, token: str | None) -> None:
    response = client.send("/openai/models", token=token)
    assert refusal(response) == (401, 2009)
    assert response.json()["name"] == "AiGatewayError"
    client.simulator.behave(traffic_errors="short", traffic_unauthorized_status=400)
    short = client.send("/openai/models", token=token)
    assert (refusal(short), set(short.json())) == ((400, 2009), {"success", "error"})


def test_a_gateway_without_authentication_accepts_any_token(client: ProbeClient) -> None:
    client.simulator.seed({"id": "one", "authentication": False, "store_id": STORE})
    client.store_key()
    assert refusal(client.send("/openai/models", token="made-up", cf_aig_no_wholesale="true")) == (400, 2044)


@pytest.mark.parametrize(("gateway", "path", "code"), [("two", "/openai/models", 2001), ("one", "/nowhere/models", 2008)])
def test_an_unknown_name_is_refused(client: ProbeClient, gateway: str, path: str, code: int) -> None:
    assert refusal(client.send(path, gateway=gateway)) == (400, code)


def test_the_first_request_creates_the_default_gateway(client: ProbeClient) -> None:
    client.send("/openai/models", gateway="default", token="made-up")
    assert "default" not in client.simulator.gateways()
    client.send("/openai/models", gateway="default")
    assert "default" in client.simulator.gateways()


def test_a_request_without_a_key_uses_credits_or_is_refused(client: ProbeClient) -> None:
    assert refusal(client.send("/openai/models", cf_aig_no_wholesale="true")) == (400, 2044)
    assert refusal(client.send("/openai/models")) == (402, 2021)
    client.simulator.behave(traffic_credits=True)
    assert client.send("/openai/models").status_code == 200


def test_an_unknown_alias_is_refused_with_the_stored_ones(client: ProbeClient) -> None:
    client.store_key(alias="team-a")
    response = client.send("/openai/models", cf_aig_byok_alias="team-b")
    assert refusal(response) == (400, 2040)
    assert "team-a" in response.json()["message"]
    assert client.send("/openai/models", cf_aig_byok_alias="team-a").status_code == 200


def test_a_key_without_its_secret_is_not_replaced_by_credits(client: ProbeClient) -> None:
    client.simulator.behave(traffic_credits=True)
    client.simulator.seed_item("provider_configs", {"gateway_id": "one"})
    assert refusal(client.send("/openai/models")) == (400, None)


@pytest.mark.parametrize(
    ("provider", "path", "status"),
    [
        ("openai", "/openai/models", 401),
        ("anthropic", "/anthropic/v1/models", 401),
        ("google-ai-studio", "/google-ai-studio/v1beta/models", 400),
        ("grok", "/grok/v1/models", 400),
    ],
)
def test_each_provider_refuses_a_key_in_its_own_format(client: ProbeClient, provider: str, path: str, status: int) -> None:
    client.store_key(provider, key="sk-simulator-refused")
    response = client.send(path, anthropic_version="2023-06-01")
    assert response.status_code == status
    assert "success" not in response.json()


def test_a_key_on_the_request_overrides_the_stored_one(client: ProbeClient) -> None:
    client.store_key()
    assert client.send("/openai/models", Authorization="Bearer refused").status_code == 401


def test_only_enabled_custom_providers_receive_requests(client: ProbeClient) -> None:
    provider = client.simulator.seed_item("custom_providers", {"slug": "mine", "enable": True})
    client.store_key("custom-mine")
    assert client.send("/custom-mine/models").status_code == 200
    client.simulator.seed_item("custom_providers", {**provider, "enable": False})
    assert refusal(client.send("/custom-mine/models")) == (400, 2008)


def test_a_chat_is_answered_in_native_and_compatible_format(client: ProbeClient) -> None:
    client.store_key()
    for path, model in (("/openai/chat/completions", "gpt-4o-mini"), (COMPAT, "openai/gpt-4o-mini")):
        response = client.send(path, {**CHAT, "model": model})
        assert response.json()["model"] == "gpt-4o-mini", response.text
    assert refusal(client.send(COMPAT, CHAT)) == (400, 2019)


def test_the_rate_limit_counts_every_request(client: ProbeClient) -> None:
    client.simulator.seed({"id": "one", "rate_limiting_limit": 2, "rate_limiting_interval": 60})
    answers = [client.send("/workers-ai/v1/models").status_code for _number in range(3)]
    assert answers == [200, 200, 429]


def test_an_answer_is_cached_unless_the_client_skips_the_cache(client: ProbeClient) -> None:
    client.simulator.seed({"id": "one", "authentication": True, "store_id": STORE, "cache_ttl": 60})
    client.store_key()
    skipped = client.send("/openai/chat/completions", CHAT, cf_aig_skip_cache="true")
    statuses = [client.send("/openai/chat/completions", CHAT).headers["cf-aig-cache-status"] for _number in range(2)]
    assert ("cf-aig-cache-status" in skipped.headers, statuses) == (False, ["MISS", "HIT"])


def test_policies_decide_by_model_and_by_budget(client: ProbeClient) -> None:
    client.store_key()
    policy = {"gateway_id": "one", "name": "mini", "resource": {"model": "gpt-4o-mini"}}
    client.simulator.seed_item("policies", {**policy, "action": {"type": "limit", "amount": 5, "period": "daily"}})
    assert client.send("/openai/chat/completions", CHAT).status_code == 200
    denied = client.send("/openai/chat/completions", {**CHAT, "model": "gpt-4o"})
    assert (denied.status_code, set(denied.json()["error"])) == (403, {"message"})
    client.simulator.behave(traffic_spent={"mini": 6})
    spent = client.send("/openai/chat/completions", CHAT)
    assert (spent.status_code, spent.json()["error"]["limit"]) == (429, 5)


@pytest.mark.parametrize(("code", "status"), [(2016, 424), (2030, 424), (2045, 429), (7013, 503)])
def test_a_switch_replaces_checks_that_are_not_evaluated(client: ProbeClient, code: int, status: int) -> None:
    client.store_key()
    client.simulator.behave(traffic_refusal=code)
    assert refusal(client.send("/openai/models")) == (status, code)


def test_the_edge_and_access_come_before_the_gateway(client: ProbeClient) -> None:
    client.simulator.seed_item("custom_domains", {"gateway_id": "one", "hostname": "ai.example.com"})
    client.simulator.behave(traffic_blocked_by="edge")
    assert client.send("/openai/models").text == "error code: 1010"
    client.simulator.behave(traffic_blocked_by="access")
    headers = {"Host": "ai.example.com", "cf-aig-authorization": f"Bearer {client.simulator.run_token}"}
    url = f"{client.simulator.gateway_url}/workers-ai/v1/models"
    assert client.session.get(url, headers=headers, allow_redirects=False).status_code == 302
    client.simulator.behave(traffic_blocked_by=None)
    assert client.session.get(url, headers=headers).status_code == 200


@pytest.mark.parametrize("code", [2001, 2005, 2044])
def test_a_change_takes_effect_after_some_requests(client: ProbeClient, code: int) -> None:
    client.simulator.behave(traffic_lag=2, traffic_lag_code=code)
    answers = [client.send("/workers-ai/v1/models") for _number in range(3)]
    assert [refusal(response)[1] for response in answers[:2]] == [code, code]
    assert answers[2].status_code == 200


def test_client_requests_do_not_count_towards_the_api_quota(client: ProbeClient) -> None:
    client.simulator.behave(quota={"limit": 0, "window": 60, "block": 60})
    assert client.send("/workers-ai/v1/models").status_code == 200


def model(element: str, provider: str, name: str, fallback: str = "end") -> dict[str, Any]:
    """Return a model element of a route."""
    properties = {"provider": provider, "model": name, "retries": 0, "timeout": 0}
    outputs = {"success": {"elementId": "end"}, "fallback": {"elementId": fallback}}
    return {"id": element, "type": "model", "properties": properties, "outputs": outputs}


def edges(**outputs: str) -> dict[str, Any]:
    """Return the outputs of an element."""
    return {name: {"elementId": element} for name, element in outputs.items()}


END: dict[str, Any] = {"id": "end", "type": "end", "outputs": {}}


def store_route(client: ProbeClient, *elements: dict[str, Any]) -> None:
    """Store the route ``best``, which starts with the first element."""
    start = {"id": "start", "type": "start", "outputs": edges(next=elements[0]["id"])}
    client.simulator.seed_item("dynamic_routes", {"gateway_id": "one", "name": "best", "elements": [start, *elements, END]})


def send_through_route(client: ProbeClient, **metadata: Any) -> requests.Response:
    """Send a chat through the route."""
    return client.send(COMPAT, {**CHAT, "model": "dynamic/best"}, cf_aig_metadata=json.dumps(metadata))


def test_a_route_falls_back_to_the_model_that_has_a_key(client: ProbeClient) -> None:
    client.store_key()
    store_route(client, model("first", "anthropic", "claude", "second"), model("second", "openai", "gpt-4o-mini"))
    headers = send_through_route(client).headers
    assert [headers[f"cf-aig-{name}"] for name in ("provider", "model", "step")] == ["openai", "gpt-4o-mini", "1"]


def test_a_route_without_an_answer_is_refused(client: ProbeClient) -> None:
    store_route(client, model("first", "anthropic", "claude"))
    assert refusal(send_through_route(client)) == (400, 2005)


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
def test_a_route_evaluates_the_metadata(client: ProbeClient, conditions: dict[str, Any], chosen: str) -> None:
    choice = {"id": "if", "type": "conditional", "properties": {"conditions": conditions}, "outputs": edges(true="yes", false="no")}
    store_route(client, choice, model("yes", "workers-ai", "yes"), model("no", "workers-ai", "no"))
    assert send_through_route(client, plan="paid", seats=3).headers["cf-aig-model"] == chosen


def test_one_null_entry_drops_all_metadata(client: ProbeClient) -> None:
    choice = {"id": "if", "type": "conditional", "properties": {"conditions": {"metadata.plan": {"$eq": "paid"}}}}
    store_route(
        client, {**choice, "outputs": edges(true="yes", false="no")}, model("yes", "workers-ai", "yes"), model("no", "workers-ai", "no")
    )
    assert send_through_route(client, plan="paid", team=None).headers["cf-aig-model"] == "no"


def test_a_route_counts_requests_by_a_key(client: ProbeClient) -> None:
    quota = {"key": "metadata.user", "limit": 1, "limitType": "count", "window": 60}
    outputs = edges(success="yes", fallback="no")
    store_route(
        client,
        {"id": "rate", "type": "rate", "properties": quota, "outputs": outputs},
        model("yes", "workers-ai", "yes"),
        model("no", "workers-ai", "no"),
    )
    chosen = [send_through_route(client, user=user).headers["cf-aig-model"] for user in ("a", "a", "b")]
    assert chosen == ["yes", "no", "yes"]


def test_the_seed_determines_the_shares(client: ProbeClient) -> None:
    split = {"id": "split", "type": "percentage", "outputs": edges(**{"70%": "yes", "30%": "no"})}
    store_route(client, split, model("yes", "workers-ai", "yes"), model("no", "workers-ai", "no"))

    def draws(seed: int) -> list[str]:
        client.simulator.behave(traffic_seed=seed)
        return [send_through_route(client).headers["cf-aig-model"] for _number in range(20)]

    first = draws(1)
    assert 8 <= first.count("yes") <= 19
    assert draws(2) != first
    assert draws(1) == first
