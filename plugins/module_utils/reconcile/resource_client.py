# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations on the items of one kind in one place, such as the custom providers of an account."""

from __future__ import annotations

import time
from typing import Any, Mapping
from urllib.parse import urlencode

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import listing
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client, encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.envelope import Codes
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, CollectionError, NotFound, Request, StaleRead
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.catalog import children
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import KEY_SEPARATOR, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.wire import from_answer, to_body
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, printable

# Maximum number of reads of an item while a replica returns an older copy than this process wrote. With the pauses, up to 15 s.
MAX_STALE_READS = 5
# Statuses of an API that does not have the kind: unknown path, or method not allowed.
KIND_UNKNOWN = (404, 405)


class ParentAbsent(CollectionError):
    """The parent of a new item does not exist."""


class ResourceClient:
    """Operations on the items of a ``resource``. Each item is a dict with its reference, in the form of the field table.

    :param place: values of the resource's ``place`` and ``parent_key``, by name.
    """

    def __init__(self, client: Client, resource: Resource, place: Mapping[str, str] | None = None) -> None:
        self.client = client
        self.resource = resource
        self.place = dict(place or {})
        self._path = ("accounts", client.account_id, *(segment.format_map(self.place) for segment in resource.path))
        self._parent: dict[str, Any] | None = None
        self._shape = listing.Shape(resource.list_at, resource.reference)
        self._codes = Codes(resource.absent_codes, resource.exists_codes, resource.permissions)

    def get(self, identity: str) -> dict[str, Any] | None:
        """Return the item, or ``None`` if it does not exist. The item is never older than what this process wrote.

        :raises StaleRead: if the server repeatedly returns an older copy.
        """
        return self._fresh(identity, is_listed_enough=self.resource.is_listed_whole)

    def find(self, identity: str) -> dict[str, Any] | None:
        """Return the item like ``get``, but without the fields that a listing omits if it is looked up in the listing."""
        return self._fresh(identity, is_listed_enough=True)

    def _fresh(self, identity: str, is_listed_enough: bool) -> dict[str, Any] | None:
        for attempt in range(MAX_STALE_READS):
            if attempt:
                time.sleep(backoff(attempt))
            item = self._look_up(identity, is_listed_enough) if self.resource.is_found_by_key else self._fetch(identity)
            if not self.is_stale(identity, item):
                return item
        if item is not None:
            raise StaleRead(Request("GET", self._path_of(item[self.resource.reference])))
        # The item is absent although this process wrote it, so someone else deleted it.
        self.client.written.forget(self._path_of(identity))
        return None

    def refetch(self, listed: Mapping[str, Any]) -> dict[str, Any] | None:
        """Read an item of the listing individually. Return ``None`` if it no longer exists."""
        identity, item = self.resource.identity_of(listed), self._fetch(listed[self.resource.reference])
        return item if item is None or not self.is_stale(identity, item) else self.get(identity)

    def is_stale(self, identity: str, item: Mapping[str, Any] | None) -> bool:
        """Return whether ``item`` (``None``: absent) is older than what this process wrote. Replicas can lag for a while."""
        return self.client.written.is_newer(self._path_of(identity), item)

    def parent(self) -> dict[str, Any] | None:
        """Return the parent of these items, or ``None`` if it does not exist, or if they belong to the account.

        A listing cannot replace this, because the API returns an empty listing for a parent that does not exist.
        """
        parent = self.resource.parent
        if parent is not None and self._parent is None:
            self._parent = ResourceClient(self.client, parent, self.place).get(self.place[self.resource.place[-1].name])
        return self._parent

    def set_parent(self, parent: Mapping[str, Any]) -> None:
        """Set the parent of these items, so that it is not read again."""
        self._parent = dict(parent)

    @property
    def parent_name(self) -> str:
        """Return the name of the parent for messages."""
        parent, option = self.resource.parent, self.resource.place[-1].name
        return f"{parent.name if parent else ''} {self.place[option]!r}"

    def require_parent(self) -> None:
        """Check that the parent of a new item exists.

        :raises ParentAbsent: if it does not exist.
        """
        if self.resource.parent is not None and self.parent() is None:
            remedy = f"create it before the {self.resource.name}, or correct {self.resource.place[-1].name}"
            raise ParentAbsent(f"Nothing was changed. {self.parent_name} does not exist: {remedy}.")

    def children(self, identity: str) -> list[tuple[ResourceClient, dict[str, Any]]]:
        """Return the children of the item with that ``identity``, each with its client, in the order of their deletion.

        :raises CollectionError: if the children of a kind cannot be read.
        """
        found: list[tuple[ResourceClient, dict[str, Any]]] = []
        for resource in children(self.resource):
            below = ResourceClient(self.client, resource, {**self.place, resource.place[-1].name: identity})
            try:
                found += [(below, item) for item in below.all()]
            except ApiError as error:
                if error.status not in KIND_UNKNOWN:
                    raise
        return found

    def finish(self, outcome: Outcome, check_mode: bool) -> None:
        """Do the remaining work after an item was reconciled. In check mode, only predict it. Most kinds have none."""

    def all(self, search: str = "") -> list[dict[str, Any]]:
        """Return all items, or those that the API finds for ``search``, in the API's order."""
        below = {self.resource.parent_key: self.place[self.resource.parent_key]} if self.resource.parent_key else {}

        def fetch_page(number: int) -> tuple[Request, dict[str, Any]]:
            pages = {"page": number, "per_page": listing.PAGE_SIZE} if self.resource.is_paged else {}
            query = {**pages, **self.resource.list_query, **below, **({"search": search} if search else {})}
            request = Request("GET", encode_path(*self._path) + (f"?{urlencode(query)}" if query else ""))
            return request, self._call(request)

        found = listing.list_items(fetch_page, is_search=bool(search), shape=self._shape)
        here = [item for item in found if all(item.get(name, value) == value for name, value in below.items())]
        return [self._listed(item) for item in here if not self.resource.is_gone(item)]

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create an item from ``body``, which includes its identity, and return the stored item."""
        return self.create_at((), body)

    def create_at(self, below_path: tuple[str, ...], body: dict[str, Any]) -> dict[str, Any]:
        """Create an item like ``create``, but at ``below_path``, which is relative to the path of the items."""
        request = Request("POST", encode_path(*self._path, *below_path))
        below = {self.resource.parent_key: self.place[self.resource.parent_key]} if self.resource.parent_key else {}
        sent: Any = {**to_body(self.resource, body), **below}
        envelope = self._call(request, [sent] if self.resource.is_created_in_list and not below_path else sent)
        item = self._item_of(request, envelope)
        return self._written(self._checked(request, item, self.resource.identity_of(item or {}) == self.resource.identity_of(body)))

    def update(self, current: Mapping[str, Any], body: dict[str, Any], not_after: float | None = None) -> dict[str, Any]:
        """Write ``body`` to the item that is stored as ``current``, and return the stored item. See ``Client.call`` for ``not_after``."""
        reference = current[self.resource.reference]
        request = Request(self.resource.update_verb, self._path_of(reference))
        envelope = self._call(request, to_body(self.resource, body), not_after)
        return self._written(self._referred(request, envelope, reference))

    def delete(self, current: Mapping[str, Any], not_after: float | None = None) -> None:
        """Delete the item that is stored as ``current``. See ``Client.call`` for ``not_after``.

        :raises NotFound: if the item no longer exists.
        """
        self._call(Request("DELETE", self._path_of(current[self.resource.reference])), None, not_after)
        self.client.written.note_deletion(self._path_of(self.resource.identity_of(current)))

    def _fetch(self, reference: str) -> dict[str, Any] | None:
        request = Request("GET", self._path_of(reference))
        try:
            item = self._referred(request, self._call(request), reference)
        except NotFound:
            return None
        return None if self.resource.is_gone(item) else item

    def _look_up(self, identity: str, is_listed_enough: bool) -> dict[str, Any] | None:
        """Return the item with that natural key. The API's search also matches parts of the key, and other fields."""
        search = identity if self.resource.is_searchable else ""
        found = [item for item in self.all(search) if self.resource.identity_of(item) == identity]
        if len(found) > 1:
            raise self.ambiguous(identity, found)
        if not found or is_listed_enough:
            return found[0] if found else None
        return self._fetch(found[0][self.resource.reference])

    def ambiguous(self, identity: str, found: list[dict[str, Any]]) -> ApiError:
        """Return the error for several items with one natural key."""
        references = " and ".join(printable(item[self.resource.reference], MAX_NAME) for item in found[:2])
        names = KEY_SEPARATOR.join(key.name for key in self.resource.keys)
        return ApiError(Request("GET", encode_path(*self._path)), 200, f"{names} {identity!r} is that of {references}")

    def _listed(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return an item of a listing without the settings for which listings have no complete value."""
        unlisted = [field.key for field in self.resource.settings if not field.is_listed]
        return {key: value for key, value in from_answer(self.resource, item).items() if key not in unlisted}

    def _call(self, request: Request, body: Any = None, not_after: float | None = None) -> dict[str, Any]:
        return self.client.call(request, body, not_after, self._codes)

    def _path_of(self, name: str) -> str:
        return encode_path(*self._path, name)

    def _item_of(self, request: Request, envelope: dict[str, Any]) -> dict[str, Any] | None:
        item = listing.value_in(envelope, self.resource.item_at)
        if self.resource.is_created_in_list and request.method == "POST" and isinstance(item, list) and len(item) == 1:
            item = item[0]
        return from_answer(self.resource, item) if isinstance(item, dict) else None

    def _referred(self, request: Request, envelope: dict[str, Any], reference: str) -> dict[str, Any]:
        item = self._item_of(request, envelope)
        return self._checked(request, item, (item or {}).get(self.resource.reference) == reference)

    def _checked(self, request: Request, item: dict[str, Any] | None, is_expected: bool) -> dict[str, Any]:
        """Return the item of an answer.

        :raises ApiError: if it is not the requested item.
        """
        if item is None or not is_expected or not isinstance(item.get(self.resource.reference), str):
            raise ApiError(request, 200, "the result is not the item that was asked for")
        return item

    def _written(self, item: dict[str, Any]) -> dict[str, Any]:
        """Record that this process wrote the item, to recognize an older copy of it."""
        self.client.written.note(self._path_of(self.resource.identity_of(item)), item)
        return item
