# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of options to a declaration."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import apply_defaults, declare
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import merged_body
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY


def read(**options):
    return declare(GATEWAY, dict({"id": "a", "state": "present"}, **options))


def refusal(**options):
    with pytest.raises(InvalidOptions) as caught:
        read(**options)
    return caught.value.problems


def test_only_given_options_are_declared():
    declaration = read(cache_ttl=5, retry_delay=None, extra_settings={"newer": None}, unset=["otel"])
    assert declaration.settings == {"cache_ttl": 5, "newer": None, "otel": None}


def test_nested_options_get_the_names_of_the_api():
    rule = {"id": None, "limit": 10.0, "limit_type": "cost", "window": 60, "enabled": True, "technique": "fixed"}
    rule.update(metadata={"t": {"mode": "filter", "values": ["x"]}, "u": {"mode": "partition", "values": None}}, model=None)
    declaration = read(spend_limits={"enabled": True, "rules": [rule]})
    (sent,) = declaration.settings["spend_limits"]["rules"]
    assert sent == {
        "limit": 10,
        "limitType": "cost",
        "window": 60,
        "enabled": True,
        "technique": "fixed",
        "metadata": {"t": {"mode": "filter", "values": ["x"]}, "u": {"mode": "partition"}},
    }
    assert isinstance(sent["limit"], int)


def test_parts_that_are_not_given_are_not_sent():
    assert read(guardrails={"prompt": {"P1": "FLAG", "S1": None}, "response": {}}).settings == {
        "guardrails": {"prompt": {"P1": "FLAG"}, "response": {}}
    }


def test_all_problems_are_reported_together():
    problems = refusal(id="x" * 65, cache_ttl=-1, retry_max_attempts=6, unset=["logpush", "nonsense"])
    assert len(problems) == 5
    assert any("id has 65 characters" in problem and "at most 64" in problem for problem in problems)
    assert "cache_ttl is -1, but must be at least 0" in problems
    assert "retry_max_attempts is 6, but must be at least 1 and at most 5" in problems
    assert any("logpush: false" in problem for problem in problems)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 0.0, -1.0])
def test_a_budget_is_a_number_above_zero(value):
    rule = {"limit": value, "limit_type": "cost", "window": 60}
    (problem,) = refusal(spend_limits={"enabled": True, "rules": [rule]})
    assert problem.startswith("spend_limits.rules[0].limit is ")


def test_true_is_not_a_number():
    assert refusal(cache_ttl=True) == ("cache_ttl is true, but must be a number",)


@pytest.mark.parametrize("name", ["id", "created_at", "is_default", "modified_at"])
def test_id_and_read_only_settings_cannot_be_extra_settings(name):
    assert name in refusal(extra_settings={name: "x"})[0]


def test_a_setting_is_declared_in_one_place():
    assert "both" in refusal(cache_ttl=1, extra_settings={"cache_ttl": 2})[0]
    assert "also set" in refusal(retry_delay=1, unset=["retry_delay"])[0]
    assert "also set" in refusal(extra_settings={"retry_delay": 1}, unset=["retry_delay"])[0]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_extra_settings_must_be_json(value):
    assert "JSON" in refusal(extra_settings={"x": value})[0]


def test_a_private_key_is_refused_without_showing_it():
    (problem,) = refusal(logpush_public_key="-----BEGIN RSA PRIVATE " + "KEY-----\nexample")
    assert "private key" in problem
    assert "BEGIN" not in problem


def test_a_secret_of_wrong_length_is_not_shown():
    (problem,) = refusal(otel=[{"url": "https://example.com", "authorization": "invented" * 40}])
    assert problem == "otel[0].authorization has 320 characters, but must have at most 256 characters"


