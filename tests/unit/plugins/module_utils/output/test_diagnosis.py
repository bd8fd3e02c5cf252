# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classification of answers of the data plane, including those that clients misinterpreted according to public reports."""

from __future__ import annotations

import json

import pytest
from requests.structures import CaseInsensitiveDict

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.diagnosis import MAX_SEARCHED, MAX_SHOWN, OWN_CODES, diagnose
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.verdicts import VERDICTS, explain

LIST = {"object": "list", "data": [{"id": "model-1"}]}
CHAT = {"model": "gpt-4o-mini", "choices": [{"message": {"content": "Hello"}}]}
ACCESS = {"Location": "https://team.cloudflareaccess.com/cdn-cgi/access/login/ai.example.com"}
CHALLENGE = {"WWW-Authenticate": "Cloudflare-Access resource_metadata=x"}
BLOCK_PAGE = "<html><head><title>Attention Required! | Cloudflare</title></head><body>Sorry, you have been blocked</body></html>"


def read(status, body, headers=None, is_chat=False, scrub=str):
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode("utf-8")
    return diagnose(Answer(status, CaseInsensitiveDict(headers or {}), data), is_chat, scrub)


def own(code, message="no"):
    """Return an error of the gateway itself, in its short form."""
    return {"success": False, "error": [{"code": code, "message": message}]}


def error(message, **more):
    """Return an error of a provider in OpenAI's format."""
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize("code", OWN_CODES)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_the_code_of_the_gateway_takes_precedence_over_the_status(code, status):
    diagnosis = read(status, {**own(code), "name": "AiGatewayError", "internalCode": code})
    assert (diagnosis.verdict, diagnosis.code, diagnosis.message) == (OWN_CODES[code], code, "no")


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (429, own(9999, "Spend limit exceeded by rule-1"), "spend_limit"),
        (400, {"success": False, "error": [{"message": "Configured BYOK credentials are unavailable"}]}, "key_unavailable"),
        (429, {"success": False, "error": "Rate limited: rate limit of 5"}, "rate_limited"),
        (401, {"success": False, "internalCode": 2009, "message": "Unauthorized"}, "token_refused"),
        (403, {"success": False, "error": {"message": "denied"}}, "policy"),
        (429, {"success": False, "error": {"message": "budget", "bucket": "team:a", "spent": 6, "limit": 5}}, "policy_budget"),
        (400, own(9999), "unknown"),
        (400, own(True), "unknown"),
        (400, {"success": False, "error": [2001, None, {"code": "2001"}]}, "unknown"),
        (403, "error code: 1010", "blocked_by_edge"),
        (403, BLOCK_PAGE, "blocked_by_edge"),
        (403, {"cloudflare_error": True, "error_code": 1010, "title": "Error 1010: Access denied"}, "blocked_by_edge"),
        (530, "error code: 1016", "unknown"),
        (530, {"cloudflare_error": True, "error_code": 1016, "title": "Error 1016: Origin DNS error"}, "unknown"),
        (403, {"cloudflare_error": True, "error_code": [1010]}, "unknown"),
        (200, [], "answered"),
        (200, [{"id": "model-1"}], "answered"),
        (200, {"success": True, "result": [{"name": "@cf/model"}]}, "answered"),
        (401, error("Incorrect API key provided: sk-example.", code="invalid_api_key"), "key_refused"),
        (401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}, "key_refused"),
        (400, [error("API key not valid. Please pass a valid API key.", code=400, status="INVALID_ARGUMENT")], "key_refused"),
        (400, {"code": "Client specified an invalid argument", "error": "Incorrect API key provided: ex***le."}, "key_refused"),
        (401, error("Authentication Fails, Your api key: ****mple is invalid"), "key_refused"),
        (403, error("Country, region, or territory not supported", code="unsupported_country_region_territory"), "provider_error"),
        (404, error("The model does not exist", code="model_not_found"), "provider_error"),
        (429, error("You exceeded your current quota", code="insufficient_quota"), "provider_limited"),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "provider_error"),
        (200, LIST, "answered"),
        (200, {"data": []}, "answered"),
        (200, {"models": [{"name": "models/model-1"}]}, "answered"),
        (200, {"hello": "world"}, "unknown"),
        (200, "<html>Please log in to the network</html>", "unknown"),
        (200, "", "unknown"),
        (502, "<html>Bad gateway</html>", "unknown"),
        (302, "", "unknown"),
        (301, {"data": []}, "unknown"),
        (200, b"\xff\xfe", "unknown"),
        (200, "[" * 100_000, "unknown"),
    ],
)
def test_verdicts_for_a_list_of_models(status, body, verdict):
    assert read(status, body).verdict == verdict


@pytest.mark.parametrize(("status", "headers"), [(302, ACCESS), (403, ACCESS), (401, CHALLENGE)])
def test_a_login_of_access_is_recognized_by_its_headers(status, headers):
    assert read(status, "", headers).verdict == "blocked_by_access"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (CHAT, "answered"),
        ({"type": "message", "model": "claude", "content": [{"type": "text", "text": "Hello"}]}, "answered"),
        ({"candidates": [{"content": {}}], "modelVersion": "gemini"}, "answered"),
        # Reasoning models may use up all tokens before they produce any output.
        ({"model": "o", "choices": [{"message": {"content": ""}, "finish_reason": "length"}]}, "answered"),
        (LIST, "unknown"),
    ],
)
def test_verdicts_for_a_chat(body, verdict):
    assert read(200, body, is_chat=True).verdict == verdict


