# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The items of one kind in one place, such as the custom providers of an account, and the operations planned for each."""

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
    """The owner of the items could not be reconciled."""


class Group:
    """The items of one kind in one place.

    ``declarations`` are the declared ones. With ``purge``, all others are deleted. The owner is the item to which these belong. If it is
    declared in the same run, ``owner`` is its group and its id.
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
        # The error of a failed listing.
        self.error: CollectionError | None = None
        self.read_at = 0.0
        self._owner = owner
        self._owner_member: Member | None = None

    @property
    def has_owner(self) -> bool:
        """Return whether the items have an owner that is declared."""
        return self._owner is not None

    @property
    def owner(self) -> Member | None:
        """Return the owner, a member of another group, or ``None``. That group must be planned first."""
        if self._owner is None:
            return None
        if self._owner_member is None:
            group, identity = self._owner
            self._owner_member = next(member for member in group.members if member.declaration.id == identity)
        return self._owner_member

    @property
    def place(self) -> str:
        """Return the id of the owner, or an empty string if the items belong to the account."""
        return self._owner[1] if self._owner else ""

    @property
    def label(self) -> str:
        """Return the name of the group for messages."""
        return plural(self.resource.name) + (f" of {self.place!r}" if self._owner else "")

    @property
    def purged(self) -> list[Member]:
        """Return the members that are deleted only because they are not declared."""
        return [member for member in self.members if member.is_purged]

    def fetch(self) -> None:
        """List the items, and record the error if that fails. If the owner does not exist yet, there is nothing to list."""
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
        """Create a member for each declared item and for each item to purge, and predict its outcome."""
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
        """Return the ids that are not purged: the declared ones, and those of items to rename."""
        renamed = [declaration.rename_from for declaration in self.declarations if declaration.id not in self.stored]
        return {*(declaration.id for declaration in self.declarations), *filter(None, renamed)}

    def is_settled(self, member: Member, check_mode: bool) -> bool:
        """Return whether nothing is left to do. In check mode, a deletion still has to read the children, and a create the parent."""
        has_relatives = member.operation == DELETED or (member.operation in (CREATED, RECREATED) and self.resource.parent is not None)
        return member.operation in (UNCHANGED, FAILED) or (check_mode and not has_relatives)

    def _is_in_doubt(self, member: Member) -> bool:
        """Return whether the listing is not sufficient: it may omit fields of an item, or contain an older copy."""
        if member.is_purged:
            return not (self.resource.is_listed_whole or self.resource.shows_whether_deletable(member.current or {}))
        is_stale = self.items.is_stale(member.declaration.id, member.current)
        return is_stale or (member.current is not None and member.operation in (UPDATED, FAILED))

    def to_fetch(self) -> list[Member]:
        """Return the existing members with declared settings that listings omit."""
        unlisted = {field.key for field in self.resource.settings if not field.is_listed}
        return [member for member in self.members if member.current is not None and not unlisted.isdisjoint(member.declaration.settings)]

    def fetch_one(self, member: Member, check_mode: bool) -> None:
        """Read one member individually, and predict its outcome again."""
        member.error = None

        def fetch(member: Member) -> Outcome:
            member.read_at = time.monotonic()
            member.current = self.items.refetch(member.current or {})
            return self.reconciler(member).predict(member.current)

        member.attempt(fetch)
        member.in_doubt = False
        member.is_settled = self.is_settled(member, check_mode)

    def batches(self, deletions: bool, all_at_once: bool = False) -> Iterator[list[Member]]:
        """Yield batches of members to settle together: those to delete if ``deletions``, otherwise all others.

        :param all_at_once: whether only purged members count as those to delete.
        """
        for member in self.members:
            is_late = member.is_purged if all_at_once else member.is_to_be_deleted
            if not member.is_settled and is_late is deletions:
                yield [member]

    def settle(self, batch: Sequence[Member], check_mode: bool) -> None:
        """Reconcile the members of a batch. In check mode, only predict the outcome."""
        for member in batch:
            member.outcome = member.error = None
            member.attempt(lambda member: self.settle_one(member, check_mode))
            member.is_settled = True

    def require_owner(self) -> None:
        """Check that the owner did not fail.

        :raises OwnerFailed: if it failed.
        """
        owner = self.owner
        if owner is not None and owner.error is not None:
            raise OwnerFailed(f"Not attempted, because {self.items.parent_name}, which it belongs to, failed.")

    def settle_one(self, member: Member, check_mode: bool) -> Outcome:
        """Reconcile one member. Read it first if the listing is not sufficient."""
        self.require_owner()
        reconciler = self.reconciler(member)
        current = reconciler.fetch() if member.in_doubt else member.current
        outcome = reconciler.predict_with_children(current) if check_mode else reconciler.carry_out(current)
        reconciler.items.finish(outcome, check_mode)
        first = member.confirmed
        # After a repeated update, the outcome still describes the change since before the first update.
        return outcome if first is None else replace(first, after=outcome.after, notices={**outcome.notices, REPEATED: ["settings"]})

    def reconciler(self, member: Member) -> Reconciler:
        """Return the reconciler of one member."""
        items = self.items_of(member)
        owner = self.owner
        if owner is not None and owner.outcome is not None and owner.outcome.after is not None:
            items.set_parent(owner.outcome.after)
        return Reconciler(self.resource, member.declaration, items, member.secrets, member.read_at)

    def items_of(self, member: Member) -> ResourceClient:
        """Return the client for one member."""
        return self.items

    def explain_limit(self) -> None:
        """Add a remark to refused creates if there are as many items as a plan allows."""
        done = Counter(member.operation for member in self.members)
        count = len(self.stored) + done[CREATED] - done[DELETED]
        for member in self.members:
            if member.error is not None:
                explain_limit(self.resource, member.error, lambda: count)
