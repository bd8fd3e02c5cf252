# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_dynamic_route_info``: routes with their graphs and, if requested, their history."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import (
    DEPLOYMENT_ID,
    DEPLOYMENTS,
    IS_VALID,
    VERSION_ID,
    VERSIONS,
    VersionedClient,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE, ELEMENTS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import mask_settings, show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import mermaid
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.wire import from_answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.info import Query, find, info

HISTORY = Field("history", "bool", default=False)


def run(query: Query, check_mode: bool, client: Client) -> dict[str, Any]:
    """Read each route individually, because a listing has no graphs, and return the module's result. It is the same in check mode.

    :raises CollectionError: if the routes cannot be read.
    """
    items, scrub = ResourceClient(client, DYNAMIC_ROUTE, query.place), Scrubber(client.secrets)
    found = [item for item in map(items.refetch, find(query, items)) if item is not None]
    shown = [show(DYNAMIC_ROUTE, item, scrub) for item in found]
    routes = [{**route, "mermaid": mermaid(route.get(ELEMENTS.key) or [])} for route in shown]
    if query.options[HISTORY.name]:
        versioned = VersionedClient(client, DYNAMIC_ROUTE, query.place)
        routes = [{**route, **_history(versioned, route[DYNAMIC_ROUTE.reference], scrub)} for route in routes]
    return {"changed": False, "dynamic_routes": routes}


def _history(items: VersionedClient, reference: str, scrub: Scrubber) -> dict[str, list[dict[str, Any]]]:
    """Return the versions of a route with their graphs, and its deployments, in the API's order."""
    return {
        VERSIONS: [_version(version, scrub) for version in items.history(reference, VERSIONS)],
        DEPLOYMENTS: [
            {name: deployment.get(name) for name in (DEPLOYMENT_ID, VERSION_ID, "created_at")}
            for deployment in items.history(reference, DEPLOYMENTS)
        ],
    }


def _version(version: Mapping[str, Any], scrub: Scrubber) -> dict[str, Any]:
    graph = mask_settings(DYNAMIC_ROUTE, {ELEMENTS.key: from_answer(DYNAMIC_ROUTE, version).get(ELEMENTS.key)}, scrub)
    # The published schema has a string, but the API returns a boolean.
    is_active = version.get("active") in (True, "true")
    return {
        VERSION_ID: version[VERSION_ID],
        "active": is_active,
        IS_VALID: version.get(IS_VALID),
        "created_at": version.get("created_at"),
        **graph,
    }


TASK_SPEC = info(DYNAMIC_ROUTE, "dynamic_routes", run, (HISTORY,))
