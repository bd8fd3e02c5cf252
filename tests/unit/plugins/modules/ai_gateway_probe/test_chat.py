# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe with ``request``: a chat with a model or through a route."""

from __future__ import annotations

import pytest
import requests

from tests.unit.plugins.modules.ai_gateway_probe.conftest import FREE, KEY, LIST, MODELS, PLANE, RUN_TOKEN, own, refuse_invalid_token

COMPAT = PLANE + "/compat/chat/completions"
MESSAGES = [{"role": "user", "content": "Answer with one word."}]
CHAT = {"model": "gpt-4o-mini", "choices": [{"message": {"content": "Hello"}}]}


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
