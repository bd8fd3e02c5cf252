# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is measured, on what: data only. A further way to do the job is one more entry of CONTENDERS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Requests = dict[str, int]

CREATE, UNCHANGED = "create", "unchanged"
SCENARIOS = (CREATE, UNCHANGED)
DELAYS = (0.0, 0.05)
COUNTS = (1, 10, 100)
# From this number of gateways on, a contender leaves out what it says it leaves out.
MANY = 100

# What every contender has to bring about; the plays say it in their own words, and are held against this.
DECLARED: dict[str, Any] = {
    "authentication": True,
    "cache_invalidate_on_update": True,
    "cache_ttl": 300,
    "collect_logs": True,
    "rate_limiting_interval": 60,
    "rate_limiting_limit": 100,
    "rate_limiting_technique": "sliding",
}


def for_each(**methods: int) -> Callable[[int], Requests]:
    """So many requests of these methods for each gateway."""
    return lambda count: {method: number * count for method, number in methods.items()}


@dataclass(frozen=True)
class Contender:
    """One way to do the job.

    `requests` tells how many requests of each method a number of gateways takes, by scenario; a scenario that is not
    there is not measured. `left_out` are pairs of scenario and delay that take too long with MANY gateways and tell little.
    """

    name: str
    label: str
    play: str
    colour: str
    requests: Mapping[str, Callable[[int], Requests]] = field(compare=False)
    variables: Mapping[str, Any] = field(default_factory=dict, compare=False)
    left_out: frozenset[tuple[str, float]] = frozenset()


ONE_BY_ONE = {CREATE: for_each(GET=1, POST=1), UNCHANGED: for_each(GET=1)}
SWITCH = "edgeops_cloudflare_in_process"

IN_PROCESS = Contender("in_process", "`ai_gateway`, in-process", "ai_gateway.yml", "#d1495b", ONE_BY_ONE, {SWITCH: True})
MODULE = Contender(
    "module",
    "`ai_gateway`, ordinary module",
    "ai_gateway.yml",
    "#edae49",
    ONE_BY_ONE,
    {SWITCH: False},
    left_out=frozenset({(CREATE, 0.05)}),
)
URI = Contender("uri", "`ansible.builtin.uri`", "uri.yml", "#00798c", ONE_BY_ONE, left_out=frozenset({(CREATE, 0.05)}))
SDK = Contender(
    "sdk",
    "a minimal module on `cloudflare`",
    "sdk_gateway.yml",
    "#30638e",
    ONE_BY_ONE,
    left_out=frozenset({(CREATE, 0.0), (CREATE, 0.05)}),
)
PING = Contender("ping", "`ansible.builtin.ping`", "ping.yml", "#6c757d", {UNCHANGED: for_each()}, left_out=frozenset({(UNCHANGED, 0.05)}))

CONTENDERS = (IN_PROCESS, MODULE, URI, SDK, PING)


@dataclass(frozen=True)
class Case:
    """What is measured together: a contender, what it finds, how many gateways, and how slow the API is."""

    contender: Contender
    scenario: str
    count: int
    delay: float

    @property
    def is_left_out(self) -> bool:
        """Whether only `--all` measures it."""
        return self.count >= MANY and (self.scenario, self.delay) in self.contender.left_out

    def __str__(self) -> str:
        return f"{self.contender.name}, {self.scenario}, {self.count} gateways, {self.delay * 1000:.0f} ms"


def cases(counts: tuple[int, ...], everything: bool) -> list[Case]:
    """All that is to be measured, in the order in which it is."""
    found = [
        Case(contender, scenario, count, delay)
        for delay in DELAYS
        for count in counts
        for contender in CONTENDERS
        for scenario in SCENARIOS
        if scenario in contender.requests
    ]
    return [case for case in found if everything or not case.is_left_out]
