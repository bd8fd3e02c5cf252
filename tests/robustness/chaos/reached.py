# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants about the result: the declaration is stored, unless a refusal is correct."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.robustness.chaos.kinds import kind_of, meaning_in
from tests.robustness.chaos.other_tables import GATEWAY_ID
from tests.robustness.chaos.record import Record
from tests.robustness.chaos.schedule import MANY
from tests.robustness.chaos.tables import DEFAULT_ID, LAGGING_REPLICA, MADE_BY_SERVER, NESTED, Json

Complaints = Iterator[str]

HIDDEN = "the server hides"
REFUSED_KEY = re.compile(r"Unrecognized key: (later_\w+)")
PURGE_REFUSED = "purge_limit allows"
TOO_LATE = "delays each write for too long"
# On a busy machine, a read may already be this old when the next request is sent, in seconds.
BUSY_MACHINE_DELAY = 1.0
IMMUTABLE, NO_AUTHENTICATION, NO_ROUTE = (
    "The API cannot change these settings",
    "has authentication: false",
    "so it has no version to deploy",
)
INVALID, REFUSED_VERSION = "reports that it is invalid", "Version is not valid"
NOT_PURGED = "Not deleted by purge, as these could not be created"


def is_correct_refusal(record: Record, message: str) -> bool:
    """Return whether the message is a correct refusal for this schedule."""
    behaviour = record.schedule.behaviour
    return (
        (HIDDEN in message and bool(behaviour["mask_secrets"]))
        or (behaviour.get("refuse_extra_fields") and is_declared(record, REFUSED_KEY.findall(message)))
        or PURGE_REFUSED in message
        # The failed create is checked separately.
        or NOT_PURGED in message
        or (TOO_LATE in message and record.schedule.constants["FRESH_SECONDS"] < BUSY_MACHINE_DELAY)
        or (IMMUTABLE in message and not record.schedule.options.get("recreate"))
        or (NO_AUTHENTICATION in message and not record.schedule.gateways[GATEWAY_ID]["authentication"])
        or (NO_ROUTE in message and record.has_second_writer)
        or (REFUSED_VERSION in message and behaviour["route_is_valid"] == "absent")
        or (INVALID in message and behaviour.get("route_new_versions") == "invalid")
    )


def hides_in_list(record: Record, name: str) -> bool:
    """Return whether listings omit this setting, so that cleared and hidden values look the same there."""
    return record.schedule.module == MANY and record.schedule.behaviour.get("nested_in_list", "keep") != "keep" and name in NESTED


def is_declared(record: Record, names: list[str]) -> bool:
    """Return whether there are names, and each is declared for some item."""
    declared = {name for settings in record.schedule.declared.values() for name in settings or {}}
    return bool(names) and declared.issuperset(names)


def success_means_declared_state(record: Record) -> Complaints:
    """If a run succeeds without another writer and without answers from an old copy, the declaration is stored."""
    if record.first.result is None or record.first.failed or record.schedule.check_mode:
        return
    if not record.has_second_writer and not record.has_fired(LAGGING_REPLICA) and not record.schedule.behaviour.get("replica_lag"):
        for name in record.schedule.declared:
            yield from (f"the run succeeded, but {complaint}" for complaint in unreached_settings(record, name, record.faulty.end))


def one_more_run_reaches_the_declared_state(record: Record) -> Complaints:
    """After the faults, one run reaches the declared state, except for correct refusals. Then nothing is left to do."""
    last, *again = record.calm.runs
    result = last.result or {"failed": True, "msg": "it ended without a result"}
    if PURGE_REFUSED in result.get("msg", ""):
        yield from purge_refusal_is_correct(record)
        return
    refused = set()
    for name, message in errors_of(record, result):
        if not is_correct_refusal(record, message):
            yield f"after the faults, {name} failed: {message}"
        refused.add(name)
    for name in {*record.schedule.declared, *record.state(record.calm.end)}:
        if name not in refused:
            yield from unreached_settings(record, name, record.calm.end)
    if refused or record.schedule.options.get("update_secrets") == "always":
        return
    for run in again:
        if run.result is None or run.result.get("changed") is not False:
            yield f"there is still something to do: {run.result}"
    late = [exchange for exchange in record.calm.exchanges if exchange.is_write and exchange.time > (last.ended or 0)]
    if late:
        yield f"nothing was left to do, but there was a write: {late[0]}"


def errors_of(record: Record, result: Json) -> Iterator[tuple[str, str]]:
    """Yield the items that failed, with their messages."""
    if not result.get("failed"):
        return
    if record.schedule.module == MANY and "results" in result:
        yield from ((entry["id"], entry["error"]["msg"]) for entry in result["results"] if entry["error"])
    else:
        yield from ((name, result["msg"]) for name in record.schedule.declared)


def purge_refusal_is_correct(record: Record) -> Complaints:
    """A purge is only refused if there are too many gateways to purge, and then nothing is written."""
    schedule = record.schedule
    surplus = [gateway_id for gateway_id in record.state(record.faulty.end) if schedule.may_delete(gateway_id)]
    surplus = [gateway_id for gateway_id in surplus if gateway_id not in schedule.declared and gateway_id != DEFAULT_ID]
    if len(surplus) <= schedule.options["purge_limit"]:
        yield f"purge was refused for {surplus}"
    if any(exchange.is_write for exchange in record.calm.exchanges):
        yield "purge was refused, but there was a write"


def unreached_settings(record: Record, item: str, number: int) -> Complaints:
    """Yield the settings that are not as declared after the change with this number."""
    stored = record.state(number).get(item)
    if record.schedule.may_delete(item):
        if stored is not None:
            yield f"{item} still exists"
        return
    declared = record.schedule.declared.get(item)
    if declared is None:
        return
    if stored is None:
        yield f"{item} does not exist"
        return
    kind = kind_of(item)
    # If the server hides secrets, they cannot be compared.
    form = {"with_secrets": not record.schedule.behaviour["mask_secrets"], "with_rule_ids": False}
    for name, value in declared.items():
        if value in (None, []) and hides_in_list(record, name):
            continue
        is_so = meaning_in(kind, name, value, **form) == meaning_in(kind, name, stored.get(name), **form)
        if not (is_so or (value == MADE_BY_SERVER and stored.get(name))):
            yield f"{name} of {item} is {stored.get(name)!r} instead of {value!r}"
