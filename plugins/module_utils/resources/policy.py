# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy of a gateway, as data.

Source: Cloudflare's documentation of policies.
"""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID

POLICY = Resource(
    name="policy",
    kind="policy",
    path=("ai-gateway", "gateways", "{gateway_id}", "policies"),
    place=(GATEWAY_ID,),
    parent=GATEWAY,
    id=Field("name", "str", required=True, min_length=1),
    settings=(),
    read_only={"id": None, "created_at": None, "updated_at": None},
    is_found_by_key=True,
    is_searchable=False,
    is_paged=False,
    list_query={"includeStaging": "true"},
)
