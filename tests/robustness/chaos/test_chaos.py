# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A short fixed set of schedules, and for each invariant a mistake that it must detect."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import client, task_scope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import apply, outcome, plan, reconciler, resource_client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import VersionedClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime import single
from tests.robustness.chaos.__main__ import run_all
from tests.robustness.chaos.invariants import INVARIANTS, complaints
from tests.robustness.chaos.kinds import ROUTES
from tests.robustness.chaos.other_tables import GATEWAY_ID, GRAPHS, ROUTE
from tests.robustness.chaos.process import TASK_SPECS
from tests.robustness.chaos.run import FORKED, WAYS, play
from tests.robustness.chaos.schedule import MANY, ONE, Fault, Kill, Schedule
from tests.robustness.chaos.seeds import FIRST_OTHER, schedule_of
from tests.robustness.chaos.tables import FAULTS, SECRETS, TARGET
from tests.simulator.faults import KINDS
from tests.simulator.handle import Simulator

SEEDS = (*range(1, 46), *range(FIRST_OTHER, FIRST_OTHER + 20))
REAL_CALL, REAL_EXCHANGE = client.Client.call, client.Client._exchange
# A gateway with a setting that the task does not declare, and one that only a newer API has. The task declares a third setting.
PLAIN = Schedule(
    seed=0,
    module=ONE,
    check_mode=False,
    behaviour={"mask_secrets": False, "extra_fields": {"later_flag": True}, "quota": None},
    gateways={"a": {"retry_delay": 100, "later_flag": False}},
    declared={"a": {"cache_ttl": 60}},
    options={"id": "a", "cache_ttl": 60, "max_retries": 1, "rate_limit_wait": 0},
    faults=(),
    kill=None,
    constants={},
)
NEW = replace(PLAIN, gateways={})
PURGE = replace(
    PLAIN, module=MANY, options={"gateways": [{"id": "a", "cache_ttl": 60}], "purge": True, "max_retries": 0, "rate_limit_wait": 0}
)


def fault(name: str, **more: Any) -> Fault:
    return Fault(name, {"when": "after", **FAULTS[name], **more})


# A route whose graph is not the declared one.
REROUTED = replace(
    PLAIN,
    module=ROUTE,
    behaviour={**PLAIN.behaviour, "extra_fields": {}},
    gateways={GATEWAY_ID: {}},
    items={ROUTES: [{"gateway_id": GATEWAY_ID, "id": "route-r", "name": "r", "elements": GRAPHS[0]}]},
    declared={f"{ROUTES}/r": {"elements": GRAPHS[1]}},
    options={"gateway_id": GATEWAY_ID, "name": "r", "elements": GRAPHS[1], "max_retries": 1, "rate_limit_wait": 0},
)
LOST_VERSION = replace(REROUTED, faults=(fault("504", method="POST", path="/versions$", times=1),))
LOST_POST = replace(NEW, faults=(fault("504", method="POST", times=1),))


def test_a_fixed_set_of_schedules() -> None:
    outcomes = list(run_all(SEEDS, FORKED, workers=4))
    assert {outcome.seed: outcome.complaints for outcome in outcomes if outcome.complaints} == {}
    assert sorted(outcome.seed for outcome in outcomes) == list(SEEDS)
    assert len({outcome.module for outcome in outcomes}) == len(TASK_SPECS)
    endings = {outcome.ending for outcome in outcomes}
    assert endings >= {"succeeded", "failed", "killed", "succeeded in check mode"}


def test_a_real_playbook_succeeds(simulator: Simulator) -> None:
    record = play(LOST_POST, simulator, WAYS["module"])
    assert complaints(record) == []
    assert record.first.result is not None
    assert record.first.result["operation"] == "created"
    assert [exchange.method for exchange in record.faulty.exchanges] == ["GET", "POST", "GET"]


def test_a_real_playbook_is_killed(simulator: Simulator) -> None:
    hang = fault("hang", method="POST", times=1)
    record = play(replace(NEW, faults=(hang,), kill=Kill(2, 0)), simulator, WAYS["in-process"])
    assert complaints(record) == []
    assert record.first.killed
    assert [exchange.method for exchange in record.faulty.exchanges] == ["GET", "POST"]


