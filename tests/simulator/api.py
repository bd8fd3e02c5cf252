# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations on gateways: from a request to the true answer."""

from __future__ import annotations

from typing import Any

from tests.simulator import auth
from tests.simulator.auth import Caller
from tests.simulator.journal import Request
from tests.simulator.protocol import Answer, Problem, decode, invalid, not_found, success, unroutable
from tests.simulator.routing import Route
from tests.simulator.state import State
from tests.simulator.validation import Refused
from tests.simulator.views import listed, shown

PER_PAGE = 20
MOST_PER_PAGE = 100


def answer(state: State, request: Request, route: Route | None, who: Caller) -> Answer:
    """Does what the request asks for and returns the true answer."""
    if route is None:
        return unroutable(request.raw_path)
    refused = auth.refusal(who, route.writes)
    if refused is not None:
        return refused
    accounts = state.behaviour.accounts
    if accounts is not None and route.account not in accounts:
        return unroutable(request.raw_path)
    try:
        return operate(state, request, route)
    except Refused as error:
        return invalid(error.problems)


def operate(state: State, request: Request, route: Route) -> Answer:
    """The operation itself; Refused for bad input."""
    if route.operation == "get" and route.gateway_id is not None:
        return reading(state, route.account, route.gateway_id)
    if route.gateway_id is not None:
        return operate_on_one(state, request, route.operation, route.account, route.gateway_id)
    if route.operation == "list":
        return listing(state, request, route.account)
    made = state.store.create(route.account, json_body(request), state.behaviour)
    return success(shown(made, state.behaviour))


def reading(state: State, account: str, gateway_id: str) -> Answer:
    """One gateway, from a replica that may lag."""
    old = state.store.read_from_replica(account, gateway_id, state.behaviour.replica_lag)
    gateway = state.store.get(account, gateway_id) if old is None else old.gateway
    answer = not_found() if gateway is None else success(shown(gateway, state.behaviour))
    answer.shows = None if old is None else old.number
    return answer


def operate_on_one(state: State, request: Request, operation: str, account: str, gateway_id: str) -> Answer:
    """Update or delete a gateway that exists."""
    gateway = state.store.get(account, gateway_id)
    if gateway is None:
        return not_found()
    if operation == "update":
        gateway = state.store.update(account, gateway, json_body(request), state.behaviour)
    else:
        state.store.delete(account, gateway_id)
    return success(shown(gateway, state.behaviour))


def listing(state: State, request: Request, account: str) -> Answer:
    """One page of the gateways of an account, oldest first."""
    query = request.query
    problems: list[Problem] = []
    page = bounded(query, "page", 1, None, problems)
    per_page = bounded(query, "per_page", PER_PAGE, MOST_PER_PAGE, problems)
    if problems:
        return invalid(problems)
    wanted = query.get("search", "")
    found = [gateway for gateway_id, gateway in state.store.gateways(account).items() if wanted in gateway_id]
    behaviour = state.behaviour
    size = min(per_page, behaviour.page_limit or per_page)
    start = (page - 1) * size
    items = [listed(gateway, behaviour) for gateway in found[start : start + size]]
    total = max(0, len(found) + behaviour.total_off)
    return success(items, {"page": page, "per_page": per_page, "count": len(items), "total_count": total})


def bounded(query: dict[str, str], name: str, default: int, most: int | None, problems: list[Problem]) -> int:
    """A whole number from 1 on out of the query; notes a problem for anything else."""
    text = query.get(name)
    if text is None:
        return default
    plain = text.isascii() and text.isdigit() and len(text) < 16
    if plain and int(text) >= 1 and (most is None or int(text) <= most):
        return int(text)
    problems.append(Problem(f"Expected an integer from 1 to {most or 'any'}", ("query", name)))
    return default


def json_body(request: Request) -> Any:
    """The JSON value of the body; Refused when it is none."""
    try:
        return decode(request.body)
    except ValueError as error:
        raise Refused([Problem(f"Invalid JSON: {error}", ("body",))]) from error
