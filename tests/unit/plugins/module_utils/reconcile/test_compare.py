# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Equivalent values of a setting."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.compare import carry_over, same
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import is_masked
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets import secrets


def is_same(key, declared, stored):
    return same(GATEWAY.setting(key), declared, stored)


RULE = {"limit": 10, "limitType": "cost", "window": 60, "enabled": True, "technique": "sliding", "metadata": {}}
POLICY = {"id": "p", "enabled": True, "action": "FLAG", "check": ["REQUEST", "RESPONSE"], "profiles": ["a", "b"]}


@pytest.mark.parametrize(
    ("key", "declared", "stored"),
    [
        ("cache_ttl", 0, None),
        ("cache_ttl", None, 0),
        ("rate_limiting_interval", None, 0),
        ("rate_limiting_limit", 0, None),
        ("retry_delay", 5, 5.0),
        ("store_id", None, ""),
        ("logpush", False, None),
        ("workers_ai_billing_mode", "postpaid", None),
        ("dlp", None, None),
        ("dlp", {"enabled": True, "action": "FLAG", "profiles": ["a", "b"]}, {"profiles": ["b", "a"], "action": "FLAG", "enabled": True}),
        (
            "dlp",
            {"enabled": True, "policies": [POLICY, dict(POLICY, id="q")]},
            {"enabled": True, "policies": [dict(POLICY, id="q"), dict(POLICY, check=["RESPONSE", "REQUEST"], profiles=["b", "a"])]},
        ),
        ("guardrails", {"prompt": {"P1": "FLAG"}, "response": {}}, {"prompt": {"P1": "FLAG", "S1": None}}),
        ("otel", [{"url": "a://b", "headers": {}, "content_type": "json"}], [{"url": "a://b"}]),
        ("otel", [{"url": "a://b"}, {"url": "c://d"}], [{"url": "c://d"}, {"url": "a://b"}]),
        ("otel", [{"url": "a://b"}], [{"url": "a://b", "made_by_server": 1}]),
        ("otel", [{"url": "a://b", "authorization": "x"}], [{"url": "a://b", "authorization": "********"}]),
        ("otel", [{"url": "a://b", "headers": {"k": "v"}}], [{"url": "a://b", "headers": {"k": "[REDACTED]"}}]),
        ("otel", [{"url": "a://b", "headers": {"k": "v"}}], [{"url": "a://b", "headers": "***"}]),
        ("spend_limits", {"enabled": True, "rules": [RULE]}, {"enabled": True, "rules": [dict(RULE, id="ab12", limit=10.0)]}),
        ("spend_limits", {"enabled": False, "rules": []}, {}),
        (
            "spend_limits",
            {"enabled": True, "rules": [RULE, dict(RULE, id="x")]},
            {"enabled": True, "rules": [dict(RULE, id="x"), dict(RULE, id="y")]},
        ),
        (
            "spend_limits",
            {"enabled": True, "rules": [dict(RULE, model={"mode": "filter", "values": ["a", "b"]})]},
            {"enabled": True, "rules": [dict(RULE, id="x", model={"mode": "filter", "values": ["b", "a"]})]},
        ),
        ("unknown_to_us", {"a": [1, 2]}, {"a": [1.0, 2]}),
        ("unknown_to_us", {"a": 1, "b": 2}, {"b": 2, "a": 1}),
        # An unknown part, and elements of the wrong type. Both can be declared as extra settings.
        ("dlp", {"enabled": True, "newer": 1}, {"enabled": True, "newer": 1.0, "made_by_server": 1}),
        ("otel", ["odd"], ["odd"]),
        ("stripe", {"usage_events": [{"payload": "1"}, {"payload": "2"}]}, {"usage_events": [{"payload": "1"}, {"payload": "2"}]}),
        # Only one of the two has a secret, so the hidden secret identifies it.
        ("otel", [{"url": "u"}, {"url": "u", "authorization": "x"}], [{"url": "u", "authorization": "********"}, {"url": "u"}]),
    ],
)
def test_not_drift(key, declared, stored):
    assert is_same(key, declared, stored)


