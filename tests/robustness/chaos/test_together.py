# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two concurrent runs for the same gateways, each with another setting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.robustness.chaos.process import CALM, Task, run_forked
from tests.robustness.chaos.schedule import MANY
from tests.robustness.chaos.tables import Json
from tests.simulator.handle import Simulator
from tests.simulator.process import running_simulator

IDS = [f"g{number}" for number in range(30)]
SETTINGS: tuple[Json, Json] = ({"cache_ttl": 60}, {"retry_delay": 100})
# The API has no conditional writes, so a change between a read and the write that follows it is lost. Without a second read, about 28
# changes were lost. With it, one in twelve runs lost one.
MAX_LOST = 3


def run_of(simulator: Simulator, settings: Json) -> Json:
    options = {"gateways": [{"id": name} for name in IDS], "defaults": settings}
    connection = {"base_url": simulator.base_url, "account_id": simulator.account_id, "api_token": simulator.api_token}
    (run,) = run_forked([Task(MANY, {**options, **connection}, False, {}, CALM)])
    assert run.result is not None, run.output
    return run.result


@pytest.mark.parametrize("delay", [0, 0.02])
def test_two_runs_do_not_undo_each_other(delay: float) -> None:
    with running_simulator() as simulator, ThreadPoolExecutor() as pool:
        simulator.reset(behaviour={"quota": None, "delay": delay}, gateways={simulator.account_id: {name: {} for name in IDS}})
        results = list(pool.map(lambda settings: run_of(simulator, settings), SETTINGS))
        stored = simulator.gateways()
    assert [result.get("msg") for result in results] == [None, None]
    lost = [(name, key) for settings in SETTINGS for key, value in settings.items() for name in IDS if stored[name][key] != value]
    assert len(lost) <= MAX_LOST, lost
