# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that a server stores in a different form, and settings that nobody declared."""

from __future__ import annotations

import json

import pytest

GATEWAYS = "/ai-gateway/gateways"
ONE = GATEWAYS + "/a"
URL = "https://otel.example.com/v1/traces"
PEM = "-----BEGIN PUBLIC KEY-----\ninvented\n-----END PUBLIC KEY-----"
RULE = {"limit": 5, "limitType": "cost", "window": 60}
OPTION_RULE = {"limit": 5, "limit_type": "cost", "window": 60}


@pytest.fixture
def run_with_warnings(run_module, monkeypatch):
    """Return a function that runs the module, and returns its result and its warnings."""

    def run(options, **keywords):
        warnings = []
        monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, text: warnings.append(text))
        result = run_module({"id": "a", **options}, **keywords)
        return result, " ".join(warnings)

    return run


def sent(api):
    """Return the bodies of the updates."""
    return [json.loads(call.body) for call in api.calls if call.method == "PUT"]


KEPT = [
    (
        "guardrails",
        {"prompt": {"S14": "BLOCK", "P1": "FLAG"}, "response": {"S14": "FLAG"}},
        {"guardrails": {"prompt": {"P1": "BLOCK"}}},
        {"prompt": {"S14": "BLOCK", "P1": "BLOCK"}, "response": {"S14": "FLAG"}},
    ),
    (
        "otel",
        [{"url": URL, "headers": {}, "content_type": "json", "sampling": {"rate": 0.5}}],
        {"otel": [{"url": URL, "content_type": "protobuf"}]},
        [{"url": URL, "headers": {}, "content_type": "protobuf", "sampling": {"rate": 0.5}}],
    ),
    (
        "dlp",
        {
            "enabled": True,
            "later": 1,
            "policies": [{"id": "p", "enabled": True, "action": "FLAG", "check": ["REQUEST"], "profiles": [], "x": 1}],
        },
        {"dlp": {"enabled": True, "policies": [{"id": "p", "enabled": False, "action": "FLAG", "check": ["REQUEST"], "profiles": []}]}},
        {
            "enabled": True,
            "later": 1,
            "policies": [{"id": "p", "enabled": False, "action": "FLAG", "check": ["REQUEST"], "profiles": [], "x": 1}],
        },
    ),
    (
        "spend_limits",
        {
            "enabled": True,
            "currency": "EUR",
            "rules": [{**RULE, "id": "r", "note": "n", "metadata": {"team": {"mode": "partition", "x": 1}}}],
        },
        {"spend_limits": {"enabled": False, "rules": [{**OPTION_RULE, "id": "r", "metadata": {"team": {"mode": "partition"}}}]}},
        {
            "enabled": False,
            "currency": "EUR",
            "rules": [
                {
                    **RULE,
                    "id": "r",
                    "note": "n",
                    "enabled": True,
                    "technique": "sliding",
                    "metadata": {"team": {"mode": "partition", "x": 1}},
                }
            ],
        },
    ),
]


@pytest.mark.parametrize(("key", "stored", "options", "wanted"), KEPT, ids=[case[0] for case in KEPT])
def test_unknown_parts_of_a_nested_setting_are_kept_in_a_write(api, gateway, run_with_warnings, key, stored, options, wanted):
    api.expect("GET", ONE, answer=gateway(**{key: stored}))
    predicted, _warnings = run_with_warnings(options, check_mode=True)
    api.expect("GET", ONE, answer=gateway(**{key: stored}))
    api.expect("PUT", ONE, answer=gateway(**{key: wanted}))
    result, _warnings = run_with_warnings(options)
    assert result["operation"] == predicted["operation"] == "updated"
    assert sent(api)[0][key] == wanted
    # Secrets are masked in results, so they are left out of the comparison.
    assert strip_headers(predicted["gateway"][key]) == strip_headers(result["gateway"][key]) == strip_headers(wanted)


def strip_headers(value):
    return [{key: part for key, part in entry.items() if key != "headers"} for entry in value] if isinstance(value, list) else value


def test_an_unknown_part_can_be_declared_and_changed(api, gateway, run_with_warnings):
    declared = {"prompt": {"S14": "FLAG"}, "response": {}}
    api.expect("GET", ONE, answer=gateway(guardrails={"prompt": {"S14": "BLOCK", "S15": "FLAG"}, "response": {}}))
    api.expect("PUT", ONE, answer=gateway(guardrails={"prompt": {"S14": "FLAG", "S15": "FLAG"}, "response": {}}))
    result, _warnings = run_with_warnings({"extra_settings": {"guardrails": declared}})
    assert result["operation"] == "updated"
    assert sent(api)[0]["guardrails"]["prompt"] == {"S14": "FLAG", "S15": "FLAG"}


