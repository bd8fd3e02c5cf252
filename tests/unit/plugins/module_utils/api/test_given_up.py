# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was given up never acts: tries that are too late, tasks that have ended, and threads that cannot be started."""

from __future__ import annotations

import contextlib
import os
import socket
import threading

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import breakable, transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.errors import CollectionError, NoAnswer, NotSent, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import GivenUp, TaskScope, Try

GRACE = 0.1
# Longer than a try of one second, with its grace.
TOO_LONG = 1.6
REQUEST = Request("DELETE", "/x")
REAL_START = threading.Thread.start


@pytest.fixture(autouse=True)
def short_grace(monkeypatch):
    monkeypatch.setattr(transport, "GRACE_SECONDS", GRACE)


@pytest.fixture
def of():
    """A builder of connections to an address, with a timeout of one second."""

    def build(base_url, **more):
        return Connection("account", Credentials.of_token("invented"), base_url=base_url, timeout=1, **more)

    return build


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


@pytest.fixture
def tries(monkeypatch):
    """The threads of tries, to wait for their end."""
    started = []

    def start(thread):
        is_try = makes_a_try(thread)
        REAL_START(thread)
        if is_try:
            started.append(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    return started


def makes_a_try(thread):
    return getattr(thread._target, "__func__", None) is transport.Transport._run


def ended(threads):
    for thread in threads:
        thread.join(10)
    return not any(thread.is_alive() for thread in threads)


def test_a_try_that_is_given_up_while_it_looks_a_name_up_is_never_sent(raw_server, of, slow_names, tries):
    with pytest.raises(NoAnswer, match="no connection within 1 s") as caught:
        transport.Transport(of(raw_server.base_url)).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert caught.value.transient
    slow_names.go_on()
    assert ended(tries)
    assert [request for request in raw_server.received if request] == []


def connected_slowly(raw_server):
    """A proxy's step: answer CONNECT byte after byte, so that no single wait is long, then keep what comes."""
    later = []

    def step(connection):
        for byte in b"HTTP/1.1 200 Connection established\r\n\r\n":
            connection.sendall(bytes([byte]))
            threading.Event().wait(0.06)
        later.append(connection.recv(1000))

    raw_server.then(step)
    return later


def test_a_try_that_is_given_up_while_a_proxy_connects_is_never_sent(raw_server, of, monkeypatch, tries):
    connected_slowly(raw_server)
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match="no connection within 1 s") as caught:
        transport.Transport(of("https://api.example.invalid")).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert ended(tries)
    (connect,) = raw_server.received
    assert connect.startswith("CONNECT api.example.invalid:443")


def test_a_proxy_that_accepts_and_says_nothing_is_given_up_on(raw_server, of, monkeypatch, tries):
    raw_server.then(raw_server.hang)
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match=r"timed out|no connection within 1 s") as caught:
        transport.Transport(of("https://api.example.invalid")).send(REQUEST)
    assert not caught.value.outcome_unknown
    assert ended(tries)


def test_a_try_that_is_given_up_in_the_handshake_closes_its_connection(raw_server, of, tries):
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
    assert ended(tries)


