# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prices of a custom provider, which are declared as one list, through the real main() of the module."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules import prices

PROVIDERS = "/ai-gateway/custom-providers"
COSTS = PROVIDERS + "/costs"
PROVIDER = {"id": "p-1", "slug": "llm", "name": "LLM", "base_url": "https://llm.example.com", "enable": True}
OPTIONS = {"slug": "llm", "name": "LLM", "provider_base_url": "https://llm.example.com"}
UNSET = {"cost_in": None, "cost_out": None, "token_pricing": None, "enable": None}


def price(number=1, model="m", **settings):
    """Return a price as the server stores it."""
    return {
        "id": f"c-{number}",
        "account_provider_id": "p-1",
        "model": model,
        "model_rule": "equals",
        "cost_type": "tokens",
        "weight": 0,
        "changed_by": "manual",
        "created_at": "2026-01-01T00:00:00Z",
        "modified_at": "2026-01-01T00:00:00Z",
        **settings,
    }


def shown(model="m", model_rule="equals", cost_type="tokens", **settings):
    """Return a price as it is in results."""
    return {"model": model, "model_rule": model_rule, "cost_type": cost_type, **UNSET, **settings}


@pytest.fixture(autouse=True)
def sequential_requests(monkeypatch):
    """Send one request at a time, because the script of exchanges is ordered."""
    monkeypatch.setattr(prices, "CONCURRENCY", 1)


