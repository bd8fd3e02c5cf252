# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The items of one collection below an account: the verbs on them, and what this process wrote."""

from __future__ import annotations

import time
from typing import Any, Mapping
from urllib.parse import urlencode

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import listing
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client, encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, NotFound, Request, StaleRead
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import REFERENCE, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, printable

# Maximum number of times that an item is read while a replica shows an older copy than this process wrote. With the pauses, up to 15 s.
MAX_STALE_READS = 5


class Items:
    """The verbs on the items of a ``resource``. Each item is a dict with its reference as ``id``."""

    def __init__(self, client: Client, resource: Resource) -> None:
        self.client = client
        self.resource = resource
        self._path = ("accounts", client.account_id, *resource.path)

    def get(self, identity: str) -> dict[str, Any] | None:
        """Return the item, or ``None`` if it does not exist; never a copy that is older than what this process wrote.

        :raises StaleRead: if the server goes on to answer with an older copy.
        """
        for attempt in range(MAX_STALE_READS):
            if attempt:
                time.sleep(backoff(attempt))
            item = self._find(identity) if self.resource.is_found_by_key else self._read(identity)
            if not self.is_stale(identity, item):
                return item
        if item is not None:
            raise StaleRead(Request("GET", self._path_of(item[REFERENCE])))
        # Somebody else deleted it.
        self.client.written.forget(self._path_of(identity))
        return None

    def is_stale(self, identity: str, item: Mapping[str, Any] | None) -> bool:
        """Return whether ``item`` (``None``: absent) is older than what this process wrote, as replicas answer for a while."""
        return self.client.written.is_newer(self._path_of(identity), item)

    def all(self, search: str = "") -> list[dict[str, Any]]:
        """Return all items, or those that the API finds by ``search``, in the API's order."""

        def fetch_page(number: int) -> tuple[Request, dict[str, Any]]:
            query = {"page": number, "per_page": listing.PAGE_SIZE, **({"search": search} if search else {})}
            request = Request("GET", f"{encode_path(*self._path)}?{urlencode(query)}")
            return request, self.client.call(request)

        return listing.list_items(fetch_page, is_search=bool(search))

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create the item that ``body`` describes, its identity included, and return it as stored."""
        request, key = Request("POST", encode_path(*self._path)), self.resource.id.key
        return self._written(_checked(request, key, body[key], self.client.call(request, body)))

    def update(self, current: Mapping[str, Any], body: dict[str, Any], not_after: float | None = None) -> dict[str, Any]:
        """Write ``body`` to the item that is stored as ``current``, and return it as stored; ``not_after`` as of ``call``."""
        reference = current[REFERENCE]
        request = Request(self.resource.update_verb, self._path_of(reference))
        return self._written(_checked(request, REFERENCE, reference, self._call(request, body, not_after)))

    def delete(self, current: Mapping[str, Any], not_after: float | None = None) -> None:
        """Delete the item that is stored as ``current``; ``not_after`` as of ``call``.

        One that is gone already is an error (``NotFound``), for the caller to judge.
        """
        self._call(Request("DELETE", self._path_of(current[REFERENCE])), None, not_after)
        self.client.written.note_deletion(self._path_of(self.resource.identity_of(current)))

    def _read(self, reference: str) -> dict[str, Any] | None:
        request = Request("GET", self._path_of(reference))
        try:
            return _checked(request, REFERENCE, reference, self._call(request))
        except NotFound:
            return None

    def _find(self, identity: str) -> dict[str, Any] | None:
        """Return the item with that natural key. The API's search also finds parts of it, and other fields."""
        found = [item for item in self.all(search=identity) if self.resource.identity_of(item) == identity]
        if len(found) > 1:
            references = " and ".join(printable(item[REFERENCE], MAX_NAME) for item in found[:2])
            raise ApiError(Request("GET", encode_path(*self._path)), 200, f"{self.resource.id.name} {identity!r} is that of {references}")
        if not found or self.resource.is_listed_whole:
            return found[0] if found else None
        return self._read(found[0][REFERENCE])

    def _call(self, request: Request, body: dict[str, Any] | None = None, not_after: float | None = None) -> dict[str, Any]:
        return self.client.call(request, body, not_after, self.resource.absent_codes)

    def _path_of(self, name: str) -> str:
        return encode_path(*self._path, name)

    def _written(self, item: dict[str, Any]) -> dict[str, Any]:
        """Note that this process wrote the item, to recognize an older copy of it."""
        self.client.written.note(self._path_of(self.resource.identity_of(item)), item)
        return item


def _checked(request: Request, name: str, expected: str, envelope: dict[str, Any]) -> dict[str, Any]:
    """Return the item of an answer, if its field ``name`` shows that it is the one that was asked for."""
    item = envelope.get("result")
    if not isinstance(item, dict) or item.get(name) != expected or not isinstance(item.get(REFERENCE), str):
        raise ApiError(request, 200, "the result is not the item that was asked for")
    return item
