# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_account_info``: the custom providers and gateways of an account, with all child objects."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import MAX_CONCURRENCY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, CollectionError, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules import (
    ai_gateway_custom_domain_info,
    ai_gateway_custom_provider_info,
    ai_gateway_dynamic_route_info,
    ai_gateway_info,
    ai_gateway_policies_info,
    ai_gateway_provider_config_info,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.account_document import (
    CUSTOM_DOMAINS,
    CUSTOM_PROVIDERS,
    DYNAMIC_ROUTES,
    GATEWAYS,
    POLICIES,
    PROVIDER_CONFIGS,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import key_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fetching import Fetch, fetch_all
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import KIND_UNKNOWN, ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.info import Query
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, printable

# The modules that read one kind, by the name of the kind in their results and in those of this module.
OF_GATEWAY: Mapping[str, TaskSpec] = {
    PROVIDER_CONFIGS: ai_gateway_provider_config_info.TASK_SPEC,
    DYNAMIC_ROUTES: ai_gateway_dynamic_route_info.TASK_SPEC,
    POLICIES: ai_gateway_policies_info.TASK_SPEC,
    CUSTOM_DOMAINS: ai_gateway_custom_domain_info.TASK_SPEC,
}
OF_ACCOUNT: Mapping[str, TaskSpec] = {CUSTOM_PROVIDERS: ai_gateway_custom_provider_info.TASK_SPEC, GATEWAYS: ai_gateway_info.TASK_SPEC}
INFO_SPECS: Mapping[str, TaskSpec] = {**OF_ACCOUNT, **OF_GATEWAY}
# Options for those modules in addition to the connection and the place, by kind.
EXTRA = {CUSTOM_PROVIDERS: {"costs": True}, DYNAMIC_ROUTES: {"history": False}}
OPTIONS = (
    Field(GATEWAYS, "list", elements="str"),
    Field("kinds", "list", elements="str", choices=tuple(INFO_SPECS), default=list(INFO_SPECS)),
    Field("concurrency", "int", minimum=1, maximum=MAX_CONCURRENCY, default=8),
)


class Unreadable(CollectionError):
    """A part of the account cannot be read."""

    def __init__(self, part: str, cause: CollectionError) -> None:
        super().__init__(f"{part} cannot be read. {cause}")
        self._cause = cause

    def details(self) -> dict[str, Any]:
        """Return the details of the cause."""
        return self._cause.details()


class Task(NamedTuple):
    """The parsed options of a task. ``ids`` are the requested gateways, or ``None`` for all. ``kinds`` are the kinds of objects to read."""

    ids: tuple[str, ...] | None
    kinds: tuple[str, ...]
    concurrency: int


def argument_spec() -> dict[str, Any]:
    """Return the options of the module."""
    return options_of(CONNECTION_OPTIONS + OPTIONS)


def parse_options(options: dict[str, Any]) -> Task:
    """Return the task for the options.

    :raises InvalidOptions: with all problems.
    """
    ids: list[str] | None = options[GATEWAYS]
    found = [problem for field in OPTIONS for problem in problems(field, options[field.name], field.name)]
    found += [f"{GATEWAYS}[{index}]: {problem}" for index, one in enumerate(ids or []) for problem in key_problems(GATEWAY.id, one)]
    if found:
        raise InvalidOptions(found)
    return Task(None if ids is None else tuple(dict.fromkeys(ids)), tuple(options["kinds"]), options["concurrency"])


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Read the account, and return the module's result. It is the same in check mode.

    :raises CollectionError: if a part of it cannot be read.
    """
    fetches: dict[str, Fetch] = {}
    if CUSTOM_PROVIDERS in task.kinds:
        fetches[CUSTOM_PROVIDERS] = lambda: _fetch(CUSTOM_PROVIDERS, client)
    if any(kind != CUSTOM_PROVIDERS for kind in task.kinds):
        fetches[GATEWAYS] = lambda: _ids(task, client)
    account = dict(zip(fetches, fetch_all(client, list(fetches.values()), task.concurrency, "lists")))
    if GATEWAYS in account:
        account[GATEWAYS] = _gateways(account[GATEWAYS], task, client)
    return {"changed": False, "account": account}


def _ids(task: Task, client: Client) -> list[str]:
    if task.ids is not None:
        return list(task.ids)
    try:
        return [str(gateway[GATEWAY.reference]) for gateway in ResourceClient(client, GATEWAY).all()]
    except CollectionError as error:
        raise Unreadable("The list of gateways", error) from None


def _gateways(ids: list[str], task: Task, client: Client) -> list[dict[str, Any]]:
    """Return the existing gateways with their child objects. Each is read individually, because a listing may omit some of its settings."""
    kinds = (GATEWAYS, *(kind for kind in OF_GATEWAY if kind in task.kinds))

    def fetch(kind: str, gateway_id: str) -> Fetch:
        return lambda: _fetch(kind, client, gateway_id)

    parts = iter(fetch_all(client, [fetch(kind, one) for one in ids for kind in kinds], task.concurrency, "parts of gateways"))
    gateways = [dict(zip(kinds, parts)) for _one in ids]
    return [{**gateway, **belonging} for belonging in gateways for gateway in belonging.pop(GATEWAYS)]


def _fetch(kind: str, client: Client, gateway_id: str = "") -> list[dict[str, Any]]:
    """Return the items of a ``kind``, or an empty list if the server does not have the kind."""
    info_spec = INFO_SPECS[kind]
    place = {GATEWAY_ID.name: gateway_id} if kind in OF_GATEWAY else {}
    query = Query((gateway_id,) if kind == GATEWAYS else None, "", place, EXTRA.get(kind, {}))
    try:
        found: list[dict[str, Any]] = info_spec.run(query, False, client)[kind]
        return found
    except ApiError as error:
        is_listing = error.request.path.partition("?")[0].endswith(f"/{info_spec.resource.path[-1]}")
        if kind != GATEWAYS and error.status in KIND_UNKNOWN and is_listing:
            return []
        raise _unreadable(info_spec, gateway_id, error) from None
    except CollectionError as error:
        raise _unreadable(info_spec, gateway_id, error) from None


def _unreadable(info_spec: TaskSpec, gateway_id: str, error: CollectionError) -> Unreadable:
    gateway = f"{GATEWAY.name} {printable(repr(gateway_id), MAX_NAME)}"
    if info_spec.resource is GATEWAY:
        return Unreadable(gateway, error)
    return Unreadable(f"The {info_spec.resource.kind.replace('_', ' ')} list" + (f" of {gateway}" if gateway_id else ""), error)


TASK_SPEC = TaskSpec(GATEWAY, (*CONNECTION_OPTIONS, *OPTIONS), argument_spec, parse_options, run)