def test_a_proxy_that_refuses_has_sent_nothing_on(raw_server, of, monkeypatch):
    raw_server.then(raw_server.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", raw_server.base_url)
    with pytest.raises(NoAnswer, match=r"the proxy failed: .*502") as caught:
        transport.Transport(of("https://api.example.invalid")).send(Request("POST", "/x"), b"{}")
    assert not caught.value.outcome_unknown


def test_a_late_try_changes_nothing_in_the_next_item(raw_server, run_module, gateway, slow_names, tries):
    """The case of the report: a slow try, settled by a second one, must not act on what a later task makes."""
    raw_server.then(raw_server.answer(raw_server.envelope(gateway())), raw_server.answer(raw_server.envelope(gateway())))
    run_module({"id": "a", "base_url": raw_server.base_url, "timeout": 1, "max_retries": 1})
    slow_names.go_on()
    assert ended(tries)
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
    assert ended([*tries, caller])
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


def test_an_interrupted_task_gives_its_try_up(raw_server, of, slow_names, tries, monkeypatch):
    join = threading.Thread.join

    def interrupted(thread, timeout=None):
        assert slow_names.asked.wait(5)
        raise Interruption

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(Interruption), contextlib.closing(Client(of(raw_server.base_url))) as client:
        client.call(REQUEST)
    monkeypatch.setattr(threading.Thread, "join", join)
    slow_names.go_on()
    assert ended(tries)
    assert [request for request in raw_server.received if request] == []


def test_a_thread_that_cannot_be_started_is_a_clear_error_with_nothing_sent(raw_server, run_module, monkeypatch):
    def fail(thread):
        if makes_a_try(thread):
            raise RuntimeError("can't start new thread")
        REAL_START(thread)

    monkeypatch.setattr(threading.Thread, "start", fail)
    result = run_module({"id": "a", "base_url": raw_server.base_url})
    assert "was not sent: can't start new thread; raise the limit of processes (ulimit -u)" in result["msg"]
    assert "defect" not in result["msg"]
    assert raw_server.received == []


class BreaksUsedConnections:
    """A server that answers the first request on each connection and resets the connection at the second."""

    def __init__(self, raw_server, answers):
        self.raw_server = raw_server
        self.answers = list(answers)

    def __call__(self, connection):
        connection.sendall(self.answers.pop(0))
        self.raw_server.received.append(self.raw_server._request(connection))
        self.raw_server.reset(connection)


def kept(body, status="200 OK"):
    """An answer after which the connection stays open."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_create_that_was_reset_is_sent_again_on_a_fresh_connection(raw_server, run_module, gateway):
    missing = b'{"success": false, "errors": [{"code": 7002, "message": "Not found"}]}'
    not_there = kept(missing, "404 Not Found")
    # Read, create (reset), three looks of which every second is reset at first, create on a fresh connection.
    step = BreaksUsedConnections(raw_server, [not_there] * 4 + [kept(raw_server.envelope(gateway()))])
    raw_server.then(*[step] * 5)
    result = run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 2})
    assert result.get("operation") == "created", result
    assert [request.split()[0] for request in raw_server.received if request].count("POST") == 2


def test_a_further_try_goes_out_on_a_fresh_connection_though_others_are_kept(raw_server, of):
    step = BreaksUsedConnections(raw_server, [kept(raw_server.envelope({"number": number})) for number in range(9)])
    raw_server.then(*[step] * 9)
    client = Client(of(raw_server.base_url, max_retries=1))
    both = threading.Barrier(2, timeout=10)
    real = transport.Transport._exchange

    def together(*arguments):
        both.wait()
        return real(*arguments)

    # Two requests at the same time leave two connections behind.
    transport.Transport._exchange, others = together, [threading.Thread(target=client.call, args=(Request("GET", f"/{n}"),)) for n in "ab"]
    try:
        for other in others:
            other.start()
        assert ended(others)
    finally:
        transport.Transport._exchange = real
    assert client.call(Request("GET", "/c"))["success"]


INFORMATIONAL = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"


def test_informational_answers_are_skipped(raw_server, run_module, gateway):
    body = raw_server.envelope(gateway())
    raw_server.then(raw_server.send(INFORMATIONAL + kept(body)))
    assert run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 0}).get("operation") == "unchanged"


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_informational_answers_come_to_an_end(raw_server, of, status):
    endless = f"HTTP/1.1 {status} Odd\r\n\r\n".encode() * (breakable.MAX_INFORMATIONAL_ANSWERS + 1)
    raw_server.then(raw_server.send(endless + kept(b"{}")))
    with pytest.raises(NoAnswer, match="more than 16 informational answers") as caught:
        transport.Transport(of(raw_server.base_url)).send(REQUEST)
    assert caught.value.outcome_unknown


def test_informational_answers_that_trickle_end_with_the_timeout(raw_server, of, tries):
    closed = threading.Event()

    def step(connection):
        with contextlib.suppress(OSError):
            for _number in range(breakable.MAX_INFORMATIONAL_ANSWERS):
                connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                threading.Event().wait(0.3)
        closed.set()

    raw_server.then(step)
    with pytest.raises(NoAnswer, match=r"1 s \(timeout\)"):
        transport.Transport(of(raw_server.base_url)).send(REQUEST)
    assert ended(tries[-1:])
    assert closed.wait(5)


def test_another_protocol_is_no_informational_answer(raw_server, run_module):
    raw_server.then(raw_server.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: odd\r\n\r\n"))
    assert run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 0})["status"] == 101


def test_a_try_that_ended_by_itself_leaves_its_connection_alone():
    one, other = socket.socketpair()
    with one, other:
        ended_try = Try()
        ended_try.send(one)
        ended_try.finish()
        ended_try.give_up()
        one.sendall(b"still open")
        assert other.recv(100) == b"still open"


def test_a_try_whose_connection_is_closed_already_can_be_given_up():
    with socket.socket() as unconnected:
        one_try = Try()
        one_try.send(unconnected)
        one_try.give_up()
        with pytest.raises(GivenUp):
            one_try.send(unconnected)


def test_no_descriptor_is_left_behind(raw_server, of, slow_names, tries):
    slow_names.go_on()
    raw_server.then(*[raw_server.answer(b"{}")] * 20)
    sender = transport.Transport(of(raw_server.base_url))
    sender.send(REQUEST)
    before = len(os.listdir("/proc/self/fd"))
    for _number in range(19):
        sender.send(REQUEST)
    sender.close()
    assert ended(tries)
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_a_scope_that_has_ended_begins_nothing():
    scope = TaskScope()
    begun = scope.begin(REQUEST)
    scope.end()
    with pytest.raises(GivenUp):
        begun.connect()
    with pytest.raises(NotSent):
        scope.begin(REQUEST)
