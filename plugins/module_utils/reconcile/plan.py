# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning: from the declared and the stored item to the operation. Pure functions that send nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import comparable_time
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.compare import carry_over, has_other_form, same
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import ALWAYS, NEVER, Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import mask
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets import hidden_secrets, secrets
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some, printable

# Maximum length of a value that is shown in a message.
MAX_SHOWN = 500
# Start of the message of a refusal. It must be removed if the item was already created or deleted.
NOTHING_CHANGED = "Nothing was changed. "
CREATED, UPDATED, DELETED, UNCHANGED, RECREATED = "created", "updated", "deleted", "unchanged", "recreated"


class HiddenSecret(CollectionError):
    """An update would have to write back secrets that the server hides. ``places`` are their paths."""

    def __init__(self, message: str, places: Sequence[str]) -> None:
        super().__init__(message)
        self.places = places


class Immutable(CollectionError):
    """A setting that no update can change differs from the declaration."""


@dataclass(frozen=True)
class Plan:
    """One operation: the ``body`` to send, and the item ``before`` and ``after`` it, or ``None`` if the item does not exist."""

    operation: str
    changed_settings: tuple[str, ...] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    body: dict[str, Any] | None = None


def make_plan(resource: Resource, declaration: Declaration, current: Mapping[str, Any] | None) -> Plan:
    """Return the smallest operation that changes ``current`` (``None``: absent) as declared.

    :raises InvalidOptions: if the declaration is incomplete, or contradicts the stored item.
    :raises HiddenSecret: if an update could destroy a secret.
    :raises Immutable: if a setting that no update can change differs, and the item must not be recreated.
    """
    if not declaration.present:
        if current is not None and is_left_alone(resource, declaration, current):
            return Plan(UNCHANGED, before=current, after=current)
        return Plan(UNCHANGED if current is None else DELETED, before=current)
    if current is None:
        return _plan_create(resource, declaration)
    return _plan_update(resource, declaration, current)


