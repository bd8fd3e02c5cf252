# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of dynamic routes of a gateway.

Sources: Cloudflare's published schema; public reports of the live API for the error codes.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import PATCH, Field, Form, Resource, Versions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import outline
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import from_wire, to_wire
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_graph import (
    carry_over,
    elements_of,
    graph_problems,
    same_graph,
)

ELEMENTS = Field(
    "elements",
    "list",
    elements="dict",
    required_to_create=True,
    is_listed=False,
    form=Form(graph_problems, to_wire, from_wire, same_graph, carry_over, outline),
)
VERSION_ID, VERSION_CREATED_AT = "version_id", "version_created_at"
DEPLOYMENT = ("deployment_id", "deployed_at")


def convert_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a route or a version of one, with the graph and the details of its version and deployment as top-level fields."""
    version, deployment = (answer.get(name) for name in ("version", "deployment"))
    of_version = version if isinstance(version, dict) else {VERSION_ID: answer.get(VERSION_ID), "is_valid": answer.get("is_valid")}
    of_deployment = deployment if isinstance(deployment, dict) else {}
    return {
        **{name: value for name, value in answer.items() if name not in ("version", "deployment", "data", "active")},
        ELEMENTS.key: elements_of(answer),
        VERSION_ID: of_version.get(VERSION_ID),
        VERSION_CREATED_AT: of_version.get("created_at"),
        "is_valid": of_version.get("is_valid"),
        "deployment_id": of_deployment.get("deployment_id"),
        "deployed_at": of_deployment.get("created_at"),
    }


DYNAMIC_ROUTE = Resource(
    name="dynamic route",
    kind="dynamic_route",
    path=("ai-gateway", "gateways", "{gateway_id}", "routes"),
    place=(GATEWAY_ID,),
    parent=GATEWAY,
    id=Field("name", "str", required=True, min_length=1),
    settings=(ELEMENTS, Field(VERSION_ID, "str", is_option=False)),
    read_only={
        "id": None,
        "gateway_id": None,
        "account_tag": None,
        VERSION_CREATED_AT: None,
        "is_valid": None,
        **dict.fromkeys(DEPLOYMENT),
        "created_at": None,
        "modified_at": None,
        # Added by modules that read routes.
        **dict.fromkeys(("mermaid", "versions", "deployments")),
    },
    is_found_by_key=True,
    is_searchable=False,
    list_at=("data", "routes"),
    update_verb=PATCH,
    versions=Versions(ELEMENTS.key, VERSION_ID, (VERSION_CREATED_AT, "is_valid", *DEPLOYMENT)),
    is_renamed=True,
    convert_answer=convert_answer,
    absent_codes={7002: "", 7005: "not found"},
    # The second message is that of the server's database.
    exists_codes={7005: "already exists|UNIQUE constraint"},
)
