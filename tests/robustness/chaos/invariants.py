# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants that must hold for any fault. Each invariant is a function that takes a record and yields complaints. Its docstring states
what must hold.

The API has no conditional requests, so no client can prevent an update from overwriting changes by another writer since the last read of
the item. Such losses are not complaints. Two things make this period longer than a round trip:

- an update is sent up to FRESH_SECONDS after the read, and repeated within that time, so it can act twice, and overwrite changes that were
  made since the first time;
- a request that the task gave up on may still act, even after the task has ended.

So an update is compared with what the task had last read when it sent the update, not with what the update found when it acted. The age of
that read is a separate invariant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.reconciler import FRESH_SECONDS, MAX_READS, MAX_ROUNDS
from tests.robustness.chaos.kinds import meaning_in
from tests.robustness.chaos.other_tables import PROVIDER
from tests.robustness.chaos.process import FAST, Run
from tests.robustness.chaos.reached import (
    Complaints,
    is_correct_refusal,
    one_more_run_reaches_the_declared_state,
    success_means_declared_state,
)
from tests.robustness.chaos.record import Exchange, Phase, Record
from tests.robustness.chaos.route_invariants import ROUTE_INVARIANTS
from tests.robustness.chaos.schedule import MANY
from tests.robustness.chaos.tables import SECRETS, SHOWN_MASKS, SLOW, Json
from tests.simulator.handle import Simulator

UPDATES = ("PUT", "PATCH")
TIMES = {"created", "created_at", "modified", "modified_at"}
# Additional time for each request on a busy machine, in seconds.
SLACK = 0.5
# Time that a busy machine may need to record the arrival of a request, in seconds. The slowest connections of a schedule take longer.
NOTED_WITHIN = 0.6
# Maximum number of reads that wait for something to appear.
MAX_VERSION_READS = 30
# A message of a failure contains one of these causes.
CAUSES = re.compile(
    r"returned HTTP \d{3}: |got no answer: |was not sent( again)?: |Nothing was changed\. |"
    r"is repeatedly (created and deleted|updated)|stores other values than declared|"
    r"Not attempted, because |Not deleted by purge, as these could not be created|older copy than the one this task wrote|"
    r"reports that it is invalid|has authentication: false|does not use the Secrets Store yet"
)
BROKEN = {"reset", "reset of a used connection", "close", "cut at the start", "cut in the middle"}


def phases(record: Record) -> Iterator[Phase]:
    """Yield both phases."""
    yield record.faulty
    yield record.calm


def changes_of(phase: Phase) -> Iterator[Exchange]:
    """Yield the exchanges that changed something."""
    return (exchange for exchange in phase.exchanges if exchange.has_changed)


def nothing_undeclared_is_lost(record: Record) -> Complaints:
    """An update leaves every undeclared setting as it was when the task last read the item, or when the update acted."""
    for phase in phases(record):
        for exchange in changes_of(phase):
            if exchange.method in UPDATES and exchange.acted:
                after = record.state(exchange.acted[1])[str(exchange.id)]
                declared = set(record.schedule.declared.get(str(exchange.id)) or {})
                known = record.known(phase, exchange)
                found = record.state(exchange.acted[0])[str(exchange.id)]
                losses = [["all settings"] if before is None else lost(exchange.kind, before, found, after, declared) for before in known]
                if not losses:
                    yield f"request {exchange.number} updates {exchange.id}, which was not read before"
                elif all(losses):
                    yield f"request {exchange.number} changes undeclared settings of {exchange.id}: {', '.join(losses[0])}"


def updates_are_based_on_a_fresh_read(record: Record) -> Complaints:
    """No update is sent or repeated later than FRESH_SECONDS after the item was read, unless it was read MAX_ROUNDS times."""
    fresh = record.schedule.constants.get("FRESH_SECONDS", FRESH_SECONDS) if record.tempo is FAST else FRESH_SECONDS
    for exchange in record.faulty.exchanges:
        before = record.faulty.exchanges[: exchange.number]
        shown = [read for read in before if record.shows(read, str(exchange.id)) and read.method not in UPDATES]
        if not (exchange.method in UPDATES or (exchange.method, exchange.part) == ("POST", "versions")) or not shown:
            continue
        rounds = sum(not read.is_write for read in shown)
        age = exchange.time - shown[-1].time
        # Connecting may take a whole attempt.
        if age > fresh + record.tempo.timeout + record.tempo.grace and rounds < MAX_ROUNDS:
            yield f"request {exchange.number} updates {exchange.id}, which was read {age:.2f} s before"


