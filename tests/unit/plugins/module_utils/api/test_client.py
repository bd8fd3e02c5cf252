# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client as the module uses it: addresses, answers, retries."""

from __future__ import annotations

import json

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import encode_path

ONE = "/ai-gateway/gateways/a"
GATEWAYS = "/ai-gateway/gateways"
MISSING = [{"code": 7002, "message": "Not found"}]
NO_ENVELOPES = ("<html>oops</html>", "", " ", '{"success": tr', "[]", "null", '{"result": {}}', '"text"', "\ufeff{}", "[" * 5000)
NO_ROUTES = ([{"code": 7003, "message": "Could not route"}], [{"code": 7000, "message": "No route"}], [], [{"message": "?"}])
REFUSED_CONNECTION = requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "Connection refused")))
RESET = requests.ConnectionError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))


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
def test_no_id_can_address_anything_else(api, gateway, run_module, segment, encoded):
    api.expect("GET", GATEWAYS + "/" + encoded, answer=gateway(id=segment))
    assert run_module({"id": segment})["operation"] == "unchanged"
    assert api.calls[0].path_url.endswith("/gateways/" + encoded)


@pytest.mark.parametrize("segment", [".", "..", ""])
def test_what_cannot_be_encoded_is_refused(run_module, segment):
    with pytest.raises(ValueError, match="path"):
        encode_path("a", segment)
    assert run_module({"id": segment, "state": "absent"})["failed"]
    assert run_module({"id": "a", "account_id": segment, "state": "absent"})["failed"]


def test_an_account_id_is_encoded(api, gateway, run_module):
    api.account_id = "x%2F..%2Fy"
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a", "account_id": "x/../y"})["endpoint"].endswith("/x%2F..%2Fy/a")


@pytest.mark.parametrize("status", [200, 201, 403, 404])
@pytest.mark.parametrize(
    "body", ["<html>oops</html>", "", " ", '{"success": tr', "[]", "null", '{"result": {}}', '"text"', "\ufeff{}", "[" * 5000]
)
def test_an_answer_that_is_not_one_is_an_error(api, run_module, status, body):
    api.expect("GET", ONE, status=status, raw=body)
    result = run_module({"id": "a", "state": "absent"})
    assert result["failed"]
    assert f"HTTP {status}" in result["msg"]
    assert result["status"] == status
    assert result["request"] == {"method": "GET", "path": "/accounts/0123456789abcdef0123456789abcdef" + ONE}


def test_html_is_named_as_such(api, run_module):
    api.expect("GET", ONE, status=403, raw="<html>blocked</html>", content_type="text/html")
    message = run_module({"id": "a"})["msg"]
    assert "not an answer of the Cloudflare API (text/html): <html>blocked" in message


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_with_any_body_is_tried_again(api, gateway, run_module, waits, status):
    api.expect("GET", ONE, status=status, raw="<html>")
    api.expect("GET", ONE, status=status)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert len(waits) == 2


def test_giving_up_tells_how_often_it_was_tried(api, run_module):
    for _try in range(3):
        api.expect("GET", ONE, status=502, raw="bad gateway")
    result = run_module({"id": "a", "max_retries": 2})
    assert "HTTP 502" in result["msg"]
    assert "try 3" in result["msg"]


def test_success_false_with_status_200_is_a_failure(api, run_module):
    api.expect("GET", ONE, status=200, errors=[{"code": 1, "message": "no"}])
    assert "[1] no" in run_module({"id": "a"})["msg"]


def test_every_error_is_shown(api, run_module):
    errors = [
        {"code": 7001, "message": "bad ttl", "path": ["body", "cache_ttl"]},
        {"code": 6003, "message": "outer", "error_chain": [{"code": 6111, "message": "inner"}]},
        {"message": "no code"},
        {"code": True, "message": None, "path": "odd"},
        "odd",
    ]
    api.expect("GET", ONE, status=400, errors=errors, headers={"cf-ray": "ray-of-the-test"})
    result = run_module({"id": "a"})
    assert result["errors"] == [
        {"code": 7001, "message": "bad ttl", "path": ["body", "cache_ttl"]},
        {"code": 6003, "message": "outer", "path": []},
        {"code": 6111, "message": "inner", "path": []},
        {"code": None, "message": "no code", "path": []},
        {"code": None, "message": "None", "path": []},
        {"code": None, "message": "odd", "path": []},
    ]
    assert "[7001] bad ttl (at body.cache_ttl); [6003] outer; [6111] inner; no code" in result["msg"]
    assert result["ray_id"] == "ray-of-the-test"


def test_many_errors_are_bounded(api, run_module):
    api.expect("GET", ONE, status=400, errors=[{"code": 7001, "message": "x" * 5000}] * 500)
    result = run_module({"id": "a"})
    assert len(result["errors"]) == 50
    assert len(result["msg"]) < 50 * 600


def test_nothing_that_a_terminal_obeys_is_shown(api, run_module):
    api.expect("GET", ONE, status=400, errors=[{"code": 7001, "message": "a\x1b[31mb\u202ec\nd\x00e"}])
    result = run_module({"id": "a"})
    assert "a [31mb c d e" in result["msg"]
    assert all(char.isprintable() for char in result["msg"])


