# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of provider configs: keys of providers, attached to a gateway ("bring your own key").

Sources: Cloudflare's published schema, and its documentation of "bring your own keys".
"""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource, Wire
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID

NAME = (r"[A-Za-z0-9_-]+", "consist of letters, digits, underscores and hyphens, because it becomes part of the name of a secret")
DEFAULT_ALIAS = "default"

PROVIDER_CONFIG = Resource(
    name="provider config",
    kind="provider_config",
    path=("ai-gateway", "gateways", "{gateway_id}", "provider_configs"),
    place=(GATEWAY_ID,),
    parent=GATEWAY,
    id=Field("provider_slug", "str", required=True, min_length=1, max_length=64, pattern=NAME),
    further_keys=(Field("alias", "str", default=DEFAULT_ALIAS, min_length=1, max_length=64, pattern=NAME),),
    settings=(
        Field("secret", "str", secret=True, write_only=True, wire=Wire(preview="secret_preview")),
        Field("secret_id", "str", immutable=True),
        # Requests that name no alias use the default one.
        Field("default_config", "bool", immutable=True, on_create=lambda keys: keys["alias"] == DEFAULT_ALIAS),
        Field("rate_limit", "int", minimum=0, default=0, immutable=True),
        # If it was not given, the API returns 0 or its default.
        Field("rate_limit_period", "int", minimum=1, immutable=True, normalize=lambda seconds: seconds or None),
    ),
    alternatives=(("secret", "secret_id"),),
    lost_in_deletion="secret_id",
    read_only={"id": None, "gateway_id": None, "secret_preview": None, "modified_at": None},
    is_found_by_key=True,
    is_listed_whole=True,
    is_searchable=False,
    puts_parts=True,
    exists_codes={7001: "already exists"},
    permissions=("AI Gateway Read", "AI Gateway Write and Secrets Store Write"),
)