def test_an_element_that_is_stored_twice_and_declared_once_is_a_difference(api, gateway, run_with_warnings):
    entry = {"url": URL, "headers": {}, "content_type": "json"}
    api.expect("GET", ONE, answer=gateway(otel=[entry, entry]))
    api.expect("PUT", ONE, answer=gateway(otel=[entry]))
    result, _warnings = run_with_warnings({"otel": [{"url": URL}]})
    assert (result["operation"], result["changed_settings"]) == ("updated", ["otel"])


def test_the_order_and_duplicates_of_names_in_a_set_make_no_difference(api, gateway, run_with_warnings):
    api.expect("GET", ONE, answer=gateway(dlp={"enabled": True, "action": "FLAG", "profiles": ["k", "l", "k"]}))
    assert run_with_warnings({"dlp": {"enabled": True, "action": "FLAG", "profiles": ["l", "k"]}})[0]["operation"] == "unchanged"


SAME = [
    (
        {"otel": [{"url": URL, "headers": {"X-Api-Key": "invented-key"}}]},
        {"otel": [{"url": URL, "headers": {"x-api-key": "invented-key"}}]},
    ),
    ({"otel": [{"url": URL, "headers": {"X-Api-Key": "invented-key"}}]}, {"otel": [{"url": URL, "headers": {"x-api-key": "********"}}]}),
    ({"logpush_public_key": PEM + "\n"}, {"logpush_public_key": PEM}),
    ({"logpush_public_key": PEM}, {"logpush_public_key": PEM.replace("\n", "\r\n") + "\r\n"}),
    ({"logpush_public_key": PEM}, {"logpush_public_key": "\n" + PEM.replace("\n", " \n\n") + "\n\n"}),
    ({"otel": []}, {"otel": None}),
    ({"unset": ["otel"]}, {"otel": []}),
]


@pytest.mark.parametrize(("options", "stored"), SAME)
def test_an_equivalent_value_is_no_difference(api, gateway, run_with_warnings, options, stored):
    api.expect("GET", ONE, answer=gateway(**stored))
    assert run_with_warnings(options)[0]["operation"] == "unchanged"


DIFFERENT = [
    (
        {"otel": [{"url": URL, "headers": {"x-api-key": "invented-key"}}]},
        {"otel": [{"url": URL, "headers": {"x-api-key": "INVENTED-KEY"}}]},
    ),
    ({"logpush_public_key": PEM}, {"logpush_public_key": PEM.replace("invented", "invented\nmore")}),
    ({"unset": ["spend_limits"]}, {"spend_limits": {"enabled": False, "rules": [RULE]}}),
    ({"unset": ["spend_limits"]}, {"spend_limits": {"enabled": False, "later": 1}}),
    ({"unset": ["log_management"]}, {"log_management": 20_000}),
]


@pytest.mark.parametrize(("options", "stored"), DIFFERENT)
def test_a_value_that_is_not_equivalent_is_a_difference(api, gateway, run_with_warnings, options, stored):
    api.expect("GET", ONE, answer=gateway(**stored))
    assert run_with_warnings(options, check_mode=True)[0]["operation"] == "updated"


def test_header_names_that_differ_only_in_case_are_refused(run_module):
    result = run_module({"id": "a", "otel": [{"url": URL, "headers": {"X-Key": "invented-one", "x-key": "invented-two"}}]})
    assert result["failed"]
    assert "otel[0].headers has the same name twice, in different case" in result["msg"]


def test_header_names_that_are_stored_in_lower_case_are_accepted(api, gateway, run_with_warnings):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, answer=gateway(otel=[{"url": URL, "headers": {"x-key": "invented"}}]))
    result, warnings = run_with_warnings({"otel": [{"url": URL, "headers": {"X-Key": "invented"}}]})
    assert result["operation"] == "updated"
    assert "stores otel in a different form" in warnings


def test_a_default_that_is_shown_after_unset_is_accepted(api, gateway, run_with_warnings):
    api.expect("GET", ONE, answer=gateway(retry_backoff="linear"))
    api.expect("PUT", ONE, answer=gateway(retry_backoff="constant"))
    result, warnings = run_with_warnings({"unset": ["retry_backoff"]})
    assert (result["operation"], result["changed_settings"]) == ("updated", ["retry_backoff"])
    assert "stores retry_backoff in a different form" in warnings