def test_the_model_is_read_from_the_answer():
    assert [read(200, body, is_chat=True).model for body in (CHAT, {"candidates": [1], "modelVersion": "gemini"})] == [
        "gpt-4o-mini",
        "gemini",
    ]
    assert read(200, {**CHAT, "model": ["x"]}, is_chat=True).model is None


class TestMisinterpretedAnswers:
    """Answers that a client or a proxy misinterpreted, each with its public report."""

    def test_a_refusal_of_the_gateway_is_not_one_of_the_provider(self):
        """cloudflare-docs 31050: both have status 401."""
        assert read(401, own(2009)).verdict == "token_refused"
        assert read(401, error("Incorrect API key provided")).verdict == "key_refused"

    def test_a_missing_key_is_not_a_wrong_one(self):
        """cloudflare-docs 31050: without a key or credits for the model, a request is forwarded without any key."""
        assert (
            read(401, error("You didn't provide an API key. You need to provide your API key in an Authorization header")).verdict
            == "no_key"
        )

    def test_a_missing_header_is_not_a_wrong_key(self):
        """cloudflare/ai 430."""
        assert read(401, error("No or an invalid authentication header was provided on the request.", code=401)).verdict == "no_key"

    def test_a_refusal_of_workers_ai_is_not_one_of_the_gateway(self):
        """opencode 32051: the gateway accepts the token, but the provider, which is Cloudflare itself, gets none."""
        diagnosis = read(
            401, {"result": None, "success": False, "errors": [{"code": 10000, "message": "Authentication error"}], "messages": []}
        )
        assert (diagnosis.verdict, diagnosis.code) == ("key_refused", 10000)

    def test_an_error_with_status_200_is_not_an_answer(self):
        """nodetool 5755, and avante.nvim 1586."""
        assert read(200, error("No endpoints found that support image input", code=404), is_chat=True).verdict == "provider_error"
        assert read(200, error("Rate limited upstream", code=429), is_chat=True).verdict == "provider_limited"
        assert read(200, {"choices": [{"error": {"code": 502}, "finish_reason": "error"}]}, is_chat=True).verdict == "provider_error"

    @pytest.mark.parametrize("choices", [None, []])
    def test_an_answer_without_choices_is_an_error(self, choices):
        """9router 2727, and OmniRoute 3424."""
        assert read(200, {"id": "x", "choices": choices}, is_chat=True).verdict == "provider_error"

    def test_a_failing_gateway_is_not_a_block_of_the_network(self):
        """cloudflare-ai-web 49: the page of error 1101 looks like that of a block."""
        page = (
            "<html><title>Worker threw exception | gateway.ai.cloudflare.com | Cloudflare</title><style>p{}</style><p>Error 1101</p></html>"
        )
        diagnosis = read(500, page)
        assert diagnosis.verdict == "unknown"
        assert diagnosis.message == "HTTP 500, Worker threw exception | gateway.ai.cloudflare.com | Cloudflare Error 1101"

    def test_a_block_page_is_not_an_answer_of_the_gateway(self):
        """forpublicai 12: the lists of models were blocked for a library, but not for curl."""
        assert read(403, BLOCK_PAGE).verdict == "blocked_by_edge"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Incorrect API key provided: sk-exam*****mple.", "Incorrect API key provided: ********"),
        ("Incorrect API key provided: example.", "Incorrect API key provided: ********"),
        ("It was sk-exam*****mple.", "It was ********."),
        ("Bearer example-token-of-a-user is bad", "******** is bad"),
        ("bad key AIzaSyExample0123456789", "bad key ********"),
        ("request 0123456789abcdef0123456789 failed", "request ******** failed"),
        ("The model claude-sonnet-4-5-20250929 does not exist", "The model claude-sonnet-4-5-20250929 does not exist"),
    ],
)
def test_possible_keys_are_not_shown(text, kept):
    assert read(400, error(text)).message == f"HTTP 400, {kept}"


def test_a_known_secret_is_not_shown_even_if_truncation_cuts_it():
    secret = "invented-secret-of-a-client"
    message = read(400, error("x " * 90 + secret), scrub=lambda text: text.replace(secret, "***")).message
    assert len(message) <= MAX_SHOWN
    assert "invented" not in message


@pytest.mark.parametrize("as_page", [True, False])
def test_a_part_of_a_secret_at_the_end_of_a_truncated_text_is_not_shown(as_page):
    secret = "invented-secret-of-a-client"
    text = " " * (MAX_SEARCHED - 12) + secret
    message = read(400, text if as_page else error(text), scrub=Scrubber([secret])).message
    assert "invented" not in message


def test_a_long_text_with_escapes_is_one_short_line():
    message = read(400, error("\x1b[31m\n" + "no " * 50_000)).message
    assert (len(message) <= MAX_SHOWN, message.isprintable()) == (True, True)


def test_every_verdict_is_explained():
    names = ("provider", "alias", "aliases", "route", "routes", "host", "gateway_id", "duration_ms", "how", "missing")
    for verdict in VERDICTS:
        assert explain(verdict, {name: name.upper() for name in names}, "so.").endswith(" so.")
    assert {*OWN_CODES.values()} <= set(VERDICTS)
