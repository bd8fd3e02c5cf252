# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing of answers: successes, errors, and answers that are not from the API."""

from __future__ import annotations

import pytest

ONE = "/ai-gateway/gateways/a"
GATEWAYS = "/ai-gateway/gateways"
MISSING = [{"code": 7002, "message": "Not found"}]
INVALID_ENVELOPES = (
    "<html>oops</html>",
    "",
    " ",
    '{"success": tr',
    "[]",
    "null",
    "true",
    "1",
    '"text"',
    "{}",
    '{"result": {"id": "a"}}',
    '{"success": "true", "result": {"id": "a"}}',
    '{"success": 1, "result": {"id": "a"}}',
    '{"success": null, "errors": null}',
    '{"success": true, "result": {"id": "a", "cache_ttl": NaN}}',
    '{"success": true, "result": {"id": "a", "cache_ttl": 1e999}}',
    '{"success": true, "result": {"id": "a"}} trailing',
    '{"": true, "result": {"id": "a"}}',
    b'{"success": true, "result": "\xff"}',
    "\ufeff{}",
    "[" * 5000,
    "1" * 5000,
)
OTHER_RESULTS = (None, [], [{"id": "a"}], "a", True, {}, {"id": None}, {"id": "A"}, {"id": "b"}, {"id": ["a"]})
OTHER_404_ERRORS = (
    [{"code": 7003, "message": "Could not route"}],
    [{"code": 7000, "message": "No route"}],
    [{"code": "7002", "message": "Not a code of the API"}],
    [{"message": "7002"}],
    ["7002"],
    7002,
    {"code": 7002},
    [],
)


@pytest.mark.parametrize("status", [200, 201, 403, 404])
@pytest.mark.parametrize("body", INVALID_ENVELOPES)
def test_an_invalid_envelope_is_an_error(api, run_module, status, body):
    api.expect("GET", ONE, status=status, raw=body)
    result = run_module({"id": "a", "state": "absent"})
    assert result["failed"]
    assert f"HTTP {status}" in result["msg"]
    assert result["status"] == status
    assert result["request"] == {"method": "GET", "path": "/accounts/0123456789abcdef0123456789abcdef" + ONE}


def test_html_is_reported_with_its_content_type(api, run_module):
    api.expect("GET", ONE, status=403, raw="<html>blocked</html>", content_type="text/html")
    message = run_module({"id": "a"})["msg"]
    assert "not an answer of the Cloudflare API (text/html): <html>blocked" in message


@pytest.mark.parametrize(("method", "options"), [("PUT", {"cache_ttl": 5}), ("DELETE", {"state": "absent"})])
@pytest.mark.parametrize("body", INVALID_ENVELOPES)
def test_a_write_with_an_invalid_envelope_is_never_a_success(api, gateway, run_module, body, method, options):
    api.expect("GET", ONE, answer=gateway())
    api.expect(method, ONE, raw=body)
    api.expect("GET", ONE, answer=gateway())
    result = run_module(dict(options, id="a"))
    assert result["failed"]
    assert result["request"]["method"] == method


@pytest.mark.parametrize("body", ["<html>oops</html>", "", '{"success": tr', "[]"])
@pytest.mark.parametrize("status", [429, 500, 502, 520])
def test_a_server_error_without_an_envelope_is_reported_with_its_status(api, run_module, status, body):
    api.expect("GET", ONE, status=status, raw=body)
    result = run_module({"id": "a", "max_retries": 0})
    assert (result["status"], result["errors"]) == (status, [])
    assert f"HTTP {status}" in result["msg"]


@pytest.mark.parametrize("status", [400, 403])
def test_an_empty_body_is_reported(api, run_module, status):
    api.expect("GET", ONE, status=status, raw="")
    assert f"HTTP {status}: the body is empty." in run_module({"id": "a"})["msg"]


@pytest.mark.parametrize("status", [300, 400, 403])
def test_success_true_with_an_error_status_is_a_failure(api, gateway, run_module, status):
    api.expect("GET", ONE, status=status, answer=gateway())
    assert run_module({"id": "a"})["status"] == status


def test_success_false_with_status_200_is_a_failure(api, run_module):
    api.expect("GET", ONE, status=200, errors=[{"code": 1, "message": "no"}])
    assert "[1] no" in run_module({"id": "a"})["msg"]


def test_every_error_is_shown(api, run_module):
    errors = [
        {"code": 7001, "message": "bad ttl", "path": ["body", "cache_ttl"]},
        {"code": 6003, "message": "outer", "error_chain": [{"code": 6111, "message": "inner"}]},
        {"message": "no code"},
        {"code": 5},
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
        {"code": 5, "message": "", "path": []},
        {"code": None, "message": "None", "path": []},
        {"code": None, "message": "odd", "path": []},
    ]
    assert "[7001] bad ttl (at body.cache_ttl); [6003] outer; [6111] inner; no code; [5] no message; None; odd." in result["msg"]
    assert result["ray_id"] == "ray-of-the-test"


@pytest.mark.parametrize("chain", [[], [{"code": 1}] * 30, "odd"])
def test_many_errors_are_bounded(api, run_module, chain):
    api.expect("GET", ONE, status=400, errors=[{"code": 7001, "message": "x" * 5000, "error_chain": chain}] * 500)
    result = run_module({"id": "a"})
    assert len(result["errors"]) == 50
    assert len(result["msg"]) < 50 * 600


def test_a_long_path_is_cut(api, run_module):
    api.expect("GET", ONE, status=400, errors=[{"code": 7001, "message": "no", "path": ["p" * 100, *["q" * 101] * 20]}])
    assert run_module({"id": "a"})["errors"][0]["path"] == ["p" * 100, *["q" * 97 + "..."] * 19]


