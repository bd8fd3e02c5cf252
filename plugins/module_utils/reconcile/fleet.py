# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many items at once: one listing, a plan for each item, and several requests under way at a time.

What is done to an item is C(apply)'s business; here is only which items there are, in which order, and how far it is.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import MODIFIED_AT, comparable_time
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Defect, RequestError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.contention import Contended
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.items import Items
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.limits import explain_limit
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import REPEATED, Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
    mismatches,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import to_purge
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.reconciler import Reconciler
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

PROGRESS_SECONDS = 5.0
FAILED = "failed"
# Maximum number of times that the items are listed after updates, to see whether another task has undone one.
CONFIRMATIONS = 3
UNDONE = "%s %r keeps being updated by somebody else, and does not hold what was declared."


@dataclass(frozen=True)
class Fleet:
    """What shall be: the items that are declared, and whether, and at most how many, others are deleted (``None``: any number)."""

    declarations: tuple[Declaration, ...]
    purge: bool = False
    purge_limit: int | None = 0
    concurrency: int = 1


@dataclass
class Member:
    """An item of the fleet, and what became of it. Either C(error) is set, or C(outcome) tells what was or would be done."""

    declaration: Declaration
    current: Mapping[str, Any] | None
    outcome: Outcome | None = None
    error: CollectionError | None = None
    secrets: set[str] = field(default_factory=set)
    in_doubt: bool = False
    # The outcome of an update that somebody else has undone, and that is done again.
    confirmed: Outcome | None = None
    is_settled: bool = False

    @property
    def is_purged(self) -> bool:
        """Whether the item is deleted only because it is not declared."""
        return self.declaration.listed is not None

    @property
    def operation(self) -> str:
        """What was done, or C(failed)."""
        return FAILED if self.error is not None or self.outcome is None else self.outcome.operation


class NotPurged(CollectionError):
    """An item that is not declared was kept, as not all that is declared could be created."""


def reconcile_fleet(resource: Resource, fleet: Fleet, items: Items, check_mode: bool) -> list[Member]:
    """Make the items what is declared; in check mode only tell what would be done. Items that fail do not stop the others.

    The members are in the order of the declarations; those that are purged come last, in the order of the listing.

    :raises CollectionError: where nothing could be done at all. Nothing was changed then.
    """
    return _Run(resource, fleet, items).run(check_mode)


