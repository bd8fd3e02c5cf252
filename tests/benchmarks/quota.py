# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measurement of tasks that create gateways under a rate limit of the account."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from tests.benchmarks.contenders import CREATE, Case, Contender, Quota
from tests.benchmarks.measure import Bench, NotDone

REFUSED = 429


def run(bench: Bench, quota: Quota, contender: Contender) -> dict[str, Any]:
    """Return the measurements of one run in an empty account, until the last task has ended.

    :raises NotDone: if a task fails, or the requests or the final state are wrong.
    """
    fleets = [[f"gateway-{task}-{number}" for number in range(quota.gateways)] for task in range(quota.tasks)]
    bench.reset(quota={"limit": quota.limit, "window": quota.window, "block": quota.window})
    start = time.perf_counter()
    with ThreadPoolExecutor(quota.tasks) as pool:
        done = list(pool.map(lambda names: bench.execute(contender, names, names[0]), fleets))
    wall = time.perf_counter() - start
    journal = bench.simulator.requests()
    statuses = [entry["status"] for entry in journal]
    names = list(itertools.chain(*fleets))
    problems = [*_wrong_statuses(quota, statuses), *bench.wrong_store(Case(contender, CREATE, len(names), 0.0), names, {})]
    if problems:
        raise NotDone(f"{quota}: {'; '.join(problems)}\n{done[0][1][-3000:]}")
    return {
        **asdict(quota),
        "wall": wall,
        "cpu": sum(sample.cpu for sample, _output in done),
        "memory": max(sample.memory for sample, _output in done),
        "requests": len(journal),
        "refused": statuses.count(REFUSED),
        "in_a_row": longest_row(statuses),
    }


def _wrong_statuses(quota: Quota, statuses: list[int | None]) -> list[str]:
    unexpected = set(statuses) - {200, REFUSED}
    problems = [f"the API answered {unexpected}"] if unexpected else []
    done = statuses.count(200)
    return problems if done == quota.requests else [*problems, f"{done} requests were done, not {quota.requests}"]


def longest_row(statuses: Iterable[int | None]) -> int:
    """Return the maximum number of consecutive refusals."""
    return max((len(list(row)) for status, row in itertools.groupby(statuses) if status == REFUSED), default=0)
