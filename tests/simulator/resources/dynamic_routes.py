# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dynamic routes of a gateway: graphs that decide which model answers a request."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from tests.simulator import api
from tests.simulator.contract import strict
from tests.simulator.defaults import timestamp
from tests.simulator.protocol import Answer, Json, encode
from tests.simulator.resource import Call, Resource
from tests.simulator.resources import route_versions as parts
from tests.simulator.resources import route_views as views
from tests.simulator.resources.gateways import OF_A_GATEWAY
from tests.simulator.value_types import Text, fresh_uuid

KIND = "dynamic_routes"

# The graph of a route that is seeded without one. It answers without a model.
SHORTEST: list[Json] = [
    {"id": "START", "type": "start", "outputs": {"next": {"elementId": "END"}}},
    {"id": "END", "type": "end", "outputs": {}},
]


@strict
class Create(TypedDict):
    """The body of a create."""

    name: Text
    elements: list[Any]


@strict
class Rename(TypedDict):
    """The body of an update, which only changes the name."""

    name: Text


CREATE: TypeAdapter[Create] = TypeAdapter(Create)
RENAME: TypeAdapter[Rename] = TypeAdapter(Rename)


def create(call: Call) -> Answer:
    """Create a route and deploy its first version."""
    given = parts.checked(call, CREATE)
    version = parts.new_version(call, given["elements"])
    refuse_taken(call, given["name"], call.behaviour.route_create_taken)
    made = call.made(seeded({"name": given["name"], "gateway_id": call.place.parent, "versions": [version]}))
    return views.one(call, views.full(call.behaviour, made))


def rename(call: Call) -> Answer:
    """Rename a route. Its id and its versions stay unchanged."""
    item = call.item()
    name = parts.checked(call, RENAME)["name"]
    refuse_taken(call, name, call.behaviour.route_rename_taken, except_id=item["id"])
    renamed = call.changed(item, {"name": name})
    route = {**views.full(call.behaviour, renamed), "account_tag": call.account}
    return Answer(200, encode({"success": True, "route": call.resource.with_added(call, route)}))


def delete(call: Call) -> Answer:
    """Remove a route with its versions and deployments."""
    item = call.item()
    api.remove(call, item)
    return views.one(call, views.short(call.behaviour, item))


def refuse_taken(call: Call, name: str, error_type: str, except_id: str = "") -> None:
    """Refuse a name that another route of the gateway has, or had until a moment ago.

    :raises Failure: with the error that ``error_type`` selects.
    """
    others = [item for item in call.items().values() if item["id"] != except_id]
    others += call.store.removed_within(call.place, call.behaviour.route_name_release)
    if any(item["name"] == name for item in others):
        raise views.taken(call.behaviour, name, error_type)


def seeded(given: Json) -> Json:
    """Return a route from any object with a gateway_id, with missing fields filled in.

    It has one version with the given ``elements``, or the given ``versions``, each with ``elements``. The last one is deployed, unless
    ``deployments`` are given.
    """
    rest = {name: value for name, value in given.items() if name != "elements"}
    versions = [parts.seeded_version(version) for version in given.get("versions", [{"elements": given.get("elements", SHORTEST)}])]
    last = [{"version_id": version["version_id"]} for version in versions[-1:]]
    deployments = [parts.seeded_deployment(deployment) for deployment in given.get("deployments", last)]
    now = timestamp()
    made = {"id": fresh_uuid(), "name": "example", "created_at": now, "modified_at": now}
    return {**made, **rest, "gateway_id": given["gateway_id"], "versions": versions, "deployments": deployments}


RESOURCE = Resource(
    kind=KIND,
    path="ai-gateway/gateways/{parent}/routes",
    operations={
        ("GET", ""): api.listing,
        ("POST", ""): create,
        ("GET", "{id}"): api.get,
        ("PATCH", "{id}"): rename,
        ("DELETE", "{id}"): delete,
        ("GET", "{id}/versions"): parts.list_versions,
        ("POST", "{id}/versions"): parts.create_version,
        ("GET", "{id}/versions/{part}"): parts.get_version,
        ("GET", "{id}/deployments"): parts.list_deployments,
        ("POST", "{id}/deployments"): parts.create_deployment,
    },
    seeded=seeded,
    parent=OF_A_GATEWAY,
    view=views.view,
    list_view=views.list_view,
    is_listed=lambda call, item: call.age(item).steps(call.behaviour.route_lag) >= 1,
    success=views.answer,
    invalid=views.invalid,
    missing=views.missing,
)
