# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches that select which of the possible real servers to simulate."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tests.simulator.contract import READ_ONLY, SETTINGS
from tests.simulator.switches import (
    ConfigSwitches,
    DomainSwitches,
    PolicySwitches,
    ProviderSwitches,
    RouteSwitches,
    SecretsStoreSwitches,
    SharedSwitches,
    TrafficSwitches,
)

DEFAULT_ACCOUNTS = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"]
WRITE_TOKEN = "simulator-token"
READ_TOKEN = "simulator-read-token"

Rights = Literal["write", "read"]
MaskStyle = Literal["stars", "repeated", "word", "middle", "missing"]
Normalization = Literal["header_names", "line_ends", "empty_lists", "nulls"]

FORBID = ConfigDict(extra="forbid", strict=True)


def known_tokens() -> dict[str, Rights]:
    """Return the initial tokens and their rights."""
    return {WRITE_TOKEN: "write", READ_TOKEN: "read"}


def known_settings(names: list[str]) -> list[str]:
    """Refuse a misspelt name, which would have no effect."""
    unknown = sorted(set(names) - set(SETTINGS))
    if unknown:
        raise ValueError(f"no such settings: {', '.join(unknown)}")
    return names


def unknown_names(fields: dict[str, Any]) -> dict[str, Any]:
    """Refuse names that the contract already contains."""
    taken = sorted(set(fields) & {"id", *SETTINGS, *READ_ONLY})
    if taken:
        raise ValueError(f"not extra fields: {', '.join(taken)}")
    return fields


class Quota(BaseModel):
    """At most `limit` requests of one credential in `window` seconds. A credential that exceeds it is blocked for `block` seconds."""

    model_config = FORBID

    limit: int = Field(default=1200, ge=0)
    window: float = Field(default=300, gt=0)
    block: float = Field(default=300, gt=0)


class Behaviour(
    SharedSwitches,
    ProviderSwitches,
    SecretsStoreSwitches,
    ConfigSwitches,
    DomainSwitches,
    RouteSwitches,
    PolicySwitches,
    TrafficSwitches,
    BaseModel,
):
    """All switches. The defaults correspond to the server that the reference describes."""

    model_config = FORBID

    put: Literal["replace", "merge"] = "replace"
    nested_on_create: Literal["keep", "drop"] = "keep"
    mask_secrets: bool = False
    ignore_settings: Annotated[list[str], AfterValidator(known_settings)] = []
    extra_fields: Annotated[dict[str, Any], AfterValidator(unknown_names)] = {}
    reorder: bool = False
    tolerate_unknown: bool = False
    plan_defaults: bool = False
    mask_style: MaskStyle = "stars"
    normalize: list[Normalization] = []
    keep_unknown: bool = False
    refuse_extra_fields: bool = False
    nested_in_list: Literal["keep", "null", "drop"] = "keep"
    page_limit: int | None = Field(default=None, ge=1)
    total_off: int = 0
    replica_lag: int = Field(default=0, ge=0)
    delay: float = Field(default=0, ge=0)
    accounts: list[str] | None = Field(default_factory=lambda: list(DEFAULT_ACCOUNTS))
    tokens: dict[str, Rights] = Field(default_factory=known_tokens)
    quota: Quota | None = Field(default_factory=Quota)

    def merged(self, changes: dict[str, Any]) -> Behaviour:
        """Return these switches with the given ones changed.

        :raises pydantic.ValidationError: for an invalid or unknown switch.
        """
        return Behaviour.model_validate({**self.model_dump(), **changes})
