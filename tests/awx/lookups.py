# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWX's filters for objects by query parameters, and its rules for unique names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Json = dict[str, Any]
# Returns the object with an id, of any kind.
Find = Callable[[int], Json]

# The fields whose values together must be unique within a kind. Only organizations and execution environments have global names.
UNIQUE: Mapping[str, tuple[str, ...]] = {
    "organizations": ("name",),
    "execution_environments": ("name",),
    "credential_types": ("name", "kind"),
    "credentials": ("name", "organization", "credential_type"),
    "projects": ("name", "organization"),
    "inventories": ("name", "organization"),
    "inventory_sources": ("name", "inventory"),
    "hosts": ("name", "inventory"),
    "job_templates": ("name", "organization"),
    "workflow_job_templates": ("name", "organization"),
    "workflow_job_template_nodes": ("identifier", "workflow_job_template"),
}
RELATIONS = ("organization", "credential_type", "inventory", "workflow_job_template")
FIELDS = ("id", "name", "identifier", "kind", "type", *RELATIONS)
# Parameters that select a page, not objects.
PAGING = ("page", "page_size")


class UnknownField(Exception):
    """A query contains a field that the stand-in does not support. AWX refuses fields that an object does not have."""


def matching(items: Iterable[Json], query: Mapping[str, str], find: Find) -> list[Json]:
    """Return the objects that match all conditions, and at least one of the ``or__`` conditions, if there are any.

    :raises UnknownField: if a condition contains an unsupported field.
    """
    conditions = {name: wanted for name, wanted in query.items() if name not in PAGING}
    alternatives = {name[len("or__") :]: conditions.pop(name) for name in list(conditions) if name.startswith("or__")}
    for name in (*conditions, *alternatives):
        first, _separator, rest = name.partition("__")
        if first not in (RELATIONS if rest else FIELDS) or rest not in ("", *FIELDS):
            raise UnknownField(f"No field named '{name}'")

    def holds(item: Json, name: str, wanted: str) -> bool:
        return str(_value(item, name, find)) == wanted

    return [
        item
        for item in items
        if all(holds(item, name, wanted) for name, wanted in conditions.items())
        and (not alternatives or any(holds(item, name, wanted) for name, wanted in alternatives.items()))
    ]


def name_problems(kind: str, body: Json, items: Iterable[Json]) -> list[str]:
    """Return the problems with the name of ``body``, given the other objects of its kind."""
    fields = UNIQUE[kind]
    values = [body.get(field) for field in fields]
    # In a database, two nulls are not equal.
    if None in values or values not in ([item.get(field) for field in fields] for item in items):
        return []
    return [f"{kind} with this {', '.join(fields)} already exists."]


def _value(item: Json, name: str, find: Find) -> Any:
    """Return the value of a field, or of a field of a related object, such as ``organization__name``."""
    first, _separator, rest = name.partition("__")
    value = item.get(first)
    return find(value).get(rest) if rest and value is not None else value
