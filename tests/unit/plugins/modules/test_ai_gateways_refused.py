# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of many gateways that are refused before any request is sent."""

from __future__ import annotations

import pytest

GATEWAYS = "/ai-gateway/gateways"
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
SECRET = "invented-authorization"
NOTHING_SENT = "No request was sent, because options are invalid: "


def operations(result):
    return [(entry["id"], entry["operation"]) for entry in result["results"]]


def test_all_problems_are_reported_together_with_index_and_id(apply):
    message = apply(
        {"id": "a", "cache_ttl": -1, "cache_tll": 5},
        {"cache_ttl": 5},
        {"id": "b", "retry_backoff": "Linear", "retry_delay": 5001},
        {"id": "a"},
        {"id": "c", "otel": [{"authorization": SECRET}]},
        {"id": "d", "guardrails": {"prompt": {"S14": "FLAG"}}, "state": "gone"},
        {"id": "e", "name": "f"},
        {"id": "", "extra_settings": 5},
        {"id": "x\x1b[31m", "unset": ["logpush"]},
        defaults={"id": "z", "retry_max_attempts": 9},
        purge_limit=-1,
        concurrency=17,
        timeout=0,
    )["msg"]
    assert message.startswith(NOTHING_SENT)
    for problem in (
        "timeout is 0, but must be at least 1 and at most 3600",
        "purge_limit is -1, but must be at least 0",
        "concurrency is 17, but must be at least 1 and at most 16",
        "defaults: id cannot be a default: set it on each item",
        "defaults: retry_max_attempts is 9, but must be at least 1 and at most 5",
        "gateways[0] (a): cache_tll is not an option (did you mean cache_ttl?)",
        "gateways[0] (a): cache_ttl is -1, but must be at least 0",
        "gateways[1]: missing required arguments: id",
        "gateways[2] (b): value of retry_backoff must be one of: constant, linear, exponential, got: Linear",
        "gateways[2] (b): retry_delay is 5001",
        "gateways[4] (c): missing required arguments: url found in otel",
        "gateways[5] (d): guardrails.prompt.S14 is not an option",
        "gateways[5] (d): value of state must be one of: present, absent, got: gone",
        "gateways[6] (e): id and its alias name are both given",
        "gateways[7]: id is empty",
        "gateways[7]: extra_settings must be a dict",
        "unset contains logpush, which cannot be cleared",
        "gateways[0] and gateways[3] have the same id (a)",
    ):
        assert problem in message
    assert "\x1b" not in message
    assert SECRET not in message


@pytest.mark.parametrize("name", ["id", "name"])
def test_a_required_option_of_the_wrong_type_is_not_reported_as_missing_too(apply, name):
    assert apply({name: ["a"]})["msg"] == f"{NOTHING_SENT}gateways[0]: {name} must be text, not a list."


@pytest.mark.parametrize("other", ["a ", "a\u200b", "A"])
def test_ids_that_look_alike_are_different(api, gateway, apply, other):
    api.expect_page([gateway(id="a"), gateway(id=other)])
    assert operations(apply({"id": "a"}, {"id": other})) == [("a", "unchanged"), (other, "unchanged")]


@pytest.mark.parametrize(
    "settings",
    [
        {"otel": 5},
        {"otel": [5]},
        {"otel": [[]]},
        {"otel": {"url": []}},
        {"otel": [{"url": "https://x.example", "headers": []}]},
        {"dlp": []},
        {"dlp": False},
        {"guardrails": {"prompt": 5}},
        {"guardrails": {"prompt": [5]}},
        {"stripe": [None]},
        {"otel": [None, [None]]},
        {"spend_limits": {"rules": [{"model": 0.5}]}},
        {"dlp": {"enabled": True, "policies": 5}},
        {"guardrails": {"prompt": []}},
        {"spend_limits": {"rules": [{"metadata": 5}]}},
        {"spend_limits": {"rules": [{"metadata": {"a": 5}}]}},
        {"stripe": "x"},
        {"unset": {"a": []}},
        {"unset": [[]]},
        {"extra_settings": []},
        {"extra_settings": "x"},
        {"cache_ttl": {}},
        {"id": {}, "name": []},
        {"state": []},
    ],
)
def test_any_wrong_type_is_reported_and_nothing_is_sent(apply, settings):
    message = apply({"id": "a", **settings}, {"id": "b", "cache_ttl": -1})["msg"]
    assert message.startswith(NOTHING_SENT)
    assert "gateways[0]" in message
    assert "gateways[1] (b): cache_ttl is -1" in message


def test_settings_that_contradict_each_other_only_together_with_the_defaults(apply):
    message = apply({"id": "a", "log_classification": True}, defaults={"collect_logs": False})["msg"]
    problem = "log_classification is true, but needs collect_logs, which is declared false"
    remedy = "set collect_logs to true, or log_classification to false"
    assert message == f"{NOTHING_SENT}gateways[0] (a): {problem}: {remedy}."


@pytest.mark.parametrize("otel", [[[SECRET]], [{"authorization": SECRET}, [SECRET]], f'{{"authorization": "{SECRET}"}},{{"url": "b"}}'])
def test_values_of_the_wrong_type_are_not_quoted(apply, otel):
    for options in ({"gateways": [{"id": "a", "otel": otel}]}, {"gateways": [], "defaults": {"otel": otel}}):
        result = apply(*options.pop("gateways"), **options)
        assert result["msg"].startswith(NOTHING_SENT)
        assert SECRET not in str(result)


def test_a_problem_quotes_no_secret_of_its_gateway(apply):
    stripe = {"authorization": SECRET, "usage_events": []}
    message = apply(
        {"id": SECRET, "retry_backoff": SECRET, "stripe": stripe}, {"id": "b"}, defaults={"retry_backoff": SECRET, "stripe": stripe}
    )["msg"]
    assert "gateways[0] (********): value of retry_backoff must be one of: constant, linear, exponential, got: ********" in message
    assert "defaults: value of retry_backoff must be one of: constant, linear, exponential, got: ********" in message
    assert SECRET not in message


def test_a_secret_of_a_possibly_misspelt_option_of_a_gateway_is_masked(apply):
    assert SECRET not in str(apply({"id": "a", "stripes": {"authorization": SECRET}}, {"id": "b", "stripe": {"authorisation": SECRET}}))


def test_a_secret_that_the_error_of_a_gateway_truncates_is_masked(api, apply):
    secret = "invented-" * 100
    api.expect_page([])
    api.expect("POST", GATEWAYS, status=400, errors=[{"code": 1, "message": f"odd: {secret}", "path": [secret]}])
    result = apply({"id": "a", "stripe": {"authorization": secret, "usage_events": []}})
    assert "[1] odd: ********" in result["results"][0]["error"]["msg"]
    assert "invented" not in str(result)


@pytest.mark.parametrize("option", [{"purge": "maybe"}, {"defaults": 5}, {"no_such_option": 1}])
def test_a_refusal_by_ansible_shows_no_secret_of_a_gateway(apply, option):
    stripe = {"authorization": SECRET, "usage_events": []}
    result = apply({"id": "a", "stripe": stripe, "extra_settings": {"otel": [{"url": "x", "authorization": SECRET}]}}, **option)
    assert result["failed"]
    assert SECRET not in str(result)
    assert result["invocation"]["module_args"]["gateways"][0]["stripe"]["authorization"] == MASK
