# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authenticated client of the Cloudflare API: paths, JSON and retries. Independent of Ansible and of resources."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any, Callable
from urllib.parse import quote

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.envelope import DEFAULT_CODES, Codes, parse_envelope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.plain_client import PlainClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.rate_limit import RateLimiter
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

HINT_UNREACHABLE = "Check the network and proxy settings of the host that runs the task, and base_url if it is set."


def encode_path(*segments: str) -> str:
    """Return a path of percent-encoded ``segments``, so that no segment can change which item is addressed.

    :raises CollectionError: if a path cannot contain one of the segments.
    """
    for segment in segments:
        if not fits_path(segment):
            raise CollectionError(f"{printable(repr(segment), MAX_NAME)} cannot be part of a URL.")
    return "".join("/" + quote(segment, safe="") for segment in segments)


class Client:
    """Thread-safe client for one account.

    ``secrets`` contains all values that must not be shown; callers add to it. ``report_progress`` is called with lines of text during
    long operations; by default they are discarded. Failed calls raise a ``CollectionError``.
    """

    def __init__(
        self,
        connection: Connection,
        transport: Transport | None = None,
        report_progress: Callable[[str], None] | None = None,
        rate_limiter: RateLimiter | None = None,
        written: Written | None = None,
    ) -> None:
        self.account_id = connection.account_id
        self.max_retries = connection.max_retries
        self.rate_limiter = rate_limiter or RateLimiter(connection.rate_limit_wait)
        # Callers that share the transport with another client share this, too.
        self.written = written or Written()
        self.secrets: set[str] = set(connection.secrets)
        self.report_progress = report_progress or (lambda line: None)
        self._connection = connection
        self._transport = transport or Transport(connection)
        self._scope = TaskScope()
        # Requests that got no answer, to detect when one of them is sent again.
        self._unanswered: set[tuple[Request, bytes | None]] = set()

    def end(self) -> None:
        """Cancel the task's requests in all threads, and refuse further ones. Connections stay open."""
        self._scope.end()

    def close(self) -> None:
        """Cancel the task's requests, and close the connections."""
        self.end()
        self._transport.close()

    def for_host(self, base_url: str) -> PlainClient:
        """Return a client for another host. It uses the same connection options, but no credentials."""
        return PlainClient(Transport(replace(self._connection, base_url=base_url, credentials=Credentials({}))), self._scope)

    def call(
        self,
        request: Request,
        body: dict[str, Any] | list[Any] | None = None,
        not_after: float | None = None,
        codes: Codes = DEFAULT_CODES,
    ) -> dict[str, Any]:
        """Send ``request``, with retries if they are allowed, and return the envelope of the answer, which contains ``result``.

        :param not_after: time of the monotonic clock after which the request must not be sent or retried.
        :raises TooLate: if that time has passed.
        """
        payload = None if body is None else json.dumps(body, allow_nan=False).encode("utf-8")
        begun = time.monotonic()
        retry = 0
        maybe_done = False
        while True:
            try:
                return parse_envelope(request, self._exchange(request, payload, not_after), codes)
            except CollectionError as error:
                maybe_done = error.outcome_unknown = maybe_done or error.outcome_unknown
                if not may_retry(request.method, retry, self.max_retries, error) or not self._pause(retry, error):
                    if retry:
                        error.add_remark(f"The task gave up after {retry + 1} attempts in {time.monotonic() - begun:.1f} s.")
                    # Errors that a retry cannot mend, such as an untrusted certificate, have their own hints.
                    if isinstance(error, NoAnswer) and error.transient and not maybe_done:
                        error.add_remark(HINT_UNREACHABLE)
                    raise
            retry += 1

    def _exchange(self, request: Request, payload: bytes | None, not_after: float | None) -> Answer:
        self.rate_limiter.acquire(request)
        headers = None
        try:
            if not_after is not None and time.monotonic() > not_after:
                raise TooLate(request)
            answer = self._send(request, payload)
            headers = answer.headers
        finally:
            self.rate_limiter.release(headers)
        return answer

    def _send(self, request: Request, payload: bytes | None) -> Answer:
        """Make one attempt. If the previous one got no answer, open a new connection, because servers close used ones."""
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
        """Wait before retry number ``retry``. Return ``False`` if the task must not wait that long."""
        # Back off even if the server requests a wait of 0 seconds.
        pause = error.retry_after or backoff(retry)
        if error.retry_after is None and not isinstance(error, RateLimited):
            time.sleep(pause)
            return True
        if self.rate_limiter.block_for(pause):
            return True
        asked = "did not request a waiting time" if error.retry_after is None else f"requested a wait of {pause:.0f} s"
        error.add_remark(f"The server {asked}; {self.rate_limiter.describe()}.")
        return False
