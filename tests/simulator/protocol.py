# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The formats of the API: answers, envelopes, errors and JSON.

There are two kinds of failures. The service itself answers with a bare list of errors. The platform in front of it (credentials, routing,
request quota) adds `result` and `messages`.
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
# For dynamic routes. Only the message distinguishes the two meanings.
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
    """An HTTP answer. Header names are lower case, and framing headers (content-length) are excluded.

    `shows` is the number of the store's change that the answer reflects, or None if it reflects the current state.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    shows: int | None = None


@dataclass(frozen=True)
class Problem:
    """A problem of a request. `path` leads to the refused value and starts with "body" or "query"."""

    message: str
    path: tuple[str | int, ...]


def encode(value: Any) -> bytes:
    """Return compact JSON. It is ASCII, so that unpaired surrogates can be returned."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def decode(body: bytes) -> Any:
    """Return the JSON value of a body.

    :raises ValueError: if the body is not JSON. NaN and Infinity are not JSON.
    """

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
    """Return 200 with the complete envelope, which has ``errors`` and ``messages`` even if they are empty."""
    envelope: Json = {"success": True, "result": result, "errors": [], "messages": []}
    if result_info is not None:
        envelope["result_info"] = result_info
    return Answer(200, encode(envelope))


def failure(status: int, errors: list[Json]) -> Answer:
    """Return a refusal of the service: no `result`, no `messages`."""
    return Answer(status, encode({"success": False, "errors": errors}))


def invalid(problems: Sequence[Problem]) -> Answer:
    """Return 400 with one error for each problem of the request."""
    errors = [{"code": INVALID_INPUT, "message": p.message, "path": list(p.path)} for p in problems]
    return failure(400, errors)


def not_found(message: str = "Gateway not found") -> Answer:
    """Return 404 of the service: the route exists, the object does not."""
    return failure(404, [{"code": NOT_FOUND, "message": message}])


def platform_failure(status: int, errors: list[Json], headers: Mapping[str, str] | None = None) -> Answer:
    """Return a refusal by the platform in front of the service."""
    answer = Answer(status, encode({"success": False, "errors": errors, "messages": [], "result": None}))
    answer.headers.update(headers or {})
    return answer


def unroutable(raw_path: str) -> Answer:
    """Return 404 of the platform: no such route, or an unknown account."""
    message = f"Could not route to {raw_path}, perhaps your object identifier is invalid?"
    errors = [{"code": NOT_ROUTABLE, "message": message}, {"code": NO_ROUTE, "message": "No route for that URI"}]
    return platform_failure(404, errors)


def unknown_to_store() -> Answer:
    """Return 404 of the Secrets Store for an unknown route, for example if the id in a path is empty."""
    return platform_failure(404, [{"code": NO_STORE_ROUTE, "message": "not found"}])


def fresh_ray() -> str:
    """Return a new value for `cf-ray`: 16 hex digits and the name of the location that answered."""
    return secrets.token_hex(8) + "-SIM"
