# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers for dynamic routes, their versions and their deployments, including refusals.

A stored route has ``versions``, each with ``elements``, and ``deployments``, oldest first. Requests use the version of the last deployment.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.simulator.behaviour import Behaviour
from tests.simulator.protocol import INVALID_INPUT, ROUTE_NOT_FOUND_OR_TAKEN, Answer, Json, Problem, encode, failure, success
from tests.simulator.resource import Call, Failure

PARTS = ("versions", "deployments")


def refusal(behaviour: Behaviour, status: int, errors: list[Json]) -> Answer:
    """Return a refusal with a list of errors, or with the first one as flat text."""
    if behaviour.route_errors == "flat":
        path = ".".join(str(step) for step in errors[0].get("path", ()))
        return Answer(status, encode({"success": False, "error": f"{path}: {errors[0]['message']}" if path else errors[0]["message"]}))
    return failure(status, errors)


def invalid(problems: Sequence[Problem], behaviour: Behaviour) -> Answer:
    """Return 400 with every problem of the request."""
    errors = [{"code": INVALID_INPUT, "message": problem.message, "path": list(problem.path)} for problem in problems]
    return refusal(behaviour, 400, errors)


def missing(behaviour: Behaviour, what: str = "Route") -> Answer:
    """Return the answer for a route, or a part of one, that does not exist."""
    error = {"code": ROUTE_NOT_FOUND_OR_TAKEN, "message": f"{what} not found"}
    return refusal(behaviour, behaviour.route_missing_status, [error])


def taken(behaviour: Behaviour, name: str, error_type: str) -> Failure:
    """Return the refusal of a name that another route has, either by the service or by the database."""
    if error_type == "constraint":
        return Failure(refusal(behaviour, 500, [{"message": "UNIQUE constraint failed: routes.name"}]))
    error = {"code": ROUTE_NOT_FOUND_OR_TAKEN, "message": f"Route {name} already exists"}
    return Failure(refusal(behaviour, behaviour.route_taken_status, [error]))


def deployed(item: Json) -> Json | None:
    """Return the version of a route that requests use; ``None`` if no version is deployed."""
    if not item["deployments"]:
        return None
    version_id = item["deployments"][-1]["version_id"]
    return next((version for version in item["versions"] if version["version_id"] == version_id), None)


def ordered(behaviour: Behaviour, elements: Any) -> Any:
    """Return the elements in the order of the server's answer, which has no meaning."""
    return elements[::-1] if behaviour.reorder and isinstance(elements, list) else elements


def graph(behaviour: Behaviour, elements: Any) -> Any:
    """Return the elements in the format of ``data`` of a version."""
    if behaviour.route_data == "text":
        return json.dumps(elements)
    return {"elements": elements} if behaviour.route_data == "object" else elements


def with_elements(behaviour: Behaviour, route: Json, elements: Any) -> Json:
    """Return a route with its elements at the top, if the server shows them there."""
    if behaviour.route_elements == "absent":
        return route
    return {**route, "elements": ordered(behaviour, elements) if behaviour.route_elements == "shown" else None}


def summary(item: Json) -> Json:
    """Return a route without its parts."""
    return {name: value for name, value in item.items() if name not in PARTS}


def short(behaviour: Behaviour, item: Json) -> Json:
    """Return a route as shown in the answers to its deletion and to a deployment."""
    version = deployed(item)
    return with_elements(behaviour, summary(item), version["elements"] if version else [])


def version_view(behaviour: Behaviour, item: Json, version: Json) -> Json:
    """Return a version as shown in an answer."""
    is_active = version is deployed(item)
    shown = {name: value for name, value in version.items() if name not in ("elements", "is_valid")}
    shown["active"] = str(is_active).lower() if behaviour.route_active == "text" else is_active
    shown["data"] = graph(behaviour, ordered(behaviour, version["elements"]))
    return shown if behaviour.route_is_valid == "absent" else {**shown, "is_valid": version["is_valid"]}


def full(behaviour: Behaviour, item: Json) -> Json:
    """Return a route with its deployment, the deployed version and its graph."""
    shown, version = short(behaviour, item), deployed(item)
    if item["deployments"]:
        shown["deployment"] = item["deployments"][-1]
    return shown if version is None else {**shown, "version": version_view(behaviour, item, version)}


def view(call: Call, item: Json) -> Json:
    """Return a route as shown in the answer to a read by id. Its graph may take some time to appear."""
    shown = full(call.behaviour, item)
    if call.age(item).steps(call.behaviour.route_graph_lag) >= 1:
        return shown
    pending = call.behaviour.route_graph_pending
    value: list[Json] | None = [] if pending == "empty" else None
    for holder, name in ((shown, "elements"), (shown.get("version", {}), "data")):
        if pending == "absent":
            holder.pop(name, None)
        elif name in holder:
            holder[name] = value
    return shown


def list_view(call: Call, item: Json) -> Json:
    """Return a route as shown in a list, on most servers without its graph."""
    shown = {**full(call.behaviour, item), "account_tag": call.account}
    if call.behaviour.route_list_graphs:
        return shown
    shown.pop("elements", None)
    if "version" in shown:
        del shown["version"]["data"]
    return shown


def one(call: Call, route: Json) -> Answer:
    """Return the answer with a view of a route."""
    return success(call.resource.with_added(call, route))


def data_page(name: str, items: list[Any], info: Json, direction: str = "asc") -> Answer:
    """Return one page of a list, which has no ``result`` and no total."""
    page = {key: info[key] for key in ("page", "per_page")}
    data = {name: items, **page, "order_by": "created_at", "order_by_direction": direction}
    return Answer(200, encode({"success": True, "data": data}))


def answer(result: Any, info: Json | None) -> Answer:
    """Return the answer with a route, or with a page of a list of routes."""
    return success(result) if info is None else data_page("routes", result, info)
