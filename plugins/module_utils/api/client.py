# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authenticated client: paths, JSON, retries. It knows Cloudflare, and nothing of Ansible or of gateways."""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Mapping, Sequence
from urllib.parse import quote, urlencode

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import listing
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.envelope import read_envelope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.errors import (
    ApiError,
    CollectionError,
    NoAnswer,
    NotFound,
    RateLimited,
    Request,
    StaleRead,
    TooLate,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.rate_limit import Pace
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff, may_retry
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import TaskScope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer, Transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import Written
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, fits_path, printable

# Maximum number of times that an item is read while a replica shows an older copy than this process wrote. With the pauses, up to 15 s.
MAX_STALE_READS = 5


def encode_path(*segments: str) -> str:
    """A path of C(segments), each percent-encoded, so that none can change which item is addressed.

    :raises CollectionError: for one that no path can have.
    """
    for segment in segments:
        if not fits_path(segment):
            raise CollectionError(f"{printable(repr(segment), MAX_NAME)} cannot be part of a URL.")
    return "".join("/" + quote(segment, safe="") for segment in segments)


class Client:
    """Makes calls for one account, from any number of threads.

    C(secrets) holds every value that must not be shown; callers add to it. C(tell) is called with a line of text now and then
    while work takes long; it shows nothing where nobody could see it.

    :raises CollectionError: from every call, for every failure.
    """

    def __init__(
        self,
        connection: Connection,
        transport: Transport | None = None,
        tell: Callable[[str], None] | None = None,
        pace: Pace | None = None,
        written: Written | None = None,
    ) -> None:
        self.account_id = connection.account_id
        self.max_retries = connection.max_retries
        self.pace = pace or Pace(connection.rate_limit_wait)
        # A caller that keeps the transport for another client keeps this too.
        self.written = written or Written()
        self.secrets: set[str] = set(connection.secrets)
        self.tell = tell or (lambda line: None)
        self._transport = transport or Transport(connection)
        self._scope = TaskScope()
        # Requests that got no answer, to notice when one is sent again.
        self._unanswered: set[tuple[Request, bytes | None]] = set()

    def end(self) -> None:
        """End the task's requests, in whatever thread: those under way are broken off, and no further one is sent. Connections stay."""
        self._scope.end()

    def close(self) -> None:
        """End the task's requests, and close the connections."""
        self.end()
        self._transport.close()

    def items(self, path: Sequence[str]) -> Items:
        """The collection of items at C(path) below the account, such as C(("ai-gateway", "gateways"))."""
        return Items(self, path)

    def call(self, request: Request, body: dict[str, Any] | None = None, not_after: float | None = None) -> dict[str, Any]:
        """Send C(request), again where that is allowed, and return the envelope of the answer, with its C(result).

        :raises TooLate: if its turn, or that of a further try, comes C(not_after) that moment of the monotonic clock.
        """
        payload = None if body is None else json.dumps(body, allow_nan=False).encode("utf-8")
        begun = time.monotonic()
        retry = 0
        maybe_done = False
        while True:
            try:
                return self._exchange(request, payload, not_after)
            except CollectionError as error:
                maybe_done = error.outcome_unknown = maybe_done or error.outcome_unknown
                if not may_retry(request.method, retry, self.max_retries, error) or not self._pause(retry, error):
                    if retry:
                        error.add_remark(f"This was try {retry + 1}, after {time.monotonic() - begun:.1f} s.")
                    raise
            retry += 1

    def _exchange(self, request: Request, payload: bytes | None, not_after: float | None) -> dict[str, Any]:
        self.pace.enter(request)
        headers = None
        try:
            if not_after is not None and time.monotonic() > not_after:
                raise TooLate(request)
            answer = self._send(request, payload)
            headers = answer.headers
        finally:
            self.pace.leave(headers)
        return read_envelope(request, answer)

    def _send(self, request: Request, payload: bytes | None) -> Answer:
        """Make one try. After one that got no answer, the next goes out on a fresh connection, as servers break used ones."""
        key = (request, payload)
        is_again = key in self._unanswered
        try:
            answer = self._transport.send(request, payload, scope=self._scope, fresh=is_again)
        except NoAnswer:
            self._unanswered.add(key)
            raise
        self._unanswered.discard(key)
        return answer

    def _pause(self, retry: int, error: CollectionError) -> bool:
        """Wait as long as it takes before further try number C(retry). False if the task may not wait so long."""
        # A server that asks for no wait at all is not taken at its word.
        pause = error.retry_after or backoff(retry)
        if error.retry_after is None and not isinstance(error, RateLimited):
            time.sleep(pause)
            return True
        if self.pace.close(pause):
            return True
        asked = "does not say how long to wait" if error.retry_after is None else f"asks to wait {pause:.0f} s"
        error.add_remark(f"The server {asked}; {self.pace.account()}.")
        return False


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

        return listing.list_items(fetch_page)

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
