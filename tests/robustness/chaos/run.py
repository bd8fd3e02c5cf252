# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a schedule: the task with faults, without faults, in check mode, and for items other than gateways once more without check mode."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.reconciler import FRESH_SECONDS
from tests.robustness.chaos.playbook import run_playbooks
from tests.robustness.chaos.process import CALM, FAST, REAL, Run, Task, Tempo, run_forked
from tests.robustness.chaos.record import Phase, Record, exchanges_of
from tests.robustness.chaos.schedule import Schedule
from tests.robustness.chaos.tables import Json
from tests.simulator.handle import Simulator

# A process that was killed, or a task that was ended, may have sent a request that the simulator has yet to read.
ARRIVED_WITHIN = 0.02
POLL_INTERVAL = 0.02
MAX_STARVED_RUNS = 5
# Options for the runs after the faults. They must succeed at the first attempt, whatever the schedule's options are.
NO_RETRIES: Json = {"max_retries": 0, "rate_limit_wait": 0}
CALM_SERVER: Json = {"quota": None, "replica_lag": 0, "route_lag": {}, "config_lag": {}, "removal_lag": {}, "route_new_versions": "checked"}


class Way(NamedTuple):
    """A way to run tasks, and its tempo."""

    run: Callable[[Simulator, Sequence[Task]], list[Run]]
    tempo: Tempo


FORKED = "fork"
WAYS = {
    FORKED: Way(lambda _simulator, tasks: run_forked(tasks), FAST),
    "in-process": Way(partial(run_playbooks, True), REAL),
    "module": Way(partial(run_playbooks, False), REAL),
}


def play(schedule: Schedule, simulator: Simulator, way: Way = WAYS[FORKED]) -> Record:
    """Run the schedule: first the task with faults, in the given way, then the others as forks. Repeat if the machine was too busy."""
    for _time in range(MAX_STARVED_RUNS):
        record = _play(schedule, simulator, way)
        if not record.is_starved:
            break
    return record


def _play(schedule: Schedule, simulator: Simulator, way: Way) -> Record:
    connection = {"base_url": simulator.base_url, "account_id": simulator.account_id, "api_token": simulator.api_token}
    simulator.reset(
        behaviour=schedule.behaviour,
        faults=[fault.planted(way.tempo.timeout) for fault in schedule.faults],
        gateways={simulator.account_id: schedule.gateways},
        items={simulator.account_id: schedule.items},
    )
    options = {**schedule.options, **connection}
    task = Task(
        schedule.module,
        options,
        schedule.check_mode,
        schedule.constants,
        way.tempo,
        kill=schedule.kill,
        lookup_delays=schedule.lookup_delays,
        timeout=schedule.task_timeout,
    )
    first = way.run(simulator, [task])
    boundary = wait_until_settled(simulator, schedule)
    between = len(simulator.changes())
    simulator.clear_faults()
    simulator.behave(**CALM_SERVER)
    calm_options = {**options, **NO_RETRIES}
    # After the faults, a short FRESH_SECONDS must not make a run fail.
    constants = {**schedule.constants, "FRESH_SECONDS": FRESH_SECONDS}
    modes = (False, True, False) if schedule.items else (False, True)
    last = run_forked([Task(schedule.module, calm_options, check_mode, constants, CALM) for check_mode in modes])
    changes = simulator.changes()
    exchanges = exchanges_of(schedule, simulator.requests(), changes)
    faulty = Phase(tuple(first), tuple(exchanges[:boundary]), between)
    calm = Phase(tuple(last), tuple(exchanges[boundary:]), len(changes))
    return Record(schedule, way.tempo, faulty, calm, changes)


def wait_until_settled(simulator: Simulator, schedule: Schedule) -> int:
    """Wait until no request can act any more, and return the number of requests."""
    time.sleep(ARRIVED_WITHIN if schedule.kill or schedule.lookup_delays or schedule.task_timeout else 0)
    while True:
        exchanges = exchanges_of(schedule, simulator.requests(), simulator.changes())
        # A delay is the only fault that lets a request act later. Such a request has a status once it has acted.
        if not any(exchange.status is None and exchange.fault and "delay" in exchange.fault.spec for exchange in exchanges):
            return len(exchanges)
        time.sleep(POLL_INTERVAL)
