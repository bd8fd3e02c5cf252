# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A custom provider, through the real main() of the module, against an ordered script of HTTP exchanges. Prices have a separate file."""

from __future__ import annotations

import json

import pytest

PROVIDERS = "/ai-gateway/custom-providers"
ONE = PROVIDERS + "/made-by-server"
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
HEADERS = {"X-Key": "invented-header"}
STORED = {
    "id": "made-by-server",
    "slug": "llm",
    "name": "LLM",
    "base_url": "https://llm.example.com",
    "enable": True,
    "beta": False,
    "created_at": 1767225600,
    "modified_at": 1767225600,
}
OPTIONS = {"slug": "llm", "name": "LLM", "provider_base_url": "https://llm.example.com"}
NEW = {"slug": "llm", "name": "LLM", "base_url": "https://llm.example.com", "enable": True}
ABSENT_CODES = [1004, 7002]
DUPLICATES = [
    (409, [{"code": 1003, "message": "Duplicate slug", "path": ["body", "slug"]}]),
    (400, [{"code": 7001, "message": "Slug is taken"}]),
]


@pytest.fixture
def apply(run_module):
    def run(check_mode=False, diff=False, **options):
        return run_module({**OPTIONS, **options}, "ai_gateway_custom_provider", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def expect_search(api):
    """Return a function that expects a search for the slug, and answers with these providers."""

    def expect(*found, slug="llm"):
        api.expect("GET", PROVIDERS, query={"page": 1, "per_page": 100, "search": slug}, answer=list(found))

    return expect


def test_a_create_enables_the_provider_unless_the_task_disables_it(api, expect_search, apply):
    expect_search()
    api.expect("POST", PROVIDERS, body=NEW, answer=STORED)
    result = apply()
    assert (result["changed"], result["operation"]) == (True, "created")
    assert result["changed_settings"] == ["base_url", "enable", "name"]
    assert (result["custom_provider"]["id"], result["provider_slug"]) == ("made-by-server", "custom-llm")
    expect_search()
    api.expect("POST", PROVIDERS, body=dict(NEW, enable=False), answer=dict(STORED, enable=False))
    assert apply(enable=False)["custom_provider"]["enable"] is False


def test_unchanged_takes_one_request(api, expect_search, apply):
    expect_search(STORED)
    result = apply(enable=True, beta=False, description="")
    assert (result["changed"], result["operation"], result["changed_settings"]) == (False, "unchanged", [])
    assert len(api.calls) == 1


def test_an_update_sends_only_changed_settings(api, expect_search, apply):
    before = dict(STORED, name="Old", description="kept", later={"x": 1})
    expect_search(before)
    api.expect("GET", ONE, answer=before)
    api.expect("PATCH", ONE, body={"name": "LLM"}, answer=dict(before, name="LLM"))
    result = apply(diff=True)
    assert (result["operation"], result["changed_settings"]) == ("updated", ["name"])
    assert (result["custom_provider"]["description"], result["custom_provider"]["later"]) == ("kept", {"x": 1})
    assert (result["diff"]["before"]["name"], result["diff"]["after"]["name"]) == ("Old", "LLM")


def test_an_empty_text_clears_a_text(api, expect_search, apply):
    before = dict(STORED, description="old")
    expect_search(before)
    api.expect("GET", ONE, answer=before)
    api.expect("PATCH", ONE, body={"description": ""}, answer=dict(STORED, description=None))
    assert apply(description="")["changed_settings"] == ["description"]


def test_flags_of_0_and_1_are_bools(expect_search, apply):
    expect_search(dict(STORED, enable=1, beta=0))
    result = apply(enable=True, beta=False)
    assert result["operation"] == "unchanged"
    assert (result["custom_provider"]["enable"], result["custom_provider"]["beta"]) == (True, False)


def test_the_search_also_finds_other_providers(api, expect_search, apply):
    expect_search(dict(STORED, id="other", slug="llm-2", name="llm"))
    api.expect("POST", PROVIDERS, body=NEW, answer=STORED)
    assert apply()["operation"] == "created"


@pytest.mark.parametrize("left_out", ["name", "provider_base_url"])
def test_a_missing_option_of_a_new_provider_is_named_and_nothing_is_sent(api, expect_search, run_module, left_out):
    expect_search()
    options = {name: value for name, value in OPTIONS.items() if name != left_out}
    result = run_module(options, "ai_gateway_custom_provider")
    assert result["failed"]
    assert f"{left_out} is missing" in result["msg"]
    assert [call.method for call in api.calls] == ["GET"]


def test_an_update_needs_neither_name_nor_url(api, expect_search, run_module):
    expect_search(STORED)
    api.expect("GET", ONE, answer=STORED)
    api.expect("PATCH", ONE, body={"enable": False}, answer=dict(STORED, enable=False))
    assert run_module({"slug": "llm", "enable": False}, "ai_gateway_custom_provider")["changed_settings"] == ["enable"]


@pytest.mark.parametrize(
    "url", ["http://llm.example.com", "llm.example.com", "https://", "https://user@llm.example.com", "https://llm.example.com?a=b"]
)
def test_only_a_plain_https_url_is_sent(api, apply, url):
    assert "provider_base_url" in apply(provider_base_url=url)["msg"]
    assert api.calls == []


@pytest.mark.parametrize("slug", ["", "with space", "with_underscore", "ü", "a/b", "a" * 65])
def test_an_invalid_slug_is_refused(api, apply, slug):
    assert apply(slug=slug)["msg"].startswith("No request was sent, because options are invalid: slug")
    assert api.calls == []


def test_a_slug_that_begins_with_the_servers_prefix_causes_a_warning(api, expect_search, apply, monkeypatch):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warnings.append(warning))
    expect_search(dict(STORED, slug="custom-ai"), slug="custom-ai")
    assert apply(slug="custom-ai")["provider_slug"] == "custom-custom-ai"
    assert [warning for warning in warnings if "custom-custom-ai" in warning]


