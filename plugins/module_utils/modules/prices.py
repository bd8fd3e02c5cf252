# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prices of a custom provider, declared as one list. In the API they are separate resources, for users a setting of the provider."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.item_parser import ItemParser
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fleet import Fleet, reconcile_fleet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.group import Group
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import UNCHANGED, make_plan
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import COST
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field

COSTS = Field("costs", "list", elements="dict", fields=(*COST.keys, *COST.settings))
CONCURRENCY = 4
PROVIDER_DONE = "The provider itself is as declared."


class PricesFailed(CollectionError):
    """Some prices could not be made as declared."""

    def __init__(self, message: str, first: CollectionError) -> None:
        super().__init__(message)
        self.first = first

    def details(self) -> dict[str, Any]:
        """Return the details of the first failure."""
        return self.first.details()


class Prices(NamedTuple):
    """All prices of a provider before and after the run. In check mode, ``after`` is a prediction."""

    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    is_changed: bool


def parse_prices(given: Sequence[Mapping[str, Any]] | None, where: str = COSTS.name) -> tuple[tuple[Declaration, ...] | None, list[str]]:
    """Return the declared prices (``None`` if the option is not given), and the problems with their places."""
    if given is None:
        return None, []
    parser = ItemParser(COST)
    return parser.parse(where, given, None), parser.problems


def run_prices(
    declarations: tuple[Declaration, ...], provider_id: str | None, check_mode: bool, client: Client, concurrency: int | None = None
) -> Prices:
    """Change the prices of a provider as declared, and delete all others.

    :param provider_id: ``None`` for a provider that does not exist yet.
    :param concurrency: maximum number of concurrent requests, or ``None`` for the default.
    :raises PricesFailed: if some prices cannot be made as declared.
    :raises CollectionError: if they cannot be read.
    """
    if provider_id is None:
        planned = [make_plan(COST, declaration, None) for declaration in declarations]
        return _prices([Outcome(plan.operation, plan.changed_settings, None, plan.after) for plan in planned])
    # The declared list is complete, so prices that are not in it are deleted.
    group = Group(ResourceClient(client, COST, {str(COST.parent_key): provider_id}), declarations, purge=True)
    try:
        reconcile_fleet(Fleet(((group,),), purge_limit=None, concurrency=concurrency or CONCURRENCY), client, check_mode)
    except CollectionError as error:
        if not check_mode:
            error.add_remark(PROVIDER_DONE)
        raise
    errors = [(member.declaration.id, member.error) for member in group.members if member.error is not None]
    if errors:
        names = ", ".join(name for name, _error in errors)
        raise PricesFailed(f"{PROVIDER_DONE} These of its prices are not: {names}. {errors[0][1]}", errors[0][1])
    return _prices([member.outcome for member in group.members if member.outcome is not None])


def prices_of(client: Client) -> dict[str, list[dict[str, Any]]]:
    """Return the prices of all custom providers, by the provider's id."""
    key = str(COST.parent_key)
    found: dict[str, list[dict[str, Any]]] = {}
    for item in ResourceClient(client, replace(COST, parent_key=None)).all():
        found.setdefault(str(item.get(key)), []).append(item)
    return {provider_id: _shown(items) for provider_id, items in found.items()}


def _prices(outcomes: Sequence[Outcome]) -> Prices:
    return Prices(
        _shown([outcome.before for outcome in outcomes]),
        _shown([outcome.after for outcome in outcomes]),
        any(outcome.operation != UNCHANGED for outcome in outcomes),
    )


def _shown(items: Sequence[Mapping[str, Any] | None]) -> list[dict[str, Any]]:
    """Return prices in the form of results: their keys and settings, sorted by identity."""
    present = sorted((item for item in items if item is not None), key=COST.identity_of)
    return [{field.key: item.get(field.key) for field in (*COST.keys, *COST.settings)} for item in present]
