# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules for one item of a resource, such as ``ai_gateway``."""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import item_options, options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import declare, declare_place
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.dict_values import convert_dict_values
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import id_warnings, item_result
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import UPDATE_SECRETS, Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import KEY_SEPARATOR, Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import holds_secret
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec


class Task(NamedTuple):
    """The options of a task for one item: the declaration, the place of the item, and options of the module that are not settings."""

    declaration: Declaration
    place: Mapping[str, str]
    options: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Return the name of the item with its place, for messages."""
        return KEY_SEPARATOR.join([*self.place.values(), self.declaration.id])


Run = Callable[[Task, bool, Client], "dict[str, Any]"]


def single(resource: Resource, name: str, run: Run | None = None, extra: Sequence[Field] = ()) -> TaskSpec:
    """Return the specification of a module for one item of ``resource``, which is returned with the key ``name``.

    :param run: function to use instead of :func:`run_single`.
    :param extra: options of the module in addition to those of the resource.
    """
    of_task = (*CONNECTION_OPTIONS, *((UPDATE_SECRETS,) if any(map(holds_secret, resource.settings)) else ()), *extra)
    of_item = tuple(field for field in (*resource.place, *resource.keys, *resource.settings) if field.is_option)

    def argument_spec() -> dict[str, Any]:
        return {**options_of(of_task), **item_options(resource)}

    def parse_options(options: dict[str, Any]) -> Task:
        return parse_single(resource, options, extra)

    def run_default(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
        return run_single(resource, name, task, check_mode, client)

    def warn(task: Task) -> list[str]:
        return id_warnings(resource, [task.declaration.id])

    return TaskSpec(resource, (*of_item, *of_task), argument_spec, parse_options, run or run_default, warn=warn)


def parse_single(resource: Resource, options: dict[str, Any], extra: Sequence[Field] = ()) -> Task:
    """Return the task for the options.

    :raises InvalidOptions: with all problems.
    """
    found = [problem for field in extra for problem in problems(field, options[field.name], field.name)]
    place: Mapping[str, str] = {}
    try:
        place = declare_place(resource, options)
    except InvalidOptions as error:
        found += error.problems
    declaration = declare(resource, options, [*found, *convert_dict_values((*resource.settings, *extra), options)])
    return Task(declaration, place, {field.name: options[field.name] for field in extra})


def run_single(
    resource: Resource, name: str, task: Task, check_mode: bool, client: Client, items: ResourceClient | None = None
) -> dict[str, Any]:
    """Change the item as declared, and return the module's result.

    :param items: client to use instead of the plain ``ResourceClient`` of the resource.
    :raises CollectionError: if the item cannot be brought to the declared state.
    """
    outcome = reconcile(resource, task.declaration, items or ResourceClient(client, resource, task.place), check_mode)
    return item_result(resource, name, task.declaration, outcome, task.label, Scrubber(client.secrets))
