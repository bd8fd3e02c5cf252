# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateways``: many gateways of an account in one task."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import MAX_CONCURRENCY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.item_parser import ItemParser
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.shown import Listed
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.fleet_result import (
    fleet_result,
    refuse_failures,
    shown_members,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import id_warnings
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import UPDATE_SECRETS, Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fleet import Fleet, reconcile_fleet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.group import Group
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED, DELETED, UPDATED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import DEFAULT_PURGE_LIMIT
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec

FLEET_OPTIONS = (
    Field("gateways", "list", elements="dict", required=True),
    Field("defaults", "dict"),
    Field("purge", "bool", default=False),
    Field("purge_limit", "int", minimum=0),
    Field("concurrency", "int", minimum=1, maximum=MAX_CONCURRENCY, default=8),
    UPDATE_SECRETS,
)
ITEMS = (Listed("gateways", GATEWAY), Listed("defaults", GATEWAY))
CHANGES = (CREATED, UPDATED, DELETED)


class Task(NamedTuple):
    """The parsed options of a task."""

    declarations: tuple[Declaration, ...]
    purge: bool
    purge_limit: int
    concurrency: int


def argument_spec() -> dict[str, Any]:
    """Return the options of the module."""
    return options_of(CONNECTION_OPTIONS + FLEET_OPTIONS)


def parse_options(options: dict[str, Any]) -> Task:
    """Return the task for the options.

    :raises InvalidOptions: with all problems.
    """
    parser = ItemParser(GATEWAY)
    declarations = parser.parse("gateways", options["gateways"], options["defaults"])
    found = [problem for field in FLEET_OPTIONS for problem in problems(field, options[field.name], field.name)]
    found += parser.problems
    purge_limit = options["purge_limit"]
    if options["purge"] and not options["gateways"] and purge_limit is None:
        found.append(
            "gateways is empty, and purge would delete every gateway: check where the list comes from, or set purge_limit to allow it"
        )
    if found:
        raise InvalidOptions(found)
    declarations = tuple(replace(declaration, update_secrets=options[UPDATE_SECRETS.name]) for declaration in declarations)
    limit = DEFAULT_PURGE_LIMIT if purge_limit is None else purge_limit
    return Task(declarations, options["purge"], limit, options["concurrency"])


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the gateways as declared, and return the module's result.

    :raises SomeFailed: with the result, if any gateway failed.
    :raises CollectionError: if the task failed as a whole.
    """
    group = Group(ResourceClient(client, GATEWAY), task.declarations, task.purge)
    reconcile_fleet(Fleet(((group,),), task.purge_limit, task.concurrency, deletes_first=True), client, check_mode)
    shown = shown_members([group], client.secrets)
    items = {one.member.declaration.id: one.item for one in shown}
    gateways = {item_id: item for item_id, item in items.items() if item is not None}
    result = {**fleet_result(shown, CHANGES), "gateways": gateways}
    refuse_failures(shown, result, f"{GATEWAY.name}s")
    return {**result, "ansible_facts": {"cloudflare_ai_gateways": gateways}}


def warn(task: Task) -> list[str]:
    """Return the warnings to report before any request is sent."""
    return id_warnings(GATEWAY, [declaration.id for declaration in task.declarations])


TASK_SPEC = TaskSpec(GATEWAY, (*CONNECTION_OPTIONS, *FLEET_OPTIONS), argument_spec, parse_options, run, items_in=ITEMS, warn=warn)