@pytest.mark.parametrize("way", ["in-process", "module"])
def test_a_real_playbook_is_timed_out(simulator: Simulator, way: str) -> None:
    hang = fault("hang", method="PUT", when="before", times=None, hang=4.0)
    record = play(replace(PLAIN, faults=(hang,), task_timeout=1.0), simulator, WAYS[way])
    assert complaints(record) == []
    assert record.first.killed


@pytest.mark.parametrize("seed", [17, FIRST_OTHER])
def test_a_seed_determines_its_schedule(seed: int) -> None:
    assert schedule_of(seed) == schedule_of(seed)
    assert schedule_of(seed) != schedule_of(seed + 1)


def test_the_tables_contain_every_kind_of_fault() -> None:
    assert {kind for kind in KINDS if not any(kind in template for template in FAULTS.values())} == set()


def reconcile_despite_check_mode(resource: Any, declaration: Any, items: Any, check_mode: bool) -> Any:
    return apply.reconcile(resource, declaration, items, False)


def body_without_current_settings(resource: Any, declaration: Any, current: Any) -> dict[str, Any]:
    filled = {field.key: field.on_create for field in resource.settings if field.on_create is not None}
    return {**filled, **declaration.settings}


def unsent_update(_items: Any, current: dict[str, Any], body: dict[str, Any], not_after: float | None = None) -> dict[str, Any]:
    return {"id": current["id"], **body}


def raise_key_error(*arguments: Any) -> Any:
    raise KeyError("invented mistake")


def printing_call(self: Any, *arguments: Any) -> Any:
    print(*SECRETS)
    return REAL_CALL(self, *arguments)


def unreported_outcome(self: Any, planned: Any, after: Any) -> Any:
    return outcome.Outcome(plan.UNCHANGED, (), planned.before, after)


def exchange_without_deadline(self: Any, request: Any, payload: Any, not_after: Any) -> Any:
    return REAL_EXCHANGE(self, request, payload, None)


def unlimited_pause(self: Any, retry: int, error: CollectionError) -> bool:
    time.sleep(error.retry_after or 0)
    return True


def recreate(self: Any, current: dict[str, Any], body: dict[str, Any], not_after: float | None = None) -> dict[str, Any]:
    self.delete(current)
    made: dict[str, Any] = self.create({"name": current["name"], **body})
    return made


