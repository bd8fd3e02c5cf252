# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one item what is declared: planned, done once, verified, and settled where an outcome is unknown."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Callable, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Exists, NotFound, Refused, TooLate
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.children import delete_children, named
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.contention import Contended, Overtaken
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.items import Items
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
    disturbed,
    make_plan,
    mismatches,
    really_changed,
    update_body,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.refused_fields import without_refused
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.verify import verify
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import look_after
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import secret_values

# Maximum number of plans for one item that somebody else creates or deletes in the meantime.
ROUNDS = 4
# An update sends everything that was read. If its turn comes later than that, somebody else may have changed something meanwhile.
FRESH_SECONDS = 10.0
# How often to look for an item whose creation may still be under way, before creating it again.
LOOKS = 3


class Reconciler:
    """Makes one item what is declared.

    C(secrets) gets every secret of the item, declared or stored, that must not be shown. C(read_at) is when the item was read, in
    seconds of the monotonic clock, if that was not done here.
    """

    def __init__(self, resource: Resource, declaration: Declaration, items: Items, secrets: set[str], read_at: float = 0.0) -> None:
        self.resource = resource
        self.declaration = declaration
        self.items = items
        self.secrets = secrets
        self.disturbed: list[str] = []
        self.left_out: list[str] = []
        self.children: list[Child] = []
        self._read_at = read_at
        self._is_adopted = False
        # The first plan of which something was done, or may have been.
        self._begun: Plan | None = None
        self._was_gone = False
        self._hide(declaration.settings)

    def read(self) -> dict[str, Any] | None:
        """The item as it is stored, C(None) where it is absent."""
        self._read_at = time.monotonic()
        current = self._by_any_name(self.items.get)
        return None if current is None else self._remember(current)

    def find(self) -> dict[str, Any] | None:
        """Return the item as it is stored, or ``None``; read by itself only if the listing does not settle the matter."""
        self._read_at = time.monotonic()
        listed = self._by_any_name(self.items.find)
        if listed is None or not self.resource.is_found_by_key or self.resource.is_listed_whole:
            return None if listed is None else self._remember(listed)
        try:
            plan = make_plan(self.resource, self.declaration, self._remember(listed))
            is_settled = plan.operation == UNCHANGED and all(field.is_listed for field in self.resource.settings)
        except CollectionError:
            is_settled = False
        item = listed if is_settled else self.items.reread(listed)
        return None if item is None else self._remember(item)

    def _by_any_name(self, look_up: Callable[[str], dict[str, Any] | None]) -> dict[str, Any] | None:
        """Return what ``look_up`` finds by the declared key, else by the one that the item is to be renamed from."""
        found = look_up(self.declaration.id)
        return look_up(self.declaration.rename_from) if found is None and self.declaration.rename_from else found

    def foresee(self, current: Mapping[str, Any] | None) -> Outcome:
        """Return what will be done to the item as it is ``current``ly stored, and to what belongs to it. Requests only read."""
        outcome = self.predict(current)
        if outcome.operation == CREATED and self.resource.parent and self.items.parent() is None:
            return replace(outcome, notices={**outcome.notices, NO_PARENT: [self.items.parent_name]})
        if outcome.operation == DELETED and current is not None:
            self.children = [named(items, item) for items, item in self.items.children(self.declaration.id)]
        return replace(outcome, children=tuple(self.children))

    def predict(self, current: Mapping[str, Any] | None) -> Outcome:
        """What will be done to the item as it is C(current)ly stored. Nothing is sent."""
        self._hide(current or {})
        plan = make_plan(self.resource, self.declaration, current)
        if plan.operation in (CREATED, RECREATED):
            place = {name: value for name, value in self.items.place.items() if name in self.resource.read_only}
            plan = replace(plan, after={**place, **(plan.after or {})})
        return self._outcome(plan, plan.after)

    def carry_out(self, current: Mapping[str, Any] | None) -> Outcome:
        """Make the item, as it is C(current)ly stored, what is declared.

        :raises ParentAbsent: if a new item would belong to one that does not exist.
        """
        if current is None and self.declaration.present:
            self.items.require_parent()
        for remaining in reversed(range(ROUNDS)):
            try:
                plan = self._plan(current)
                # Where requests are so few that each read makes the write late, the last round writes all the same.
                after = self._send(plan, is_last=not remaining)
            except Overtaken as overtaken:
                current = overtaken.current
                if overtaken.maybe_done:
                    self._begun = self._begun or plan
            except CollectionError as error:
                if self._begun is not None and self._begun.operation == CREATED:
                    error.message = error.message.replace(NOTHING_CHANGED, "")
                    error.add_remark(f"The {self.resource.name} itself was created.")
                raise
            else:
                # What was done is no less done where a later round finds it, or has to add something.
                return self._outcome(plan if plan.operation == CREATED and not self._is_recreated() else self._begun or plan, after)
        raise Contended(
            f"{self.resource.name} {self.declaration.id!r} keeps being created and deleted by somebody else, or "
            "the rate limit makes each write too late."
        )

    def _plan(self, current: Mapping[str, Any] | None) -> Plan:
        """Return what to do with the item as it is stored. One that was deleted to be created again is created as planned first."""
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
        notices = notices_of(self.resource, self.declaration, plan, operation, after, self.disturbed, self.left_out)
        if self._is_adopted:
            notices[ADOPTED] = [f"{self.resource.name} {self.declaration.id!r}"]
        return Outcome(operation, changed, plan.before, after, notices, tuple(self.children))

    def _send(self, plan: Plan, is_last: bool) -> Mapping[str, Any] | None:
        """Do what is planned and return the item as it is stored then."""
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
                error.add_remark(f"It had {kept}: declare what must stay, as it is not there to be read any more.")
            raise

    def _create(self, plan: Plan, is_last: bool) -> Mapping[str, Any]:
        stored = self._post(plan)
        self._begun = self._begun or plan
        if not mismatches(self.resource, self.declaration, stored):
            return stored
        # Some servers take some settings only in an update.
        return self._put(update_body(self.resource, self.declaration, stored), stored, is_last)

    def _post(self, plan: Plan) -> Mapping[str, Any]:
        """Create the item. Where the outcome is unknown, look before doing it again."""
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
                # What was just created, here or elsewhere, may be missing from a listing for some seconds.
                may_lag = error.outcome_unknown or maybe_ours or isinstance(error, Exists)
                current = self._look(error, LOOKS if may_lag else 1)
                if current is not None and maybe_ours:
                    return current
                if current is not None:
                    self._is_adopted = isinstance(error, Exists)
                    raise Overtaken(current) from None
                if not error.outcome_unknown or retry == self.items.client.max_retries:
                    raise
            retry += 1

    def _put(self, body: dict[str, Any], before: Mapping[str, Any], is_last: bool) -> Mapping[str, Any]:
        """Update the item as it was ``before``, and verify what is stored."""
        not_after = None if is_last else self._read_at + FRESH_SECONDS
        try:
            stored = self._update(before, body, not_after)
        except NotFound as error:
            raise Overtaken(None, error.outcome_unknown) from None
        except CollectionError as error:
            return self._settle(error, before, is_last)
        verify(self.resource, self.declaration, stored)
        self.disturbed = disturbed(self.resource, body, before, stored)
        return stored

    def _update(self, before: Mapping[str, Any], body: dict[str, Any], not_after: float | None) -> dict[str, Any]:
        """Send an update, again without the fields that the API returned and then refuses, as long as it names some."""
        while True:
            try:
                return self._remember(self.items.update(before, body, not_after))
            except Refused as error:
                left_out = [] if error.outcome_unknown else without_refused(self.resource, self.declaration, body, error.entries)
                if not left_out:
                    raise
                self.left_out += left_out

    def _settle(self, error: CollectionError, before: Mapping[str, Any], is_last: bool) -> Mapping[str, Any]:
        """Return the item after an update that ended with ``error``, if what is declared is stored all the same."""
        is_late = isinstance(error, TooLate)
        if not is_late and not error.outcome_unknown:
            raise error
        found = self._look(error) if error.outcome_unknown else self.read()
        if found is not None and error.outcome_unknown and not mismatches(self.resource, self.declaration, found):
            if mismatches(self.resource, self.declaration, before):
                return found
            # Only secrets were to be written that nobody can see: whether they were is unknown, so they are written again.
            is_late = not is_last
        if found is None or is_late:
            raise Overtaken(found, error.outcome_unknown) from None
        raise error

    def _delete(self, current: Mapping[str, Any]) -> None:
        delete_children(self.items, self.declaration.id, self.children, self._delete_child)
        # An item that is only deleted because nobody declares it has to be the one that was listed, up to the last moment.
        not_after = None if self.declaration.listed is None else self._read_at + FRESH_SECONDS
        try:
            self.items.delete(current, not_after)
        except NotFound as error:
            # A listing goes on to show for a while what was deleted before.
            self._was_gone = self.resource.is_listed_whole and not error.outcome_unknown
        except TooLate as error:
            raise Overtaken(self.read(), error.outcome_unknown) from None
        except CollectionError as error:
            if not error.outcome_unknown or self._look(error) is not None:
                raise

    def _delete_child(self, items: Items, item: Mapping[str, Any]) -> None:
        declaration = Declaration(items.resource.identity_of(item), present=False, settings={})
        Reconciler(items.resource, declaration, items, self.secrets).carry_out(item)

    def _look(self, error: CollectionError, looks: int = 1) -> dict[str, Any] | None:
        """Read the item after ``error`` left open what was done."""
        return look_after(error, self.read, looks)

    def _remember(self, item: dict[str, Any]) -> dict[str, Any]:
        """Note the secrets of an item before anything else is done with it."""
        self._hide(item)
        return item

    def _hide(self, settings: Mapping[str, Any]) -> None:
        self.secrets.update(secret_values(self.resource, settings))