@pytest.mark.parametrize("code", ABSENT_CODES)
def test_a_provider_that_is_listed_and_then_absent_is_created(api, expect_search, apply, code):
    expect_search(dict(STORED, name="Old"))
    api.expect("GET", ONE, status=404, errors=[{"code": code, "message": "Not found"}])
    api.expect("POST", PROVIDERS, body=NEW, answer=dict(STORED, id="new"))
    assert apply()["operation"] == "created"


@pytest.mark.parametrize("code", ABSENT_CODES)
def test_a_provider_that_vanishes_before_the_deletion_counts_as_deleted(api, expect_search, run_module, code):
    expect_search(STORED)
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, status=404, errors=[{"code": code, "message": "Not found"}])
    result = run_module({"slug": "llm", "state": "absent"}, "ai_gateway_custom_provider")
    assert (result["operation"], result["provider_slug"]) == ("deleted", "custom-llm")
    assert "custom_provider" not in result


def test_a_404_without_such_a_code_is_a_failure(api, expect_search, apply):
    expect_search(dict(STORED, name="Old"))
    api.expect("GET", ONE, status=404, errors=[{"code": 7003, "message": "No route"}])
    result = apply()
    assert (result["failed"], result["status"]) == (True, 404)


@pytest.mark.parametrize(("status", "errors"), DUPLICATES)
def test_a_provider_that_somebody_else_creates_in_between_is_updated(api, expect_search, apply, status, errors):
    expect_search()
    api.expect("POST", PROVIDERS, body=NEW, status=status, errors=errors)
    expect_search(dict(STORED, name="Theirs"))
    api.expect("GET", ONE, answer=dict(STORED, name="Theirs"))
    api.expect("PATCH", ONE, body={"name": "LLM"}, answer=STORED)
    assert apply()["operation"] == "updated"


def test_a_duplicate_that_the_listing_shows_late_is_looked_for_again(api, expect_search, apply, waits):
    expect_search()
    api.expect("POST", PROVIDERS, status=409, errors=DUPLICATES[0][1])
    expect_search()
    expect_search(STORED)
    api.expect("GET", ONE, answer=STORED)
    assert apply()["operation"] == "unchanged"
    assert len(waits) == 1


