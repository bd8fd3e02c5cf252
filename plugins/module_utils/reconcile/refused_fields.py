# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leave out of an update what the API returned and then refuses to take back."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ErrorEntry
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource

_QUOTED = re.compile("[\"'`]([^\"'`]{1,100})[\"'`]")


def without_refused(resource: Resource, declaration: Declaration, body: dict[str, Any], entries: Iterable[ErrorEntry]) -> list[str]:
    """Remove from ``body`` what the API refused with ``entries``, and return the places that were removed.

    Only what was carried over and is unknown to this version is removed: never a declared part, and never a known setting, which
    some servers reset when an update leaves it out.
    """
    root = Field(resource.name, "dict", fields=resource.settings)
    places = [_remove_unknown(root, declaration.settings, body, path) for entry in entries for path in _refused_paths(entry)]
    return [place for place in places if place]


def _refused_paths(entry: ErrorEntry) -> list[tuple[str, ...]]:
    """Return the paths within the body that an error may be about: its own, and for an unknown key also that of the key it quotes."""
    path = entry.path[1:] if entry.path[:1] == ("body",) else entry.path
    quoted = _QUOTED.findall(entry.message) if "nrecognized" in entry.message else []
    return [path, *((*path, name) for name in quoted)]


def _remove_unknown(field: Field, declared: Any, holder: Any, steps: Sequence[str]) -> str:
    """Remove the first of ``steps`` that ``field`` does not know from ``holder``; return its place, or an empty text if there is none."""
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
    """Return the part of ``field`` under the API name ``step``, if this version knows it."""
    if field.value_fields:
        return Field(step, "dict", fields=field.value_fields)
    return next((part for part in field.fields if part.key == step), None)


def value_at(item: Any, place: str) -> Any:
    """Return what ``item`` has at a ``place`` such as ``otel.0.sampling``, or ``None``."""
    for step in place.split("."):
        if isinstance(item, list) and step.isdigit() and int(step) < len(item):
            item = item[int(step)]
        else:
            item = item.get(step) if isinstance(item, Mapping) else None
    return item
