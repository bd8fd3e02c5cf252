# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of custom domains: host names in front of a gateway.

Sources: clients generated from Cloudflare's published schema, and its documentation of custom domains.
"""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource, Wire
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID

CUSTOM_DOMAIN = Resource(
    name="custom domain",
    kind="custom_domain",
    path=("ai-gateway", "gateways", "{gateway_id}", "custom-domains"),
    place=(GATEWAY_ID,),
    parent=GATEWAY,
    id=Field(
        "hostname",
        "str",
        aliases=("domain",),
        wire=Wire(sent_as="domain"),
        required=True,
        min_length=1,
        max_length=253,
        pattern=(r"[a-z0-9-]+(\.[a-z0-9-]+)+", "be a full host name, such as ai.example.com, in lower case and without a wildcard"),
    ),
    reference="hostname",
    settings=(
        Field(
            "zone_id",
            "str",
            required_to_create=True,
            immutable=True,
            write_only=True,
            pattern=(r"[0-9a-f]{32}", "be 32 hexadecimal digits"),
        ),
        Field("min_tls", "str", api_name="minTLS", choices=("1.0", "1.1", "1.2", "1.3"), immutable=True, write_only=True),
    ),
    read_only={"gateway_id": None, "status": None, "cname_target": None, "created_at": None, "modified_at": None},
)
