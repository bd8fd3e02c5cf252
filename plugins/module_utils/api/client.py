# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authenticated client: paths, JSON, retries. It knows Cloudflare, and neither Ansible nor any resource."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any, Callable
from urllib.parse import quote

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.envelope import DEFAULT_CODES, Codes, read_envelope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.plain_client import PlainClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.rate_limit import Pace
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff, may_retry
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import TaskScope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer, Transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import Written
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import (
    CollectionError,
    NoAnswer,
    RateLimited,
    Request,
    TooLate,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, fits_path, printable


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
        self._connection = connection
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

    def elsewhere(self, base_url: str) -> PlainClient:
        """Return a client for another host, which gets no credentials; everything else is as for the API."""
        return PlainClient(Transport(replace(self._connection, base_url=base_url, credentials=Credentials({}))), self._scope)

    def call(
        self,
        request: Request,
        body: dict[str, Any] | list[Any] | None = None,
        not_after: float | None = None,
        codes: Codes = DEFAULT_CODES,
    ) -> dict[str, Any]:
        """Send C(request), again where that is allowed, and return the envelope of the answer, with its C(result).

        :raises TooLate: if its turn, or that of a further try, comes C(not_after) that moment of the monotonic clock.
        """
        payload = None if body is None else json.dumps(body, allow_nan=False).encode("utf-8")
        begun = time.monotonic()
        retry = 0
        maybe_done = False
        while True:
            try:
                return read_envelope(request, self._exchange(request, payload, not_after), codes)
            except CollectionError as error:
                maybe_done = error.outcome_unknown = maybe_done or error.outcome_unknown
                if not may_retry(request.method, retry, self.max_retries, error) or not self._pause(retry, error):
                    if retry:
                        error.add_remark(f"This was try {retry + 1}, after {time.monotonic() - begun:.1f} s.")
                    raise
            retry += 1

    def _exchange(self, request: Request, payload: bytes | None, not_after: float | None) -> Answer:
        self.pace.enter(request)
        headers = None
        try:
            if not_after is not None and time.monotonic() > not_after:
                raise TooLate(request)
            answer = self._send(request, payload)
            headers = answer.headers
        finally:
            self.pace.leave(headers)
        return answer

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
