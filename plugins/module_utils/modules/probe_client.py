# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a gateway like those of a client (a free one, or a chat), and their outcomes."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any, Mapping, NamedTuple
from urllib.parse import quote

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.plain_client import PlainClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NoAnswer, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.diagnosis import Diagnosis, diagnose, shown
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.providers import COMPAT_PATH, USUAL, provider_of

MAX_STEP_DIGITS = 3


class Target(NamedTuple):
    """The gateway, and the parameters of a request to it. Parameters that are not given are empty strings."""

    gateway_id: str
    provider: str
    alias: str
    model: str
    route: str
    hostname: str
    max_tokens: int
    metadata: Any
    skip_cache: bool


class Observation(NamedTuple):
    """The outcome of a request. Without an answer, ``status`` is ``None``. ``is_final`` means that the request must not be repeated."""

    diagnosis: Diagnosis
    duration_ms: int
    is_chat: bool = False
    status: int | None = None
    headers: Mapping[str, str] = {}
    is_final: bool = False


class ProbeClient:
    """A client of one gateway, with a token for each request. Returned texts are processed by ``scrub``, which removes secrets."""

    def __init__(self, client: PlainClient, account_id: str, target: Target, scrub: Scrubber) -> None:
        self._client = client
        self._target = target
        self._scrub = scrub
        self._base = "" if target.hostname else encode_path("v1", account_id, target.gateway_id)

    def list_models(self, token: str) -> Observation:
        """Request the provider's list of models, which is free, even if the gateway would pay the provider itself."""
        provider = provider_of(self._target.provider)
        headers = {**self._headers(token), **provider.headers, "cf-aig-no-wholesale": "true"}
        return self._send("GET", self._native(provider.models), headers)

    def chat(self, token: str) -> Observation:
        """Send a chat to the model, or through the dynamic route."""
        target, provider = self._target, provider_of(self._target.provider)
        if target.route:
            body = USUAL.body(f"dynamic/{target.route}", target.max_tokens)
            return self._send("POST", f"{self._base}/{COMPAT_PATH}", self._headers(token), body)
        headers = {**self._headers(token), **provider.headers}
        return self._send("POST", self._native(provider.chat_path(target.model)), headers, provider.body(target.model, target.max_tokens))

    def _native(self, path: str) -> str:
        return f"{self._base}/{quote(self._target.provider, safe='')}/{path}"

    def _headers(self, token: str) -> dict[str, str]:
        """Return the headers for the gateway. Credentials for the provider, even a placeholder, would take precedence over a stored key."""
        target = self._target
        headers = {"cf-aig-authorization": f"Bearer {token}"}
        if target.skip_cache:
            headers["cf-aig-skip-cache"] = "true"
        if target.alias and not target.route:
            headers["cf-aig-byok-alias"] = target.alias
        if target.metadata:
            headers["cf-aig-metadata"] = json.dumps(target.metadata)
        if target.hostname:
            headers["Host"] = target.hostname
        return headers

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: dict[str, Any] | None = None) -> Observation:
        begun, is_chat = time.monotonic(), body is not None
        try:
            answer = self._client.send(Request(method, path), headers, body)
        except NoAnswer as error:
            diagnosis = Diagnosis("no_answer", message=shown(str(error), self._scrub))
            # A chat that may have been answered is not repeated, because it would be paid twice.
            is_final = not error.transient or (is_chat and error.outcome_unknown)
            return Observation(diagnosis, _elapsed_ms(begun), is_chat, is_final=is_final)
        diagnosis = diagnose(answer, is_chat, self._scrub)
        return Observation(diagnosis, _elapsed_ms(begun), is_chat, answer.status, self._of_gateway(answer.headers))

    def _of_gateway(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the gateway's own headers of the answer, by their names without ``cf-aig-``."""
        names = ("step", "cache-status", "model", "provider", "log-id")
        return {name: shown(headers[f"cf-aig-{name}"], self._scrub) for name in names if headers.get(f"cf-aig-{name}")}


def _elapsed_ms(begun: float) -> int:
    """Return the milliseconds since ``begun``, a time of the monotonic clock."""
    return round((time.monotonic() - begun) * 1000)


def invalid_token() -> str:
    """Return a token that no gateway accepts."""
    return f"made-up-{secrets.token_hex(16)}"


def step_of(observation: Observation) -> int | None:
    """Return the number of the step of the route that answered, from 0, or ``None`` if the gateway does not report it."""
    step = observation.headers.get("step", "")
    return int(step) if step.isascii() and step.isdigit() and len(step) <= MAX_STEP_DIGITS else None


def cache_of(observation: Observation) -> str | None:
    """Return ``hit`` or ``miss`` for an answer from the cache or not, or ``None`` if the gateway does not report it."""
    status = observation.headers.get("cache-status", "").lower()
    return status if status in ("hit", "miss") else None
