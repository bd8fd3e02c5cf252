# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authentication and authorization of requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.simulator.behaviour import Behaviour
from tests.simulator.protocol import BAD_AUTHORIZATION_FORMAT, BAD_CREDENTIALS, BAD_HEADERS, UNREADABLE_TOKEN, Answer, platform_failure
from tests.simulator.switches import Permission

EMAIL = "user@example.com"
KEY = "simulator-key"

# The syntax of a bearer token (RFC 6750).
BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


@dataclass(frozen=True)
class Caller:
    """The sender of a request.

    `name` identifies the caller to the quota. `rights` is "write", "read", or the answer to return instead. If the token has a list of
    permissions, ``permissions`` contains it and replaces "write" and "read".
    """

    name: str
    rights: str | Answer
    permissions: Sequence[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        """Return whether the caller has a permission. Write permissions include read permissions."""
        if self.permissions is not None:
            return bool({permission, permission.replace("Read", "Write")}.intersection(self.permissions))
        return self.rights == "write" or permission.endswith("Read")


def caller(headers: Mapping[str, str], behaviour: Behaviour) -> Caller:
    """Return the caller of a request, identified by its headers (lower-case names).

    A bearer token takes precedence over email and key if a request has both.
    """
    authorization = headers.get("authorization")
    if authorization is not None:
        match = BEARER.fullmatch(authorization)
        if match is None:
            return Caller(f"malformed {authorization}", malformed(behaviour))
        token = match[1]
        return Caller(f"token {token}", behaviour.tokens.get(token) or unauthenticated(), behaviour.permissions.get(token))
    if behaviour.bad_credentials == "probe" and not {"x-auth-email", "x-auth-key"} & headers.keys():
        return Caller("nobody", unreadable())
    email, key = headers.get("x-auth-email", ""), headers.get("x-auth-key", "")
    known = (email, key) == (EMAIL, KEY)
    return Caller(f"key {email} {key}", "write" if known else unauthenticated())


def refusal(who: Caller, needed: Iterable[Permission], behaviour: Behaviour) -> Answer | None:
    """Return the refusal for a caller that lacks a needed permission; None for one that has them all."""
    if isinstance(who.rights, Answer):
        return who.rights
    return None if all(who.may(permission) for permission in needed) else forbidden(behaviour)


def unauthenticated() -> Answer:
    """Return 401 for missing or unknown credentials."""
    return platform_failure(401, [{"code": BAD_CREDENTIALS, "message": "Authentication error"}])


def forbidden(behaviour: Behaviour) -> Answer:
    """Return 403 for a known credential that lacks the permission, or another answer that was observed in this case."""
    status, code = behaviour.forbidden.split()
    return platform_failure(int(status), [{"code": int(code), "message": "Authentication error"}])


def unreadable() -> Answer:
    """Return 400 for a missing or malformed token, as observed in a probe of the AI Gateway API."""
    return platform_failure(400, [{"code": UNREADABLE_TOKEN, "message": "Missing or malformed credentials"}])


def malformed(behaviour: Behaviour) -> Answer:
    """Return 400 for an Authorization header that is not a bearer token."""
    if behaviour.bad_credentials == "probe":
        return unreadable()
    chain = [{"code": BAD_AUTHORIZATION_FORMAT, "message": "Invalid format for Authorization header"}]
    error = {"code": BAD_HEADERS, "message": "Invalid request headers", "error_chain": chain}
    return platform_failure(400, [error])
