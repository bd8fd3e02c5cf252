# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of tasks for many items."""

from __future__ import annotations

from collections import Counter
from typing import Any, Collection, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import children_shown, fleet_notices, item_diff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber, scrub_free_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.group import Group
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.member import FAILED, Member
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Step
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, printable

# Maximum number of failures in the message; the results have all of them.
MAX_LISTED_FAILURES = 10


class SomeFailed(CollectionError):
    """Some items could not be brought to the declared state. ``result`` is the result for all items."""

    def __init__(self, message: str, result: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.result = result

    def details(self) -> dict[str, Any]:
        """See the base class."""
        return dict(self.result)


class Shown(NamedTuple):
    """A member of a group, with a scrubber for its secrets, and its label for messages."""

    group: Group
    member: Member
    scrub: Scrubber
    label: str

    @property
    def item(self) -> dict[str, Any] | None:
        """Return the item as shown in results, or ``None`` if it does not exist or failed."""
        member = self.member
        if member.error is not None or member.outcome is None or member.outcome.after is None:
            return None
        return show(self.group.resource, member.outcome.after, self.scrub)


def shown_members(groups: Sequence[Group], secrets: Collection[str], with_kind: bool = False) -> list[Shown]:
    """Return all members of the groups.

    :param secrets: secrets of the task.
    :param with_kind: whether the labels contain the kind and the parent.
    """
    of_task = Scrubber(secrets)
    found = []
    for group in groups:
        before = (f"{group.resource.kind} " + (f"{group.place}/" if group.has_owner else "")) if with_kind else ""
        found += [Shown(group, member, Scrubber(member.secrets, of_task), before + member.declaration.id) for member in group.members]
    return found


def fleet_result(shown: Sequence[Shown], operations: Sequence[str], with_kind: bool = False) -> dict[str, Any]:
    """Return the parts of a result that all modules for many items share.

    :param operations: operations that the summary counts.
    :param with_kind: whether the result of each item contains its kind, its parent, and the changes to other items that it needed.
    """
    summary = Counter(one.member.operation for one in shown)
    diffs = [diff for one in shown for diff in _diffs(one)]
    outcomes = {one.label: one.member.outcome for one in shown if one.member.outcome is not None and one.member.error is None}
    own = [one.scrub(printable(f"{one.label}: {text}")) for one in shown for text in one.member.warnings]
    return {
        "changed": any(_is_changed(one.member) for one in shown),
        "results": [{**(_kind(one) if with_kind else {}), **_entry(one), **(_steps(one) if with_kind else {})} for one in shown],
        "summary": {operation: summary[operation] for operation in (*operations, UNCHANGED, FAILED)},
        "diff": diffs,
        "warnings": [*own, *fleet_notices(outcomes, {one.label: one.scrub for one in shown})],
    }


def refuse_failures(shown: Sequence[Shown], result: Mapping[str, Any], name: str) -> None:
    """Check that no item failed.

    :param name: plural name of the items, for the message.
    :raises SomeFailed: with ``result``, if an item failed.
    """
    failed = [one for one in shown if one.member.error is not None]
    if not failed:
        return
    labels: dict[str, list[str]] = {}
    for one in failed[:MAX_LISTED_FAILURES]:
        labels.setdefault(one.scrub(str(one.member.error)), []).append(one.scrub(printable(one.label, MAX_NAME)))
    listed = [f"{', '.join(found)}: {message}" for message, found in labels.items()]
    if len(failed) > MAX_LISTED_FAILURES:
        listed.append(f"(and {len(failed) - MAX_LISTED_FAILURES} more, see results)")
    others = "" if len(failed) == len(shown) else "; see results for the others"
    raise SomeFailed(f"{len(failed)} of {len(shown)} {name} failed{others}. {' '.join(listed)}", result)


def _is_changed(member: Member) -> bool:
    return member.operation not in (UNCHANGED, FAILED) or bool(_done(member))


def _done(member: Member) -> list[Step]:
    return [step for step in member.steps.values() if step.outcome.operation != UNCHANGED]


def _kind(one: Shown) -> dict[str, Any]:
    return {"kind": one.group.resource.kind, "parent": one.group.place if one.group.has_owner else None}


def _steps(one: Shown) -> dict[str, Any]:
    return {"steps": [step.shown() for step in _done(one.member)]}


def _entry(one: Shown) -> dict[str, Any]:
    outcome, error = one.member.outcome, one.member.error
    return {
        "id": one.member.declaration.id,
        "operation": one.member.operation,
        "changed_settings": [] if error or outcome is None else list(outcome.changed_settings),
        "deleted_children": [] if error or outcome is None else children_shown(outcome),
        "error": None if error is None else scrub_free_text(dict(error.details(), msg=str(error)), one.scrub),
    }


def _diffs(one: Shown) -> list[dict[str, Any]]:
    """Return a diff for each changed item. One diff for all would be slow: Ansible needs quadratic time in the number of its lines."""
    steps = [item_diff(step.resource, step.outcome, f"{step.resource.kind} {step.name}", one.scrub) for step in _done(one.member)]
    outcome = one.member.outcome
    if outcome is None or one.member.operation in (UNCHANGED, FAILED):
        return steps
    return [*steps, item_diff(one.group.resource, outcome, one.label, one.scrub)]