@pytest.mark.parametrize(("ray", "shown"), [("r" * 100, "r" * 100), ("r" * 101, "r" * 97 + "...")])
def test_a_long_ray_id_is_cut(api, run_module, ray, shown):
    api.expect("GET", ONE, status=400, errors=[], headers={"CF-Ray": ray})
    assert run_module({"id": "a"})["ray_id"] == shown


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        ({}, "nowhere"),
        ({"Location": "https://x.example/" + "x" * 182}, "https://x.example/" + "x" * 182),
        ({"Location": "https://x.example/" + "x" * 183}, "https://x.example/" + "x" * 179 + "..."),
    ],
)
def test_a_redirect_is_reported_with_its_truncated_target(api, run_module, headers, target):
    api.expect("GET", ONE, status=302, raw="x", headers=headers)
    assert f"a redirect to {target}, which is not followed" in run_module({"id": "a"})["msg"]


def test_an_answer_that_is_not_from_the_api_is_truncated(api, run_module):
    api.expect("GET", ONE, status=403, raw="y" * 121, content_type="text/" + "x" * 96)
    message = run_module({"id": "a"})["msg"]
    assert f"not an answer of the Cloudflare API (text/{'x' * 92}...): {'y' * 117}...." in message


def test_a_create_with_a_404_gives_no_hint_about_account_id(api, run_module):
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, status=404, errors=MISSING)
    result = run_module({"id": "a"})
    assert result["request"]["method"] == "POST"
    assert "account_id" not in result["msg"]


def test_messages_contain_no_control_characters(api, run_module):
    api.expect("GET", ONE, status=400, errors=[{"code": 7001, "message": "a\x1b[31mb\u202ec\nd\x00e"}])
    result = run_module({"id": "a"})
    assert "a [31mb c d e" in result["msg"]
    assert all(char.isprintable() for char in result["msg"])


NASTY = "a\x1b]0;b\x07\u202ec\u2066d\u200b\x9b31me"


@pytest.mark.parametrize(
    "exchange",
    [
        {"errors": [{"code": 1, "message": NASTY, "path": [NASTY, {NASTY: 1}], "error_chain": [{"message": NASTY}]}, NASTY, [NASTY]]},
        {"raw": "<html>" + NASTY},
        {"raw": "<html>", "content_type": "text/\x1b[31mhtml"},
        {"raw": "x", "status": 302, "headers": {"Location": "https://x.example/\x1b[31m\x9b"}},
        {"errors": [], "headers": {"cf-ray": "ray\x1b[31m\x9b"}},
    ],
)
def test_failures_contain_no_control_characters(api, run_module, exchange):
    api.expect("GET", ONE, **dict({"status": 400}, **exchange))
    result = run_module({"id": "a"})
    texts = [result["msg"], result["ray_id"] or ""]
    texts += [text for error in result["errors"] for text in [error["message"], *error["path"]]]
    assert all(char.isprintable() for text in texts for char in text)


@pytest.mark.parametrize("errors", OTHER_404_ERRORS)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_404_without_the_code_for_a_missing_gateway_never_counts_as_absent(api, run_module, errors, state):
    api.expect("GET", ONE, status=404, errors=errors)
    result = run_module({"id": "a", "state": state})
    assert result["failed"]
    assert result["status"] == 404
    assert "Check account_id" in result["msg"]


@pytest.mark.parametrize(("method", "options"), [("PUT", {"cache_ttl": 5}), ("DELETE", {"state": "absent"})])
@pytest.mark.parametrize("errors", OTHER_404_ERRORS)
def test_a_404_without_the_code_for_a_missing_gateway_fails_a_write(api, gateway, run_module, errors, method, options):
    api.expect("GET", ONE, answer=gateway())
    api.expect(method, ONE, status=404, errors=errors)
    result = run_module(dict(options, id="a"))
    assert result["failed"]
    assert result["request"]["method"] == method


@pytest.mark.parametrize("status", [200, 400, 403, 410])
def test_the_code_for_a_missing_gateway_counts_only_with_404(api, run_module, status):
    api.expect("GET", ONE, status=status, errors=MISSING)
    assert run_module({"id": "a", "state": "absent"})["status"] == status


@pytest.mark.parametrize("errors", [MISSING, [{"code": 1, "message": "first"}, *MISSING]])
def test_404_with_the_code_for_a_missing_gateway_is_absent(api, run_module, errors):
    api.expect("GET", ONE, status=404, errors=errors)
    assert run_module({"id": "a", "state": "absent"})["operation"] == "unchanged"


@pytest.mark.parametrize(("status", "code"), [(400, 9106), (401, 10000), (403, 10000), (403, 9109), (403, None)])
def test_a_missing_permission_is_explained(api, run_module, status, code):
    api.expect("GET", ONE, status=status, errors=[{"code": code, "message": "Authentication error"}])
    message = run_module({"id": "a"})["msg"]
    assert "permission 'AI Gateway Write'" in message
    assert message.endswith(" ('AI Gateway Read' to read only).")


@pytest.mark.parametrize("item", OTHER_RESULTS)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_answer_about_another_item_is_refused(api, run_module, item, state):
    api.expect("GET", ONE, answer=item)
    result = run_module({"id": "a", "state": state})
    assert "not the item that was asked for" in result["msg"]
    assert (result["status"], result["errors"], result["ray_id"]) == (200, [], None)


@pytest.mark.parametrize("item", OTHER_RESULTS)
def test_a_create_whose_answer_is_about_another_item_is_looked_for(api, gateway, run_module, item):
    api.expect("GET", ONE, status=404, errors=MISSING)
    api.expect("POST", GATEWAYS, answer=item)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "created"
