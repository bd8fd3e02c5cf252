# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of a dynamic route and their deployments. They cannot be changed or removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from tests.simulator import api
from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import strict
from tests.simulator.defaults import timestamp
from tests.simulator.protocol import Answer, Json, Problem
from tests.simulator.resource import Call, Failure
from tests.simulator.resources import route_views as views
from tests.simulator.resources.route_graph import checked_graph
from tests.simulator.validation import Refused, check
from tests.simulator.value_types import Text, fresh_uuid


@strict
class Graph(TypedDict):
    """The body of a new version."""

    elements: list[Any]


@strict
class Deployment(TypedDict):
    """The body of a deployment."""

    version_id: Text


GRAPH: TypeAdapter[Graph] = TypeAdapter(Graph)
DEPLOYMENT: TypeAdapter[Deployment] = TypeAdapter(Deployment)


def contract(behaviour: Behaviour) -> Behaviour:
    """Return the switches for the bodies of routes. Most servers drop unknown keys there."""
    return behaviour.model_copy(update={"tolerate_unknown": True}) if behaviour.route_unknown == "drop" else behaviour


def checked(call: Call, shape: TypeAdapter[Any]) -> Json:
    """Return the checked body.

    :raises Refused: if the body violates the contract.
    """
    return check(shape, call.body(), contract(call.behaviour))


def new_version(call: Call, elements: list[Any]) -> Json:
    """Return a version with a new graph.

    :raises Refused: for a graph that the server does not accept.
    """
    stored, is_valid = checked_graph(elements, contract(call.behaviour))
    return seeded_version({"elements": stored, "is_valid": is_valid and call.behaviour.route_new_versions == "checked"})


def seeded_version(given: Json) -> Json:
    """Return a version from any object, with missing fields filled in."""
    return {"version_id": fresh_uuid(), "elements": [], "is_valid": True, "created_at": timestamp(), **given}


def seeded_deployment(given: Json) -> Json:
    """Return a deployment from any object with a version_id, with missing fields filled in."""
    return {"deployment_id": fresh_uuid(), "created_at": timestamp(), **given, "version_id": given["version_id"]}


def version_of(call: Call, item: Json, version_id: str) -> Json:
    """Return a version of a route.

    :raises Failure: if it has no such version.
    """
    versions: list[Json] = item["versions"]
    found = next((version for version in versions if version["version_id"] == version_id), None)
    if found is None:
        raise Failure(views.missing(call.behaviour, "Version"))
    return found


def create_version(call: Call) -> Answer:
    """Add a version to a route. Requests do not use it before it is deployed."""
    item = call.item()
    made = new_version(call, checked(call, GRAPH)["elements"])
    call.put({**item, "versions": [*item["versions"], made]})
    behaviour = call.behaviour
    shown = views.with_elements(behaviour, views.summary(item), made["elements"])
    if behaviour.route_is_valid == "shown":
        shown["is_valid"] = made["is_valid"]
    named = {"version_id": made["version_id"]}
    forms = {"top": named, "nested": {"version": named}, "absent": {}}
    return views.one(call, {**shown, **forms[behaviour.route_version_id]})


def get_version(call: Call) -> Answer:
    """Return a version, deployed or not."""
    item = call.item()
    version = version_of(call, item, call.part_id)
    shown = views.with_elements(call.behaviour, views.summary(item), version["elements"])
    return views.one(call, {**shown, **views.version_view(call.behaviour, item, version)})


def create_deployment(call: Call) -> Answer:
    """Deploy a version, which may be an older one."""
    item = call.item()
    version = version_of(call, item, checked(call, DEPLOYMENT)["version_id"])
    if not version["is_valid"] and call.behaviour.route_invalid_deployment == "refuse":
        raise Refused([Problem("Version is not valid", ("body", "version_id"))])
    made = seeded_deployment({"version_id": version["version_id"]})
    changed = call.changed(item, {"deployments": [*item["deployments"], made]})
    return views.one(call, views.short(call.behaviour, changed))


def list_versions(call: Call) -> Answer:
    """Return the versions of a route with their graphs."""
    item = call.item()
    return page(call, "versions", item["versions"], lambda version: views.version_view(call.behaviour, item, version))


def list_deployments(call: Call) -> Answer:
    """Return the deployments of a route."""
    return page(call, "deployments", call.item()["deployments"], lambda deployment: deployment)


def page(call: Call, name: str, parts: Sequence[Json], view: Callable[[Json], Json]) -> Answer:
    """Return one page of the parts of a route, or all of them on a server that does not page parts.

    :raises Refused: for an invalid page.
    """
    query = call.request.query if call.behaviour.route_parts_paged else {}
    problems: list[Problem] = []
    number = api.bounded(query, "page", 1, None, problems)
    size = api.bounded(query, "per_page", api.PER_PAGE, api.MAX_PER_PAGE, problems)
    if problems:
        raise Refused(problems)
    info = {"page": number, "per_page": size}
    is_newest_first = call.behaviour.route_parts_order == "newest"
    ordered = list(parts)[:: -1 if is_newest_first else 1]
    if call.behaviour.route_parts_paged:
        page_size = min(size, call.behaviour.page_limit or size)
        ordered = ordered[(number - 1) * page_size : number * page_size]
    return views.data_page(name, [view(part) for part in ordered], info, "desc" if is_newest_first else "asc")
