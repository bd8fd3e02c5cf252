# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe against the simulator's data plane. Both were written from the same facts, independently of each other."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.verdicts import VERDICTS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import execute
from tests.contract.support import task_spec_of
from tests.simulator.handle import Simulator

Json = dict[str, Any]
STORE = "0" * 32
DOMAIN = {"custom_domains": [{"gateway_id": "one", "hostname": "ai.example.com"}]}
CHAT: Json = {"model": "gpt-4o-mini", "request": True}


def stored_key(provider: str = "openai", alias: str = "default", key: str = "sk-example") -> Json:
    """Return the stored objects of one provider key."""
    secret = {"name": f"one_{provider}_{alias}", "value": key, "scopes": ["ai_gateway"], "store_id": STORE}
    return {
        "stores": [{"id": STORE}],
        "secrets": [secret],
        "provider_configs": [{"gateway_id": "one", "provider_slug": provider, "alias": alias}],
    }


def policies(**policy: Any) -> Json:
    """Return the stored objects of an OpenAI key, and one policy."""
    return {**stored_key(), "policies": [{"gateway_id": "one", "name": "only", **policy}]}


def route(model: str) -> Json:
    """Return a dynamic route to a model of Workers AI."""
    edge = {"elementId": "end"}
    target = {"provider": "workers-ai", "model": model, "retries": 0, "timeout": 0}
    elements = [
        {"id": "start", "type": "start", "outputs": {"next": {"elementId": "model"}}},
        {"id": "model", "type": "model", "properties": target, "outputs": {"success": edge, "fallback": edge}},
        {"id": "end", "type": "end", "outputs": {}},
    ]
    return {"dynamic_routes": [{"gateway_id": "one", "name": "best", "elements": elements}]}


ROUTED: Json = {"route": "best", "request": True}
BUDGET: Json = {"type": "limit", "amount": 5, "period": "daily"}
# Verdict, options of the probe, items of the account, behaviour of the simulator, settings of the gateway.
CASES: list[tuple[str, Json, Json, Json, Json]] = [
    ("answered", {}, stored_key(), {}, {}),
    ("answered", {"provider": "anthropic"}, stored_key("anthropic"), {}, {}),
    ("answered", {**CHAT, "provider": "anthropic"}, stored_key("anthropic"), {}, {}),
    ("answered", {**CHAT, "provider": "google-ai-studio"}, stored_key("google-ai-studio"), {}, {}),
    ("answered", {**CHAT, "provider": "grok"}, stored_key("grok"), {}, {}),
    ("answered", {**CHAT, "provider": "deepseek"}, stored_key("deepseek"), {}, {}),
    ("answered", CHAT, {}, {"traffic_credits": True}, {}),
    ("answered", {"hostname": "ai.example.com", "provider": "workers-ai"}, DOMAIN, {}, {}),
    ("answered", ROUTED, route("llama"), {}, {}),
    ("open", {"provider": "workers-ai"}, {}, {}, {"authentication": False}),
    ("no_gateway", {"gateway_id": "two"}, {}, {}, {}),
    ("no_gateway", {}, {}, {"traffic_lag": 9}, {}),
    ("no_route", {"route": "worst"}, route("llama"), {}, {}),
    ("token_refused", {"run_token": "simulator-read-token"}, {}, {}, {}),
    ("token_refused", {"run_token": "simulator-read-token"}, {}, {"traffic_errors": "short", "traffic_unauthorized_status": 400}, {}),
    ("no_key", {}, {}, {}, {}),
    ("no_key", CHAT, {}, {}, {"byok_only": True}),
    ("no_alias", {"alias": "team"}, stored_key(), {}, {}),
    ("key_unavailable", {}, {**stored_key(), "secrets": []}, {}, {}),
    ("key_refused", {}, stored_key(key="sk-example-refused"), {}, {}),
    ("key_refused", {"provider": "anthropic"}, stored_key("anthropic", key="sk-example-refused"), {}, {}),
    ("key_refused", {"provider": "google-ai-studio"}, stored_key("google-ai-studio", key="sk-example-refused"), {}, {}),
    ("key_refused", {"provider": "grok"}, stored_key("grok", key="sk-example-refused"), {}, {}),
    ("no_credits", CHAT, {}, {}, {}),
    ("spend_limit", {}, {}, {"traffic_refusal": 2041}, {}),
    ("spend_limit", {}, {}, {"traffic_refusal": 2045}, {}),
    ("guardrails", {}, {}, {"traffic_refusal": 2016}, {}),
    ("guardrails", {}, {}, {"traffic_refusal": 2017}, {}),
    ("guardrails_down", {}, {}, {"traffic_refusal": 7013}, {}),
    ("dlp", {}, {}, {"traffic_refusal": 2029}, {}),
    ("dlp", {}, {}, {"traffic_refusal": 2030, "traffic_errors": "short"}, {}),
    ("policy", CHAT, policies(resource={"model": "gpt-4o"}), {}, {}),
    ("policy_budget", {}, policies(action=BUDGET), {"traffic_spent": {"only": 6}}, {}),
    ("blocked_by_edge", {}, {}, {"traffic_blocked_by": "edge"}, {}),
    ("blocked_by_access", {"hostname": "ai.example.com"}, DOMAIN, {"traffic_blocked_by": "access"}, {}),
    ("bad_provider", {"provider": "nowhere"}, {}, {}, {}),
    ("no_provider_answer", ROUTED, route("silent"), {}, {}),
    ("bad_provider", {"provider": "custom-mine"}, {"custom_providers": [{"slug": "mine", "enable": False}]}, {}, {}),
    ("no_answer", {"gateway_url": "http://127.0.0.1:9"}, {}, {}, {}),
]
# The simulator's providers have no limits and accept all models, and it can parse every request of a probe.
NOT_IN_CASES = {"bad_request", "provider_limited", "provider_error", "unknown", "rate_limited"}


