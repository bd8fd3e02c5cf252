# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the probe: token, URL and host name, and what is refused."""

from __future__ import annotations

import json

import pytest
from responses import matchers

from tests.unit.plugins.modules.ai_gateway_probe.conftest import KEY, MODELS, PLANE, RUN_TOKEN, own, refuse_invalid_token


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
