# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings are read completely, page by page."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import listing

GATEWAYS = "/ai-gateway/gateways"


@pytest.fixture
def list_ids(run_module):
    """Return a function that returns the ids listed by ai_gateway_info."""

    def find(**options):
        result = run_module(options, "ai_gateway_info")
        assert not result.get("failed"), result["msg"]
        return [gateway["id"] for gateway in result["gateways"]]

    return find


def ids(first, last):
    return [f"g{number}" for number in range(first, last)]


@pytest.fixture
def expect_pages(api, gateway):
    """Return a function that expects requests for pages with these ids."""

    def expect(*pages_of_ids, total=None):
        for number, page in enumerate(pages_of_ids, 1):
            api.expect_page([gateway(id=name) for name in page], number=number, total=total)

    return expect


def test_an_empty_account_takes_one_request(expect_pages, list_ids):
    expect_pages([])
    assert list_ids() == []


@pytest.mark.parametrize("total", [None, 150])
def test_a_short_page_is_the_last(expect_pages, list_ids, total):
    expect_pages(ids(0, 100), ids(100, 150), total=total)
    assert list_ids() == ids(0, 150)


def test_the_total_ends_a_listing_whose_last_page_is_full(expect_pages, list_ids):
    expect_pages(ids(0, 100), ids(100, 200), total=200)
    assert list_ids() == ids(0, 200)


def test_without_a_total_a_full_page_is_followed_by_another_request(expect_pages, list_ids):
    expect_pages(ids(0, 100), [])
    assert list_ids() == ids(0, 100)


def test_a_repeated_page_ends_the_listing(expect_pages, list_ids):
    expect_pages(ids(0, 100), ids(0, 100))
    assert list_ids() == ids(0, 100)


def test_an_item_that_moves_to_the_next_page_is_listed_once(expect_pages, list_ids):
    expect_pages(ids(0, 100), ids(99, 150))
    assert list_ids() == ids(0, 150)


def test_a_listing_with_smaller_pages_is_read_completely(api, gateway, list_ids):
    for number, page in enumerate((ids(0, 50), ids(50, 100), ids(100, 101)), 1):
        items = [gateway(id=name) for name in page]
        query = {"page": number, "per_page": 100}
        api.expect("GET", GATEWAYS, query=query, answer=items, info={"page": number, "per_page": 50, "count": len(page)})
    assert list_ids() == ids(0, 101)


@pytest.mark.parametrize("info", [[], "x", {"total_count": "1"}, {"total_count": True, "per_page": None}, {"total_count": None}])
def test_invalid_totals_are_ignored(api, gateway, list_ids, info):
    items = [gateway(id=name) for name in ids(0, 100)]
    api.expect("GET", GATEWAYS, query={"page": 1, "per_page": 100}, answer=items, info=info)
    api.expect_page([gateway(id="last")], number=2)
    assert list_ids() == [*ids(0, 100), "last"]


@pytest.mark.parametrize("answer", [None, {}, "x", ["a"], [{"id": 5}], [{}], [None]])
def test_a_result_that_is_not_a_list_of_items_is_an_error(api, run_module, answer):
    api.expect_page(answer)
    result = run_module({}, "ai_gateway_info")
    assert "the result is not a list of items" in result["msg"]
    assert result["status"] == 200


def test_an_endless_listing_is_an_error(api, gateway, run_module, monkeypatch):
    monkeypatch.setattr(listing, "MAX_PAGES", 2)
    api.expect_page([gateway(id=name) for name in ids(0, 100)], number=1)
    api.expect_page([gateway(id=name) for name in ids(100, 200)], number=2)
    result = run_module({}, "ai_gateway_info")
    assert "the listing has more than 2 pages" in result["msg"]
    assert result["status"] == 200


def test_a_page_that_fails_temporarily_is_requested_again(api, gateway, expect_pages, list_ids):
    api.expect_page(None, status=502)
    expect_pages(["a"])
    assert list_ids() == ["a"]


def test_a_failure_names_the_page(api, run_module):
    api.expect_page(None, status=403, errors=[{"code": 10000, "message": "no"}])
    result = run_module({}, "ai_gateway_info")
    assert result["request"] == {"method": "GET", "path": f"/accounts/{api.account_id}{GATEWAYS}?page=1&per_page=100"}
    assert result["status"] == 403


# A listing that contradicts itself.


@pytest.mark.parametrize("first", [(0, 60), (0, 0)])
def test_a_listing_with_fewer_items_than_its_total_is_an_error_for_every_module(expect_pages, run_module, first):
    for _listing in range(listing.MAX_LISTINGS):
        expect_pages(ids(*first), *([[]] if first[1] else []), total=100)
    for module, options in [("ai_gateway_info", {}), ("ai_gateways", {"gateways": [{"id": "g0"}], "purge": True})]:
        if module == "ai_gateways":
            for _listing in range(listing.MAX_LISTINGS):
                expect_pages(ids(*first), *([[]] if first[1] else []), total=100)
        result = run_module(options, module)
        assert f"the listing contradicts itself: it states 100 items, but contains {first[1]}" in result["msg"]


def test_a_short_page_is_not_the_last_if_the_total_is_higher(expect_pages, list_ids):
    expect_pages(ids(0, 60), ids(60, 100), ids(100, 150), total=150)
    assert list_ids() == ids(0, 150)


def test_a_listing_is_read_again_if_it_changes_between_pages(api, gateway, expect_pages, list_ids):
    api.expect_page([gateway(id=name) for name in ids(0, 100)], total=150)
    api.expect_page([gateway(id=name) for name in ids(101, 150)], number=2, total=149)
    expect_pages(ids(1, 101), ids(101, 150), total=149)
    assert list_ids() == ids(1, 150)


def test_a_total_that_is_too_small_is_ignored(expect_pages, list_ids):
    expect_pages(ids(0, 50), total=10)
    assert list_ids() == ids(0, 50)


def test_a_wrong_count_is_ignored(api, gateway, list_ids):
    """Source: an API of Cloudflare reports a ``count`` of 1 for every page (cloudflare-go, 2024)."""
    for number, page in enumerate((ids(0, 100), ids(100, 103)), 1):
        info = {"page": number, "per_page": 100, "count": 1, "total_count": 103}
        api.expect("GET", GATEWAYS, query={"page": number, "per_page": 100}, answer=[gateway(id=name) for name in page], info=info)
    assert list_ids() == ids(0, 103)


def test_a_listing_with_undeclared_smaller_pages_is_read_completely(expect_pages, list_ids):
    """Source: lists of Cloudflare return 25 items per page, regardless of ``per_page`` (cf-terraforming, 2025)."""
    expect_pages(ids(0, 25), ids(25, 50), ids(50, 75), ids(75, 96), total=96)
    assert list_ids() == ids(0, 96)


def test_the_total_of_a_search_may_be_that_of_all_items(api, gateway, list_ids):
    api.expect_page([gateway(id="g1")], search="g1", total=100)
    api.expect_page([], number=2, search="g1", total=100)
    assert list_ids(search="g1") == ["g1"]
