# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_custom_provider_info``: custom providers, with their prices if requested."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.prices import COSTS, prices_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.info import Query, info, run_info

WITH_COSTS = Field(COSTS.name, "bool", default=False)


def run(query: Query, check_mode: bool, client: Client) -> dict[str, Any]:
    """Read the providers, and return the module's result.

    :raises CollectionError: if the providers cannot be read.
    """
    result = run_info(CUSTOM_PROVIDER, "custom_providers", query, client)
    if query.options[WITH_COSTS.name]:
        prices = prices_of(client)
        for provider in result["custom_providers"]:
            provider[COSTS.name] = prices.get(provider["id"], [])
    return result


TASK_SPEC = info(CUSTOM_PROVIDER, "custom_providers", run, (WITH_COSTS,))