@pytest.fixture
def apply(run_module):
    def run(costs, check_mode=False, diff=False, **options):
        return run_module({**OPTIONS, "costs": costs, **options}, "ai_gateway_custom_provider", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def provider(api):
    """Return a function that expects a search for the provider, and answers with these."""

    def expect(*found):
        api.expect("GET", PROVIDERS, query={"page": 1, "per_page": 100, "search": "llm"}, answer=list(found))

    return expect


@pytest.fixture
def expect_listing(api):
    """Return a function that expects a listing of the prices of the provider, and answers with these."""

    def expect(*found):
        api.expect("GET", COSTS, query={"page": 1, "per_page": 100, "account_provider_id": "p-1"}, answer=list(found))

    return expect


@pytest.mark.parametrize(
    ("declared", "stored"),
    [
        ({"cost_in": 5}, {"cost_in": 5.0}),
        ({"cost_in": 5.0}, {"cost_in": 5}),
        ({"cost_in": "0.0000025"}, {"cost_in": 2.5e-06}),
        ({"token_pricing": {"cached": 5, "audio": 1e-06}}, {"token_pricing": '{"audio": 0.000001, "cached": 5.0}'}),
        ({"token_pricing": {"cached": 1}}, {"token_pricing": {"cached": 1}}),
        ({"token_pricing": {}}, {"token_pricing": "{}"}),
        ({"enable": True}, {"enable": 1}),
        ({}, {"cost_in": 7, "enable": False}),
    ],
)
def test_equivalent_prices_take_two_requests(api, apply, provider, expect_listing, declared, stored):
    provider(PROVIDER)
    expect_listing(price(**stored))
    result = apply([{"model": "m", **declared}])
    assert (result["changed"], result["operation"], result["changed_settings"]) == (False, "unchanged", [])
    assert len(api.calls) == 2


def test_prices_are_not_read_unless_they_are_declared(api, run_module, provider):
    provider(PROVIDER)
    assert "costs" not in run_module(OPTIONS, "ai_gateway_custom_provider")["custom_provider"]
    assert len(api.calls) == 1


def test_a_price_is_created_with_the_declared_settings(api, apply, provider, expect_listing):
    provider(PROVIDER)
    expect_listing()
    body = {
        "account_provider_id": "p-1",
        "model": "m",
        "model_rule": "starts-with",
        "cost_type": "tokens",
        "cost_in": 1e-06,
        "token_pricing": {"cached": 1e-07},
    }
    stored = price(model_rule="starts-with", cost_in=1e-06, token_pricing='{"cached": 1e-7}')
    api.expect("POST", COSTS, body=body, answer=stored)
    result = apply([{"model": "m", "model_rule": "starts-with", "cost_in": 1e-06, "token_pricing": {"cached": 1e-07}}], diff=True)
    assert (result["changed"], result["operation"], result["changed_settings"]) == (True, "updated", ["costs"])
    assert result["custom_provider"]["costs"] == [shown(model_rule="starts-with", cost_in=1e-06, token_pricing={"cached": 1e-07})]
    assert (result["diff"]["before"]["costs"], result["diff"]["after"]["costs"]) == ([], result["custom_provider"]["costs"])


def test_a_price_is_updated_with_the_changed_settings(api, apply, provider, expect_listing):
    provider(PROVIDER)
    expect_listing(price(cost_in=1, cost_out=2))
    expect_listing(price(cost_in=1, cost_out=2))
    api.expect("PATCH", COSTS + "/c-1", body={"cost_in": 3}, answer=price(cost_in=3, cost_out=2))
    result = apply([{"model": "m", "cost_in": 3, "cost_out": 2}])
    assert result["changed_settings"] == ["costs"]
    assert result["custom_provider"]["costs"] == [shown(cost_in=3, cost_out=2)]


@pytest.mark.parametrize("declared", [[], [{"model": "kept"}]])
def test_a_price_that_is_not_declared_is_deleted(api, apply, provider, expect_listing, declared):
    kept = [price(2, "kept")] if declared else []
    provider(PROVIDER)
    expect_listing(price(1, "m"), *kept)
    api.expect("DELETE", COSTS + "/c-1", answer=price(1))
    result = apply(declared)
    assert (result["operation"], result["changed_settings"]) == ("updated", ["costs"])
    assert result["custom_provider"]["costs"] == [shown("kept")] * len(kept)


def test_the_case_of_a_model_is_corrected(api, apply, provider, expect_listing):
    provider(PROVIDER)
    expect_listing(price(1, "GPT"))
    api.expect("POST", COSTS, answer=price(2, "gpt"))
    api.expect("DELETE", COSTS + "/c-1", answer=price(1, "GPT"))
    assert apply([{"model": "gpt"}])["custom_provider"]["costs"] == [shown("gpt")]


def test_the_rule_and_the_type_are_part_of_the_identity_of_a_price(api, apply, provider, expect_listing):
    provider(PROVIDER)
    expect_listing(price(1), price(2, model_rule="contains"), price(3, cost_type="images"))
    result = apply([{"model": "m", "cost_type": "images"}, {"model": "m", "model_rule": "contains"}, {"model": "m"}])
    assert result["operation"] == "unchanged"
    assert len(api.calls) == 2


def test_prices_of_other_providers_are_left_alone(apply, provider, expect_listing):
    provider(PROVIDER)
    expect_listing(price(1, account_provider_id="p-2"), price(2))
    assert apply([{"model": "m"}])["operation"] == "unchanged"


def test_a_new_provider_gets_its_prices(api, apply, provider, expect_listing):
    provider()
    api.expect("POST", PROVIDERS, answer=PROVIDER)
    expect_listing()
    api.expect("POST", COSTS, answer=price(cost_in=1))
    result = apply([{"model": "m", "cost_in": 1}])
    assert (result["operation"], result["changed_settings"]) == ("created", ["base_url", "costs", "enable", "name"])


@pytest.mark.parametrize("is_new", [True, False])
def test_check_mode_predicts_the_prices(api, apply, provider, expect_listing, is_new):
    declared = [{"model": "b", "cost_in": 1}, {"model": "a", "token_pricing": {"cached": 1}}]
    found = [] if is_new else [price(1, "a", token_pricing='{"cached": 2}'), price(3, "gone")]
    provider(*([] if is_new else [PROVIDER]))
    for _reading in range(0 if is_new else 2):
        expect_listing(*found)
    predicted = apply(declared, check_mode=True)
    provider(*([] if is_new else [PROVIDER]))
    if is_new:
        api.expect("POST", PROVIDERS, answer=PROVIDER)
    expect_listing(*found)
    methods = ["POST", "POST"] if is_new else ["POST", "PATCH", "DELETE"]
    answers = {"b": price(2, "b", cost_in=1), "a": price(1, "a", token_pricing='{"cached": 1}')}
    api.expect("POST", COSTS, answer=answers["b"])
    if is_new:
        api.expect("POST", COSTS, answer=answers["a"])
    else:
        expect_listing(*found)
        api.expect("PATCH", COSTS + "/c-1", answer=answers["a"])
        api.expect("DELETE", COSTS + "/c-3", answer=price(3))
    done = apply(declared)
    assert [call.method for call in api.calls if call.method != "GET"][-len(methods) :] == methods
    for name in ("changed", "operation", "changed_settings"):
        assert predicted[name] == done[name]
    assert predicted["custom_provider"]["costs"] == done["custom_provider"]["costs"]


def test_deleting_a_provider_reads_no_prices(api, apply, provider):
    provider(PROVIDER)
    api.expect("GET", PROVIDERS + "/p-1", answer=PROVIDER)
    api.expect("DELETE", PROVIDERS + "/p-1", answer=PROVIDER)
    assert apply([], state="absent")["operation"] == "deleted"


def test_a_price_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, apply, provider, expect_listing):
    provider(PROVIDER)
    expect_listing()
    api.expect("POST", COSTS, status=502)
    expect_listing(price(cost_in=1))
    assert apply([{"model": "m", "cost_in": 1}])["changed_settings"] == ["costs"]
    assert [call.method for call in api.calls].count("POST") == 1


