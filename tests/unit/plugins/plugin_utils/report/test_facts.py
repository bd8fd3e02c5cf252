# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings of a report in an account, and in the result of a run in check mode."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import Subject, as_json
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.facts import report_of
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.parsing import shape_problems
from tests.unit.plugins.plugin_utils.report.conftest import ACCOUNT_ID, NOW, compared_with, entry, key, model, to

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def report(account, compared=None, **options):
    return report_of(account, compared, now=NOW, **options)


def found(made):
    return [(finding.check, finding.subject.path) for finding in made.findings]


def messages(made, check):
    return [finding.message for finding in made.findings if finding.check == check]


def test_the_objects_of_an_account_are_counted(account):
    made = report(account)
    assert made.account_id == ACCOUNT_ID
    assert made.time == "2026-11-26T12:00:00+00:00"
    assert made.counts == {
        "custom_provider": 1,
        "gateway": 2,
        "provider_config": 2,
        "dynamic_route": 1,
        "policy": 1,
        "custom_domain": 1,
    }
    assert not made.is_compared
    assert "1 custom provider, 2 gateways, 2 keys, 1 route, 1 policy and 1 custom domain" in made.verdict
    assert "not compared" in made.verdict


def test_open_gateways_and_old_keys_are_found(account):
    made = report(account)
    assert found(made) == [("without_authentication", "open"), ("old_keys", "shop/custom-house/default")]
    assert messages(made, "old_keys") == ["Last changed on 2026-01-01, 329 days ago."]


def test_authentication_that_somebody_switched_off_is_restored_by_the_document(account, declared):
    entries, stored = declared
    account["gateways"][0]["authentication"] = False
    entries[1] = entry("gateway", None, "shop", "updated", ["authentication"])
    diff = {"before_header": "gateway shop", "before": {"authentication": False}, "after": {"authentication": True}}
    made = report(account, compared_with(*entries, diff=[diff], account=stored))
    assert messages(made, "without_authentication") == [
        "Anybody who knows its URL can use it. Apply the document.",
        "Anybody who knows its URL can use it. Set authentication: true.",
    ]


@pytest.mark.parametrize("authentication", [None, False, "true", 1])
def test_a_gateway_is_closed_only_if_authentication_is_true(account, authentication):
    account["gateways"][0]["authentication"] = authentication
    assert ("without_authentication", "shop") in found(report(account))


