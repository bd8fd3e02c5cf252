# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cloudflare's own Python client against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cloudflare
import httpx
import pytest

from tests.simulator.handle import Simulator

REQUIRED: dict[str, Any] = {
    "cache_invalidate_on_update": True,
    "cache_ttl": 300,
    "collect_logs": True,
    "rate_limiting_interval": None,
    "rate_limiting_limit": 0,
}


@pytest.fixture
def client(simulator: Simulator) -> Iterator[cloudflare.Cloudflare]:
    with cloudflare.Cloudflare(
        api_token=simulator.api_token,
        base_url=simulator.base_url,
        http_client=httpx.Client(trust_env=False),
    ) as client:
        # Set from the environment if present there, and then sent instead of the token.
        client.api_key = client.api_email = None
        yield client


def test_lifecycle_of_a_gateway(client: cloudflare.Cloudflare, simulator: Simulator) -> None:
    gateways, account = client.ai_gateway, simulator.account_id
    made = gateways.create(account_id=account, id="one", retry_max_attempts=3, **REQUIRED)
    assert (made.id, made.cache_ttl, made.rate_limiting_interval, made.retry_max_attempts) == ("one", 300, 0, 3)
    rule: Any = {"limit": 5, "limitType": "cost", "window": 60}
    changed = gateways.update("one", account_id=account, spend_limits={"enabled": True, "rules": [rule]}, **REQUIRED)
    assert changed.retry_max_attempts is None
    assert changed.modified_at > made.modified_at
    read = gateways.get("one", account_id=account)
    assert read.to_dict() == changed.to_dict()
    assert read.spend_limits is not None
    assert read.spend_limits.enabled is True
    assert gateways.delete("one", account_id=account).id == "one"
    with pytest.raises(cloudflare.NotFoundError) as missing:
        gateways.get("one", account_id=account)
    assert [error.code for error in missing.value.errors] == [7002]


def test_all_pages(client: cloudflare.Cloudflare, simulator: Simulator) -> None:
    names = [f"g{number:03}" for number in range(45)]
    for name in names:
        simulator.seed({"id": name})
    assert [gateway.id for gateway in client.ai_gateway.list(account_id=simulator.account_id)] == names
    found = client.ai_gateway.list(account_id=simulator.account_id, search="g01", per_page=3)
    assert [gateway.id for gateway in found] == [f"g{number:03}" for number in range(10, 20)]


def test_errors(client: cloudflare.Cloudflare, simulator: Simulator) -> None:
    with pytest.raises(cloudflare.BadRequestError) as refused:
        client.ai_gateway.create(account_id=simulator.account_id, id="Bad Id", retry_delay=-1, **REQUIRED)
    assert [error.code for error in refused.value.errors] == [7001, 7001]
    client.api_token = "invented"
    with pytest.raises(cloudflare.AuthenticationError):
        client.ai_gateway.get("one", account_id=simulator.account_id)


def test_it_retries_faults(client: cloudflare.Cloudflare, simulator: Simulator) -> None:
    simulator.fault(method="GET", status=503, headers={"retry-after-ms": "1"})
    simulator.seed({"id": "one"})
    assert client.ai_gateway.get("one", account_id=simulator.account_id).id == "one"
    assert [request["status"] for request in simulator.requests()] == [503, 200]


def test_lifecycle_of_a_custom_provider(client: cloudflare.Cloudflare, simulator: Simulator) -> None:
    providers, account = client.ai_gateway.custom_providers, simulator.account_id
    headers = '{"X-Example": "invented"}'
    made = providers.create(account_id=account, name="One", slug="one", base_url="https://one.example.com", enable=True, headers=headers)
    assert (made.name, made.slug, made.base_url, made.enable, made.headers) == ("One", "one", "https://one.example.com", True, headers)
    simulator.seed_item("custom_providers", {"slug": "two"})
    assert [provider.slug for provider in providers.list(account_id=account, per_page=1)] == ["one", "two"]
    assert [provider.slug for provider in providers.list(account_id=account, search="two")] == ["two"]
    assert providers.get(made.id, account_id=account).to_dict() == made.to_dict()
    assert providers.delete(made.id, account_id=account).id == made.id
    with pytest.raises(cloudflare.NotFoundError):
        providers.get(made.id, account_id=account)


