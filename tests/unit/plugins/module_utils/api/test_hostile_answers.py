# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Malicious answers: time and memory are bounded, and no terminal escapes are shown."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from pathlib import Path

import pytest

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MEGABYTE = 1024 * 1024
# Limits for one answer, on a busy machine. Python 3.8 needs a third more than newer versions.
MAX_MEGABYTES = 400
MAX_SECONDS = 15
STATUS = Path("/proc/self/status")


def peak():
    """Return the peak memory of this process, in megabytes."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@pytest.fixture
def bounded():
    """Fail the test if it needs too much CPU time, elapsed time or memory. The elapsed time has a higher limit, for a busy machine."""
    if STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5")
    before, begun, worked = peak() if STATUS.exists() else 0, time.perf_counter(), time.process_time()
    yield
    assert time.process_time() - worked < MAX_SECONDS
    assert time.perf_counter() - begun < MAX_SECONDS * 10
    if STATUS.exists():
        assert peak() - before < MAX_MEGABYTES


@pytest.fixture
def run_against(raw_server, run_module, bounded):
    """Return a function that runs the module against the server, which executes the given steps."""

    def run(*steps, module="ai_gateway", **options):
        raw_server.then(*steps)
        given = {"base_url": raw_server.base_url, "max_retries": 0, **({"id": "a"} if module == "ai_gateway" else {}), **options}
        result = run_module(given, module)
        assert "defect" not in result.get("msg", "")
        return result

    return run


def repeated(head, part, times):
    """Return a step that sends ``head``, and then ``part`` up to ``times`` times, until the client closes the connection."""

    def send(connection):
        connection.sendall(head)
        for _time in range(times):
            connection.sendall(part)

    return send


# Size.


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (HEAD + b"Content-Length: %d\r\n\r\n" % (50 * MEGABYTE), b" " * MEGABYTE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + b" " * MEGABYTE + b"\r\n"),
        (HEAD + b"\r\n", b" " * MEGABYTE),
        (HEAD + b"\r\n" + b'{"success": true, "result": {"id": "', b"a" * MEGABYTE),
    ],
)
def test_an_answer_of_fifty_megabytes_is_refused(run_against, head, part):
    assert "the answer is larger than 8388608 bytes" in run_against(repeated(head, part, 50))["msg"]


def test_an_answer_of_the_maximum_size_is_accepted(run_against, raw_server, gateway):
    filler = "x" * (8 * MEGABYTE - 1000)
    result = run_against(raw_server.answer(raw_server.envelope(gateway(later=filler))))
    assert result["operation"] == "unchanged"
    assert result["gateway"]["later"] == filler


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1" * MEGABYTE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"y" * 60000 + b"\r\n"),
        (HEAD + b"X: ", b"y" * MEGABYTE),
        (HEAD, b"X: " + b"y" * 60000 + b"\r\n"),
        (b"HTTP/1.1 ", b"2" * MEGABYTE),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    ],
)
def test_the_size_of_headers_and_framing_is_bounded(run_against, head, part):
    assert "got no answer" in run_against(repeated(head, part, 10**9), timeout=1)["msg"]


@pytest.mark.parametrize("line", [b"HTTP/1.1 " + b"/" * 65000, b"HTTP/1.1 2" + b"//a" * 20000, b"<" * 65000])
def test_a_long_line_is_truncated_quickly(run_against, raw_server, line):
    worked = time.process_time()
    message = run_against(raw_server.send(line + b"\r\n\r\n"))["msg"]
    assert time.process_time() - worked < 2
    assert "got no answer" in message
    assert len(message) < 1000


# Compression.


def bomb(layers):
    packed = gzip.compress(b" " * MEGABYTE * 50)
    for _layer in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


def test_a_compressed_answer_is_not_requested(run_against, raw_server, gateway):
    assert run_against(raw_server.answer(raw_server.envelope(gateway())))["operation"] == "unchanged"
    assert "Accept-Encoding: identity\r\n" in raw_server.received[0]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        pytest.param("gzip", bomb(1), id="a bomb"),
        pytest.param("gzip, gzip", bomb(2), id="a bomb in a bomb"),
        pytest.param("gzip", gzip.compress(b'{"success": true, "result": {"id": "a"}}'), id="harmless"),
        pytest.param("br", b"odd", id="an encoding that requests does not know"),
        pytest.param("\x1b[31m", b"odd", id="no encoding"),
    ],
)
@pytest.mark.parametrize("status", ["200 OK", "503 Service Unavailable"])
def test_a_compressed_answer_is_not_unpacked(run_against, raw_server, encoding, body, status):
    result = run_against(raw_server.answer(body, status=status, headers=["Content-Encoding: " + encoding]))
    assert result["status"] == int(status.split()[0])
    assert f"the body is not an answer of the Cloudflare API (application/json, {encoding.strip(chr(27))})" in result["msg"]
    assert result["msg"].isprintable()


# Shape.


def nested(depth, opening, closing):
    return opening * depth + "0" + closing * depth


@pytest.mark.parametrize("depth", [60, 300, 450, 700, 950, 5000, 1_000_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("place", ['{"success": true, "result": {"id": "a", "later": %s}}', '{"success": false, "errors": [%s]}', "%s"])
def test_deep_nesting_is_refused(run_against, raw_server, depth, opening, closing, place):
    result = run_against(raw_server.answer((place % nested(depth, opening, closing)).encode()))
    assert "the body is not an answer of the Cloudflare API" in result["msg"]
    assert len(result["msg"]) < 1000


def test_the_maximum_nesting_of_settings_is_accepted(run_against, raw_server, gateway):
    later = json.loads(nested(40, "[", "]"))
    assert run_against(raw_server.answer(raw_server.envelope(gateway(later=later))))["gateway"]["later"] == later


@pytest.mark.parametrize("part", ["[],", "{},", "0,", '{"a":[]},', '"a",'])
def test_too_many_parts_are_refused(run_against, raw_server, part):
    parts = (part * (8 * MEGABYTE // len(part) - 100))[:-1]
    body = '{"success": true, "result": {"id": "a", "later": [' + parts + "]}}"
    assert "the body is not an answer of the Cloudflare API" in run_against(raw_server.answer(body.encode()))["msg"]


@pytest.mark.parametrize("number", ["1" * 101, "-" + "1" * 5000, "1" * 4_000_000, "1e999", "0." + "1" * 4_000_000 + "e999"])
def test_huge_numbers_are_refused(run_against, raw_server, number):
    body = '{"success": true, "result": {"id": "a", "cache_ttl": ' + number + "}}"
    assert "the body is not an answer of the Cloudflare API" in run_against(raw_server.answer(body.encode()))["msg"]


@pytest.mark.parametrize("later", ["\ud800", ["a\udfff"], {"\ud800": 1}, [{"a": ["\udc00\ud800"]}]])
def test_an_unpaired_surrogate_is_refused(run_against, raw_server, gateway, later):
    """It can neither be printed nor returned to Ansible."""
    answer = raw_server.answer(raw_server.envelope(gateway(later=later)))
    assert "the body is not an answer of the Cloudflare API" in run_against(answer)["msg"]


def test_a_surrogate_pair_is_accepted(run_against, raw_server, gateway):
    result = run_against(raw_server.answer(raw_server.envelope(gateway(later="\U0001f600"))))
    assert result["gateway"]["later"] == "\U0001f600"


@pytest.mark.parametrize(
    "errors",
    [
        [{"code": 1, "message": "x" * 5000, "error_chain": [{"code": 2, "message": "y" * 5000}] * 15}] * 100,
        [{"code": 1, "error_chain": [{"code": 2}] * 400_000}],
        [{"code": 10**99, "message": "x"}] * 1000,
        [{"code": 1, "message": ["x" * 100] * 30_000, "path": ["p" * 5000] * 500}],
        [["x"] * 1000] * 400,
    ],
)
def test_errors_are_bounded(run_against, raw_server, errors):
    result = run_against(raw_server.answer(json.dumps({"success": False, "errors": errors}).encode(), status="400 Bad Request"))
    assert len(result["errors"]) <= 50
    assert len(json.dumps(result)) < 200_000


@pytest.mark.parametrize(
    "kind", ["text/html", "application/octet-stream", "image/png", "application/json; charset=utf-16", "", "\u00ff", "odd"]
)
def test_the_content_type_of_an_answer_is_ignored(run_against, raw_server, gateway, kind):
    body = raw_server.envelope(gateway())
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin-1")
    assert run_against(raw_server.send(head + body))["operation"] == "unchanged"


@pytest.mark.parametrize(
    "body",
    [
        b"<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10,
        '{"success": true, "result": {"id": "a"}}'.encode("utf-16"),
        b"\xff\xfe" * 1000,
        b"%PDF-1.4",
    ],
)
def test_an_answer_that_is_not_json_is_truncated(run_against, raw_server, body):
    message = run_against(raw_server.answer(body))["msg"]
    assert "the body is not an answer of the Cloudflare API (application/json)" in message
    assert message.isprintable()
    assert len(message) < 500


# Time.


def test_a_trickling_body_is_aborted(run_against, raw_server):
    ended = threading.Event()

    def trickle(connection):
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        with contextlib.suppress(OSError):
            for _time in range(100):
                connection.sendall(b" ")
                if ended.wait(0.05):
                    break
            return
        ended.set()

    assert "the answer was not complete after 1 s (timeout)" in run_against(trickle, timeout=1)["msg"]
    assert ended.wait(2)


def test_a_trickling_head_is_aborted(run_against):
    def trickle(connection):
        for part in [HEAD, *[b"X: y\r\n"] * 40]:
            connection.sendall(part)
            threading.Event().wait(0.1)

    assert "the answer was not complete after 1 s (timeout)" in run_against(trickle, timeout=1)["msg"]
