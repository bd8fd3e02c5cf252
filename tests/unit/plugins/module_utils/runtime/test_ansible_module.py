# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program of an ordinary module: its requests end when its output is no longer read."""

from __future__ import annotations

import os
import threading
import time

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NotSent, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import open_attended_client

HERE = Connection("account", Credentials.of_token("invented"))
WITHIN = 5.0


@pytest.fixture(autouse=True)
def real_clock(monkeypatch, waits):
    monkeypatch.undo()


def is_ended(client):
    try:
        client._scope.leave(client._scope.begin(Request("GET", "/x")))
    except NotSent:
        return True
    return False


def test_requests_end_when_nobody_reads_the_output_any_more():
    reader, writer = os.pipe()
    with open_attended_client(HERE, writer) as client:
        assert not is_ended(client)
        os.close(reader)
        deadline = time.monotonic() + WITHIN
        while not is_ended(client) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert is_ended(client)
    os.close(writer)


@pytest.mark.parametrize("kind", ["a file", "a closed descriptor", "the null device", "a pipe"])
def test_requests_continue_while_the_output_is_open(tmp_path, kind):
    reader, pipe = os.pipe()
    output = {
        "a pipe": pipe,
        "a file": os.open(tmp_path / "output", os.O_CREAT | os.O_WRONLY),
        "the null device": os.open(os.devnull, os.O_WRONLY),
    }
    closed = os.dup(pipe)
    os.close(closed)
    with open_attended_client(HERE, output.get(kind, closed)) as client:
        time.sleep(0.1)
        assert not is_ended(client)
    for descriptor in (reader, *output.values()):
        os.close(descriptor)


def test_a_module_works_without_the_watching_thread(monkeypatch):
    def fail(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    with open_attended_client(HERE) as client:
        assert not is_ended(client)
