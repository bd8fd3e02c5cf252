# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module C(ai_gateways): the gateways of an account, from the options to the result."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import MAX_CONCURRENCY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.item_reader import ItemReader
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.results import children_shown, fleet_notices, id_warnings, item_diff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber, scrub_free_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import UPDATE_SECRETS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fleet import (
    FAILED,
    Fleet,
    Member,
    reconcile_fleet,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.items import Items
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.shell import Work
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, printable

FLEET_OPTIONS = (
    Field("gateways", "list", elements="dict", required=True),
    Field("defaults", "dict"),
    Field("purge", "bool", default=False),
    Field("purge_limit", "int", minimum=0),
    Field("concurrency", "int", minimum=1, maximum=MAX_CONCURRENCY, default=8),
    UPDATE_SECRETS,
)
# Without a limit of the user's own, purge deletes no more, and nothing at all where no gateway is declared.
DEFAULT_PURGE_LIMIT = 10
CHANGES = (CREATED, UPDATED, DELETED)
# So many failures are told in the message; the results have them all.
TOLD_FAILURES = 10


class SomeFailed(CollectionError):
    """Not every gateway could be brought to what is declared; C(result) tells of all of them."""

    def __init__(self, message: str, result: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.result = result

    def details(self) -> dict[str, Any]:
        return dict(self.result)


def argument_spec() -> dict[str, Any]:
    """The options of the module."""
    return options_of(CONNECTION_OPTIONS + FLEET_OPTIONS)


def read(options: dict[str, Any]) -> Fleet:
    """What the options declare.

    :raises InvalidOptions: with everything that is wrong.
    """
    reader = ItemReader(GATEWAY)
    declarations = reader.read("gateways", options["gateways"], options["defaults"])
    found = [problem for field in FLEET_OPTIONS for problem in problems(field, options[field.name], field.name)]
    found += reader.problems
    purge_limit = options["purge_limit"]
    if options["purge"] and not options["gateways"] and purge_limit is None:
        found.append(
            "gateways is empty, and purge would delete every gateway: check where the list comes from, or set purge_limit to allow it"
        )
    if found:
        raise InvalidOptions(found)
    declarations = tuple(replace(declaration, update_secrets=options[UPDATE_SECRETS.name]) for declaration in declarations)
    limit = DEFAULT_PURGE_LIMIT if purge_limit is None else purge_limit
    return Fleet(declarations, options["purge"], limit, options["concurrency"])


def run(fleet: Fleet, check_mode: bool, client: Client) -> dict[str, Any]:
    """Make the gateways what is declared, and return the module's result.

    :raises SomeFailed: with that result, if any gateway failed.
    :raises CollectionError: where nothing could be done at all.
    """
    members = reconcile_fleet(GATEWAY, fleet, Items(client, GATEWAY), check_mode)
    of_task = Scrubber(client.secrets)
    scrubs = {member.declaration.id: Scrubber(member.secrets, of_task) for member in members}
    summary = Counter(member.operation for member in members)
    gateways = {member.declaration.id: _gateway(member, scrubs[member.declaration.id]) for member in members if _is_present(member)}
    result: dict[str, Any] = {
        "changed": any(summary[operation] for operation in CHANGES),
        "results": [_result(member, scrubs[member.declaration.id]) for member in members],
        "summary": {operation: summary[operation] for operation in (*CHANGES, UNCHANGED, FAILED)},
        "gateways": gateways,
        "diff": _diffs(members, scrubs),
        "warnings": fleet_notices(
            {member.declaration.id: member.outcome for member in members if member.outcome and not member.error}, scrubs
        ),
    }
    failed = [entry for entry in result["results"] if entry["error"]]
    if failed:
        raise SomeFailed(_message(failed, len(members), scrubs), result)
    result["ansible_facts"] = {"cloudflare_ai_gateways": gateways}
    return result


def _is_present(member: Member) -> bool:
    return member.error is None and member.outcome is not None and member.outcome.after is not None


def _gateway(member: Member, scrub: Scrubber) -> dict[str, Any]:
    return show(GATEWAY, member.outcome.after if member.outcome and member.outcome.after else {}, scrub)


def _result(member: Member, scrub: Scrubber) -> dict[str, Any]:
    outcome, error = member.outcome, member.error
    return {
        "id": member.declaration.id,
        "operation": member.operation,
        "changed_settings": [] if error or outcome is None else list(outcome.changed_settings),
        "deleted_children": [] if error or outcome is None else children_shown(outcome),
        "error": None if error is None else scrub_free_text(dict(error.details(), msg=str(error)), scrub),
    }


def _diffs(members: Sequence[Member], scrubs: Mapping[str, Scrubber]) -> list[dict[str, Any]]:
    """Return a diff for each gateway that was changed. Ansible compares line by line, in time by the square of the lines of one diff."""
    return [
        item_diff(GATEWAY, member.outcome, member.declaration.id, scrubs[member.declaration.id])
        for member in members
        if member.operation in CHANGES and member.outcome is not None
    ]


def _message(failed: Sequence[Mapping[str, Any]], in_all: int, scrubs: Mapping[str, Scrubber]) -> str:
    told = [scrubs[entry["id"]](f"{printable(entry['id'], MAX_NAME)}: {entry['error']['msg']}") for entry in failed[:TOLD_FAILURES]]
    if len(failed) > TOLD_FAILURES:
        told.append(f"(and {len(failed) - TOLD_FAILURES} more, see results)")
    return f"{len(failed)} of {in_all} {GATEWAY.name}s failed; results tells about the others. {' '.join(told)}"


def warn(fleet: Fleet) -> list[str]:
    """What to say before anything is sent."""
    return id_warnings(GATEWAY, [declaration.id for declaration in fleet.declarations])


WORK = Work(GATEWAY, (*CONNECTION_OPTIONS, *FLEET_OPTIONS), argument_spec, read, run, items_in=("gateways", "defaults"), warn=warn)
