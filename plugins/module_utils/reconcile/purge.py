# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selection of the undeclared items to delete, and the conditions under which none is deleted."""

from __future__ import annotations

import unicodedata
from typing import Any, Collection, Iterable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, name_some, plural, printable

# Maximum number of items to purge if the user sets no limit.
DEFAULT_PURGE_LIMIT = 10


class PurgeRefused(CollectionError):
    """It is not certain which items are undeclared, or there are too many of them to delete."""


def to_purge(resource: Resource, declared: Collection[str], stored: Mapping[str, Mapping[str, Any]]) -> list[Declaration]:
    """Return the deletions of the items in ``stored`` whose ids are not ``declared``, without protected ones."""
    ids = [item_id for item_id, item in stored.items() if item_id not in declared and not resource.is_protected(item)]
    return [Declaration(item_id, present=False, settings={}, listed=stored[item_id]) for item_id in ids]


def refuse_alike(resource: Resource, declared: Iterable[str], stored: Collection[str], purged: Iterable[str]) -> None:
    """Check that no declared id that is not ``stored`` looks like an id that would be ``purged``.

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
    """Check that at most ``limit`` items are deleted. ``purged`` has their ids by the name of their kind.

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
    """Return a form that ids share if they look the same to a person: without case, width, blanks and invisible characters."""
    normalized = unicodedata.normalize("NFKC", item_id).casefold()
    return "".join(char for char in normalized if unicodedata.category(char)[0] not in "CZ")
