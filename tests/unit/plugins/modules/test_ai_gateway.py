# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One gateway, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import pytest

GATEWAYS = "/ai-gateway/gateways"
ONE = GATEWAYS + "/a"


def test_create_takes_two_requests(api, absent, gateway, run_module, create_defaults):
    api.expect("POST", GATEWAYS, body=dict(create_defaults, id="a", cache_ttl=5), answer=gateway(cache_ttl=5))
    result = run_module({"id": "a", "cache_ttl": 5})
    assert result["changed"] is True
    assert result["operation"] == "created"
    assert result["changed_settings"] == sorted(create_defaults)
    assert result["gateway"]["cache_ttl"] == 5
    assert result["ansible_facts"] == {"cloudflare_ai_gateway": result["gateway"]}
    assert result["endpoint"].startswith("https://gateway.ai.cloudflare.com/v1/")
    assert "diff" not in result


def test_unchanged_takes_one_request(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    result = run_module({"id": "a", "cache_ttl": "5"})
    assert (result["changed"], result["operation"], result["changed_settings"]) == (False, "unchanged", [])


def test_update_sends_the_complete_object(api, gateway, run_module, stored_body):
    before = gateway(cache_ttl=5, of_the_future={"x": 1}, retry_delay=60000)
    body = dict(stored_body(before), cache_ttl=6)
    api.expect("GET", ONE, answer=before)
    api.expect("PUT", ONE, body=body, answer=dict(before, cache_ttl=6))
    result = run_module({"id": "a", "cache_ttl": 6}, diff=True)
    assert (result["operation"], result["changed_settings"]) == ("updated", ["cache_ttl"])
    assert (result["diff"]["before"]["cache_ttl"], result["diff"]["after"]["cache_ttl"]) == (5, 6)
    assert result["gateway"]["of_the_future"] == {"x": 1}


def test_delete_takes_two_requests(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("DELETE", ONE, answer=gateway())
    result = run_module({"id": "a", "state": "absent"})
    assert (result["changed"], result["operation"]) == (True, "deleted")
    assert "gateway" not in result
    assert result["ansible_facts"] == {"cloudflare_ai_gateway": {}}
    assert "endpoint" in result


def test_deleting_an_absent_gateway_is_unchanged(absent, run_module):
    assert run_module({"id": "a", "state": "absent"})["operation"] == "unchanged"


@pytest.mark.parametrize(
    ("options", "operation"),
    [({"cache_ttl": 6}, "updated"), ({"cache_ttl": 5}, "unchanged"), ({"state": "absent"}, "deleted")],
)
def test_check_mode_only_reads(api, gateway, run_module, options, operation):
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    assert run_module(dict(options, id="a"), check_mode=True)["operation"] == operation


def test_check_mode_predicts_a_new_gateway(api, absent, gateway, run_module):
    predicted = run_module({"id": "a", "cache_ttl": 5, "unset": ["rate_limiting_limit"]}, check_mode=True)["gateway"]
    assert predicted["cache_ttl"] == 5
    assert predicted["rate_limiting_limit"] == 0
    assert (predicted["is_default"], predicted["authentication"], predicted["collect_logs"]) == (False, False, True)


def test_settings_that_a_create_ignores_are_sent_with_an_update(api, absent, gateway, run_module, stored_body, create_defaults):
    guardrails = {"prompt": {"P1": "BLOCK"}, "response": {}}
    created = gateway(guardrails=None)
    api.expect("POST", GATEWAYS, body=dict(create_defaults, id="a", guardrails=guardrails), answer=created)
    api.expect("PUT", ONE, body=dict(stored_body(created), guardrails=guardrails), answer=dict(created, guardrails=guardrails))
    result = run_module({"id": "a", "guardrails": {"prompt": {"P1": "BLOCK"}}})
    assert result["operation"] == "created"
    assert result["gateway"]["guardrails"] == guardrails


def test_a_setting_that_the_server_ignores_is_a_failure_with_both_values(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(zdr=False, cache_ttl=1))
    api.expect("PUT", ONE, answer=gateway(zdr=False, cache_ttl=2))
    result = run_module({"id": "a", "zdr": True, "cache_ttl": 2})
    assert result["failed"]
    assert "zdr: declared True, stored False" in result["msg"]
    assert "cache_ttl" not in result["msg"]


def test_a_create_that_cannot_be_completed_reports_that_it_was_created(api, absent, gateway, run_module):
    api.expect("POST", GATEWAYS, answer=gateway(zdr=False))
    api.expect("PUT", ONE, status=400, errors=[{"code": 7001, "message": "no"}])
    result = run_module({"id": "a", "zdr": True})
    assert result["failed"]
    assert "The AI Gateway itself was created." in result["msg"]


@pytest.mark.parametrize(("after", "has_warning"), [({"x": 1}, True), (None, True), ({"x": 1, "y": 2}, False), ({"x": 1.0, "y": 2}, False)])
def test_other_settings_that_the_server_changes_cause_a_warning(api, gateway, run_module, monkeypatch, after, has_warning):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warnings.append(warning))
    api.expect("GET", ONE, answer=gateway(of_the_future={"x": 1, "y": 2}))
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5, of_the_future=after))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "updated"
    assert bool(warnings) is has_warning
    assert not has_warning or "of_the_future" in warnings[0]