def test_lifecycle_of_a_secret(client: cloudflare.Cloudflare, simulator: Simulator) -> None:
    account = simulator.account_id
    # The client types their answers as optional.
    stores: Any = client.secrets_store.stores
    quota: Any = client.secrets_store.quota
    store = stores.create(account_id=account, name="default_secrets_store")
    assert [found.id for found in stores.list(account_id=account)] == [store.id]
    assert stores.get(store.id, account_id=account).name == "default_secrets_store"
    place: Any = {"account_id": account, "store_id": store.id}
    [made] = stores.secrets.create(**place, body=[{"name": "one", "value": "invented", "scopes": ["ai_gateway"], "comment": "text"}])
    assert (made.name, made.status, made.scopes, made.comment) == ("one", "pending", ["ai_gateway"], "text")
    copy = stores.secrets.duplicate(made.id, **place, name="two", scopes=["ai_gateway"])
    stores.secrets.edit(copy.id, **place, scopes=["ai_gateway", "workers"])
    assert [found.name for found in stores.secrets.list(**place, per_page=1)] == ["one", "two"]
    assert [found.name for found in stores.secrets.list(**place, scopes=["workers"])] == ["two"]
    assert quota.get(account_id=account).secrets.usage == 2
    assert stores.secrets.get(made.id, **place).status == "active"
    stores.secrets.delete(made.id, **place)
    with pytest.raises(cloudflare.NotFoundError):
        stores.secrets.get(made.id, **place)
    stores.delete(store.id, account_id=account, force=True)
    assert list(stores.list(account_id=account)) == []


def test_lifecycle_of_a_provider_config(client: cloudflare.Cloudflare, simulator: Simulator) -> None:
    simulator.seed({"id": "one", "authentication": True, "store_id": "example-store"})
    simulator.seed_item("stores", {"id": "example-store"})
    configs = client.ai_gateway.provider_configs
    place: Any = {"account_id": simulator.account_id, "gateway_id": "one"}
    made = configs.create(**place, provider_slug="openai", alias="default", default_config=True, secret="invented")
    assert (made.alias, made.default_config, made.gateway_id) == ("default", True, "one")
    assert [found.to_dict() for found in configs.list(**place)] == [made.to_dict()]
    with pytest.raises(cloudflare.BadRequestError):
        configs.create(**place, provider_slug="openai", alias="default", default_config=True, secret="invented")


def test_lifecycle_of_a_dynamic_route(client: cloudflare.Cloudflare, simulator: Simulator) -> None:
    simulator.seed({"id": "one"})
    # The client has its own typed dictionaries for elements, which do not match the names in the API.
    routes: Any = client.ai_gateway.dynamic_routing
    place: Any = {"account_id": simulator.account_id, "gateway_id": "one"}
    first, second = graph(1), graph(2)
    made = routes.create(**place, name="support", elements=first)
    assert (made.name, made.gateway_id, made.version.is_valid) == ("support", "one", True)
    assert [element.to_dict() for element in made.elements] == first
    [item] = routes.list(**place, page=1, per_page=1).data.routes
    assert (item.id, item.account_tag) == (made.id, simulator.account_id)
    version = routes.create_version(made.id, **place, elements=second)
    assert version.id == made.id
    version_id = version.version_id
    read = routes.get_version(version_id, **place, id=made.id)
    assert (read.active, read.data, [element.to_dict() for element in read.elements]) == (False, second, second)
    assert routes.create_deployment(made.id, **place, version_id=version_id).id == made.id
    assert [found.version_id for found in routes.list_versions(made.id, **place).data.versions] == [version_id, made.version.version_id]
    assert [found.version_id for found in routes.list_deployments(made.id, **place).data.deployments] == [
        version_id,
        made.version.version_id,
    ]
    assert routes.get(made.id, **place).version.data == second
    assert routes.update(made.id, **place, name="sales").route.name == "sales"
    assert routes.delete(made.id, **place).name == "sales"
    with pytest.raises(cloudflare.NotFoundError) as missing:
        routes.get(made.id, **place)
    assert [error.code for error in missing.value.errors] == [7005]


def graph(timeout: int) -> list[dict[str, Any]]:
    """Return a graph in the format of the API, with all types that the client renames."""
    both = {"success": {"elementId": "out"}, "fallback": {"elementId": "out"}}
    target = {"provider": "openai", "model": "gpt-4o-mini", "timeout": timeout, "retries": 1}
    quota = {"key": "metadata.user_id", "limit": 5, "limitType": "count", "window": 60}
    return [
        {"id": "in", "type": "start", "outputs": {"next": {"elementId": "cap"}}},
        {"id": "cap", "type": "rate", "properties": quota, "outputs": {**both, "success": {"elementId": "main"}}},
        {"id": "main", "type": "model", "properties": target, "outputs": both},
        {"id": "out", "type": "end", "outputs": {}},
    ]
