# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is declared and what is stored to what has to be done. Pure: nothing is sent from here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import comparable_time
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, ErrorEntry, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.compare import carry_over, has_other_form, same
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import ALWAYS, NEVER, Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import REPLACE, Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets import hidden_secrets, secrets
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

_QUOTED = re.compile("[\"'`]([^\"'`]{1,100})[\"'`]")
# How the message of a refusal begins; not true any more if the item was created first.
NOTHING_CHANGED = "Nothing was changed. "
CREATED, UPDATED, DELETED, UNCHANGED = "created", "updated", "deleted", "unchanged"


class HiddenSecret(CollectionError):
    """An update would have to write back a secret that the server only shows masked."""


@dataclass(frozen=True)
class Plan:
    """One operation: what to send (C(body)), and the item as it is before and will be after, C(None) where absent."""

    operation: str
    changed_settings: tuple[str, ...] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    body: dict[str, Any] | None = None


def make_plan(resource: Resource, declaration: Declaration, current: Mapping[str, Any] | None) -> Plan:
    """The smallest operation that makes C(current) (C(None): absent) what is declared.

    :raises InvalidOptions: where the declaration contradicts what is stored.
    :raises HiddenSecret: where an update could not be written without loss.
    """
    if not declaration.present:
        if current is not None and is_left_alone(resource, declaration, current):
            return Plan(UNCHANGED, before=current, after=current)
        return Plan(UNCHANGED if current is None else DELETED, before=current)
    if current is None:
        return _plan_create(resource, declaration)
    return _plan_update(resource, declaration, current)


