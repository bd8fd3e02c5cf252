# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client for the control routes of a running simulator."""

from __future__ import annotations

from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

import requests

from tests.simulator.auth import EMAIL, KEY
from tests.simulator.behaviour import DEFAULT_ACCOUNTS, READ_TOKEN, WRITE_TOKEN
from tests.simulator.switches import RUN_TOKEN

Json = dict[str, Any]

# Control routes answer immediately, so this timeout only ends tests that hang. In seconds.
TIMEOUT = 10.0


class Simulator:
    """A simulator that runs at `root`, such as http://127.0.0.1:8787."""

    account_id = DEFAULT_ACCOUNTS[0]
    other_account_id = DEFAULT_ACCOUNTS[1]
    api_token = WRITE_TOKEN
    read_token = READ_TOKEN
    run_token = RUN_TOKEN
    api_email = EMAIL
    api_key = KEY

    def __init__(self, root: str) -> None:
        self.root = root
        self.base_url = f"{root}/client/v4"
        self.gateway_url = root
        self._session = requests.Session()
        # Do not use proxies of the environment for the loopback interface.
        self._session.trust_env = False

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()

    def health(self) -> Json:
        """Return `{"status": "ok"}`."""
        return self._one("GET", "health")

    def cpu(self) -> float:
        """Return the used CPU time in seconds."""
        return float(self._one("GET", "usage")["cpu"])

    def reset(self, **scene: Any) -> None:
        """Restore the initial state, or start from the given behaviour, faults, gateways and items."""
        self._one("POST", "reset", scene)

    def behaviour(self) -> Json:
        """Return all switches."""
        return self._one("GET", "behaviour")

    def behave(self, **changes: Any) -> Json:
        """Change the given switches and return all of them."""
        return self._one("PUT", "behaviour", changes)

    def fault(self, **fault: Any) -> Json:
        """Plant one fault and return it with its id."""
        return self.faults_of([fault])[0]

    def faults_of(self, faults: list[Json]) -> list[Json]:
        """Plant several faults in one request."""
        return self._many("POST", "faults", faults)

    def faults(self) -> list[Json]:
        """Return all planted faults with their counts."""
        return self._many("GET", "faults")

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._many("DELETE", "faults")

    def requests(self) -> list[Json]:
        """Return the journal of the API requests, oldest first."""
        return self._many("GET", "requests")

    def clear_requests(self) -> None:
        """Empty the journal."""
        self._many("DELETE", "requests")

    def changes(self) -> list[Json]:
        """Return all changes of stored items, oldest first."""
        return self._many("GET", "changes")

    def gateways(self, account: str | None = None) -> dict[str, Json]:
        """Return the stored gateways of an account by id."""
        return self._one("GET", f"gateways/{account or self.account_id}")

    def seed(self, gateway: Json, account: str | None = None) -> Json:
        """Store a gateway without validation. It only needs an id."""
        return self._one("PUT", self._gateway(gateway["id"], account), gateway)

    def remove(self, gateway_id: str, account: str | None = None) -> Json:
        """Remove a gateway from the store."""
        return self._one("DELETE", self._gateway(gateway_id, account))

    def items(self, kind: str, account: str | None = None) -> list[Json]:
        """Return the stored items of a kind, including fields that answers omit."""
        return self._many("GET", f"items/{account or self.account_id}/{kind}")

    def seed_item(self, kind: str, item: Json, account: str | None = None) -> Json:
        """Store an item of a kind without validation and return it. Fields that cannot be filled in are required."""
        return self._one("PUT", f"items/{account or self.account_id}/{kind}", item)

    def remove_item(self, kind: str, item_id: str, account: str | None = None) -> Json:
        """Remove only this item from the store, without the usual consequences, and return it."""
        return self._one("DELETE", f"items/{account or self.account_id}/{kind}/{quote(item_id, safe='')}")

    def traffic_key(self, gateway_id: str, provider_slug: str, alias: str = "default", account: str | None = None) -> Json:
        """Return the ``key`` for a provider that client requests of a gateway use, or the ``reason`` why there is none."""
        query = urlencode({"gateway": gateway_id, "provider_slug": provider_slug, "alias": alias})
        return self._one("GET", f"key/{account or self.account_id}?{query}")

    def _gateway(self, gateway_id: str, account: str | None) -> str:
        return f"gateways/{account or self.account_id}/{quote(gateway_id, safe='')}"

    def _one(self, method: str, path: str, body: Any = None) -> Json:
        answer: Json = self._call(method, path, body)
        return answer

    def _many(self, method: str, path: str, body: Any = None) -> list[Json]:
        answer: list[Json] = self._call(method, path, body)
        return answer

    def _call(self, method: str, path: str, body: Any) -> Any:
        response = self._session.request(method, f"{self.root}/_simulator/{path}", json=body, timeout=TIMEOUT)
        if response.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json()