@pytest.mark.parametrize(("days", "is_old"), [(89, False), (90, False), (91, True)])
def test_a_key_is_old_after_the_limit(account, days, is_old):
    changed = (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    account["gateways"][0]["provider_configs"] = [key("openai", changed)]
    made = report(account)
    assert made.gateways[0].keys[0].age_days == days
    assert made.gateways[0].keys[0].is_old is is_old
    assert ("old_keys" in dict(found(made))) is is_old


def test_the_limit_can_be_chosen(account):
    assert "old_keys" not in dict(found(report(account, max_key_age_days=400)))


@pytest.mark.parametrize("time", [None, "", "yesterday", 5, "2026-13-01T00:00:00Z", {"x": 1}])
def test_an_invalid_time_is_unknown_and_no_finding(account, time):
    account["gateways"][0]["provider_configs"] = [key("openai", time)]
    made = report(account)
    (one,) = made.gateways[0].keys
    assert (one.changed, one.age_days, one.is_old) == (None, None, False)
    assert "old_keys" not in dict(found(made))


def test_problems_of_routes_are_warnings(account):
    shop = account["gateways"][0]
    shop["provider_configs"] = []
    shop["dynamic_routes"] = [
        {
            "name": "a",
            "elements": [{"id": "in", "type": "start", "outputs": {"next": to("main")}}, model("main", "openai", "gone", "gone")],
        },
        {"name": "b", "elements": [model("alone", "custom-unknown"), model("spare", "workers-ai")]},
        {"name": "c", "elements": None},
        {"name": "d", "elements": [{"id": "in", "type": "start", "outputs": {}}], "is_valid": False},
    ]
    made = report(account)
    assert {route.subject.id: route.warnings for route in made.gateways[0].routes} == {
        "a": [
            "It sends requests to openai without a key in the gateway: they fail, unless Unified Billing pays for them.",
            "It leads to gone, but has no such element.",
        ],
        "b": [
            "It sends requests to custom-unknown, but the account has no such custom provider.",
            "Nothing leads from the start to model alone, model spare.",
            "It leads to out, but has no such element.",
        ],
        "c": ["It has no deployed graph."],
        "d": ["Cloudflare marks its deployed version as invalid."],
    }
    assert [check for check, path in found(made) if path == "shop/a"] == ["route_warnings"] * 2


def test_kinds_that_were_not_read_cause_no_warnings(account):
    del account["custom_providers"]
    del account["gateways"][0]["provider_configs"]
    assert report(account).gateways[0].routes[0].warnings == []


def test_nothing_to_find(account, declared):
    del account["gateways"][1]
    account["gateways"][0]["provider_configs"][1]["modified_at"] = "2026-11-01T00:00:00Z"
    entries, stored = declared
    made = report(account, compared_with(*(one for one in entries if one["id"] != "open"), account=stored))
    assert made.findings == []
    assert made.verdict.endswith("Everything that the document declares is as declared. Nothing needs attention.")


def test_drift_has_both_values(account, declared):
    entries, stored = declared
    entries[1] = entry("gateway", None, "shop", "updated", ["cache_ttl", "logpush", "otel", "zdr"])
    otel = [{"url": "https://otel.example.com", "authorization": "example-secret"}]
    diff = {
        "before_header": "gateway shop",
        "before": {"cache_ttl": 0, "otel": otel, "logpush": None},
        "after": {"cache_ttl": 60, "otel": None, "logpush": True},
    }
    made = report(account, compared_with(*entries, diff=[diff], account=stored))
    (change,) = made.changes
    assert change.subject == Subject("gateway", None, "shop")
    assert [(setting.name, setting.before, setting.after) for setting in change.settings] == [
        ("cache_ttl", "0", "60"),
        ("logpush", "not set", "true"),
        ("otel", '[{"authorization": "secret, not shown", "url": "https://otel.example.com"}]', "not set"),
        ("zdr", None, None),
    ]
    assert "example-secret" not in str(as_json(made))
    assert messages(made, "drifted") == ["4 settings differ from what is declared: cache_ttl, logpush, otel, zdr."]


def test_the_diff_of_an_object_is_not_that_of_a_later_step(account):
    own = {"before_header": "gateway shop", "before": {"zdr": False}, "after": {"zdr": True}}
    step = {"before_header": "gateway shop", "before": {"zdr": True, "store_id": None}, "after": {"zdr": True, "store_id": "x"}}
    made = report(account, compared_with(entry("gateway", None, "shop", "updated", ["zdr"]), diff=[own, step]))
    assert [(setting.before, setting.after) for setting in made.changes[0].settings] == [("false", "true")]


def test_a_changed_secret_is_named_and_not_shown(account):
    diff = {"before_header": "provider_config shop/openai/default", "before": {"secret": "example-old"}, "after": {"secret": "example-new"}}
    made = report(account, compared_with(entry("provider_config", "shop", "openai/default", "updated", ["secret"]), diff=[diff]))
    (setting,) = made.changes[0].settings
    assert (setting.name, setting.before, setting.after, setting.lines) == ("secret", "secret, not shown", "secret, not shown", [])


def test_a_long_value_is_a_diff_of_lines(account):
    before = ["start in", "  next -> main", "model main", "  provider: openai", "  model: " + "x" * 90]
    after = [*before[:3], "  provider: anthropic", before[4]]
    diff = {"before_header": "dynamic_route shop/support", "before": {"elements": before}, "after": {"elements": after}}
    made = report(account, compared_with(entry("dynamic_route", "shop", "support", "updated", ["elements"]), diff=[diff]))
    assert made.changes[0].settings[0].lines[1:] == [
        "   next -> main",
        " model main",
        "-  provider: openai",
        "+  provider: anthropic",
        f"   model: {'x' * 90}",
    ]


def test_objects_that_would_be_created_or_deleted(account):
    gone = {**entry("gateway", None, "open", "deleted"), "deleted_children": [{"kind": "dynamic_route", "name": "old"}]}
    new = entry("gateway", None, "new", "created", ["cache_ttl"])
    recreated = entry("custom_domain", "shop", "ai.example.com", "recreated", ["min_tls"])
    diff = {"before_header": "gateway new", "before": {}, "after": {"cache_ttl": 5}}
    made = report(account, compared_with(new, gone, recreated, diff=[diff]))
    assert [found for found in found(made) if found[0] in ("missing", "drifted")] == [
        ("missing", "new"),
        ("drifted", "open"),
        ("drifted", "shop/ai.example.com"),
    ]
    created, deleted, _recreated = made.changes
    assert [(setting.name, setting.before, setting.after) for setting in created.settings] == [("cache_ttl", None, "5")]
    assert deleted.deleted_children == [Subject("dynamic_route", "open", "old")]
    assert "delete it and create it again" in messages(made, "drifted")[1]
    assert made.subjects[-1] == Subject("gateway", None, "new")


def test_a_failed_object_is_not_as_declared(account):
    made = report(account, compared_with(entry("policy", "shop", "cap", "failed", error={"msg": "HTTP 403"})))
    assert messages(made, "failed") == ["HTTP 403"]
    assert "as declared" not in made.verdict


def test_objects_that_the_document_does_not_mention(account, declared):
    entries, stored = declared
    shown = [one for one in entries if one["id"] not in ("open", "support", "house", "cap")]
    made = report(account, compared_with(*shown, account={**stored, "custom_providers": None}))
    assert made.undeclared == [
        Subject("custom_provider", None, "house"),
        Subject("dynamic_route", "shop", "support"),
        Subject("policy", "shop", "cap"),
        Subject("gateway", None, "open"),
    ]
    assert report(account, compared_with(*shown, account=stored), undeclared=False).undeclared == []


def test_a_list_that_the_document_does_not_have_is_not_managed(account):
    made = report(account, compared_with(entry("gateway", None, "shop"), entry("gateway", None, "open")))
    assert made.undeclared == []


def test_the_results_of_ai_gateways_are_about_gateways(account):
    result = {"id": "shop", "operation": "updated", "changed_settings": ["zdr"], "error": None}
    diff = [{"before_header": "shop", "before": {"zdr": False}, "after": {"zdr": True}}]
    made = report(account, {"results": [result], "gateways": {"shop": {}}, "diff": diff})
    assert [(setting.before, setting.after) for setting in made.changes[0].settings] == [("false", "true")]
    assert made.undeclared == [Subject("gateway", None, "open")]


@pytest.mark.parametrize("compared", [None, {}, {"skipped": True, "changed": False}])
def test_a_skipped_comparison_is_none(account, compared):
    assert "not compared with a document" in report(account, compared).verdict


def test_a_comparison_that_failed_as_a_whole_is_reported(account):
    made = report(account, {"failed": True, "msg": "HTTP 401: wrong token\x1b[31m"})
    assert made.comparison_error == "HTTP 401: wrong token [31m"
    assert "could not be compared with the document: HTTP 401" in made.verdict


@pytest.mark.parametrize("value", [None, 5, "x", [], {"a": 1}, [None], True])
@pytest.mark.parametrize("name", ["kind", "parent", "id", "operation", "changed_settings", "deleted_children", "error"])
def test_results_of_any_shape_are_read(account, name, value):
    one = {**entry("gateway", None, "shop", "updated", ["zdr"]), name: value}
    as_json(report(account, compared_with(one, None, diff=[None, {"before": 1}])))


@pytest.mark.parametrize(
    ("account", "problem"),
    [
        (None, "account must be a dict"),
        ([], "account must be a dict"),
        ({"gateways": {}}, "account.gateways must be a list of dicts"),
        ({"gateways": [{"policies": ["x"]}]}, "account.gateways[0].policies must be a list of dicts"),
        ({"custom_providers": "x"}, "account.custom_providers must be a list of dicts"),
    ],
)
def test_an_invalid_account_is_refused(account, problem):
    (found,) = shape_problems(account)
    assert found.startswith(problem)


def test_an_empty_account(account):
    assert list(shape_problems({})) == []
    assert report({}).verdict.startswith("The account has no gateways")


def test_json_names_each_subject_flat(account, declared):
    entries, stored = declared
    made = as_json(report(account, compared_with(*entries, account=stored)))
    assert {"check", "kind", "parent", "id", "message", "detail"} == set(made["findings"][0])
    route = made["gateways"][0]["routes"][0]
    assert route["outline"][0] == "start in"
    assert "elements" not in route
    assert made["subjects"][0] == {"kind": "custom_provider", "parent": None, "id": "house"}
