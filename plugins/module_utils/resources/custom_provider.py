# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field tables of custom providers and their prices.

Sources: Cloudflare's published schema, and its documentation of custom providers and custom costs.
"""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import PATCH, Field, Resource, Wire

# The server prepends it to the slug in names of providers.
PREFIX = "custom-"
# Cloudflare's schema and its documentation name different codes.
ABSENT = {1004: "", 7002: ""}
TIMES = {"created_at": None, "modified_at": None}

CUSTOM_PROVIDER = Resource(
    name="custom provider",
    kind="custom_provider",
    path=("ai-gateway", "custom-providers"),
    id=Field(
        "slug", "str", required=True, min_length=1, max_length=64, pattern=(r"[A-Za-z0-9-]+", "consist of letters, digits and hyphens")
    ),
    settings=(
        Field("name", "str", required_to_create=True, min_length=1),
        Field(
            "provider_base_url",
            "str",
            api_name="base_url",
            required_to_create=True,
            forbidden=("@", "must not contain credentials: give them as headers, which are secret"),
            pattern=(r"https://[^\s/@?#]+[^\s@?#]*", "be a URL that begins with https:// and has no credentials, query or fragment"),
        ),
        Field("enable", "bool", default=False, on_create=True),
        Field("beta", "bool", default=False),
        Field("description", "str", default=""),
        Field("headers", "dict", text_values=True, secret=True, wire=Wire(is_text_in_answers=True, is_text_in_bodies=True)),
        Field("link", "str", default="", pattern=(r"(https?://\S+)?", "be empty, or a URL that begins with https:// or http://")),
        Field("curl_example", "str", default=""),
        Field("js_example", "str", default=""),
        Field("position", "int"),
        Field("logo", "str", update_only=True),
    ),
    read_only={"id": None, "account_id": None, "account_tag": None, **TIMES},
    is_found_by_key=True,
    update_verb=PATCH,
    absent_codes=ABSENT,
    exists_codes={1003: ""},
)

COST = Resource(
    name="price",
    kind="price",
    path=("ai-gateway", "custom-providers", "costs"),
    parent_key="account_provider_id",
    id=Field("model", "str", required=True, min_length=1),
    further_keys=(
        Field("model_rule", "str", choices=("equals", "starts-with", "contains"), default="equals"),
        Field("cost_type", "str", default="tokens", min_length=1),
    ),
    settings=(
        Field("cost_in", "float", minimum=0),
        Field("cost_out", "float", minimum=0),
        Field("token_pricing", "dict", wire=Wire(is_text_in_answers=True)),
        Field("enable", "bool"),
    ),
    read_only={"id": None, "account_provider_id": None, "weight": None, "changed_by": None, **TIMES},
    is_found_by_key=True,
    is_listed_whole=True,
    is_searchable=False,
    update_verb=PATCH,
    absent_codes=ABSENT,
)
