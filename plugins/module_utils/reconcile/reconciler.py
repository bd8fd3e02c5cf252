# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciliation of one item: plan, carry out once, verify, and read the item again if an outcome is unknown."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Callable, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Exists, NotFound, Refused, TooLate
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.children import delete_children, named
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.contention import ConcurrentChange, Contended
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.notices import notices_of, undeclared
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import (
    ADOPTED,
    NO_PARENT,
    Child,
    Outcome,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import (
    CREATED,
    DELETED,
    NOTHING_CHANGED,
    RECREATED,
    UNCHANGED,
    UPDATED,
    Plan,
    make_plan,
    mismatches,
    really_changed,
    unexpected_changes,
    update_body,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.refused_fields import without_refused
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.verify import verify
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import fetch_after
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import secret_values

# Maximum number of plans for one item that others create or delete in the meantime.
MAX_ROUNDS = 4
# Maximum age of the item on which an update is based, because others may change the item in the meantime.
FRESH_SECONDS = 10.0
# Number of reads for an item whose creation may still be in progress, before it is created again.
MAX_READS = 3


class Reconciler:
    """Changes one item as declared.

    :param secrets: set that receives every declared or stored secret of the item.
    :param read_at: time of the monotonic clock at which the caller read the item, in seconds.
    """

    def __init__(
        self, resource: Resource, declaration: Declaration, items: ResourceClient, secrets: set[str], read_at: float = 0.0
    ) -> None:
        self.resource = resource
        self.declaration = declaration
        self.items = items
        self.secrets = secrets
        self.unexpected_changes: list[str] = []
        self.left_out: list[str] = []
        self.children: list[Child] = []
        self._read_at = read_at
        self._is_adopted = False
        # The first plan that was carried out, or may have been, at least in part.
        self._begun: Plan | None = None
        self._was_gone = False
        self._hide(declaration.settings)

    def fetch(self) -> dict[str, Any] | None:
        """Return the stored item, or ``None`` if it does not exist."""
        self._read_at = time.monotonic()
        current = self._by_any_name(self.items.get)
        return None if current is None else self._remember(current)

    def find(self) -> dict[str, Any] | None:
        """Return the stored item, or ``None``. It is read individually only if the listing is not enough for a plan."""
        self._read_at = time.monotonic()
        listed = self._by_any_name(self.items.find)
        if listed is None or not self.resource.is_found_by_key or self.resource.is_listed_whole:
            return None if listed is None else self._remember(listed)
        try:
            plan = make_plan(self.resource, self.declaration, self._remember(listed))
            is_settled = plan.operation == UNCHANGED and all(field.is_listed for field in self.resource.settings)
        except CollectionError:
            is_settled = False
        item = listed if is_settled else self.items.refetch(listed)
        return None if item is None else self._remember(item)

    def _by_any_name(self, look_up: Callable[[str], dict[str, Any] | None]) -> dict[str, Any] | None:
        """Return what ``look_up`` finds for the declared key, else for the previous key of a renamed item."""
        found = look_up(self.declaration.id)
        return look_up(self.declaration.rename_from) if found is None and self.declaration.rename_from else found

    def predict_with_children(self, current: Mapping[str, Any] | None) -> Outcome:
        """Return the predicted outcome for the stored item ``current`` and for its children. All requests only read."""
        outcome = self.predict(current)
        if outcome.operation == CREATED and self.resource.parent and self.items.parent() is None:
            return replace(outcome, notices={**outcome.notices, NO_PARENT: [self.items.parent_name]})
        if outcome.operation == DELETED and current is not None:
            self.children = [named(items, item) for items, item in self.items.children(self.declaration.id)]
        return replace(outcome, children=tuple(self.children))

    def predict(self, current: Mapping[str, Any] | None) -> Outcome:
        """Return the predicted outcome for the stored item ``current``, without any request."""
        self._hide(current or {})
        plan = make_plan(self.resource, self.declaration, current)
        if plan.operation in (CREATED, RECREATED):
            place = {name: value for name, value in self.items.place.items() if name in self.resource.read_only}
            plan = replace(plan, after={**place, **(plan.after or {})})
        return self._outcome(plan, plan.after)

    def carry_out(self, current: Mapping[str, Any] | None) -> Outcome:
        """Change the stored item ``current`` as declared.

        :raises ParentAbsent: if the parent of a new item does not exist.
        :raises Contended: if others keep changing the item.
        """
        if current is None and self.declaration.present:
            self.items.require_parent()
        for remaining in reversed(range(MAX_ROUNDS)):
            try:
                plan = self._plan(current)
                # If the rate limit makes each write too late, the last round writes without a time limit.
                after = self._send(plan, is_last=not remaining)
            except ConcurrentChange as overtaken:
                current = overtaken.current
                if overtaken.maybe_done:
                    self._begun = self._begun or plan
            except CollectionError as error:
                if self._begun is not None and self._begun.operation == CREATED:
                    error.message = error.message.replace(NOTHING_CHANGED, "")
                    error.add_remark(f"The {self.resource.name} itself was created.")
                raise
            else:
                # A later round may find what an earlier one did, so the outcome is that of the first plan.
                return self._outcome(plan if plan.operation == CREATED and not self._is_recreated() else self._begun or plan, after)
        raise Contended(
            f"{self.resource.name} {self.declaration.id!r} is repeatedly created and deleted by somebody else, or "
            "the rate limit delays each write for too long."
        )

    def _plan(self, current: Mapping[str, Any] | None) -> Plan:
        """Return the plan for the stored item. If the item was deleted to recreate it, return the plan that deleted it."""
        if current is None and self._begun is not None and self._is_recreated():
            return self._begun
        return make_plan(self.resource, self.declaration, current)

    def _is_recreated(self) -> bool:
        return self._begun is not None and self._begun.operation == RECREATED

    def _outcome(self, plan: Plan, after: Mapping[str, Any] | None) -> Outcome:
        if self._was_gone and plan.operation == DELETED:
            return Outcome(UNCHANGED, (), None, None)
        operation, changed = plan.operation, plan.changed_settings
        if operation == UPDATED and after is not None and after is not plan.after:
            changed = really_changed(self.resource, self.declaration, plan, after)
            operation = UPDATED if changed else UNCHANGED
        notices = notices_of(self.resource, self.declaration, plan, operation, after, self.unexpected_changes, self.left_out)
        if self._is_adopted:
            notices[ADOPTED] = [f"{self.resource.name} {self.declaration.id!r}"]
        return Outcome(operation, changed, plan.before, after, notices, tuple(self.children))

    def _send(self, plan: Plan, is_last: bool) -> Mapping[str, Any] | None:
        """Carry out the plan, and return the stored item."""
        if plan.operation == CREATED:
            return self._create(plan, is_last)
        if plan.operation == RECREATED:
            return self._recreate(plan, is_last)
        if plan.operation == UPDATED:
            return self._put(plan.body or {}, plan.before or {}, is_last)
        if plan.operation == DELETED:
            self._delete(plan.before or {})
        return plan.after

    def _recreate(self, plan: Plan, is_last: bool) -> Mapping[str, Any]:
        if not self._is_recreated():
            self._delete(plan.before or {})
        self._begun = plan
        try:
            return self._create(plan, is_last)
        except CollectionError as error:
            error.message = error.message.replace(NOTHING_CHANGED, "")
            kept = undeclared(self.resource, self.declaration, plan)
            error.add_remark("The item was deleted to create it again. Run the task again to create it.")
            if kept:
                error.add_remark(f"It had {kept}: declare what must stay, because it can no longer be read.")
            raise

    def _create(self, plan: Plan, is_last: bool) -> Mapping[str, Any]:
        stored = self._post(plan)
        self._begun = self._begun or plan
        if not mismatches(self.resource, self.declaration, stored):
            return stored
        # Some servers accept some settings only in an update.
        return self._put(update_body(self.resource, self.declaration, stored), stored, is_last)

    def _post(self, plan: Plan) -> Mapping[str, Any]:
        """Create the item. If the outcome is unknown, read the item before trying again."""
        maybe_ours = False
        retry = 0
        while True:
            self._read_at = time.monotonic()
            try:
                return self._remember(self.items.create(plan.body or {}))
            except CollectionError as error:
                if not error.outcome_unknown and not isinstance(error, Refused):
                    raise
                maybe_ours = maybe_ours or error.outcome_unknown
                # A listing may not contain a new item for some seconds.
                may_lag = error.outcome_unknown or maybe_ours or isinstance(error, Exists)
                current = self._fetch_after(error, MAX_READS if may_lag else 1)
                if current is not None and maybe_ours:
                    return current
                if current is not None:
                    self._is_adopted = isinstance(error, Exists)
                    raise ConcurrentChange(current) from None
                if not error.outcome_unknown or retry == self.items.client.max_retries:
                    raise
            retry += 1

    def _put(self, body: dict[str, Any], before: Mapping[str, Any], is_last: bool) -> Mapping[str, Any]:
        """Update the stored item ``before``, and verify the result."""
        not_after = None if is_last else self._read_at + FRESH_SECONDS
        try:
            stored = self._update(before, body, not_after)
        except NotFound as error:
            raise ConcurrentChange(None, error.outcome_unknown) from None
        except CollectionError as error:
            return self._settle(error, before, is_last)
        verify(self.resource, self.declaration, stored)
        self.unexpected_changes = unexpected_changes(self.resource, body, before, stored)
        return stored

    def _update(self, before: Mapping[str, Any], body: dict[str, Any], not_after: float | None) -> dict[str, Any]:
        """Send an update. Repeat it without unknown fields that the API returned, but refuses to accept."""
        while True:
            try:
                return self._remember(self.items.update(before, body, not_after))
            except Refused as error:
                left_out = [] if error.outcome_unknown else without_refused(self.resource, self.declaration, body, error.entries)
                if not left_out:
                    raise
                self.left_out += left_out

    def _settle(self, error: CollectionError, before: Mapping[str, Any], is_last: bool) -> Mapping[str, Any]:
        """Return the stored item after an update that failed with ``error``, if it is as declared nevertheless."""
        is_late = isinstance(error, TooLate)
        if not is_late and not error.outcome_unknown:
            raise error
        found = self._fetch_after(error) if error.outcome_unknown else self.fetch()
        if found is not None and error.outcome_unknown and not mismatches(self.resource, self.declaration, found):
            if mismatches(self.resource, self.declaration, before):
                return found
            # The update contained only hidden secrets. Whether they were written cannot be seen, so write them again.
            is_late = not is_last
        if found is None or is_late:
            raise ConcurrentChange(found, error.outcome_unknown) from None
        raise error

    def _delete(self, current: Mapping[str, Any]) -> None:
        delete_children(self.items, self.declaration.id, self.children, self._delete_child)
        # A purged item must still be the listed one when it is deleted, so the deletion must not be late.
        not_after = None if self.declaration.listed is None else self._read_at + FRESH_SECONDS
        try:
            self.items.delete(current, not_after)
        except NotFound as error:
            # For a while, a listing still contains a deleted item.
            self._was_gone = self.resource.is_listed_whole and not error.outcome_unknown
        except TooLate as error:
            raise ConcurrentChange(self.fetch(), error.outcome_unknown) from None
        except CollectionError as error:
            if not error.outcome_unknown or self._fetch_after(error) is not None:
                raise

    def _delete_child(self, items: ResourceClient, item: Mapping[str, Any]) -> None:
        declaration = Declaration(items.resource.identity_of(item), present=False, settings={})
        Reconciler(items.resource, declaration, items, self.secrets).carry_out(item)

    def _fetch_after(self, error: CollectionError, attempts: int = 1) -> dict[str, Any] | None:
        """Read the item after ``error``, which left the outcome unknown."""
        return fetch_after(error, self.fetch, attempts)

    def _remember(self, item: dict[str, Any]) -> dict[str, Any]:
        """Record the secrets of an item before anything else uses it."""
        self._hide(item)
        return item

    def _hide(self, settings: Mapping[str, Any]) -> None:
        self.secrets.update(secret_values(self.resource, settings))
