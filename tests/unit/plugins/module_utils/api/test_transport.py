# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchanges with a real server on this machine, for behaviour that a mock cannot show."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from types import SimpleNamespace

import pytest
from requests.structures import CaseInsensitiveDict

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import HINT_UNREACHABLE
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NoAnswer, Request

TRANSPORT = "ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport"
MISSING = json.dumps({"success": False, "errors": [{"code": 7002, "message": "Not found"}]}).encode("utf-8")
KEY = {"api_token": None, "api_email": "user@example.com", "api_key": "invented-key"}


@pytest.fixture
def good(raw_server, gateway):
    """Return a step that answers with the gateway ``a``."""
    return raw_server.answer(raw_server.envelope(gateway()))


@pytest.fixture
def missing(raw_server):
    return raw_server.answer(MISSING, status="404 Not Found")


@pytest.fixture
def run_against(raw_server, run_module):
    """Return a function that runs the module against the server, which executes the given steps. By default, it does not retry."""

    def run(*steps, **options):
        raw_server.then(*steps)
        given = dict({"id": "a", "base_url": raw_server.base_url, "max_retries": 0}, **options)
        return run_module({name: value for name, value in given.items() if value is not None}, token="api_key" not in given)

    return run


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    path = tmp_path / ".netrc"
    path.write_text(
        "machine 127.0.0.1 login somebody password invented-else\n"
        "machine localhost login somebody password invented-else\n"
        "default login anybody password invented-else\n"
    )
    path.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    return path


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("by_variable", [True, False])
def test_netrc_does_not_replace_the_token(raw_server, run_against, good, netrc, monkeypatch, host, by_variable):
    if by_variable:
        monkeypatch.setenv("NETRC", str(netrc))
    result = run_against(good, base_url=f"http://{host}:{raw_server.port}")
    assert result["operation"] == "unchanged"
    assert "Authorization: Bearer invented-token\r\n" in raw_server.received[0]
    assert raw_server.received[0].count("Authorization") == 1


def test_only_trailing_slashes_are_removed_from_the_base_url(raw_server, run_against, good):
    assert run_against(good, base_url=f"{raw_server.base_url}/X//")["operation"] == "unchanged"
    assert "/X/accounts/" in raw_server.received[0].splitlines()[0]


