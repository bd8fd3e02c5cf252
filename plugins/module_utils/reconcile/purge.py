# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which items are deleted because they are not declared, and when none of them is."""

from __future__ import annotations

import unicodedata
from typing import Any, Collection, Iterable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, name_some, plural, printable

# Without a limit of the user's own, purge deletes no more than this.
DEFAULT_PURGE_LIMIT = 10


class PurgeRefused(CollectionError):
    """Which items are not declared is not sure, or they are more than may be deleted."""


def to_purge(resource: Resource, declared: Collection[str], stored: Mapping[str, Mapping[str, Any]]) -> list[Declaration]:
    """Return the deletions of the items in ``stored`` whose ids are not ``declared``, without protected ones."""
    ids = [item_id for item_id, item in stored.items() if item_id not in declared and not resource.is_protected(item)]
    return [Declaration(item_id, present=False, settings={}, listed=stored[item_id]) for item_id in ids]


def refuse_alike(resource: Resource, declared: Iterable[str], stored: Collection[str], purged: Iterable[str]) -> None:
    """Make sure that no declared id that is not ``stored`` looks like one that would be ``purged``.

    :raises PurgeRefused: if one does.
    """
    by_form = {_confusable_form(item_id): item_id for item_id in purged}
    alike = [
        f"{printable(repr(item_id), MAX_NAME)} and {by_form[_confusable_form(item_id)]!r}"
        for item_id in declared
        if item_id not in stored and _confusable_form(item_id) in by_form
    ]
    if alike:
        raise PurgeRefused(
            f"Nothing was changed. purge would delete {plural(resource.name)} whose ids differ only in form from declared ones: "
            f"{name_some(alike)}. Correct the declared ids."
        )


def refuse_too_many(purged: Mapping[str, Sequence[str]], limit: int, is_any_declared: bool) -> None:
    """Make sure that no more items are deleted than ``limit``. ``purged`` has their ids by the name of their kind.

    :raises PurgeRefused: if there are more.
    """
    number = sum(map(len, purged.values()))
    if number > limit:
        hint = "" if is_any_declared else "Nothing is listed at all: check where the list comes from. "
        kinds = " and ".join(f"{_counted(name, len(ids))} ({name_some(ids)})" for name, ids in purged.items() if ids)
        raise PurgeRefused(
            f"Nothing was changed. purge would delete {kinds}, but purge_limit allows {limit}. {hint}"
            "List those that must stay, or raise purge_limit."
        )


def _counted(name: str, number: int) -> str:
    return f"{number} undeclared {name if number == 1 else plural(name)}"


def _confusable_form(item_id: str) -> str:
    """Return the form that ids share that a person takes for the same: without case, width, blanks and invisible characters."""
    normalized = unicodedata.normalize("NFKC", item_id).casefold()
    return "".join(char for char in normalized if unicodedata.category(char)[0] not in "CZ")
