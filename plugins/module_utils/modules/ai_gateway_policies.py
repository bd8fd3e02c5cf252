# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module ``ai_gateway_policies``: the policies of a gateway, staged, tested and committed together."""

from __future__ import annotations

import json
from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.expectations import (
    EXPECT,
    Expectation,
    evaluated,
    not_evaluated,
    read_expectations,
    require_met,
    simulated,
    without_none,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import declare_place
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.item_reader import ItemReader
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.results import NOTICES, item_diff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_plan import (
    Change,
    DraftSet,
    foreign_drafts,
    foreign_error,
    plan_changes,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.drafts import DraftItems, Stored
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import NO_PARENT, Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED, DELETED, UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.staging import Staging
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY_ID
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import BLOCK, LISTED_POLICY, POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy_evaluation import (
    FOR_EVERYBODY,
    Policy,
    covers_everybody,
    locks_out,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.shell import Work
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

STATE = Field("state", "str", choices=("present", "absent"), default="present")
ENTRY = (POLICY.id, STATE, *POLICY.settings, Field("extra_settings", "dict"))
POLICIES = Field("policies", "list", elements="dict", required=True, fields=ENTRY)
OPTIONS = (
    GATEWAY_ID,
    POLICIES,
    Field("purge", "bool", default=False),
    Field("purge_limit", "int", minimum=0),
    EXPECT,
    Field("adopt_drafts", "bool", default=False),
    Field("allow_lockout", "bool", default=False),
)
DEFAULT_PURGE_LIMIT = 10
NOT_STAGED, NOT_COMMITTED = "Nothing was changed.", "The changes were not committed."
EMPTY = "policies is empty, and purge would delete every policy: check where the list comes from, or set purge_limit to allow it"
OPEN = "No policy is left, so everything is allowed to everybody who can use the gateway."


class Lockout(CollectionError):
    """A set of policies would refuse everybody whom none of them covers."""


class Task(NamedTuple):
    """What the options of a task ask for."""

    place: Mapping[str, str]
    wanted: DraftSet
    expectations: tuple[Expectation, ...]
    allows_lockout: bool


def argument_spec() -> dict[str, Any]:
    """Return the options of the module."""
    return options_of(CONNECTION_OPTIONS + OPTIONS)


def read(options: dict[str, Any]) -> Task:
    """Return what the options ask for.

    :raises InvalidOptions: with everything that is wrong.
    """
    reader = ItemReader(LISTED_POLICY)
    declarations = reader.read(POLICIES.name, [_given(entry) for entry in options[POLICIES.name]], None)
    expectations, found = read_expectations(options[EXPECT.name])
    found += [problem for field in OPTIONS if field is not POLICIES for problem in problems(field, options[field.name], field.name)]
    found += reader.problems
    limit = options["purge_limit"]
    if options["purge"] and not options[POLICIES.name] and limit is None:
        found.append(EMPTY)
    place: Mapping[str, str] = {}
    try:
        place = declare_place(POLICY, options)
    except InvalidOptions as error:
        found += error.problems
    if found:
        raise InvalidOptions(found)
    wanted = DraftSet(declarations, options["purge"], DEFAULT_PURGE_LIMIT if limit is None else limit, options["adopt_drafts"])
    return Task(place, wanted, expectations, options["allow_lockout"])


def _given(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a policy that are given. YAML reads a condition of ``true`` as no text, and Ansible makes ``True`` of it."""
    given: dict[str, Any] = without_none(dict(entry))
    if given.get("condition") in ("True", "False"):
        given["condition"] = given["condition"].lower()
    return given


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Make the policies what is declared, and return the module's result.

    :raises CollectionError: where that cannot be reached.
    """
    items = DraftItems(client, POLICY, task.place)
    stored = items.stored()
    changes = plan_changes(POLICY, task.wanted, stored, items.ambiguous)
    after = _after(stored, changes)
    warnings = _check(task, items, stored, changes, after, check_mode)
    if check_mode:
        matrix = evaluated(task.expectations, after)
        require_met(matrix, NOT_STAGED)
        return _result(changes, after, matrix, [*warnings, *not_evaluated(matrix)], client)
    matrix = []

    def test() -> None:
        # A set of no policies has no draft that could be simulated. It allows everything.
        matrix.extend(simulated(task.expectations, after, items) if after else evaluated(task.expectations, after))
        require_met(matrix, NOT_COMMITTED)

    staging = Staging(items, _in_order(changes, after), keeps_some=bool(after), anchor=_anchor(stored, changes, after))
    staging.carry_out(test)
    live = stored.live if staging.live is None else staging.live
    return _result(changes, list(live.values()) if after else [], matrix, [*warnings, *not_evaluated(matrix)], client)


def _after(stored: Stored, changes: Sequence[Change]) -> list[Policy]:
    """Return the live policies as they will be."""
    changed = [change for change in changes if change.operation != UNCHANGED]
    replaced = {change.live["id"] for change in changed if change.live is not None}
    kept = [policy for reference, policy in stored.live.items() if reference not in replaced]
    return [*kept, *(change.after for change in changed if change.after is not None)]


def _check(
    task: Task, items: DraftItems, stored: Stored, changes: Sequence[Change], after: Sequence[Policy], check_mode: bool
) -> list[str]:
    """Return what is to be said about the changes.

    :raises CollectionError: if they must not be made. Nothing has been written then.
    """
    is_changed = any(change.operation != UNCHANGED for change in changes)
    warnings = []
    foreign = foreign_drafts(POLICY, changes, stored)
    if foreign and (is_changed or task.expectations):
        raise foreign_error(POLICY, foreign)
    if foreign:
        warnings.append(f"There are drafts that this task did not make: {name_some(foreign)}.")
    if is_changed and not task.allows_lockout and locks_out(after):
        raise Lockout(
            f"{NOT_STAGED} Once there is a policy, whatever matches none is refused, and none of these would match a request of nobody in "
            "particular, for any model. It takes one with resource '*', without fields in its actor, and with a condition that is true "
            f"without an identity. Add this to policies: {json.dumps(FOR_EVERYBODY)}. To lock out all others, set allow_lockout to true."
        )
    if any(change.operation == CREATED for change in changes):
        if not check_mode:
            items.require_parent()
        elif items.parent() is None:
            warnings.append(NOTICES[NO_PARENT] % items.parent_name)
    if is_changed and not after:
        warnings.append(OPEN)
    return warnings


def _in_order(changes: Sequence[Change], after: Sequence[Policy]) -> list[Change]:
    """Return the changes with the deletions in an order in which none of them alone locks out, or lets pass what is blocked.

    What covers everybody goes last if nothing does afterwards, and what allows goes before what blocks.
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


def _result(
    changes: Sequence[Change], policies: Sequence[Policy], matrix: list[dict[str, Any]], warnings: list[str], client: Client
) -> dict[str, Any]:
    scrub = Scrubber(client.secrets)
    changed = [change for change in changes if change.operation != UNCHANGED]
    result: dict[str, Any] = {
        "changed": bool(changed),
        "results": [
            {"name": change.name, "operation": change.operation, "changed_settings": list(change.changed_settings)} for change in changes
        ],
        "policies": sorted((show(POLICY, policy, scrub) for policy in policies), key=POLICY.identity_of),
        "matrix": matrix,
        "diff": [item_diff(POLICY, _outcome(change), change.name, scrub) for change in changed],
    }
    return {**result, "warnings": warnings} if warnings else result


def _outcome(change: Change) -> Outcome:
    return Outcome(change.operation, change.changed_settings, change.live, change.after)


WORK = Work(POLICY, (*CONNECTION_OPTIONS, *OPTIONS), argument_spec, read, run, items_in=(POLICIES.name,))
