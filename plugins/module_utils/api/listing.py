# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete listings, read page by page. An incomplete one is an error, because a missing item would be treated as absent."""

from __future__ import annotations

import time
from typing import Any, Callable, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, Request

# Maximum number of items that the API returns per page.
PAGE_SIZE = 100
# Maximum number of pages of one listing.
MAX_PAGES = 1000
# Maximum number of attempts to read a listing that contradicts itself, for example while items are created and deleted.
MAX_LISTINGS = 3

FetchPage = Callable[[int], "tuple[Request, dict[str, Any]]"]


class Listing(NamedTuple):
    """Result of one pass over the pages: the items by id, and the total that each page states."""

    items: dict[str, dict[str, Any]]
    totals: list[int]

    @property
    def is_complete(self) -> bool:
        """Return whether the listing contains as many items as its last page states."""
        return not self.totals or len(self.items) >= self.totals[-1]

    @property
    def is_consistent(self) -> bool:
        """Return whether the pages also state the same total, which means that no item moved to another page in the meantime."""
        return self.is_complete and len(set(self.totals)) <= 1


class Shape(NamedTuple):
    """Path of the list in an answer, and name of the field that identifies an item."""

    list_at: tuple[str, ...] = ("result",)
    reference: str = "id"


DEFAULT_SHAPE = Shape()


def list_items(fetch_page: FetchPage, is_search: bool = False, shape: Shape = DEFAULT_SHAPE) -> list[dict[str, Any]]:
    """Return all items, in the API's order.

    :param fetch_page: returns the request and the envelope of a page; page numbers begin with 1.
    :param is_search: whether the total may count all items. The API does not document which total a search returns.
    :raises ApiError: if the listing repeatedly contains fewer items than it states, or has more than ``MAX_PAGES`` pages.
    """
    for attempt in range(MAX_LISTINGS):
        if attempt:
            time.sleep(backoff(attempt))
        request, listing = _list_once(fetch_page, shape)
        if listing.is_consistent or is_search:
            break
    if not listing.is_complete and not is_search:
        shown, total = len(listing.items), listing.totals[-1]
        raise ApiError(request, 200, f"the listing contradicts itself: it states {total} items, but contains {shown}")
    return list(listing.items.values())


def _list_once(fetch_page: FetchPage, shape: Shape) -> tuple[Request, Listing]:
    listing = Listing({}, [])
    for number in range(1, MAX_PAGES + 1):
        request, envelope = fetch_page(number)
        page = _items_of(request, envelope, shape)
        numbers = _numbers_of(envelope, shape)
        before = len(listing.items)
        listing.items.update((item[shape.reference], item) for item in page)
        if "total_count" in numbers:
            listing.totals.append(numbers["total_count"])
            is_last = listing.is_complete
        else:
            is_last = len(page) < min(PAGE_SIZE, numbers.get("per_page", PAGE_SIZE))
        # A server that ignores the page number sends the same page again.
        if is_last or len(listing.items) == before:
            return request, listing
    raise ApiError(request, 200, f"the listing has more than {MAX_PAGES} pages")


def _items_of(request: Request, envelope: dict[str, Any], shape: Shape) -> list[dict[str, Any]]:
    page = value_in(envelope, shape.list_at)
    if not isinstance(page, list) or not all(isinstance(item, dict) and isinstance(item.get(shape.reference), str) for item in page):
        raise ApiError(request, 200, f"the {'.'.join(shape.list_at)} is not a list of items")
    return page


def _numbers_of(envelope: dict[str, Any], shape: Shape) -> dict[str, int]:
    """Return the numbers in ``result_info``, or next to the list. The API guarantees none of them."""
    info = envelope.get("result_info") if len(shape.list_at) == 1 else value_in(envelope, shape.list_at[:-1])
    numbers = info.items() if isinstance(info, dict) else ()
    return {name: value for name, value in numbers if isinstance(value, int) and not isinstance(value, bool)}


def value_in(envelope: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Return the value at ``path`` of an answer, such as ``("data", "routes")``, or ``None``."""
    value: Any = envelope
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