def probe(simulator: Simulator, **options: Any) -> Json:
    """Return the result of a probe of the gateway ``one``, with the simulator's tokens."""
    task_spec = task_spec_of("ai_gateway_probe")
    connection = {"account_id": simulator.account_id, "api_token": simulator.api_token, "base_url": simulator.base_url}
    given = {"gateway_id": "one", "gateway_url": simulator.gateway_url, "retry_seconds": 0, **connection, **options}
    validated = ArgumentSpecValidator(task_spec.argument_spec()).validate(given)
    assert not validated.error_messages
    return execute(task_spec, validated.validated_parameters, check_mode=False, diff_mode=False)


def prepare(simulator: Simulator, stored: Json, behaviour: Json, settings: Json) -> None:
    """Reset the simulator to an account with the gateway ``one``."""
    gateway = {"authentication": True, "store_id": STORE, **settings}
    account = simulator.account_id
    simulator.reset(behaviour=behaviour, gateways={account: {"one": gateway}}, items={account: stored})


@pytest.mark.parametrize(("verdict", "options", "stored", "behaviour", "settings"), CASES)
def test_verdicts(simulator: Simulator, verdict: str, options: Json, stored: Json, behaviour: Json, settings: Json) -> None:
    prepare(simulator, stored, behaviour, settings)
    before = simulator.changes()
    result = probe(simulator, **options)
    assert result["verdict"] == verdict, result["explanation"]
    # The probe changes nothing, and sends no credentials for the provider.
    assert simulator.changes() == before
    gateway_requests = [request for request in simulator.requests() if not request["path"].startswith("/client/")]
    assert not [request for request in gateway_requests if "authorization" in request["headers"]]
    assert "sk-example" not in str(result)


def test_the_cases_cover_all_other_verdicts() -> None:
    assert {case[0] for case in CASES} == set(VERDICTS) - NOT_IN_CASES


def test_probes_count_against_the_rate_limit(simulator: Simulator) -> None:
    prepare(simulator, stored_key(), {}, {"rate_limiting_limit": 2, "rate_limiting_interval": 60})
    assert [probe(simulator)["verdict"] for _number in range(2)] == ["answered", "answered"]
    assert probe(simulator)["verdict"] == "rate_limited"


@pytest.mark.parametrize("code", [2001, 2044])
def test_a_probe_waits_for_a_delayed_change(simulator: Simulator, code: int) -> None:
    prepare(simulator, stored_key(), {"traffic_lag": 1, "traffic_lag_code": code}, {})
    assert probe(simulator, retry_seconds=10)["verdict"] == "answered"


@pytest.mark.parametrize(("skip_cache", "seen"), [(True, [None, None]), (False, ["miss", "hit"])])
def test_the_cache_is_reported(simulator: Simulator, skip_cache: bool, seen: list[str | None]) -> None:
    prepare(simulator, stored_key(), {}, {"cache_ttl": 60})
    assert [probe(simulator, **CHAT, skip_cache=skip_cache)["cache"] for _number in range(2)] == seen