def lost(kind: str, before: Json, found: Json, after: Json, declared: set[str]) -> list[str]:
    """Return the undeclared settings whose meaning differs from that before the update, and from what the update found."""
    left = {*before, *after} - declared - TIMES
    # Without stored logs there is nothing to classify.
    ignored = set() if after.get("collect_logs") else {"log_classification"}
    return sorted(
        name
        for name in left - ignored
        if meaning_in(kind, name, after.get(name)) not in [meaning_in(kind, name, one.get(name)) for one in (before, found)]
    )


def only_declared_items_are_written(record: Record) -> Complaints:
    """Only declared items are created or updated, and no mask is stored."""
    for phase in phases(record):
        for exchange in phase.exchanges:
            if exchange.method in ("POST", *UPDATES) and record.schedule.declared.get(str(exchange.id)) is None:
                yield f"request {exchange.number} writes {exchange.id}, which is not declared"
            written = json.dumps(record.state(exchange.acted[1]).get(str(exchange.id))) if exchange.has_changed and exchange.acted else ""
            if any(mask in written for mask in SHOWN_MASKS):
                yield f"request {exchange.number} stores a mask in {exchange.id}"


def nothing_is_created_twice(record: Record) -> Complaints:
    """An item is only created if it does not exist, and the task looks for it before it repeats a create, unless the create was refused.

    The task looks for an item if it reads it, lists its kind, or gets "not found" for an update.
    """
    for phase in phases(record):
        tried: dict[str | None, Exchange] = {}
        for exchange in phase.exchanges:
            if exchange.method == "POST" and not exchange.part:
                before = tried.get(exchange.id)
                if before is not None and before.status not in (400, 429):
                    yield f"request {exchange.number} creates {exchange.id} again without looking for it after request {before.number}"
                if exchange.has_changed and exchange.acted and str(exchange.id) in record.state(exchange.acted[0]):
                    yield f"request {exchange.number} creates {exchange.id}, which exists"
                tried[exchange.id] = exchange
            elif exchange.id is None:
                tried = {name: before for name, before in tried.items() if before.kind != exchange.kind}
            else:
                tried.pop(exchange.id, None)


def nothing_is_deleted_unless_declared(record: Record) -> Complaints:
    """An item is only deleted if it is declared absent or recreated, or by purge if it is not listed, was read, and is within the limit."""
    schedule = record.schedule
    for phase in phases(record):
        purged = set()
        for exchange in phase.exchanges:
            if exchange.method != "DELETE":
                continue
            if not schedule.may_delete(str(exchange.id)) and not schedule.options.get("recreate"):
                yield f"request {exchange.number} deletes {exchange.id}, which is not declared"
            elif not any(record.known(phase, exchange)):
                yield f"request {exchange.number} deletes {exchange.id}, which was not read before"
            purged |= {exchange.id} - set(schedule.declared)
        if len(purged) > schedule.options.get("purge_limit", 0):
            yield f"{len(purged)} gateways are purged"


def nothing_is_written_in_check_mode(record: Record) -> Complaints:
    """No write is sent in check mode, whatever the answers are."""
    writes = [exchange for exchange in record.faulty.exchanges if exchange.is_write]
    if record.schedule.check_mode and writes:
        yield f"request {writes[0].number} writes"


def no_change_goes_unreported(record: Record) -> Complaints:
    """If an item is reported as unchanged, or a message reports that nothing was changed, no request has changed it."""
    reported = reported_operations(record.first.result or {})
    for exchange in changes_of(record.faulty):
        operation, message = reported.get(exchange.id, reported[None])
        if (operation == "unchanged" and not (record.first.result or {}).get("steps")) or "Nothing was changed" in message:
            yield f"request {exchange.number} changes {exchange.id}, and the result says: {operation}, {message}"


def reported_operations(result: Json) -> dict[str | None, tuple[str, str]]:
    """Return the operation and the message of each item of a result, and of the task (None)."""
    entries = [(entry["id"], entry, entry["error"] or {}) for entry in result.get("results", [])]
    return {name: (entry.get("operation", ""), error.get("msg", "")) for name, entry, error in [*entries, (None, result, result)]}


