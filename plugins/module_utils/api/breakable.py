# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP connections that ask before they send: a try that was given up while it connects sends nothing.

The classes are added in front of those of urllib3, whichever these are: plain, TLS, through a proxy, or SOCKS. They use only what
urllib3 1.26 and 2 share.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import threading
from http import HTTPStatus
from typing import Any, Iterator, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import Try

# More than a server has reason to send before one answer.
MAX_INFORMATIONAL_ANSWERS = 16
_running = threading.local()


@contextlib.contextmanager
def running(one_try: Try) -> Iterator[None]:
    """Let the connections that this thread uses belong to ``one_try``."""
    _running.one_try = one_try
    try:
        yield
    finally:
        del _running.one_try


def _current() -> Try:
    # Not in a try, such as when a connection is used without a transport: nobody can give it up.
    return getattr(_running, "one_try", None) or Try()


class FinalAnswer(http.client.HTTPResponse):
    """The answer of a server, without the informational ones before it (RFC 9110, section 15.2).

    ``http.client`` skips only 100 by itself, and as many of them as come.
    """

    def _read_status(self) -> tuple[str, int, str]:
        for _number in range(MAX_INFORMATIONAL_ANSWERS + 1):
            status: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]  # typeshed lists public methods only
            # 101 is final: nobody asked for another protocol.
            if not 100 <= status[1] < 200 or status[1] == HTTPStatus.SWITCHING_PROTOCOLS:
                return status
            # Reads the headers, which have limits of their own.
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException(f"more than {MAX_INFORMATIONAL_ANSWERS} informational answers")


class BreakableConnection:
    """What is added to a connection class of urllib3."""

    response_class = FinalAnswer
    sock: Any
    auto_open: int
    _is_opening = False

    def connect(self) -> None:
        """Connect, with tunnel and TLS, unless the try is given up."""
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
        """Send a part of the request, unless the try is given up. What a tunnel sends while it is opened is no part of it."""
        if self.sock is None and self.auto_open:
            self.connect()
        if self.sock is not None and not self._is_opening:
            _current().send(self.sock)
        super().send(data)  # type: ignore[misc]  # that of http.client


class BreakablePool:
    """What is added to a pool class of urllib3."""

    def _get_conn(self, timeout: Any = None) -> Any:
        found = super()._get_conn(timeout)  # type: ignore[misc]  # that of urllib3
        if not _current().needs_fresh_connection:
            return found
        found.close()
        return self._new_conn()  # type: ignore[attr-defined]  # that of urllib3


@functools.lru_cache(maxsize=None)
def _breakable(pool: Any) -> Any:
    # The names stay, as they are a part of error messages.
    connection = type(pool.ConnectionCls.__name__, (BreakableConnection, pool.ConnectionCls), {})
    return type(pool.__name__, (BreakablePool, pool), {"ConnectionCls": connection})


def make_breakable(pool_classes: Mapping[str, Any]) -> dict[str, Any]:
    """The pool classes of a pool manager, by URL scheme, with connections that ask before they send."""
    return {scheme: _breakable(pool) for scheme, pool in pool_classes.items()}