PATIENT = {**PLAIN.options, "rate_limit_wait": 3}
IMPATIENT = {"FRESH_SECONDS": 0.02}
HIDDEN = {
    "behaviour": {**PLAIN.behaviour, "mask_secrets": True},
    "gateways": {"a": {"otel": [TARGET]}},
}
# The invariant that must detect the mistake, the object, its attribute and the replacement, and the schedule that shows the mistake.
MISTAKES: dict[str, tuple[str, Any, str, Any, Schedule]] = {
    "an update forgets what it does not know": ("nothing_undeclared_is_lost", plan, "merged_body", body_without_current_settings, PLAIN),
    "an update is sent however late": (
        "updates_are_based_on_a_fresh_read",
        client.Client,
        "_exchange",
        exchange_without_deadline,
        replace(PLAIN, faults=(fault("503, wait 1 s", method="PUT", when="before", times=1),), options=PATIENT, constants=IMPATIENT),
    ),
    "an update writes a mask": (
        "only_declared_items_are_written",
        plan,
        "_refuse_hidden",
        lambda *_arguments: None,
        replace(PLAIN, **HIDDEN),  # type: ignore[arg-type]
    ),
    "a create is repeated blindly": (
        "nothing_is_created_twice",
        client,
        "may_retry",
        lambda _method, retry, most, _error: retry < most,
        LOST_POST,
    ),
    "purge takes the default": (
        "nothing_is_deleted_unless_declared",
        Resource,
        "is_protected",
        lambda *_arguments: False,
        replace(PURGE, gateways={"default": {}}),
    ),
    "check mode writes": (
        "nothing_is_written_in_check_mode",
        single,
        "reconcile",
        reconcile_despite_check_mode,
        replace(PLAIN, check_mode=True),
    ),
    "a change is not told": ("no_change_goes_unreported", reconciler.Reconciler, "_outcome", unreported_outcome, PLAIN),
    "tries have no end": (
        "every_run_ends_in_time",
        client,
        "may_retry",
        lambda _method, retry, _most, _error: retry < 30,
        replace(PLAIN, faults=(fault("503", method="GET", times=None),), options={**PLAIN.options, "max_retries": 0}),
    ),
    "the server is waited for however long it takes": (
        "every_run_ends_in_time",
        client.Client,
        "_pause",
        unlimited_pause,
        replace(PLAIN, faults=(fault("429, wait 1 s", method="GET", times=1),)),
    ),
    "a cancelled attempt is sent": (
        "no_request_arrives_late",
        task_scope.Attempt,
        "_check",
        lambda _attempt: None,
        replace(PLAIN, lookup_delays=(4,)),
    ),
    "a task that has ended goes on": (
        "no_request_arrives_late",
        task_scope.TaskScope,
        "end",
        lambda _scope: None,
        replace(
            PLAIN,
            module=MANY,
            options={"gateways": [{"id": "a", "cache_ttl": 60}], "max_retries": 1, "rate_limit_wait": 3},
            faults=(fault("503", method="PUT", times=1, headers={"Retry-After": "2"}),),
            task_timeout=1.5,
        ),
    ),
    "the code has a mistake": ("every_run_ends_cleanly", reconciler, "make_plan", raise_key_error, PLAIN),
    "something is printed": ("every_run_ends_cleanly", client.Client, "call", printing_call, PLAIN),
    "a message says nothing": (
        "failures_name_their_cause",
        CollectionError,
        "__str__",
        lambda _error: "It failed.",
        replace(PLAIN, faults=(fault("504", method="GET", times=None),)),
    ),
    "an update is not sent": ("success_means_declared_state", resource_client.ResourceClient, "update", unsent_update, PLAIN),
    "nothing is ever found": (
        "one_more_run_reaches_the_declared_state",
        resource_client.ResourceClient,
        "find",
        lambda *_arguments: None,
        replace(PLAIN, kill=Kill(1, 0)),
    ),
    "nobody asks whether a version is valid": (
        "no_invalid_version_is_deployed",
        VersionedClient,
        "_refuse_invalid",
        lambda *_arguments: None,
        replace(REROUTED, behaviour={**REROUTED.behaviour, "route_new_versions": "invalid"}),
    ),
    "a route is deleted to be created again": ("some_version_is_always_deployed", VersionedClient, "update", recreate, REROUTED),
    "the version of a killed task is left behind": (
        "no_version_is_created_twice",
        VersionedClient,
        "_left_behind",
        lambda *_arguments: None,
        # The process ends before it deploys the version that it created.
        replace(REROUTED, kill=Kill(5, 0)),
    ),
    "a version whose answer was lost is not found": (
        "no_surplus_versions_are_created",
        VersionedClient,
        "_newest",
        lambda *_arguments: None,
        LOST_VERSION,
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_violates_its_invariant(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    invariant, place, name, replacement, schedule = MISTAKES[mistake]
    assert complaints(play(schedule, simulator)) == []
    monkeypatch.setattr(place, name, replacement)
    found = complaints(play(schedule, simulator))
    assert invariant in {complaint.partition(":")[0] for complaint in found}, found


def test_each_invariant_has_a_mistake() -> None:
    assert {invariant for invariant, *_rest in MISTAKES.values()} == {invariant.__name__ for invariant in INVARIANTS}


def test_a_run_that_takes_too_long_violates_an_invariant(simulator: Simulator) -> None:
    record = play(PLAIN, simulator)
    record.faulty = replace(record.faulty, runs=(replace(record.first, seconds=60.0),))
    assert [complaint.partition(":")[0] for complaint in complaints(record)] == ["every_run_ends_in_time"]
