# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client as the module uses it: addresses, answers, retries."""

from __future__ import annotations

import json
import re
import ssl

import pytest
import requests
from urllib3.exceptions import LocationValueError, MaxRetryError, NewConnectionError, ProtocolError

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client, encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Request

ONE = "/ai-gateway/gateways/a"
GATEWAYS = "/ai-gateway/gateways"
MISSING = [{"code": 7002, "message": "Not found"}]
NO_CONNECTION = MaxRetryError(None, "/", NewConnectionError(None, "Connection refused"))
REFUSED_CONNECTION = requests.ConnectionError(NO_CONNECTION)
REFUSED_BY_PROXY = requests.exceptions.ProxyError(NO_CONNECTION)
FAILING_PROXY = requests.exceptions.ProxyError(Exception("Tunnel connection failed: 502 Bad Gateway"))
RESET = requests.ConnectionError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))


def certificate_error(verify_message):
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_message = verify_message
    return error


@pytest.mark.parametrize(
    ("segment", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("../x", "..%2Fx"),
        ("%2e%2e", "%252e%252e"),
        ("%2F", "%252F"),
        ("a b", "a%20b"),
        ("a?b#c", "a%3Fb%23c"),
        ("\u00fc", "%C3%BC"),
        ("...", "..."),
    ],
)
def test_an_id_cannot_address_another_path(api, gateway, run_module, segment, encoded):
    api.expect("GET", GATEWAYS + "/" + encoded, answer=gateway(id=segment))
    assert run_module({"id": segment})["operation"] == "unchanged"
    assert api.calls[0].path_url.endswith("/gateways/" + encoded)


@pytest.mark.parametrize("segment", [".", "..", ""])
@pytest.mark.parametrize("option", ["id", "account_id"])
def test_a_segment_that_cannot_be_encoded_is_refused_before_any_request(api, run_module, segment, option):
    with pytest.raises(CollectionError, match=f"^'{re.escape(segment)}' cannot be part of a URL"):
        encode_path("a", segment)
    message = run_module(dict({"id": "a", "state": "absent"}, **{option: segment}))["msg"]
    assert message.startswith(f"No request was sent, because options are invalid: {option} ")


def test_a_segment_that_cannot_be_encoded_is_truncated_in_the_message():
    with pytest.raises(CollectionError) as caught:
        encode_path("a", "\ud800" * 5000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("segments", "path"),
    [
        (("a",), "/a"),
        (("\U00010000",), "/%F0%90%80%80"),
        (("a", "b"), "/a/b"),
        (("/",), "/%2F"),
        (("a\x00",), "/a%00"),
        (("a:b@c",), "/a%3Ab%40c"),
        ((), ""),
    ],
)
def test_segments_are_encoded_one_by_one(segments, path):
    assert encode_path(*segments) == path


def test_an_account_id_is_encoded(api, gateway, run_module):
    api.account_id = "x%2F..%2Fy"
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a", "account_id": "x/../y"})["endpoint"].endswith("/x%2F..%2Fy/a")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_with_any_body_is_retried(api, gateway, run_module, waits, status):
    api.expect("GET", ONE, status=status, raw="<html>")
    api.expect("GET", ONE, status=status)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert len(waits) == 2


def test_a_body_that_json_cannot_express_is_not_sent():
    client = Client(Connection("account", Credentials.of_token("invented")), transport=object())
    with pytest.raises(ValueError, match="JSON"):
        client.call(Request("PUT", "/x"), {"cache_ttl": float("nan")})


def test_the_last_failure_reports_the_number_of_attempts(api, run_module, full_jitter):
    for _try in range(3):
        api.expect("GET", ONE, status=502, raw="bad gateway")
    result = run_module({"id": "a", "max_retries": 2})
    assert "HTTP 502" in result["msg"]
    assert result["msg"].endswith("The task gave up after 3 attempts in 1.5 s.")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
def test_redirects_are_not_followed(api, run_module, status):
    api.expect("GET", ONE, status=status, raw="x", headers={"Location": "https://elsewhere.example/"})
    result = run_module({"id": "a", "api_email": "user@example.com", "api_key": "invented-key"}, token=False)
    assert "redirect to https://elsewhere.example/" in result["msg"]
    assert len(api.calls) == 1


@pytest.mark.parametrize("refused", [REFUSED_CONNECTION, REFUSED_BY_PROXY])
def test_a_refused_connection_is_retried_even_for_a_create(api, gateway, run_module, waits, refused):
    api.expect("GET", ONE, error=refused)
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, error=refused)
    api.expect("POST", GATEWAYS, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "created"
    assert len(waits) == 2


def test_a_connection_timeout_is_retried_even_for_a_create(api, gateway, run_module, waits):
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, error=requests.ConnectTimeout("late"))
    api.expect("POST", GATEWAYS, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "created"
    assert len(waits) == 1


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (401, 1), (403, 1), (404, 1), (405, 1), (501, 1), (408, 3), (500, 3), (503, 3)])
def test_only_transient_errors_are_retried(api, run_module, status, tries):
    for _try in range(tries):
        api.expect("GET", ONE, status=status, errors=[])
    assert run_module({"id": "a", "max_retries": 2})["status"] == status


def test_the_pauses_grow(api, gateway, run_module, waits, full_jitter):
    for _try in range(6):
        api.expect("GET", ONE, status=502)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a", "max_retries": 6})["operation"] == "unchanged"
    assert waits == [0.5, 1, 2, 4, 8, 8]


VERBS = [("GET", {}), ("PUT", {"cache_ttl": 5}), ("DELETE", {"state": "absent"})]


