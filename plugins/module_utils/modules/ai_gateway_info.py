# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module C(ai_gateway_info): gateways as they are stored, from the options to the result."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import id_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.items import Items
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import secret_values, show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.shell import Work

INFO_OPTIONS = (
    Field("ids", "list", elements="str", aliases=("id",)),
    Field("search", "str"),
)
# A listing of the account takes a request for every hundred gateways; so few are had more cheaply one by one.
READ_ONE_BY_ONE = 10


class Query(NamedTuple):
    """What is asked for: these C(ids), or those that the API finds by C(search), or all if neither is given."""

    ids: tuple[str, ...] | None
    search: str


def argument_spec() -> dict[str, Any]:
    """The options of the module."""
    return options_of(CONNECTION_OPTIONS + INFO_OPTIONS)


def read(options: dict[str, Any]) -> Query:
    """What the options ask for.

    :raises InvalidOptions: with everything that is wrong.
    """
    ids, search = options["ids"], options["search"]
    found = [f"ids[{index}]: {problem}" for index, item_id in enumerate(ids or []) for problem in id_problems(GATEWAY, item_id)]
    if ids is not None and search:
        found.append("ids and search are given together: keep one of them")
    if found:
        raise InvalidOptions(found)
    # Each once, in the order given.
    return Query(None if ids is None else tuple(dict.fromkeys(ids)), search or "")


def run(query: Query, check_mode: bool, client: Client) -> dict[str, Any]:
    """Read the gateways, and return the module's result. It is the same in check mode.

    :raises CollectionError: where they cannot be read.
    """
    gateways = _find(query, Items(client, GATEWAY))
    of_task = Scrubber(client.secrets)
    shown = [show(GATEWAY, gateway, Scrubber(secret_values(GATEWAY, gateway), of_task)) for gateway in gateways]
    return {"changed": False, "gateways": shown}


def _find(query: Query, items: Items) -> list[dict[str, Any]]:
    if query.ids is None:
        return items.all(query.search)
    if len(query.ids) <= READ_ONE_BY_ONE:
        found = (items.get(item_id) for item_id in query.ids)
        return [item for item in found if item is not None]
    stored = {item["id"]: item for item in items.all()}
    return [stored[item_id] for item_id in query.ids if item_id in stored]


WORK = Work(GATEWAY, argument_spec, read, run)
