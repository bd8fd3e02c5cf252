# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection of a repeated request, and the final one of several answers."""

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


def kept(body, status="200 OK"):
    """Return an answer after which the connection stays open."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_create_that_was_reset_is_sent_again_on_a_fresh_connection(raw_server, run_module, gateway):
    missing = b'{"success": false, "errors": [{"code": 7002, "message": "Not found"}]}'
    not_there = kept(missing, "404 Not Found")
    # Read, create (reset), three looks of which every second is reset at first, create on a fresh connection.
    step = BreaksUsedConnections(raw_server, [not_there] * 4 + [kept(raw_server.envelope(gateway()))])
    raw_server.then(*[step] * 5)
    result = run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 2})
    assert result.get("operation") == "created", result
    verbs = [request.split()[0] for request in raw_server.received if request]
    assert verbs == ["GET", "POST", "GET", "GET", "GET", "GET", "GET", "POST"]


@pytest.mark.parametrize("fresh", [True, False])
def test_an_attempt_can_ask_for_a_fresh_connection(raw_server, of, fresh):
    step = BreaksUsedConnections(raw_server, [kept(b"{}")] * 2)
    raw_server.then(step, step)
    sender = transport.Transport(of(raw_server.base_url))
    sender.send(REQUEST)
    with contextlib.nullcontext() if fresh else pytest.raises(NoAnswer, match="reset"):
        assert sender.send(REQUEST, fresh=fresh).status == 200


def test_only_what_got_no_answer_is_sent_again_on_a_fresh_connection(of):
    asked = []

    class Recorded:
        def send(self, request, body=None, scope=None, fresh=False):
            asked.append((request.path, fresh))
            if len(asked) == 1:
                raise NoAnswer(request, "reset", sent=True)
            return transport.Answer(200, {}, b'{"success": true, "result": {}}')

    client = Client(of("http://api.example.invalid", max_retries=1), Recorded())
    for path in ("/a", "/a", "/b"):
        client.call(Request("GET", path))
    assert asked == [("/a", False), ("/a", True), ("/a", False), ("/b", False)]


INFORMATIONAL = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"


def test_informational_answers_are_skipped(raw_server, run_module, gateway):
    body = raw_server.envelope(gateway())
    raw_server.then(raw_server.send(INFORMATIONAL + kept(body)))
    assert run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 0}).get("operation") == "unchanged"


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_informational_answers_come_to_an_end(raw_server, of, status):
    endless = f"HTTP/1.1 {status} Odd\r\n\r\n".encode() * (cancellable.MAX_INFORMATIONAL_ANSWERS + 1)
    raw_server.then(raw_server.send(endless + kept(b"{}")))
    with pytest.raises(NoAnswer, match="more than 16 informational answers") as caught:
        transport.Transport(of(raw_server.base_url)).send(REQUEST)
    assert caught.value.outcome_unknown


def test_informational_answers_that_trickle_end_with_the_timeout(raw_server, of, tries):
    closed = threading.Event()

    def step(connection):
        with contextlib.suppress(OSError):
            for _number in range(cancellable.MAX_INFORMATIONAL_ANSWERS):
                connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                threading.Event().wait(0.3)
        closed.set()

    raw_server.then(step)
    with pytest.raises(NoAnswer, match=r"1 s \(timeout\)"):
        transport.Transport(of(raw_server.base_url)).send(REQUEST)
    assert tries.have_ended()
    assert closed.wait(5)


def test_another_protocol_is_no_informational_answer(raw_server, run_module):
    raw_server.then(raw_server.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: odd\r\n\r\n"))
    assert run_module({"id": "a", "base_url": raw_server.base_url, "max_retries": 0})["status"] == 101
