# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe of a gateway, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import json

import pytest
import requests
from responses import matchers

from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.verdicts import VERDICTS

GATEWAY = "/ai-gateway/gateways/a"
PLANE = "https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/a"
MODELS = PLANE + "/openai/models"
LIST = {"object": "list", "data": [{"id": "model-1"}]}
RUN_TOKEN = "invented-run-token"
FREE = {"cf-aig-authorization": f"Bearer {RUN_TOKEN}", "cf-aig-no-wholesale": "true", "cf-aig-skip-cache": "true"}
KEY = {"id": "k", "provider_slug": "openai", "alias": "default"}
COMPAT = PLANE + "/compat/chat/completions"
MESSAGES = [{"role": "user", "content": "Answer with one word."}]
CHAT = {"model": "gpt-4o-mini", "choices": [{"message": {"content": "Hello"}}]}


def own(code, message="no"):
    return {"success": False, "error": [{"code": code, "message": message}]}


@pytest.fixture
def probe(run_module):
    def run(check_mode=False, **options):
        given = {"gateway_id": "a", "run_token": RUN_TOKEN, "retry_seconds": 0, **options}
        return run_module(given, "ai_gateway_probe", check_mode=check_mode)

    return run


@pytest.fixture
def expect_reads(api, gateway):
    """Return a function that expects reads of the gateway, its keys, and its routes if ``routes`` is given."""

    def build(*keys, routes=None, **settings):
        api.expect("GET", GATEWAY, answer=gateway(**{"authentication": True, "store_id": "s", **settings}))
        page = {"page": 1, "per_page": 100}
        api.expect("GET", GATEWAY + "/provider_configs", query=page, answer=list(keys))
        if routes is not None:
            raw = json.dumps({"success": True, "data": {"routes": [{"id": name, "name": name} for name in routes]}})
            api.expect("GET", GATEWAY + "/routes", query=page, raw=raw)

    return build


def refuse_invalid_token(api):
    """Expect a request with an invalid token, and refuse it."""
    api.expect_client("GET", MODELS, status=401, answer=own(2009))


def test_the_request_is_free_and_an_invalid_token_is_refused(api, expect_reads, probe):
    expect_reads(KEY)
    headers = {"cf-aig-log-id": "01ABC", "cf-aig-step": "0", "cf-aig-cache-status": "MISS"}
    api.expect_client("GET", MODELS, answer=LIST, sent=FREE, headers=headers)
    refuse_invalid_token(api)
    result = probe()
    assert result["changed"] is False
    assert {name: result[name] for name in ("verdict", "answered", "is_open", "status", "code", "provider", "step", "cache", "log_id")} == {
        "verdict": "answered",
        "answered": True,
        "is_open": False,
        "status": 200,
        "code": None,
        "provider": "openai",
        "step": 0,
        "cache": "miss",
        "log_id": "01ABC",
    }
    assert result["stored_aliases"] == ["default"]
    invalid_token = api.calls[-1].headers["cf-aig-authorization"]
    assert invalid_token.startswith("Bearer made-up-")
    assert invalid_token[len("Bearer ") :] not in json.dumps(result)
    assert RUN_TOKEN not in json.dumps(result)


def test_client_requests_have_no_credentials_for_the_provider(api, expect_reads, probe):
    expect_reads(KEY)
    api.expect_client("GET", MODELS, answer=LIST, sent=FREE)
    refuse_invalid_token(api)
    probe()
    for request in api.calls[2:]:
        assert not {"authorization", "x-api-key", "x-goog-api-key", "x-auth-key"} & {name.lower() for name in request.headers}


def test_a_gateway_that_answers_an_invalid_token_is_open(api, expect_reads, probe):
    expect_reads(KEY, authentication=False)
    for _token in range(2):
        api.expect_client("GET", MODELS, answer=LIST)
    result = probe(expect=["answered"])
    assert (result["verdict"], result["is_open"], result["answered"], result["failed"]) == ("open", True, True, True)
    assert result["msg"] == "The verdict is 'open', but 'answered' was expected. " + result["explanation"]


def test_a_gateway_that_is_open_despite_authentication_may_lag(api, expect_reads, probe):
    expect_reads(KEY)
    for _token in range(2):
        api.expect_client("GET", MODELS, answer=LIST)
    assert probe()["explanation"].endswith("According to the API, authentication is true, so a change may not have arrived yet.")


def test_an_open_gateway_without_a_usable_key_is_reported_as_open_too(api, expect_reads, probe):
    expect_reads(KEY, authentication=False)
    for _token in range(2):
        api.expect_client("GET", MODELS, status=400, answer=own(2044))
    result = probe()
    assert (result["verdict"], result["is_open"]) == ("no_key", True)
    assert "uses stored keys only if authentication is set" in result["explanation"]
    assert "open to anybody" in result["explanation"]


