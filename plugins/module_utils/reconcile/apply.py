# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry a plan out, so that what was declared is what is stored: once, verified, and settled where an outcome is unknown."""

from __future__ import annotations

import time
from typing import Any, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, NotFound, Refused, TooLate
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.items import Items
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.limits import explain_limit
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import (
    DIFFERENTLY_STORED,
    DISTURBED,
    LEFT_ALONE,
    LEFT_OUT,
    LOST,
    UNVERIFIABLE,
    Outcome,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import (
    CREATED,
    DELETED,
    NOTHING_CHANGED,
    UNCHANGED,
    UPDATED,
    Plan,
    differently_stored,
    disturbed,
    make_plan,
    mismatches,
    really_changed,
    unfulfilled,
    unverifiable,
    update_body,
    value_at,
    without_refused,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import mask, secret_values
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable

# Maximum number of plans for one item that somebody else creates or deletes in the meantime.
ROUNDS = 4
# An update sends everything that was read. If its turn comes later than that, somebody else may have changed something meanwhile.
FRESH_SECONDS = 10.0
# How often to look for an item whose creation may still be under way, before creating it again.
LOOKS = 3
# Maximum length of a value that is shown in a message.
MAX_SHOWN = 500


class NotStored(CollectionError):
    """The server took a write without complaint and holds something else than was declared."""


class Contended(CollectionError):
    """Somebody else kept creating and deleting the item."""


class _Overtaken(Exception):
    """What was read does not hold any more, or may not; C(current) is what is there now. C(maybe_done): by what was planned."""

    def __init__(self, current: dict[str, Any] | None, maybe_done: bool = False) -> None:
        super().__init__()
        self.current = current
        self.maybe_done = maybe_done


def reconcile(resource: Resource, declaration: Declaration, items: Items, check_mode: bool) -> Outcome:
    """Read the item, and make it what is declared; in check mode only tell what would be done.

    :raises CollectionError: where that cannot be reached; the error tells what is known.
    """
    reconciler = Reconciler(resource, declaration, items, items.client.secrets)
    current = reconciler.read()
    if check_mode:
        return reconciler.predict(current)
    try:
        return reconciler.carry_out(current)
    except CollectionError as error:
        explain_limit(resource, error, lambda: len(items.all()))
        raise


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
        self._read_at = read_at
        # The first plan of which something was done, or may have been.
        self._begun: Plan | None = None
        self._hide(declaration.settings)

    def read(self) -> dict[str, Any] | None:
        """The item as it is stored, C(None) where it is absent."""
        self._read_at = time.monotonic()
        current = self.items.get(self.declaration.id)
        return None if current is None else self._remember(current)

    def predict(self, current: Mapping[str, Any] | None) -> Outcome:
        """What will be done to the item as it is C(current)ly stored. Nothing is sent."""
        self._hide(current or {})
        plan = make_plan(self.resource, self.declaration, current)
        return self._outcome(plan, plan.after)

    def carry_out(self, current: Mapping[str, Any] | None) -> Outcome:
        """Make the item, as it is C(current)ly stored, what is declared."""
        for remaining in reversed(range(ROUNDS)):
            try:
                plan = make_plan(self.resource, self.declaration, current)
                # Where requests are so few that each read makes the write late, the last round writes all the same.
                after = self._send(plan, is_last=not remaining)
            except _Overtaken as overtaken:
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
                return self._outcome(plan if plan.operation == CREATED else self._begun or plan, after)
        raise Contended(
            f"{self.resource.name} {self.declaration.id!r} keeps being created and deleted by somebody else, or "
            "the rate limit makes each write too late."
        )

    def _outcome(self, plan: Plan, after: Mapping[str, Any] | None) -> Outcome:
        operation, changed = plan.operation, plan.changed_settings
        if operation == UPDATED and after is not None and after is not plan.after:
            changed = really_changed(self.resource, self.declaration, plan, after)
            operation = UPDATED if changed else UNCHANGED
        return Outcome(operation, changed, plan.before, after, self._notices(plan, operation, after))

    def _notices(self, plan: Plan, operation: str, after: Mapping[str, Any] | None) -> dict[str, Sequence[str]]:
        if after is None:
            return {}
        if not self.declaration.present:
            return {LEFT_ALONE: ["deletion"]}
        was_written = plan.operation in (CREATED, UPDATED) and after is not plan.after
        return {
            UNVERIFIABLE: unverifiable(self.resource, self.declaration, after) if operation == UNCHANGED else [],
            DISTURBED: self.disturbed,
            DIFFERENTLY_STORED: differently_stored(self.resource, self.declaration, after) if was_written else [],
            LEFT_OUT: self.left_out,
            LOST: [place for place in self.left_out if value_at(plan.before, place) != value_at(after, place)],
        }

    def _send(self, plan: Plan, is_last: bool) -> Mapping[str, Any] | None:
        """Do what is planned and return the item as it is stored then."""
        if plan.operation == CREATED:
            return self._create(plan, is_last)
        if plan.operation == UPDATED:
            return self._put(plan.body or {}, plan.before or {}, is_last)
        if plan.operation == DELETED:
            self._delete(plan.before or {})
        return plan.after

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
                current = self._look(error, LOOKS if error.outcome_unknown else 1)
                if current is not None and maybe_ours:
                    return current
                if current is not None:
                    raise _Overtaken(current) from None
                if not error.outcome_unknown or retry == self.items.client.max_retries:
                    raise
            retry += 1

    def _put(self, body: dict[str, Any], before: Mapping[str, Any], is_last: bool) -> Mapping[str, Any]:
        """Update the item as it was ``before``, and verify what is stored."""
        not_after = None if is_last else self._read_at + FRESH_SECONDS
        try:
            stored = self._update(before, body, not_after)
        except NotFound as error:
            raise _Overtaken(None, error.outcome_unknown) from None
        except CollectionError as error:
            return self._settle(error, before, is_last)
        self._verify(stored)
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
            raise _Overtaken(found, error.outcome_unknown) from None
        raise error

    def _delete(self, current: Mapping[str, Any]) -> None:
        # An item that is only deleted because nobody declares it has to be the one that was listed, up to the last moment.
        not_after = None if self.declaration.listed is None else self._read_at + FRESH_SECONDS
        try:
            self.items.delete(current, not_after)
        except NotFound:
            return
        except TooLate as error:
            raise _Overtaken(self.read(), error.outcome_unknown) from None
        except CollectionError as error:
            if not error.outcome_unknown or self._look(error) is not None:
                raise

    def _verify(self, stored: Mapping[str, Any]) -> None:
        wrong = unfulfilled(self.resource, self.declaration, stored)
        if wrong:
            pairs = [f"{key}: declared {self._shown(key, self.declaration.settings)}, stored {self._shown(key, stored)}" for key in wrong]
            raise NotStored(
                f"The server accepted the write to {self.resource.name} {self.declaration.id!r} but does not hold what was "
                f"declared ({'; '.join(pairs)}). Other settings may have been changed."
            )

    def _shown(self, key: str, settings: Mapping[str, Any]) -> str:
        return printable(repr(mask(self.resource.setting(key), settings.get(key))), MAX_SHOWN)

    def _look(self, error: CollectionError, looks: int = 1) -> dict[str, Any] | None:
        """Read the item after C(error) left open what was done; a creation may take more than one look to show."""
        for look in range(looks):
            if look:
                time.sleep(backoff(look))
            try:
                current = self.read()
            except CollectionError as unreadable:
                error.add_remark(
                    f"What it did is unknown, as reading failed too: {unreadable} Run the task again: it goes on from what is there."
                )
                raise error from None
            if current is not None:
                return current
        return None

    def _remember(self, item: dict[str, Any]) -> dict[str, Any]:
        """Note the secrets of an item before anything else is done with it."""
        self._hide(item)
        return item

    def _hide(self, settings: Mapping[str, Any]) -> None:
        self.secrets.update(secret_values(self.resource, settings))
