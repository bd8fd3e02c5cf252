# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that read the items of a resource, such as ``ai_gateway_info``."""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import declare_place, key_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import secret_values, show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec

SEARCH = Field("search", "str")
# Up to this number, items are read one by one, because a listing takes a request for every hundred items of the account.
READ_ONE_BY_ONE = 10


class Query(NamedTuple):
    """The requested items: those with one of ``keys``, or those that the API finds for ``search``, or all if neither is given."""

    keys: tuple[str, ...] | None
    search: str
    place: Mapping[str, str]
    options: Mapping[str, Any]


Run = Callable[[Query, bool, Client], "dict[str, Any]"]


def info(resource: Resource, name: str, run: Run | None = None, extra: Sequence[Field] = ()) -> TaskSpec:
    """Return the specification of a module that returns items of ``resource`` as a list with the key ``name``.

    The option that selects items has the plural name of the field that identifies them.

    :param run: function to use instead of :func:`run_info`.
    :param extra: additional options of the module.
    """
    key = resource.id
    keys = Field(key.name + "s", "list", elements="str", aliases=(key.name,))
    place = tuple(field for field in resource.place if field.is_option)
    fields = (*CONNECTION_OPTIONS, *place, keys, *((SEARCH,) if resource.is_searchable else ()), *extra)

    def parse_options(options: dict[str, Any]) -> Query:
        return _parse(resource, keys.name, options, extra)

    def run_default(query: Query, check_mode: bool, client: Client) -> dict[str, Any]:
        return run_info(resource, name, query, client)

    return TaskSpec(resource, fields, lambda: options_of(fields), parse_options, run or run_default)


def _parse(resource: Resource, name: str, options: dict[str, Any], extra: Sequence[Field]) -> Query:
    keys, search = options[name], options.get(SEARCH.name)
    found = [f"{name}[{index}]: {problem}" for index, key in enumerate(keys or []) for problem in key_problems(resource.id, key)]
    if keys is not None and search:
        found.append(f"{name} and search are given together: keep one of them")
    try:
        place = declare_place(resource, options)
    except InvalidOptions as error:
        found += error.problems
    if found:
        raise InvalidOptions(found)
    given = {field.name: options[field.name] for field in extra}
    # Remove duplicate keys, and keep their order.
    return Query(None if keys is None else tuple(dict.fromkeys(keys)), search or "", place, given)


def run_info(resource: Resource, name: str, query: Query, client: Client, items: ResourceClient | None = None) -> dict[str, Any]:
    """Read the items, and return the module's result. It is the same in check mode.

    :param items: client to use instead of the plain ``ResourceClient`` of the resource.
    :raises CollectionError: if the items cannot be read.
    """
    found = find(query, items or ResourceClient(client, resource, query.place))
    of_task = Scrubber(client.secrets)
    shown = [show(resource, item, Scrubber(secret_values(resource, item), of_task)) for item in found]
    return {"changed": False, name: shown}


def find(query: Query, items: ResourceClient) -> list[dict[str, Any]]:
    """Return the requested items, in the order of the keys, or in the order of the API if there are none."""
    resource = items.resource
    if query.keys is None:
        return items.all(query.search)
    if not resource.is_found_by_key and len(query.keys) <= READ_ONE_BY_ONE:
        return [item for item in map(items.get, query.keys) if item is not None]
    if not query.keys:
        return []
    stored = items.all()
    return [item for key in query.keys for item in stored if item.get(resource.id.key) == key]
