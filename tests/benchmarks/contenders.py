# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contenders and their cases, as data. To measure another way to do the job, add it to the contenders of a family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Requests = dict[str, int]

CREATE, UNCHANGED, CHANGED = "create", "unchanged", "changed"
GATEWAY, ACCOUNT = "gateway", "account"
DELAYS = (0.0, 0.05)
# In the scenario CHANGED, one in so many stored gateways differs from the declaration.
ONE_IN = 10
# Maximum number of gateways in one listing of the API.
PAGE = 100

# The settings that every contender must achieve. The plays declare them separately, and results are compared with these.
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
    """Return a function of the number of gateways, with so many requests of these methods for each."""
    return lambda count: {method: number * count for method, number in methods.items()}


def rounded_up(count: int, part: int) -> int:
    """Return the number of parts of that size, rounded up."""
    return -(-count // part)


@dataclass(frozen=True)
class Contender:
    """One way to do the job: a play, or a Python script.

    `requests` contains functions that return the expected requests by method for a number of gateways, by scenario. Other scenarios
    are not measured. `left_out` are pairs of scenario and delay that are too slow and show little with `many` gateways or more. More
    than `most` gateways are never measured. `loops`: the output has a line for each gateway. `item` returns the entry of a gateway in
    the list `gateways`. `unit` is what is counted: a contender that counts accounts has a host for each.
    """

    name: str
    label: str
    program: str
    colour: str
    requests: Mapping[str, Callable[[int], Requests]] = field(compare=False)
    variables: Mapping[str, Any] = field(default_factory=dict, compare=False)
    left_out: frozenset[tuple[str, float]] = frozenset()
    many: int = 100
    most: int | None = None
    loops: bool = True
    item: Callable[[str], Any] = field(default=str, compare=False)
    unit: str = GATEWAY

    @property
    def is_on_hosts(self) -> bool:
        """Return whether the play has a host for each account."""
        return self.unit == ACCOUNT

    @property
    def is_script(self) -> bool:
        """Return whether it is a separate program, without Ansible."""
        return self.program.endswith(".py")


@dataclass(frozen=True)
class Case:
    """A measurement: contender, scenario, number of gateways or accounts, and delay of the API."""

    contender: Contender
    scenario: str
    count: int
    delay: float

    @property
    def is_left_out(self) -> bool:
        """Return whether only `--all` measures the case."""
        return self.count >= self.contender.many and (self.scenario, self.delay) in self.contender.left_out

    def __str__(self) -> str:
        return f"{self.contender.name}, {self.scenario}, {self.count} {self.contender.unit}s, {self.delay * 1000:.0f} ms"


@dataclass(frozen=True)
class Quota:
    """Tasks that create gateways at the same time in an account that allows `limit` requests in `window` seconds.

    Each task sends `once` requests, and `each` requests for every gateway.
    """

    tasks: int
    gateways: int
    limit: int
    window: int
    once: int = 1
    each: int = 1

    @property
    def requests(self) -> int:
        """Number of requests that the tasks send together, if none is refused."""
        return self.tasks * (self.once + self.each * self.gateways)

    @property
    def shortest(self) -> int:
        """Seconds that the quota makes them wait."""
        return (self.requests - 1) // self.limit * self.window

    def __str__(self) -> str:
        return f"{self.tasks} x {self.gateways} gateways, {self.limit} requests in {self.window} s"


@dataclass(frozen=True)
class Family:
    """Measurements that are published together. The quotas are for the first contender; `quick` are those of a quick run."""

    name: str
    contenders: tuple[Contender, ...]
    scenarios: tuple[str, ...]
    counts: tuple[int, ...]
    repeats: int
    drawing: str | None = None
    quotas: tuple[Quota, ...] = ()
    quick: tuple[Quota, ...] = ()

    def cases(self, counts: tuple[int, ...], everything: bool) -> list[Case]:
        """Return the cases to measure, in the order of the page."""
        found = [
            Case(contender, scenario, count, delay)
            for delay in DELAYS
            for count in counts
            for contender in self.contenders
            for scenario in self.scenarios
            if scenario in contender.requests and (contender.most is None or count <= contender.most)
        ]
        return [case for case in found if everything or not case.is_left_out]


ONE_BY_ONE = {
    CREATE: for_each(GET=1, POST=1),
    UNCHANGED: for_each(GET=1),
    CHANGED: lambda count: {"GET": count, "PUT": rounded_up(count, ONE_IN)},
}


def reads_of_changes(count: int) -> int:
    """Return the GET requests of a fleet: the listing, each gateway that differs, and the listing again if several differ."""
    changed = rounded_up(count, ONE_IN)
    return changed + rounded_up(count, PAGE) * (2 if changed > 1 else 1)


FROM_ONE_LISTING = {
    CREATE: lambda count: {"GET": 1, "POST": count},
    UNCHANGED: lambda count: {"GET": rounded_up(count, PAGE)},
    CHANGED: lambda count: {"GET": reads_of_changes(count), "PUT": rounded_up(count, ONE_IN)},
}
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

EVERYDAY = (UNCHANGED, 0.05)
SLOW = frozenset((scenario, 0.05) for scenario in (CREATE, UNCHANGED, CHANGED))
FLEET = Contender(
    "fleet",
    "`ai_gateways`, in-process",
    "ai_gateways.yml",
    "#6a4c93",
    FROM_ONE_LISTING,
    {SWITCH: True},
    left_out=SLOW | {(CHANGED, 0.0)},
    many=5000,
    loops=False,
    item=lambda name: {"id": name},
)
LOOP = replace(IN_PROCESS, label="`ai_gateway` in a loop, in-process", left_out=SLOW - {EVERYDAY}, many=1000, most=1000)
URI_LOOP = replace(URI, label="`ansible.builtin.uri` in a loop", left_out=SLOW | {(CREATE, 0.0), (CHANGED, 0.0)}, most=100)
SCRIPT = Contender(
    "script",
    "a script on `cloudflare`",
    "sdk_script.py",
    "#30638e",
    ONE_BY_ONE,
    left_out=SLOW - {EVERYDAY},
    many=1000,
    most=1000,
    loops=False,
)

SINGLE = Family("single", (IN_PROCESS, MODULE, URI, SDK, PING), (CREATE, UNCHANGED), (1, 10, 100), 5, "performance.svg")
FLEETS = Family(
    "fleets",
    (FLEET, LOOP, URI_LOOP, SCRIPT),
    (CREATE, UNCHANGED, CHANGED),
    (10, 100, 1000, 5000),
    3,
    "performance-fleet.svg",
    quotas=(Quota(1, 300, 120, 30), Quota(2, 150, 120, 30)),
    quick=(Quota(1, 30, 12, 2), Quota(2, 15, 12, 2)),
)

# The provider whose key each gateway of a whole account gets, and the name and graph of its route.
PROVIDER, ROUTE = "openai", "chat"
ELEMENTS: list[dict[str, Any]] = [
    {"id": "start", "type": "start", "outputs": {"next": {"element_id": "model"}}},
    {
        "id": "model",
        "type": "model",
        "properties": {"provider": PROVIDER, "model": "gpt-4o-mini", "timeout": 1000, "retries": 1},
        "outputs": {"success": {"element_id": "end"}, "fallback": {"element_id": "end"}},
    },
    {"id": "end", "type": "end"},
]
# Requests to create an account: three listings and one secrets store; then nine for each gateway with its key and route.
ONCE, EACH = 4, 9


def key_of(name: str) -> str:
    """Return the provider key of a gateway."""
    return f"invented-{name}"


def with_key_and_route(name: str, key: str | None = None, route: str = ROUTE) -> dict[str, Any]:
    """Return a gateway with a provider key and a dynamic route, as the document of an account declares it."""
    keys = [{"provider_slug": PROVIDER, "secret": key or key_of(name)}]
    return {"id": name, "provider_configs": keys, "dynamic_routes": [{"name": route, "elements": ELEMENTS}]}


WHOLE = Contender(
    "whole",
    "`ai_gateway_account`, in-process",
    "ai_gateway_account.yml",
    "#6a4c93",
    {
        CREATE: lambda count: {"GET": 3 + 4 * count, "POST": 1 + 4 * count, "PUT": count},
        UNCHANGED: lambda count: {"GET": rounded_up(count, PAGE) + 3 * count},
    },
    {SWITCH: True},
    loops=False,
    item=with_key_and_route,
)
HOSTS = Contender(
    "hosts",
    "`ai_gateway_account` on each host, in-process",
    "hosts_account.yml",
    "#d1495b",
    {UNCHANGED: for_each(GET=1)},
    {SWITCH: True, "gateways": [{"id": f"gateway-{number}"} for number in range(10)], "count": 10},
    left_out=frozenset({EVERYDAY}),
    most=100,
    loops=False,
    unit=ACCOUNT,
)
FACTS = replace(
    HOSTS, name="facts", label="`ansible.builtin.set_fact` on each host", program="hosts_set_fact.yml", requests={UNCHANGED: for_each()}
)
ACCOUNTS = Family(
    "accounts",
    (WHOLE, HOSTS, FACTS),
    (CREATE, UNCHANGED),
    (100, 300),
    3,
    quotas=(Quota(1, 60, 120, 10, ONCE, EACH),),
    quick=(Quota(1, 3, 12, 1, ONCE, EACH),),
)
FAMILIES = {family.name: family for family in (SINGLE, FLEETS, ACCOUNTS)}
