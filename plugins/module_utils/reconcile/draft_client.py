# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations on items with drafts: read live items and drafts, stage changes, and commit them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, Mapping, NamedTuple
from urllib.parse import urlencode

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, NotFound, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Drafts
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.wire import to_body


class Stored(NamedTuple):
    """The live items, and the drafts of new and changed items, each by reference."""

    live: dict[str, dict[str, Any]]
    drafts: dict[str, dict[str, Any]]


class DraftClient(ResourceClient):
    """Operations on the items of a resource with ``drafts``."""

    @property
    def drafts(self) -> Drafts:
        """Return the description of the resource's drafts."""
        if self.resource.drafts is None:
            raise TypeError(f"a {self.resource.name} has no drafts")
        return self.resource.drafts

    def stored(self) -> Stored:
        """Read the live items and the drafts. If there are no drafts, this takes one request."""
        key = self.resource.reference
        listed = self.all()
        drafts = {item[key]: self._without_flags(item) for item in listed if self._is_draft(item)}
        if drafts:
            # The listing contains drafts in place of the live items.
            listed = ResourceClient(self.client, replace(self.resource, list_query={}), self.place).all()
        return Stored({item[key]: item for item in listed if not self._is_draft(item)}, drafts)

    def stage_new(self, body: Mapping[str, Any], is_live: bool = False) -> dict[str, Any]:
        """Create a draft of a new item, or the item itself if ``is_live``, and return it."""
        request = self._request("POST", is_live)
        item = self._item_of(request, self._call(request, to_body(self.resource, body)))
        same_key = self.resource.identity_of(item or {}) == self.resource.identity_of(body)
        return self._without_flags(self._checked(request, item, same_key))

    def stage_update(self, reference: str, body: Mapping[str, Any], is_live: bool = False) -> None:
        """Stage an update of a live item with ``body``, or update the item itself if ``is_live``. The answer does not contain the item."""
        self._call(self._request("PUT", is_live, reference), to_body(self.resource, body))

    def commit(self) -> None:
        """Make all drafts live. If this fails, some of them may be live."""
        self._call(Request("POST", encode_path(*self._path, *self.drafts.commit_path)))

    def query(self, name: str, body: dict[str, Any], part: str) -> dict[str, Any]:
        """Send a POST that changes nothing, and return its result, which contains ``part``. Some servers send it without an envelope."""
        request = Request("POST", encode_path(*self._path, name))
        answer = self.client.call(request, body, codes=self._codes._replace(bare=part))
        found = answer if part in answer else answer.get("result")
        if not isinstance(found, dict) or not isinstance(found.get(part), dict):
            raise ApiError(request, 200, f"the result has no {part}")
        return found

    def remove(self, reference: str) -> None:
        """Delete an item, live or not, with its draft. It is no error if the item no longer exists."""
        with suppress(NotFound):
            self._call(Request("DELETE", self._path_of(reference)))

    def _request(self, method: str, is_live: bool, *below: str) -> Request:
        query = f"?{urlencode(self.drafts.commit_query)}" if is_live else ""
        return Request(method, encode_path(*self._path, *below) + query)

    def _is_draft(self, item: Mapping[str, Any]) -> bool:
        return any(item.get(flag) is True for flag in self.drafts.flags)

    def _without_flags(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in item.items() if name not in self.drafts.flags}
