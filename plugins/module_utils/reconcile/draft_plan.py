# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning of changes that are staged together, from declarations, live items and drafts. Pure functions that send nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.compare import same
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_client import Stored
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
    make_plan,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import refuse_alike, refuse_too_many, to_purge
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

Item = Mapping[str, Any]


class ForeignDrafts(CollectionError):
    """There are drafts that the task did not create, and a commit would make them live, too."""


@dataclass
class Change:
    """A planned change of one item.

    ``live`` and ``draft`` are the stored item and its draft before the change, or ``None``. A draft of a declared item that equals the live
    item counts as ``None``. ``wanted`` are the desired keys and settings, or ``None`` if the item is to be deleted. ``is_staged`` is true
    if the draft already has the content to commit. The item and its draft have the same ``reference``.
    """

    name: str
    operation: str
    changed_settings: tuple[str, ...]
    live: Item | None
    draft: Item | None
    wanted: Item | None
    is_staged: bool = False
    is_adopted: bool = False
    reference: str = ""

    @property
    def after(self) -> Item | None:
        """Return the item after the change, or ``None`` if it is deleted."""
        return None if self.wanted is None else {**(self.live or {}), **self.wanted}


@dataclass(frozen=True)
class DraftSet:
    """The declared items, whether to delete all others, and whether to commit foreign drafts, too.

    If ``purge_limit`` is ``None``, the caller must check the deletions.
    """

    declarations: tuple[Declaration, ...]
    purge: bool
    purge_limit: int | None
    adopts: bool


def holds(resource: Resource, item: Item | None, wanted: Item) -> bool:
    """Return whether ``item`` exists and has all ``wanted`` values."""
    return item is not None and not differing(resource, wanted, item)


def differing(resource: Resource, wanted: Item, item: Item) -> list[str]:
    """Return the API names of the ``wanted`` values that differ in ``item``, sorted."""
    return sorted(key for key, value in wanted.items() if not same(resource.setting(key), value, item.get(key)))


def plan_changes(resource: Resource, wanted: DraftSet, stored: Stored, ambiguous: Callable[[str, list[Any]], Exception]) -> list[Change]:
    """Return a change for each declared item, and for each other item that is deleted or whose draft is adopted.

    :param ambiguous: returns the error for a name that several items have.
    :raises PurgeRefused: if purge would delete too many items, or one whose id looks like a declared id.
    """
    live, new = by_name(resource, list(stored.live.values()), ambiguous), _new_drafts(resource, stored, ambiguous, wanted.adopts)
    drafts: dict[str, Item | None] = {name: stored.drafts.get(item[resource.reference]) for name, item in live.items()}
    drafts.update((name, draft) for name, draft in new.items() if name not in live)
    known = {**(new if wanted.adopts else {}), **live}
    names = [declaration.id for declaration in wanted.declarations]
    purged = to_purge(resource, names, known) if wanted.purge else []
    if wanted.purge_limit is not None:
        ids = [deletion.id for deletion in purged]
        refuse_alike(resource, names, known, ids)
        refuse_too_many({resource.name: ids}, wanted.purge_limit, bool(names))
    changes = [
        _change(resource, declaration, live.get(declaration.id), drafts.get(declaration.id), wanted.adopts)
        for declaration in [*wanted.declarations, *purged]
    ]
    planned = {change.name for change in changes}
    others = {name: draft for name, draft in drafts.items() if draft is not None and name not in planned}
    if wanted.adopts:
        changes += [_adopted(resource, name, live.get(name), draft) for name, draft in others.items()]
    return changes


def foreign_drafts(resource: Resource, changes: Sequence[Change], stored: Stored) -> list[str]:
    """Return the names of the drafts that are neither declared nor adopted."""
    ours = {change.reference for change in changes if change.draft is None or change.is_staged or change.is_adopted}
    return [resource.identity_of(draft) for reference, draft in stored.drafts.items() if reference not in ours]


def foreign_error(resource: Resource, names: Sequence[str]) -> ForeignDrafts:
    """Return the error for drafts with these ``names``."""
    return ForeignDrafts(
        f"There are drafts that this task did not create: {name_some(names)}. A commit would make them live, too. Set adopt_drafts to true "
        f"to commit them, too, or undo them: delete the draft of a new {resource.name}, and commit or overwrite that of a live one."
    )


def by_name(resource: Resource, items: Sequence[Item], ambiguous: Callable[[str, list[Any]], Exception]) -> dict[str, Item]:
    """Return the items by name.

    :raises CollectionError: if two items have the same name.
    """
    found: dict[str, Item] = {}
    for item in items:
        name = resource.identity_of(item)
        if name in found:
            raise ambiguous(name, [found[name], item])
        found[name] = item
    return found


def _new_drafts(resource: Resource, stored: Stored, ambiguous: Callable[[str, list[Any]], Exception], is_strict: bool) -> dict[str, Item]:
    new = [draft for reference, draft in stored.drafts.items() if reference not in stored.live]
    return by_name(resource, new, ambiguous) if is_strict else {resource.identity_of(draft): draft for draft in new}


def _change(resource: Resource, declaration: Declaration, live: Item | None, draft: Item | None, adopts: bool) -> Change:
    is_spent = live is not None and holds(resource, draft, _content(resource, live))
    base = draft if adopts and draft is not None else live
    plan = make_plan(resource, declaration, base)
    if not declaration.present:
        operation = DELETED if base is not None else UNCHANGED
        is_staged = resource.drafts is not None and live is not None and holds(resource, draft, resource.drafts.inert)
        kept = None if is_spent else draft
        return Change(declaration.id, operation, (), live, kept, None, is_staged, adopts, _reference(resource, live, draft))
    after = plan.after or {}
    keys = [field.key for field in (*resource.keys, *resource.settings)]
    wanted = {key: after[key] for key in [*keys, *(key for key in declaration.settings if key not in keys)] if key in after}
    changed = differing(resource, wanted, live) if live is not None else list(plan.changed_settings)
    is_staged = holds(resource, draft, wanted)
    operation = CREATED if live is None else UPDATED if changed or is_staged else UNCHANGED
    reference = _reference(resource, live, draft)
    kept = None if is_spent and not is_staged else draft
    return Change(declaration.id, operation, tuple(changed), live, kept, wanted, is_staged, adopts, reference)


def _adopted(resource: Resource, name: str, live: Item | None, draft: Item) -> Change:
    wanted = _content(resource, draft)
    changed = differing(resource, wanted, live or {})
    operation = UPDATED if live is not None else CREATED
    return Change(name, operation, tuple(changed), live, draft, wanted, True, True, _reference(resource, live, draft))


def _content(resource: Resource, item: Item) -> dict[str, Any]:
    """Return the keys and settings of an item, without fields that the server sets or that are unknown to this version."""
    return {field.key: item[field.key] for field in (*resource.keys, *resource.settings) if field.key in item}


def _reference(resource: Resource, live: Item | None, draft: Item | None) -> str:
    return str((live or draft or {}).get(resource.reference, ""))
