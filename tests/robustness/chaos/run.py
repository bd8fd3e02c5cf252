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
from tests.robustness.chaos.playbook import played
from tests.robustness.chaos.process import CALM, FAST, REAL, Run, Task, Tempo, forked
from tests.robustness.chaos.record import Phase, Record, exchanges_of
from tests.robustness.chaos.schedule import Schedule
from tests.robustness.chaos.tables import Json
from tests.simulator.handle import Simulator

# A process that was killed, or a task that was ended, may have sent a request that the simulator has yet to read.
ARRIVED_WITHIN = 0.02
LOOK_EVERY = 0.02
STARVED_TIMES = 5
# Every run is followed by one that has to succeed at the first try, whatever the task said.
PATIENCE: Json = {"max_retries": 0, "rate_limit_wait": 0}
CALM_SERVER: Json = {"quota": None, "replica_lag": 0, "route_lag": {}, "config_lag": {}, "removal_lag": {}, "route_new_versions": "checked"}


class Way(NamedTuple):
    """How a task is run, and how fast that is."""

    run: Callable[[Simulator, Sequence[Task]], list[Run]]
    tempo: Tempo


FORKED = "fork"
WAYS = {
    FORKED: Way(lambda _simulator, tasks: forked(tasks), FAST),
    "in-process": Way(partial(played, True), REAL),
    "module": Way(partial(played, False), REAL),
}


def play(schedule: Schedule, simulator: Simulator, way: Way = WAYS[FORKED]) -> Record:
    """Run the schedule, the task with faults in that way, the runs after it as forks; again, if the machine was too busy for it."""
    for _time in range(STARVED_TIMES):
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
        connects=schedule.connects,
        timeout=schedule.task_timeout,
    )
    first = way.run(simulator, [task])
    boundary = settled(simulator, schedule)
    between = len(simulator.changes())
    simulator.clear_faults()
    simulator.behave(**CALM_SERVER)
    patient = {**options, **PATIENCE}
    # From here on, nothing is late because of a lack of time.
    constants = {**schedule.constants, "FRESH_SECONDS": FRESH_SECONDS}
    modes = (False, True, False) if schedule.items else (False, True)
    last = forked([Task(schedule.module, patient, check_mode, constants, CALM) for check_mode in modes])
    changes = simulator.changes()
    exchanges = exchanges_of(schedule, simulator.requests(), changes)
    faulty = Phase(tuple(first), tuple(exchanges[:boundary]), between)
    calm = Phase(tuple(last), tuple(exchanges[boundary:]), len(changes))
    return Record(schedule, way.tempo, faulty, calm, changes)


def settled(simulator: Simulator, schedule: Schedule) -> int:
    """Wait until no request can act any more, and return the number of requests."""
    time.sleep(ARRIVED_WITHIN if schedule.kill or schedule.connects or schedule.task_timeout else 0)
    while True:
        exchanges = exchanges_of(schedule, simulator.requests(), simulator.changes())
        # A delay is the only fault after which a request acts later, and then it is answered.
        if not any(exchange.status is None and exchange.fault and "delay" in exchange.fault.spec for exchange in exchanges):
            return len(exchanges)
        time.sleep(LOOK_EVERY)
