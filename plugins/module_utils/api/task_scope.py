# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancellation of the attempts of a task. This module is independent of HTTP.

An attempt runs in its own thread, which cannot be stopped from outside. Therefore it checks before each step whether it was cancelled,
and ``cancel`` shuts down the socket that it waits for.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NotSent, Request


class AttemptCancelled(Exception):
    """Raised in the thread of an attempt that was cancelled."""


class Attempt:
    """One attempt at a request, shared by the thread that makes it and the thread that waits for it.

    :param needs_fresh_connection: whether it must open a new connection.
    """

    def __init__(self, needs_fresh_connection: bool = False) -> None:
        self.needs_fresh_connection = needs_fresh_connection
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._is_connecting = False
        self._is_sent = False
        # A duplicate of the socket. TLS takes over the original one, so another thread cannot shut that down.
        self._handle: socket.socket | None = None

    @property
    def was_not_sent(self) -> bool:
        """Return whether no byte of the request was sent, because the attempt was cancelled or failed while connecting."""
        with self._lock:
            return self._is_connecting and not self._is_sent

    def check(self) -> None:
        """Check that the attempt was not cancelled.

        :raises AttemptCancelled: if it was.
        """
        with self._lock:
            self._check()

    def connect(self) -> None:
        """Record that a connection is opened for this attempt.

        :raises AttemptCancelled: if it was cancelled.
        """
        with self._lock:
            self._check()
            self._is_connecting = True

    def hold(self, connected: Any) -> None:
        """Register the socket ``connected`` for ``cancel`` to shut down.

        :raises AttemptCancelled: if the attempt was cancelled.
        """
        with self._lock:
            self._check()
            self._release()
            # shutdown ignores the address family.
            self._handle = socket.fromfd(connected.fileno(), socket.AF_INET, socket.SOCK_STREAM)

    def send(self, connected: Any) -> None:
        """Record that a part of the request is about to be sent over the socket ``connected``.

        :raises AttemptCancelled: if the attempt was cancelled.
        """
        with self._lock:
            self._check()
            is_held = self._handle is not None
            self._is_sent = True
        if not is_held:
            self.hold(connected)

    def cancel(self) -> None:
        """Cancel the attempt: nothing more is sent, and its thread stops waiting."""
        with self._lock:
            self._is_cancelled = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)
            self._release()

    def finish(self) -> None:
        """End the attempt normally, so that ``cancel`` does not shut down a connection that the next attempt uses."""
        with self._lock:
            self._release()

    def _check(self) -> None:
        if self._is_cancelled:
            raise AttemptCancelled

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class TaskScope:
    """The requests of one task. ``end`` must be called when the task ends, for any reason."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_ended = False
        self._attempts: set[Attempt] = set()

    def begin(self, request: Request, needs_fresh_connection: bool = False) -> Attempt:
        """Begin an attempt at ``request``. ``leave`` must be called when it has ended.

        :raises NotSent: if the task has ended.
        """
        with self._lock:
            if self._is_ended:
                raise NotSent(request, "the task has ended")
            attempt = Attempt(needs_fresh_connection)
            self._attempts.add(attempt)
            return attempt

    def leave(self, attempt: Attempt) -> None:
        """Remove an attempt that has ended."""
        with self._lock:
            self._attempts.discard(attempt)

    def end(self) -> None:
        """Cancel all attempts of the task, and refuse new ones."""
        with self._lock:
            self._is_ended = True
            attempts = list(self._attempts)
        for one in attempts:
            one.cancel()