@pytest.mark.parametrize(
    "errors", [[{"code": 7003, "message": "Could not route"}], [{"code": 7000, "message": "No route"}], [], [{"message": "?"}]]
)
def test_a_404_without_the_code_for_a_missing_gateway_never_counts_as_absent(api, run_module, errors):
    api.expect("GET", ONE, status=404, errors=errors)
    result = run_module({"id": "a", "state": "absent"})
    assert result["failed"]
    assert "Check account_id" in result["msg"]


@pytest.mark.parametrize(("status", "code"), [(401, 10000), (403, 10000), (403, 9109), (403, None)])
def test_a_missing_permission_is_explained(api, run_module, status, code):
    api.expect("GET", ONE, status=status, errors=[{"code": code, "message": "Authentication error"}])
    assert "permission 'AI Gateway Write'" in run_module({"id": "a"})["msg"]


def test_an_answer_about_another_gateway_is_refused(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(id="b"))
    assert "not the item that was asked for" in run_module({"id": "a"})["msg"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(api, run_module, status):
    api.expect("GET", ONE, status=status, raw="x", headers={"Location": "https://elsewhere.example/"})
    result = run_module({"id": "a", "api_email": "user@example.com", "api_key": "invented-key"}, token=False)
    assert "redirect to https://elsewhere.example/" in result["msg"]
    assert len(api.calls) == 1


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "2"}, {"Retry-After": "soon"}])
def test_a_rate_limit_is_waited_for_also_by_a_create(api, gateway, run_module, waits, headers):
    api.expect("GET", ONE, status=429, errors=[], headers=headers)
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, status=429, errors=[], headers=headers)
    api.expect("POST", GATEWAYS, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "created"
    assert len(waits) == 2
    if headers.get("Retry-After") == "2":
        assert waits == [2, 2]


def test_a_rate_limit_that_lasts_too_long_fails_at_once(api, run_module, waits):
    api.expect("GET", ONE, status=429, errors=[], headers={"Retry-After": "301"})
    result = run_module({"id": "a"})
    assert result["failed"]
    assert "asks to wait 301 s" in result["msg"]
    assert "1200 requests in five minutes" in result["msg"]
    assert waits == []


def test_a_refused_connection_is_tried_again_also_for_a_create(api, gateway, run_module, waits):
    api.expect("GET", ONE, error=REFUSED_CONNECTION)
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, error=REFUSED_CONNECTION)
    api.expect("POST", GATEWAYS, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "created"
    assert len(waits) == 2


def test_a_create_whose_connection_breaks_is_looked_for(api, gateway, run_module):
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, error=RESET)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "created"


@pytest.mark.parametrize(("method", "options"), [("PUT", {"cache_ttl": 5}), ("DELETE", {"state": "absent"})])
def test_an_update_or_a_deletion_whose_connection_breaks_is_repeated(api, gateway, run_module, method, options):
    api.expect("GET", ONE, answer=gateway())
    api.expect(method, ONE, error=RESET)
    api.expect(method, ONE, answer=gateway(cache_ttl=5))
    assert run_module(dict(options, id="a"))["changed"] is True


def test_a_create_that_cannot_be_settled_fails_after_the_last_try(api, run_module):
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, error=RESET)
    for _look in range(3):
        api.expect("GET", ONE, status=404, errors=MISSING)
    result = run_module({"id": "a", "max_retries": 0})
    assert result["failed"]
    assert "reset by peer" in result["msg"]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (requests.exceptions.SSLError(Exception("certificate verify failed")), "ca_path"),
        (requests.exceptions.InvalidURL("odd"), "odd"),
        (requests.exceptions.ProxyError(Exception("http://user:invented@proxy.example refused")), "//***@proxy.example"),
        (ValueError("odd"), "odd"),
    ],
)
def test_other_failures_of_the_connection_are_told_without_secrets(api, run_module, error, text):
    api.expect("GET", ONE, error=error)
    result = run_module({"id": "a", "max_retries": 0})
    assert result["failed"]
    assert text in result["msg"]
    assert "invented" not in json.dumps(result)


def test_tls_failures_are_not_tried_again(api, run_module, waits):
    api.expect("GET", ONE, error=requests.exceptions.SSLError(Exception("certificate verify failed")))
    assert run_module({"id": "a"})["failed"]
    assert waits == []


def test_an_unexpected_exception_is_told_as_a_defect(api, run_module, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("made by the test")

    monkeypatch.setattr(transport.Transport, "send", fail)
    result = run_module({"id": "a"})
    assert "defect of edgeops.cloudflare" in result["msg"]
    assert "made by the test" in result["msg"]
    assert "Traceback" not in json.dumps(result)


def test_a_missing_library_is_told_in_the_usual_way(run_module, monkeypatch):
    monkeypatch.setattr("ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.module.REQUESTS_IMPORT_ERROR", "gone")
    assert "Failed to import the required Python library (requests)" in run_module({"id": "a"})["msg"]