def test_netrc_is_not_sent_in_addition_to_the_key(raw_server, run_against, good, netrc):
    assert run_against(good, **KEY)["operation"] == "unchanged"
    assert "X-Auth-Email: user@example.com\r\n" in raw_server.received[0]
    assert "X-Auth-Key: invented-key\r\n" in raw_server.received[0]
    assert "Authorization" not in raw_server.received[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("credentials", [{}, KEY])
def test_a_redirect_does_not_carry_credentials_elsewhere(raw_server, other_server, run_against, status, credentials):
    moved = raw_server.answer(b"", status=f"{status} Moved", headers=[f"Location: {other_server.base_url}/x"])
    result = run_against(moved, max_retries=4, **credentials)
    assert "redirect to http://127.0.0.1" in result["msg"]
    assert "not followed" in result["msg"]
    assert result["status"] == status
    assert other_server.received == []
    assert len(raw_server.received) == 1


@pytest.mark.parametrize("status", [300, 307])
def test_a_redirected_create_is_neither_followed_nor_repeated(raw_server, other_server, run_against, missing, status):
    moved = raw_server.answer(b"", status=f"{status} Moved", headers=[f"Location: {other_server.base_url}/x"])
    result = run_against(missing, moved, max_retries=4)
    assert result["request"]["method"] == "POST"
    assert "redirect" in result["msg"]
    assert other_server.received == []
    assert len(raw_server.received) == 2


@pytest.mark.parametrize("location", ["https://[::1", "\u00ff", "/relative", "//", ""])
def test_a_redirect_to_an_invalid_location_is_not_retried(raw_server, run_against, location):
    result = run_against(raw_server.answer(b"", status="302 Moved", headers=["Location: " + location]), max_retries=4)
    assert "a redirect to" in result["msg"]
    assert result["status"] == 302
    assert len(raw_server.received) == 1


@pytest.mark.parametrize(
    ("item_id", "segment"),
    [
        ("../a%2e", "..%2Fa%252e"),
        ("%2e", "%252e"),
        ("%2E%2e", "%252E%252e"),
        ("%2F..", "%252F.."),
        ("...", "..."),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("a\\b", "a%5Cb"),
        ("a\r\nX-Odd: 1", "a%0D%0AX-Odd%3A%201"),
        ("\u00fc\u4e2d", "%C3%BC%E4%B8%AD"),
        ("~a.b_c-d", "~a.b_c-d"),
        ("a+b&c;d=e", "a%2Bb%26c%3Bd%3De"),
    ],
)
@pytest.mark.parametrize("option", ["id", "account_id"])
def test_a_path_arrives_as_it_was_encoded(raw_server, run_against, gateway, option, item_id, segment):
    names = dict({"id": "a", "account_id": "x"}, **{option: item_id})
    run_against(raw_server.answer(raw_server.envelope(gateway(id=names["id"]))), **names)
    account, item = (segment, "a") if option == "account_id" else ("x", segment)
    expected = f"GET /accounts/{account}/ai-gateway/gateways/{item} HTTP/1.1"
    assert raw_server.received[0].splitlines()[0] == expected


def test_a_request_has_user_agent_and_accept_headers(raw_server, run_against, good):
    assert run_against(good)["operation"] == "unchanged"
    assert f"User-Agent: {transport.USER_AGENT}\r\n" in raw_server.received[0]
    assert "Accept: application/json\r\n" in raw_server.received[0]
    assert "Accept-Encoding: identity\r\n" in raw_server.received[0]


def test_no_cookie_is_kept(raw_server, run_against, good):
    answer = raw_server.answer(MISSING, status="404 Not Found", headers=["Set-Cookie: invented=1; Path=/"])
    assert run_against(answer, good)["operation"] == "created"
    assert "cookie" not in raw_server.received[1].lower()


@pytest.mark.parametrize(("timeout", "expected"), [(30, (10, 30)), (5, (5, 5))])
def test_the_connect_timeout_is_at_most_ten_seconds(api, gateway, run_module, timeout, expected):
    api.expect("GET", "/ai-gateway/gateways/a", answer=gateway())
    run_module({"id": "a", "timeout": timeout})
    assert api.calls[0].req_kwargs["timeout"] == expected


@pytest.mark.parametrize("url", ["https://x.example/", "http://x.example/"])
def test_the_pool_has_a_connection_for_each_concurrent_request(url):
    session = transport.Transport(Connection("account", Credentials.of_token("invented")))._session
    assert session.get_adapter(url)._pool_maxsize == transport.MAX_CONCURRENCY


def test_a_body_is_json_with_its_content_type(raw_server, run_against, missing, good):
    assert run_against(missing, good)["operation"] == "created"
    head, _end, body = raw_server.received[1].partition("\r\n\r\n")
    assert json.loads(body)["id"] == "a"
    assert "Content-Type: application/json" in head
    assert "Content-Type" not in raw_server.received[0]


def test_a_reset_is_reported(run_against, raw_server):
    assert "reset" in run_against(raw_server.reset)["msg"]


def test_a_reset_is_retried(run_against, raw_server, good):
    assert run_against(raw_server.reset, good, max_retries=1)["operation"] == "unchanged"


@pytest.mark.parametrize("is_created", [True, False])
def test_a_create_that_is_reset_is_looked_for_before_it_is_repeated(raw_server, run_against, good, missing, is_created):
    afterwards = [good] if is_created else [missing, missing, missing, good]
    result = run_against(missing, raw_server.reset, *afterwards, max_retries=1)
    assert result["operation"] == "created"
    verbs = [request.split()[0] for request in raw_server.received]
    assert verbs == ["GET", "POST", "GET"] if is_created else ["GET", "POST", "GET", "GET", "GET", "POST"]


def test_a_create_that_is_not_answered_in_time_is_looked_for(raw_server, run_against, good, missing):
    assert run_against(missing, raw_server.trickle, good, timeout=1)["operation"] == "created"
    assert [request.split()[0] for request in raw_server.received] == ["GET", "POST", "GET"]


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + b'{"success": true}',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nodd\r\nabc",
        b"HTTP/1.1 2",
        b"",
        b"rubbish\r\n\r\n",
    ],
)
def test_a_truncated_or_malformed_answer_is_a_failure(run_against, raw_server, data):
    result = run_against(raw_server.send(data), state="absent")
    assert result["failed"]
    assert "got no answer" in result["msg"]
    assert set(result["request"]) == {"method", "path"}
    assert "status" not in result


