# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that were given up never act: late tries, ended tasks, and threads that cannot be started."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from dataclasses import replace

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import cancellable, transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import Attempt, AttemptCancelled, TaskScope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, NoAnswer, NotSent, Request

REQUEST = Request("DELETE", "/x")


class SlowNames:
    """Stands for a name server: the first look-up takes until ``go_on`` is called."""

    def __init__(self, monkeypatch):
        self._real = socket.getaddrinfo
        self._is_asked = False
        self._answers = threading.Event()
        self.asked = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def go_on(self):
        self._answers.set()

    def _look_up(self, *arguments, **keywords):
        if not self._is_asked:
            self._is_asked = True
            self.asked.set()
            self._answers.wait(10)
        return self._real(*arguments, **keywords)


@pytest.fixture
def slow_names(monkeypatch):
    return SlowNames(monkeypatch)


def test_an_attempt_that_is_cancelled_while_it_looks_a_name_up_is_never_sent(raw_server, of, slow_names, tries):
    with pytest.raises(NoAnswer, match="no connection within 1 s") as caught:
        transport.Transport(of(raw_server.base_url)).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert caught.value.transient
    slow_names.go_on()
    assert tries.have_ended()
    assert [request for request in raw_server.received if request] == []


def connected_slowly(raw_server):
    """Return a proxy's step: answer CONNECT byte after byte, so that no single wait is long, then keep what comes."""
    later = []

    def step(connection):
        for byte in b"HTTP/1.1 200 Connection established\r\n\r\n":
            connection.sendall(bytes([byte]))
            threading.Event().wait(0.06)
        later.append(connection.recv(1000))

    raw_server.then(step)
    return later


def test_an_attempt_that_is_cancelled_while_a_proxy_connects_is_never_sent(raw_server, of, monkeypatch, tries):
    connected_slowly(raw_server)
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match="no connection within 1 s") as caught:
        transport.Transport(of("https://api.example.invalid")).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert tries.have_ended()
    (connect,) = raw_server.received
    assert connect.startswith("CONNECT api.example.invalid:443")


def test_a_proxy_that_accepts_and_says_nothing_is_abandoned(raw_server, of, monkeypatch, tries):
    raw_server.then(raw_server.hang)
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match=r"timed out|no connection within 1 s") as caught:
        transport.Transport(of("https://api.example.invalid")).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert tries.have_ended()


def test_an_attempt_that_is_cancelled_in_the_handshake_closes_its_connection(raw_server, of, tries):
    closed = threading.Event()

    def step(connection):
        with contextlib.suppress(OSError):
            while connection.recv(1000):
                pass
        closed.set()

    raw_server.then(step)
    with pytest.raises(NoAnswer, match="no connection within 1 s") as caught:
        transport.Transport(of(f"https://127.0.0.1:{raw_server.port}")).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert closed.wait(5)
    assert tries.have_ended()


@pytest.mark.parametrize("proxy", [True, False])
def test_a_task_that_ends_wakes_what_still_connects(raw_server, of, monkeypatch, tries, proxy):
    asked = threading.Event()

    def step(connection):
        asked.set()
        raw_server.hang(connection)

    raw_server.then(step)
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    client = Client(replace(of(f"https://127.0.0.1:{raw_server.port}"), timeout=30, max_retries=0))

    def call():
        with contextlib.suppress(CollectionError):
            client.call(REQUEST)

    caller = threading.Thread(target=call)
    caller.start()
    assert asked.wait(5)
    client.end()
    # The timeout to connect is ten seconds.
    caller.join(3)
    assert not caller.is_alive()
    assert tries.have_ended()


def test_an_attempt_that_is_cancelled_sends_nothing_on_a_kept_connection(raw_server, of):
    raw_server.then(lambda connection: [connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), raw_server.hang(connection)])
    sender = transport.Transport(of(raw_server.base_url))
    sender.send(REQUEST)
    late = Attempt()
    late.cancel()
    with cancellable.running(late), pytest.raises(AttemptCancelled):
        sender._exchange(REQUEST, None, {})
    # On a connection of its own it would have been seen.
    assert len(raw_server.received) == 1


def test_a_proxy_that_refuses_has_sent_nothing_on(raw_server, of, monkeypatch):
    raw_server.then(raw_server.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match=r"the proxy failed: .*502") as caught:
        transport.Transport(of("https://api.example.invalid")).send(Request("POST", "/x"), b"{}")
    assert not caught.value.outcome_unknown