@pytest.mark.parametrize(("method", "options"), VERBS)
@pytest.mark.parametrize("failure", [{"error": RESET}, {"error": REFUSED_CONNECTION}, {"status": 504}, {"status": 408, "errors": []}])
def test_idempotent_requests_are_repeated(api, gateway, run_module, waits, method, options, failure):
    if method != "GET":
        api.expect("GET", ONE, answer=gateway())
    api.expect(method, ONE, **failure)
    api.expect(method, ONE, answer=gateway(cache_ttl=5))
    assert run_module(dict(options, id="a"))["changed"] is (method != "GET")
    assert len(waits) == 1


@pytest.mark.parametrize("failure", [{"error": RESET}, {"status": 504}])
def test_a_deletion_that_was_done_before_the_connection_broke_is_reported_as_deleted(api, gateway, run_module, failure):
    api.expect("GET", ONE, answer=gateway())
    api.expect("DELETE", ONE, **failure)
    api.expect("DELETE", ONE, status=404, errors=MISSING)
    result = run_module({"id": "a", "state": "absent"})
    assert (result["changed"], result["operation"]) == (True, "deleted")


@pytest.mark.parametrize("failure", [{"error": RESET}, {"status": 504}])
@pytest.mark.parametrize(("method", "options"), VERBS[1:])
def test_a_write_of_unknown_outcome_is_looked_for_even_without_retries(api, gateway, run_module, method, options, failure):
    api.expect("GET", ONE, answer=gateway())
    api.expect(method, ONE, **failure)
    if method == "PUT":
        api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    else:
        api.expect("GET", ONE, status=404, errors=MISSING)
    assert run_module(dict(options, id="a", max_retries=0))["changed"] is True


@pytest.mark.parametrize(
    "failure",
    [
        {"error": RESET},
        {"error": requests.ReadTimeout("late")},
        {"error": FAILING_PROXY},
        {"error": ProtocolError("broken")},
        {"error": requests.RequestException("odd")},
        {"error": OSError(5, "broken")},
        {"status": 504},
        {"status": 500},
        {"status": 201, "raw": "<html>"},
    ],
)
def test_a_create_of_unknown_outcome_is_never_sent_twice_if_it_was_done(api, gateway, run_module, failure):
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, **failure)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "created"
    assert [call.method for call in api.calls].count("POST") == 1


@pytest.mark.parametrize(("method", "options"), [*VERBS[1:], ("POST", {})])
def test_no_retries_means_one_attempt_of_each_request(api, gateway, run_module, waits, method, options):
    if method == "POST":
        api.expect("GET", ONE, status=404, errors=MISSING)
    else:
        api.expect("GET", ONE, answer=gateway())
    api.expect(method, GATEWAYS if method == "POST" else ONE, error=REFUSED_CONNECTION)
    result = run_module(dict(options, id="a", max_retries=0))
    assert "Connection refused" in result["msg"]
    assert result["request"]["method"] == method
    assert waits == []


def test_a_create_whose_outcome_stays_unknown_fails_after_the_last_attempt(api, run_module):
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, error=RESET)
    for _attempt in range(3):
        api.expect("GET", ONE, status=404, errors=MISSING)
    result = run_module({"id": "a", "max_retries": 0})
    assert result["failed"]
    assert "reset by peer" in result["msg"]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (requests.exceptions.SSLError(Exception("certificate verify failed")), "TLS failed: certificate verify failed; ca_path"),
        (requests.exceptions.SSLError(certificate_error("no issuer X.")), "TLS failed: no issuer X; ca_path"),
        (requests.exceptions.InvalidURL("odd"), "odd"),
        (requests.exceptions.ProxyError(Exception("http://user:invented@proxy.example refused")), "//***@proxy.example"),
        (requests.exceptions.ProxyError(Exception("http://user:invented@v/ented@proxy.example refused")), "//***@proxy.example"),
        (requests.exceptions.ProxyError(Exception("http://user:invented@proxy.example//x")), "//***@proxy.example//x"),
        (ValueError("odd."), "got no answer: odd."),
        (ValueError("odd X"), "got no answer: odd X."),
        (requests.ConnectionError(), "got no answer: ConnectionError."),
    ],
)
def test_other_failures_of_the_connection_are_reported_without_secrets(api, run_module, error, text):
    api.expect("GET", ONE, error=error)
    result = run_module({"id": "a", "max_retries": 0})
    assert result["failed"]
    assert text in result["msg"]
    assert ".." not in result["msg"]
    assert "invented" not in json.dumps(result)
    assert "v/ented" not in json.dumps(result)


@pytest.mark.parametrize("error", [requests.ReadTimeout("late"), FAILING_PROXY, ProtocolError("broken")])
def test_a_broken_connection_is_retried(api, gateway, run_module, waits, error):
    api.expect("GET", ONE, error=error)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert len(waits) == 1


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.SSLError(Exception("certificate verify failed")),
        requests.RequestException("odd"),
        LocationValueError("odd"),
        ValueError("odd"),
        OSError("no such bundle"),
    ],
)
def test_permanent_failures_are_not_retried(api, run_module, waits, error):
    api.expect("GET", ONE, error=error)
    assert run_module({"id": "a"})["failed"]
    assert waits == []


def test_an_unexpected_exception_is_reported_as_a_defect(api, run_module, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("made by the test")

    monkeypatch.setattr(transport.Transport, "send", fail)
    result = run_module({"id": "a"})
    assert "defect of edgeops.cloudflare" in result["msg"]
    assert "made by the test" in result["msg"]
    assert "Traceback" not in json.dumps(result)


def test_a_missing_library_is_reported_with_the_message_of_ansible(api, run_module, monkeypatch):
    monkeypatch.setattr("ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module.REQUESTS_IMPORT_ERROR", "gone")
    result = run_module({"id": "a"})
    assert result["failed"]
    assert "Failed to import the required Python library (requests)" in result["msg"]
