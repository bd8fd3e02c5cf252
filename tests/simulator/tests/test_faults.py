# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of fault, seen from a plain socket, and the requests that a fault matches."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import REQUIRED, Client, result

LIST = "/client/v4/accounts/0123456789abcdef0123456789abcdef/ai-gateway/gateways"


@contextmanager
def connected(simulator: Simulator) -> Iterator[socket.socket]:
    address = urlsplit(simulator.root)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=5) as connection:
        yield connection


def send(connection: socket.socket, method: str = "GET", path: str = LIST, body: Any = None) -> None:
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulator-token\r\n"
    connection.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)


def create(connection: socket.socket) -> None:
    send(connection, "POST", body={**REQUIRED, "id": "one"})


def read_to_end(connection: socket.socket) -> bytes:
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


def parts(data: bytes) -> tuple[int, int, bytes]:
    """Return the status, the announced length and the body of a raw answer."""
    head, _separator, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    lengths = [int(line.split(":")[1]) for line in lines if line.startswith("content-length:")]
    return int(lines[0].split()[1]), lengths[0], body


@pytest.mark.parametrize(("when", "stored"), [("before", []), ("after", ["one"])])
def test_reset(simulator: Simulator, when: str, stored: list[str]) -> None:
    simulator.fault(reset=True, when=when)
    with connected(simulator) as connection:
        create(connection)
        with pytest.raises(ConnectionResetError):
            read_to_end(connection)
    assert list(simulator.gateways()) == stored
    assert simulator.requests()[0]["status"] is None


@pytest.mark.parametrize(("reused", "answered"), [(True, 1), (False, 0)])
def test_reset_of_new_or_reused_connections(simulator: Simulator, reused: bool, answered: int) -> None:
    simulator.fault(reset=True, reused=reused, times=None)
    for _connection in range(2):
        with connected(simulator) as connection:
            for _request in range(answered):
                send(connection)
                assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            send(connection)
            with pytest.raises(ConnectionResetError):
                read_to_end(connection)


@pytest.mark.parametrize(("when", "stored"), [("before", []), ("after", ["one"])])
def test_close(simulator: Simulator, when: str, stored: list[str]) -> None:
    simulator.fault(close=True, when=when)
    with connected(simulator) as connection:
        create(connection)
        assert read_to_end(connection) == b""
    assert list(simulator.gateways()) == stored


@pytest.mark.parametrize(("when", "stored"), [("before", []), ("after", ["one"])])
def test_faked_answer(api: Client, simulator: Simulator, when: str, stored: list[str]) -> None:
    simulator.fault(status=504, body="<h1>ö</h1>", content_type="text/html", headers={"X-Invented": "1"}, when=when)
    response = api.create()
    assert (response.status_code, response.content) == (504, "<h1>ö</h1>".encode())
    assert response.headers["content-type"] == "text/html"
    assert response.headers["x-invented"] == "1"
    assert response.headers["cf-ray"]
    assert list(simulator.gateways()) == stored
    assert result(api.call("GET")) is not None


def test_faked_json(api: Client, simulator: Simulator) -> None:
    simulator.fault(status=429, json={"a": [1]}, headers={"Retry-After": "7"})
    simulator.fault(status=200, json=None)
    first, second = api.call("GET"), api.call("GET")
    assert (first.status_code, first.json(), first.headers["retry-after"]) == (429, {"a": [1]}, "7")
    assert first.headers["content-type"] == "application/json"
    assert (second.status_code, second.content) == (200, b"null")


@pytest.mark.parametrize("status", [200, 204, 304, 418, 599])
def test_faked_status_without_a_body(api: Client, simulator: Simulator, status: int) -> None:
    simulator.fault(status=status)
    response = api.call("GET")
    assert (response.status_code, response.content) == (status, b"")
    assert api.call("GET").status_code == 200


def test_faked_headers_take_precedence(api: Client, simulator: Simulator) -> None:
    simulator.fault(status=500, headers={"CF-Ray": "mine", "RateLimit": "odd"})
    headers = api.call("GET").headers
    assert (headers["cf-ray"], headers["ratelimit"]) == ("mine", "odd")


@pytest.mark.parametrize("length", [0, 1, 20])
def test_cut(simulator: Simulator, length: int) -> None:
    simulator.fault(cut=length)
    with connected(simulator) as connection:
        create(connection)
        status, announced, body = parts(read_to_end(connection))
    whole = json.dumps({"success": True, "result": simulator.gateways()["one"]}, separators=(",", ":")).encode()
    assert (status, announced, body) == (200, len(whole), whole[:length])


def test_hang(simulator: Simulator) -> None:
    simulator.fault(hang=0.3)
    started = time.monotonic()
    with connected(simulator) as connection:
        create(connection)
        assert read_to_end(connection) == b""
    assert 0.3 <= time.monotonic() - started < 2
    assert simulator.gateways() == {}


def test_trickle(api: Client, simulator: Simulator) -> None:
    simulator.fault(trickle={"bytes": 20, "interval": 0.03})
    with connected(simulator) as connection:
        send(connection)
        pieces: list[bytes] = []
        while sum(map(len, pieces)) < 1 or parts(b"".join(pieces))[1] > len(parts(b"".join(pieces))[2]):
            pieces.append(connection.recv(65536))
    assert len(pieces) >= 3
    assert json.loads(parts(b"".join(pieces))[2])["result"] == []


