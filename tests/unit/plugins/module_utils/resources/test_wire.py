# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of items between requests or answers and the form of the field table."""

from __future__ import annotations

import json

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import COST, CUSTOM_PROVIDER
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.wire import from_answer, to_body


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "b"}', {"a": "b"}),
        ("{}", {}),
        ("", None),
        (None, None),
        ("********", "********"),
        ("[1]", "[1]"),
        ("null", "null"),
        ('"a"', '"a"'),
        ('{"a": ', '{"a": '),
        ('{"a": "\\ud800"}', '{"a": "\\ud800"}'),
        ({"a": "b"}, {"a": "b"}),
        (7, 7),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_a_dict_as_json_text_is_parsed_and_other_values_are_unchanged(text, value):
    assert from_answer(CUSTOM_PROVIDER, {"headers": text})["headers"] == value


def test_prices_by_kind_of_token_are_read_and_sent_as_a_dict():
    assert from_answer(COST, {"token_pricing": '{"cached": 1e-7}'}) == {"token_pricing": {"cached": 1e-07}}
    assert to_body(COST, {"token_pricing": {"cached": 1e-07}}) == {"token_pricing": {"cached": 1e-07}}


def test_headers_are_sent_as_text_in_a_stable_order():
    [one, other] = [to_body(CUSTOM_PROVIDER, {"headers": headers}) for headers in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"})]
    assert one == other
    assert json.loads(one["headers"]) == {"a": "1", "b": "2"}


def test_headers_that_are_text_already_are_sent_as_they_are():
    assert to_body(CUSTOM_PROVIDER, {"headers": "{}"}) == {"headers": "{}"}


@pytest.mark.parametrize(
    ("flag", "value"), [(0, False), (1, True), (True, True), (False, False), (None, None), (2, 2), ("1", "1"), ([], [])]
)
def test_a_flag_is_a_bool(flag, value):
    read = from_answer(PROVIDER_CONFIG, {"default_config": flag})["default_config"]
    # ``repr`` distinguishes ``True`` from 1, which are equal.
    assert repr(read) == repr(value)


def test_a_number_is_no_flag():
    assert repr(from_answer(PROVIDER_CONFIG, {"rate_limit": 1})["rate_limit"]) == "1"


@pytest.mark.parametrize(
    ("answer", "secret"),
    [
        ({"secret_preview": "example...12"}, "example...12"),
        ({"secret_preview": "********", "secret": "example"}, "example"),
        ({"secret_preview": ""}, None),
        ({"secret_preview": None}, None),
        ({"secret_preview": {"odd": 1}}, None),
        ({}, None),
    ],
)
def test_the_preview_of_a_secret_has_the_name_of_the_secret(answer, secret):
    read = from_answer(PROVIDER_CONFIG, answer)
    assert read.get("secret") == secret
    assert read.get("secret_preview") == answer.get("secret_preview")


def test_a_key_has_another_name_in_bodies_only():
    answer = {"hostname": "ai.example.com", "status": "active"}
    assert from_answer(CUSTOM_DOMAIN, answer) == answer
    assert to_body(CUSTOM_DOMAIN, {"hostname": "ai.example.com", "minTLS": "1.2"}) == {"domain": "ai.example.com", "minTLS": "1.2"}


@pytest.mark.parametrize("resource", [CUSTOM_DOMAIN, CUSTOM_PROVIDER, COST, PROVIDER_CONFIG])
def test_unknown_fields_are_unchanged(resource):
    unknown = {"of_the_future": '{"a": 1}', "flag_of_the_future": 1}
    assert from_answer(resource, unknown) == unknown
    assert to_body(resource, unknown) == unknown


def test_the_given_items_are_not_changed():
    item, body = {"headers": '{"a": "b"}'}, {"headers": {"a": "b"}}
    from_answer(CUSTOM_PROVIDER, item)
    to_body(CUSTOM_PROVIDER, body)
    assert (item, body) == ({"headers": '{"a": "b"}'}, {"headers": {"a": "b"}})
