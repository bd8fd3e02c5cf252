# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches for all resources, and for the relation between a resource and its gateway."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORBID = ConfigDict(extra="forbid", strict=True)

# Permission groups that a token may have, then roles that a member of the account may have.
Permission = Literal[
    "AI Gateway Read",
    "AI Gateway Write",
    "Secrets Store Read",
    "Secrets Store Write",
    "Secrets Store Deployer",
    "Super Administrator",
]

# The format of times in answers: text, or a number since the epoch.
TimeForm = Literal["iso", "seconds", "milliseconds"]


class Wait(BaseModel):
    """The duration of a step of an item: until it is ``seconds`` old and has been read ``polls`` times.

    If an item takes several steps, both apply to each step.
    """

    model_config = FORBID

    seconds: float = Field(default=0, ge=0)
    polls: int = Field(default=0, ge=0)


class SharedSwitches(BaseModel):
    """The limit of gateways, the consequences of deletions, and permissions."""

    model_config = FORBID

    gateway_limit: int | None = Field(default=None, ge=0)
    gateway_children: Literal["delete", "keep"] = "delete"
    removal_lag: Wait = Field(default_factory=Wait)
    unknown_gateway: Literal["empty", "missing"] = "empty"
    bad_credentials: Literal["platform", "probe"] = "platform"
    forbidden: Literal["403 10000", "401 10000", "403 9109"] = "403 10000"
    permissions: dict[str, list[Permission]] = {}
    added_fields: dict[str, dict[str, Any]] = {}


class ProviderSwitches(BaseModel):
    """Custom providers and their prices. ``oas`` is the published schema, ``docs`` are the product pages, which differ."""

    model_config = FORBID

    provider_errors: Literal["oas", "docs"] = "oas"
    provider_list: Literal["oas", "docs"] = "oas"
    provider_headers: Literal["plain", "masked", "masked_values"] = "plain"
    provider_times: TimeForm = "iso"
    provider_unset: Literal["absent", "null"] = "absent"
    provider_null: Literal["refuse", "clear"] = "refuse"
    cost_notation: Literal["plain", "decimal"] = "plain"
    cost_unique: bool = False


class SecretsStoreSwitches(BaseModel):
    """The Secrets Store. No source documents the statuses of its codes."""

    model_config = FORBID

    store_limit: int = Field(default=1, ge=0)
    store_missing_status: int = Field(default=404, ge=400, le=499)
    store_invalid_status: int = Field(default=400, ge=400, le=499)
    store_conflict_status: int = Field(default=400, ge=400, le=499)
    secret_limit: int = Field(default=100, ge=0)
    secret_value_max: int = Field(default=65536, ge=1)
    secret_pending: Wait = Field(default_factory=Wait)
    secret_lag: Wait = Field(default_factory=Wait)
    secret_comment: Literal["null", "absent", "empty"] = "null"
    secret_scopes_shown: bool = True
    secret_scope_filter: bool = True
    secret_deleted_shown: bool = False
    secret_delete_answers: bool = False


class ConfigSwitches(BaseModel):
    """Provider configurations, which attach stored keys to gateways."""

    model_config = FORBID

    config_get: Literal["item", "404", "405"] = "item"
    config_flags: Literal["boolean", "integer"] = "boolean"
    config_lag: Wait = Field(default_factory=Wait)
    config_deletes_secret: Literal["always", "inline", "never"] = "always"
    config_authentication: Literal["ignore", "refuse"] = "ignore"
    config_both_secrets: Literal["refuse", "secret", "secret_id"] = "refuse"
    config_wrong_scope: Literal["refuse", "accept"] = "refuse"
    config_unset_limits: Literal["default", "absent", "zero"] = "default"
    config_two_defaults: Literal["keep", "refuse", "move"] = "keep"
    config_preview: Literal["dots", "tail"] = "dots"
    config_link_roles: bool = False


