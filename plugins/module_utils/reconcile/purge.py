# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which items are deleted because they are not declared, and when none of them is."""

from __future__ import annotations

import unicodedata
from typing import Any, Collection, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, name_some, printable


class PurgeRefused(CollectionError):
    """Which items are not declared is not sure, or they are more than may be deleted."""


def to_purge(
    resource: Resource, declared: Collection[str], stored: Mapping[str, Mapping[str, Any]], limit: int | None
) -> list[Declaration]:
    """Return the deletions of the items in ``stored`` whose ids are not ``declared``, without protected ones.

    :param limit: the most that may be deleted. ``None`` is for items that are declared as one list, whatever else is stored.
    :raises PurgeRefused: if they are more than ``limit``, or if a declared id is hardly another one than a stored one.
    """
    ids = [item_id for item_id, item in stored.items() if item_id not in declared and not resource.is_protected(item)]
    deletions = [Declaration(item_id, present=False, settings={}, listed=stored[item_id]) for item_id in ids]
    if limit is None:
        return deletions
    by_look = {_look_of(item_id): item_id for item_id in ids}
    alike = [
        f"{printable(repr(item_id), MAX_NAME)} and {by_look[_look_of(item_id)]!r}"
        for item_id in declared
        if _look_of(item_id) in by_look and item_id not in stored
    ]
    if alike:
        raise PurgeRefused(
            f"Nothing was changed. purge would delete {resource.name}s whose ids differ only in form from declared ones: "
            f"{name_some(alike)}. Correct the declared ids."
        )
    if len(ids) > limit:
        hint = "" if declared else "Nothing is listed at all: check where the list comes from. "
        raise PurgeRefused(
            f"Nothing was changed. purge would delete the {resource.name}s that are not listed ({name_some(ids)}): "
            f"{len(ids)}, and purge_limit allows {limit}. {hint}List those that must stay, or raise purge_limit."
        )
    return deletions


def _look_of(item_id: str) -> str:
    """Return the form that ids share that a person takes for the same: without case, width, blanks and invisible characters."""
    normalized = unicodedata.normalize("NFKC", item_id).casefold()
    return "".join(char for char in normalized if unicodedata.category(char)[0] not in "CZ")