@pytest.mark.parametrize("gateway_id", ["a", "default"])
def test_a_gateway_that_does_not_exist_gets_no_client_request(api, probe, gateway_id):
    path = f"/ai-gateway/gateways/{gateway_id}"
    api.expect("GET", path, status=404, errors=[{"code": 7002, "message": "Not found"}])
    result = probe(gateway_id=gateway_id)
    assert (result["verdict"], result["status"], result["is_open"], len(api.calls)) == ("no_gateway", None, None, 1)
    assert f"no gateway {gateway_id!r} in this account. Create it" in result["explanation"]


@pytest.mark.parametrize(
    ("status", "answer", "verdict", "word"),
    [
        (401, own(2009), "token_refused", "AI Gateway Run"),
        (400, own(2001), "no_gateway", "The API has it"),
        (400, own(2008), "bad_provider", "custom-SLUG"),
        (429, own(2003), "rate_limited", "rate_limiting_limit"),
        (403, {"success": False, "error": {"message": "denied"}}, "policy", "policies"),
        (429, {"success": False, "error": {"message": "x", "limit": 5}}, "policy_budget", "budget"),
        (429, own(2045, "spend limit"), "spend_limit", "window"),
        (503, own(7013), "guardrails_down", "later"),
    ],
)
def test_a_refusal_that_does_not_prove_a_valid_token_is_the_last_request(api, expect_reads, probe, status, answer, verdict, word):
    expect_reads(KEY)
    api.expect_client("GET", MODELS, status=status, answer=answer)
    if VERDICTS[verdict].passed:
        refuse_invalid_token(api)
    result = probe()
    assert (result["verdict"], result["answered"], result["status"]) == (verdict, False, status)
    assert word in result["explanation"]


@pytest.mark.parametrize(
    ("status", "answer", "verdict", "word"),
    [
        (400, own(2044), "no_key", "ai_gateway_provider_config"),
        (400, own(2044), "no_key", "found by the name of its secret"),
        (400, own(2040), "no_alias", "stored: default"),
        (400, own(2005), "no_provider_answer", "base_url"),
        (402, own(2021), "no_credits", "credits"),
        (424, own(2016), "guardrails", "guardrails"),
        (424, own(2030), "dlp", "Data loss prevention"),
        (401, {"error": {"message": "Incorrect API key provided: sk-example-key"}}, "key_refused", "alias default"),
        (429, {"error": {"message": "quota"}}, "provider_limited", "limits"),
        (404, {"error": {"message": "no such model"}}, "provider_error", "no such model"),
    ],
)
def test_a_refusal_after_the_token_was_accepted_is_followed_by_an_invalid_token(api, expect_reads, probe, status, answer, verdict, word):
    expect_reads(KEY)
    api.expect_client("GET", MODELS, status=status, answer=answer)
    refuse_invalid_token(api)
    result = probe()
    assert (result["verdict"], result["answered"], result["is_open"]) == (verdict, False, False)
    assert word in result["explanation"]
    assert "sk-example-key" not in result["explanation"]


def test_transient_verdicts_are_retried(api, expect_reads, probe, waits):
    expect_reads(KEY)
    for code in (2001, 2005, 2040, 2044):
        api.expect_client("GET", MODELS, status=400, answer=own(code))
    api.expect_client("GET", MODELS, answer=LIST)
    refuse_invalid_token(api)
    assert probe(retry_seconds=60)["verdict"] == "answered"
    assert waits == [1, 2, 4, 8]


def test_retries_end_after_retry_seconds(api, expect_reads, probe, waits):
    expect_reads(KEY)
    for _try in range(4):
        api.expect_client("GET", MODELS, status=400, answer=own(2001))
    assert probe(retry_seconds=5)["verdict"] == "no_gateway"
    assert waits == [1, 2, 2]


@pytest.mark.parametrize("options", [{}, {"alias": "other"}])
def test_a_key_that_is_not_stored_is_not_waited_for(api, expect_reads, probe, waits, options):
    expect_reads(*([KEY] if options else []))
    api.expect_client("GET", MODELS, status=400, answer=own(2040 if options else 2044))
    refuse_invalid_token(api)
    probe(retry_seconds=60, **options)
    assert waits == []