def test_ignored_secrets_are_not_shown_in_the_failure(api, gateway, run_module):
    stored = [{"url": "https://old.example", "authorization": "known-only-to-the-server", "headers": {}}]
    api.expect("GET", ONE, answer=gateway(otel=stored))
    api.expect("PUT", ONE, answer=gateway(otel=stored))
    result = run_module({"id": "a", "otel": [{"url": "https://new.example", "authorization": "declared-example"}]})
    assert result["failed"]
    assert "new.example" in result["msg"]
    assert "known-only-to-the-server" not in str(result)
    assert "declared-example" not in str(result)


def test_a_secret_too_short_to_be_searched_for_is_not_shown_in_the_failure(api, gateway, run_module):
    stored = [{"url": "https://x.example", "authorization": "s7q"}]
    api.expect("GET", ONE, answer=gateway(otel=stored))
    api.expect("PUT", ONE, answer=gateway(otel=stored))
    message = run_module({"id": "a", "otel": [{"url": "https://x.example", "authorization": "d8k"}]})["msg"]
    assert "otel: declared [{'url': 'https://x.example'" in message
    assert "s7q" not in message
    assert "d8k" not in message


def test_a_hidden_secret_of_an_undeclared_setting_stops_the_update(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(stripe={"authorization": "********", "usage_events": []}))
    result = run_module({"id": "a", "cache_ttl": 5})
    assert result["failed"]
    assert "hides stripe.authorization" in result["msg"]


def test_a_hidden_secret_of_a_declared_setting_is_unchanged_with_a_warning(api, gateway, run_module, monkeypatch):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warnings.append(warning))
    api.expect("GET", ONE, answer=gateway(stripe={"authorization": "********", "usage_events": []}))
    result = run_module({"id": "a", "stripe": {"authorization": "declared-example", "usage_events": []}})
    assert result["operation"] == "unchanged"
    assert len(warnings) == 1
    assert "hides stripe.authorization" in warnings[0]


def test_a_secret_that_was_just_written_causes_no_warning(api, gateway, run_module, monkeypatch):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warnings.append(warning))
    stored = gateway(stripe={"authorization": "********", "usage_events": []})
    api.expect("GET", ONE, answer=stored)
    api.expect("PUT", ONE, answer=dict(stored, cache_ttl=5))
    result = run_module({"id": "a", "cache_ttl": 5, "stripe": {"authorization": "declared-example", "usage_events": []}})
    assert result["operation"] == "updated"
    assert warnings == []


def test_secrets_of_the_server_are_masked_in_the_whole_result(api, gateway, run_module):
    otel = [{"url": "https://x.example", "authorization": "server-side-secret", "headers": {"k": "header-secret"}}]
    api.expect("GET", ONE, answer=gateway(otel=otel, echo="server-side-secret"))
    result = run_module({"id": "a"}, diff=True)
    assert "server-side-secret" not in str(result)
    assert "header-secret" not in str(result)
    assert result["gateway"]["otel"][0]["url"] == "https://x.example"


