# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the data plane to requests that it refuses."""

from __future__ import annotations

from typing import Any

from tests.simulator.behaviour import Behaviour
from tests.simulator.protocol import Answer, Json, encode

NO_GATEWAY = 2001
RATE_LIMITED = 2003
NO_PROVIDER_ANSWER = 2005
BAD_PROVIDER = 2008
UNAUTHORIZED = 2009
BAD_FORMAT = 2019
NO_BALANCE = 2021
NO_SUCH_ALIAS = 2040
NO_KEY = 2044

# Status and message by code, if they do not depend on the request.
USUAL: dict[int, tuple[int, str]] = {
    NO_GATEWAY: (400, "Please configure AI Gateway in the Cloudflare dashboard"),
    RATE_LIMITED: (429, "Rate limited"),
    NO_PROVIDER_ANSWER: (400, "Failed to get response from provider"),
    BAD_PROVIDER: (400, "Invalid provider"),
    UNAUTHORIZED: (401, "Unauthorized"),
    BAD_FORMAT: (400, "Chat completion bad format"),
    NO_BALANCE: (402, "Insufficient balance"),
    2016: (424, "Prompt blocked due to security configurations"),
    2017: (424, "Response blocked due to security configurations"),
    2029: (424, "Request content blocked due to DLP policy violations"),
    2030: (424, "Response content blocked due to DLP policy violations"),
    2041: (429, "Spend limit exceeded: rule rule-1, limit 10, window 86400"),
    2045: (429, "Spend limit exceeded: rule rule-1, limit 10, window 86400"),
    NO_KEY: (400, "Customer-provided provider credentials are required for this request"),
    7013: (503, "Guardrails are not available"),
}


class Refused(Exception):
    """The data plane refuses the request."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def refused(behaviour: Behaviour, code: int, message: str = "") -> Refused:
    """Return the refusal with a code, in the long or the short form. Both forms have been observed."""
    status, usual = USUAL.get(code, (400, ""))
    status = behaviour.traffic_unauthorized_status if code == UNAUTHORIZED else status
    text = message or usual
    body: Json = {"success": False, "error": [{"code": code, "message": text}]}
    if behaviour.traffic_errors == "long":
        more = {"httpCode": status, "internalCode": code, "message": text, "description": text}
        body |= {"result": [], "messages": [], "name": "AiGatewayError", **more}
    return Refused(Answer(status, encode(body)))


def without_secret(message: str) -> Refused:
    """Return the refusal for a stored key whose secret is unavailable. No source documents its code."""
    return Refused(Answer(400, encode({"success": False, "error": [{"message": message}]})))


def by_policy(enforcement: Json) -> Refused:
    """Return the refusal of a policy, whose ``error`` is an object."""
    if enforcement["reason"] == "blocked":
        return Refused(Answer(403, encode({"success": False, "error": {"message": "Request denied by policy"}})))
    details: dict[str, Any] = {name: enforcement[name] for name in ("bucket", "spent", "limit")}
    return Refused(Answer(429, encode({"success": False, "error": {"message": "Budget exceeded", **details}})))


def by_edge() -> Refused:
    """Return the refusal of Cloudflare's edge, before the gateway sees the request."""
    return Refused(Answer(403, b"error code: 1010", {"content-type": "text/plain; charset=UTF-8"}))


def by_access(hostname: str) -> Refused:
    """Return the redirect of Access to its login page."""
    location = f"https://team.cloudflareaccess.com/cdn-cgi/access/login/{hostname}?kid=simulator"
    return Refused(Answer(302, b"", {"location": location, "www-authenticate": "Cloudflare-Access"}))
