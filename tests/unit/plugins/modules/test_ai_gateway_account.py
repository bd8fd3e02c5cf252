# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as one document, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import json

import pytest

NOTHING_SENT = "No request was sent, because options are invalid: "
GATEWAYS, PROVIDERS = "/ai-gateway/gateways", "/ai-gateway/custom-providers"
PAGES = {"page": 1, "per_page": 100}
KEY = "invented-openai-key"
HOUSE = {"slug": "house", "name": "House", "provider_base_url": "https://llm.example.com"}
STORED_HOUSE = {"id": "p-1", "slug": "house", "name": "House", "base_url": "https://llm.example.com", "enable": True}
STORED_KEY = {"id": "k-1", "provider_slug": "openai", "alias": "default", "default_config": True, "secret_id": "s-1", "rate_limit": 0}
HOUSE_KEY = {"id": "k-2", "provider_slug": "custom-house", "alias": "default", "secret_id": "s-2", "default_config": True}
ZONE = "0" * 32


def graph(provider="openai"):
    return [
        {"id": "start", "type": "start", "outputs": {"next": {"element_id": "model"}}},
        {
            "id": "model",
            "type": "model",
            "properties": {"provider": provider, "model": "m", "timeout": 1000, "retries": 1},
            "outputs": {"success": {"element_id": "end"}, "fallback": {"element_id": "end"}},
        },
        {"id": "end", "type": "end"},
    ]


def wire(provider="openai"):
    elements = json.loads(json.dumps(graph(provider)).replace("element_id", "elementId"))
    return [dict(element, outputs=element.get("outputs", {})) for element in elements]


@pytest.fixture
def warnings(monkeypatch):
    """Return the warnings of the task, as text in every version of Ansible."""
    given = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: given.append(warning))
    return given