def every_run_ends_in_time(record: Record) -> Complaints:
    """A run ends by itself within the time that its options allow for its requests, and does not send too many of them."""
    options, tempo = record.schedule.options, record.tempo
    requests = len(record.faulty.exchanges)
    # An attempt that never connects is not a request.
    attempts = max(requests, len(record.first.attempts))
    each = tempo.timeout + tempo.grace + tempo.backoff + SLACK
    allowed = tempo.start + options["rate_limit_wait"] + attempts * each
    if record.first.seconds > allowed:
        yield f"the run took {record.first.seconds:.1f} s, but {attempts} attempts allow {allowed:.1f} s"
    max_attempts = options["max_retries"] + 1
    most_for_one = max_attempts + MAX_ROUNDS * (max_attempts * (1 + MAX_READS * max_attempts) + 2 * max_attempts)
    if record.schedule.items:
        # It also polls until its changes are visible.
        most_for_one += MAX_ROUNDS * max_attempts * MAX_VERSION_READS
    touched = {(exchange.kind, exchange.id, exchange.part) for exchange in record.faulty.exchanges}
    if requests > most_for_one * len(touched):
        yield f"the run made {requests} requests for {len(touched)} items or listings, with at most {max_attempts} attempts"
    if record.schedule.module not in (MANY, PROVIDER):
        yield from rate_limit_waits_are_limited(record)


def rate_limit_waits_are_limited(record: Record) -> Complaints:
    """A task with one request at a time waits for at most rate_limit_wait in total after answers that require a wait."""
    pairs = zip(record.faulty.exchanges, record.faulty.exchanges[1:])
    pauses = [after.time - before.time for before, after in pairs if before.status in (429, 503)]
    allowed = record.schedule.options["rate_limit_wait"] + len(pauses) * (record.tempo.backoff + SLACK)
    if sum(pauses) > allowed:
        yield f"the run waited {sum(pauses):.1f} s for the rate limit, but {allowed:.1f} s are allowed"


def every_run_ends_cleanly(record: Record) -> Complaints:
    """A run returns a result without a traceback, a defect or a secret, and prints nothing."""
    for run in (*record.faulty.runs, *record.calm.runs):
        if run.killed:
            continue
        if run.result is None:
            yield f"a run ended without a result, with code {run.code}: {run.output}"
        elif run.output:
            yield f"a run printed {run.output}"
        text = json.dumps(run.result)
        for sign in ("Traceback", "defect of", *SECRETS, Simulator.api_token):
            if sign in text:
                yield f"there is {sign!r} in {text}"


def failures_name_their_cause(record: Record) -> Complaints:
    """The message of a failure names a cause, and that cause occurred."""
    statuses = {str(exchange.status) for exchange in record.faulty.exchanges}
    for message in messages(record.first):
        if not CAUSES.search(message):
            yield f"no cause is named in: {message}"
        unseen = set(re.findall(r"returned HTTP (\d{3})", message)) - statuses
        if unseen:
            yield f"no answer had the status {unseen}: {message}"
        if "got no answer" in message and not record.has_fired(*BROKEN, *SLOW) and not record.schedule.lookup_delays:
            yield f"no answer was lost: {message}"
    if (
        record.first.failed
        and not record.is_disturbed
        and not any(is_correct_refusal(record, message) for message in messages(record.first))
    ):
        yield f"nothing went wrong, but the run failed: {record.first.result}"


def messages(run: Run) -> list[str]:
    """Return the messages of a failed run: that of the task, and those of the gateways."""
    if run.result is None or not run.failed:
        return []
    of_gateways = [entry["error"]["msg"] for entry in run.result.get("results", []) if entry["error"]]
    return [run.result["msg"], *of_gateways]


def no_request_arrives_late(record: Record) -> Complaints:
    """No request arrives after its attempt was given up, or after the task has ended."""
    run = record.first
    if run.ended is None:
        return
    for exchange in record.faulty.exchanges:
        if exchange.time > run.ended + NOTED_WITHIN:
            yield f"request {exchange.number} arrived {exchange.time - run.ended:.2f} s after the end of the task"
        attempts = [one for one in run.attempts if one.method == exchange.method and one.path == exchange.path]
        if not any(one.begun <= exchange.time <= one.ended + NOTED_WITHIN for one in attempts):
            yield f"request {exchange.number} arrived outside of its attempts: {attempts}"


INVARIANTS: tuple[Callable[[Record], Complaints], ...] = (
    nothing_undeclared_is_lost,
    updates_are_based_on_a_fresh_read,
    only_declared_items_are_written,
    nothing_is_created_twice,
    nothing_is_deleted_unless_declared,
    nothing_is_written_in_check_mode,
    no_change_goes_unreported,
    every_run_ends_in_time,
    no_request_arrives_late,
    every_run_ends_cleanly,
    failures_name_their_cause,
    success_means_declared_state,
    one_more_run_reaches_the_declared_state,
    *ROUTE_INVARIANTS,
)


def complaints(record: Record) -> list[str]:
    """Return all complaints, each with the name of the invariant."""
    return [f"{invariant.__name__}: {text}" for invariant in INVARIANTS for text in invariant(record)]
