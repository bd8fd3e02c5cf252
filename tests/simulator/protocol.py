# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shapes of what the API says: answers, envelopes, errors and JSON.

Two families of failures exist. The service itself answers with a bare list of errors; the
platform in front of it (credentials, routing, request quota) adds `result` and `messages`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

INVALID_INPUT = 7001
NOT_FOUND = 7002
METHOD_NOT_ALLOWED = 7005
# Of dynamic routes: the message says which.
ROUTE_NOT_FOUND_OR_TAKEN = 7005
NO_ROUTE = 7000
NO_STORE_ROUTE = 1000
DOMAIN_OF_ANOTHER_ACCOUNT = 7090
DOMAIN_OF_ANOTHER_GATEWAY = 7091
NOT_ROUTABLE = 7003
BAD_CREDENTIALS = 10000
BAD_HEADERS = 6003
UNREADABLE_TOKEN = 9106
BAD_AUTHORIZATION_FORMAT = 6111
TOO_MANY_REQUESTS = 971

Json = dict[str, Any]
Path = Sequence[str | int]


@dataclass
class Answer:
    """One HTTP answer; header names are lower case and carry no framing (content-length).

    `shows` is the number of the change of the store after which the answer was true, None if it is true now.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    shows: int | None = None


@dataclass(frozen=True)
class Problem:
    """One refused thing of a request; `path` leads to it, from "body" or "query" on."""

    message: str
    path: tuple[str | int, ...]


def encode(value: Any) -> bytes:
    """Return compact JSON. It is ASCII, so that unpaired surrogates can be returned."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def decode(body: bytes) -> Any:
    """Return the JSON value of a body; ValueError for all that is not JSON, NaN and Infinity included."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    try:
        return json.loads(body, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def success(result: Any, result_info: Json | None = None) -> Answer:
    """Return 200: `{"success": true, "result": ...}`, and `result_info` for a page of a list."""
    envelope: Json = {"success": True, "result": result}
    if result_info is not None:
        envelope["result_info"] = result_info
    return Answer(200, encode(envelope))


def complete_success(result: Any, result_info: Json | None = None) -> Answer:
    """Return 200 with the complete envelope, which has ``errors`` and ``messages`` also where there are none."""
    envelope: Json = {"success": True, "result": result, "errors": [], "messages": []}
    if result_info is not None:
        envelope["result_info"] = result_info
    return Answer(200, encode(envelope))


def failure(status: int, errors: list[Json]) -> Answer:
    """Return a refusal of the service: no `result`, no `messages`."""
    return Answer(status, encode({"success": False, "errors": errors}))


def invalid(problems: Sequence[Problem]) -> Answer:
    """Return 400: every problem of the request at once, one error each."""
    errors = [{"code": INVALID_INPUT, "message": p.message, "path": list(p.path)} for p in problems]
    return failure(400, errors)


def not_found(message: str = "Gateway not found") -> Answer:
    """Return 404 of the service: the route exists, the object does not."""
    return failure(404, [{"code": NOT_FOUND, "message": message}])


def platform_failure(status: int, errors: list[Json], headers: Mapping[str, str] | None = None) -> Answer:
    """Return a refusal by what stands in front of the service."""
    answer = Answer(status, encode({"success": False, "errors": errors, "messages": [], "result": None}))
    answer.headers.update(headers or {})
    return answer


def unroutable(raw_path: str) -> Answer:
    """Return 404 of the platform: no such route, or an account that it does not know."""
    guess = f"Could not route to {raw_path}, perhaps your object identifier is invalid?"
    errors = [{"code": NOT_ROUTABLE, "message": guess}, {"code": NO_ROUTE, "message": "No route for that URI"}]
    return platform_failure(404, errors)


def unknown_to_store() -> Answer:
    """Return 404 of the Secrets Store: it has no such route, as when the id in a path is empty."""
    return platform_failure(404, [{"code": NO_STORE_ROUTE, "message": "not found"}])


def fresh_ray() -> str:
    """Return a new value for `cf-ray`: 16 hex digits and the name of the place that answered."""
    return secrets.token_hex(8) + "-SIM"
