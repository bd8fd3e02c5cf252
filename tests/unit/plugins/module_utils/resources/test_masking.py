# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masking of objects for output."""

from __future__ import annotations

import json

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import mask, mask_settings, secret_values, show

SECRET = "planted-example-secret"


@pytest.mark.parametrize(
    "settings",
    [
        {"otel": [{"url": "a://b", "authorization": SECRET, "headers": {"x": SECRET}}]},
        {"otel": {"odd": SECRET}},
        {"otel": SECRET},
        {"otel": [SECRET, [SECRET]]},
        {"otel": [{"headers": [SECRET]}]},
        {"stripe": {"authorization": SECRET, "usage_events": []}},
        {"stripe": [SECRET]},
        {"logpush_public_key": "-----BEGIN RSA PRIVATE " + "KEY-----" + SECRET},
    ],
)
def test_secrets_are_masked_in_any_shape(settings):
    assert SECRET not in json.dumps(mask_settings(GATEWAY, settings))


def test_values_that_are_not_secret_are_unchanged():
    settings = {
        "otel": [{"url": "a://b", "headers": {"x": SECRET}, "content_type": "json"}],
        "stripe": {"authorization": SECRET, "usage_events": [{"payload": "p"}]},
        "cache_ttl": 5,
        "unknown_to_us": {"a": "b"},
    }
    masked = mask_settings(GATEWAY, settings)
    assert masked["otel"][0]["url"] == "a://b"
    assert list(masked["otel"][0]["headers"]) == ["x"]
    assert masked["stripe"]["usage_events"] == [{"payload": "p"}]
    assert (masked["cache_ttl"], masked["unknown_to_us"]) == (5, {"a": "b"})


def test_secret_values_are_collected():
    settings = {"otel": [{"headers": {"x": "one"}, "authorization": None}], "stripe": {"authorization": "two"}}
    assert secret_values(GATEWAY, settings) == {"one", "two"}


def test_every_setting_is_shown():
    shown = show(GATEWAY, {"id": "a", "cache_ttl": None, "newer": 1})
    assert set(shown) == {field.key for field in GATEWAY.settings} | {"id", "newer", "is_default"}
    assert (shown["cache_ttl"], shown["retry_delay"], shown["zdr"], shown["newer"]) == (0, None, False, 1)


def test_unknown_parts_next_to_secrets_are_replaced_on_every_level():
    secret = Field("secret", "str", secret=True)
    inner = Field("inner", "list", elements="dict", fields=(secret,))
    outer = Field("outer", "dict", fields=(inner,))
    value = {"inner": [{"secret": SECRET, "other": SECRET}], "more": SECRET}
    assert SECRET not in json.dumps(mask(outer, value, beside_secrets="?"))
    assert mask(outer, value)["more"] == SECRET
