# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The children of a gateway are deleted before it, by both modules that delete gateways."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

GATEWAYS = "/ai-gateway/gateways"
ONE = GATEWAYS + "/a"
PAGES = {"page": 1, "per_page": 100}
NOT_FOUND = [{"code": 7002, "message": "Not found"}]
REFUSED = [{"code": 10000, "message": "Authentication error"}]
KINDS = ["provider_configs", "routes", "custom-domains", "policies"]
ITEMS = {
    "provider_configs": {"id": "c-1", "provider_slug": "openai", "alias": "default", "secret_id": "s-1"},
    "routes": {"id": "r-1", "name": "by-plan"},
    "custom-domains": {"hostname": "ai.example.com", "status": "active"},
    "policies": {"id": "p-1", "name": "team"},
}
PATHS = {"provider_configs": "c-1", "routes": "r-1", "custom-domains": "ai.example.com", "policies": "p-1"}
CHILDREN = [
    {"kind": "provider_config", "name": "openai/default"},
    {"kind": "dynamic_route", "name": "by-plan"},
    {"kind": "custom_domain", "name": "ai.example.com"},
    {"kind": "policy", "name": "team"},
]


@pytest.fixture
def expect_listing(api):
    """Return a function that expects a listing of a kind, and answers with these items, or with the keywords."""

    def expect(kind, *found, **keywords):
        query = {"includeStaging": "true"} if kind == "policies" else PAGES
        if kind == "routes" and not keywords:
            keywords = {"raw": json.dumps({"success": True, "data": {"routes": list(found), "page": 1, "per_page": 100}})}
        api.expect("GET", f"{ONE}/{kind}", query=query, answer=list(found), **keywords)

    return expect


@pytest.fixture
def expect_listings(expect_listing):
    """Return a function that expects listings of all kinds in the order of deletion, with one item each, or only in those of ``kinds``."""

    def expect(*kinds):
        for kind in KINDS:
            expect_listing(kind, *([ITEMS[kind]] if kind in (kinds or KINDS) else []))

    return expect


@pytest.fixture
def expect_deletion(api):
    """Return a function that expects the deletion of the item of a kind."""

    def expect(kind, **keywords):
        api.expect("DELETE", f"{ONE}/{kind}/{PATHS[kind]}", answer=ITEMS[kind], **keywords)

    return expect


@pytest.fixture
def the_gateway(api, gateway):
    return lambda: api.expect("GET", ONE, answer=gateway())


@pytest.fixture
def remove(run_module):
    return lambda **keywords: run_module({"id": "a", "state": "absent"}, **keywords)


def test_children_are_deleted_first_and_in_order(api, gateway, the_gateway, expect_listings, expect_deletion, remove):
    the_gateway()
    expect_listings()
    for kind in KINDS:
        expect_deletion(kind)
    api.expect("DELETE", ONE, answer=gateway())
    result = remove()
    assert (result["changed"], result["operation"], result["deleted_children"]) == (True, "deleted", CHILDREN)


def test_all_kinds_are_read_before_anything_is_deleted(api, gateway, the_gateway, expect_listings, expect_deletion, remove):
    the_gateway()
    expect_listings("provider_configs")
    expect_deletion("provider_configs")
    api.expect("DELETE", ONE, answer=gateway())
    remove()
    methods = [call.method for call in api.calls]
    assert methods == ["GET"] * 5 + ["DELETE"] * 2


def test_a_gateway_without_children_returns_an_empty_list(api, gateway, the_gateway, expect_listings, remove):
    the_gateway()
    expect_listings("none")
    api.expect("DELETE", ONE, answer=gateway())
    assert remove()["deleted_children"] == []


