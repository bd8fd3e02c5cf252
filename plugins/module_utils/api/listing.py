# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A complete listing, page after page, or an error: what a listing leaves out would be taken for absent."""

from __future__ import annotations

import time
from typing import Any, Callable, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, Request

# Maximum number of items that the API puts on a page.
PAGE_SIZE = 100
# Maximum number of pages that are read of one listing.
MAX_PAGES = 1000
# Maximum number of times that a listing is read again because it contradicts itself, as while items come and go.
MAX_LISTINGS = 3

FetchPage = Callable[[int], "tuple[Request, dict[str, Any]]"]


class Listing(NamedTuple):
    """What one pass over the pages showed: the items by id, and each number of items that the pages stated."""

    items: dict[str, dict[str, Any]]
    totals: list[int]

    @property
    def is_complete(self) -> bool:
        """Whether no page stated more items than were shown."""
        return not self.totals or len(self.items) >= self.totals[-1]

    @property
    def is_consistent(self) -> bool:
        """Whether the pages also agree on the number of items, so that none moved from page to page in the meantime."""
        return self.is_complete and len(set(self.totals)) <= 1


class Shape(NamedTuple):
    """Where an answer has the page, and under which name each item has its reference."""

    list_at: tuple[str, ...] = ("result",)
    reference: str = "id"


DEFAULT_SHAPE = Shape()


def list_items(fetch_page: FetchPage, is_search: bool = False, shape: Shape = DEFAULT_SHAPE) -> list[dict[str, Any]]:
    """Return all items, in the API's order. ``fetch_page`` returns the request and the envelope of the page with a number from 1 on.

    With ``is_search``, the stated number of items may be that of all items, as no source says which it is.

    :raises ApiError: if the listing shows fewer items than it states, also when it is read again, or does not end.
    """
    for attempt in range(MAX_LISTINGS):
        if attempt:
            time.sleep(backoff(attempt))
        request, listing = _list_once(fetch_page, shape)
        if listing.is_consistent or is_search:
            break
    if not listing.is_complete and not is_search:
        shown, total = len(listing.items), listing.totals[-1]
        raise ApiError(request, 200, f"the listing contradicts itself: it states {total} items and shows {shown}")
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
    raise ApiError(request, 200, f"there was still another page after {MAX_PAGES}")


def _items_of(request: Request, envelope: dict[str, Any], shape: Shape) -> list[dict[str, Any]]:
    page = value_in(envelope, shape.list_at)
    if not isinstance(page, list) or not all(isinstance(item, dict) and isinstance(item.get(shape.reference), str) for item in page):
        raise ApiError(request, 200, f"the {'.'.join(shape.list_at)} is not a list of items")
    return page


def _numbers_of(envelope: dict[str, Any], shape: Shape) -> dict[str, int]:
    """Return the numbers in ``result_info``, or beside the list; the API does not promise any of them."""
    info = envelope.get("result_info") if len(shape.list_at) == 1 else value_in(envelope, shape.list_at[:-1])
    numbers = info.items() if isinstance(info, dict) else ()
    return {name: value for name, value in numbers if isinstance(value, int) and not isinstance(value, bool)}


def value_in(envelope: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Return what an answer has at ``path``, such as ``("data", "routes")``, or ``None``."""
    value: Any = envelope
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
