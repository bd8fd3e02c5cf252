# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of AI Gateways: names, types, bounds, choices, nullability, secrets and comparison of all settings.

Source: Cloudflare's reference page of "create a new gateway" for all fields that it has. The nested settings, ``byok_only``,
``store_id`` and ``log_classification`` follow the API's published schema, and so does nullability.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils import json_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Relations, Resource

HAZARD_CATEGORIES = ("P1", *tuple(f"S{number}" for number in range(1, 14)))
ACTIONS = ("FLAG", "BLOCK")


def _lower_case_names(headers: Any) -> Any:
    """Return ``headers`` with lower-case names, because they are case-insensitive (RFC 9110, section 5.1)."""
    return {name.lower(): value for name, value in headers.items()} if isinstance(headers, dict) else headers


def _plain_lines(pem: Any) -> Any:
    """Return ``pem`` with uniform line ends and without blank lines, because parsers ignore white space (RFC 7468, section 2)."""
    return "\n".join(line.rstrip() for line in pem.splitlines() if line.strip()) if isinstance(pem, str) else pem


_PROFILES = Field("profiles", "list", elements="str", ordered=False)

DLP = Field(
    "dlp",
    "dict",
    switch_off="dlp: {enabled: false, policies: []}",
    fields=(
        Field("enabled", "bool", required=True),
        Field("action", "str", choices=ACTIONS),
        _PROFILES,
        Field(
            "policies",
            "list",
            elements="dict",
            ordered=False,
            match_by="id",
            fields=(
                Field("id", "str", required=True),
                Field("enabled", "bool", required=True),
                Field("action", "str", choices=ACTIONS, required=True),
                Field("check", "list", elements="str", choices=("REQUEST", "RESPONSE"), required=True, ordered=False),
                Field("profiles", "list", elements="str", required=True, ordered=False),
            ),
        ),
    ),
    # The API has two forms: one action for all profiles, or a list of policies.
    relations=Relations(
        mutually_exclusive=(("policies", "action"), ("policies", "profiles")),
        required_together=(("action", "profiles"),),
        required_one_of=(("action", "policies"),),
    ),
)

_CATEGORIES = tuple(Field(category, "str", choices=ACTIONS) for category in HAZARD_CATEGORIES)

GUARDRAILS = Field(
    "guardrails",
    "dict",
    nullable=True,
    fields=(
        Field("prompt", "dict", default={}, fields=_CATEGORIES),
        Field("response", "dict", default={}, fields=_CATEGORIES),
    ),
)

