# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancellation: which tries are still wanted, and how the others are broken off. No HTTP in here.

A try runs in a thread of its own, which nothing can stop from outside. It stops itself: it asks here before each step, and the
socket that it waits for is shut down.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NotSent, Request


class GivenUp(Exception):
    """Raised in the thread of a try that nobody waits for any more."""


class Try:
    """One try of a request, shared by the thread that makes it and the one that waits for it.

    ``needs_fresh_connection`` is set if it must not reuse a connection.
    """

    def __init__(self, needs_fresh_connection: bool = False) -> None:
        self.needs_fresh_connection = needs_fresh_connection
        self._lock = threading.Lock()
        self._is_given_up = False
        self._is_connecting = False
        self._is_sent = False
        # A duplicate of the socket in use: that one changes its owner when TLS begins, and cannot be shut down from another thread.
        self._handle: socket.socket | None = None

    @property
    def was_not_sent(self) -> bool:
        """Whether it is certain that no byte of the request went out: it was given up or failed while it connected."""
        with self._lock:
            return self._is_connecting and not self._is_sent

    def check(self) -> None:
        """Continue only if the try is still wanted.

        :raises GivenUp: if it is not.
        """
        with self._lock:
            self._check()

    def connect(self) -> None:
        """Note that a connection is opened for this try.

        :raises GivenUp: if it is not wanted any more.
        """
        with self._lock:
            self._check()
            self._is_connecting = True

    def hold(self, connected: Any) -> None:
        """Let ``give_up`` shut down the socket ``connected``.

        :raises GivenUp: if the try is not wanted any more.
        """
        with self._lock:
            self._check()
            self._release()
            # The family is not used by shutdown.
            self._handle = socket.fromfd(connected.fileno(), socket.AF_INET, socket.SOCK_STREAM)

    def send(self, connected: Any) -> None:
        """Note that a part of the request goes out over the socket ``connected``, immediately before it does.

        :raises GivenUp: if it is not wanted any more.
        """
        with self._lock:
            self._check()
            is_held = self._handle is not None
            self._is_sent = True
        if not is_held:
            self.hold(connected)

    def give_up(self) -> None:
        """Break the try off: nothing more of it goes out, and the thread that makes it wakes up."""
        with self._lock:
            self._is_given_up = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)
            self._release()

    def finish(self) -> None:
        """End the try normally, so that ``give_up`` leaves its connection to the next one."""
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
    """The requests of one task. When the task ends, for whatever reason, ``end`` ends them, and no new one begins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_ended = False
        self._tries: set[Try] = set()

    def begin(self, request: Request, needs_fresh_connection: bool = False) -> Try:
        """Begin a try of ``request``; ``leave`` must be called when it has ended.

        :raises NotSent: if the task has ended.
        """
        with self._lock:
            if self._is_ended:
                raise NotSent(request, "the task has ended")
            begun = Try(needs_fresh_connection)
            self._tries.add(begun)
            return begun

    def leave(self, ended: Try) -> None:
        """Forget a try that has ended."""
        with self._lock:
            self._tries.discard(ended)

    def end(self) -> None:
        """Break off all tries of the task, and let none begin any more."""
        with self._lock:
            self._is_ended = True
            tries = list(self._tries)
        for one in tries:
            one.give_up()
