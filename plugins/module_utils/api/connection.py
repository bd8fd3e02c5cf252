# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validated connection options: the address of the API, and the credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4"


@dataclass(frozen=True)
class Credentials:
    """Authentication headers of one identity, usable as a ``requests`` auth object.

    ``requests`` replaces the headers with an entry of ``~/.netrc``, unless the session has an auth object.
    """

    headers: dict[str, str] = field(repr=False)

    @classmethod
    def of_token(cls, token: str) -> Credentials:
        """Return credentials that consist of a scoped API token."""
        return cls({"Authorization": "Bearer " + token})

    @classmethod
    def of_key(cls, email: str, key: str) -> Credentials:
        """Return credentials that consist of the account's email address and the Global API key (legacy)."""
        return cls({"X-Auth-Email": email, "X-Auth-Key": key})

    def __call__(self, request: Any) -> Any:
        request.headers.update(self.headers)
        return request


@dataclass(frozen=True)
class Connection:
    """Connection options of a client. ``timeout`` and ``rate_limit_wait`` are in seconds."""

    account_id: str
    credentials: Credentials
    base_url: str = DEFAULT_BASE_URL
    timeout: int = 30
    max_retries: int = 4
    rate_limit_wait: int = 300
    verify: bool | str = True
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