class _Run:
    def __init__(self, resource: Resource, fleet: Fleet, items: Items) -> None:
        self.resource = resource
        self.fleet = fleet
        self.items = items
        self.finished: list[Member] = []
        # The listing comes first.
        self.read_at = time.monotonic()

    def run(self, check_mode: bool) -> list[Member]:
        stored = self._list()
        declared = [declaration.id for declaration in self.fleet.declarations]
        purged = to_purge(self.resource, declared, stored, self.fleet.purge_limit) if self.fleet.purge else []
        members = [Member(declaration, stored.get(declaration.id)) for declaration in [*self.fleet.declarations, *purged]]
        for member in members:
            _attempt(member, lambda member: self._reconciler(member).predict(member.current))
            member.in_doubt = self._is_in_doubt(member)
            member.is_settled = not member.in_doubt and self._is_settled(member, check_mode)
        self._work_on([member for member in members if not member.is_purged], check_mode)
        if not check_mode:
            self._confirm([member for member in members if member.operation == UPDATED])
            self._keep_if_a_create_failed(members)
            self._explain_limit(members, len(stored))
        self._work_on([member for member in members if member.is_purged], check_mode)
        return members

    def _is_settled(self, member: Member, check_mode: bool) -> bool:
        """Return whether nothing is left to do; a prediction of a deletion or a creation also has to read what the item belongs to."""
        has_relatives = member.operation == DELETED or (member.operation == CREATED and self.resource.parent is not None)
        return member.operation in (UNCHANGED, FAILED) or (check_mode and not has_relatives)

    def _is_in_doubt(self, member: Member) -> bool:
        """Return whether the listing cannot decide: it may show less of an item than a reading does, or an older copy."""
        if member.is_purged:
            return not self.resource.shows_whether_deletable(member.current or {})
        is_stale = self.items.is_stale(member.declaration.id, member.current)
        return is_stale or (member.current is not None and member.operation in (UPDATED, FAILED))

    def _confirm(self, updated: Sequence[Member]) -> None:
        """List the items once more, and update those again whose update was undone.

        Two runs over the same items work in step: each writes whole items that it read before the other one wrote. One item alone is
        not listed again.
        """
        if len(updated) < 2:
            return
        for remaining in reversed(range(CONFIRMATIONS)):
            try:
                stored = self._list()
            except CollectionError:
                return  # each was verified when it was written
            updated = [member for member in updated if self._is_undone(member, stored.get(member.declaration.id))]
            for member in updated:
                if remaining:
                    member.in_doubt, member.is_settled, member.confirmed = True, False, member.outcome
                else:
                    member.error = Contended(UNDONE % (self.resource.name, member.declaration.id))
            if not updated or not remaining:
                return
            self._work_on(updated, check_mode=False)

    def _is_undone(self, member: Member, listed: Mapping[str, Any] | None) -> bool:
        """Return whether the item does not hold what is declared any more, in a copy that is newer than what was written."""
        written = member.outcome.after if member.outcome is not None and member.error is None else None
        if written is None or listed is None or self.items.is_stale(member.declaration.id, listed):
            return False
        modified_at = comparable_time(listed.get(MODIFIED_AT))
        if modified_at is not None and modified_at == comparable_time(written.get(MODIFIED_AT)):
            return False
        return bool(mismatches(self.resource, member.declaration, listed))

    def _keep_if_a_create_failed(self, members: Sequence[Member]) -> None:
        """Leave all items alone that are not declared if one that is cannot be created: it may be one of them under another id."""
        failed = [member.declaration.id for member in members if _is_failed_create(member)]
        for member in members:
            if failed and member.is_purged:
                member.outcome, member.is_settled = None, True
                member.error = NotPurged(f"Not deleted by purge, as these could not be created: {name_some(failed)}.")

    def _explain_limit(self, members: Sequence[Member], listed: int) -> None:
        done = Counter(member.operation for member in members)
        count = listed + done[CREATED] - done[DELETED]
        for member in members:
            if member.error is not None:
                explain_limit(self.resource, member.error, lambda: count)

    def _list(self) -> dict[str, Mapping[str, Any]]:
        """What is stored, by id."""
        found: list[list[dict[str, Any]] | Exception] = []

        def read() -> None:
            try:
                found.append(self.items.all())
            except Exception as error:
                found.append(error)

        threads = _start_several(read, 1)
        if not threads:
            read()
        self._watch(threads, lambda: f"reading the account's {self.resource.name}s")
        if isinstance(found[0], Exception):
            raise found[0]
        stored: dict[str, Mapping[str, Any]] = {self.resource.identity_of(item): item for item in found[0]}
        if len(stored) < len(found[0]):
            by_identity = Counter(map(self.resource.identity_of, found[0]))
            identity = next(identity for identity, number in by_identity.items() if number > 1)
            raise self.items.ambiguous(identity, [item for item in found[0] if self.resource.identity_of(item) == identity])
        return stored

    def _work_on(self, members: Sequence[Member], check_mode: bool) -> None:
        """Settle the members, several at a time; deletions begin first, as accounts are limited in number."""
        pending = [member for member in members if not member.is_settled]
        todo = deque(sorted(pending, key=lambda member: member.operation != DELETED))

        def work() -> None:
            while True:
                try:
                    member = todo.popleft()
                except IndexError:
                    return
                member.outcome = member.error = None
                _attempt(member, lambda member: self._settle(member, check_mode))
                self.finished.append(member)

        # Not a pool of concurrent.futures, which finishes all of its work before it lets an interrupted program end.
        try:
            threads = _start_several(work, min(self.fleet.concurrency, len(pending)))
            if not threads:
                work()
            self._watch(threads, lambda: self._progress(pending))
        except BaseException:
            self.items.client.end()
            self.items.client.tell(f"ended before it was finished: {self._progress(pending)}")
            raise
        finally:
            todo.clear()

    def _settle(self, member: Member, check_mode: bool) -> Outcome:
        """Do what is planned for the member, or in check mode predict it; what the listing cannot decide is read first."""
        reconciler = self._reconciler(member)
        current = reconciler.read() if member.in_doubt else member.current
        outcome = reconciler.foresee(current) if check_mode else reconciler.carry_out(current)
        first = member.confirmed
        # An update that is repeated changes the item from what it was before the first one.
        return outcome if first is None else replace(first, after=outcome.after, notices={**outcome.notices, REPEATED: ["settings"]})

    def _reconciler(self, member: Member) -> Reconciler:
        return Reconciler(self.resource, member.declaration, self.items, member.secrets, self.read_at)

    def _progress(self, members: Sequence[Member]) -> str:
        finished = Counter(member.operation for member in self.finished[:])
        done, failed = sum(finished.values()), finished[FAILED]
        return f"{done} of {len(members)} {self.resource.name}s done, {done - failed - finished[UNCHANGED]} changed, {failed} failed"

    def _watch(self, threads: Iterable[threading.Thread], line: Callable[[], str]) -> None:
        """Wait for the threads, and tell every few seconds that they still work."""
        client = self.items.client
        next_line = time.monotonic() + PROGRESS_SECONDS
        for thread in threads:
            while thread.is_alive():
                thread.join(max(0.0, next_line - time.monotonic()))
                if thread.is_alive() and time.monotonic() >= next_line:
                    until = time.strftime("%H:%M:%S", time.localtime(time.time() + client.pace.waiting))
                    client.tell(line() + (f", waiting for the rate limit until {until}" if client.pace.waiting else ""))
                    next_line = time.monotonic() + PROGRESS_SECONDS


def _is_failed_create(member: Member) -> bool:
    """Return whether a declared item could not be created, also if it was deleted by somebody else after the listing."""
    if member.error is None or not member.declaration.present:
        return False
    return member.current is None or (isinstance(member.error, RequestError) and member.error.request.method == "POST")


def _attempt(member: Member, work: Callable[[Member], Outcome]) -> None:
    """Let C(work) give the member its outcome, or keep why it could not."""
    try:
        member.outcome = work(member)
    except CollectionError as error:
        member.error = error
    except Exception as error:
        member.error = Defect(error)


def _start_several(work: Callable[[], None], number: int) -> list[threading.Thread]:
    """Do ``work`` in so many threads, or in as many as the system allows; without any, the caller has to do it."""
    threads: list[threading.Thread] = []
    try:
        for _number in range(number):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            threads.append(thread)
    except RuntimeError:
        # A limit of processes. Those that were started do the work of the others too.
        pass
    return threads
