# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Return values of a failed task, without secrets."""

from __future__ import annotations

import json

import pytest
import requests

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, ErrorEntry, Request

ONE = "/ai-gateway/gateways/a"
GATEWAYS = "/ai-gateway/gateways"
MISSING = [{"code": 7002, "message": "Not found"}]
ACCOUNT_PATH = "/accounts/0123456789abcdef0123456789abcdef"
ANSWERED = {"failed", "msg", "status", "errors", "ray_id", "request"}
RESET = requests.ConnectionError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
WRITES = [("PUT", ONE, {"cache_ttl": 5}), ("DELETE", ONE, {"state": "absent"}), ("POST", GATEWAYS, {})]
# All places where a server, a proxy or a library could repeat the token.
ECHOES = [
    {"status": 400, "errors": [{"code": 1, "message": "no: Bearer invented-token", "path": ["invented-token"]}]},
    {"status": 400, "errors": ["invented-token"], "headers": {"cf-ray": "invented-token"}},
    {"status": 403, "raw": "<html>invented-token</html>", "content_type": "text/invented-token"},
    {"status": 302, "raw": "x", "headers": {"Location": "https://x.example/invented-token"}},
    {"error": requests.ConnectionError("invented-token")},
    {"error": ValueError("invented-token")},
    {"error": RuntimeError("invented-token")},
    {"error": requests.exceptions.SSLError(Exception("invented-token"))},
]


def keys(result):
    return set(result) - {"invocation", "changed", "exception", "warnings"}


@pytest.fixture
def expect_read(api, gateway):
    """Return a function that expects the read before a write with this method."""

    def read(method):
        if method == "POST":
            api.expect("GET", ONE, status=404, errors=MISSING)
        else:
            api.expect("GET", ONE, answer=gateway())

    return read


@pytest.mark.parametrize(("method", "path", "options"), WRITES)
def test_an_answer_is_reported_in_separate_keys(api, expect_read, run_module, method, path, options):
    expect_read(method)
    error = {"code": 10000, "message": "Authentication error"}
    api.expect(method, path, status=403, errors=[error], headers={"CF-RAY": "8f0-example"})
    result = run_module(dict(options, id="a"), diff=True)
    assert keys(result) == ANSWERED
    assert result["failed"] is True
    assert result["status"] == 403
    assert result["errors"] == [dict(error, path=[])]
    assert result["ray_id"] == "8f0-example"
    assert result["request"] == {"method": method, "path": ACCOUNT_PATH + path}


@pytest.mark.parametrize("raw", ["<html>", ""])
def test_an_answer_without_an_envelope_has_the_same_keys(api, run_module, raw):
    api.expect("GET", ONE, status=403, raw=raw)
    result = run_module({"id": "a"})
    assert keys(result) == ANSWERED
    assert (result["errors"], result["ray_id"]) == ([], None)


@pytest.mark.parametrize(("method", "path", "options"), [("GET", ONE, {}), *WRITES[:2]])
def test_a_failure_without_an_answer_has_only_the_request(api, expect_read, run_module, method, path, options):
    if method != "GET":
        expect_read(method)
    api.expect(method, path, error=RESET)
    if method != "GET":
        expect_read(method)
    result = run_module(dict(options, id="a", max_retries=0))
    assert keys(result) == {"failed", "msg", "request"}
    assert result["request"] == {"method": method, "path": ACCOUNT_PATH + path}


@pytest.mark.parametrize("options", [{"cache_ttl": -1}, {"timeout": 0}, {"api_token": "invented token"}, {"id": "."}])
def test_without_a_request_there_is_only_the_message(api, run_module, options):
    assert keys(run_module(dict({"id": "a"}, **options))) == {"failed", "msg"}


@pytest.mark.parametrize("exchange", ECHOES)
@pytest.mark.parametrize("diff", [True, False])
def test_no_failure_shows_the_token_or_a_traceback(api, run_module, exchange, diff):
    api.expect("GET", ONE, **exchange)
    result = run_module({"id": "a", "max_retries": 0}, diff=diff)
    assert result["failed"]
    assert "invented-token" not in json.dumps(result)
    assert "Traceback" not in json.dumps(result)
    assert "diff" not in result


@pytest.mark.parametrize(
    "env", [{"CLOUDFLARE_API_TOKEN": "invented-token"}, {"CLOUDFLARE_EMAIL": "me", "CLOUDFLARE_API_KEY": "invented-token"}]
)
@pytest.mark.parametrize("exchange", ECHOES)
def test_no_failure_shows_credentials_of_the_environment(api, run_module, exchange, env):
    api.expect("GET", ONE, **exchange)
    result = run_module({"id": "a", "max_retries": 0}, env=env, token=False)
    assert result["failed"]
    assert "invented-token" not in json.dumps(result)


@pytest.mark.parametrize("declared", [True, False])
def test_no_failure_shows_a_secret_of_the_gateway(api, gateway, run_module, declared):
    otel = [{"url": "https://x.example", "authorization": "invented-otel-secret", "headers": {"k": "invented-header"}}]
    api.expect("GET", ONE, answer=gateway(otel=None if declared else otel))
    errors = [{"code": 7001, "message": "bad: invented-otel-secret, invented-header"}]
    api.expect("PUT", ONE, status=400, errors=errors)
    result = run_module({"id": "a", "otel": otel} if declared else {"id": "a", "cache_ttl": 5}, diff=True)
    assert result["status"] == 400
    assert "invented-otel-secret" not in json.dumps(result)
    assert "invented-header" not in json.dumps(result)


@pytest.mark.parametrize("diff", [True, False])
def test_a_diff_is_returned_only_on_request(api, gateway, run_module, diff):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5))
    assert ("diff" in run_module({"id": "a", "cache_ttl": 5}, diff=diff)) is diff


@pytest.mark.parametrize("error", [RuntimeError("made by the test"), KeyError("made by the test"), TypeError("made by the test")])
def test_an_unexpected_exception_is_reported_as_a_defect_with_its_location(api, run_module, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(transport, "_read", fail)
    api.expect("GET", ONE, answer={})
    result = run_module({"id": "a"})
    assert "This is a defect of edgeops.cloudflare, please report it" in result["msg"]
    assert f"{type(error).__name__}: " in result["msg"]
    assert "made by the test" in result["msg"]
    assert "test_errors.py, line " in result["msg"]
    assert "Traceback" not in json.dumps(result)
    assert "invented-token" not in json.dumps(result)


@pytest.mark.parametrize(
    ("status", "is_unknown"),
    [(200, True), (299, True), (300, False), (307, False), (404, False), (408, True), (429, False), (499, False), (500, True), (524, True)],
)
def test_some_statuses_make_the_outcome_unknown(status, is_unknown):
    assert ApiError(Request("PUT", "/x"), status, "odd").outcome_unknown is is_unknown


def test_an_answer_with_errors_makes_the_outcome_known():
    assert not ApiError(Request("PUT", "/x"), 200, "odd", [ErrorEntry(1, "no")]).outcome_unknown