def test_a_price_that_fails_is_named_and_the_provider_is_reported_as_declared(api, apply, provider, expect_listing):
    errors = [{"code": 1002, "message": "No such type", "path": ["body", "cost_type"]}]
    provider()
    api.expect("POST", PROVIDERS, answer=PROVIDER)
    expect_listing()
    api.expect("POST", COSTS, status=400, errors=errors)
    result = apply([{"model": "m", "cost_type": "odd"}])
    assert (result["failed"], result["status"], result["errors"]) == (True, 400, errors)
    assert "The provider itself is as declared." in result["msg"]
    assert "m/equals/odd" in result["msg"]


def test_the_provider_is_reported_as_declared_if_prices_cannot_be_read(api, apply, provider):
    provider()
    api.expect("POST", PROVIDERS, answer=PROVIDER)
    query = {"page": 1, "per_page": 100, "account_provider_id": "p-1"}
    api.expect("GET", COSTS, query=query, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    result = apply([])
    assert (result["failed"], result["status"]) == (True, 403)
    assert "The provider itself is as declared." in result["msg"]


def test_two_prices_with_one_identity_are_an_error_that_names_them(apply, provider, expect_listing):
    provider(PROVIDER)
    expect_listing(price(1), price(2))
    assert "'m/equals/tokens' is that of c-1 and c-2" in apply([{"model": "m"}])["msg"]


def test_a_price_that_cannot_be_created_leaves_the_others(api, apply, provider, expect_listing):
    provider(PROVIDER)
    expect_listing(price(1, "old"))
    api.expect("POST", COSTS, status=400, errors=[{"code": 1002, "message": "no"}])
    assert apply([{"model": "m"}])["failed"]
    assert "DELETE" not in [call.method for call in api.calls]


@pytest.mark.parametrize(
    ("costs", "problem"),
    [
        ([{"model": "m"}, {"model": "m", "model_rule": "equals"}], "costs[0] and costs[1] have the same model and model_rule and"),
        ([{"model": ""}], "costs[0]"),
        ([{"model": "m", "cost_in": -1}], "costs[0] (m/equals/tokens): cost_in is -1"),
        ([{"model": "m", "cost_in": float("inf")}], "cost_in"),
    ],
)
def test_prices_that_cannot_be_sent_are_refused_before_any_request(api, apply, costs, problem):
    result = apply(costs)
    assert problem in result["msg"]
    assert api.calls == []


def test_problems_of_the_provider_and_of_its_prices_are_reported_together(api, apply):
    message = apply([{"model": "m", "cost_in": -1}], provider_base_url="http://x.example")["msg"]
    assert "provider_base_url" in message
    assert "cost_in is -1" in message
    assert api.calls == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_provider_with_the_slug_costs_is_not_confused_with_the_path_of_prices(api, run_module, state):
    """The path of the prices has ``costs`` in place of an id, so a provider with that id would be read or deleted by that path."""
    api.expect("GET", PROVIDERS, query={"page": 1, "per_page": 100, "search": "costs"}, answer=[dict(PROVIDER, slug="costs", name="Costs")])
    if state == "absent":
        api.expect("GET", PROVIDERS + "/p-1", answer=dict(PROVIDER, slug="costs"))
        api.expect("DELETE", PROVIDERS + "/p-1", answer=dict(PROVIDER, slug="costs"))
    result = run_module({"slug": "costs", "state": state}, "ai_gateway_custom_provider")
    assert result["operation"] == ("unchanged" if state == "present" else "deleted")