def test_an_expected_verdict_is_not_retried_and_no_failure(api, expect_reads, probe, waits):
    expect_reads(KEY)
    api.expect_client("GET", MODELS, status=400, answer=own(2044))
    refuse_invalid_token(api)
    result = probe(retry_seconds=60, expect=["answered", "no_key"])
    assert (result.get("failed"), waits) == (None, [])


def test_no_answer_is_a_verdict(api, expect_reads, probe):
    expect_reads(KEY)
    api.expect_client("GET", MODELS, error=requests.ConnectionError("name not known"))
    result = probe()
    assert (result["verdict"], result["status"], result["is_open"]) == ("no_answer", None, None)
    assert "name not known" in result["explanation"]


def test_a_chat_through_a_route_reports_the_provider_and_the_model(api, expect_reads, probe):
    expect_reads(routes=["best", "worst"])
    reported = {"cf-aig-model": "claude", "cf-aig-provider": "anthropic", "cf-aig-step": "1", "cf-aig-cache-status": "HIT"}
    sent = {"cf-aig-authorization": f"Bearer {RUN_TOKEN}", "cf-aig-metadata": '{"plan": "paid", "seats": 3}'}
    body = {"model": "dynamic/best", "messages": MESSAGES, "max_tokens": 8}
    api.expect_client("POST", COMPAT, answer=CHAT, headers=reported, sent=sent, body=body)
    refuse_invalid_token(api)
    result = probe(route="best", request=True, max_tokens=8, skip_cache=False, metadata={"plan": "paid", "seats": 3})
    assert [result[name] for name in ("verdict", "provider", "model", "step", "cache")] == ["answered", "anthropic", "claude", 1, "hit"]
    assert result["explanation"].endswith("ms with the model claude as the fallback for 1 other model from the cache.")
    assert "cf-aig-skip-cache" not in api.calls[3].headers


def test_a_route_without_a_request_is_reported(api, expect_reads, probe):
    expect_reads(KEY, routes=["best"])
    api.expect_client("GET", MODELS, answer=LIST)
    refuse_invalid_token(api)
    result = probe(route="best")
    assert result["verdict"] == "answered"
    assert result["explanation"].endswith("The dynamic route best exists, but was not asked: set request to true for that.")


def test_the_provider_of_a_route_without_an_answer_is_unknown(api, expect_reads, probe):
    expect_reads(routes=["best"])
    api.expect_client("POST", COMPAT, status=400, answer=own(2005), body={"model": "dynamic/best", "messages": MESSAGES, "max_tokens": 16})
    refuse_invalid_token(api)
    result = probe(route="best", request=True)
    assert (result["verdict"], result["provider"]) == ("no_provider_answer", None)
    assert "no answer from the dynamic route" in result["explanation"]


def test_a_route_that_does_not_exist_gets_no_client_request(api, expect_reads, probe):
    expect_reads(routes=["worst"])
    result = probe(route="best", request=True)
    assert result["verdict"] == "no_route"
    assert "Dynamic routes that exist: worst." in result["explanation"]


@pytest.mark.parametrize(
    ("provider", "path", "body"),
    [
        ("openai", "chat/completions", {"model": "m", "messages": MESSAGES, "max_completion_tokens": 16}),
        ("anthropic", "v1/messages", {"model": "m", "messages": MESSAGES, "max_tokens": 16}),
        (
            "google-ai-studio",
            "v1beta/models/m:generateContent",
            {"contents": [{"role": "user", "parts": [{"text": MESSAGES[0]["content"]}]}], "generationConfig": {"maxOutputTokens": 16}},
        ),
        ("custom-mine", "chat/completions", {"model": "m", "messages": MESSAGES, "max_tokens": 16}),
    ],
)
def test_a_chat_with_a_model_uses_the_path_of_its_provider(api, expect_reads, probe, provider, path, body):
    expect_reads({**KEY, "provider_slug": provider})
    api.expect_client("POST", f"{PLANE}/{provider}/{path}", status=401, answer=own(2009), body=body, sent={"cf-aig-byok-alias": "team"})
    assert probe(provider=provider, model="m", request=True, alias="team")["verdict"] == "token_refused"
    assert "cf-aig-no-wholesale" not in api.calls[-1].headers


def test_in_check_mode_a_chat_is_not_sent(api, expect_reads, probe):
    expect_reads(KEY)
    api.expect_client("GET", MODELS, answer=LIST, sent=FREE)
    refuse_invalid_token(api)
    result = probe(check_mode=True, model="m", request=True)
    assert (result["verdict"], result["model"]) == ("answered", None)
    assert "Because of check mode, only a free request was sent" in result["explanation"]


