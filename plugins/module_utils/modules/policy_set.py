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
    """Return the options of a policy that are given. YAML reads a condition of ``true`` as no text, and Ansible makes ``True`` of it."""
    given: dict[str, Any] = without_none(dict(entry))
    if given.get("condition") in ("True", "False", True, False):
        given["condition"] = str(given["condition"]).lower()
    return given


class PolicySet:
    """The policies of one gateway: what is stored, what is to be changed, and what will be live."""

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
        """Read what is live and what is a draft."""
        self.stored = self.items.stored()

    def plan(self) -> None:
        """Decide what has to be changed.

        :raises CollectionError: if that cannot be decided, or is too much.
        """
        self.changes = plan_changes(POLICY, self.wanted, self.stored, self.items.ambiguous)
        self.after = _after(self.stored, self.changes)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to change."""
        return any(change.operation != UNCHANGED for change in self.changes)

    def check(self, check_mode: bool) -> list[str]:
        """Return what is to be said about the changes.

        :raises CollectionError: if they must not be made. Nothing has been written then.
        """
        warnings = []
        foreign = foreign_drafts(POLICY, self.changes, self.stored)
        if foreign and (self.is_changed or self.expectations):
            raise foreign_error(POLICY, foreign)
        if foreign:
            warnings.append(f"There are drafts that this task did not make: {name_some(foreign)}.")
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
        """Test the expectations without the server, and return what will be live."""
        self.matrix = evaluated(self.expectations, self.after)
        require_met(self.matrix, NOT_STAGED)
        return self.after

    def carry_out(self) -> list[Policy]:
        """Stage the changes, test them, commit them, and return what is live then.

        :raises CollectionError: if that cannot be reached; the error says what could not be taken back.
        """
        after = self.after
        staging = Staging(
            self.items, _in_order(self.changes, after), keeps_some=bool(after), anchor=_anchor(self.stored, self.changes, after)
        )
        staging.carry_out(self._test)
        live = self.stored.live if staging.live is None else staging.live
        return list(live.values()) if after else []

    def _test(self) -> None:
        # A set of no policies has no draft that could be simulated. It allows everything.
        self.matrix = simulated(self.expectations, self.after, self.items) if self.after else evaluated(self.expectations, self.after)
        require_met(self.matrix, NOT_COMMITTED)


def _after(stored: Stored, changes: Sequence[Change]) -> list[Policy]:
    """Return the live policies as they will be."""
    changed = [change for change in changes if change.operation != UNCHANGED]
    replaced = {change.live["id"] for change in changed if change.live is not None}
    kept = [policy for reference, policy in stored.live.items() if reference not in replaced]
    return [*kept, *(change.after for change in changed if change.after is not None)]


def _in_order(changes: Sequence[Change], after: Sequence[Policy]) -> list[Change]:
    """Return the changes with the deletions in a safe order: no single deletion locks callers out, or allows what is blocked.

    A policy that covers everybody is deleted last if no other does. Policies that allow are deleted before those that block.
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
    """Return the name of the policy that has to become live first, so that a commit that fails in part locks nobody out."""
    changed = {change.live["id"]: change for change in changes if change.live is not None and change.operation != UNCHANGED}
    if not any(map(covers_everybody, after)):
        return None
    for reference, policy in stored.live.items():
        then = changed[reference].after if reference in changed else policy
        if covers_everybody(policy) and then is not None and covers_everybody(then):
            return None
    covering = (change.name for change in changes if change.operation != UNCHANGED and change.after and covers_everybody(change.after))
    return next(covering, None)
