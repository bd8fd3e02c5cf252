# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of repeated requests, and informational answers before the final one."""

from __future__ import annotations

import contextlib
import threading

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import cancellable, transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NoAnswer, Request

REQUEST = Request("DELETE", "/x")


class BreaksUsedConnections:
    """A server that answers the first request on each connection and resets the connection at the second."""

    def __init__(self, raw_server, answers):
        self.raw_server = raw_server
        self.answers = list(answers)

    def __call__(self, connection):
        connection.sendall(self.answers.pop(0))
        self.raw_server.received.append(self.raw_server._request(connection))
        self.raw_server.reset(connection)


def keep_alive(body, status="200 OK"):
    """Return an answer that keeps the connection open."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_create_that_was_reset_is_sent_again_on_a_fresh_connection(raw_server, run_module, gateway):
    missing = b'{"success": false, "errors": [{"code": 7002, "message": "Not found"}]}'
    not_found = keep_alive(missing, "404 Not Found")
    # Read, create (reset), three reads (the second and the third are reset once), create on a fresh connection.
    step = BreaksUsedConnections(raw_server, [not_found] * 4 + [keep_alive(raw_server.envelope(gateway()))])
    raw_server.then(*[step] * 5)
    result = run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 2})
    assert result.get("operation") == "created", result
    verbs = [request.split()[0] for request in raw_server.received if request]
    assert verbs == ["GET", "POST", "GET", "GET", "GET", "GET", "GET", "POST"]


@pytest.mark.parametrize("fresh", [True, False])
def test_an_attempt_can_ask_for_a_fresh_connection(raw_server, connection_to, fresh):
    step = BreaksUsedConnections(raw_server, [keep_alive(b"{}")] * 2)
    raw_server.then(step, step)
    sender = transport.Transport(connection_to(raw_server.base_url))
    sender.send(REQUEST)
    with contextlib.nullcontext() if fresh else pytest.raises(NoAnswer, match="reset"):
        assert sender.send(REQUEST, fresh=fresh).status == 200


def test_only_a_request_without_an_answer_is_repeated_on_a_fresh_connection(connection_to):
    requested = []

    class Recorded:
        def send(self, request, body=None, scope=None, fresh=False):
            requested.append((request.path, fresh))
            if len(requested) == 1:
                raise NoAnswer(request, "reset", sent=True)
            return transport.Answer(200, {}, b'{"success": true, "result": {}}')

    client = Client(connection_to("http://api.example.invalid", max_retries=1), Recorded())
    for path in ("/a", "/a", "/b"):
        client.call(Request("GET", path))
    assert requested == [("/a", False), ("/a", True), ("/a", False), ("/b", False)]


INFORMATIONAL = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"


def test_informational_answers_are_skipped(raw_server, run_module, gateway):
    body = raw_server.envelope(gateway())
    raw_server.then(raw_server.send(INFORMATIONAL + keep_alive(body)))
    assert run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 0}).get("operation") == "unchanged"


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_the_number_of_informational_answers_is_limited(raw_server, connection_to, status):
    endless = f"HTTP/1.1 {status} Odd\r\n\r\n".encode() * (cancellable.MAX_INFORMATIONAL_ANSWERS + 1)
    raw_server.then(raw_server.send(endless + keep_alive(b"{}")))
    with pytest.raises(NoAnswer, match="more than 16 informational answers") as caught:
        transport.Transport(connection_to(raw_server.base_url)).send(REQUEST)
    assert caught.value.outcome_unknown


def test_slow_informational_answers_end_at_the_timeout(raw_server, connection_to, attempt_threads):
    closed = threading.Event()

    def step(connection):
        with contextlib.suppress(OSError):
            for _number in range(cancellable.MAX_INFORMATIONAL_ANSWERS):
                connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                threading.Event().wait(0.3)
        closed.set()

    raw_server.then(step)
    with pytest.raises(NoAnswer, match=r"1 s \(timeout\)"):
        transport.Transport(connection_to(raw_server.base_url)).send(REQUEST)
    assert attempt_threads.have_ended()
    assert closed.wait(5)


def test_switching_protocols_is_no_informational_answer(raw_server, run_module):
    raw_server.then(raw_server.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: odd\r\n\r\n"))
    assert run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 0})["status"] == 101