def test_a_chat_that_may_have_been_answered_is_not_sent_again(api, expect_reads, probe, waits):
    expect_reads(KEY)
    api.expect_client("POST", PLANE + "/openai/chat/completions", error=requests.ReadTimeout("too long"), body=CHAT_BODY)
    assert probe(model="m", request=True, retry_seconds=60)["verdict"] == "no_answer"
    assert waits == []


CHAT_BODY = {"model": "m", "messages": MESSAGES, "max_completion_tokens": 16}


@pytest.mark.parametrize(
    ("stored", "url"),
    [
        (["mistral", "anthropic"], f"{PLANE}/anthropic/v1/models"),
        (["google-ai-studio"], f"{PLANE}/google-ai-studio/v1beta/models"),
        (["mistral"], MODELS),
    ],
)
def test_the_default_provider_has_a_stored_key(api, expect_reads, probe, stored, url):
    expect_reads(*({**KEY, "id": slug, "provider_slug": slug} for slug in stored))
    api.expect_client("GET", url, status=401, answer=own(2009))
    probe()


def test_requests_go_to_the_custom_domain(api, expect_reads, probe):
    expect_reads(KEY)
    location = {"Location": "https://team.cloudflareaccess.com/cdn-cgi/access/login/ai.example.com"}
    api.expect_client("GET", "https://ai.example.com/openai/models", status=302, raw="", headers=location)
    result = probe(hostname="ai.example.com")
    assert result["verdict"] == "blocked_by_access"
    assert "in front of ai.example.com" in result["explanation"]


def test_requests_for_a_custom_domain_can_go_to_another_server(api, expect_reads, probe):
    expect_reads(KEY)
    api.expect_client("GET", "https://proxy.example/base/openai/models", status=401, answer=own(2009), sent={"Host": "ai.example.com"})
    probe(hostname="ai.example.com", gateway_url="https://proxy.example/base/")


def test_the_api_token_is_the_default_token(api, expect_reads, run_module):
    expect_reads(KEY)
    api.expect_client("GET", MODELS, status=401, answer=own(2009), sent={"cf-aig-authorization": "Bearer invented-token"})
    run_module({"gateway_id": "a"}, "ai_gateway_probe")


def test_the_token_is_not_shown_even_if_the_answer_repeats_it(api, expect_reads, probe):
    expect_reads(KEY)
    answer = {"error": {"message": f"bad {RUN_TOKEN} and invented-token"}}
    reported = {"cf-aig-model": RUN_TOKEN, "cf-aig-log-id": RUN_TOKEN, "cf-aig-provider": "invented-token"}
    api.expect_client("GET", MODELS, status=404, answer=answer, headers=reported)
    refuse_invalid_token(api)
    assert RUN_TOKEN not in json.dumps(probe())


def test_all_problems_are_reported_together_before_anything_is_sent(api, probe):
    result = probe(
        run_token="two words",
        request=True,
        alias="a b",
        max_tokens=65,
        retry_seconds=-1,
        metadata={"list": [1], "null": None, **{str(number): number for number in range(5)}},
        gateway_url="gateway.example",
        hostname="AI.example.com",
    )
    expected = (
        "run_token must not contain a line break",
        "alias is 'a b', but must consist of",
        "hostname is 'AI.example.com', but must be",
        "max_tokens is 65, but must be at least 1 and at most 64",
        "metadata.list must be",
        "metadata.null must be",
        "metadata has 7 entries: at most 5",
        "retry_seconds is -1",
        "gateway_url is not a URL",
        "request is true, but neither model nor route is given",
    )
    assert [part for part in expected if part not in result["msg"]] == []
    assert "two words" not in json.dumps(result)


@pytest.mark.parametrize("other", ["alias", "model"])
def test_options_that_contradict_a_route_are_refused(probe, other):
    assert f"route and {other} are given together" in probe(route="best", **{other: "x"})["msg"]


def test_run_token_is_required_with_an_api_key(run_module):
    options = {"gateway_id": "a", "api_email": "user@example.com", "api_key": "invented-key"}
    assert "run_token is missing" in run_module(options, "ai_gateway_probe", token=False)["msg"]


def test_an_empty_gateway_url_is_refused(probe):
    assert "gateway_url is empty" in probe(gateway_url="")["msg"]


def test_an_unknown_verdict_is_refused(probe):
    assert "value of expect must be one or more of" in probe(expect=["fine"])["msg"]


def test_credentials_of_the_api_are_not_sent_to_the_gateway(api, expect_reads, probe):
    expect_reads(KEY)
    api.expect_client("GET", MODELS, status=401, answer=own(2009))
    probe()
    assert not matchers.header_matcher({"Authorization": "Bearer invented-token"})(api.calls[-1])[0]
