# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The items of one kind in one place, such as the custom providers of an account: which there are, and what has to be done to each."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Defect
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.limits import explain_limit
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.member import FAILED, Member
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import REPEATED, Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import (
    CREATED,
    DELETED,
    RECREATED,
    UNCHANGED,
    UPDATED,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import to_purge
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.reconciler import Reconciler
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import plural


class OwnerFailed(CollectionError):
    """The item that these belong to is not what is declared."""


class Group:
    """The items of one kind in one place.

    ``declarations`` are the declared ones. With ``purge``, all others are deleted. ``owner`` is a group and the id of its member that these
    belong to, if that is declared in the same run.
    """

    def __init__(
        self, items: ResourceClient, declarations: Sequence[Declaration], purge: bool = False, owner: tuple[Group, str] | None = None
    ) -> None:
        self.items = items
        self.resource = items.resource
        self.declarations = tuple(declarations)
        self.purge = purge
        self.stored: dict[str, Mapping[str, Any]] = {}
        self.members: list[Member] = []
        # Why the items could not be listed.
        self.error: CollectionError | None = None
        self.read_at = 0.0
        self._owner = owner
        self._owner_member: Member | None = None

    @property
    def has_owner(self) -> bool:
        """Whether the items belong to a declared one."""
        return self._owner is not None

    @property
    def owner(self) -> Member | None:
        """The member of another group that these belong to. That group has to be planned before."""
        if self._owner is None:
            return None
        if self._owner_member is None:
            group, identity = self._owner
            self._owner_member = next(member for member in group.members if member.declaration.id == identity)
        return self._owner_member

    @property
    def place(self) -> str:
        """The id of the item that these belong to; empty if they belong to the account."""
        return self._owner[1] if self._owner else ""

    @property
    def label(self) -> str:
        """What the items are called together, for messages."""
        return plural(self.resource.name) + (f" of {self.place!r}" if self._owner else "")

    @property
    def purged(self) -> list[Member]:
        """The members that are deleted only because they are not declared."""
        return [member for member in self.members if member.is_purged]

    def fetch(self) -> None:
        """List the items, and keep the error if that fails. What belongs to an item that does not exist yet is not listed."""
        self.read_at = time.monotonic()
        owner = self.owner
        if owner is not None and owner.current is None:
            return
        try:
            self._list()
        except CollectionError as error:
            self.error = error
        except Exception as error:
            self.error = Defect(error)

    def _list(self) -> None:
        found = self.items.all()
        self.stored = {self.resource.identity_of(item): item for item in found}
        if len(self.stored) < len(found):
            by_identity = Counter(map(self.resource.identity_of, found))
            identity = next(identity for identity, number in by_identity.items() if number > 1)
            raise self.items.ambiguous(identity, [item for item in found if self.resource.identity_of(item) == identity])

    def plan(self, check_mode: bool) -> None:
        """Make a member of each declared item, and of each one that is to be purged, and predict what has to be done."""
        self.members = [Member(declaration, self._current(declaration), self.read_at) for declaration in self.declarations]
        if self.error is not None:
            for member in self.members:
                member.fail(self.error)
            return
        if self.purge:
            deletions = to_purge(self.resource, self._kept(), self.stored)
            self.members += [Member(deletion, deletion.listed, self.read_at) for deletion in deletions]
        for member in self.members:
            member.attempt(lambda member: self.reconciler(member).predict(member.current))
            member.in_doubt = self._is_in_doubt(member)
            member.is_settled = not member.in_doubt and self.is_settled(member, check_mode)

    def _current(self, declaration: Declaration) -> Mapping[str, Any] | None:
        found = self.stored.get(declaration.id)
        return self.stored.get(declaration.rename_from) if found is None and declaration.rename_from else found

    def _kept(self) -> set[str]:
        """Return the ids that are not purged: the declared ones, and those of items that are to be renamed."""
        renamed = [declaration.rename_from for declaration in self.declarations if declaration.id not in self.stored]
        return {*(declaration.id for declaration in self.declarations), *filter(None, renamed)}

    def is_settled(self, member: Member, check_mode: bool) -> bool:
        """Return whether nothing is left to do; a prediction of a deletion or a creation also has to read what the item belongs to."""
        has_relatives = member.operation == DELETED or (member.operation in (CREATED, RECREATED) and self.resource.parent is not None)
        return member.operation in (UNCHANGED, FAILED) or (check_mode and not has_relatives)

    def _is_in_doubt(self, member: Member) -> bool:
        """Return whether the listing cannot decide: it may show less of an item than a reading does, or an older copy."""
        if member.is_purged:
            return not (self.resource.is_listed_whole or self.resource.shows_whether_deletable(member.current or {}))
        is_stale = self.items.is_stale(member.declaration.id, member.current)
        return is_stale or (member.current is not None and member.operation in (UPDATED, FAILED))

    def to_fetch(self) -> list[Member]:
        """Return the members whose declared settings no listing shows."""
        unlisted = {field.key for field in self.resource.settings if not field.is_listed}
        return [member for member in self.members if member.current is not None and not unlisted.isdisjoint(member.declaration.settings)]

    def fetch_one(self, member: Member, check_mode: bool) -> None:
        """Read one member by itself, and predict again what has to be done to it."""
        member.error = None

        def fetch(member: Member) -> Outcome:
            member.read_at = time.monotonic()
            member.current = self.items.refetch(member.current or {})
            return self.reconciler(member).predict(member.current)

        member.attempt(fetch)
        member.in_doubt = False
        member.is_settled = self.is_settled(member, check_mode)

    def batches(self, deletions: bool, all_at_once: bool = False) -> Iterator[list[Member]]:
        """Yield the members that are worked on together: those that are not to be deleted, or in a later step those that are.

        :param all_at_once: only what is purged is left for the later step.
        """
        for member in self.members:
            is_late = member.is_purged if all_at_once else member.is_to_be_deleted
            if not member.is_settled and is_late is deletions:
                yield [member]

    def settle(self, batch: Sequence[Member], check_mode: bool) -> None:
        """Do what has to be done to the members of a batch, or in check mode predict it."""
        for member in batch:
            member.outcome = member.error = None
            member.attempt(lambda member: self.settle_one(member, check_mode))
            member.is_settled = True

    def require_owner(self) -> None:
        """Make sure that what these belong to is as declared.

        :raises OwnerFailed: if it failed.
        """
        owner = self.owner
        if owner is not None and owner.error is not None:
            raise OwnerFailed(f"Not attempted, because {self.items.parent_name}, which it belongs to, failed.")

    def settle_one(self, member: Member, check_mode: bool) -> Outcome:
        """Do what has to be done to one member. What the listing cannot decide is read first."""
        self.require_owner()
        reconciler = self.reconciler(member)
        current = reconciler.fetch() if member.in_doubt else member.current
        outcome = reconciler.predict_with_children(current) if check_mode else reconciler.carry_out(current)
        reconciler.items.finish(outcome, check_mode)
        first = member.confirmed
        # An update that is repeated changes the item from what it was before the first one.
        return outcome if first is None else replace(first, after=outcome.after, notices={**outcome.notices, REPEATED: ["settings"]})

    def reconciler(self, member: Member) -> Reconciler:
        """Return what makes one member what is declared."""
        items = self.items_of(member)
        owner = self.owner
        if owner is not None and owner.outcome is not None and owner.outcome.after is not None:
            items.set_parent(owner.outcome.after)
        return Reconciler(self.resource, member.declaration, items, member.secrets, member.read_at)

    def items_of(self, member: Member) -> ResourceClient:
        """Return the verbs on one member."""
        return self.items

    def explain_limit(self) -> None:
        """Add a remark to refused creates if there are as many items as a plan allows."""
        done = Counter(member.operation for member in self.members)
        count = len(self.stored) + done[CREATED] - done[DELETED]
        for member in self.members:
            if member.error is not None:
                explain_limit(self.resource, member.error, lambda: count)
