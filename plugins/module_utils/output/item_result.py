# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of results that several modules share."""

from __future__ import annotations

import re
from typing import Any, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import (
    ADOPTED,
    DIFFERENTLY_STORED,
    LEFT_ALONE,
    LEFT_OUT,
    LOST,
    NO_PARENT,
    REPEATED,
    UNEXPECTED,
    UNVERIFIABLE,
    Outcome,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import DELETED, UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.catalog import children
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import Scrub, show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some, printable

# Text of each kind of notice, with a placeholder for names.
NOTICES = {
    UNVERIFIABLE: ("The server hides %s, so it cannot be compared with the declared value. To write that, set update_secrets to always."),
    UNEXPECTED: "The server changed %s along with the update, although it was sent back as it was: compare with --diff.",
    DIFFERENTLY_STORED: "The server stores %s in a different form than declared, with the same meaning.",
    LEFT_OUT: "The API returns %s but does not accept it in an update, so the update was sent without it.",
    REPEATED: "Another task updated the %s at the same time, based on an older copy. The declared settings were written again.",
    LEFT_ALONE: "purge left out the %s: the item was created again, or may no longer be purged, since the account was listed.",
    NO_PARENT: "%s does not exist yet. Outside of check mode, the task fails unless it is created before.",
    ADOPTED: "The %s existed already, although it was not listed, and is managed from now on.",
    LOST: "The update removed the stored value of %s, because the API does not accept it in an update. Restore it outside of this module.",
}
# Timestamps differ between check mode and the real run, and are not settings.
VOLATILE = ("created_at", "modified_at", "updated_at")


def lasting(resource: Resource, item: Mapping[str, Any] | None, scrub: Scrub) -> dict[str, Any]:
    """Return one side of a diff: the item without the fields that differ between check mode and the real run."""
    if item is None:
        return {}
    volatile = {*VOLATILE, *(resource.versions.names if resource.versions else ())}
    shown = {name: value for name, value in show(resource, item, scrub).items() if name not in volatile}
    return {**shown, **{field.key: field.form.outline(shown.get(field.key) or []) for field in resource.settings if field.form}}


def item_result(resource: Resource, name: str, declaration: Declaration, outcome: Outcome, label: str, scrub: Scrub) -> dict[str, Any]:
    """Return the result of a module for one item.

    :param name: key of the item in the result, if the item exists.
    :param label: header of the diff.
    """
    result: dict[str, Any] = {
        "changed": outcome.operation != UNCHANGED,
        "operation": outcome.operation,
        "changed_settings": list(outcome.changed_settings),
        "diff": item_diff(resource, outcome, label, scrub),
    }
    warnings = notices(outcome)
    if warnings:
        result["warnings"] = warnings
    if outcome.operation == DELETED and children(resource):
        result["deleted_children"] = children_shown(outcome)
    if outcome.after is not None and declaration.present:
        result[name] = show(resource, outcome.after, scrub)
    return result


def item_diff(resource: Resource, outcome: Outcome, label: str, scrub: Scrub) -> dict[str, Any]:
    """Return the diff of one item, with its ``label`` as the header. Ansible escapes the items, but not the header."""
    header = printable(label)
    return {
        "before_header": header,
        "after_header": header,
        "before": lasting(resource, outcome.before, scrub),
        "after": lasting(resource, outcome.after, scrub),
    }


def children_shown(outcome: Outcome) -> list[dict[str, str]]:
    """Return the items that were, or would be, deleted together with an item."""
    return [dict(child._asdict()) for child in outcome.children]


def notices(outcome: Outcome) -> list[str]:
    """Return a warning for each kind of notice about one item."""
    return [text % name_some(outcome.notices[kind]) for kind, text in NOTICES.items() if outcome.notices.get(kind)]


def fleet_notices(outcomes: Mapping[str, Outcome], scrubs: Mapping[str, Scrub]) -> list[str]:
    """Return one warning for each kind of notice, with the ids of all its items, instead of one for each item."""
    found = []
    for kind, text in NOTICES.items():
        noted = [(item_id, outcome.notices[kind]) for item_id, outcome in outcomes.items() if outcome.notices.get(kind)]
        if noted:
            found.append(text % name_some([scrubs[item_id](f"{name_some(names)} of {item_id}") for item_id, names in noted]))
    return found


def id_warnings(resource: Resource, ids: Sequence[str]) -> list[str]:
    """Return one warning about those ``ids`` that the API is expected to refuse."""
    if resource.id_pattern is None:
        return []
    pattern, words = resource.id_pattern
    odd = [item_id for item_id in ids if not re.fullmatch(pattern, item_id)]
    if not odd:
        return []
    return [
        f"The API will probably refuse these ids of {resource.name}s: {name_some([repr(item_id) for item_id in odd])}. An id must {words}."
    ]
