# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations of stored gateways."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.edgeops.cloudflare.plugins.filter.as_declared import FilterModule
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import show

as_declared = FilterModule().filters()["as_declared"]
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def test_generated_and_unset_values_are_omitted(gateway):
    assert as_declared(gateway(account_id="x", otel=None, store_id="", dlp=None)) == {
        "id": "a",
        "cache_invalidate_on_update": True,
        "cache_ttl": 0,
        "collect_logs": True,
        "rate_limiting_interval": 0,
        "rate_limiting_limit": 0,
    }


def test_a_list_returns_a_list(gateway):
    assert [one["id"] for one in as_declared([gateway(), gateway(id="b")])] == ["a", "b"]


@pytest.mark.parametrize("kind", [tuple, iter, lambda gateways: {one["id"]: one for one in gateways}.values()])
def test_other_iterables_return_a_list(gateway, kind):
    assert [one["id"] for one in as_declared(kind([gateway(), gateway(id="b")]))] == ["a", "b"]


def test_nested_names_are_those_of_the_options(gateway):
    rule = {"id": "r", "limit": 5, "limitType": "cost", "window": 60, "metadata": {"team": {"mode": "partition"}}}
    declared = as_declared(gateway(spend_limits={"enabled": True, "rules": [rule]}))
    (found,) = declared["spend_limits"]["rules"]
    assert found == {"id": "r", "limit": 5, "limit_type": "cost", "window": 60, "metadata": {"team": {"mode": "partition"}}}
    assert "extra_settings" not in declared


@pytest.mark.parametrize(
    "unsupported",
    [
        {"retry_delay": 60000},
        {"workers_ai_billing_mode": "unified"},
        {"of_the_future": {"x": 1}},
        # A field of a newer API with the name of an option that is not a setting.
        {"state": "absent"},
        {"unset": ["otel"], "name": "b"},
        {"guardrails": {"prompt": {"S14": "BLOCK"}, "response": {}}},
        {"retry_backoff": "random"},
        # Values that an option would convert.
        {"retry_delay": "5"},
        {"zdr": 1},
        {"store_id": ["x"]},
        {"dlp": {"enabled": "yes", "policies": []}},
        {"dlp": True},
    ],
)
def test_values_that_the_options_do_not_allow_are_extra_settings(gateway, unsupported):
    declared = as_declared(gateway(cache_ttl=5, **unsupported))
    assert declared["extra_settings"] == unsupported
    assert declared["cache_ttl"] == 5
    assert not set(unsupported) & set(declared)


def test_settings_with_a_masked_secret_are_left_out(gateway):
    stripe = {"authorization": "invented-authorization", "usage_events": []}
    otel = [{"url": "https://x.example", "headers": {"k": "invented-header"}, "authorization": None}]
    shown = show(GATEWAY, gateway(stripe=stripe, otel=otel))
    assert shown["stripe"]["authorization"] == MASK
    assert not {"stripe", "otel", "extra_settings"} & set(as_declared(shown))


@pytest.mark.parametrize("item_id", ["********", MASK, "team-********"])
def test_a_mask_is_no_id(gateway, item_id):
    with pytest.raises(AnsibleFilterError, match=r"cannot identify the gateway: id is .*a mask in place of an id"):
        as_declared([gateway(), gateway(id=item_id)])


@pytest.mark.parametrize(
    "masked",
    [
        {"later": {"********": 1}},
        {"later": ["a", "it is ********"]},
        {"guardrails": {"prompt": {"S14": "***"}, "response": {}}},
        {"otel": [{"url": "https://********.example", "headers": {}}]},
        {"store_id": MASK},
        {"logpush_public_key": MASK},
    ],
)
def test_a_setting_with_a_mask_in_it_is_left_out(gateway, masked):
    assert set(as_declared(gateway(**masked))) == set(as_declared(gateway()))


@pytest.mark.parametrize(
    "settings", [{"store_id": "hidden"}, {"dlp": {"enabled": True, "action": "FLAG", "profiles": ["redacted", "***"]}}]
)
def test_values_that_look_like_masks_but_are_no_secrets_are_declared(gateway, settings):
    declared = as_declared(gateway(**settings))
    assert {name: declared[name] for name in settings} == settings


@pytest.mark.parametrize("value", [None, 5, "a", {}, {"id": 5}, [5], {"gateways": []}])
def test_other_values_are_refused(value):
    with pytest.raises(AnsibleFilterError, match="a gateway or a list of gateways"):
        as_declared(value)


KINDS = {
    "custom_provider": (
        {
            "id": "1",
            "slug": "a",
            "name": "A",
            "base_url": "https://a.example.com",
            "headers": {"X-Key": MASK},
            "logo": None,
            "costs": [{"model": "m", "model_rule": "equals", "cost_type": "tokens", "cost_in": 0.5, "cost_out": None}],
        },
        {
            "slug": "a",
            "name": "A",
            "provider_base_url": "https://a.example.com",
            "costs": [{"model": "m", "model_rule": "equals", "cost_type": "tokens", "cost_in": 0.5}],
        },
    ),
    "provider_config": (
        {
            "id": "1",
            "gateway_id": "g",
            "provider_slug": "openai",
            "alias": "b",
            "secret_id": "s",
            "secret_preview": "****",
            "rate_limit": 5,
        },
        {"gateway_id": "g", "provider_slug": "openai", "alias": "b", "secret_id": "s", "rate_limit": 5},
    ),
    "secret": (
        {"id": "1", "name": "g_openai_default", "scopes": ["ai_gateway"], "comment": "ours", "status": "active", "store_id": "s"},
        {"name": "g_openai_default", "comment": "ours"},
    ),
    "custom_domain": (
        {"gateway_id": "g", "hostname": "ai.example.com", "status": "active", "cname_target": "x.example.net", "created_at": 5},
        {"gateway_id": "g", "hostname": "ai.example.com"},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_items_of_another_kind(kind):
    item, declared = KINDS[kind]
    assert as_declared([item], kind) == [declared]


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(AnsibleFilterError, match="must be one of: gateway, custom_provider, provider_config, secret, custom_domain"):
        as_declared({}, "house")


def test_an_item_of_the_wrong_kind_is_refused_with_the_module_that_reads_the_right_one():
    with pytest.raises(AnsibleFilterError, match="ai_gateway_provider_config_info"):
        as_declared({"id": "a"}, "provider_config")