def test_a_server_that_never_answers_causes_a_timeout(run_against, raw_server):
    begun = time.monotonic()
    assert "nothing came within 1 s" in run_against(raw_server.hang, timeout=1)["msg"]
    assert time.monotonic() - begun < 5


def test_an_answer_that_never_ends_causes_a_timeout(run_against, raw_server):
    begun = time.monotonic()
    assert "1 s (timeout)" in run_against(raw_server.trickle, timeout=1)["msg"]
    assert time.monotonic() - begun < 5


def test_an_abandoned_thread_does_not_block_the_exit_of_the_program(run_against, raw_server, good, monkeypatch):
    are_daemons = []
    exchange = transport.Transport._exchange

    def record(*arguments):
        are_daemons.append(threading.current_thread().daemon)
        return exchange(*arguments)

    monkeypatch.setattr(transport.Transport, "_exchange", record)
    assert run_against(good)["operation"] == "unchanged"
    assert are_daemons == [True]


def test_an_answer_that_is_too_large_is_not_retried(run_against, raw_server, monkeypatch):
    monkeypatch.setattr(TRANSPORT + ".MAX_ANSWER_BYTES", 100)
    assert "larger than 100 bytes" in run_against(raw_server.answer(b" " * 200_000), max_retries=4)["msg"]
    assert len(raw_server.received) == 1


def test_a_create_whose_answer_is_too_large_is_looked_for(raw_server, run_against, good, missing, monkeypatch):
    monkeypatch.setattr(TRANSPORT + ".MAX_ANSWER_BYTES", 1000)
    assert run_against(missing, raw_server.answer(b" " * 200_000), good)["operation"] == "created"
    assert [request.split()[0] for request in raw_server.received] == ["GET", "POST", "GET"]


class OldBody(io.BytesIO):
    """A response body of urllib3 before version 2, which does not detect truncation."""

    def read(self, size, decode_content):
        return super().read(size)


@pytest.mark.parametrize("length", ["4", "12"])
def test_a_truncated_answer_is_detected_even_if_urllib3_does_not(length):
    response = SimpleNamespace(raw=OldBody(b"abc"), headers=CaseInsensitiveDict({"content-length": length}))
    with pytest.raises(NoAnswer, match=f"the answer was cut after 3 of {length} bytes") as caught:
        transport._read(Request("POST", "/x"), response)
    assert caught.value.outcome_unknown
    assert caught.value.transient


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "3"}, {"Content-Length": "2"}, {"Content-Length": "odd"}])
def test_an_answer_that_is_not_truncated_is_accepted(headers):
    assert transport._read(Request("GET", "/x"), SimpleNamespace(raw=OldBody(b"abc"), headers=headers)) == b"abc"


@pytest.mark.parametrize(("spare", "is_accepted"), [(0, True), (-1, False)])
def test_an_answer_may_be_as_large_as_the_limit(run_against, raw_server, gateway, monkeypatch, spare, is_accepted):
    body = raw_server.envelope(gateway())
    monkeypatch.setattr(TRANSPORT + ".MAX_ANSWER_BYTES", len(body) + spare)
    assert ("failed" not in run_against(raw_server.answer(body))) is is_accepted


