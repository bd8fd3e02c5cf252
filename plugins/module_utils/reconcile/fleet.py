# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciliation of many items: one listing of each kind, one plan, and concurrent requests.

Each group reconciles its own items. This module orders the groups, and reports the progress.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import MODIFIED_AT, comparable_time
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.contention import Contended
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.group import Group
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.member import FAILED, Member
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import DELETED, UNCHANGED, UPDATED, mismatches
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import refuse_alike, refuse_too_many
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.workers import Workers
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some, plural

# Maximum number of listings after updates, to detect updates that another task has undone.
CONFIRMATIONS = 3
UNDONE = "%s %r is repeatedly updated by somebody else, and is not as declared."


@dataclass(frozen=True)
class Fleet:
    """The desired items, and how to reconcile them.

    ``phases`` are the groups in processing order. Groups of one kind share a phase, and children come in a later phase than their parents.
    Deletions come after all other changes, in reverse order. With ``deletes_first``, deletions other than by purge come first within their
    phase instead. ``purge_limit`` is the maximum number of items to purge, or ``None`` if the items are declared as a whole. ``check`` is
    called after everything is read, and raises an error if nothing may be changed.
    """

    phases: tuple[tuple[Group, ...], ...]
    purge_limit: int | None = 0
    concurrency: int = 1
    deletes_first: bool = False
    check: Callable[[], None] = lambda: None

    @property
    def groups(self) -> list[Group]:
        """Return all groups, in the order of the phases."""
        return [group for phase in self.phases for group in phase]


class NotDeleted(CollectionError):
    """An item was kept because a precondition of its deletion is not met."""


def reconcile_fleet(fleet: Fleet, client: Client, check_mode: bool) -> None:
    """Reconcile the items with their declarations. In check mode, only predict the outcome. Failed items do not stop the others.

    The members of the groups have the results: first the declared ones in their order, then the purged ones in the order of the listing.

    :raises CollectionError: if the run stopped before any change.
    """
    _Run(fleet, client).run(check_mode)


