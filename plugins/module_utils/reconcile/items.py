# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The items of one collection below an account: the verbs on them, and what this process wrote."""

from __future__ import annotations

import time
from typing import Any, Mapping, Sequence
from urllib.parse import urlencode

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import listing
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client, encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, NotFound, Request, StaleRead

# Maximum number of times that an item is read while a replica shows an older copy than this process wrote. With the pauses, up to 15 s.
MAX_STALE_READS = 5


class Items:
    """The verbs on the items of one collection. Items are dicts with an C(id)."""

    def __init__(self, client: Client, path: Sequence[str]) -> None:
        self.client = client
        self._path = ("accounts", client.account_id, *tuple(path))

    def get(self, item_id: str) -> dict[str, Any] | None:
        """Return the item, or ``None`` if it does not exist; never a copy that is older than what this process wrote.

        :raises StaleRead: if the server goes on to answer with an older copy.
        """
        for attempt in range(MAX_STALE_READS):
            if attempt:
                time.sleep(backoff(attempt))
            try:
                item: dict[str, Any] | None = self._item("GET", item_id)
            except NotFound:
                item = None
            if not self.is_stale(item_id, item):
                return item
        if item is not None:
            raise StaleRead(Request("GET", self._path_of(item_id)))
        # Somebody else deleted it.
        self.client.written.forget(self._path_of(item_id))
        return None

    def is_stale(self, item_id: str, item: Mapping[str, Any] | None) -> bool:
        """Return whether ``item`` (``None``: absent) is older than what this process wrote, as replicas answer for a while."""
        return self.client.written.is_newer(self._path_of(item_id), item)

    def all(self, search: str = "") -> list[dict[str, Any]]:
        """Return all items, or those that the API finds by ``search``, in the API's order."""

        def fetch_page(number: int) -> tuple[Request, dict[str, Any]]:
            query = {"page": number, "per_page": listing.PAGE_SIZE, **({"search": search} if search else {})}
            request = Request("GET", f"{encode_path(*self._path)}?{urlencode(query)}")
            return request, self.client.call(request)

        return listing.list_items(fetch_page, is_search=bool(search))

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create the item that C(body) describes, its C(id) included, and return it as stored."""
        request = Request("POST", encode_path(*self._path))
        return self._written(self._checked(request, body["id"], self.client.call(request, body)))

    def update(self, item_id: str, body: dict[str, Any], not_after: float | None = None) -> dict[str, Any]:
        """Put C(body), a complete object without its C(id), in the item's place and return it as stored; C(not_after) as of C(call)."""
        return self._written(self._item("PUT", item_id, body, not_after))

    def delete(self, item_id: str, not_after: float | None = None) -> None:
        """Delete the item; ``not_after`` as of ``call``. One that is gone already is an error (``NotFound``), for the caller to judge."""
        self.client.call(Request("DELETE", self._path_of(item_id)), None, not_after)
        self.client.written.note_deletion(self._path_of(item_id))

    def _path_of(self, item_id: str) -> str:
        return encode_path(*self._path, item_id)

    def _written(self, item: dict[str, Any]) -> dict[str, Any]:
        """Note that this process wrote the item, to recognize an older copy of it."""
        self.client.written.note(self._path_of(item["id"]), item)
        return item

    def _item(self, method: str, item_id: str, body: dict[str, Any] | None = None, not_after: float | None = None) -> dict[str, Any]:
        request = Request(method, self._path_of(item_id))
        return self._checked(request, item_id, self.client.call(request, body, not_after))

    def _checked(self, request: Request, item_id: str, envelope: dict[str, Any]) -> dict[str, Any]:
        """The item, if the answer really is about the one that was asked for."""
        item = envelope.get("result")
        if not isinstance(item, dict) or item.get("id") != item_id:
            raise ApiError(request, 200, "the result is not the item that was asked for")
        return item