def test_a_refused_connection_is_retried_and_reported(run_module, waits):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = run_module({"id": "a", "base_url": f"http://127.0.0.1:{port}", "max_retries": 2})
    assert "got no answer: Failed to establish a new connection: " in result["msg"]
    assert "refused" in result["msg"]
    assert "after 3 attempts" in result["msg"]
    assert result["msg"].endswith(HINT_UNREACHABLE)
    assert len(waits) == 2


def test_a_failure_of_tls_is_reported_once_with_a_hint(run_against, raw_server, waits):
    plain = raw_server.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    result = run_against(plain, base_url=f"https://127.0.0.1:{raw_server.port}", max_retries=4)
    assert "TLS failed" in result["msg"]
    assert "ca_path" in result["msg"]
    assert waits == []
    assert "Authorization" not in raw_server.received[0]


def test_a_proxy_of_the_environment_is_used(raw_server, run_against, good, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://somebody:invented-secret@127.0.0.1:{raw_server.port}")
    result = run_against(good, base_url="http://api.example.invalid/v4")
    assert result["operation"] == "unchanged"
    assert raw_server.received[0].startswith("GET http://api.example.invalid/v4/accounts/")
    assert "Proxy-Authorization: Basic " in raw_server.received[0]
    assert "Authorization: Bearer invented-token" in raw_server.received[0]


def test_no_proxy_is_respected(raw_server, other_server, run_against, good, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", other_server.base_url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert run_against(good)["operation"] == "unchanged"
    assert other_server.received == []


def test_a_proxy_that_refuses_is_reported(raw_server, run_module, monkeypatch):
    raw_server.then(raw_server.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://somebody:invented-secret@127.0.0.1:{raw_server.port}")
    result = run_module({"id": "a", "max_retries": 0})
    assert "407" in result["msg"]
    assert raw_server.received[0].startswith("CONNECT api.cloudflare.com:443")
    assert "Authorization: Bearer" not in raw_server.received[0]
    assert "invented-secret" not in json.dumps(result)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://somebody:invented-secret@127.0.0.1:9",
        "http://somebody:in@vented-secret@127.0.0.1:no-port",  # pragma: allowlist secret
        "http://somebody:in/vented-secret@127.0.0.1:9",
        "http://somebody:invented-secret@127.0.0.1:no-port",
        "http://somebody:invented-secret@[::1:9",
        "somebody:invented-secret@127.0.0.1:9",
        "odd://somebody:invented-secret@127.0.0.1:9",
        "http://somebody:invented-s\u20accret@127.0.0.1:9",
    ],
)
def test_a_proxy_that_does_not_work_is_reported_without_its_password(run_module, monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    result = run_module({"id": "a", "max_retries": 0})
    assert "got no answer" in result["msg"]
    for part in ("invented", "vented", "somebody"):
        assert part not in json.dumps(result).replace("invented-token", "")


def test_certificates_are_not_verified_only_if_validate_certs_is_false(monkeypatch, api, gateway, run_module, tmp_path):
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    expected = [({}, str(bundle)), ({"validate_certs": False}, False), ({"ca_path": str(tmp_path)}, str(tmp_path))]
    for options, verify in expected:
        api.expect("GET", "/ai-gateway/gateways/a", answer=gateway())
        assert run_module(dict(options, id="a"))["operation"] == "unchanged"
        assert api.calls[-1].req_kwargs["verify"] == verify


def test_certificates_are_verified_by_default(api, gateway, run_module):
    api.expect("GET", "/ai-gateway/gateways/a", answer=gateway())
    run_module({"id": "a"})
    assert api.calls[0].req_kwargs["verify"] is True


def test_a_missing_bundle_of_the_environment_is_reported_once(run_module, monkeypatch, waits, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "no-such-bundle"))
    result = run_module({"id": "a"})
    assert "no-such-bundle" in result["msg"]
    assert waits == []
