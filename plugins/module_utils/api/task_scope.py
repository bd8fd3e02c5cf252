# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancellation of the tries of a task. This module contains no HTTP.

A try runs in its own thread, which cannot be stopped from outside. It stops itself: it checks before each step whether it was given
up, and ``give_up`` shuts down the socket for which it waits.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NotSent, Request


class GivenUp(Exception):
    """Raised in the thread of a try that was given up."""


class Try:
    """One try of a request, shared by the thread that makes it and the thread that waits for it.

    :param needs_fresh_connection: whether it must not reuse a connection.
    """

    def __init__(self, needs_fresh_connection: bool = False) -> None:
        self.needs_fresh_connection = needs_fresh_connection
        self._lock = threading.Lock()
        self._is_given_up = False
        self._is_connecting = False
        self._is_sent = False
        # A duplicate of the socket. The socket itself changes its owner when TLS begins, so another thread cannot shut it down.
        self._handle: socket.socket | None = None

    @property
    def was_not_sent(self) -> bool:
        """Return whether no byte of the request was sent, because the try was given up or failed while it connected."""
        with self._lock:
            return self._is_connecting and not self._is_sent

    def check(self) -> None:
        """Check that the try is still wanted.

        :raises GivenUp: if it was given up.
        """
        with self._lock:
            self._check()

    def connect(self) -> None:
        """Note that a connection is opened for this try.

        :raises GivenUp: if it was given up.
        """
        with self._lock:
            self._check()
            self._is_connecting = True

    def hold(self, connected: Any) -> None:
        """Register the socket ``connected`` for ``give_up`` to shut down.

        :raises GivenUp: if the try was given up.
        """
        with self._lock:
            self._check()
            self._release()
            # shutdown does not use the family.
            self._handle = socket.fromfd(connected.fileno(), socket.AF_INET, socket.SOCK_STREAM)

    def send(self, connected: Any) -> None:
        """Note that a part of the request is about to be sent over the socket ``connected``.

        :raises GivenUp: if the try was given up.
        """
        with self._lock:
            self._check()
            is_held = self._handle is not None
            self._is_sent = True
        if not is_held:
            self.hold(connected)

    def give_up(self) -> None:
        """Cancel the try: nothing more is sent, and its thread stops waiting."""
        with self._lock:
            self._is_given_up = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)
            self._release()

    def finish(self) -> None:
        """End the try normally, so that ``give_up`` does not shut down a connection that the next try uses."""
        with self._lock:
            self._release()

    def _check(self) -> None:
        if self._is_given_up:
            raise GivenUp

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class TaskScope:
    """The requests of one task. ``end`` must be called when the task ends, for any reason."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_ended = False
        self._tries: set[Try] = set()

    def begin(self, request: Request, needs_fresh_connection: bool = False) -> Try:
        """Begin a try of ``request``. ``leave`` must be called when it has ended.

        :raises NotSent: if the task has ended.
        """
        with self._lock:
            if self._is_ended:
                raise NotSent(request, "the task has ended")
            begun = Try(needs_fresh_connection)
            self._tries.add(begun)
            return begun

    def leave(self, ended: Try) -> None:
        """Remove a try that has ended."""
        with self._lock:
            self._tries.discard(ended)

    def end(self) -> None:
        """Cancel all tries of the task, and refuse new ones."""
        with self._lock:
            self._is_ended = True
            tries = list(self._tries)
        for one in tries:
            one.give_up()
