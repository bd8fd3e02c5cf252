# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dynamic route of a gateway, as data.

Source: Cloudflare's published schema; the error codes are those of public reports of the live API.
"""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID

DYNAMIC_ROUTE = Resource(
    name="dynamic route",
    kind="dynamic_route",
    path=("ai-gateway", "gateways", "{gateway_id}", "routes"),
    place=(GATEWAY_ID,),
    parent=GATEWAY,
    id=Field("name", "str", required=True, min_length=1),
    settings=(),
    read_only={"id": None, "gateway_id": None, "account_tag": None, "created_at": None, "modified_at": None},
    is_found_by_key=True,
    is_searchable=False,
    list_at=("data", "routes"),
    absent_codes={7002: "", 7005: "not found"},
    exists_codes={7005: "already exists"},
)
