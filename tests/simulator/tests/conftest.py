# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator for all tests in this directory, reset before each test, and plain clients for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.simulator.handle import Simulator

# The id of a Secrets Store.
STORE = "0" * 32

REQUIRED: dict[str, Any] = {
    "cache_invalidate_on_update": True,
    "cache_ttl": 300,
    "collect_logs": True,
    "rate_limiting_interval": 60,
    "rate_limiting_limit": 50,
}


class Client:
    """Client for the gateways of one account, or for the collection at another path. Responses are returned unchanged."""

    def __init__(self, simulator: Simulator, path: str = "ai-gateway/gateways") -> None:
        self.simulator = simulator
        self.url = f"{simulator.base_url}/accounts/{simulator.account_id}/{path}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {simulator.api_token}"

    def call(self, method: str, path: str = "", **options: Any) -> requests.Response:
        return self.session.request(method, self.url + path, timeout=10, **options)

    def create(self, gateway_id: str = "one", **settings: Any) -> requests.Response:
        return self.call("POST", json={**REQUIRED, "id": gateway_id, **settings})

    def update(self, gateway_id: str = "one", **settings: Any) -> requests.Response:
        return self.call("PUT", f"/{gateway_id}", json={**REQUIRED, **settings})

    def get(self, gateway_id: str = "one") -> requests.Response:
        return self.call("GET", f"/{gateway_id}")

    def delete(self, gateway_id: str = "one") -> requests.Response:
        return self.call("DELETE", f"/{gateway_id}")

    def made(self, gateway_id: str = "one", **settings: Any) -> dict[str, Any]:
        """Create a gateway and return it. The create has to succeed."""
        made: dict[str, Any] = result(self.create(gateway_id, **settings))
        return made

    def changed(self, gateway_id: str = "one", **settings: Any) -> dict[str, Any]:
        """Update a gateway and return it. The update has to succeed."""
        changed: dict[str, Any] = result(self.update(gateway_id, **settings))
        return changed


def codes(response: requests.Response) -> tuple[int, list[int]]:
    """Return the status of a refusal and the codes in it."""
    assert response.json()["success"] is False
    return response.status_code, [error["code"] for error in response.json()["errors"]]


def result(response: requests.Response) -> Any:
    assert response.status_code == 200, response.text
    assert response.json()["success"] is True
    return response.json()["result"]


def listed(response: requests.Response) -> list[dict[str, Any]]:
    """Return the items of a list: its ``result``, or the only list in its ``data``."""
    data = response.json().get("data")
    if data is None:
        items: list[dict[str, Any]] = result(response)
        return items
    assert (response.status_code, response.json()["success"], "result" in response.json()) == (200, True, False)
    [items] = [value for value in data.values() if isinstance(value, list)]
    return items


@pytest.fixture
def api(simulator: Simulator) -> Iterator[Client]:
    client = Client(simulator)
    yield client
    client.session.close()


@pytest.fixture
def clients(simulator: Simulator) -> Iterator[Callable[[str], Client]]:
    """Return a function that creates clients for other collections of the account."""
    with contextlib.ExitStack() as stack:

        def make(path: str) -> Client:
            client = Client(simulator, path)
            stack.callback(client.session.close)
            return client

        yield make


@pytest.fixture
def routes(clients: Callable[[str], Client], simulator: Simulator) -> Client:
    """Return a client for the dynamic routes of a gateway."""
    simulator.seed({"id": "one"})
    return clients("ai-gateway/gateways/one/routes")


@pytest.fixture
def policies(clients: Callable[[str], Client], simulator: Simulator) -> Client:
    """Return a client for the policies of a gateway."""
    simulator.seed({"id": "one"})
    return clients("ai-gateway/gateways/one/policies")


@pytest.fixture
def configs(clients: Callable[[str], Client], simulator: Simulator) -> Client:
    """Return a client for the provider configurations of a gateway that can use keys of the store."""
    simulator.seed({"id": "one", "authentication": True, "store_id": STORE})
    simulator.seed_item("stores", {"id": STORE})
    return clients("ai-gateway/gateways/one/provider_configs")