class RouteSwitches(BaseModel):
    """Dynamic routes. The published schema and observations of the real API differ in many places."""

    model_config = FORBID

    route_data: Literal["list", "text", "object"] = "list"
    route_elements: Literal["shown", "absent", "null"] = "shown"
    route_active: Literal["boolean", "text"] = "boolean"
    route_is_valid: Literal["shown", "read", "absent"] = "shown"
    route_version_id: Literal["top", "nested", "absent"] = "top"
    route_list_graphs: bool = False
    route_parts_order: Literal["newest", "oldest"] = "newest"
    route_parts_paged: bool = True
    route_lag: Wait = Field(default_factory=Wait)
    route_graph_lag: Wait = Field(default_factory=Wait)
    route_graph_pending: Literal["null", "empty", "absent"] = "null"
    route_name_release: Wait = Field(default_factory=Wait)
    route_errors: Literal["list", "flat"] = "list"
    route_missing_status: int = Field(default=404, ge=400, le=499)
    route_taken_status: int = Field(default=400, ge=400, le=499)
    route_create_taken: Literal["7005", "constraint"] = "7005"
    route_rename_taken: Literal["7005", "constraint"] = "constraint"
    route_unknown: Literal["drop", "refuse"] = "drop"
    route_bad_graph: Literal["refuse", "invalid"] = "refuse"
    route_new_versions: Literal["checked", "invalid"] = "checked"
    route_invalid_deployment: Literal["accept", "refuse"] = "accept"
    route_conditions: Literal["optional", "required"] = "optional"
    route_fractions: bool = False


class PolicySwitches(BaseModel):
    """Policies. Only the product pages describe them, with few details about errors and drafts."""

    model_config = FORBID

    policy_new_drafts: Literal["hidden", "flagged", "plain"] = "hidden"
    policy_changed_drafts: Literal["replace", "both"] = "replace"
    policy_commit_base: Literal["draft", "live"] = "draft"
    policy_commit_fails: list[str] = []
    policy_commit_status: int = Field(default=200, ge=200, le=599)
    policy_commit_lists: Literal["policies", "ids"] = "policies"
    policy_condition_type: Literal["refuse", "accept"] = "refuse"
    policy_delete_answers: bool = False
    policy_errors: Literal["list", "message", "flat"] = "list"
    policy_limit: int | None = Field(default=None, ge=0)
    policy_names_unique: bool = False
    policy_simulation_wrapped: bool = True


# The token that only has AI Gateway Run.
RUN_TOKEN = "simulator-run-token"
# Codes that the data plane may return until it has received a change.
LagCode = Literal[2001, 2005, 2040, 2044]
# Codes of refusals that depend on a model or on billing.
RefusalCode = Literal[2005, 2016, 2017, 2021, 2029, 2030, 2041, 2045, 7013]


class TrafficSwitches(BaseModel):
    """The data plane. ``traffic_refusal`` replaces the checks that are not evaluated. ``traffic_spent`` is by policy name."""

    model_config = FORBID

    run_tokens: list[str] = Field(default_factory=lambda: [RUN_TOKEN, "simulator-token"])
    traffic_blocked_by: Literal["edge", "access"] | None = None
    traffic_credits: bool = False
    traffic_errors: Literal["long", "short"] = "long"
    traffic_lag: int = Field(default=0, ge=0)
    traffic_lag_code: LagCode = 2001
    traffic_refusal: RefusalCode | None = None
    traffic_seed: int = 0
    traffic_spent: dict[str, float] = {}
    traffic_unauthorized_status: Literal[400, 401] = 401


DomainState = Literal["initializing", "pending_dcv", "active", "blocked", "error"]


def domain_states() -> list[DomainState]:
    """Return the states of a domain that is activated without errors."""
    return ["initializing", "pending_dcv", "active"]


class DomainSwitches(BaseModel):
    """Custom domains, whose contract is not final."""

    model_config = FORBID

    domain_states: list[DomainState] = Field(default_factory=domain_states, min_length=1)
    domain_step: Wait = Field(default_factory=Wait)
    domain_release: Wait = Field(default_factory=Wait)
    domain_times: TimeForm = "milliseconds"
    domain_codes: Literal["plain", "analogy"] = "plain"
    domain_tls_name: Literal["minTLS", "min_tls"] = "minTLS"
    domain_input: Literal["hidden", "shown"] = "hidden"
    domain_case: Literal["refuse", "lower"] = "refuse"
    domain_zones: list[str] | None = None
