# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange with a real server on this machine: what a mock cannot show."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time

import pytest

GATEWAY = {"id": "a", "cache_invalidate_on_update": True, "cache_ttl": 0, "collect_logs": True}
GOOD = json.dumps({"success": True, "result": GATEWAY}).encode()


def answer(body=GOOD, length=None, status="200 OK"):
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    return head.encode() + body


CUT_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"


class Server:
    """Takes connections one after another and hands each to the next step of the script."""

    def __init__(self):
        self.received = []
        self._script = []
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def then(self, *steps):
        self._script.extend(steps)

    def _serve(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                self.received.append(self._request(connection))
                self._script.pop(0)(connection, self._stopped)

    @staticmethod
    def _request(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        return data.decode()

    def stop(self):
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


def send(data):
    return lambda connection, stopped: connection.sendall(data)


def reset(connection, stopped):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(connection, stopped):
    stopped.wait(10)


def trickle(connection, stopped):
    connection.sendall(answer(b"", length=1000))
    deadline = time.monotonic() + 10
    while not stopped.wait(0.2) and time.monotonic() < deadline:
        connection.sendall(b" ")


@pytest.fixture
def server():
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def run_against(server, run_module):
    def run(*steps, **options):
        server.then(*steps)
        return run_module(dict({"id": "a", "base_url": server.base_url, "max_retries": 0}, **options))

    return run


def test_netrc_does_not_replace_the_token(server, run_against, tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password invented-else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    assert run_against(send(answer()))["operation"] == "unchanged"
    assert "Authorization: Bearer invented-token" in server.received[0]


def test_a_redirect_does_not_carry_the_key_elsewhere(server, run_against):
    other = Server()
    other.then(send(answer()))
    moved = f"HTTP/1.1 307 Moved\r\nLocation: {other.base_url}/x\r\nContent-Length: 0\r\n\r\n".encode()
    assert "redirect" in run_against(send(moved))["msg"]
    other.stop()
    assert other.received == []


def test_the_path_arrives_as_it_was_encoded(server, run_against):
    run_against(send(answer(json.dumps({"success": True, "result": dict(GATEWAY, id="../a%2e")}).encode())), id="../a%2e")
    assert "/gateways/..%2Fa%252e HTTP/1.1" in server.received[0]


def test_a_reset_is_told(run_against):
    assert "reset" in run_against(reset)["msg"]


def test_a_reset_is_followed_by_another_try(run_against):
    assert run_against(reset, send(answer()), max_retries=1)["operation"] == "unchanged"


@pytest.mark.parametrize(
    "data", [answer(GOOD, length=len(GOOD) + 10), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", b"", b"rubbish\r\n\r\n"]
)
def test_a_cut_answer_is_not_taken_for_whole(run_against, data):
    result = run_against(send(data))
    assert result["failed"]
    assert "got no answer" in result["msg"]


def test_a_server_that_never_answers_is_given_up_on(run_against):
    begun = time.monotonic()
    assert "nothing came within 1 s" in run_against(hang, timeout=1)["msg"]
    assert time.monotonic() - begun < 5


def test_an_answer_that_never_ends_is_given_up_on(run_against):
    begun = time.monotonic()
    assert "1 s (timeout)" in run_against(trickle, timeout=1)["msg"]
    assert time.monotonic() - begun < 5


def test_an_answer_that_is_too_large_is_given_up_on(run_against, monkeypatch):
    monkeypatch.setattr("ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport.MAX_ANSWER_BYTES", 100)
    assert "larger than 100 bytes" in run_against(send(answer(b" " * 200_000)))["msg"]


def test_nobody_listening_is_told(run_module):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = run_module({"id": "a", "base_url": f"http://127.0.0.1:{port}", "max_retries": 0})
    assert "refused" in result["msg"]


def test_a_proxy_that_is_not_there_is_told_without_its_password(run_module, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://somebody:invented-secret@127.0.0.1:9")
    result = run_module({"id": "a", "max_retries": 0})
    assert "proxy" in result["msg"]
    assert "invented-secret" not in json.dumps(result)


def test_certificates_are_not_verified_only_where_that_is_said(monkeypatch, api, gateway, run_module, tmp_path):
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    expected = [({}, str(bundle)), ({"validate_certs": False}, False), ({"ca_path": str(tmp_path)}, str(tmp_path))]
    for options, verify in expected:
        api.expect("GET", "/ai-gateway/gateways/a", answer=gateway())
        assert run_module(dict(options, id="a"))["operation"] == "unchanged"
        assert api.calls[-1].req_kwargs["verify"] == verify
