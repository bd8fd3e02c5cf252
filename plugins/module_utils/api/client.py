# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authenticated client: paths, JSON, retries. It knows Cloudflare, and nothing of Ansible or of gateways."""

from __future__ import annotations

import json
import time
from typing import Any, Sequence
from urllib.parse import quote

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.envelope import read_result
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.errors import (
    ApiError,
    CollectionError,
    NotFound,
    Request,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import RetryPolicy
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Transport


def encode_path(*segments: str) -> str:
    """A path of C(segments), each percent-encoded, so that none can change which item is addressed.

    :raises ValueError: for an empty segment, C(.) and C(..), which HTTP libraries remove from a path in any spelling.
    """
    for segment in segments:
        if segment in ("", ".", ".."):
            raise ValueError(f"{segment!r} cannot be part of a path")
    return "".join("/" + quote(segment, safe="") for segment in segments)


class Client:
    """Makes calls for one account. C(secrets) holds every value that must not be shown; callers add to it.

    :raises CollectionError: from every call, for every failure.
    """

    def __init__(self, connection: Connection, transport: Transport | None = None) -> None:
        self.account_id = connection.account_id
        self.policy = RetryPolicy(connection.max_retries, connection.rate_limit_wait)
        self.secrets: set[str] = set(connection.secrets)
        self._transport = transport or Transport(connection)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def items(self, path: Sequence[str]) -> Items:
        """The collection of items at C(path) below the account, such as C(("ai-gateway", "gateways"))."""
        return Items(self, path)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send a request, again where the policy allows it, and return the C(result) of the answer."""
        request = Request(method, path)
        payload = None if body is None else json.dumps(body, allow_nan=False).encode("utf-8")
        begun = time.monotonic()
        retry = 0
        while True:
            try:
                return read_result(request, self._transport.send(request, payload))
            except CollectionError as error:
                pause = self.policy.pause(method, retry, error)
                if pause is None:
                    if retry:
                        error.add_remark(f"This was try {retry + 1}, after {time.monotonic() - begun:.1f} s.")
                    raise
            retry += 1
            time.sleep(pause)


class Items:
    """The four verbs on the items of one collection. Items are dicts with an C(id)."""

    def __init__(self, client: Client, path: Sequence[str]) -> None:
        self.client = client
        self._path = ("accounts", client.account_id, *tuple(path))

    def get(self, item_id: str) -> dict[str, Any] | None:
        """The item, or C(None) if it does not exist."""
        try:
            return self._item("GET", item_id)
        except NotFound:
            return None

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create the item that C(body) describes, its C(id) included, and return it as stored."""
        request = Request("POST", encode_path(*self._path))
        return self._checked(request, body["id"], self.client.call(*request, body=body))

    def update(self, item_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Put C(body), a complete object without its C(id), in the item's place and return it as stored."""
        return self._item("PUT", item_id, body)

    def delete(self, item_id: str) -> None:
        """Delete the item. One that is gone already is an error (C(NotFound)), for the caller to judge."""
        self.client.call("DELETE", encode_path(*self._path, item_id))

    def _item(self, method: str, item_id: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = Request(method, encode_path(*self._path, item_id))
        return self._checked(request, item_id, self.client.call(*request, body=body))

    def _checked(self, request: Request, item_id: str, item: Any) -> dict[str, Any]:
        """C(item), if the answer really is about the item that was asked for."""
        if not isinstance(item, dict) or item.get("id") != item_id:
            raise ApiError(request, 200, "the result is not the item that was asked for")
        return item