def test_a_gateway_that_is_absent_has_no_children(api, remove):
    api.expect("GET", ONE, status=404, errors=NOT_FOUND)
    assert "deleted_children" not in remove()
    assert len(api.calls) == 1


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_the_api_does_not_have_is_empty(api, gateway, the_gateway, expect_listing, expect_deletion, remove, kind, status):
    the_gateway()
    for other in KINDS:
        keywords = {"status": status, "errors": [{"code": 1000, "message": "No route"}]} if other == kind else {}
        expect_listing(other, *([] if other == kind else [ITEMS[other]]), **keywords)
    for other in KINDS:
        if other != kind:
            expect_deletion(other)
    api.expect("DELETE", ONE, answer=gateway())
    assert len(remove()["deleted_children"]) == len(KINDS) - 1


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_cannot_be_read_stops_before_anything_is_deleted(api, the_gateway, expect_listing, remove, kind, check_mode):
    the_gateway()
    for other in KINDS[: KINDS.index(kind)]:
        expect_listing(other, ITEMS[other])
    expect_listing(kind, status=403, errors=REFUSED)
    result = remove(check_mode=check_mode)
    assert (result["failed"], result["status"]) == (True, 403)
    assert {call.method for call in api.calls} == {"GET"}
    assert check_mode or "AI Gateway 'a' was not deleted, because the items that belong to it cannot be read." in result["msg"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_that_cannot_be_deleted_stops_before_the_gateway(api, the_gateway, expect_listings, expect_deletion, remove, kind):
    the_gateway()
    expect_listings()
    before = KINDS[: KINDS.index(kind)]
    for other in before:
        expect_deletion(other)
    expect_deletion(kind, status=403, errors=REFUSED)
    result = remove()
    assert (result["failed"], result["status"], result["request"]["method"]) == (True, 403, "DELETE")
    assert "It belongs to AI Gateway 'a', which was not deleted." in result["msg"]
    names = [f"{child['kind']} {child['name']}" for child in CHILDREN[: len(before)]]
    assert (f"Deleted before: {', '.join(names)}." in result["msg"]) is bool(before)
    assert not [call for call in api.calls if call.method == "DELETE" and call.url.endswith("/gateways/a")]


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_that_vanishes_in_between_is_no_failure(api, gateway, the_gateway, expect_listings, expect_deletion, remove, kind):
    the_gateway()
    expect_listings(kind)
    expect_deletion(kind, status=404, errors=NOT_FOUND)
    api.expect("DELETE", ONE, answer=gateway())
    assert remove()["operation"] == "deleted"


def test_a_route_that_vanishes_in_between_is_recognized_by_its_message(api, gateway, the_gateway, expect_listings, expect_deletion, remove):
    the_gateway()
    expect_listings("routes")
    expect_deletion("routes", status=400, raw=json.dumps({"success": False, "errors": [{"code": 7005, "message": "Route not found"}]}))
    api.expect("DELETE", ONE, answer=gateway())
    assert remove()["operation"] == "deleted"


def test_a_deletion_of_unknown_outcome_is_sent_again(api, gateway, the_gateway, expect_listings, expect_deletion, remove):
    the_gateway()
    expect_listings("policies")
    expect_deletion("policies", status=502)
    expect_deletion("policies", status=404, errors=NOT_FOUND)
    api.expect("DELETE", ONE, answer=gateway())
    assert remove()["deleted_children"] == CHILDREN[3:]


def test_check_mode_names_the_children_that_would_be_deleted(api, the_gateway, expect_listings, remove):
    the_gateway()
    expect_listings()
    result = remove(check_mode=True)
    assert (result["operation"], result["deleted_children"]) == ("deleted", CHILDREN)
    assert {call.method for call in api.calls} == {"GET"}


def test_policies_are_read_including_drafts(api, gateway, the_gateway, expect_listings, remove):
    the_gateway()
    expect_listings("none")
    api.expect("DELETE", ONE, answer=gateway())
    remove()
    [listing] = [call.url for call in api.calls if "/policies" in call.url]
    assert parse_qs(urlsplit(listing).query) == {"includeStaging": ["true"]}


def test_routes_are_read_page_by_page(api, gateway, the_gateway, expect_listing, expect_deletion, remove):
    first = [{"id": f"r-{number}", "name": f"route-{number}"} for number in range(2, 102)]
    the_gateway()
    expect_listing("provider_configs")
    for number, page in ((1, first), (2, [ITEMS["routes"]])):
        raw = json.dumps({"success": True, "data": {"routes": page, "page": number, "per_page": 100}})
        api.expect("GET", f"{ONE}/routes", query={"page": number, "per_page": 100}, raw=raw)
    expect_listing("custom-domains")
    expect_listing("policies")
    result = remove(check_mode=True)
    assert len(result["deleted_children"]) == 101


def test_many_gateways_that_are_declared_absent(api, gateway, expect_listings, expect_deletion, apply):
    api.expect_page([gateway(), gateway(id="b")])
    expect_listings("provider_configs", "policies")
    expect_deletion("provider_configs")
    expect_deletion("policies")
    api.expect("DELETE", ONE, answer=gateway())
    result = apply({"id": "a", "state": "absent"}, {"id": "b"})
    assert [(entry["operation"], entry["deleted_children"]) for entry in result["results"]] == [
        ("deleted", [CHILDREN[0], CHILDREN[3]]),
        ("unchanged", []),
    ]


@pytest.mark.parametrize("check_mode", [True, False])
def test_gateways_that_purge_deletes(api, gateway, expect_listings, expect_deletion, apply, check_mode):
    api.expect_page([gateway(id="b"), gateway()])
    expect_listings("routes", "custom-domains")
    if not check_mode:
        expect_deletion("routes")
        expect_deletion("custom-domains")
        api.expect("DELETE", ONE, answer=gateway())
    result = apply({"id": "b"}, purge=True, check_mode=check_mode)
    assert [(entry["id"], entry["operation"], entry["deleted_children"]) for entry in result["results"]] == [
        ("b", "unchanged", []),
        ("a", "deleted", CHILDREN[1:3]),
    ]


def test_an_item_that_cannot_be_deleted_fails_its_gateway_and_not_the_others(api, gateway, expect_listings, expect_deletion, apply):
    api.expect_page([gateway(), gateway(id="b", cache_ttl=1)])
    expect_listings("provider_configs", "routes")
    expect_deletion("provider_configs")
    expect_deletion("routes", status=403, errors=REFUSED)
    api.expect("GET", GATEWAYS + "/b", answer=gateway(id="b", cache_ttl=1))
    api.expect("PUT", GATEWAYS + "/b", answer=gateway(id="b", cache_ttl=5))
    result = apply({"id": "a", "state": "absent"}, {"id": "b", "cache_ttl": 5})
    assert result["failed"]
    assert [(entry["operation"], entry["deleted_children"]) for entry in result["results"]] == [("failed", []), ("updated", [])]
    assert "Deleted before: provider_config openai/default." in result["results"][0]["error"]["msg"]
