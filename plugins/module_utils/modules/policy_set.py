# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of a gateway, staged, tested and committed together."""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.expectations import (
    Expectation,
    evaluated,
    require_met,
    simulated,
    without_none,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import NOTICES
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_client import DraftClient, Stored
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_plan import (
    Change,
    DraftSet,
    foreign_drafts,
    foreign_error,
    plan_changes,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import NO_PARENT
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED, DELETED, UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.staging import Staging
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import BLOCK, POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy_evaluation import (
    FOR_EVERYBODY,
    Policy,
    covers_everybody,
    locks_out,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

NOT_STAGED, NOT_COMMITTED = "Nothing was changed.", "The changes were not committed."
OPEN = "No policy is left, so everybody who can use the gateway may send any request."
LOCKOUT = (
    f"{NOT_STAGED} A gateway with policies refuses every request that matches none of them, and these policies do not cover everybody. "
    f"Add one that does, such as {json.dumps(FOR_EVERYBODY)}. To lock out everybody else on purpose, set allow_lockout to true."
)


class Lockout(CollectionError):
    """A set of policies would refuse everybody whom none of them covers."""


def given_options(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given options of a policy. YAML reads the condition ``true`` as a boolean, which Ansible converts to the text ``True``."""
    given: dict[str, Any] = without_none(dict(entry))
    if given.get("condition") in ("True", "False", True, False):
        given["condition"] = str(given["condition"]).lower()
    return given


class PolicySet:
    """The policies of one gateway: the stored ones, the planned changes, and the live ones after them."""

    def __init__(
        self, items: DraftClient, wanted: DraftSet, expectations: Sequence[Expectation] = (), allows_lockout: bool = False
    ) -> None:
        self.items = items
        self.wanted = wanted
        self.expectations = expectations
        self.allows_lockout = allows_lockout
        self.stored = Stored({}, {})
        self.changes: list[Change] = []
        self.after: list[Policy] = []
        self.matrix: list[dict[str, Any]] = []

    def fetch(self) -> None:
        """Read the live policies and the drafts."""
        self.stored = self.items.stored()

    def plan(self) -> None:
        """Plan the changes.

        :raises CollectionError: if a name is ambiguous, or if purge would delete too many policies.
        """
        self.changes = plan_changes(POLICY, self.wanted, self.stored, self.items.ambiguous)
        self.after = _after(self.stored, self.changes)

    @property
    def is_changed(self) -> bool:
        """Return whether there is something to change."""
        return any(change.operation != UNCHANGED for change in self.changes)

    def check(self, check_mode: bool) -> list[str]:
        """Check the changes, and return warnings about them.

        :raises CollectionError: if they must not be made. Nothing has been written by then.
        """
        warnings = []
        foreign = foreign_drafts(POLICY, self.changes, self.stored)
        if foreign and (self.is_changed or self.expectations):
            raise foreign_error(POLICY, foreign)
        if foreign:
            warnings.append(f"There are drafts that this task did not create: {name_some(foreign)}.")
        if self.is_changed and not self.allows_lockout and locks_out(self.after):
            raise Lockout(LOCKOUT)
        if any(change.operation == CREATED for change in self.changes):
            if not check_mode:
                self.items.require_parent()
            elif self.items.parent() is None:
                warnings.append(NOTICES[NO_PARENT] % self.items.parent_name)
        if self.is_changed and not self.after:
            warnings.append(OPEN)
        return warnings

    def predict(self) -> list[Policy]:
        """Test the expectations without the server, and return the policies that would be live."""
        self.matrix = evaluated(self.expectations, self.after)
        require_met(self.matrix, NOT_STAGED)
        return self.after

    def carry_out(self) -> list[Policy]:
        """Stage, test and commit the changes, and return the live policies.

        :raises CollectionError: if that fails. The message contains what could not be rolled back.
        """
        after = self.after
        staging = Staging(
            self.items, _in_order(self.changes, after), keeps_some=bool(after), anchor=_anchor(self.stored, self.changes, after)
        )
        staging.carry_out(self._test)
        live = self.stored.live if staging.live is None else staging.live
        return list(live.values()) if after else []

    def _test(self) -> None:
        # Without policies, there are no drafts to simulate, and everything is allowed.
        self.matrix = simulated(self.expectations, self.after, self.items) if self.after else evaluated(self.expectations, self.after)
        require_met(self.matrix, NOT_COMMITTED)


def _after(stored: Stored, changes: Sequence[Change]) -> list[Policy]:
    """Return the policies that will be live after the changes."""
    changed = [change for change in changes if change.operation != UNCHANGED]
    replaced = {change.live["id"] for change in changed if change.live is not None}
    kept = [policy for reference, policy in stored.live.items() if reference not in replaced]
    return [*kept, *(change.after for change in changed if change.after is not None)]


def _in_order(changes: Sequence[Change], after: Sequence[Policy]) -> list[Change]:
    """Return the changes with the deletions in a safe order: no single deletion locks callers out, or allows what is blocked.

    A policy that covers everybody is deleted last if no remaining one does. Policies that allow are deleted before those that block.
    """
    is_covered = any(map(covers_everybody, after))

    def rank(change: Change) -> tuple[bool, bool]:
        if change.operation != DELETED or change.live is None:
            return (False, False)
        action = change.live.get("action")
        blocks = isinstance(action, dict) and action.get("type") == BLOCK
        return (covers_everybody(change.live) and not is_covered, blocks)

    return sorted(changes, key=rank)


def _anchor(stored: Stored, changes: Sequence[Change], after: Sequence[Policy]) -> str | None:
    """Return the name of the policy that must become live first, so that a partially failed commit locks nobody out."""
    changed = {change.live["id"]: change for change in changes if change.live is not None and change.operation != UNCHANGED}
    if not any(map(covers_everybody, after)):
        return None
    for reference, policy in stored.live.items():
        then = changed[reference].after if reference in changed else policy
        if covers_everybody(policy) and then is not None and covers_everybody(then):
            return None
    covering = (change.name for change in changes if change.operation != UNCHANGED and change.after and covers_everybody(change.after))
    return next(covering, None)
