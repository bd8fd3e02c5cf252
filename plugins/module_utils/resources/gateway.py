# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AI Gateway, as data: the single place for names, types, bounds, choices, nullability, secrets and comparison.

Source: Cloudflare's reference page of "create a new gateway" for all fields that it has. The nested settings, C(byok_only),
C(store_id) and C(log_classification) follow the API's published schema, and so does nullability.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource

HAZARD_CATEGORIES = ("P1", *tuple(f"S{number}" for number in range(1, 14)))
ACTIONS = ("FLAG", "BLOCK")


def _lower_case_names(headers: Any) -> Any:
    """Return ``headers`` with lower-case names: HTTP compares them without regard to case (RFC 9110, section 5.1)."""
    return {name.lower(): value for name, value in headers.items()} if isinstance(headers, dict) else headers


def _plain_lines(pem: Any) -> Any:
    """Return ``pem`` with one kind of line end and without blank lines: PEM readers ignore such white space (RFC 7468, section 2)."""
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
    # The API knows two shapes: one action for all profiles, or a list of policies.
    mutually_exclusive=(("policies", "action"), ("policies", "profiles")),
    required_together=(("action", "profiles"),),
    required_one_of=(("action", "policies"),),
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
        Field("url", "str", required=True, max_length=2048, pattern=(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s]+", "a URL")),
        Field("headers", "dict", default={}, secret=True, text_values=True, normalize=_lower_case_names),
        Field("authorization", "str", max_length=256, secret=True),
        Field("content_type", "str", choices=("json", "protobuf"), default="json"),
    ),
)

# The API can match a rule to some values of these, and to nothing else yet.
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
                    required_if=(("mode", "filter", ("values",)),),
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

# The option that names the gateway that something belongs to.
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
            forbidden=("PRIVATE KEY", "is a private key: give the public half, and treat the private one as disclosed"),
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
        # In answers of 2026 only; nothing says that a write takes it.
        "wholesale": None,
    },
    # The reference page states no pattern, so an id outside of that of the published schema is no error here.
    id_pattern=(r"[a-z0-9_]+(?:-[a-z0-9_]+)*", "lower case letters, digits, underscores, and single hyphens between them"),
    # The API has no say in it, but clients that name no gateway use this one.
    protected=(("is_default", True), ("id", "default")),
    account_limits=(10, 20),
)
