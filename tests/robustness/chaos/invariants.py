# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invariants that must hold for any fault. Each invariant is a function that takes a record and yields complaints. Its docstring states
what must hold.

No client can prevent that an update overwrites what another writer changed after the item was last read, because the API has no
conditional requests. Such losses are not complaints. Two things make that span longer than a round trip:

- an update is sent up to FRESH_SECONDS after the reading, and repeated within them, so that it can act twice, the second time over what
  was written since the first;
- a request that the task gave up on may still act, even after the task has ended.

So an update is held against what the task had last read when it sent it, and not against what it found when it acted. And how old that
was is an invariant of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.reconciler import FRESH_SECONDS, MAX_READS, MAX_ROUNDS
from tests.robustness.chaos.kinds import meaning_in
from tests.robustness.chaos.other_tables import PROVIDER
from tests.robustness.chaos.process import FAST, Run
from tests.robustness.chaos.reached import Complaints, is_right, one_more_run_reaches_what_is_declared, success_is_true
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
    """An update leaves every setting that is not declared as it was when the task last read the item, or as it found it."""
    for phase in phases(record):
        for exchange in changes_of(phase):
            if exchange.method in UPDATES and exchange.acted:
                after = record.state(exchange.acted[1])[str(exchange.id)]
                declared = set(record.schedule.declared.get(str(exchange.id)) or {})
                known = record.known(phase, exchange)
                found = record.state(exchange.acted[0])[str(exchange.id)]
                losses = [
                    ["all that was there"] if before is None else lost(exchange.kind, before, found, after, declared) for before in known
                ]
                if not losses:
                    yield f"request {exchange.number} updates {exchange.id}, which was not read before"
                elif all(losses):
                    yield f"request {exchange.number} changes what is not declared of {exchange.id}: {', '.join(losses[0])}"


def updates_are_based_on_a_fresh_read(record: Record) -> Complaints:
    """No try of an update is sent later than FRESH_SECONDS after the item was read, unless each reading made it late until now."""
    fresh = record.schedule.constants.get("FRESH_SECONDS", FRESH_SECONDS) if record.tempo is FAST else FRESH_SECONDS
    for exchange in record.faulty.exchanges:
        before = record.faulty.exchanges[: exchange.number]
        shown = [read for read in before if record.shows(read, str(exchange.id)) and read.method not in UPDATES]
        if not (exchange.method in UPDATES or (exchange.method, exchange.part) == ("POST", "versions")) or not shown:
            continue
        rounds = sum(not read.is_write for read in shown)
        age = exchange.time - shown[-1].time
        # It may take a whole try to connect.
        if age > fresh + record.tempo.timeout + record.tempo.grace and rounds < MAX_ROUNDS:
            yield f"request {exchange.number} updates {exchange.id}, which was read {age:.2f} s before"


def lost(kind: str, before: Json, found: Json, after: Json, declared: set[str]) -> list[str]:
    """Return the undeclared settings whose meaning differs from that before the update, and from what the update found."""
    left = {*before, *after} - declared - TIMES
    # Without stored logs there is nothing to classify.
    spared = set() if after.get("collect_logs") else {"log_classification"}
    return sorted(
        name
        for name in left - spared
        if meaning_in(kind, name, after.get(name)) not in [meaning_in(kind, name, one.get(name)) for one in (before, found)]
    )


def only_what_is_declared_is_written(record: Record) -> Complaints:
    """No other item is created or updated, and no mask is stored."""
    for phase in phases(record):
        for exchange in phase.exchanges:
            if exchange.method in ("POST", *UPDATES) and record.schedule.declared.get(str(exchange.id)) is None:
                yield f"request {exchange.number} writes {exchange.id}, which is not declared"
            written = json.dumps(record.state(exchange.acted[1]).get(str(exchange.id))) if exchange.has_changed and exchange.acted else ""
            if any(mask in written for mask in SHOWN_MASKS):
                yield f"request {exchange.number} stores a mask in {exchange.id}"


def nothing_is_created_twice(record: Record) -> Complaints:
    """An item is created only where there is none, and the task looks for it before it tries again, unless it was refused.

    To look is to read it, to list its kind, or to get "not found" for an update.
    """
    for phase in phases(record):
        tried: dict[str | None, Exchange] = {}
        for exchange in phase.exchanges:
            if exchange.method == "POST" and not exchange.part:
                before = tried.get(exchange.id)
                if before is not None and before.status not in (400, 429):
                    yield f"request {exchange.number} creates {exchange.id} again, and nobody has looked since request {before.number}"
                if exchange.has_changed and exchange.acted and str(exchange.id) in record.state(exchange.acted[0]):
                    yield f"request {exchange.number} creates {exchange.id}, which is there"
                tried[exchange.id] = exchange
            elif exchange.id is None:
                tried = {name: before for name, before in tried.items() if before.kind != exchange.kind}
            else:
                tried.pop(exchange.id, None)


def nothing_is_deleted_that_is_not_declared(record: Record) -> Complaints:
    """An item is deleted if it is declared absent or recreated, or by purge if it is not listed, was read, and is within the limit."""
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
    """No write is sent in check mode, for any answers."""
    writes = [exchange for exchange in record.faulty.exchanges if exchange.is_write]
    if record.schedule.check_mode and writes:
        yield f"request {writes[0].number} writes"


