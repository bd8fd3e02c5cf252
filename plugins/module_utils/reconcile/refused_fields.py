# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal of fields from an update that the API returned, but refuses to accept."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ErrorEntry
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource

_QUOTED = re.compile("[\"'`]([^\"'`]{1,100})[\"'`]")


def without_refused(resource: Resource, declaration: Declaration, body: dict[str, Any], entries: Iterable[ErrorEntry]) -> list[str]:
    """Remove from ``body`` the fields that the API refused with ``entries``, and return their paths.

    Only stored fields that are unknown to this version are removed. Declared parts stay, and so do known settings, because some servers
    reset a setting that an update leaves out.
    """
    root = Field(resource.name, "dict", fields=resource.settings)
    places = [_remove_unknown(root, declaration.settings, body, path) for entry in entries for path in _refused_paths(entry)]
    return [place for place in places if place]


def _refused_paths(entry: ErrorEntry) -> list[tuple[str, ...]]:
    """Return the paths in the body to which an error can refer: its own, and those of unknown keys that its message quotes."""
    path = entry.path[1:] if entry.path[:1] == ("body",) else entry.path
    quoted = _QUOTED.findall(entry.message) if "nrecognized" in entry.message else []
    return [path, *((*path, name) for name in quoted)]


def _remove_unknown(field: Field, declared: Any, holder: Any, steps: Sequence[str]) -> str:
    """Remove the first of ``steps`` that is unknown to ``field`` from ``holder``. Return its path, or an empty string if there is none."""
    if not steps:
        return ""
    step, rest = steps[0], steps[1:]
    place = ""
    if isinstance(holder, list) and step.isdigit() and int(step) < len(holder):
        element = Field(field.name, "dict", fields=field.fields)
        given = declared[int(step)] if isinstance(declared, list) and int(step) < len(declared) else None
        place = _remove_unknown(element, given, holder[int(step)], rest)
    elif isinstance(holder, dict) and step in holder:
        given = declared.get(step) if isinstance(declared, dict) else None
        part = _part_of(field, step)
        if part is not None:
            place = _remove_unknown(part, given, holder[step], rest)
        elif field.fields and not (isinstance(declared, dict) and step in declared):
            del holder[step]
            return step
    return f"{step}.{place}" if place else ""


def _part_of(field: Field, step: str) -> Field | None:
    """Return the part of ``field`` with the API name ``step``, or ``None`` if this version has none."""
    if field.value_fields:
        return Field(step, "dict", fields=field.value_fields)
    return next((part for part in field.fields if part.key == step), None)


def value_at(item: Any, place: str) -> Any:
    """Return the value of ``item`` at a path such as ``otel.0.sampling``, or ``None``."""
    for step in place.split("."):
        if isinstance(item, list) and step.isdigit() and int(step) < len(item):
            item = item[int(step)]
        else:
            item = item.get(step) if isinstance(item, Mapping) else None
    return item