class _Run:
    def __init__(self, fleet: Fleet, client: Client) -> None:
        self.fleet = fleet
        self.workers = Workers(client, fleet.concurrency)

    def run(self, check_mode: bool) -> None:
        self._fetch_and_plan(check_mode)
        unread = self._fetch_unlisted(check_mode)
        self.fleet.check()
        self._keep(unread)
        for phase in self.fleet.phases:
            self._work_on(phase, check_mode)
            if not check_mode:
                for group in phase:
                    self._confirm(group)
        if not check_mode:
            self._keep_where_a_create_failed()
            for group in self.fleet.groups:
                group.explain_limit()
        for phase in reversed(self.fleet.phases):
            self._work_on(phase, check_mode, deletions=True)

    def _fetch_and_plan(self, check_mode: bool) -> None:
        """List and plan all groups. Those of the account come first, because the children of an absent item are not listed.

        :raises CollectionError: if a group of the account cannot be read, or if purge is refused.
        """
        first = [group for group in self.fleet.groups if not group.has_owner]
        later = [group for group in self.fleet.groups if group.has_owner]
        names = name_some([plural(group.resource.name) for group in first])
        self._fetch(first, lambda done: f"reading the account's {names}")
        for group in first:
            if group.error is not None:
                raise group.error
            group.plan(check_mode)
        self._fetch(later, lambda done: f"reading what belongs to the items: {done} of {len(later)} lists done")
        for group in later:
            group.plan(check_mode)
        if self.fleet.purge_limit is not None:
            self._refuse_purge(self.fleet.purge_limit)

    def _refuse_purge(self, limit: int) -> None:
        purged: dict[str, list[str]] = {}
        for group in self.fleet.groups:
            ids = [member.declaration.id for member in group.purged]
            refuse_alike(group.resource, (declaration.id for declaration in group.declarations), group.stored, ids)
            purged.setdefault(group.resource.name, []).extend(f"{group.place}/{name}" if group.has_owner else name for name in ids)
        is_any_declared = any(group.declarations for group in self.fleet.groups)
        refuse_too_many(purged, limit, is_any_declared)

    def _fetch(self, groups: Sequence[Group], line: Callable[[int], str]) -> None:
        done: list[Group] = []

        def fetch(group: Group) -> None:
            group.fetch()
            done.append(group)

        self.workers.work_through(groups, fetch, lambda: line(len(done)))

    def _fetch_unlisted(self, check_mode: bool) -> list[str]:
        """Read the items with declared settings that listings omit. Return the names of everything that could not be read, for messages."""
        todo = [(group, member) for group in self.fleet.groups for member in group.to_fetch()]
        done: list[Member] = []

        def fetch(pair: tuple[Group, Member]) -> None:
            group, member = pair
            group.fetch_one(member, check_mode)
            done.append(member)

        self.workers.work_through(todo, fetch, lambda: f"{len(done)} of {len(todo)} items read")
        unlisted = [group.label for group in self.fleet.groups if group.error is not None]
        return [*unlisted, *(f"{group.resource.name} {member.declaration.id!r}" for group, member in todo if member.error is not None)]

    def _keep(self, unread: Sequence[str]) -> None:
        """Refuse all deletions if a part of the account could not be read."""
        if unread:
            self._fail_deletions(lambda group, member: f"Not deleted, as these could not be read: {name_some(unread)}.")

    def _keep_where_a_create_failed(self) -> None:
        """Refuse to purge items of a kind if one of that kind could not be created: it may be one of them under another id."""
        failed: dict[str, list[str]] = {}
        for group in self.fleet.groups:
            failed.setdefault(group.resource.name, []).extend(m.declaration.id for m in group.members if m.is_failed_create)

        def reason(group: Group, member: Member) -> str:
            names = failed[group.resource.name]
            return f"Not deleted by purge, as these could not be created: {name_some(names)}." if names and member.is_purged else ""

        self._fail_deletions(reason)

    def _fail_deletions(self, reason: Callable[[Group, Member], str]) -> None:
        for group in self.fleet.groups:
            for member in group.members:
                is_pending = member.operation == DELETED and not member.is_settled
                text = reason(group, member) if is_pending else ""
                if text:
                    member.fail(NotDeleted(text))

    def _work_on(self, phase: Sequence[Group], check_mode: bool, deletions: bool = False) -> None:
        """Settle the members of a phase concurrently. Deletions begin first, because an account can have only a limited number of items."""
        batches = [(group, batch) for group in phase for batch in group.batches(deletions, self.fleet.deletes_first)]
        batches.sort(key=lambda pair: pair[1][0].operation != DELETED)
        self._settle(batches, check_mode)

    def _settle(self, batches: Sequence[tuple[Group, list[Member]]], check_mode: bool) -> None:
        if not batches:
            return
        finished: list[Member] = []
        number, name = sum(len(batch) for _group, batch in batches), batches[0][0].resource.name

        def settle(pair: tuple[Group, list[Member]]) -> None:
            group, batch = pair
            group.settle(batch, check_mode)
            finished.extend(batch)

        def progress() -> str:
            by_operation = Counter(member.operation for member in finished[:])
            done, failed = sum(by_operation.values()), by_operation[FAILED]
            return f"{done} of {number} {plural(name)} done, {done - failed - by_operation[UNCHANGED]} changed, {failed} failed"

        self.workers.work_through(batches, settle, progress)

    def _confirm(self, group: Group) -> None:
        """List the items again, and repeat updates that were undone.

        Two runs over the same items can undo each other's updates: each writes complete items that it read before the other one wrote.
        If only one item was updated, the items are not listed again.
        """
        updated = [member for member in group.members if member.operation == UPDATED]
        if len(updated) < 2 or not group.resource.sends_whole:
            return
        for remaining in reversed(range(CONFIRMATIONS)):
            stored = self._listed_again(group)
            updated = [member for member in updated if _is_undone(group, member, stored.get(member.declaration.id))]
            for member in updated:
                if remaining:
                    member.in_doubt, member.is_settled, member.confirmed = True, False, member.outcome
                else:
                    member.error = Contended(UNDONE % (group.resource.name, member.declaration.id))
            if not updated or not remaining:
                return
            self._settle([(group, [member]) for member in updated], check_mode=False)

    def _listed_again(self, group: Group) -> dict[str, Mapping[str, Any]]:
        """Return the stored items by id, or an empty dict if they cannot be read, because each item was verified when it was written."""
        again = Group(group.items, ())
        self._fetch([again], lambda done: f"reading the {group.label} again")
        return again.stored if again.error is None else {}


def _is_undone(group: Group, member: Member, listed: Mapping[str, Any] | None) -> bool:
    """Return whether ``listed`` is newer than the written copy of the item, and no longer as declared."""
    written = member.outcome.after if member.outcome is not None and member.error is None else None
    if written is None or listed is None or group.items.is_stale(member.declaration.id, listed):
        return False
    modified_at = comparable_time(listed.get(MODIFIED_AT))
    if modified_at is not None and modified_at == comparable_time(written.get(MODIFIED_AT)):
        return False
    return bool(mismatches(group.resource, member.declaration, listed))