@pytest.mark.parametrize(
    ("key", "declared", "stored"),
    [
        ("cache_ttl", 1, None),
        ("cache_ttl", 1, True),
        ("retry_delay", None, 0),
        ("retry_delay", 0, None),
        ("collect_logs", False, None),
        ("logpush", True, None),
        ("otel", [{"url": "a://b"}], [{"url": "a://b"}, {"url": "c://d"}]),
        ("otel", [{"url": "a://b"}, {"url": "a://b"}], [{"url": "a://b"}, {"url": "c://d"}]),
        ("otel", [{"url": "a://b", "headers": {}}], [{"url": "a://b", "headers": {"k": "v"}}]),
        ("otel", [{"url": "a://b", "headers": {"k": "v"}}], [{"url": "a://b", "headers": {"other": "***"}}]),
        ("otel", [{"url": "a://b"}], "***"),
        ("dlp", {"enabled": True, "action": "FLAG", "profiles": ["a"]}, {"enabled": True, "action": "FLAG", "profiles": ["a", "b"]}),
        ("dlp", {"enabled": True, "policies": [POLICY]}, {"enabled": True, "policies": [dict(POLICY, id="q")]}),
        ("guardrails", {"prompt": {}, "response": {}}, {"prompt": {"P1": "FLAG"}, "response": {}}),
        ("spend_limits", {"enabled": True, "rules": [RULE]}, {"enabled": True, "rules": [dict(RULE, id="x", limit=11)]}),
        ("spend_limits", {"enabled": True, "rules": [dict(RULE, id="x")]}, {"enabled": True, "rules": [dict(RULE, id="y")]}),
        (
            "spend_limits",
            {"enabled": True, "rules": [dict(RULE, metadata={"t": {"mode": "partition"}})]},
            {"enabled": True, "rules": [dict(RULE, metadata={"t": {"mode": "filter", "values": ["a"]}})]},
        ),
        (
            "stripe",
            {"authorization": "x", "usage_events": [{"payload": "1"}, {"payload": "2"}]},
            {"authorization": "x", "usage_events": [{"payload": "2"}, {"payload": "1"}]},
        ),
        ("stripe", {"usage_events": [{"payload": "1"}] * 2}, {"usage_events": [{"payload": "2"}, {"payload": "1"}]}),
        ("stripe", {"usage_events": [{"payload": "1"}]}, {"usage_events": [{"payload": "1"}, {"payload": "2"}]}),
        ("dlp", {"enabled": True, "newer": 1}, {"enabled": True, "newer": 2}),
        ("unknown_to_us", [1, 2], [2, 1]),
        ("unknown_to_us", {"a": 1}, {"b": 1}),
        ("unknown_to_us", 1, True),
        ("unknown_to_us", {"a": 1}, {"a": 1, "b": 2}),
        # An undeclared secret is a difference, even if it is hidden.
        ("otel", [{"url": "u"}], [{"url": "u", "authorization": "********"}]),
        ("otel", [{"url": "u"}, {"url": "u", "authorization": "x"}], [{"url": "u", "authorization": "********"}] * 2),
    ],
)
def test_drift(key, declared, stored):
    assert not is_same(key, declared, stored)


def test_lists_are_ordered_by_default():
    names = Field("names", "list")
    assert same(names, ["a", "b"], ["a", "b"])
    assert not same(names, ["a", "b"], ["b", "a"])


@pytest.mark.parametrize("stored", [{"a": {"$eq": 1, "$in": []}}, {"a": {"$eq": 1}, "b": {}}])
def test_a_free_form_dict_is_compared_as_a_whole(stored):
    free = Field("conditions", "dict")
    assert same(free, {"a": {"$eq": 1}}, {"a": {"$eq": 1.0}})
    assert not same(free, {"a": {"$eq": 1}}, stored)


@pytest.mark.parametrize(
    "value", ["********", "sk_***", "\u2022\u2022\u2022\u2022", "[REDACTED]", "<masked>", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"]
)
def test_a_mask_is_recognized(value):
    assert is_masked(value)


@pytest.mark.parametrize("value", ["", "secret-from-the-store", "a*b", "redacted-team-token", None, 5])
def test_other_values_are_not_masks(value):
    assert not is_masked(value)


def test_an_unchanged_rule_keeps_its_generated_id():
    declared = {"enabled": True, "rules": [dict(RULE, limit=20), RULE]}
    stored = {"enabled": True, "rules": [dict(RULE, id="kept"), dict(RULE, limit=5, id="gone")]}
    rules = carry_over(GATEWAY.setting("spend_limits"), declared, stored)["rules"]
    assert rules == [dict(RULE, limit=20), dict(RULE, id="kept")]


def test_a_declared_id_is_not_taken_by_a_rule_without_one():
    declared = {"enabled": True, "rules": [RULE, dict(RULE, id="first")]}
    stored = {"enabled": True, "rules": [dict(RULE, id="first"), dict(RULE, id="second")]}
    rules = carry_over(GATEWAY.setting("spend_limits"), declared, stored)["rules"]
    assert [rule["id"] for rule in rules] == ["second", "first"]


@pytest.mark.parametrize("stored", [None, "odd", {"rules": "odd"}, {"rules": 5}, {"rules": ["odd"]}])
def test_malformed_stored_values_have_no_ids_to_carry_over(stored):
    declared = {"enabled": True, "rules": [RULE]}
    assert carry_over(GATEWAY.setting("spend_limits"), declared, stored) == declared


def test_secrets_are_found_with_their_path():
    stored = [{"url": "a://b", "authorization": "one", "headers": {"h": "two"}}, {"url": "c://d"}]
    assert list(secrets(GATEWAY.setting("otel"), stored, "otel")) == [
        ("otel[0].headers.h", "two"),
        ("otel[0].authorization", "one"),
    ]
