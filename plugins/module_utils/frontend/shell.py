# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task's options to its result: what every way of running a module shares."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from typing import Any, Callable, Container, Mapping, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.errors import CollectionError, Defect, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.argument_spec import by_name, item_options
from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.connection import (
    CONNECTION_OPTIONS,
    connection_of,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.scrubbing import cut_short, scrubbable
from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.shapes import wrong_shapes
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.masking import mask, mask_settings
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import MASK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import whole


class Work(NamedTuple):
    """What one module does.

    C(read) makes of the options what C(run) takes, and raises InvalidOptions; nothing is sent before it has returned.
    C(run) is a function of that, of check mode, and of the client; it returns the result, or raises CollectionError.
    C(items_in) names the options that hold the options of items: a list of dicts, or one dict.
    """

    resource: Resource
    argument_spec: Callable[[], dict[str, Any]]
    read: Callable[[dict[str, Any]], Any]
    run: Callable[[Any, bool, Client], dict[str, Any]]
    items_in: tuple[str, ...] = ()


class Performed(NamedTuple):
    """A result, failed or not, and the values that must not be shown anywhere in it."""

    result: dict[str, Any]
    hidden: set[str]


def open_client(connection: Connection) -> AbstractContextManager[Client]:
    """A client of its own, closed after the work."""
    return closing(Client(connection))


def perform(
    work: Work,
    options: dict[str, Any],
    check_mode: bool,
    diff_mode: bool,
    client_of: Callable[[Connection], AbstractContextManager[Client]] = open_client,
) -> Performed:
    """Do the work of a task whose C(options) have passed the argument spec. Never raises: the one error boundary."""
    hidden: set[str] = set()
    try:
        task, connection = _prepare(work, options)
        with client_of(connection) as client:
            hidden = client.secrets
            result = work.run(task, check_mode, client)
    except CollectionError as error:
        result = dict(error.details(), failed=True, msg=str(error))
    except Exception as error:
        result = {"failed": True, "msg": str(Defect(error))}
    if not diff_mode:
        result.pop("diff", None)
    result["invocation"] = {"module_args": shown_options(work, options)}
    return Performed(result, scrubbable(hidden) | cut_short(hidden, result))


def _prepare(work: Work, options: dict[str, Any]) -> tuple[Any, Connection]:
    """Check all options, those of the connection and those of the work, before anything is opened."""
    found: list[str] = []
    task = connection = None
    try:
        connection = connection_of(options)
    except InvalidOptions as error:
        found.extend(error.problems)
    try:
        task = work.read(options)
    except InvalidOptions as error:
        found.extend(error.problems)
    if connection is None or found:
        raise InvalidOptions(found)
    return task, connection


def refused_shapes(work: Work, options: Mapping[str, Any]) -> str:
    """Why the C(options) cannot even be held against the argument spec, which would stumble over them; empty if they can be."""
    problems = [problem for _name, problem in wrong_shapes(work.argument_spec(), options)]
    return str(InvalidOptions(problems)) if problems else ""


def shown_options(work: Work, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a task as they may be shown: secrets masked by schema, also within C(extra_settings) and within items."""
    known = by_name(item_options(work.resource))
    items = {name: _shown_items(work.resource, known, options[name]) for name in work.items_in if name in options}
    return {**_shown(work.resource, by_name(work.argument_spec()), options), **items}


def _shown_items(resource: Resource, known: Container[str], value: Any) -> Any:
    if isinstance(value, list):
        return [_shown_items(resource, known, item) for item in value]
    if isinstance(value, dict):
        return _shown(resource, known, value)
    return None if value is None else MASK


def _shown(resource: Resource, known: Container[str], options: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.name: field for field in CONNECTION_OPTIONS + resource.settings}
    shown: dict[str, Any] = {}
    for name, value in options.items():
        if name == "extra_settings":
            shown[name] = mask_settings(resource, value) if isinstance(value, dict) else value and MASK
        elif name not in known:
            # It may be the misspelt name of a secret.
            shown[name] = MASK
        else:
            # A value from the environment need not be in UTF-8, and is a str of its own kind, which not every serialiser takes.
            shown[name] = mask(fields.get(name), whole(value) if isinstance(value, str) else value, unknown=MASK)
    return shown
