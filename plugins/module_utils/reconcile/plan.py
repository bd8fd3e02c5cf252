# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is declared and what is stored to what has to be done. Pure: nothing is sent from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.errors import CollectionError, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.compare import (
    keep_server_made,
    same,
    secrets,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declare import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import is_masked
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

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
        return Plan(UNCHANGED if current is None else DELETED, before=current)
    if current is None:
        return _plan_create(resource, declaration)
    return _plan_update(resource, declaration, current)


def mismatches(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> list[str]:
    """API names of the declared settings that are not stored as declared, sorted."""
    return sorted(key for key, value in declaration.settings.items() if not same(resource.setting(key), value, stored.get(key)))


def disturbed(resource: Resource, body: Mapping[str, Any], before: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """API names of the settings that an update with C(body) sent back as they were C(before), and that are stored otherwise now."""
    kept = [key for key in body if key in before and same(resource.setting(key), before[key], body[key])]
    return sorted(key for key in kept if not _same_whole(resource.setting(key), before[key], stored.get(key)))


def unverifiable(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> list[str]:
    """Where, within the declared settings, the server hides a secret, so that nobody can tell whether it is the declared one."""
    return [
        where for key in declaration.settings for where, value in secrets(resource.setting(key), stored.get(key), key) if is_masked(value)
    ]


def _same_whole(field: Field | None, before: Any, after: Any) -> bool:
    """Whether nothing was lost: compared both ways, as the server may have parts that this version does not know."""
    return same(field, before, after) and same(field, after, before)


def merged_body(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> dict[str, Any]:
    """The complete object for an update: all that is stored, also what this version does not know, with what is declared laid over it."""
    body = {key: value for key, value in current.items() if key != resource.id.name and key not in resource.read_only}
    for key in list(body):
        field = resource.setting(key)
        # Null means "not set" here. The API refuses it for some settings, and whether it does for unknown ones is unknown.
        if body[key] is None and not (field and field.nullable):
            del body[key]
    for key, value in declaration.settings.items():
        body[key] = keep_server_made(resource.setting(key), value, current.get(key))
    for field in resource.settings:
        if field.on_create is not None:
            body.setdefault(field.key, field.on_create)
    _follow_needs(resource, declaration, body)
    _refuse_masked(resource, declaration, body)
    return body


def _plan_create(resource: Resource, declaration: Declaration) -> Plan:
    filled = {field.key: field.on_create for field in resource.settings if field.on_create is not None}
    body: dict[str, Any] = {resource.id.name: declaration.id}
    body.update(filled)
    body.update(declaration.settings)
    after = dict(body)
    return Plan(CREATED, tuple(sorted(set(body) - {resource.id.name})), None, after, body)


def _plan_update(resource: Resource, declaration: Declaration, current: Mapping[str, Any]) -> Plan:
    changed = mismatches(resource, declaration, current)
    if not changed:
        return Plan(UNCHANGED, before=current, after=current)
    body = merged_body(resource, declaration, current)
    after = dict(current)
    after.update(body)
    return Plan(UPDATED, tuple(changed), current, after, body)


def _follow_needs(resource: Resource, declaration: Declaration, body: dict[str, Any]) -> None:
    """Let a setting go off together with the one that it needs, as the server does."""
    for field in resource.settings:
        if field.needs and body.get(field.key) and not body.get(field.needs):
            if declaration.settings.get(field.key):
                raise InvalidOptions([f"{field.name}: true needs {field.needs}, which is off on this {resource.name}: declare it too"])
            body[field.key] = False


def _refuse_masked(resource: Resource, declaration: Declaration, body: Mapping[str, Any]) -> None:
    hidden = [
        (key, where)
        for key, value in body.items()
        if key not in declaration.settings
        for where, secret in secrets(resource.setting(key), value, key)
        if is_masked(secret)
    ]
    if hidden:
        raise HiddenSecret(
            f"Nothing was changed. The API updates by replacing the whole {resource.name}, and the server shows "
            f"{name_some([where for _key, where in hidden])} only masked: writing the mask back, or leaving it out, could destroy "
            f"the secret. Declare {' and '.join(sorted({key for key, _where in hidden}))} in this task too, with the secret."
        )
