# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a whole account, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import json

import pytest

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
GATEWAYS, PROVIDERS = "/ai-gateway/gateways", "/ai-gateway/custom-providers"
PAGES = {"page": 1, "per_page": 100}
MISSING = [{"code": 7002, "message": "Not found"}]
DENIED = [{"code": 10000, "message": "Authentication error"}]
PROVIDER = {"id": "1", "slug": "own", "name": "Own", "base_url": "https://llm.example.com", "headers": '{"x-key": "invented-header"}'}
PRICE = {"id": "2", "account_provider_id": "1", "model": "m", "model_rule": "equals", "cost_type": "tokens", "cost_in": 1}
CONFIG = {"id": "3", "gateway_id": "a", "provider_slug": "openai", "alias": "default", "secret_id": "4", "secret_preview": "sk-...1234"}
DOMAIN = {"hostname": "ai.example.com", "gateway_id": "a", "status": "active"}
POLICY = {"id": "5", "name": "all", "actor": "company:all", "resource": "*", "condition": "true", "action": {"type": "no-limit"}}
ROUTE = {"id": "6", "name": "best", "gateway_id": "a"}
GRAPH = [{"id": "in", "type": "start", "outputs": {"next": {"elementId": "out"}}}, {"id": "out", "type": "end", "outputs": {}}]


@pytest.fixture
def info(run_module):
    """Return a function that runs the module with one request at a time, because the script of exchanges is ordered."""

    def run(**options):
        return run_module({"concurrency": 1, "max_retries": 0, **options}, "ai_gateway_account_info")

    return run


def expect_gateway(api, stored, configs=(), routes=(), policies=(), domains=()):
    path = f"{GATEWAYS}/{stored['id']}"
    api.expect("GET", path, answer=stored)
    api.expect("GET", path + "/provider_configs", query=PAGES, answer=list(configs))
    api.expect("GET", path + "/routes", query=PAGES, raw=routes_listed(routes))
    for route in routes:
        api.expect("GET", f"{path}/routes/{route['id']}", answer={**route, "elements": GRAPH, "version": {"version_id": "7"}})
    api.expect("GET", path + "/policies", query={"includeStaging": "true"}, answer=list(policies))
    api.expect("GET", path + "/custom-domains", query=PAGES, answer=list(domains))


def routes_listed(routes):
    return json.dumps({"success": True, "data": {"routes": list(routes)}})


def test_everything_is_read_and_masked(api, gateway, info):
    stripe = {"authorization": "invented-authorization", "usage_events": []}
    api.expect("GET", PROVIDERS, query=PAGES, answer=[PROVIDER])
    api.expect("GET", PROVIDERS + "/costs", query=PAGES, answer=[PRICE])
    # A listing contains less of a gateway than a read.
    api.expect_page([gateway(), gateway(id="b")])
    expect_gateway(api, gateway(stripe=stripe), [CONFIG], [ROUTE], [POLICY], [DOMAIN])
    expect_gateway(api, gateway(id="b"))
    result = info()
    (provider,), (one, other) = result["account"]["custom_providers"], result["account"]["gateways"]
    assert (provider["slug"], provider["headers"], provider["costs"][0]["cost_in"]) == ("own", {"x-key": MASK}, 1)
    assert one["stripe"]["authorization"] == MASK
    assert [config["secret_id"] for config in one["provider_configs"]] == ["4"]
    assert [(route["name"], route["elements"]) for route in one["dynamic_routes"]] == [("best", GRAPH)]
    assert [policy["action"] for policy in one["policies"]] == [{"type": "no_limit"}]
    assert [domain["hostname"] for domain in one["custom_domains"]] == ["ai.example.com"]
    assert [other[kind] for kind in ("provider_configs", "dynamic_routes", "policies", "custom_domains")] == [[], [], [], []]
    assert result["changed"] is False
    assert "invented" not in str(result["account"])


def test_only_the_requested_kinds_are_read(api, gateway, info):
    api.expect("GET", GATEWAYS + "/b", answer=gateway(id="b"))
    api.expect("GET", GATEWAYS + "/b/custom-domains", query=PAGES, answer=[])
    account = info(gateways=["b", "b"], kinds=["custom_domains"])["account"]
    assert set(account) == {"gateways"}
    assert [(one["id"], one["custom_domains"], "policies" in one) for one in account["gateways"]] == [("b", [], False)]


def test_custom_providers_alone_need_no_gateway(api, info):
    api.expect("GET", PROVIDERS, query=PAGES, answer=[])
    api.expect("GET", PROVIDERS + "/costs", query=PAGES, answer=[])
    assert info(kinds=["custom_providers"])["account"] == {"custom_providers": []}


def test_a_gateway_that_does_not_exist_is_missing(api, gateway, info):
    api.expect("GET", GATEWAYS + "/x", status=404, errors=MISSING)
    api.expect("GET", GATEWAYS + "/a", answer=gateway())
    assert [one["id"] for one in info(gateways=["x", "a"], kinds=["gateways"])["account"]["gateways"]] == ["a"]
    assert info(gateways=[], kinds=["gateways"])["account"] == {"gateways": []}


@pytest.mark.parametrize(("status", "errors"), [(404, MISSING), (404, DENIED), (405, DENIED)])
def test_a_kind_that_the_server_does_not_have_is_an_empty_list(api, gateway, info, status, errors):
    api.expect("GET", PROVIDERS, query=PAGES, status=status, errors=errors)
    api.expect("GET", GATEWAYS + "/a", answer=gateway())
    api.expect("GET", GATEWAYS + "/a/policies", query={"includeStaging": "true"}, status=status, errors=errors)
    account = info(gateways=["a"], kinds=["custom_providers", "policies"])["account"]
    assert (account["custom_providers"], account["gateways"][0]["policies"]) == ([], [])


def test_a_part_that_cannot_be_read_is_named(api, gateway, info):
    api.expect("GET", GATEWAYS + "/a", answer=gateway())
    api.expect("GET", GATEWAYS + "/a/policies", query={"includeStaging": "true"}, status=403, errors=DENIED)
    result = info(gateways=["a"], kinds=["policies"])
    assert result["failed"]
    assert "The policy list of AI Gateway 'a' cannot be read. GET " in result["msg"]
    assert (result["status"], result["request"]["method"]) == (403, "GET")
    assert "account" not in result


def test_a_route_that_cannot_be_read_is_a_failure(api, gateway, info):
    api.expect("GET", GATEWAYS + "/a", answer=gateway())
    api.expect("GET", GATEWAYS + "/a/routes", query=PAGES, raw=routes_listed([ROUTE]))
    api.expect("GET", GATEWAYS + "/a/routes/6", status=404, errors=DENIED)
    assert "The dynamic route list of AI Gateway 'a' cannot be read." in info(gateways=["a"], kinds=["dynamic_routes"])["msg"]


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_whose_gateways_cannot_be_listed_fails(api, info, status):
    api.expect("GET", GATEWAYS, query=PAGES, status=status, errors=DENIED)
    assert "The list of gateways cannot be read." in info(kinds=["gateways"])["msg"]


def test_all_problems_are_reported_together(info):
    result = info(gateways=["", ".."], concurrency=17)
    for text in ("gateways[0]: id is empty", "gateways[1]: id is ..", "concurrency is 17"):
        assert text in result["msg"]


def test_an_unknown_kind_is_refused(info):
    assert "kinds" in info(kinds=["houses"])["msg"]
