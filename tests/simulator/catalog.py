# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulator.resource import Resource
from tests.simulator.resources import (
    custom_domains,
    custom_provider_costs,
    custom_providers,
    dynamic_routes,
    gateways,
    policies,
    provider_configs,
    secrets,
    stores,
)

RESOURCES: tuple[Resource, ...] = (
    gateways.RESOURCE,
    custom_providers.RESOURCE,
    custom_provider_costs.RESOURCE,
    stores.RESOURCE,
    secrets.RESOURCE,
    provider_configs.RESOURCE,
    custom_domains.RESOURCE,
    dynamic_routes.RESOURCE,
    policies.RESOURCE,
)
BY_KIND = {resource.kind: resource for resource in RESOURCES}


def known_kind(kind: str) -> str:
    """Refuse a name that no resource has."""
    if kind not in BY_KIND:
        raise ValueError(f"no such kind: {kind}")
    return kind


def known_kinds(by_kind: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse a key that no resource has."""
    for kind in by_kind:
        known_kind(kind)
    return by_kind
