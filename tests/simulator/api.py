# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Request handling for all resources, driven by their tables: from a request to the real answer, without faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator import auth
from tests.simulator.auth import Caller
from tests.simulator.journal import Request
from tests.simulator.protocol import Answer, Json, Problem, unknown_to_store, unroutable
from tests.simulator.resource import Call, Failure, always
from tests.simulator.validation import Refused

if TYPE_CHECKING:
    from tests.simulator.routing import Route
    from tests.simulator.state import State

SECRETS_STORE = "/secrets_store/"
PER_PAGE = 20
MAX_PER_PAGE = 100


def answer(state: State, request: Request, route: Route | None, who: Caller) -> Answer:
    """Perform the request and return the real answer."""
    if route is None:
        return unknown_to_store() if SECRETS_STORE in request.raw_path else unroutable(request.raw_path)
    refused = auth.refusal(who, route.needed, state.behaviour)
    if refused is not None:
        return refused
    accounts = state.behaviour.accounts
    if accounts is not None and route.account not in accounts:
        return unroutable(request.raw_path)
    return operate(Call(state, request, who, route.resource, route.place, route.item_id, route.part_id), route)


def operate(call: Call, route: Route) -> Answer:
    """Perform the operation, or return a refusal in the format of the resource."""
    parent = route.resource.parent
    try:
        if parent is not None and call.place.parent not in call.store.items(route.parent_place):
            parent.missing(call)
        return route.operation(call)
    except Refused as error:
        return route.resource.invalid(error.problems, call.behaviour)
    except Failure as error:
        return error.answer


def get(call: Call) -> Answer:
    """Return the requested item, from a replica that may lag."""
    old = call.store.read_from_replica(call.place, call.item_id, call.behaviour.replica_lag)
    if old is not None:
        if old.item is None or not call.resource.visible(call, old.item):
            answer = call.resource.missing(call.behaviour)
        else:
            answer = call.shown(old.item)
        answer.shows = old.number
        return answer
    item = call.item()
    answer = call.shown(item)
    call.note_read(item)
    return answer


def delete(call: Call) -> Answer:
    """Remove the requested item and return it."""
    item = call.item()
    answer = call.shown(item)
    remove(call, item)
    return answer


def remove(call: Call, item: Json) -> None:
    """Remove an item of the collection, with the consequences that its resource defines."""
    call.store.take(call.place, item[call.resource.key])
    call.resource.removed(call, item)


def listing(call: Call) -> Answer:
    """Return one page of the collection."""
    query, resource = call.request.query, call.resource
    problems: list[Problem] = []
    page = bounded(query, "page", 1, None, problems)
    per_page = bounded(query, "per_page", PER_PAGE, MAX_PER_PAGE, problems)
    filters = given_filters(call, problems)
    if problems:
        raise Refused(problems)
    everything = listed_items(call)
    search_text = query.get("search", "")
    found = everything
    for test in (resource.visible, resource.is_listed):
        # Benchmarks often list a thousand gateways, so tests that match every item are skipped.
        found = found if test is always else [item for item in found if test(call, item)]
    if search_text or filters:
        found = [item for item in found if is_found(call, item, search_text, filters)]
    size = min(per_page, call.behaviour.page_limit or per_page)
    start = (page - 1) * size
    items = [resource.shown(call, item, in_list=True) for item in resource.order(call, found)[start : start + size]]
    for item in everything:
        call.note_read(item)
    total = max(0, len(found) + call.behaviour.total_off)
    info = {"page": page, "per_page": per_page, "count": len(items), "total_count": total}
    return resource.success(items, resource.page_info(call.behaviour, info))


def listed_items(call: Call) -> list[Json]:
    """Return the items of the collection, including removed ones that a list still contains."""
    existing = call.items()
    key = call.resource.key
    removed = call.store.removed_within(call.place, call.behaviour.removal_lag)
    return [*existing.values(), *(item for item in removed if item[key] not in existing)]


def is_found(call: Call, item: Json, search_text: str, filters: dict[str, str]) -> bool:
    """Return whether an item matches the search text and the filters."""
    resource = call.resource
    matches = not search_text or any(search_text in str(item.get(name) or "") for name in resource.search)
    return matches and all(resource.filters[name].matches(call, item, text) for name, text in filters.items())


def given_filters(call: Call, problems: list[Problem]) -> dict[str, str]:
    """Return the filters of the query. Add a problem for each value that a filter does not accept."""
    given = {name: text for name, text in call.request.query.items() if name in call.resource.filters}
    for name, text in given.items():
        choices = call.resource.filters[name].choices
        if choices and text not in choices:
            problems.append(Problem(f"Expected one of {', '.join(choices)}", ("query", name)))
    return given


def bounded(query: dict[str, str], name: str, default: int, maximum: int | None, problems: list[Problem]) -> int:
    """Return a query parameter as an integer of at least 1. Add a problem for any other value."""
    text = query.get(name)
    if text is None:
        return default
    is_integer = text.isascii() and text.isdigit() and len(text) < 16
    if is_integer and int(text) >= 1 and (maximum is None or int(text) <= maximum):
        return int(text)
    problems.append(Problem(f"Expected an integer from 1 to {maximum or 'any'}", ("query", name)))
    return default