@pytest.mark.parametrize("mask", ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********", "[redacted]"])
def test_a_mask_is_not_a_secret(mask):
    stripe = {"authorization": mask, "usage_events": []}
    otel = [{"url": "https://x.example", "headers": {"k": mask}}]
    for options in (
        {"stripe": stripe},
        {"extra_settings": {"stripe": stripe}},
        {"otel": otel},
    ):
        (problem,) = refusal(**options)
        assert "is a mask in place of a secret" in problem


def test_an_empty_secret_is_refused_and_an_empty_header_is_not():
    assert "stripe.authorization is empty" in refusal(stripe={"authorization": "", "usage_events": []})[0]
    assert "otel[0].authorization is empty" in refusal(otel=[{"url": "https://x.example", "authorization": ""}])[0]
    assert read(otel=[{"url": "https://x.example", "headers": {"k": ""}}]).settings


def test_an_extra_setting_may_have_the_name_of_an_option_that_is_no_setting():
    assert read(extra_settings={"state": "x"}).settings == {"state": "x"}


@pytest.mark.parametrize("id_", [".", ".."])
def test_an_id_that_http_libraries_resolve_away_is_refused(id_):
    assert "URL" in refusal(id=id_)[0]


def test_contradicting_settings_are_refused():
    assert "needs collect_logs" in refusal(collect_logs=False, log_classification=True)[0]


def test_values_need_the_mode_filter():
    metadata = {"team": {"mode": "partition", "values": ["a"]}}
    rule = {"limit": 1.0, "limit_type": "cost", "window": 60, "metadata": metadata}
    (problem,) = refusal(spend_limits={"enabled": True, "rules": [rule]})
    assert problem == "spend_limits.rules[0].metadata.team.values is only allowed with 'mode: filter'"


def test_too_many_rules():
    rules = [{"limit": 1.0, "limit_type": "cost", "window": 60}] * 21
    assert "21 elements: at most 20" in refusal(spend_limits={"enabled": True, "rules": rules})[0]


def test_a_value_that_json_cannot_express_is_named_by_its_option():
    otel = [{"url": "https://x.example", "content_type": "json", "headers": {"a": "\ud800"}}]
    first, second = refusal(otel=otel, extra_settings={"newer": float("nan"), "cache_ttl": 5}, store_id="x")
    assert first.startswith("otel contains a value that cannot be sent as JSON")
    assert second.startswith("extra_settings.newer contains a value that cannot be sent as JSON")


# Options whose names differ from those of the API.

RENAMED = Resource(
    name="Thing",
    path=("things",),
    id=Field("id", "str"),
    settings=(
        Field("is_on", "bool", api_name="enable"),
        Field("keep_on", "bool", api_name="keepOn", needs="is_on"),
        Field("link_text", "str", api_name="linkText", nullable=True),
    ),
    read_only={},
)


def declared(**options):
    return declare(RENAMED, {"id": "a", "state": "present", **options})


def refused(**options):
    with pytest.raises(InvalidOptions) as caught:
        declared(**options)
    return caught.value.problems


def test_a_setting_that_is_given_twice_is_found_under_both_of_its_names():
    assert refused(is_on=True, extra_settings={"enable": False}) == (
        "is_on is given both as an option and in extra_settings: keep one of them",
    )
    assert refused(unset=["link_text"], extra_settings={"linkText": "x"}) == (
        "unset contains link_text, which is also set to a value: keep one of them",
    )


def test_a_required_option_is_found_under_both_of_its_names():
    problem = "keep_on is true, but needs is_on, which is declared false: set is_on to true, or keep_on to false"
    assert refused(is_on=False, keep_on=True) == (problem,)
    with pytest.raises(InvalidOptions, match=problem):
        apply_defaults(RENAMED, {"enable": False}, declared(keep_on=True))


def test_a_dependent_setting_is_switched_off_with_its_requirement():
    current = {"id": "a", "enable": True, "keepOn": True}
    assert merged_body(RENAMED, declared(is_on=False), current) == {"enable": False, "keepOn": False}


def test_unset_of_a_setting_that_cannot_be_cleared_suggests_another_value():
    assert refused(unset=["is_on"]) == ("unset contains is_on, which cannot be cleared: declare another value",)