def test_a_late_attempt_changes_nothing_in_the_next_item(raw_server, run_module, gateway, slow_names, tries):
    """The case of the report: a slow try, settled by a second one, must not act on what a later task makes."""
    raw_server.then(raw_server.answer(raw_server.envelope(gateway())), raw_server.answer(raw_server.envelope(gateway())))
    run_module({"id": "a", "base_url": raw_server.base_url, "timeout": 1, "max_retries": 1})
    slow_names.go_on()
    assert tries.have_ended()
    assert len([request for request in raw_server.received if request]) == 1


def test_a_task_that_ends_breaks_off_what_connects_and_lets_nothing_begin(raw_server, of, slow_names, tries):
    client = Client(of(raw_server.base_url))
    found = []

    def call():
        with pytest.raises(CollectionError) as caught:
            client.call(REQUEST)
        found.append(caught.value)

    caller = threading.Thread(target=call)
    caller.start()
    assert slow_names.asked.wait(5)
    client.end()
    slow_names.go_on()
    assert tries.have_ended(caller)
    assert "DELETE /x was not sent: the task has ended." in str(found[0])
    with pytest.raises(NotSent, match="the task has ended"):
        client.call(REQUEST)
    assert [request for request in raw_server.received if request] == []


def test_a_task_that_ends_wakes_what_waits_for_an_answer_and_nothing_is_repeated(raw_server, of, tries, monkeypatch):
    asked = threading.Event()

    def step(connection):
        asked.set()
        raw_server.hang(connection)

    raw_server.then(step)
    client = Client(of(raw_server.base_url))

    def call():
        with contextlib.suppress(CollectionError):
            client.call(REQUEST)

    caller = threading.Thread(target=call)
    caller.start()
    assert asked.wait(5)
    client.end()
    caller.join(0.9)
    assert not caller.is_alive()
    assert len(raw_server.received) == 1


class Interruption(BaseException):
    """Stands for what Ansible raises when a task has run for as long as it may."""


def test_an_interrupted_task_gives_up_its_attempt(raw_server, of, slow_names, tries, monkeypatch):
    join = threading.Thread.join

    def interrupted(thread, timeout=None):
        assert slow_names.asked.wait(5)
        raise Interruption

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(Interruption), contextlib.closing(Client(of(raw_server.base_url))) as client:
        client.call(REQUEST)
    monkeypatch.setattr(threading.Thread, "join", join)
    slow_names.go_on()
    assert tries.have_ended()
    assert [request for request in raw_server.received if request] == []


def test_a_thread_that_cannot_be_started_is_a_clear_error_with_nothing_sent(raw_server, run_module, tries):
    tries.limit = 0
    result = run_module({"id": "a", "base_url": raw_server.base_url})
    assert "was not sent: can't start new thread; raise the limit of processes (ulimit -u)" in result["msg"]
    assert "defect" not in result["msg"]
    assert raw_server.received == []


def test_an_attempt_that_ended_by_itself_leaves_its_connection_alone():
    one, other = socket.socketpair()
    with one, other:
        ended_attempt = Attempt()
        ended_attempt.send(one)
        ended_attempt.finish()
        ended_attempt.cancel()
        one.sendall(b"still open")
        assert other.recv(100) == b"still open"


def test_an_attempt_whose_connection_is_closed_already_can_be_cancelled():
    with socket.socket() as unconnected:
        attempt = Attempt()
        attempt.send(unconnected)
        attempt.cancel()
        with pytest.raises(AttemptCancelled):
            attempt.send(unconnected)


def test_no_descriptor_is_left_behind(raw_server, of, slow_names, tries):
    slow_names.go_on()
    raw_server.then(*[raw_server.answer(b"{}")] * 20)
    sender = transport.Transport(of(raw_server.base_url))
    sender.send(REQUEST)
    before = len(os.listdir("/proc/self/fd"))
    for _number in range(19):
        sender.send(REQUEST)
    sender.close()
    assert tries.have_ended()
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_a_scope_that_has_ended_begins_nothing():
    scope = TaskScope()
    begun = scope.begin(REQUEST)
    scope.end()
    with pytest.raises(AttemptCancelled):
        begun.connect()
    with pytest.raises(NotSent):
        scope.begin(REQUEST)