@pytest.mark.parametrize(("when", "early"), [("before", []), ("after", ["one"])])
def test_delay(api: Client, simulator: Simulator, when: str, early: list[str]) -> None:
    simulator.fault(delay=0.3, when=when)
    started = time.monotonic()
    thread = threading.Thread(target=api.made)
    thread.start()
    while not simulator.requests():
        time.sleep(0.01)
    assert list(simulator.gateways()) == early
    thread.join()
    assert 0.3 <= time.monotonic() - started < 2
    assert list(simulator.gateways()) == ["one"]


def test_a_waiting_request_has_no_effect_after_a_reset(simulator: Simulator) -> None:
    simulator.fault(delay=30)
    with connected(simulator) as connection:
        create(connection)
        while not simulator.requests():
            time.sleep(0.01)
        simulator.reset()
        with pytest.raises(ConnectionResetError):
            read_to_end(connection)
    assert simulator.gateways() == {}


def test_an_incomplete_request_has_no_effect(simulator: Simulator) -> None:
    simulator.seed({"id": "one"})
    with connected(simulator) as connection:
        # Half a body, then a reset: the request is never received completely.
        head = f"DELETE {LIST}/one HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulator-token\r\n"
        connection.sendall(f"{head}Content-Length: 9\r\n\r\n1234".encode())
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert simulator.health() == {"status": "ok"}
    assert list(simulator.gateways()) == ["one"]


def test_a_second_writer_before_the_request(api: Client, simulator: Simulator) -> None:
    api.made(cache_ttl=1)
    simulator.fault(method="PUT", store=[{"id": "one", "gateway": {"retry_delay": 9, "cache_ttl": 2}}])
    simulator.behave(put="merge")
    changed = api.changed(cache_ttl=3)
    assert (changed["cache_ttl"], changed["retry_delay"]) == (3, 9)


def test_a_second_writer_after_the_request(api: Client, simulator: Simulator) -> None:
    simulator.fault(method="POST", when="after", store=[{"id": "one", "gateway": None}, {"id": "two", "gateway": {}}])
    assert api.made()["id"] == "one"
    assert list(simulator.gateways()) == ["two"]


def test_a_second_writer_and_a_failure(api: Client, simulator: Simulator) -> None:
    other = simulator.other_account_id
    store = [{"id": "one", "gateway": {}}, {"id": "two", "gateway": {}, "account": other}]
    simulator.fault(method="POST", status=504, store=store)
    assert api.create().status_code == 504
    assert (list(simulator.gateways()), list(simulator.gateways(other))) == (["one"], ["two"])
    assert api.create().status_code == 400


def test_a_change_goes_to_the_account_of_the_request(api: Client, simulator: Simulator) -> None:
    simulator.fault(store=[{"id": "one", "gateway": {}}])
    api.session.get(api.url.replace(simulator.account_id, simulator.other_account_id), timeout=5)
    assert list(simulator.gateways(simulator.other_account_id)) == ["one"]


def statuses(api: Client, count: int) -> list[int]:
    return [api.call("GET").status_code for _call in range(count)]


def test_skip_and_times(api: Client, simulator: Simulator) -> None:
    simulator.fault(status=500, skip=1, times=2)
    assert statuses(api, 5) == [200, 500, 500, 200, 200]
    assert [(f["skipped"], f["fired"]) for f in simulator.faults()] == [(1, 2)]


def test_a_fault_can_fire_for_every_request(api: Client, simulator: Simulator) -> None:
    simulator.fault(status=500, times=None)
    assert statuses(api, 3) == [500] * 3
    simulator.clear_faults()
    assert statuses(api, 1) == [200]


def test_only_the_first_matching_fault_fires(api: Client, simulator: Simulator) -> None:
    simulator.faults_of([{"status": 500}, {"status": 501, "skip": 1}, {"status": 502}])
    assert statuses(api, 4) == [500, 502, 501, 200]


def test_method_and_path(api: Client, simulator: Simulator) -> None:
    simulator.fault(method="get", path="/a%2Fb$", status=500, times=None)
    assert api.get("a%2Fb").status_code == 500
    assert api.get("a%2Fbc").status_code == 404
    assert api.delete("a%2Fb").status_code == 404


def test_faults_do_not_affect_control_routes(simulator: Simulator) -> None:
    simulator.fault(status=500, times=None)
    assert simulator.health() == {"status": "ok"}
    assert simulator.requests() == []
    assert requests.get(f"{simulator.root}/_simulator/no-such", timeout=5).status_code == 404
    assert simulator.requests() == []


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"method": "GET"},
        {"status": 500, "reset": True},
        {"status": 199},
        {"status": 600},
        {"status": 500, "body": "a", "json": 1},
        {"reset": False},
        {"reset": True, "body": "a"},
        {"close": True, "times": 0},
        {"close": True, "path": "("},
        {"close": True, "when": "during"},
        {"close": True, "unknown": 1},
        {"cut": -1},
        {"trickle": {"bytes": 0, "interval": 0}},
        {"status": 500, "headers": {"Content-Length": "1"}},
        {"store": [{"id": "x"}]},
    ],
)
def test_bad_faults_are_refused(simulator: Simulator, fault: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match=" 422 "):
        simulator.faults_of([{"close": True}, fault])
    assert simulator.faults() == []


def test_listed_faults_show_what_was_given(simulator: Simulator) -> None:
    planted = simulator.fault(method="POST", status=500, json={"a": 1})
    assert simulator.faults() == [planted]
    assert planted == {
        **{"id": planted["id"], "method": "POST", "status": 500, "json": {"a": 1}},
        **{"skipped": 0, "fired": 0},
    }
