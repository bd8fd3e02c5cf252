# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notices about an item after a run."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import (
    DIFFERENTLY_STORED,
    LEFT_ALONE,
    LEFT_OUT,
    LOST,
    UNEXPECTED,
    UNVERIFIABLE,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import (
    CREATED,
    RECREATED,
    UNCHANGED,
    UPDATED,
    Plan,
    differently_stored,
    unverifiable,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.refused_fields import value_at
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some


def notices_of(
    resource: Resource,
    declaration: Declaration,
    plan: Plan,
    operation: str,
    after: Mapping[str, Any] | None,
    unexpected: Sequence[str],
    left_out: Sequence[str],
) -> dict[str, Sequence[str]]:
    """Return names of settings, or paths within them, by kind of notice.

    :param operation: what was done, which can be less than planned.
    :param after: the item as it is stored now, or as planned.
    :param unexpected: settings that an update changed although it sent them back unchanged.
    :param left_out: fields that an update left out because the API refused them.
    """
    if after is None:
        return {}
    if not declaration.present:
        return {LEFT_ALONE: ["deletion"]}
    was_written = plan.operation in (CREATED, UPDATED, RECREATED) and after is not plan.after
    return {
        UNVERIFIABLE: unverifiable(resource, declaration, after) if operation == UNCHANGED else [],
        UNEXPECTED: unexpected,
        DIFFERENTLY_STORED: differently_stored(resource, declaration, after) if was_written else [],
        LEFT_OUT: left_out,
        LOST: [place for place in left_out if value_at(plan.before, place) != value_at(after, place)],
    }


def undeclared(resource: Resource, declaration: Declaration, plan: Plan) -> str:
    """Return the undeclared settings that a recreated item keeps, with their values, as text."""
    before, body = plan.before or {}, plan.body or {}
    kept = [key for key in body if resource.setting(key) and key not in declaration.settings and before.get(key) == body[key]]
    return name_some([f"{key}: {body[key]!r}" for key in kept])
