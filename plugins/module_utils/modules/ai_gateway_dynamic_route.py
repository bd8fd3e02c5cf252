# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_dynamic_route``: a route, whose graph changes with new versions, and its drawing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Collection, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import comparable_time
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, InvalidOptions, NotFound
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import item_result
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED, UPDATED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import VersionedClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER, PREFIX
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE, ELEMENTS, VERSION_ID
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import mermaid
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_graph import custom_slugs, providers_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task, parse_single, single
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, name_some, printable

NAME = "dynamic_route"
VERSION = Field("version", "str", min_length=1)
# Models that Cloudflare runs itself need no key.
WITHOUT_KEY = frozenset({"workers-ai"})


class MissingProvider(CollectionError):
    """The graph names a custom provider that the account does not have."""


class MissingVersion(CollectionError):
    """The route does not have the version to deploy."""


def parse_options(options: dict[str, Any]) -> Task:
    """Return the task for the options.

    :raises InvalidOptions: with all problems.
    """
    found = []
    if options[VERSION.name] is not None:
        extra = options["extra_settings"] or {}
        if options[ELEMENTS.name] is not None or ELEMENTS.key in extra:
            found.append(f"{VERSION.name} and {ELEMENTS.name} are given together: keep one of them")
        if options["state"] != "present":
            found.append(f"{VERSION.name} is given with state: absent: remove it, as a route is deleted with all its versions")
    try:
        task = parse_single(DYNAMIC_ROUTE, options, (VERSION,))
    except InvalidOptions as error:
        raise InvalidOptions([*error.problems, *found]) from None
    if found:
        raise InvalidOptions(found)
    return task


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the route as declared, and return the module's result.

    :raises MissingProvider: if the graph names a custom provider that does not exist.
    :raises MissingVersion: if the route does not have the version to deploy.
    :raises CollectionError: if the route cannot be made as declared.
    """
    declaration = task.declaration
    # A deletion does not need the graph.
    items: ResourceClient = (
        VersionedClient(client, DYNAMIC_ROUTE, task.place) if declaration.present else ResourceClient(client, DYNAMIC_ROUTE, task.place)
    )
    if isinstance(items, VersionedClient) and task.options[VERSION.name] is not None:
        declaration = _roll_back(items, declaration, task.options[VERSION.name])
    elements = (task.declaration.settings.get(ELEMENTS.key) or []) if declaration.present else []
    warnings = missing_providers(elements, client, check_mode)
    outcome = reconcile(DYNAMIC_ROUTE, declaration, items, check_mode)
    result = item_result(DYNAMIC_ROUTE, NAME, declaration, outcome, task.label, Scrubber(client.secrets))
    if outcome.operation in (CREATED, UPDATED):
        warnings += _remarks(elements, outcome, items, check_mode)
    return _drawn({**result, "warnings": [*warnings, *result.get("warnings", [])]})


def missing_providers(elements: Sequence[Mapping[str, Any]], client: Client, check_mode: bool) -> list[str]:
    """Return a warning about custom providers that the account does not have. The listing is only read if the graph names one.

    :raises MissingProvider: outside of check mode.
    """
    slugs = custom_slugs(elements)
    known = {provider[CUSTOM_PROVIDER.id.key] for provider in ResourceClient(client, CUSTOM_PROVIDER).all()} if slugs else set()
    missing = [slug for slug in slugs if slug not in known]
    if not missing:
        return []
    text = f"{ELEMENTS.name}: the custom provider {name_some([PREFIX + slug for slug in missing])} does not exist in this account"
    if check_mode:
        return [f"{text} yet. Outside of check mode, the task fails unless it is created before."]
    raise MissingProvider(f"Nothing was changed. {text}. Create it with ai_gateway_custom_provider before the route.")


def _roll_back(items: VersionedClient, declaration: Declaration, version_id: str) -> Declaration:
    """Return the ``declaration`` with the version to deploy, and with its graph."""
    label = f"{items.resource.name} {declaration.id!r}"
    route = items.find(declaration.id) or (items.find(declaration.rename_from) if declaration.rename_from else None)
    if route is None:
        raise MissingVersion(f"Nothing was changed. {label} does not exist, so it has no version to deploy.")
    try:
        version = items.version(route[DYNAMIC_ROUTE.reference], version_id)
    except NotFound:
        raise MissingVersion(
            f"Nothing was changed. {VERSION.name} is {printable(version_id, MAX_NAME)!r}, but {label} has no such version. "
            "ai_gateway_dynamic_route_info returns those that it has, with history: true."
        ) from None
    graph = version.get(ELEMENTS.key)
    shown = {} if graph is None else {ELEMENTS.key: graph}
    return replace(declaration, settings={**declaration.settings, VERSION_ID: version_id, **shown})


def _remarks(elements: Sequence[Mapping[str, Any]], outcome: Outcome, items: ResourceClient, check_mode: bool) -> list[str]:
    """Return warnings about a graph that was, or would be, written. If a check fails after the write, this is reported as a warning.

    :raises CollectionError: in check mode, if the keys or the gateway cannot be read.
    """

    def stored() -> set[str]:
        return {str(config.get(PROVIDER_CONFIG.id.key)) for config in ResourceClient(items.client, PROVIDER_CONFIG, items.place).all()}

    try:
        return [*without_key(elements, stored), *left_over(outcome, items)]
    except CollectionError as error:
        if check_mode:
            raise
        return [f"The route is as declared, but keys and gateway could not be read to check whether it can work: {error}"]


def without_key(elements: Sequence[Mapping[str, Any]], stored: Callable[[], Collection[str]]) -> list[str]:
    """Return a warning about the providers in ``elements`` for which the gateway has no key.

    :param stored: returns the slugs of the providers for which it has one. It is only called if the graph names a provider.
    """
    providers = {provider for provider in providers_of(elements) if provider not in WITHOUT_KEY}
    keyless = sorted(providers.difference(stored())) if providers else []
    if not keyless:
        return []
    return [
        f"The gateway has no key for {name_some(keyless)}: requests fail, unless Unified Billing pays for them. "
        "To store a key, use ai_gateway_provider_config."
    ]


def left_over(outcome: Outcome, items: ResourceClient) -> list[str]:
    """Return a warning if the route was left over from a deleted gateway with the same id."""
    deployed_at = comparable_time((outcome.before or {}).get("version_created_at"))
    begun_at = comparable_time((items.parent() or {}).get("created_at")) if deployed_at else None
    if deployed_at is None or begun_at is None or deployed_at >= begun_at:
        return []
    return ["The route is older than its gateway: it was left over from a deleted gateway of the same id, and is managed from now on."]


def _drawn(result: dict[str, Any]) -> dict[str, Any]:
    """Return the ``result`` with a drawing of its graph, which contains no secrets."""
    if NAME in result:
        result["mermaid"] = mermaid(result[NAME][ELEMENTS.key] or [])
    if not result["warnings"]:
        del result["warnings"]
    return result


TASK_SPEC = single(DYNAMIC_ROUTE, NAME, run, (VERSION,))._replace(parse_options=parse_options)
