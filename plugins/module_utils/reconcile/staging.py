# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage changes as drafts, test them, commit them together, and undo them if that fails.

The live items do not change before the commit. A commit that makes only some of the changes live is repeated, and then undone.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_client import DraftClient, Stored
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_plan import Change, ForeignDrafts, foreign_error, holds
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import DELETED, UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

MAX_COMMITS = 3
MAX_READS = 3


class NotCommitted(CollectionError):
    """A commit did not make all changes live, and was undone as far as possible."""


class Staging:
    """Carries out ``changes`` together.

    A deletion cannot be staged. If ``keeps_some``, some items remain in the end. Items to delete then get drafts without effect, so that
    the commit acts like the deletions. ``anchor`` is the name of the change that becomes live before the others, so that none of these is
    ever live without it.
    """

    def __init__(self, items: DraftClient, changes: Sequence[Change], keeps_some: bool, anchor: str | None) -> None:
        self.items = items
        self.resource = items.resource
        self.changes = [change for change in changes if change.operation != UNCHANGED]
        self.live: dict[str, dict[str, Any]] | None = None
        self._inert = items.drafts.inert if keeps_some else None
        self._anchor = next((change for change in self.changes if change.name == anchor), None)
        self._started: list[Change] = []

    def carry_out(self, test: Callable[[], None]) -> None:
        """Stage the changes, call ``test``, commit the changes, and carry out the deletions.

        :param test: raises an error if the changes must not be committed.
        :raises CollectionError: if that fails. The error lists the changes that could not be undone.
        """
        try:
            self._stage()
            test()
            if self._committed:
                self._confirm()
        except CollectionError as error:
            self._roll_back(error)
            raise
        if self._committed:
            self._commit()
        self._delete()

    @property
    def _committed(self) -> list[Change]:
        """Return the changes that the commit makes live."""
        return [change for change in self.changes if self._body(change) is not None]

    def _body(self, change: Change) -> Mapping[str, Any] | None:
        """Return the content of the draft of a change, or ``None`` if it has no draft."""
        if change.wanted is not None:
            return change.wanted
        return self._inert if change.live is not None else None

    def _stage(self) -> None:
        for change in self.changes:
            if change.live is None and change.draft is not None and not change.is_staged:
                # A draft of a new item cannot be changed.
                self.items.remove(change.reference)
                change.reference = ""
            body = self._body(change)
            if body is not None and not change.is_staged:
                self._started.append(change)
                self._stage_one(change, body)

    def _stage_one(self, change: Change, body: Mapping[str, Any]) -> None:
        try:
            if change.live is None:
                change.reference = self.items.stage_new(body)[self.resource.reference]
            else:
                self.items.stage_update(change.reference, body)
        except CollectionError as error:
            error.add_remark(f"The request was for the draft of {self.resource.name} {change.name!r}.")
            if not error.outcome_unknown or not self._is_staged(change, body):
                raise

    def _is_staged(self, change: Change, body: Mapping[str, Any]) -> bool:
        """Read the drafts, and return whether the draft exists after a request with an unknown outcome."""
        for attempt in range(MAX_READS):
            drafts = self._fetch(attempt).drafts
            reference = change.reference or next((key for key, item in drafts.items() if self._is_new_draft(change, item)), "")
            if holds(self.resource, drafts.get(reference), body):
                change.reference = reference
                return True
        return False

    def _is_new_draft(self, change: Change, item: Mapping[str, Any]) -> bool:
        known = {other.reference for other in self.changes}
        return self.resource.identity_of(item) == change.name and item[self.resource.reference] not in known

    def _fetch(self, attempt: int = 0) -> Stored:
        if attempt:
            time.sleep(backoff(attempt))
        return self.items.stored()

    def _confirm(self) -> None:
        """Read the drafts again, because a commit makes all of them live.

        :raises ForeignDrafts: if somebody else created or changed one in the meantime.
        """
        for attempt in range(MAX_READS):
            drafts = self._fetch(attempt).drafts
            missing = [change.name for change in self._committed if not self._is_draft(change, drafts)]
            if not missing:
                break
        self._refuse_foreign(drafts)
        if missing:
            raise ForeignDrafts(f"The drafts of {name_some(missing)} are no longer as this task staged them: somebody else changed them.")

    def _is_draft(self, change: Change, drafts: Mapping[str, Mapping[str, Any]]) -> bool:
        return holds(self.resource, drafts.get(change.reference), self._body(change) or {})

    def _refuse_foreign(self, drafts: Mapping[str, Mapping[str, Any]]) -> None:
        ours = {change.reference for change in self._committed}
        foreign = [self.resource.identity_of(item) for reference, item in drafts.items() if reference not in ours]
        if foreign:
            raise foreign_error(self.resource, foreign)

    def _commit(self) -> None:
        try:
            if self._anchor is not None and len(self._committed) > 1:
                self._make_live(self._anchor)
            self._commit_all()
        except (NotCommitted, ForeignDrafts) as error:
            self._roll_back(error)
            raise

    def _commit_all(self) -> None:
        refused: CollectionError | None = None
        for attempt in range(MAX_COMMITS):
            try:
                self.items.commit()
            except CollectionError as error:
                refused = error
            try:
                missing = self._not_live(is_last=attempt + 1 == MAX_COMMITS)
            except ForeignDrafts:
                raise
            except CollectionError as error:
                error.add_remark("The outcome of the commit is unknown. Run the task again: it continues from the current state.")
                raise
            if not missing:
                return
        raise NotCommitted(
            f"The commit did not make these live: {name_some([change.name for change in missing])}." + (f" {refused}" if refused else "")
        )

    def _make_live(self, change: Change) -> None:
        """Make one change live before the others."""
        body = self._body(change) or {}
        try:
            if change.live is None:
                # The draft of a new item only becomes live by a commit of all drafts.
                self.items.remove(change.reference)
                change.reference = ""
                change.reference = self.items.stage_new(body, is_live=True)[self.resource.reference]
            else:
                self.items.stage_update(change.reference, body, is_live=True)
        except CollectionError as error:
            found = self._find_live(change) if error.outcome_unknown else None
            if not holds(self.resource, found, body):
                raise NotCommitted(f"{self.resource.name} {change.name!r} could not be made live before the others. {error}") from None
            change.reference = (found or {})[self.resource.reference]

    def _find_live(self, change: Change) -> Mapping[str, Any] | None:
        live = self._fetch().live
        return live.get(change.reference) or next((item for item in live.values() if self._is_new_draft(change, item)), None)

    def _not_live(self, is_last: bool) -> list[Change]:
        """Return the changes that are not live yet.

        :raises ForeignDrafts: if another commit would make drafts of somebody else live.
        """
        for attempt in range(MAX_READS):
            stored = self._fetch(attempt)
            self.live = stored.live
            # The next commit by anybody would make a remaining draft live.
            missing = [change for change in self._committed if not self._is_live(change, stored) or change.reference in stored.drafts]
            if not missing or any(change.reference in stored.drafts for change in missing):
                break
        if missing and not is_last:
            self._refuse_foreign(stored.drafts)
        return missing

    def _is_live(self, change: Change, stored: Stored) -> bool:
        return holds(self.resource, stored.live.get(change.reference), self._body(change) or {})

    def _roll_back(self, error: CollectionError) -> None:
        """Restore the live items and the drafts. Add a remark to ``error`` about those that could not be restored."""
        changes = self._started if self.live is None else self._committed
        if not changes:
            return
        try:
            stored = self._fetch()
        except CollectionError:
            error.add_remark(f"The state of {name_some([change.name for change in changes])} is unknown, because reading failed too.")
            return
        left, equal = [], []
        # Delete new items after the changed ones are restored, and undo the anchor last, because the others must not be live without it.
        for change in sorted(changes, key=lambda change: (change is self._anchor, change.live is None)):
            try:
                if self._undo(change, stored):
                    equal.append(change.name)
            except CollectionError:
                left.append(change.name)
        if equal:
            error.add_remark(
                f"The draft of a live {self.resource.name} cannot be deleted, so these drafts now equal what is live: {name_some(equal)}."
            )
        if left:
            error.add_remark(f"These could not be undone: {name_some(left)}.")

    def _undo(self, change: Change, stored: Stored) -> bool:
        """Undo one change, and return whether a draft remains that equals the live item."""
        reference = change.reference or next((key for key, item in stored.drafts.items() if self._is_new_draft(change, item)), "")
        if change.live is None:
            if reference:
                self.items.remove(reference)
            return False
        keys = self._sent_keys(change)
        was_live = {key: change.live[key] for key in keys if key in change.live}
        if not holds(self.resource, stored.live.get(reference), was_live):
            self.items.stage_update(reference, was_live, is_live=True)
        if reference not in stored.drafts:
            return False
        self.items.stage_update(reference, {key: (change.draft or change.live).get(key) for key in was_live})
        return change.draft is None

    def _sent_keys(self, change: Change) -> set[str]:
        return {*(self._body(change) or {}), *(field.key for field in self.resource.settings)}

    def _delete(self) -> None:
        deletions = [change for change in self.changes if change.operation == DELETED and change.live is not None]
        for index, change in enumerate(deletions):
            try:
                self.items.remove(change.reference)
            except CollectionError as error:
                rest = name_some([other.name for other in deletions[index:]])
                effect = "" if self._inert is None else " They have no effect, because everything else was committed."
                error.add_remark(f"These are not deleted yet: {rest}.{effect} Run the task again to delete them.")
                raise
            if self.live is not None:
                self.live.pop(change.reference, None)