def what_is_said_to_be_unchanged_is_so(record: Record) -> Complaints:
    """Return whether the result of an item, or the message of a failure, reports that."""
    said = what_is_said(record.first.result or {})
    for exchange in changes_of(record.faulty):
        operation, message = said.get(exchange.id, said[None])
        if (operation == "unchanged" and not (record.first.result or {}).get("steps")) or "Nothing was changed" in message:
            yield f"request {exchange.number} changes {exchange.id}, and the result says: {operation}, {message}"


def what_is_said(result: Json) -> dict[str | None, tuple[str, str]]:
    """Yield the operation and the message of each item of a result, and of the task (None)."""
    entries = [(entry["id"], entry, entry["error"] or {}) for entry in result.get("results", [])]
    return {name: (entry.get("operation", ""), error.get("msg", "")) for name, entry, error in [*entries, (None, result, result)]}


def waiting_ends(record: Record) -> Complaints:
    """A run ends, by itself, within what its options allow for each of the requests that it made; and these are not too many."""
    options, tempo = record.schedule.options, record.tempo
    requests = len(record.faulty.exchanges)
    # A try that never connects is no request.
    attempts = max(requests, len(record.first.tries))
    each = tempo.timeout + tempo.grace + tempo.backoff + SLACK
    allowed = tempo.start + options["rate_limit_wait"] + attempts * each
    if record.first.seconds > allowed:
        yield f"the run took {record.first.seconds:.1f} s, and {attempts} tries allow {allowed:.1f} s"
    tries = options["max_retries"] + 1
    most_for_one = tries + MAX_ROUNDS * (tries * (1 + MAX_READS * tries) + 2 * tries)
    if record.schedule.items:
        # It also looks whether what it wrote is there by now.
        most_for_one += MAX_ROUNDS * tries * MAX_VERSION_READS
    touched = {(exchange.kind, exchange.id, exchange.part) for exchange in record.faulty.exchanges}
    if requests > most_for_one * len(touched):
        yield f"the run made {requests} requests for {len(touched)} items or listings, with at most {tries} tries"
    if record.schedule.module not in (MANY, PROVIDER):
        yield from waits_for_the_rate_limit_end(record)


def waits_for_the_rate_limit_end(record: Record) -> Complaints:
    """What a task with one request at a time waits after answers that ask for it is no more than rate_limit_wait in all."""
    pairs = zip(record.faulty.exchanges, record.faulty.exchanges[1:])
    pauses = [after.time - before.time for before, after in pairs if before.status in (429, 503)]
    allowed = record.schedule.options["rate_limit_wait"] + len(pauses) * (record.tempo.backoff + SLACK)
    if sum(pauses) > allowed:
        yield f"the run waited {sum(pauses):.1f} s for the rate limit, and {allowed:.1f} s are allowed"


def every_run_ends_well(record: Record) -> Complaints:
    """There is a result, without a traceback, a defect or a secret in it, and nothing was printed."""
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
    """The message of a failure says what happened, and that did happen."""
    statuses = {str(exchange.status) for exchange in record.faulty.exchanges}
    for message in messages(record.first):
        if not CAUSES.search(message):
            yield f"no cause is named in: {message}"
        made_up = set(re.findall(r"returned HTTP (\d{3})", message)) - statuses
        if made_up:
            yield f"nothing was answered with {made_up}: {message}"
        if "got no answer" in message and not record.has_fired(*BROKEN, *SLOW) and not record.schedule.connects:
            yield f"everything was answered: {message}"
    if record.first.failed and not record.is_disturbed and not any(is_right(record, message) for message in messages(record.first)):
        yield f"nothing went wrong, and still the run failed: {record.first.result}"


def messages(run: Run) -> list[str]:
    """Yield the messages of a failed run: that of the task, and those of the gateways."""
    if run.result is None or not run.failed:
        return []
    of_gateways = [entry["error"]["msg"] for entry in run.result.get("results", []) if entry["error"]]
    return [run.result["msg"], *of_gateways]


def nothing_comes_too_late(record: Record) -> Complaints:
    """No request arrives after the try that it belongs to was given up, or after the task has ended."""
    run = record.first
    if run.ended is None:
        return
    for exchange in record.faulty.exchanges:
        if exchange.time > run.ended + NOTED_WITHIN:
            yield f"request {exchange.number} arrived {exchange.time - run.ended:.2f} s after the end of the task"
        tries = [one for one in run.tries if one.method == exchange.method and one.path == exchange.path]
        if not any(one.begun <= exchange.time <= one.ended + NOTED_WITHIN for one in tries):
            yield f"request {exchange.number} arrived when no try of it was wanted: {tries}"


INVARIANTS: tuple[Callable[[Record], Complaints], ...] = (
    nothing_undeclared_is_lost,
    updates_are_based_on_a_fresh_read,
    only_what_is_declared_is_written,
    nothing_is_created_twice,
    nothing_is_deleted_that_is_not_declared,
    nothing_is_written_in_check_mode,
    what_is_said_to_be_unchanged_is_so,
    waiting_ends,
    nothing_comes_too_late,
    every_run_ends_well,
    failures_name_their_cause,
    success_is_true,
    one_more_run_reaches_what_is_declared,
    *ROUTE_INVARIANTS,
)


def complaints(record: Record) -> list[str]:
    """Return all complaints, each with the name of the invariant."""
    return [f"{invariant.__name__}: {text}" for invariant in INVARIANTS for text in invariant(record)]
