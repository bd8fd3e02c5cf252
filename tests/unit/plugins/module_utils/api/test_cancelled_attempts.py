# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancelled requests have no effect: late attempts, ended tasks, and threads that cannot be started."""

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


class SlowResolver:
    """A fake name resolver. The first lookup blocks until ``resume`` is called."""

    def __init__(self, monkeypatch):
        self._real = socket.getaddrinfo
        self._is_called = False
        self._is_resumed = threading.Event()
        self.called = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", self._resolve)

    def resume(self):
        self._is_resumed.set()

    def _resolve(self, *arguments, **keywords):
        if not self._is_called:
            self._is_called = True
            self.called.set()
            self._is_resumed.wait(10)
        return self._real(*arguments, **keywords)


@pytest.fixture
def slow_resolver(monkeypatch):
    return SlowResolver(monkeypatch)


def test_an_attempt_that_is_cancelled_during_name_resolution_is_never_sent(raw_server, connection_to, slow_resolver, attempt_threads):
    with pytest.raises(NoAnswer, match="no connection within 1 s") as caught:
        transport.Transport(connection_to(raw_server.base_url)).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert caught.value.transient
    slow_resolver.resume()
    assert attempt_threads.have_ended()
    assert [request for request in raw_server.received if request] == []


def add_slow_proxy_step(raw_server):
    """Add a proxy's step: answer CONNECT byte by byte, so that no single wait is long. Return the list of the data received after it."""
    later = []

    def step(connection):
        for byte in b"HTTP/1.1 200 Connection established\r\n\r\n":
            connection.sendall(bytes([byte]))
            threading.Event().wait(0.06)
        later.append(connection.recv(1000))

    raw_server.then(step)
    return later


def test_an_attempt_that_is_cancelled_while_a_proxy_connects_is_never_sent(raw_server, connection_to, monkeypatch, attempt_threads):
    add_slow_proxy_step(raw_server)
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match="no connection within 1 s") as caught:
        transport.Transport(connection_to("https://api.example.invalid")).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert attempt_threads.have_ended()
    (connect,) = raw_server.received
    assert connect.startswith("CONNECT api.example.invalid:443")


def test_a_proxy_that_accepts_but_never_answers_causes_a_timeout(raw_server, connection_to, monkeypatch, attempt_threads):
    raw_server.then(raw_server.hang)
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match=r"timed out|no connection within 1 s") as caught:
        transport.Transport(connection_to("https://api.example.invalid")).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert attempt_threads.have_ended()


def test_an_attempt_that_is_cancelled_in_the_handshake_closes_its_connection(raw_server, connection_to, attempt_threads):
    closed = threading.Event()

    def step(connection):
        with contextlib.suppress(OSError):
            while connection.recv(1000):
                pass
        closed.set()

    raw_server.then(step)
    with pytest.raises(NoAnswer, match="no connection within 1 s") as caught:
        transport.Transport(connection_to(f"https://127.0.0.1:{raw_server.port}")).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert closed.wait(5)
    assert attempt_threads.have_ended()


@pytest.mark.parametrize("proxy", [True, False])
def test_the_end_of_a_task_interrupts_connecting(raw_server, connection_to, monkeypatch, attempt_threads, proxy):
    received = threading.Event()

    def step(connection):
        received.set()
        raw_server.hang(connection)

    raw_server.then(step)
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    client = Client(replace(connection_to(f"https://127.0.0.1:{raw_server.port}"), timeout=30, max_retries=0))

    def call():
        with contextlib.suppress(CollectionError):
            client.call(REQUEST)

    caller = threading.Thread(target=call)
    caller.start()
    assert received.wait(5)
    client.end()
    # The timeout to connect is ten seconds.
    caller.join(3)
    assert not caller.is_alive()
    assert attempt_threads.have_ended()


def test_an_attempt_that_is_cancelled_sends_nothing_on_a_kept_connection(raw_server, connection_to):
    raw_server.then(lambda connection: [connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), raw_server.hang(connection)])
    sender = transport.Transport(connection_to(raw_server.base_url))
    sender.send(REQUEST)
    late = Attempt()
    late.cancel()
    with cancellable.running(late), pytest.raises(AttemptCancelled):
        sender._exchange(REQUEST, None, {})
    # A request on a new connection would have been recorded.
    assert len(raw_server.received) == 1