def test_a_short_secret_does_not_corrupt_the_output(api, gateway, run_module):
    otel = [{"url": "https://x.example", "headers": {"env": "a"}, "content_type": "json"}]
    api.expect("GET", ONE, answer=gateway(otel=otel))
    result = run_module({"id": "a", "otel": [{"url": "https://x.example", "headers": {"env": "a"}}]})
    assert result["operation"] == "unchanged"
    assert result["gateway"]["id"] == "a"
    assert result["gateway"]["otel"][0]["headers"] == {"env": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_facts_do_not_contain_an_absent_gateway(api, gateway, run_module, check_mode):
    api.expect("GET", ONE, answer=gateway())
    if not check_mode:
        api.expect("DELETE", ONE, answer=gateway())
    assert run_module({"id": "a", "state": "absent"}, check_mode=check_mode)["ansible_facts"] == {"cloudflare_ai_gateway": {}}
    api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    assert run_module({"id": "a", "state": "absent"}, check_mode=check_mode)["ansible_facts"] == {"cloudflare_ai_gateway": {}}


def test_secrets_in_extra_settings_are_masked(api, gateway, run_module):
    stripe = {"authorization": "extra-example-secret", "usage_events": []}
    api.expect("GET", ONE, answer=gateway(stripe=stripe))
    result = run_module({"id": "a", "extra_settings": {"stripe": stripe}})
    assert result["operation"] == "unchanged"
    assert "extra-example-secret" not in str(result)


@pytest.mark.parametrize("options", [{"api_tokn": "misspelt-example"}, {"stripe": {"authorisation": "misspelt-example"}}])
def test_a_secret_of_a_possibly_misspelt_option_is_masked(run_module, options):
    result = run_module({"id": "a", **options})
    assert result["failed"]
    assert set(options) < set(result["invocation"]["module_args"])
    assert "misspelt-example" not in str(result)


def test_secrets_with_a_common_prefix_are_masked_completely(api, gateway, run_module):
    headers = {str(more): "invented" + "x" * more for more in range(12)}
    api.expect("GET", ONE, answer=gateway(otel=[{"url": "a://b", "headers": headers}], echo=" ".join(headers.values())))
    assert run_module({"id": "a"})["gateway"]["echo"] == " ".join(["*" * 8] * 12)


def test_a_secret_that_a_message_truncates_is_masked(api, run_module):
    secret = "invented-" * 100
    stripe = {"authorization": secret, "usage_events": []}
    api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    api.expect("POST", "/ai-gateway/gateways", status=400, errors=[{"code": 1, "message": f"odd: {secret}", "path": [secret]}])
    result = run_module({"id": "a", "stripe": stripe})
    assert "[1] odd: ********" in result["msg"]
    assert "invented" not in str(result)


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        (
            {"cache_ttl": -1, "retry_delay": 5001, "log_management": 9999},
            ["cache_ttl is -1", "retry_delay is 5001", "log_management is 9999"],
        ),
        ({"cache_ttl": -1, "timeout": 0}, ["cache_ttl is -1", "timeout is 0"]),
        ({"retry_backoff": "Linear"}, ["retry_backoff", "constant, linear, exponential"]),
        ({"dlp": {"enabled": True, "action": "FLAG", "profiles": [], "policies": []}}, ["policies"]),
        ({"dlp": {"enabled": True}}, ["action", "policies"]),
        ({"otel": [{"url": "https://x.example", "headers": {"a": True}}]}, ["otel[0].headers.a must be text"]),
        (
            {"spend_limits": {"rules": [{"limit": 1, "limit_type": "cost", "window": 1, "metadata": {"t": 1}}]}},
            ["metadata.t must be a dict"],
        ),
        (
            {
                "spend_limits": {"rules": [{"limit": 1, "limit_type": "cost", "window": 1, "metadata": {"t": {"mode": "filter"}}}]},
                "cache_ttl": -1,
            },
            ["metadata.t", "values", "cache_ttl is -1"],
        ),
        ({"no_such_option": 1}, ["no_such_option"]),
    ],
)
def test_invalid_options_are_refused_before_anything_is_sent(api, run_module, options, texts):
    result = run_module(dict(options, id="a"))
    assert result["failed"]
    for text in texts:
        assert text in result["msg"]


def test_text_from_templates_becomes_the_right_type(api, absent, gateway, run_module, create_defaults):
    rule = {"limit": "1.5", "limit_type": "cost", "window": "60", "metadata": {"t": {"mode": "filter", "values": "x,y"}}}
    sent = {"limit": 1.5, "limitType": "cost", "window": 60, "enabled": True, "technique": "sliding"}
    sent["metadata"] = {"t": {"mode": "filter", "values": ["x", "y"]}}
    headers = [{"url": "https://x.example", "headers": {"n": "5"}, "content_type": "json"}]
    body = dict(create_defaults, id="a", zdr=True, cache_ttl=5, spend_limits={"enabled": True, "rules": [sent]}, otel=headers)
    api.expect("POST", GATEWAYS, body=body, answer=gateway(**{key: value for key, value in body.items() if key != "id"}))
    result = run_module(
        {
            "name": "a",
            "zdr": "true",
            "cache_ttl": "5",
            "spend_limits": {"enabled": "yes", "rules": [rule]},
            "otel": [{"url": "https://x.example", "headers": {"n": 5}}],
        }
    )
    assert result["operation"] == "created"


def test_a_refusal_by_ansible_shows_no_secret_in_extra_settings(run_module):
    stripe = {"authorization": "invented-authorization", "usage_events": []}
    result = run_module({"id": "a", "cache_ttl": [], "extra_settings": {"stripe": stripe}})
    assert "cache_ttl must be a number, not a list" in result["msg"]
    assert "invented-authorization" not in str(result)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"dlp": False}, "dlp"),
        ({"dlp": [None]}, "dlp"),
        ({"guardrails": {"prompt": 5}}, "guardrails.prompt"),
        ({"spend_limits": {"rules": [{"limit": 1, "limit_type": "cost", "window": 1, "model": 0.5}]}}, "spend_limits.rules[0].model"),
    ],
)
def test_a_value_that_is_not_a_dict_is_refused_by_name(run_module, options, option):
    assert run_module({"id": "a", **options})["msg"] == f"No request was sent, because options are invalid: {option} must be a dict."


@pytest.mark.parametrize("otel", [[["invented-authorization"]], '{"authorization": "invented-authorization"},{"url": "b"}'])
def test_values_of_the_wrong_type_are_not_quoted(run_module, otel):
    result = run_module({"id": "a", "otel": otel})
    assert result["failed"]
    assert "invented-authorization" not in str(result)
