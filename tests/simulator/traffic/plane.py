# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data plane: processing of a client request, from the address to the provider's answer.

The order of these checks in a real gateway is not published.
"""

from __future__ import annotations

import copy
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.simulator.auth import BEARER
from tests.simulator.defaults import DEFAULT_ID
from tests.simulator.item_store import Place
from tests.simulator.journal import Request
from tests.simulator.protocol import Answer, Json
from tests.simulator.resources import custom_domains, custom_providers, dynamic_routes, policies, provider_configs
from tests.simulator.resources.policy_evaluation import Question, decided
from tests.simulator.resources.route_views import deployed
from tests.simulator.routing import decoded
from tests.simulator.traffic import refusals
from tests.simulator.traffic.providers import KEYLESS, REFUSED_KEY, SILENT_MODEL, asked_of, provider_named, upstream
from tests.simulator.traffic.refusals import Refused, refused
from tests.simulator.traffic.walk import Walk

if TYPE_CHECKING:
    from tests.simulator.state import State

PREFIX = "/v1/"
COMPAT = "compat/chat/completions"
PROVIDER_KEYS = ("authorization", "x-api-key", "x-goog-api-key")
MAX_METADATA = 5


@dataclass(frozen=True)
class Address:
    """The gateway that a request is for, and the rest of its path. ``hostname`` is the custom domain that it came through, if any."""

    account: str
    gateway_id: str
    rest: str
    hostname: str = ""

    def place(self, kind: str) -> Place:
        """Return the place of the gateway's items of a kind."""
        return Place(kind, self.account, self.gateway_id)


def address_of(state: State, request: Request) -> Address | None:
    """Return the address of a request; ``None`` if it is not for the data plane."""
    hostname = request.headers.get("host", "").partition(":")[0]
    found = state.store.find(custom_domains.KIND, None, hostname)
    if found is not None:
        return Address(found[0].account, found[0].parent, request.raw_path.lstrip("/"), hostname)
    if not request.raw_path.startswith(PREFIX):
        return None
    account, gateway_id, *rest = [*request.raw_path[len(PREFIX) :].split("/"), ""]
    return Address(decoded(account) or "", decoded(gateway_id) or "", "/".join(rest).rstrip("/"))


def answer(state: State, request: Request, address: Address) -> Answer:
    """Return the answer of the gateway, of the provider behind it, or of the platform in front of it."""
    try:
        return Visit(state, request, address).answer()
    except Refused as error:
        return error.answer