OTEL = Field(
    "otel",
    "list",
    elements="dict",
    nullable=True,
    ordered=False,
    match_by="url",
    fields=(
        Field("url", "str", required=True, max_length=2048, pattern=(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s]+", "be a URL")),
        Field("headers", "dict", default={}, secret=True, text_values=True, normalize=_lower_case_names),
        Field("authorization", "str", max_length=256, secret=True),
        Field("content_type", "str", choices=("json", "protobuf"), default="json"),
    ),
)

# The API supports only one mode for these: a match of some values.
_FILTER = (
    Field("mode", "str", choices=("filter",), default="filter"),
    Field("values", "list", elements="str", required=True, ordered=False),
)

SPEND_LIMITS = Field(
    "spend_limits",
    "dict",
    nullable=True,
    fields=(
        Field("enabled", "bool", default=False),
        Field(
            "rules",
            "list",
            elements="dict",
            default=[],
            ordered=False,
            match_by="id",
            max_items=20,
            fields=(
                Field("id", "str", min_length=1, server_made=True),
                Field("limit", "float", above=0, required=True),
                Field("limit_type", "str", api_name="limitType", choices=("cost",), required=True),
                Field("window", "int", above=0, required=True),
                Field("enabled", "bool", default=True),
                Field("technique", "str", choices=("fixed", "sliding"), default="sliding"),
                Field(
                    "metadata",
                    "dict",
                    default={},
                    value_fields=(
                        Field("mode", "str", choices=("partition", "filter"), required=True),
                        Field("values", "list", elements="str", ordered=False, only_with=("mode", "filter")),
                    ),
                    relations=Relations(required_if=(("mode", "filter", ("values",)),)),
                ),
                Field("model", "dict", fields=_FILTER),
                Field("provider", "dict", fields=_FILTER),
            ),
        ),
    ),
)

STRIPE = Field(
    "stripe",
    "dict",
    nullable=True,
    fields=(
        Field("authorization", "str", required=True, secret=True),
        Field("usage_events", "list", elements="dict", required=True, fields=(Field("payload", "str", required=True),)),
    ),
)

# A gateway ignores further entries of a request's metadata, and all of them if one is null or nested.
MAX_METADATA = 5
# The option for the gateway of a child resource.
GATEWAY_ID = Field("gateway_id", "str", required=True, min_length=1, max_length=64)

GATEWAY = Resource(
    name="AI Gateway",
    kind="gateway",
    path=("ai-gateway", "gateways"),
    id=Field("id", "str", aliases=("name",), required=True, min_length=1, max_length=64),
    settings=(
        Field("authentication", "bool", default=False, switch_off="authentication: false"),
        Field("byok_only", "bool", default=False, switch_off="byok_only: false"),
        Field("cache_invalidate_on_update", "bool", on_create=True, switch_off="cache_invalidate_on_update: false"),
        Field("cache_ttl", "int", minimum=0, nullable=True, default=0, on_create=0),
        Field("collect_logs", "bool", on_create=True, switch_off="collect_logs: false"),
        DLP,
        GUARDRAILS,
        Field("log_classification", "bool", default=False, needs="collect_logs", switch_off="log_classification: false"),
        Field("log_management", "int", minimum=10000, maximum=10000000, nullable=True),
        Field("log_management_strategy", "str", choices=("STOP_INSERTING", "DELETE_OLDEST"), nullable=True),
        Field("logpush", "bool", default=False, switch_off="logpush: false"),
        Field(
            "logpush_public_key",
            "str",
            min_length=16,
            max_length=1024,
            nullable=True,
            normalize=_plain_lines,
            forbidden=(
                "PRIVATE KEY",
                "is a private key: give the public key of a new pair, because this private key may have been exposed",
            ),
        ),
        OTEL,
        Field("rate_limiting_interval", "int", minimum=0, nullable=True, default=0, on_create=0),
        Field("rate_limiting_limit", "int", minimum=0, nullable=True, default=0, on_create=0),
        Field("rate_limiting_technique", "str", choices=("fixed", "sliding"), nullable=True),
        Field("retry_backoff", "str", choices=("constant", "linear", "exponential"), nullable=True),
        Field("retry_delay", "int", minimum=0, maximum=5000, nullable=True),
        Field("retry_max_attempts", "int", minimum=1, maximum=5, nullable=True),
        SPEND_LIMITS,
        Field("store_id", "str", nullable=True, default=""),
        STRIPE,
        Field(
            "workers_ai_billing_mode",
            "str",
            choices=("postpaid",),
            default="postpaid",
            switch_off="workers_ai_billing_mode: postpaid",
        ),
        Field("zdr", "bool", default=False, switch_off="zdr: false"),
    ),
    read_only={
        "created_at": None,
        "modified_at": None,
        "is_default": False,
        "account_id": None,
        "account_tag": None,
        "internal_id": None,
        # Contained in answers since 2026. No source documents it as writable.
        "wholesale": None,
    },
    # This pattern is in the published schema, but not on the reference page, so an id that does not match is not an error.
    id_pattern=(r"[a-z0-9_]+(?:-[a-z0-9_]+)*", "consist of the letters a-z, digits, underscores, and single hyphens between them"),
    # The API does not protect the gateway "default", but clients that name no gateway use it.
    protected=(("is_default", True), ("id", "default")),
    account_limits=(10, 20),
)


def metadata_problems(metadata: Mapping[str, Any], path: str) -> list[str]:
    """Return the problems of a request's ``metadata``, which the gateway would otherwise ignore without an error."""
    found = [
        f"{path}.{name} must be text, a number or a boolean"
        for name, value in metadata.items()
        if not isinstance(value, (str, int, float)) or not json_text.can_express(value)
    ]
    if len(metadata) > MAX_METADATA:
        found.append(f"{path} has {len(metadata)} entries: at most {MAX_METADATA} are allowed")
    return found
