# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_custom_provider``: a custom provider, with its prices as one of its settings."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.prices import COSTS, parse_prices, run_prices
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER, PREFIX
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task, parse_single, run_single, single


def parse_options(options: dict[str, Any]) -> Task:
    """Return the task for the options.

    :raises InvalidOptions: with all problems.
    """
    prices, found = parse_prices(options[COSTS.name])
    try:
        task = parse_single(CUSTOM_PROVIDER, options)
    except InvalidOptions as error:
        raise InvalidOptions([*error.problems, *found]) from None
    if found:
        raise InvalidOptions(found)
    return task._replace(options={COSTS.name: prices})


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the provider and its prices as declared, and return the module's result.

    :raises CollectionError: if the provider or its prices cannot be made as declared.
    """
    result = run_single(CUSTOM_PROVIDER, "custom_provider", task, check_mode, client)
    result["provider_slug"] = PREFIX + task.declaration.id
    prices = task.options[COSTS.name]
    provider: Mapping[str, Any] | None = result.get("custom_provider")
    if provider is None or prices is None:
        return result
    found = run_prices(prices, provider.get("id"), check_mode, client)
    result["custom_provider"] = {**provider, COSTS.name: found.after}
    if found.is_changed:
        result["changed"] = True
        result["changed_settings"] = sorted([*result["changed_settings"], COSTS.name])
        result["operation"] = "updated" if result["operation"] == "unchanged" else result["operation"]
    for side, then in (("before", found.before), ("after", found.after)):
        if result["diff"][side]:
            result["diff"][side][COSTS.name] = then
    return result


def warn(task: Task) -> list[str]:
    """Return the warnings to report before any request is sent."""
    slug = task.declaration.id
    return (
        [f"The API adds {PREFIX} to slugs, so this provider is called {PREFIX}{slug}: remove {PREFIX} from the slug."]
        if slug.startswith(PREFIX)
        else []
    )


TASK_SPEC = single(CUSTOM_PROVIDER, "custom_provider", run, (COSTS,))._replace(parse_options=parse_options, warn=warn)