def test_a_second_unset_of_a_setting_with_a_default_is_reported_as_unchanged(api, gateway, run_with_warnings):
    api.expect("GET", ONE, answer=gateway(retry_backoff="constant"))
    api.expect("PUT", ONE, answer=gateway(retry_backoff="constant"))
    result, warnings = run_with_warnings({"unset": ["retry_backoff"]})
    assert (result["changed"], result["operation"], result["changed_settings"]) == (False, "unchanged", [])
    assert "stores retry_backoff in a different form" in warnings


def test_a_nested_setting_that_stays_after_unset_is_a_failure(api, gateway, run_with_warnings):
    stored = {"prompt": {"P1": "FLAG"}, "response": {}}
    api.expect("GET", ONE, answer=gateway(guardrails=stored))
    api.expect("PUT", ONE, answer=gateway(guardrails=stored))
    assert "guardrails: declared None" in run_with_warnings({"unset": ["guardrails"]})[0]["msg"]


def refusal(*path, message="Invalid input"):
    return [{"code": 7001, "message": message, "path": list(path)}]


@pytest.mark.parametrize(
    "errors",
    [
        refusal("body", "later"),
        refusal("later"),
        refusal("body", "later", "deep"),
        # Validators name the object in the path, and the key in the message.
        refusal("body", message="Unrecognized key(s) in object: 'later', 'cache_ttl'"),
        refusal(message='JSON parse error: Unrecognized field "later", not marked as ignorable'),
    ],
)
@pytest.mark.parametrize(("after", "is_lost"), [({"deep": 1}, False), (None, True)])
def test_a_carried_over_field_that_the_api_refuses_is_left_out(api, gateway, run_with_warnings, errors, after, is_lost):
    api.expect("GET", ONE, answer=gateway(later={"deep": 1}))
    api.expect("PUT", ONE, status=400, errors=errors)
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5, later=after))
    result, warnings = run_with_warnings({"cache_ttl": 5})
    assert result["operation"] == "updated"
    assert [("later" in body) for body in sent(api)] == [True, False]
    assert "The API returns later but does not accept it in an update" in warnings
    assert ("The update removed the stored value of later" in warnings) is is_lost


def test_an_unknown_part_that_the_api_refuses_is_left_out(api, gateway, run_with_warnings):
    stored = {"url": URL, "headers": {}, "content_type": "json"}
    api.expect("GET", ONE, answer=gateway(otel=[{**stored, "sampling": 1}]))
    api.expect("PUT", ONE, status=400, errors=refusal("body", "otel", 0, "sampling"))
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5, otel=[stored]))
    result, warnings = run_with_warnings({"cache_ttl": 5})
    assert result["operation"] == "updated"
    assert sent(api)[1]["otel"] == [stored]
    assert "otel.0.sampling" in warnings


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"extra_settings": {"later": 2}}, ("body", "later")),
        ({"cache_ttl": 5}, ("body", "retry_delay")),
        ({"cache_ttl": 5}, ("body", "cache_ttl")),
        ({"cache_ttl": 5}, ("body",)),
        ({"cache_ttl": 5}, ()),
    ],
)
def test_nothing_declared_or_known_is_ever_left_out(api, gateway, run_with_warnings, options, path):
    api.expect("GET", ONE, answer=gateway(later=1, retry_delay=60_000))
    api.expect("PUT", ONE, status=400, errors=refusal(*path))
    assert run_with_warnings(options)[0]["failed"]


def test_wholesale_is_never_written_back(api, gateway, run_with_warnings):
    api.expect("GET", ONE, answer=gateway(wholesale=True))
    api.expect("PUT", ONE, answer=gateway(wholesale=True, cache_ttl=5))
    run_with_warnings({"cache_ttl": 5})
    assert "wholesale" not in sent(api)[0]


@pytest.mark.parametrize(("status", "code"), [(400, 7001), (403, 7004), (409, 1)])
@pytest.mark.parametrize(("count", "is_explained"), [(10, True), (20, True), (11, False)])
def test_a_refused_create_in_a_full_account_is_explained(api, gateway, run_with_warnings, status, code, count, is_explained):
    absent = {"status": 404, "errors": [{"code": 7002, "message": "Not found"}]}
    api.expect("GET", ONE, **absent)
    api.expect("POST", GATEWAYS, status=status, errors=[{"code": code, "message": "no more"}])
    if status != 403:
        api.expect("GET", ONE, **absent)
    api.expect_page([gateway(id=f"g{number}") for number in range(count)], total=count)
    result, _warnings = run_with_warnings({})
    assert result["failed"]
    assert (f"The account has {count} AI Gateways" in result["msg"]) is is_explained
