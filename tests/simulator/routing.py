# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the raw path of a request to an account and a gateway.

The path is split before anything in it is decoded, so an encoded slash stays inside its segment,
and nothing is normalised: a path of an unexpected shape leads nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

PREFIX = ["", "client", "v4", "accounts"]
COLLECTION = ["ai-gateway", "gateways"]
ACCOUNT_AT = len(PREFIX)
ID_AT = ACCOUNT_AT + 1 + len(COLLECTION)

OPERATIONS = {
    (False, "GET"): "list",
    (False, "POST"): "create",
    (True, "GET"): "get",
    (True, "PUT"): "update",
    (True, "DELETE"): "delete",
}


@dataclass(frozen=True)
class Route:
    """What to do; `gateway_id` is None for the operations on the collection."""

    operation: str
    account: str
    gateway_id: str | None

    @property
    def writes(self) -> bool:
        """Whether it needs the permission to write."""
        return self.operation in ("create", "update", "delete")


def route(method: str, raw_path: str) -> Route | None:
    """The route of a request, None when there is none."""
    segments = raw_path.split("/")
    if segments[:ACCOUNT_AT] != PREFIX or segments[ACCOUNT_AT + 1 : ID_AT] != COLLECTION:
        return None
    names = [decoded(segment) for segment in (segments[ACCOUNT_AT], *segments[ID_AT:])]
    operation = OPERATIONS.get((len(names) == 2, method))
    if len(names) > 2 or operation is None or None in names:
        return None
    account, *rest = names
    return Route(operation, account or "", rest[0] if rest else None)


def decoded(segment: str) -> str | None:
    """A segment without its percent-encoding; None for what cannot name anything."""
    if segment in ("", ".", ".."):
        return None
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return None
