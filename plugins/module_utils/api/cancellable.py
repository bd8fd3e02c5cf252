# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP connections that check whether the attempt was cancelled before they send data.

The classes extend those of urllib3 for plain connections, TLS, proxies and SOCKS. They use only APIs that urllib3 1.26 and 2 share.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import threading
from http import HTTPStatus
from typing import Any, Iterator, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import Attempt

# More than any server needs to send before an answer.
MAX_INFORMATIONAL_ANSWERS = 16
_running = threading.local()


@contextlib.contextmanager
def running(attempt: Attempt) -> Iterator[None]:
    """Assign the connections that this thread uses to ``attempt``."""
    _running.attempt = attempt
    try:
        yield
    finally:
        del _running.attempt


def _current() -> Attempt:
    # A connection that is used without a transport belongs to no attempt, so it cannot be cancelled.
    return getattr(_running, "attempt", None) or Attempt()


class FinalAnswer(http.client.HTTPResponse):
    """The final answer of a server, without the informational ones before it (RFC 9110, section 15.2).

    ``http.client`` skips only those with status 100, and does not limit their number.
    """

    def _read_status(self) -> tuple[str, int, str]:
        for _number in range(MAX_INFORMATIONAL_ANSWERS + 1):
            status: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]  # typeshed lists public methods only
            # 101 is final, because no request upgrades to another protocol.
            if not 100 <= status[1] < 200 or status[1] == HTTPStatus.SWITCHING_PROTOCOLS:
                return status
            # http.client limits the number and length of the headers.
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException(f"more than {MAX_INFORMATIONAL_ANSWERS} informational answers")


class CancellableConnection:
    """Extension of a connection class of urllib3."""

    response_class = FinalAnswer
    sock: Any
    auto_open: int
    _is_opening = False

    def connect(self) -> None:
        """Connect, including tunnel and TLS.

        :raises AttemptCancelled: if the attempt was cancelled.
        """
        _current().connect()
        self._is_opening = True
        try:
            super().connect()  # type: ignore[misc]  # that of urllib3
        finally:
            self._is_opening = False

    def _new_conn(self) -> Any:
        connected = super()._new_conn()  # type: ignore[misc]  # that of urllib3
        try:
            _current().hold(connected)
        except BaseException:
            connected.close()
            raise
        return connected

    def send(self, data: Any) -> None:
        """Send a part of the request, or of the tunnel setup.

        :raises AttemptCancelled: if the attempt was cancelled.
        """
        if self.sock is None and self.auto_open:
            self.connect()
        # The tunnel setup is not part of the request.
        if self.sock is not None and not self._is_opening:
            _current().send(self.sock)
        super().send(data)  # type: ignore[misc]  # that of http.client


class CancellablePool:
    """Extension of a pool class of urllib3."""

    def _get_conn(self, timeout: Any = None) -> Any:
        found = super()._get_conn(timeout)  # type: ignore[misc]  # that of urllib3
        if not _current().needs_fresh_connection:
            return found
        found.close()
        return self._new_conn()  # type: ignore[attr-defined]  # that of urllib3


@functools.lru_cache(maxsize=None)
def _cancellable(pool: Any) -> Any:
    # Keep the names, because urllib3 includes them in error messages.
    connection = type(pool.ConnectionCls.__name__, (CancellableConnection, pool.ConnectionCls), {})
    return type(pool.__name__, (CancellablePool, pool), {"ConnectionCls": connection})


def make_cancellable(pool_classes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pool classes of a pool manager by URL scheme, with connections that can be cancelled."""
    return {scheme: _cancellable(pool) for scheme, pool in pool_classes.items()}