class Visit:
    """One request for one gateway."""

    def __init__(self, state: State, request: Request, address: Address) -> None:
        self.state = state
        self.request = request
        self.address = address
        self.behaviour = state.behaviour
        self.headers = request.headers
        self.metadata = metadata_of(self.headers.get("cf-aig-metadata", ""))

    def answer(self) -> Answer:
        """Return the answer.

        :raises Refused: if the request is refused.
        """
        self._pass_front()
        self._pass_gate(self._gateway())
        gateway = self._gateway()
        answer = copy.deepcopy(self._cached(gateway))
        if gateway.get("collect_logs", True) and self.headers.get("cf-aig-collect-log") != "false":
            answer.headers["cf-aig-log-id"] = str(uuid.uuid4())
        return answer

    def _pass_front(self) -> None:
        if self.behaviour.traffic_blocked_by == "edge":
            raise refusals.by_edge()
        if self.behaviour.traffic_blocked_by == "access" and self.address.hostname:
            raise refusals.by_access(self.address.hostname)

    def _gateway(self) -> Json:
        store, address = self.state.store, self.address
        gateway = store.get(address.account, address.gateway_id)
        # The first request of a client creates the default gateway.
        if gateway is None and address.gateway_id == DEFAULT_ID and self._is_known():
            gateway = store.seed(address.account, DEFAULT_ID, {"id": DEFAULT_ID, "authentication": True})
        if gateway is None:
            raise refused(self.behaviour, refusals.NO_GATEWAY)
        return gateway

    def _is_known(self) -> bool:
        match = BEARER.fullmatch(self.headers.get("cf-aig-authorization", ""))
        return match is not None and match[1] in self.behaviour.run_tokens

    def _pass_gate(self, gateway: Json) -> None:
        behaviour, memory = self.behaviour, self.state.traffic
        if memory.lags(self.state.store.changed, behaviour.traffic_lag):
            raise refused(behaviour, behaviour.traffic_lag_code)
        if gateway.get("authentication") and not self._is_known():
            raise refused(behaviour, refusals.UNAUTHORIZED)
        limit, window = gateway.get("rate_limiting_limit"), gateway.get("rate_limiting_interval")
        if limit and window and not memory.count((self.address.account, self.address.gateway_id), limit, window):
            raise refused(behaviour, refusals.RATE_LIMITED)

    def _cached(self, gateway: Json) -> Answer:
        seconds = float(self.headers.get("cf-aig-cache-ttl") or gateway.get("cache_ttl") or 0)
        if self.request.method != "POST" or not seconds or self.headers.get("cf-aig-skip-cache") == "true":
            return self._sent()
        key = (self.address, self.request.body)
        found = self.state.traffic.cached(key)
        answer = found or self._sent()
        if found is None and answer.status == 200:
            self.state.traffic.keep(key, answer, seconds)
        return Answer(answer.status, answer.body, {**answer.headers, "cf-aig-cache-status": "HIT" if found else "MISS"})

    def _sent(self) -> Answer:
        rest = self.address.rest
        if rest == COMPAT:
            return self._compat()
        slug, _slash, path = rest.partition("/")
        model = asked_of(self.request.body).get("model")
        self._pass_rules(slug, model if isinstance(model, str) else "")
        return self._forwarded(slug, path, self.request.body)

    def _compat(self) -> Answer:
        chat = asked_of(self.request.body)
        first, slash, model = str(chat.get("model", "")).partition("/")
        if not slash or not model:
            raise refused(self.behaviour, refusals.BAD_FORMAT)
        if first == "dynamic":
            return self._dynamic(model, chat)
        return self._asked(first, model, chat)

    def _asked(self, slug: str, model: str, chat: Json) -> Answer:
        """Send a chat in OpenAI's format to any provider, and return its answer in that format."""
        self._pass_rules(slug, model)
        if SILENT_MODEL in model:
            raise refused(self.behaviour, refusals.NO_PROVIDER_ANSWER)
        key = self._key(slug)
        shape = "openai" if REFUSED_KEY not in key else slug
        return upstream(shape, "POST", "chat/completions", self.headers, json.dumps({**chat, "model": model}).encode(), key)

    def _dynamic(self, name: str, chat: Json) -> Answer:
        routes = self.state.store.items(self.address.place(dynamic_routes.KIND)).values()
        version = next((deployed(route) for route in routes if route["name"] == name), None)
        if version is None:
            raise refused(self.behaviour, refusals.NO_PROVIDER_ANSWER)

        def attempt(slug: str, model: str) -> Answer:
            try:
                return self._asked(slug, model, chat)
            except Refused as error:
                return error.answer

        place = self.address.place(name)
        memory = self.state.traffic
        walk = Walk(self.metadata, attempt, memory.draw, lambda key, limit, window: memory.count((place, key), limit, window))
        walk.through(version["elements"])
        if walk.answer is None:
            raise refused(self.behaviour, refusals.NO_PROVIDER_ANSWER)
        step_headers = {"cf-aig-step": str(walk.step), "cf-aig-model": walk.model, "cf-aig-provider": walk.provider}
        return Answer(walk.answer.status, walk.answer.body, {**walk.answer.headers, **step_headers})

    def _forwarded(self, slug: str, path: str, body: bytes) -> Answer:
        if not self._is_provider(slug):
            raise refused(self.behaviour, refusals.BAD_PROVIDER)
        answer = upstream(slug, self.request.method, path, self.headers, body, self._key(slug))
        return Answer(answer.status, answer.body, {**answer.headers, "cf-aig-step": "0"} if answer.status == 200 else answer.headers)

    def _is_provider(self, slug: str) -> bool:
        if not slug.startswith("custom-"):
            return provider_named(slug) is not None
        custom = self.state.store.items(Place(custom_providers.KIND, self.address.account)).values()
        return any(f"custom-{provider['slug']}" == slug and provider.get("enable") for provider in custom)

    def _pass_rules(self, slug: str, model: str) -> None:
        behaviour = self.behaviour
        if behaviour.traffic_refusal is not None:
            raise refused(behaviour, behaviour.traffic_refusal)
        live = [policy for policy in self.state.store.items(self.address.place(policies.KIND)).values() if policy["is_live"]]
        if live:
            identity: Json = {"cf": {}, "metadata": self.metadata}
            enforcement = decided(live, Question(identity, model, slug, behaviour.traffic_spent))["enforcement"]
            if not enforcement["allowed"]:
                raise refusals.by_policy(enforcement)

    def _key(self, slug: str) -> str:
        """Return the key for a provider: from the request, a stored one, or an empty one for requests that Cloudflare bills."""
        if not self._is_provider(slug):
            raise refused(self.behaviour, refusals.BAD_PROVIDER)
        given = next((self.headers[name] for name in PROVIDER_KEYS if name in self.headers), None)
        if given is not None:
            return given
        if slug in KEYLESS:
            return ""
        place = self.address.place(provider_configs.KIND)
        # Without authentication, stored keys are not used.
        configs = self.state.store.items(place).values() if self._gateway().get("authentication") else ()
        aliases = sorted(item["alias"] for item in configs if item["provider_slug"] == slug)
        alias = self.headers.get("cf-aig-byok-alias", "default") if self.address.rest != COMPAT else "default"
        if aliases and alias not in aliases and "cf-aig-byok-alias" in self.headers:
            raise refused(self.behaviour, refusals.NO_SUCH_ALIAS, f"No stored key with the alias {alias}. Stored: {', '.join(aliases)}")
        if alias in aliases:
            key = provider_configs.traffic_key(self.state.store, self.behaviour, place, slug, alias)["key"]
            if key is None:
                raise refusals.without_secret("Configured BYOK credentials are unavailable")
            return str(key)
        return self._paid_by_credits()

    def _paid_by_credits(self) -> str:
        if self.headers.get("cf-aig-no-wholesale") == "true" or self._gateway().get("byok_only"):
            raise refused(self.behaviour, refusals.NO_KEY)
        if not self.behaviour.traffic_credits:
            raise refused(self.behaviour, refusals.NO_BALANCE)
        return ""


def metadata_of(header: str) -> dict[str, Any]:
    """Return the metadata of a request: at most five entries, and none if any of them is null or nested."""
    try:
        value = json.loads(header or "{}")
    except ValueError:
        return {}
    if not isinstance(value, dict) or not all(isinstance(part, str | int | float) for part in value.values()):
        return {}
    return dict(list(value.items())[:MAX_METADATA])
