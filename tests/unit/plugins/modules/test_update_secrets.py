# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a declared secret is written to an existing gateway, and how a server may show it."""

from __future__ import annotations

import json

import pytest

GATEWAYS = "/ai-gateway/gateways"
ONE = GATEWAYS + "/a"
URL = "https://otel.example.com/v1/traces"
OLD, NEW = "Bearer sk_invented-old-1234", "Bearer sk_invented-new-5678"
EVENTS = [{"payload": "{}"}]


def otel(authorization, **parts):
    return [{"url": URL, "headers": {}, "authorization": authorization, "content_type": "json", **parts}]


def sent(api):
    return [json.loads(call.body) for call in api.calls if call.method == "PUT"]


@pytest.mark.parametrize("stored", [NEW, OLD, "********"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_always_writes_a_secret_in_each_run(api, gateway, run_module, stored, check_mode):
    api.expect("GET", ONE, answer=gateway(otel=otel(stored)))
    if not check_mode:
        api.expect("PUT", ONE, answer=gateway(otel=otel(stored if stored == "********" else NEW)))
    result = run_module({"id": "a", "update_secrets": "always", "otel": otel(NEW)}, check_mode=check_mode)
    assert (result["operation"], result["changed_settings"]) == ("updated", ["otel"])
    assert check_mode or sent(api)[0]["otel"] == otel(NEW)


def test_always_writes_nothing_if_no_secret_is_declared(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "update_secrets": "always", "cache_ttl": 5})["operation"] == "unchanged"


def test_a_hidden_secret_is_written_again_after_an_unknown_outcome(api, gateway, run_module):
    for status in (400, 504):
        api.expect("GET", ONE, answer=gateway(otel=otel("********")))
        if status == 400:
            api.expect("PUT", ONE, status=504)
    api.expect("PUT", ONE, answer=gateway(otel=otel("********")))
    result = run_module({"id": "a", "update_secrets": "always", "max_retries": 0, "otel": otel(NEW)})
    assert result["operation"] == "updated"
    assert len(sent(api)) == 2


def test_always_fails_if_each_outcome_is_unknown(api, gateway, run_module):
    for _round in range(4):
        api.expect("GET", ONE, answer=gateway(otel=otel("********")))
        api.expect("PUT", ONE, status=504)
    api.expect("GET", ONE, answer=gateway(otel=otel("********")))
    result = run_module({"id": "a", "update_secrets": "always", "max_retries": 0, "otel": otel(NEW)})
    assert result["failed"]
    assert result["status"] == 504


@pytest.mark.parametrize("stored", [OLD, "********"])
def test_never_leaves_a_stored_secret_alone(api, gateway, run_module, stored):
    api.expect("GET", ONE, answer=gateway(otel=otel(stored)))
    assert run_module({"id": "a", "update_secrets": "never", "otel": otel(NEW)})["operation"] == "unchanged"


def test_never_keeps_the_stored_secret_if_another_setting_is_written(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(otel=otel(OLD), cache_ttl=1))
    api.expect("PUT", ONE, answer=gateway(otel=otel(OLD, content_type="protobuf"), cache_ttl=5))
    result = run_module({"id": "a", "update_secrets": "never", "cache_ttl": 5, "otel": otel(NEW, content_type="protobuf")})
    assert result["changed_settings"] == ["cache_ttl", "otel"]
    assert sent(api)[0]["otel"] == otel(OLD, content_type="protobuf")


def test_never_writes_the_secret_of_a_new_element(api, gateway, run_module):
    other = "https://other.example.com/v1/traces"
    wanted = [*otel(OLD), *otel(NEW, url=other)]
    api.expect("GET", ONE, answer=gateway(otel=otel(OLD)))
    api.expect("PUT", ONE, answer=gateway(otel=wanted))
    run_module({"id": "a", "update_secrets": "never", "otel": [*otel("Bearer invented-ignored"), *otel(NEW, url=other)]})
    assert sent(api)[0]["otel"] == wanted


def test_never_writes_secrets_at_creation(api, gateway, run_module):
    api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    api.expect("POST", GATEWAYS, answer=gateway(otel=otel(NEW)))
    assert run_module({"id": "a", "update_secrets": "never", "otel": otel(NEW)})["operation"] == "created"


def test_never_does_not_write_a_mask_back(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(otel=otel("********"), cache_ttl=1))
    result = run_module({"id": "a", "update_secrets": "never", "cache_ttl": 5, "otel": otel(NEW)})
    assert result["failed"]
    assert "Declare otel in this task too, with the secret, and set update_secrets to auto." in result["msg"]


def test_all_gateways_of_a_task_follow_update_secrets(api, gateway, run_module):
    api.expect_page([gateway(id="a", otel=otel(OLD))], total=1)
    result = run_module({"gateways": [{"id": "a", "otel": otel(NEW)}], "update_secrets": "never"}, "ai_gateways")
    assert result["summary"]["unchanged"] == 1


MASKS = [
    "********",
    "Bearer ********",
    "xxxxxxxx",
    "Token xxxxxxxxxxxx",
    "[secret]",
    "<hidden value>",
    "(redacted)",
    "{encrypted}",
    "sk_...5678",
    "Bearer sk_\u20265678",
    "sk_invented-n...",
    "...5678",
    "sk_********5678",
    "sk_i\u00b7\u00b7\u00b7\u00b75678",
    "sk_xxxxxxxx5678",
]


@pytest.mark.parametrize("mask", MASKS)
def test_a_mask_that_matches_counts_as_the_declared_secret(api, gateway, run_module, mask):
    api.expect("GET", ONE, answer=gateway(otel=otel(mask)))
    assert run_module({"id": "a", "otel": otel(NEW)})["operation"] == "unchanged"


@pytest.mark.parametrize(
    "mask", ["sk_...1234", "Bearer sk_\u20261234", "pk_********", "sk_invented-o...", "sk_invented-new-5678-and-more...8"]
)
def test_a_mask_that_contradicts_the_declared_secret_is_a_difference(api, gateway, run_module, mask):
    api.expect("GET", ONE, answer=gateway(otel=otel(mask)))
    api.expect("PUT", ONE, answer=gateway(otel=otel("sk_...5678")))
    result = run_module({"id": "a", "otel": otel(NEW)})
    assert result["changed_settings"] == ["otel"]
    assert sent(api)[0]["otel"] == otel(NEW)


@pytest.mark.parametrize("mask", [*MASKS, "sk_...1234"])
def test_no_mask_of_an_undeclared_secret_is_written_back(api, gateway, run_module, mask):
    api.expect("GET", ONE, answer=gateway(otel=otel(mask)))
    result = run_module({"id": "a", "cache_ttl": 5})
    assert "the server hides otel[0].authorization" in result["msg"]


@pytest.mark.parametrize("stripe", [{"usage_events": EVENTS}, *({"authorization": text, "usage_events": EVENTS} for text in (None, ""))])
def test_a_required_secret_that_is_missing_is_hidden(api, gateway, run_module, stripe):
    api.expect("GET", ONE, answer=gateway(stripe=stripe))
    assert "the server hides stripe.authorization" in run_module({"id": "a", "cache_ttl": 5})["msg"]
    api.expect("GET", ONE, answer=gateway(stripe=stripe))
    declared = {"authorization": "invented-stripe", "usage_events": EVENTS}
    assert run_module({"id": "a", "stripe": declared})["operation"] == "unchanged"


def test_a_header_without_a_value_is_hidden(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(otel=[{"url": URL, "headers": {"x-key": None}}]))
    assert "the server hides otel[0].headers.x-key" in run_module({"id": "a", "cache_ttl": 5})["msg"]


@pytest.mark.parametrize("secret", ["xxxxxxxx", "[token]", "sk_...1234", "loading..."])
def test_a_secret_that_only_looks_like_a_mask_is_declared_and_compared_as_it_is(api, gateway, run_module, secret):
    api.expect("GET", ONE, answer=gateway(otel=otel(secret)))
    result = run_module({"id": "a", "otel": otel(secret)})
    assert result["operation"] == "unchanged"


@pytest.mark.parametrize(
    "text", ["sk_invented", "waits for ... some time, in words", "a" * 3, "", "[" + "x" * 40 + "]", "12.5...7 and more"]
)
def test_values_that_are_not_masks_are_compared(api, gateway, run_module, text):
    api.expect("GET", ONE, answer=gateway(otel=otel(text)))
    assert run_module({"id": "a", "otel": otel(NEW)}, check_mode=True)["operation"] == "updated"
