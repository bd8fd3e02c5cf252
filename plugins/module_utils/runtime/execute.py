# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Execution of a task, from its options to its result. Ordinary modules and action plugins share it."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from typing import Any, Callable, Iterable, Mapping, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Defect, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import names_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import connection_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.shown import Listed, option_secrets, shown_values
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.type_checks import type_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber, scrub_free_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable


class TaskSpec(NamedTuple):
    """Specification of one module.

    ``fields`` are its options, without those that every item has (``COMMON_OPTIONS``).
    ``parse_options`` converts the options to the task for ``run``, or raises InvalidOptions. No request is sent before it has returned.
    ``run`` takes the task, whether check mode is active, and the client. It returns the result, or raises CollectionError.
    ``items_in`` are the options that contain items.
    ``warn`` returns the warnings about the task. It is called before any request is sent.
    """

    resource: Resource
    fields: tuple[Field, ...]
    argument_spec: Callable[[], dict[str, Any]]
    parse_options: Callable[[dict[str, Any]], Any]
    run: Callable[[Any, bool, Client], dict[str, Any]]
    items_in: tuple[Listed, ...] = ()
    warn: Callable[[Any], list[str]] = lambda task: []


def open_client(connection: Connection) -> AbstractContextManager[Client]:
    """Return a context with a new client, which is closed on exit."""
    return closing(Client(connection))


def execute(
    spec: TaskSpec,
    options: dict[str, Any],
    check_mode: bool,
    diff_mode: bool,
    client_of: Callable[[Connection], AbstractContextManager[Client]] = open_client,
    no_log_values: Iterable[str] = (),
) -> dict[str, Any]:
    """Execute a task whose ``options`` have passed the argument spec, and return its result, which contains no secrets.

    All exceptions are converted to failed results.

    :param no_log_values: secrets that Ansible found in the options.
    """
    secrets = {*no_log_values, *_secrets_in(spec, options)}
    warnings: list[str] = []
    try:
        task, connection = _prepare(spec, options)
        warnings = spec.warn(task)
        with client_of(connection) as client:
            # The client adds secrets that only the server has to this set.
            secrets = client.secrets = secrets | client.secrets
            result = spec.run(task, check_mode, client)
    except CollectionError as error:
        result = dict(error.details(), failed=True, msg=str(error))
    except Exception as error:
        result = {"failed": True, "msg": str(Defect(error))}
    if not diff_mode:
        result.pop("diff", None)
    if warnings:
        result["warnings"] = [*warnings, *result.get("warnings", [])]
    return _finished(spec, options, result, Scrubber(secrets))


def refuse(spec: TaskSpec, options: Mapping[str, Any], problem: str, no_log_values: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """Return the failed result of a task whose ``options`` did not pass the argument spec, with the further keys ``more``."""
    result = {**more, "failed": True, "msg": printable(problem)}
    return _finished(spec, options, result, Scrubber({*no_log_values, *_secrets_in(spec, options)}))


def _finished(spec: TaskSpec, options: Mapping[str, Any], result: dict[str, Any], scrub: Scrubber) -> dict[str, Any]:
    return {**scrub_free_text(result, scrub), "invocation": {"module_args": shown_options(spec, options, scrub)}}


def _prepare(spec: TaskSpec, options: dict[str, Any]) -> tuple[Any, Connection]:
    """Validate all options, and return the task and the connection.

    :raises InvalidOptions: with all problems of both.
    """
    found: list[str] = []
    task = connection = None
    try:
        connection = connection_of(options)
    except InvalidOptions as error:
        found.extend(error.problems)
    try:
        task = spec.parse_options(options)
    except InvalidOptions as error:
        found.extend(error.problems)
    if connection is None or found:
        raise InvalidOptions(found)
    return task, connection


def type_refusal(spec: TaskSpec, options: Mapping[str, Any]) -> str:
    """Return the problems of ``options`` that the argument spec could not handle, or an empty string."""
    problems = [problem for _name, problem in type_problems(spec.argument_spec(), options)]
    return str(InvalidOptions(problems)) if problems else ""


def shown_options(spec: TaskSpec, options: Mapping[str, Any], scrub: Scrubber | None = None) -> dict[str, Any]:
    """Return the options of a task with their secrets masked by schema, also within ``extra_settings`` and within items."""
    scrub = scrub or Scrubber(_secrets_in(spec, options))
    shown = shown_values(spec.resource, names_of(spec.fields), _without_items(spec, options), scrub)
    items = {listed.option: listed for listed in spec.items_in}
    return {name: shown[name] if name in shown else items[name].shown(value, scrub) for name, value in options.items()}


def _secrets_in(spec: TaskSpec, options: Mapping[str, Any]) -> set[str]:
    """Return the secrets in the options of a task, without those of its items. Only the output of an item is searched for its secrets."""
    return option_secrets(spec.resource, _without_items(spec, options))


def _without_items(spec: TaskSpec, options: Mapping[str, Any]) -> dict[str, Any]:
    items = {listed.option for listed in spec.items_in}
    return {name: value for name, value in options.items() if name not in items}