def is_left_alone(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> bool:
    """Return whether ``current`` must not be purged, because it is protected, or is another item than the one in the listing."""
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
    """Return the ``mismatches`` that remain after a write. The server may give a value of its own to a cleared setting."""
    return [key for key in mismatches(resource, declaration, stored) if not _is_cleared_scalar(resource, declaration, key)]


def _is_cleared_scalar(resource: Resource, declaration: Declaration, key: str) -> bool:
    field = resource.setting(key)
    return declaration.settings[key] is None and field is not None and field.type not in ("dict", "list")


def really_changed(resource: Resource, declaration: Declaration, plan: Plan, stored: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the changed settings of ``plan`` without cleared settings for which the server still returns its own value."""
    before = plan.before or {}
    return tuple(
        key for key in plan.changed_settings if not (_is_cleared_scalar(resource, declaration, key) and before.get(key) == stored.get(key))
    )


def differently_stored(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> list[str]:
    """Return the API names of the declared settings that the server stores in a different, but equivalent form."""
    return sorted(key for key, value in declaration.settings.items() if has_other_form(resource.setting(key), value, stored.get(key)))


def unexpected_changes(resource: Resource, body: Mapping[str, Any], before: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """Return the API names of the settings that changed although an update with ``body`` sent them back unchanged."""
    kept = [key for key in body if key in before and same(resource.setting(key), before[key], body[key])]
    return sorted(key for key in kept if not _same_whole(resource.setting(key), before[key], stored.get(key)))


def unverifiable(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> list[str]:
    """Return the paths of declared secrets that the server hides, except for settings that are documented as never returned."""
    if declaration.update_secrets == NEVER:
        return []
    return [
        place
        for key, value in declaration.settings.items()
        if value != stored.get(key) and not _is_write_only(resource, key)
        for place in hidden_secrets(resource.setting(key), stored.get(key), key)
    ]


def _is_write_only(resource: Resource, key: str) -> bool:
    field = resource.setting(key)
    return field is not None and field.write_only


def _wanted(resource: Resource, declaration: Declaration, key: str, stored: Mapping[str, Any]) -> Any:
    """Return the desired value of a declared setting, given the stored item."""
    value = declaration.settings[key]
    if declaration.update_secrets != NEVER:
        return value
    return carry_over(resource.setting(key), value, stored.get(key), keep_secrets=True)


def _same_whole(field: Field | None, before: Any, after: Any) -> bool:
    """Return whether ``after`` still contains everything in ``before``, including parts unknown to this version."""
    return same(field, before, after) and same(field, after, before)


def update_body(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of an update: the complete item, or only the changed settings if the API keeps all others."""
    if resource.sends_whole:
        return merged_body(resource, declaration, current)
    return {key: _merged_value(resource, declaration, current, key) for key in _changed(resource, declaration, current)}


def _merged_value(resource: Resource, declaration: Declaration, current: Mapping[str, Any], key: str) -> Any:
    """Return the value to write for a declared setting, with the parts of the stored value that must be kept."""
    return carry_over(resource.setting(key), declaration.settings[key], current.get(key), declaration.update_secrets == NEVER)


def merged_body(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> dict[str, Any]:
    """Return the complete item for an update: the stored item, including unknown settings, with the declared settings applied to it."""
    body = {key: value for key, value in current.items() if not resource.is_made_by_server(key)}
    for key in list(body):
        field = resource.setting(key)
        # Null means "not set" here. The API refuses null for some settings, and perhaps for unknown ones.
        if body[key] is None and not (field and field.nullable):
            del body[key]
    for key in declaration.settings:
        body[key] = _merged_value(resource, declaration, current, key)
    for field in resource.settings:
        if field.on_create is not None:
            body.setdefault(field.key, field.on_create)
    _follow_needs(resource, declaration, body)
    _refuse_hidden(resource, declaration, body)
    return body


def _plan_create(resource: Resource, declaration: Declaration, kept: Mapping[str, Any] | None = None) -> Plan:
    """Return the plan for a new item. ``kept`` are the undeclared settings of the item that it replaces.

    :raises InvalidOptions: if the declaration lacks a setting that the API requires.
    """
    identity = dict(zip((field.key for field in resource.keys), declaration.keys or (declaration.id,)))
    filled = {
        field.key: field.on_create(identity) if callable(field.on_create) else field.on_create
        for field in resource.settings
        if field.on_create is not None
    }
    settings = {**filled, **(kept or {}), **declaration.settings}
    _refuse_incomplete(resource, settings)
    later = {field.key for field in resource.settings if field.update_only}
    body = {key: value for key, value in {**identity, **settings}.items() if key not in later}
    return Plan(CREATED, tuple(sorted(set(settings) - set(identity))), None, {**identity, **_readable(resource, settings)}, body)


def _readable(resource: Resource, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``settings`` that answers contain."""
    return {key: value for key, value in settings.items() if not _is_write_only(resource, key)}


def _refuse_incomplete(resource: Resource, settings: Mapping[str, Any]) -> None:
    found = [
        f"{field.name} is missing: a new {resource.name} needs it"
        for field in resource.settings
        if field.required_to_create and settings.get(field.key) in (None, "")
    ]
    for group in resource.alternatives:
        given = [name for name in group if settings.get(resource.named(name).key) is not None]
        if len(given) != 1:
            found.append(f"a new {resource.name} needs either {' or '.join(group)}" + (", not both" if given else ""))
    if found:
        raise InvalidOptions(found)


def _plan_update(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> Plan:
    changed = _changed(resource, declaration, current)
    if not changed:
        return Plan(UNCHANGED, before=current, after=current)
    if any(_is_immutable(resource, key) for key in changed):
        return _plan_recreation(resource, declaration, current, changed)
    body = update_body(resource, declaration, current)
    after = {**current, **_of_new_version(resource, changed), **_readable(resource, body)}
    return Plan(UPDATED, tuple(changed), current, after, body)


def _of_new_version(resource: Resource, changed: Sequence[str]) -> dict[str, None]:
    """Return ``None`` for each field of a new version whose value is unknown before the deployment."""
    return dict.fromkeys(resource.versions.names) if resource.versions and resource.versions.setting in changed else {}


def _is_immutable(resource: Resource, key: str) -> bool:
    field = resource.setting(key)
    return field is not None and field.immutable


def _plan_recreation(resource: Resource, declaration: Declaration, current: Mapping[str, Any], changed: Sequence[str]) -> Plan:
    """Return a plan that deletes the item and creates it again.

    :raises Immutable: if the declaration does not allow that, or if something would be lost.
    """
    fixed = [key for key in changed if _is_immutable(resource, key)]
    label = f"{resource.name} {declaration.id!r}"
    if not declaration.recreate:
        pairs = "; ".join(both_values(resource, key, declaration.settings, current) for key in fixed)
        raise Immutable(
            f"{NOTHING_CHANGED}The API cannot change these settings of {label}: {pairs}. To delete and create it again, set recreate to "
            "true."
        )
    kept = _kept(resource, declaration, current)
    lost = resource.named(resource.lost_in_deletion).key if resource.lost_in_deletion else ""
    if lost in {**kept, **declaration.settings} and current.get(lost) == {**kept, **declaration.settings}[lost]:
        raise Immutable(
            f"{NOTHING_CHANGED}To recreate {label}, it has to be deleted, and the API may delete what its {lost} refers to along with it. "
            f"Declare {' or '.join(name for group in resource.alternatives for name in group if name != lost)} too."
        )
    plan = _plan_create(resource, declaration, kept)
    return replace(plan, operation=RECREATED, changed_settings=tuple(changed), before=current)


def _kept(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a recreated item keeps, without alternatives to declared settings."""
    groups = [{resource.named(name).key for name in group} for group in resource.alternatives]
    others = {key for group in groups if not group.isdisjoint(declaration.settings) for key in group}
    readable = [field for field in resource.settings if not (field.secret or field.write_only or field.key in others)]
    return {field.key: current[field.key] for field in readable if not same(field, None, current.get(field.key))}


def both_values(resource: Resource, key: str, declared: Mapping[str, Any], stored: Mapping[str, Any]) -> str:
    """Return the declared and the stored value of a setting, for a message."""
    return f"{key}: declared {_printed(resource, key, declared)}, stored {_printed(resource, key, stored)}"


def _printed(resource: Resource, key: str, settings: Mapping[str, Any]) -> str:
    return printable(repr(mask(resource.setting(key), settings.get(key))), MAX_SHOWN)


def _follow_needs(resource: Resource, declaration: Declaration, body: dict[str, Any]) -> None:
    """Switch off a setting if the setting that it needs is off, as the server does. It must not be declared as on."""
    for field in resource.settings:
        if field.needs and body.get(field.key) and not body.get(resource.named(field.needs).key):
            if declaration.settings.get(field.key):
                needed = f"{field.needs}, which is off on this {resource.name}: set {field.needs} to true, too"
                raise InvalidOptions([f"{field.name} is true, but needs {needed}"])
            body[field.key] = False


def _changed(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> list[str]:
    return sorted({*mismatches(resource, declaration, current), *_always_written(resource, declaration)})


def _always_written(resource: Resource, declaration: Declaration) -> list[str]:
    """Return the API names of the settings that are written even if they do not differ."""
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
            "task too, with the secret" + (", and set update_secrets to auto." if declaration.update_secrets == NEVER else "."),
            places,
        )