@pytest.fixture
def apply(run_module):
    def run(*gateways, check_mode=False, diff=False, **options):
        given = {"max_retries": 0, "concurrency": 1, **({"gateways": list(gateways)} if gateways else {}), **options}
        return run_module(given, "ai_gateway_account", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def expect_listing(api, gateway):
    """Return a function that expects listings of providers, gateways, and children of the gateway ``a``. ``None`` expects no listing."""

    def expect(*ids, providers=None, keys=None, routes=None, policies=None, domains=None):
        if providers is not None:
            api.expect("GET", PROVIDERS, query=PAGES, answer=providers)
        api.expect_page([gateway(id=item_id) for item_id in ids])
        if keys is not None:
            api.expect("GET", f"{GATEWAYS}/a/provider_configs", query=PAGES, answer=keys)
        if routes is not None:
            content = json.dumps({"success": True, "data": {"routes": routes}})
            api.expect("GET", f"{GATEWAYS}/a/routes", query=PAGES, raw=content)
        if policies is not None:
            api.expect("GET", f"{GATEWAYS}/a/policies", query={"includeStaging": "true"}, answer=policies)
        if domains is not None:
            api.expect("GET", f"{GATEWAYS}/a/custom-domains", query=PAGES, answer=domains)

    return expect


def operations(result):
    return [(entry["kind"], entry["parent"], entry["id"], entry["operation"]) for entry in result["results"]]


def test_kinds_that_are_not_declared_are_not_listed(expect_listing, apply):
    expect_listing("a", "b")
    result = apply({"id": "a"}, {"id": "b"})
    assert operations(result) == [("gateway", None, "a", "unchanged"), ("gateway", None, "b", "unchanged")]
    assert result["summary"] == {"created": 0, "updated": 0, "recreated": 0, "deleted": 0, "unchanged": 2, "failed": 0}
    assert list(result["account"]) == ["gateways"]
    assert result["ansible_facts"] == {"cloudflare_ai_gateway_account": result["account"]}


def test_an_empty_list_is_listed_only_to_purge_it(expect_listing, apply):
    expect_listing("a")
    result = apply({"id": "a", "provider_configs": []})
    assert result["changed"] is False
    # A report treats objects that are not in a declared list as undeclared.
    assert result["account"]["gateways"]["a"]["provider_configs"] == {}
    expect_listing("a", keys=[STORED_KEY])
    result = apply({"id": "a", "provider_configs": []}, purge=["provider_configs"], check_mode=True)
    assert operations(result)[1] == ("provider_config", "a", "openai/default", "deleted")


def test_an_unchanged_account_takes_one_listing_of_each_kind_and_one_read_of_each_route(api, expect_listing, apply):
    route = {"id": "r-1", "name": "chat"}
    domain = {"hostname": "a.example.com", "gateway_id": "a", "status": "active"}
    everybody = {"id": "1", "name": "all", "actor": "company:all", "resource": "*", "condition": "true", "action": {"type": "no-limit"}}
    expect_listing("a", providers=[STORED_HOUSE], keys=[STORED_KEY], routes=[route], policies=[everybody], domains=[domain])
    shown = {"success": True, "result": {**route, "version": {"version_id": "v-1", "data": json.dumps(wire("custom-house"))}}}
    api.expect("GET", f"{GATEWAYS}/a/routes/r-1", raw=json.dumps(shown))
    result = apply(
        {
            "id": "a",
            "provider_configs": [{"provider_slug": "openai", "secret": KEY}],
            "dynamic_routes": [{"name": "chat", "elements": graph("custom-house")}],
            "policies": [{"name": "all", "actor": "company:all", "condition": True, "action": {"type": "no_limit"}}],
            "custom_domains": [{"hostname": "a.example.com", "zone_id": ZONE}],
        },
        custom_providers=[HOUSE],
    )
    assert [entry["operation"] for entry in result["results"]] == ["unchanged"] * 6
    assert list(result["account"]["gateways"]["a"]["provider_configs"]) == ["openai/default"]
    assert KEY not in json.dumps(result)


def test_children_of_a_new_gateway_are_not_listed_and_are_created_after_it(api, gateway, expect_listing, apply):
    expect_listing()
    made = gateway(id="new")
    api.expect("POST", GATEWAYS, answer=made)
    api.expect(
        "POST",
        f"{GATEWAYS}/new/custom-domains",
        body={"domain": "ai.example.com", "zone_id": ZONE},
        answer={"hostname": "ai.example.com", "gateway_id": "new", "status": "pending", "cname_target": "x.example.com"},
    )
    result = apply({"id": "new", "custom_domains": [{"hostname": "ai.example.com", "zone_id": ZONE}]}, diff=True)
    assert [entry[3] for entry in operations(result)] == ["created", "created"]
    assert [diff["after_header"] for diff in result["diff"]] == ["gateway new", "custom_domain new/ai.example.com"]


def test_children_of_a_gateway_that_failed_are_not_created(api, expect_listing, apply):
    expect_listing()
    api.expect("POST", GATEWAYS, status=400, errors=[{"code": 7001, "message": "no"}])
    api.expect("GET", f"{GATEWAYS}/new", status=404, errors=[{"code": 7002, "message": "Not found"}])
    result = apply({"id": "new", "custom_domains": [{"hostname": "ai.example.com", "zone_id": ZONE}]})
    assert [entry[3] for entry in operations(result)] == ["failed", "failed"]
    assert "AI Gateway 'new', which it belongs to, failed" in result["results"][1]["error"]["msg"]
    assert result["msg"].startswith("2 of 2 objects failed. gateway new: ")


def test_a_route_to_an_unknown_provider_changes_nothing(api, expect_listing, apply):
    expect_listing("a", providers=[STORED_HOUSE], routes=[])
    result = apply({"id": "a", "cache_ttl": 5, "dynamic_routes": [{"name": "chat", "elements": graph("custom-lab")}]})
    problem = "gateways[0].dynamic_routes[0] (a/chat) refers to custom-lab, but neither custom_providers nor the account has"
    assert result["msg"].startswith(f"Nothing was changed. {problem}")
    assert {call.method for call in api.calls} == {"GET"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_key_for_a_new_gateway_without_authentication_changes_nothing(api, expect_listing, apply, check_mode):
    expect_listing()
    document = {"id": "new", "provider_configs": [{"provider_slug": "openai", "secret": KEY}]}
    message = apply(document, check_mode=check_mode)["msg"]
    assert message.startswith("Nothing was changed. AI Gateway 'new' is new and has provider_configs, but a gateway without authentication")
    assert {call.method for call in api.calls} == {"GET"}


def test_check_mode_warns_of_a_route_to_a_provider_without_a_key(api, expect_listing, apply, warnings):
    route = {"id": "r-1", "name": "chat"}
    expect_listing("a", keys=[STORED_KEY], routes=[route])
    shown = {"success": True, "result": {**route, "version": {"version_id": "v-1", "data": json.dumps(wire())}}}
    api.expect("GET", f"{GATEWAYS}/a/routes/r-1", raw=json.dumps(shown))
    document = {"id": "a", "provider_configs": [{"provider_slug": "openai", "secret": KEY}]}
    result = apply({**document, "dynamic_routes": [{"name": "chat", "elements": graph("opnai")}]}, check_mode=True)
    assert operations(result)[2] == ("dynamic_route", "a", "chat", "updated")
    assert "dynamic_route a/chat: The gateway has no key for opnai" in " ".join(warnings)


def test_a_provider_that_would_be_purged_does_not_count(api, expect_listing, apply):
    expect_listing("a", providers=[STORED_HOUSE], routes=[])
    document = {"id": "a", "dynamic_routes": [{"name": "chat", "elements": graph("custom-house")}]}
    result = apply(document, custom_providers=[], purge=["custom_providers"], purge_limit=1)
    assert "refers to custom-house, which purge would delete: add it to custom_providers" in result["msg"]
    assert {call.method for call in api.calls} == {"GET"}


def test_a_provider_with_a_key_that_is_not_declared_is_not_purged(api, expect_listing, apply):
    expect_listing("a", providers=[STORED_HOUSE], keys=[STORED_KEY, HOUSE_KEY])
    document = {"id": "a", "provider_configs": [{"provider_slug": "openai", "secret": KEY}]}
    result = apply(document, custom_providers=[], purge=["custom_providers"], purge_limit=1)
    assert "purge would delete the custom provider custom-house, for which a has the undeclared key custom-house/default" in result["msg"]
    assert {call.method for call in api.calls} == {"GET"}


def test_a_provider_is_purged_together_with_its_key(api, expect_listing, apply):
    expect_listing("a", providers=[STORED_HOUSE], keys=[STORED_KEY, HOUSE_KEY])
    api.expect("GET", PROVIDERS, query={**PAGES, "search": "house"}, answer=[STORED_HOUSE])
    api.expect("GET", f"{PROVIDERS}/p-1", answer=STORED_HOUSE)
    document = {"id": "a", "provider_configs": [{"provider_slug": "openai", "secret": KEY}]}
    result = apply(document, custom_providers=[], purge=["custom_providers", "provider_configs"], purge_limit=2, check_mode=True)
    assert [entry[2:] for entry in operations(result) if entry[3] == "deleted"] == [
        ("house", "deleted"),
        ("custom-house/default", "deleted"),
    ]


def test_a_failure_of_several_objects_is_reported_once(api, expect_listing, apply):
    expect_listing("a", policies=[])
    of_a_team = {"actor": "{metadata.team}", "action": {"type": "no_limit"}}
    message = apply({"id": "a", "policies": [{"name": name, **of_a_team} for name in "xy"]})["msg"]
    assert "policy a/x, policy a/y: Nothing was changed. " in message
    assert message.count("refuses every request that matches none of them") == 1


def test_nothing_is_deleted_if_a_list_cannot_be_read(api, gateway, expect_listing, apply):
    expect_listing("a", "gone", keys=[STORED_KEY])
    api.expect("GET", f"{GATEWAYS}/a/custom-domains", query=PAGES, status=403, errors=[{"code": 10000, "message": "no"}])
    result = apply(
        {"id": "a", "provider_configs": [], "custom_domains": [{"hostname": "a.example.com", "zone_id": ZONE}]},
        {"id": "gone", "state": "absent"},
        purge=["provider_configs"],
    )
    assert [entry[3] for entry in operations(result)] == ["unchanged", "failed", "failed", "failed"]
    assert "Not deleted, as these could not be read: custom domains of 'a'" in result["results"][1]["error"]["msg"]
    assert {call.method for call in api.calls} == {"GET"}


def test_deleted_policies_are_reported_even_if_others_could_not_be_created(api, gateway, expect_listing, apply):
    everybody = {"id": "1", "name": "all", "actor": "company:all", "resource": "*", "condition": "true", "action": {"type": "no-limit"}}
    expect_listing("a", "b", policies=[everybody])
    api.expect("GET", f"{GATEWAYS}/b/policies", query={"includeStaging": "true"}, answer=[])
    api.expect("DELETE", f"{GATEWAYS}/a/policies/1", answer={})
    api.expect("POST", f"{GATEWAYS}/b/policies", status=403, errors=[{"code": 10000, "message": "no"}])
    declared = {"name": "all", "actor": "company:all", "action": {"type": "no_limit"}}
    result = apply({"id": "a", "policies": []}, {"id": "b", "policies": [declared]}, purge=["policies"])
    assert operations(result)[2:] == [("policy", "a", "all", "deleted"), ("policy", "b", "all", "failed")]


def test_the_limit_of_purge_counts_all_kinds_together(api, expect_listing, apply):
    expect_listing("a", "x", "y", providers=[STORED_HOUSE], keys=[STORED_KEY])
    purge = ["gateways", "custom_providers", "provider_configs"]
    result = apply({"id": "a", "provider_configs": []}, custom_providers=[], purge=purge, purge_limit=3)
    assert "1 undeclared custom provider (house) and 2 undeclared AI Gateways (x, y)" in result["msg"]
    assert "1 undeclared provider config (a/openai/default), but purge_limit allows 3" in result["msg"]
    assert {call.method for call in api.calls} == {"GET"}


def test_deletions_come_last_and_in_the_opposite_order(api, gateway, expect_listing, apply):
    expect_listing("a", "gone", providers=[STORED_HOUSE], keys=[STORED_KEY])
    api.expect("POST", GATEWAYS, answer=gateway(id="new"))
    api.expect("DELETE", f"{GATEWAYS}/a/provider_configs/k-1", answer=STORED_KEY)
    api.expect("DELETE", f"{GATEWAYS}/gone", answer=gateway(id="gone"))
    api.expect("DELETE", f"{PROVIDERS}/p-1", answer=STORED_HOUSE)
    result = apply(
        {"id": "gone", "state": "absent"},
        {"id": "a", "provider_configs": [{"provider_slug": "openai", "state": "absent"}]},
        {"id": "new"},
        custom_providers=[{"slug": "house", "state": "absent"}],
    )
    assert [entry[3] for entry in operations(result)] == ["deleted", "deleted", "unchanged", "created", "deleted"]


PROBLEMS = {
    "gateways[0].provider_configs[0] (a/openai/default): secret and secret_id are given together": [
        {"id": "a", "provider_configs": [{"provider_slug": "openai", "secret": KEY, "secret_id": "s"}]}
    ],
    "gateways[1].dynamic_routes[0] (b/chat): elements": [{"id": "a"}, {"id": "b", "dynamic_routes": [{"name": "chat", "elements": []}]}],
    "gateways[0].policies[0] (a/cap): actor": [{"id": "a", "policies": [{"name": "cap", "actor": "{unknown}"}]}],
    "gateways[0].custom_domains[0] and gateways[0].custom_domains[1] have the same hostname (a/x.example.com)": [
        {"id": "a", "custom_domains": [{"hostname": "x.example.com"}, {"hostname": "x.example.com"}]}
    ],
    "gateways[0] (a) and gateways[1] (b) have the same custom domain: x.example.com": [
        {"id": item_id, "custom_domains": [{"hostname": "x.example.com", "zone_id": ZONE}]} for item_id in "ab"
    ],
    "gateways[0].dynamic_routes[0] (a/new): rename_from is old, which another route is": [
        {"id": "a", "dynamic_routes": [{"name": "new", "rename_from": "old"}, {"name": "old", "elements": graph()}]}
    ],
    "gateways[0].dynamic_routes[1] (a/y): rename_from is old, which another route is": [
        {"id": "a", "dynamic_routes": [{"name": "x", "rename_from": "old"}, {"name": "y", "rename_from": "old"}]}
    ],
    "gateways[0] (a): provider_configs cannot be used with state: absent": [{"id": "a", "state": "absent", "provider_configs": []}],
    "gateways[0] (a): provider_config is not an option (did you mean provider_configs?)": [{"id": "a", "provider_config": []}],
    "gateways[0]: dynamic_routes[0] must be a dict": [{"id": "a", "dynamic_routes": ["chat"]}],
    "gateways[0]: policies must be a list": [{"id": "a", "policies": {"name": "all"}}],
    "gateways[0] (a): cache_ttl": [{"id": "a", "cache_ttl": -1}],
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_problems_are_reported_with_their_path_before_anything_is_sent(api, apply, problem):
    message = apply(*PROBLEMS[problem])["msg"]
    assert message.startswith(NOTHING_SENT)
    assert problem in message
    assert KEY not in message
    assert api.calls == []


def test_all_problems_are_reported_together(api, apply):
    message = apply(
        {"id": "a", "cache_ttl": -1, "dynamic_routes": [{"name": "chat", "elements": [{"id": "x"}]}]},
        {"id": "a"},
        custom_providers=[{"slug": "b d", "costs": [{"model": "m", "cost_in": -1}]}],
    )["msg"]
    for part in (
        "custom_providers[0] (b d): slug",
        "custom_providers[0].costs[0] (m/equals/tokens): cost_in",
        "gateways[0] (a): cache_ttl",
        "gateways[0].dynamic_routes[0] (a/chat): elements",
        "gateways[0] and gateways[1] have the same id (a)",
    ):
        assert part in message
    assert api.calls == []


def test_a_provider_that_is_declared_absent_cannot_be_used(api, apply):
    message = apply(
        {"id": "a", "provider_configs": [{"provider_slug": "custom-house", "secret": KEY}]},
        custom_providers=[{"slug": "house", "state": "absent"}],
    )["msg"]
    assert "gateways[0].provider_configs[0] (a/custom-house/default) refers to custom-house, which custom_providers declares" in message
    assert api.calls == []


@pytest.mark.parametrize("name", ["custom_providers", "gateways"])
def test_an_empty_list_is_not_purged_without_a_limit(api, run_module, name):
    message = run_module({name: [], "purge": [name]}, "ai_gateway_account")["msg"]
    assert f"{name} is empty, and purge would delete all of them" in message
    assert api.calls == []


def test_an_empty_document_is_refused(api, run_module):
    assert "give custom_providers, gateways or both" in run_module({}, "ai_gateway_account")["msg"]
    assert api.calls == []


def test_secrets_at_every_depth_are_masked_in_the_invocation(api, expect_listing, apply):
    expect_listing("a", providers=[STORED_HOUSE], keys=[STORED_KEY])
    api.expect("GET", PROVIDERS, query={**PAGES, "search": "house"}, answer=[STORED_HOUSE])
    api.expect("GET", f"{PROVIDERS}/p-1", answer=STORED_HOUSE)
    invocation = apply(
        {"id": "a", "provider_configs": [{"provider_slug": "openai", "secret": KEY}]},
        custom_providers=[dict(HOUSE, headers={"x-key": "invented-header"})],
        check_mode=True,
    )["invocation"]["module_args"]
    shown = invocation["gateways"][0]["provider_configs"][0]
    assert shown["provider_slug"] == "openai"
    assert KEY not in json.dumps(invocation)
    assert "invented-header" not in json.dumps(invocation)