@pytest.mark.parametrize("code", [1002, 7001])
def test_a_refused_url_is_reported_with_the_error_of_the_api(api, expect_search, apply, code):
    errors = [{"code": code, "message": "Invalid base_url", "path": ["body", "base_url"]}]
    expect_search()
    api.expect("POST", PROVIDERS, status=400, errors=errors)
    if code == 7001:
        expect_search()
    result = apply()
    assert (result["failed"], result["status"], result["errors"]) == (True, 400, errors)


def test_a_create_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, expect_search, apply):
    expect_search()
    api.expect("POST", PROVIDERS, body=NEW, status=502)
    expect_search(STORED)
    api.expect("GET", ONE, answer=STORED)
    assert apply()["operation"] == "created"
    assert [call.method for call in api.calls].count("POST") == 1


def test_a_create_of_unknown_outcome_is_sent_again_if_it_is_not_found(api, expect_search, apply):
    expect_search()
    api.expect("POST", PROVIDERS, body=NEW, status=502)
    for _attempt in range(3):
        expect_search()
    api.expect("POST", PROVIDERS, body=NEW, answer=STORED)
    assert apply()["operation"] == "created"


def test_headers_are_sent_as_text_and_masked_in_the_result(api, expect_search, apply):
    text = json.dumps(HEADERS)
    expect_search()
    api.expect("POST", PROVIDERS, body=dict(NEW, headers=text), answer=dict(STORED, headers=text))
    result = apply(headers=HEADERS, diff=True)
    assert result["custom_provider"]["headers"] == {"X-Key": MASK}
    assert "invented-header" not in json.dumps(result)


@pytest.mark.parametrize(
    ("declared", "stored"),
    [
        (HEADERS, '{ "X-Key" : "invented-header" }'),
        ({"a": "invented-1", "b": "invented-2"}, '{"b": "invented-2", "a": "invented-1"}'),
        ({}, "{}"),
        ({}, ""),
        ({}, None),
    ],
)
def test_headers_are_compared_as_json(expect_search, apply, declared, stored):
    expect_search(dict(STORED, headers=stored))
    assert apply(headers=declared)["operation"] == "unchanged"


@pytest.mark.parametrize("masked", ["********", "[REDACTED]", '{"X-Key": "********"}', '{"X-Key": "inv...der"}'])
def test_headers_that_the_server_masks_count_as_unchanged_with_a_warning(expect_search, apply, monkeypatch, masked):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warnings.append(warning))
    expect_search(dict(STORED, headers=masked))
    assert apply(headers=HEADERS)["operation"] == "unchanged"
    assert [warning for warning in warnings if "hides headers" in warning]


@pytest.mark.parametrize("masked", ['{"X-Key": "sk-...9999"}', '{"X-Other": "********"}', '{"X-Key": "********", "Y": "********"}'])
def test_masked_headers_that_contradict_the_declared_ones_are_written(api, expect_search, apply, masked):
    expect_search(dict(STORED, headers=masked))
    api.expect("GET", ONE, answer=dict(STORED, headers=masked))
    api.expect("PATCH", ONE, body={"headers": json.dumps(HEADERS)}, answer=dict(STORED, headers='{"X-Key": "********"}'))
    assert apply(headers=HEADERS)["changed_settings"] == ["headers"]


@pytest.mark.parametrize(("update_secrets", "operation"), [("always", "updated"), ("never", "unchanged")])
def test_update_secrets_decides_when_headers_are_written(api, expect_search, apply, update_secrets, operation):
    stored = dict(STORED, headers=json.dumps(HEADERS) if update_secrets == "always" else '{"X-Key": "another-example"}')
    expect_search(stored)
    if update_secrets == "always":
        api.expect("GET", ONE, answer=stored)
        api.expect("PATCH", ONE, body={"headers": json.dumps(HEADERS)}, answer=stored)
    result = apply(headers=HEADERS, update_secrets=update_secrets)
    assert result["operation"] == operation
    assert "another-example" not in json.dumps(result)


def test_a_mask_is_not_taken_for_a_header(api, apply):
    assert "headers.X-Key" in apply(headers={"X-Key": MASK})["msg"]
    assert api.calls == []


