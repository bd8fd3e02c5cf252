# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handling of requests for all resources, by their tables: from a request to the true answer."""

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
MOST_PER_PAGE = 100


def answer(state: State, request: Request, route: Route | None, who: Caller) -> Answer:
    """Do what the request asks for and return the true answer."""
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
    """Return the operation itself, or the refusal in the resource's own way."""
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
    """Show the item that the request names, from a replica that may lag."""
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
    """Remove the item that the request names, and show it for the last time."""
    item = call.item()
    answer = call.shown(item)
    remove(call, item)
    return answer


def remove(call: Call, item: Json) -> None:
    """Remove an item of the collection, with all that this entails."""
    call.store.take(call.place, item[call.resource.key])
    call.resource.removed(call, item)


def listing(call: Call) -> Answer:
    """Return one page of the collection."""
    query, resource = call.request.query, call.resource
    problems: list[Problem] = []
    page = bounded(query, "page", 1, None, problems)
    per_page = bounded(query, "per_page", PER_PAGE, MOST_PER_PAGE, problems)
    narrowing = given_filters(call, problems)
    if problems:
        raise Refused(problems)
    everything = listed_items(call)
    wanted = query.get("search", "")
    found = everything
    for test in (resource.visible, resource.is_listed):
        # A thousand gateways are listed often in benchmarks.
        found = found if test is always else [item for item in found if test(call, item)]
    if wanted or narrowing:
        found = [item for item in found if is_found(call, item, wanted, narrowing)]
    size = min(per_page, call.behaviour.page_limit or per_page)
    start = (page - 1) * size
    items = [resource.shown(call, item, in_list=True) for item in resource.order(call, found)[start : start + size]]
    for item in everything:
        call.note_read(item)
    total = max(0, len(found) + call.behaviour.total_off)
    info = {"page": page, "per_page": per_page, "count": len(items), "total_count": total}
    return resource.success(items, resource.page_info(call.behaviour, info))


def listed_items(call: Call) -> list[Json]:
    """Return the items of the collection, with those that a listing still has although they were removed."""
    there = call.items()
    key = call.resource.key
    gone = call.store.removed_within(call.place, call.behaviour.removal_lag)
    return [*there.values(), *(item for item in gone if item[key] not in there)]


def is_found(call: Call, item: Json, wanted: str, narrowing: dict[str, str]) -> bool:
    """Return whether an item matches the text that is searched for and the filters."""
    resource = call.resource
    matches = not wanted or any(wanted in str(item.get(name) or "") for name in resource.search)
    return matches and all(resource.filters[name].matches(call, item, text) for name, text in narrowing.items())


def given_filters(call: Call, problems: list[Problem]) -> dict[str, str]:
    """Return the filters of the query; note a problem for each value that a filter does not take."""
    given = {name: text for name, text in call.request.query.items() if name in call.resource.filters}
    for name, text in given.items():
        choices = call.resource.filters[name].choices
        if choices and text not in choices:
            problems.append(Problem(f"Expected one of {', '.join(choices)}", ("query", name)))
    return given


def bounded(query: dict[str, str], name: str, default: int, most: int | None, problems: list[Problem]) -> int:
    """Return a whole number from 1 on out of the query; note a problem for anything else."""
    text = query.get(name)
    if text is None:
        return default
    plain = text.isascii() and text.isdigit() and len(text) < 16
    if plain and int(text) >= 1 and (most is None or int(text) <= most):
        return int(text)
    problems.append(Problem(f"Expected an integer from 1 to {most or 'any'}", ("query", name)))
    return default
