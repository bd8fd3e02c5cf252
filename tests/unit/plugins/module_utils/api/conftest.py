# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of tests with real connections: connections to servers, and the threads of attempts."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials

GRACE = 0.1
REAL_START = threading.Thread.start


@pytest.fixture
def connection_to(monkeypatch):
    """Return a function that builds a connection to an address, with a timeout of one second and a short grace period."""
    monkeypatch.setattr(transport, "GRACE_SECONDS", GRACE)

    def build(base_url, **more):
        return Connection("account", Credentials.of_token("invented"), base_url=base_url, timeout=1, **more)

    return build


class AttemptThreads(list):
    """The threads of attempts. At most ``limit`` can be started, or any number if it is ``None``."""

    limit = None

    def start(self, thread):
        if getattr(thread._target, "__func__", None) is transport.Transport._run:
            if len(self) == self.limit:
                raise RuntimeError("can't start new thread")
            self.append(thread)
        REAL_START(thread)

    def have_ended(self, *others):
        """Wait for these threads and ``others``, and return whether all have ended."""
        for thread in (*self, *others):
            thread.join(10)
        return not any(thread.is_alive() for thread in (*self, *others))


@pytest.fixture
def attempt_threads(monkeypatch):
    threads = AttemptThreads()

    def start(thread):
        threads.start(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    return threads