def test_headers_of_the_server_are_in_no_message(api, expect_search, apply):
    stored = dict(STORED, headers='{"X-Key": "known-only-to-the-server-example"}')
    expect_search(stored)
    api.expect("GET", ONE, answer=stored)
    api.expect("PATCH", ONE, body={"headers": json.dumps(HEADERS)}, answer=stored)
    result = apply(headers=HEADERS)
    assert "stores other values than declared" in result["msg"]
    assert "known-only-to-the-server-example" not in json.dumps(result)


def test_a_logo_is_sent_by_an_update_that_follows_the_create(api, expect_search, apply):
    created = dict(STORED, logo="bWFkZQ==")
    expect_search()
    api.expect("POST", PROVIDERS, body=NEW, answer=created)
    api.expect("PATCH", ONE, body={"logo": "b3du"}, answer=dict(created, logo="b3du"))
    result = apply(logo="b3du")
    assert (result["operation"], result["custom_provider"]["logo"]) == ("created", "b3du")


def test_a_logo_that_is_refused_after_the_create_reports_that_the_provider_exists(api, expect_search, apply):
    expect_search()
    api.expect("POST", PROVIDERS, body=NEW, answer=STORED)
    api.expect("PATCH", ONE, status=400, errors=[{"code": 7001, "message": "No SVG", "path": ["body", "logo"]}])
    assert "The custom provider itself was created." in apply(logo="b3du")["msg"]


def test_check_mode_predicts_a_created_provider(api, expect_search, apply):
    settings = {"description": "d", "headers": HEADERS, "position": 3}
    expect_search()
    predicted = apply(check_mode=True, **settings)
    expect_search()
    api.expect("POST", PROVIDERS, answer=dict(STORED, description="d", headers=json.dumps(HEADERS), position=3))
    done = apply(**settings)
    made = ("id", "created_at", "modified_at")
    assert predicted["custom_provider"] == {name: value for name, value in done["custom_provider"].items() if name not in made}
    assert (predicted["operation"], predicted["changed_settings"]) == (done["operation"], done["changed_settings"])


def test_check_mode_predicts_an_updated_provider(api, expect_search, apply):
    before = dict(STORED, name="Old", headers='{"X-Key": "old-example"}')
    for _run in range(2):
        expect_search(before)
        api.expect("GET", ONE, answer=before)
    api.expect("PATCH", ONE, answer=dict(STORED, headers=json.dumps(HEADERS)))
    predicted, done = apply(check_mode=True, headers=HEADERS, diff=True), apply(headers=HEADERS, diff=True)
    for name in ("changed", "operation", "changed_settings", "custom_provider", "diff"):
        assert predicted[name] == done[name]


def test_check_mode_deletes_nothing(api, expect_search, run_module):
    expect_search(STORED)
    api.expect("GET", ONE, answer=STORED)
    assert run_module({"slug": "llm", "state": "absent"}, "ai_gateway_custom_provider", check_mode=True)["operation"] == "deleted"


def test_deleting_an_absent_provider_is_unchanged(expect_search, run_module):
    expect_search()
    assert run_module({"slug": "llm", "state": "absent"}, "ai_gateway_custom_provider")["operation"] == "unchanged"


def test_a_deletion_of_unknown_outcome_is_verified_by_a_search(api, expect_search, run_module):
    expect_search(STORED)
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, status=200, raw="<html>")
    expect_search()
    assert run_module({"slug": "llm", "state": "absent"}, "ai_gateway_custom_provider")["operation"] == "deleted"


def test_two_providers_with_one_slug_are_an_error_that_names_them(expect_search, apply):
    expect_search(STORED, dict(STORED, id="another"))
    assert "slug 'llm' is that of made-by-server and another" in apply()["msg"]


def test_a_read_that_is_not_allowed_names_the_permissions(api, apply):
    errors = [{"code": 10000, "message": "Authentication error"}]
    api.expect("GET", PROVIDERS, query={"page": 1, "per_page": 100, "search": "llm"}, status=403, errors=errors)
    result = apply()
    assert (result["status"], result["errors"][0]["code"], result["request"]["method"]) == (403, 10000, "GET")
    assert "'AI Gateway Write'" in result["msg"]
