# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that equal ids, names and settings: values for later tasks are intact, and a mask is never taken for an id."""

from __future__ import annotations

import time

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.export import as_declared
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY

ONE = "/ai-gateway/gateways/a"
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Each is equal to, or a part of, a value that is not secret and that later tasks use.
COLLIDING = ["support-bot", "cloudflare", "ai.cloudflare", "https://gateway.ai.cloudflare.com/v1", "cache_ttl", "unchanged", "otel.example"]


@pytest.mark.parametrize("secret", COLLIDING)
@pytest.mark.parametrize("place", ["declared", "stored", "extra_settings", "api_token"])
def test_masking_keeps_ids_and_settings(api, gateway, run_module, secret, place):
    otel = [{"url": "https://otel.example/support-bot", "headers": {"x-support-bot": secret}, "content_type": "json"}]
    stored = gateway(id="support-bot", store_id=f"store-{secret}", otel=otel, later={"echo": f"it is {secret}"})
    options = {"id": "support-bot", "store_id": f"store-{secret}"}
    if place == "api_token":
        stored["otel"], options["api_token"] = None, secret
    elif place != "stored":
        options.update({"otel": otel} if place == "declared" else {"extra_settings": {"otel": otel}})
    api.expect("GET", "/ai-gateway/gateways/support-bot", answer=stored)
    result = run_module(options, diff=True)
    assert (result["operation"], result["changed"]) == ("unchanged", False)
    assert result["endpoint"] == f"https://gateway.ai.cloudflare.com/v1/{api.account_id}/support-bot"
    shown = result["gateway"]
    assert (shown["id"], shown["store_id"], set(shown)) == ("support-bot", f"store-{secret}", {*stored, *shown})
    assert shown["later"] == {"echo": "it is ********"}
    if place != "api_token":
        expected = {"x-support-bot": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
        assert shown["otel"] == [{"url": "https://otel.example/support-bot", "headers": expected, "content_type": "json"}]
    assert result["ansible_facts"]["cloudflare_ai_gateway"] == shown
    assert result["diff"]["after"] == {name: value for name, value in shown.items() if name not in ("created_at", "modified_at")}
    assert result["diff"]["before_header"] == "support-bot"
    given = result["invocation"]["module_args"]
    assert (given["id"], given["store_id"]) == ("support-bot", f"store-{secret}")


def test_a_failure_names_the_complete_request_and_quotes_no_secret(api, gateway, run_module):
    stripe = {"authorization": "support-bot", "usage_events": []}
    api.expect("GET", "/ai-gateway/gateways/support-bot", answer=gateway(id="support-bot", stripe=stripe))
    errors = [{"code": 1, "message": "not support-bot", "path": ["support-bot"]}]
    api.expect("PUT", "/ai-gateway/gateways/support-bot", status=400, errors=errors, headers={"cf-ray": "support-bot"})
    result = run_module({"id": "support-bot", "cache_ttl": 5})
    assert result["request"]["path"] == f"/accounts/{api.account_id}/ai-gateway/gateways/support-bot"
    assert result["errors"] == [{"code": 1, "message": "not ********", "path": ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"]}]
    assert result["ray_id"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert "support-bot" not in result["msg"]


def test_values_of_the_wrong_type_are_searched_for_secrets(api, gateway, run_module):
    stripe = {"authorization": "known-only-to-the-server", "usage_events": []}
    odd = {
        "cache_ttl": "known-only-to-the-server",
        "dlp": ["known-only-to-the-server"],
        "guardrails": {"prompt": {"S14": {"k": stripe["authorization"]}}},
    }
    made = {"created_at": [stripe["authorization"]], "spend_limits": {"rules": [{"metadata": {"team": [stripe["authorization"]]}}]}}
    api.expect("GET", ONE, answer=gateway(stripe=stripe, **odd, **made, **{"later": {stripe["authorization"]: 1}}))
    result = run_module({"id": "a"}, diff=True)
    assert result["operation"] == "unchanged"
    assert "known-only-to-the-server" not in str(result)


def test_a_number_is_a_secret_too(api, gateway, run_module):
    otel = [{"url": "a://b", "headers": {"k": 123456789012}}]
    api.expect("GET", ONE, answer=gateway(otel=otel, later=[123456789012, 1234567890123, 5], cache_ttl=123456789012))
    shown = run_module({"id": "a"})["gateway"]
    assert shown["later"] == ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"] * 2 + [5]
    assert shown["cache_ttl"] == 123456789012


def test_a_refusal_by_ansible_shows_the_complete_options_and_no_secret(run_module):
    otel = [{"url": "a://b", "authorization": "support-bot"}]
    result = run_module({"id": "support-bot", "retry_backoff": "support-bot", "otel": otel, "store_id": "support-bot-store"})
    assert "got: ********" in result["msg"]
    given = result["invocation"]["module_args"]
    assert (given["id"], given["store_id"]) == ("support-bot", "support-bot-store")
    assert given["otel"][0]["authorization"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@pytest.mark.parametrize(
    "secret", ["changed", "operation", "message", "request", "failed", "cache_ttl", "invocation", "123456789012", "true"]
)
def test_masking_keeps_the_keys_of_the_result(api, gateway, run_module, secret):
    api.expect("GET", ONE, answer=gateway(cache_ttl=123456789012))
    api.expect("PUT", ONE, status=400, errors=[{"code": 1, "message": "no", "path": []}])
    result = run_module({"id": "a", "zdr": True, "api_token": secret})
    assert {"changed", "failed", "msg", "request", "errors", "invocation", "status"} <= set(result) | {"changed"}
    assert result["errors"] == [{"code": 1, "message": "no", "path": []}]
    assert result["failed"] is True
    api.expect("GET", ONE, answer=gateway(cache_ttl=123456789012))
    result = run_module({"id": "a", "api_token": secret})
    assert (result["changed"], result["operation"], result["gateway"]["cache_ttl"]) == (False, "unchanged", 123456789012)


def test_options_that_are_equal_to_a_secret_are_shown(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    options = {"api_email": "someone@example.com", "api_key": "someone@example.com", "id": "a"}
    given = run_module({"account_id": api.account_id, **options}, connection=False)["invocation"]["module_args"]
    assert (given["api_email"], given["api_key"]) == ("someone@example.com", MASK)


MASKED_IDS = ["********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "team-********", "a********b"]


@pytest.mark.parametrize("item_id", MASKED_IDS)
@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("ai_gateway", lambda item_id: {"id": item_id}),
        ("ai_gateway", lambda item_id: {"id": item_id, "state": "absent"}),
        ("ai_gateways", lambda item_id: {"gateways": [{"id": "a"}, {"id": item_id}], "purge": True}),
        ("ai_gateways", lambda item_id: {"gateways": [{"id": item_id, "state": "absent"}]}),
        ("ai_gateway_info", lambda item_id: {"ids": ["a", item_id]}),
    ],
)
def test_a_mask_is_no_id_and_nothing_is_sent(run_module, item_id, module, options):
    result = run_module(options(item_id), module)
    assert result["msg"].startswith("No request was sent")
    assert "which contains a mask in place of a secret" in result["msg"]


@pytest.mark.parametrize("item_id", ["aaaa", "hidden", "masked", "redacted", "xxx", "value_specified"])
def test_an_id_that_only_looks_like_a_mask_is_an_id(api, gateway, run_module, item_id):
    api.expect("GET", f"/ai-gateway/gateways/{item_id}", answer=gateway(id=item_id))
    assert run_module({"id": item_id})["gateway"]["id"] == item_id


def test_a_mask_in_a_setting_that_is_not_secret_is_refused(run_module):
    result = run_module({"id": "a", "otel": [{"url": "https://********.example"}], "store_id": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"})
    assert "otel[0].url is 'https://********.example', which contains a mask" in result["msg"]
    assert "store_id is 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER', which contains a mask" in result["msg"]


# Many gateways.


def otel_of(secret):
    return [{"url": "https://otel.example/v1", "headers": {"x-dataset": secret}, "content_type": "json"}]


def test_masking_keeps_the_ids_of_many_gateways(api, gateway, run_module):
    secrets = {"support-bot": "support-bot", "cache_ttl-bot": "cache_ttl", "updated-bot": "updated-bot"}
    stored = [gateway(id=name, otel=otel_of(secret), later=f"it is {secret}") for name, secret in secrets.items()]
    api.expect_page(stored)
    api.expect("GET", "/ai-gateway/gateways/updated-bot", answer=stored[2])
    api.expect("PUT", "/ai-gateway/gateways/updated-bot", answer={**stored[2], "cache_ttl": 7})
    api.expect("GET", "/ai-gateway/gateways/support-bot", answer=stored[0])
    errors = [{"code": 1, "message": "not support-bot"}]
    api.expect("PUT", "/ai-gateway/gateways/support-bot", status=400, errors=errors)
    gateways = [{"id": "updated-bot", "cache_ttl": 7}, {"id": "support-bot", "cache_ttl": 7}, {"id": "cache_ttl-bot"}]
    result = run_module({"gateways": gateways, "concurrency": 1}, "ai_gateways", diff=True)
    assert [(entry["id"], entry["operation"], entry["changed_settings"]) for entry in result["results"]] == [
        ("updated-bot", "updated", ["cache_ttl"]),
        ("support-bot", "failed", []),
        ("cache_ttl-bot", "unchanged", []),
    ]
    error = result["results"][1]["error"]
    assert error["request"]["path"].endswith("/support-bot")
    assert (error["errors"][0]["message"], "support-bot" in error["msg"], "support-bot" in result["msg"]) == ("not ********", False, False)
    assert {name: (shown["id"], shown["later"]) for name, shown in result["gateways"].items()} == {
        "updated-bot": ("updated-bot", "it is ********"),
        "cache_ttl-bot": ("cache_ttl-bot", "it is ********"),
    }
    assert "updated-bot" in str(result["diff"])
    assert result["invocation"]["module_args"]["gateways"][1]["id"] == "support-bot"


def test_masking_keeps_the_ids_of_a_listing(api, gateway, run_module):
    stored = [gateway(id=name, otel=otel_of(name), store_id=f"store-{name}", later=name) for name in ("support-bot", "billing-bot")]
    api.expect_page(stored)
    found = run_module({}, "ai_gateway_info")["gateways"]
    assert [(one["id"], one["store_id"], one["later"]) for one in found] == [
        ("support-bot", "store-support-bot", MASK),
        ("billing-bot", "store-billing-bot", MASK),
    ]


def test_declaring_exported_gateways_never_deletes_them(api, gateway, run_module):
    stored = [gateway(id="support-bot", otel=otel_of("support-bot"), later="support-bot")]
    api.expect_page(stored)
    exported = [as_declared(GATEWAY, found) for found in run_module({}, "ai_gateway_info")["gateways"]]
    api.expect_page(stored)
    result = run_module({"gateways": exported, "purge": True}, "ai_gateways")
    assert [(entry["id"], entry["operation"]) for entry in result["results"]] == [("support-bot", "unchanged")]


def test_thousands_of_gateways_are_searched_quickly(api, gateway, run_module):
    """Each gateway has secrets, and quotes its own. Searching each for the secrets of all would take minutes."""
    started = time.process_time()
    stored = [
        gateway(id=f"bot-{number}", otel=otel_of(f"Bearer invented-key-{number}-x"), later=[f"key: invented-key-{number}-x"] * 3)
        for number in range(3000)
    ]
    for page in range(30):
        api.expect_page(stored[page * 100 : page * 100 + 100], number=page + 1, total=3000)
    result = run_module({"gateways": [{"id": one["id"]} for one in stored]}, "ai_gateways")
    assert {str(one["later"]) for one in result["gateways"].values()} == {str(["key: ********"] * 3)}
    assert time.process_time() - started < 20