def test_a_proxy_that_refuses_has_forwarded_nothing(raw_server, connection_to, monkeypatch):
    raw_server.then(raw_server.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match=r"the proxy failed: .*502") as caught:
        transport.Transport(connection_to("https://api.example.invalid")).send(Request("POST", "/x"), b"{}")
    assert not caught.value.outcome_unknown


def test_a_late_attempt_changes_nothing_in_the_next_item(raw_server, run_module, gateway, slow_resolver, attempt_threads):
    """The reported case: a slow attempt, whose request succeeded in a second one, must not affect the items of a later task."""
    raw_server.then(raw_server.answer(raw_server.envelope(gateway())), raw_server.answer(raw_server.envelope(gateway())))
    run_module({"id": "a", "base_url": raw_server.base_url, "timeout": 1, "max_retries": 1})
    slow_resolver.resume()
    assert attempt_threads.have_ended()
    assert len([request for request in raw_server.received if request]) == 1


def test_the_end_of_a_task_cancels_connecting_requests_and_refuses_new_ones(raw_server, connection_to, slow_resolver, attempt_threads):
    client = Client(connection_to(raw_server.base_url))
    found = []

    def call():
        with pytest.raises(CollectionError) as caught:
            client.call(REQUEST)
        found.append(caught.value)

    caller = threading.Thread(target=call)
    caller.start()
    assert slow_resolver.called.wait(5)
    client.end()
    slow_resolver.resume()
    assert attempt_threads.have_ended(caller)
    assert "DELETE /x was not sent: the task has ended." in str(found[0])
    with pytest.raises(NotSent, match="the task has ended"):
        client.call(REQUEST)
    assert [request for request in raw_server.received if request] == []


def test_the_end_of_a_task_interrupts_waiting_for_an_answer_without_a_retry(raw_server, connection_to, attempt_threads, monkeypatch):
    received = threading.Event()

    def step(connection):
        received.set()
        raw_server.hang(connection)

    raw_server.then(step)
    client = Client(connection_to(raw_server.base_url))

    def call():
        with contextlib.suppress(CollectionError):
            client.call(REQUEST)

    caller = threading.Thread(target=call)
    caller.start()
    assert received.wait(5)
    client.end()
    caller.join(0.9)
    assert not caller.is_alive()
    assert len(raw_server.received) == 1


class Interruption(BaseException):
    """A stand-in for the exception that Ansible raises when a task exceeds its timeout."""


def test_an_interrupted_task_cancels_its_attempt(raw_server, connection_to, slow_resolver, attempt_threads, monkeypatch):
    join = threading.Thread.join

    def interrupted(thread, timeout=None):
        assert slow_resolver.called.wait(5)
        raise Interruption

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(Interruption), contextlib.closing(Client(connection_to(raw_server.base_url))) as client:
        client.call(REQUEST)
    monkeypatch.setattr(threading.Thread, "join", join)
    slow_resolver.resume()
    assert attempt_threads.have_ended()
    assert [request for request in raw_server.received if request] == []


def test_a_thread_that_cannot_be_started_is_a_clear_error_with_nothing_sent(raw_server, run_module, attempt_threads):
    attempt_threads.limit = 0
    result = run_module({"id": "a", "base_url": raw_server.base_url})
    assert "was not sent: can't start new thread; raise the limit of processes (ulimit -u)" in result["msg"]
    assert "defect" not in result["msg"]
    assert raw_server.received == []


def test_cancelling_a_finished_attempt_keeps_its_connection():
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


def test_no_descriptor_is_leaked(raw_server, connection_to, slow_resolver, attempt_threads):
    slow_resolver.resume()
    raw_server.then(*[raw_server.answer(b"{}")] * 20)
    sender = transport.Transport(connection_to(raw_server.base_url))
    sender.send(REQUEST)
    before = len(os.listdir("/proc/self/fd"))
    for _number in range(19):
        sender.send(REQUEST)
    sender.close()
    assert attempt_threads.have_ended()
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_a_scope_that_has_ended_starts_no_attempt():
    scope = TaskScope()
    attempt = scope.begin(REQUEST)
    scope.end()
    with pytest.raises(AttemptCancelled):
        attempt.connect()
    with pytest.raises(NotSent):
        scope.begin(REQUEST)
