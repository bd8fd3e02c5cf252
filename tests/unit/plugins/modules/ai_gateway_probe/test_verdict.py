# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe without ``request``: free requests, and the verdicts for their answers."""

from __future__ import annotations

import json

import pytest
import requests

from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.verdicts import VERDICTS
from tests.unit.plugins.modules.ai_gateway_probe.conftest import FREE, KEY, LIST, MODELS, RUN_TOKEN, own, refuse_invalid_token


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
