# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_policies``: the policies of a gateway, staged, tested and committed together."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.expectations import (
    EXPECT,
    Expectation,
    not_evaluated,
    parse_expectations,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.policy_set import PolicySet, given_options
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import declare_place
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.item_parser import ItemParser
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.shown import Listed
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import item_diff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_client import DraftClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_plan import Change, DraftSet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import DEFAULT_PURGE_LIMIT
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY_ID
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import LISTED_POLICY, POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy_evaluation import Policy
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec

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
EMPTY = "policies is empty, and purge would delete every policy: check where the list comes from, or set purge_limit to allow it"


class Task(NamedTuple):
    """The parsed options of a task."""

    place: Mapping[str, str]
    wanted: DraftSet
    expectations: tuple[Expectation, ...]
    allows_lockout: bool


def argument_spec() -> dict[str, Any]:
    """Return the options of the module."""
    return options_of(CONNECTION_OPTIONS + OPTIONS)


def parse_options(options: dict[str, Any]) -> Task:
    """Return the task for the options.

    :raises InvalidOptions: with all problems.
    """
    parser = ItemParser(LISTED_POLICY)
    declarations = parser.parse(POLICIES.name, [given_options(entry) for entry in options[POLICIES.name]], None)
    expectations, found = parse_expectations(options[EXPECT.name])
    found += [problem for field in OPTIONS if field is not POLICIES for problem in problems(field, options[field.name], field.name)]
    found += parser.problems
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


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the policies as declared, and return the module's result.

    :raises CollectionError: if the policies cannot be made as declared.
    """
    policies = PolicySet(DraftClient(client, POLICY, task.place), task.wanted, task.expectations, task.allows_lockout)
    policies.fetch()
    policies.plan()
    warnings = policies.check(check_mode)
    live = policies.predict() if check_mode else policies.carry_out()
    return _result(policies.changes, live, policies.matrix, [*warnings, *not_evaluated(policies.matrix)], client)


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


TASK_SPEC = TaskSpec(POLICY, (*CONNECTION_OPTIONS, *OPTIONS), argument_spec, parse_options, run, items_in=(Listed(POLICIES.name, POLICY),))
