# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings are read page by page to their end."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import listing

GATEWAYS = "/ai-gateway/gateways"


@pytest.fixture
def listed(run_module):
    """Return the ids that the module ai_gateway_info finds."""

    def find(**options):
        result = run_module(options, "ai_gateway_info")
        assert not result.get("failed"), result["msg"]
        return [gateway["id"] for gateway in result["gateways"]]

    return find


def ids(first, last):
    return [f"g{number}" for number in range(first, last)]


@pytest.fixture
def pages(api, gateway):
    """Expect the pages that hold these ids."""

    def expect(*pages_of_ids, total=None):
        for number, page in enumerate(pages_of_ids, 1):
            api.expect_page([gateway(id=name) for name in page], number=number, total=total)

    return expect


def test_an_empty_account_takes_one_request(pages, listed):
    pages([])
    assert listed() == []


@pytest.mark.parametrize("total", [None, 150])
def test_a_short_page_is_the_last(pages, listed, total):
    pages(ids(0, 100), ids(100, 150), total=total)
    assert listed() == ids(0, 150)


def test_the_total_ends_a_listing_whose_last_page_is_full(pages, listed):
    pages(ids(0, 100), ids(100, 200), total=200)
    assert listed() == ids(0, 200)


def test_without_a_total_a_full_page_is_followed_by_another_request(pages, listed):
    pages(ids(0, 100), [])
    assert listed() == ids(0, 100)


def test_a_server_that_gives_the_same_page_again_is_left(pages, listed):
    pages(ids(0, 100), ids(0, 100))
    assert listed() == ids(0, 100)


def test_what_moves_to_the_next_page_in_the_meantime_is_listed_once(pages, listed):
    pages(ids(0, 100), ids(99, 150))
    assert listed() == ids(0, 150)


def test_a_server_with_smaller_pages_is_read_to_the_end(api, gateway, listed):
    for number, page in enumerate((ids(0, 50), ids(50, 100), ids(100, 101)), 1):
        items = [gateway(id=name) for name in page]
        query = {"page": number, "per_page": 100}
        api.expect("GET", GATEWAYS, query=query, answer=items, info={"page": number, "per_page": 50, "count": len(page)})
    assert listed() == ids(0, 101)


@pytest.mark.parametrize("info", [[], "x", {"total_count": "1"}, {"total_count": True, "per_page": None}, {"total_count": None}])
def test_odd_totals_are_not_counted_on(api, gateway, listed, info):
    items = [gateway(id=name) for name in ids(0, 100)]
    api.expect("GET", GATEWAYS, query={"page": 1, "per_page": 100}, answer=items, info=info)
    api.expect_page([gateway(id="last")], number=2)
    assert listed() == [*ids(0, 100), "last"]


@pytest.mark.parametrize("answer", [None, {}, "x", ["a"], [{"id": 5}], [{}], [None]])
def test_what_is_no_list_of_items_is_an_error(api, run_module, answer):
    api.expect_page(answer)
    result = run_module({}, "ai_gateway_info")
    assert "the result is not a list of items" in result["msg"]
    assert result["status"] == 200


def test_a_listing_without_end_is_abandoned(api, gateway, run_module, monkeypatch):
    monkeypatch.setattr(listing, "MAX_PAGES", 2)
    api.expect_page([gateway(id=name) for name in ids(0, 100)], number=1)
    api.expect_page([gateway(id=name) for name in ids(100, 200)], number=2)
    result = run_module({}, "ai_gateway_info")
    assert "the listing has more than 2 pages" in result["msg"]
    assert result["status"] == 200


def test_a_page_that_fails_for_a_moment_is_asked_for_again(api, gateway, pages, listed):
    api.expect_page(None, status=502)
    pages(["a"])
    assert listed() == ["a"]


def test_a_page_that_fails_is_named(api, run_module):
    api.expect_page(None, status=403, errors=[{"code": 10000, "message": "no"}])
    result = run_module({}, "ai_gateway_info")
    assert result["request"] == {"method": "GET", "path": f"/accounts/{api.account_id}{GATEWAYS}?page=1&per_page=100"}
    assert result["status"] == 403


# A listing that contradicts itself.


@pytest.mark.parametrize("first", [(0, 60), (0, 0)])
def test_a_listing_that_shows_less_than_it_states_is_an_error_for_every_module(pages, run_module, first):
    for _listing in range(listing.MAX_LISTINGS):
        pages(ids(*first), *([[]] if first[1] else []), total=100)
    for module, options in [("ai_gateway_info", {}), ("ai_gateways", {"gateways": [{"id": "g0"}], "purge": True})]:
        if module == "ai_gateways":
            for _listing in range(listing.MAX_LISTINGS):
                pages(ids(*first), *([[]] if first[1] else []), total=100)
        result = run_module(options, module)
        assert f"the listing contradicts itself: it states 100 items, but contains {first[1]}" in result["msg"]


def test_a_short_page_is_not_the_last_if_more_are_stated(pages, listed):
    pages(ids(0, 60), ids(60, 100), ids(100, 150), total=150)
    assert listed() == ids(0, 150)


def test_a_listing_is_read_again_if_items_come_or_go_in_the_meantime(api, gateway, pages, listed):
    api.expect_page([gateway(id=name) for name in ids(0, 100)], total=150)
    api.expect_page([gateway(id=name) for name in ids(101, 150)], number=2, total=149)
    pages(ids(1, 101), ids(101, 150), total=149)
    assert listed() == ids(1, 150)


def test_a_total_that_is_too_small_hides_nothing(pages, listed):
    pages(ids(0, 50), total=10)
    assert listed() == ids(0, 50)


def test_a_count_that_is_wrong_is_not_counted_on(api, gateway, listed):
    """Source: an API of Cloudflare reports a ``count`` of 1 for every page (cloudflare-go, 2024)."""
    for number, page in enumerate((ids(0, 100), ids(100, 103)), 1):
        info = {"page": number, "per_page": 100, "count": 1, "total_count": 103}
        api.expect("GET", GATEWAYS, query={"page": number, "per_page": 100}, answer=[gateway(id=name) for name in page], info=info)
    assert listed() == ids(0, 103)


def test_a_server_that_cuts_its_pages_without_telling_is_read_to_the_end(pages, listed):
    """Source: lists of Cloudflare give 25 items on a page, whatever is asked for (cf-terraforming, 2025)."""
    pages(ids(0, 25), ids(25, 50), ids(50, 75), ids(75, 96), total=96)
    assert listed() == ids(0, 96)


def test_a_search_may_state_the_number_of_all_items(api, gateway, listed):
    api.expect_page([gateway(id="g1")], search="g1", total=100)
    api.expect_page([], number=2, search="g1", total=100)
    assert listed(search="g1") == ["g1"]