def is_left_alone(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> bool:
    """Return whether ``current`` is not deleted, as it is not, or no longer, the item that was listed and may be deleted."""
    if declaration.listed is None:
        return False
    listed, created = comparable_time(declaration.listed.get(resource.created)), comparable_time(current.get(resource.created))
    return resource.is_protected(current) or (listed is not None and listed != created)


def mismatches(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> list[str]:
    """Return the API names of the declared settings that are not stored as declared, sorted."""
    return sorted(
        key for key in declaration.settings if not same(resource.setting(key), _wanted(resource, declaration, key, stored), stored.get(key))
    )


def unfulfilled(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> list[str]:
    """Return the ``mismatches`` that are left after a write. A cleared setting may have a value that the server gives it by itself."""
    return [key for key in mismatches(resource, declaration, stored) if not _is_cleared_scalar(resource, declaration, key)]


def _is_cleared_scalar(resource: Resource, declaration: Declaration, key: str) -> bool:
    field = resource.setting(key)
    return declaration.settings[key] is None and field is not None and field.type not in ("dict", "list")


def really_changed(resource: Resource, declaration: Declaration, plan: Plan, stored: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the changed settings of ``plan`` without those that were cleared, and for which the server still shows its own value."""
    before = plan.before or {}
    return tuple(
        key for key in plan.changed_settings if not (_is_cleared_scalar(resource, declaration, key) and before.get(key) == stored.get(key))
    )


def differently_stored(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> list[str]:
    """Return the API names of the declared settings that the server stores in a visibly different form of the same meaning."""
    return sorted(key for key, value in declaration.settings.items() if has_other_form(resource.setting(key), value, stored.get(key)))


def disturbed(resource: Resource, body: Mapping[str, Any], before: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """Return the API names of the settings that changed although an update with ``body`` sent them back as they were ``before``."""
    kept = [key for key in body if key in before and same(resource.setting(key), before[key], body[key])]
    return sorted(key for key in kept if not _same_whole(resource.setting(key), before[key], stored.get(key)))


def unverifiable(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> list[str]:
    """Return the places within the declared settings where the server hides a secret, so that it cannot be compared."""
    if declaration.update_secrets == NEVER:
        return []
    return [
        place
        for key, value in declaration.settings.items()
        if value != stored.get(key)
        for place in hidden_secrets(resource.setting(key), stored.get(key), key)
    ]


def _wanted(resource: Resource, declaration: Declaration, key: str, stored: Mapping[str, Any]) -> Any:
    """Return the value that a declared setting is to have, given what is stored."""
    value = declaration.settings[key]
    if declaration.update_secrets != NEVER:
        return value
    return carry_over(resource.setting(key), value, stored.get(key), keep_secrets=True)


def _same_whole(field: Field | None, before: Any, after: Any) -> bool:
    """Return whether ``after`` still contains everything in ``before``, including parts unknown to this version."""
    return same(field, before, after) and same(field, after, before)


def update_body(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an update has to send: the complete item, or only what differs if the API changes nothing else."""
    if resource.update_verb == REPLACE:
        return merged_body(resource, declaration, current)
    return {key: _laid_over(resource, declaration, current, key) for key in _changed(resource, declaration, current)}


def _laid_over(resource: Resource, declaration: Declaration, current: Mapping[str, Any], key: str) -> Any:
    """Return the value to write for a declared setting, with what has to be kept of the stored one."""
    return carry_over(resource.setting(key), declaration.settings[key], current.get(key), declaration.update_secrets == NEVER)


def merged_body(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> dict[str, Any]:
    """The complete object for an update: all that is stored, also what this version does not know, with what is declared laid over it."""
    body = {key: value for key, value in current.items() if key != resource.id.key and key not in resource.read_only}
    for key in list(body):
        field = resource.setting(key)
        # Null means "not set" here. The API refuses it for some settings, and whether it does for unknown ones is unknown.
        if body[key] is None and not (field and field.nullable):
            del body[key]
    for key in declaration.settings:
        body[key] = _laid_over(resource, declaration, current, key)
    for field in resource.settings:
        if field.on_create is not None:
            body.setdefault(field.key, field.on_create)
    _follow_needs(resource, declaration, body)
    _refuse_hidden(resource, declaration, body)
    return body


def _plan_create(resource: Resource, declaration: Declaration) -> Plan:
    filled = {field.key: field.on_create for field in resource.settings if field.on_create is not None}
    body: dict[str, Any] = {resource.id.key: declaration.id}
    body.update(filled)
    body.update(declaration.settings)
    after = dict(body)
    return Plan(CREATED, tuple(sorted(set(body) - {resource.id.key})), None, after, body)


def _plan_update(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> Plan:
    changed = _changed(resource, declaration, current)
    if not changed:
        return Plan(UNCHANGED, before=current, after=current)
    body = update_body(resource, declaration, current)
    after = dict(current)
    after.update(body)
    return Plan(UPDATED, tuple(changed), current, after, body)


def _follow_needs(resource: Resource, declaration: Declaration, body: dict[str, Any]) -> None:
    """Let a setting go off together with the one that it needs, as the server does."""
    for field in resource.settings:
        if field.needs and body.get(field.key) and not body.get(resource.named(field.needs).key):
            if declaration.settings.get(field.key):
                raise InvalidOptions([f"{field.name}: true needs {field.needs}, which is off on this {resource.name}: declare it too"])
            body[field.key] = False


def _changed(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> list[str]:
    return sorted({*mismatches(resource, declaration, current), *_always_written(resource, declaration)})


def _always_written(resource: Resource, declaration: Declaration) -> list[str]:
    """Return the API names of the settings that are written although nothing shows that they differ."""
    if declaration.update_secrets != ALWAYS:
        return []
    return [key for key, value in declaration.settings.items() if any(secrets(resource.setting(key), value, key))]


def _refuse_hidden(resource: Resource, declaration: Declaration, body: Mapping[str, Any]) -> None:
    carried = [key for key in body if key not in declaration.settings or declaration.update_secrets == NEVER]
    hidden = {key: list(hidden_secrets(resource.setting(key), body[key], key)) for key in carried}
    places = [place for found in hidden.values() for place in found]
    if places:
        raise HiddenSecret(
            f"{NOTHING_CHANGED}The API updates by replacing the whole {resource.name}, and the server hides {name_some(places)}: "
            f"writing back what it shows could destroy the secret. Declare {' and '.join(sorted(filter(hidden.get, hidden)))} in this "
            "task too, with the secret" + (", and set update_secrets to auto." if declaration.update_secrets == NEVER else ".")
        )


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
