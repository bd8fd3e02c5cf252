# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedules: stored and declared items, the server, and faults with their times. This module draws the schedules for gateways."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.robustness.chaos.tables import (
    CLEARABLE,
    DEFAULT_ID,
    FAULTS,
    IDS,
    SECOND_WRITER,
    SETTINGS,
    SWITCHES,
    UNKNOWN,
    WITHOUT_OPTION,
    Json,
)

ONE, MANY = "ai_gateway", "ai_gateways"
LOOKUP_DELAYS = (0, 0, 0.3, 1.8, 4)
TASK_TIMEOUTS = (0.02, 0.1, 0.5, 1.5, 3)
# A task whose first request fails permanently tests little, so faults match writes more often.
METHODS = (None, "GET", "PUT", "PUT", "POST", "POST", "DELETE")


@dataclass(frozen=True)
class Fault:
    """A fault for the simulator, with durations in units of the timeout, and its name in the tables."""

    name: str
    spec: Json

    @property
    def label(self) -> str:
        """Return the name in reports, with the differences from the fault in the tables."""
        when = "" if self.spec["when"] == FAULTS[self.name].get("when") else f" ({self.spec['when']} it acts)"
        return self.name + (when if self.name != SECOND_WRITER else "")

    def planted(self, timeout: float) -> Json:
        """Return the fault for the simulator, with durations in seconds."""
        spec = {name: value * timeout if name in ("hang", "delay") else value for name, value in self.spec.items()}
        if "trickle" in spec:
            spec["trickle"] = {**spec["trickle"], "interval": spec["trickle"]["interval"] * timeout}
        return spec


@dataclass(frozen=True)
class Kill:
    """SIGKILL for the process of the task, ``after`` seconds after it begins the request with the number ``request``, counted from 1."""

    request: int
    after: float


@dataclass(frozen=True)
class Schedule:
    """A test case.

    ``declared`` contains the settings in the API's form by name of the item in records, and None for an item that must be absent.
    ``gateways``, and ``items`` of other kinds, are stored at the start. ``options`` are those of ``module``, without the address and the
    credentials. ``constants`` replace those of the code, so that rare code paths become common.
    """

    seed: int
    module: str
    check_mode: bool
    behaviour: Json
    gateways: dict[str, Json]
    declared: dict[str, Json | None]
    options: Json
    faults: tuple[Fault, ...]
    kill: Kill | None
    constants: Json
    # Delays of the address lookup for each connection in turn, in units of the timeout of an attempt.
    lookup_delays: tuple[float, ...] = ()
    # The timeout of the task in Ansible, in the same unit.
    task_timeout: float | None = None
    items: dict[str, list[Json]] = field(default_factory=dict)

    @property
    def purge(self) -> bool:
        """Return whether gateways that are not declared are deleted."""
        return bool(self.options.get("purge"))

    def may_delete(self, name: str) -> bool:
        """Return whether this item is declared absent, or may be purged."""
        if name in self.declared:
            return self.declared[name] is None
        return self.purge and name != DEFAULT_ID


def gateway_schedule_of(seed: int) -> Schedule:
    """Return the schedule of a seed, which is always the same."""
    rng = Random(seed)  # noqa: S311 (it keeps no secret)
    module = rng.choice([ONE, MANY])
    ids = rng.sample(IDS, 1 if module == ONE else rng.randint(1, 4))
    own = {name: declaration(rng) for name in ids}
    absent = {name for name in ids if rng.random() < 0.2}
    defaults = settings(rng, 2) if module == MANY and rng.random() < 0.5 else {}
    # This setting needs another one, so as a default it could contradict the settings of a gateway.
    defaults.pop("log_classification", None)
    declared = {name: None if name in absent else {**defaults, **own[name]} for name in ids}
    items = [{"id": name, "state": "absent" if name in absent else "present", **options_of(own[name])} for name in ids]
    return Schedule(
        seed=seed,
        module=module,
        check_mode=rng.random() < 0.1,
        behaviour=server(rng),
        gateways={name: stored(rng) for name in IDS if rng.random() < 0.5},
        declared=declared,
        options={**connection(rng), **(items[0] if module == ONE else fleet(rng, items, defaults))},
        faults=tuple(fault(rng) for _number in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 6]))),
        kill=Kill(rng.randint(1, 6), rng.choice([0, 0, 0.001, 0.004, 0.02])) if rng.random() < 0.15 else None,
        constants={"PAGE_SIZE": rng.choice([2, 100]), "FRESH_SECONDS": rng.choice([0.02, 0.3, 10.0])},
        lookup_delays=tuple(rng.choice(LOOKUP_DELAYS) for _number in range(rng.randint(1, 5))) if rng.random() < 0.25 else (),
        task_timeout=rng.choice(TASK_TIMEOUTS) if rng.random() < 0.15 else None,
    )


def settings(rng: Random, most: int) -> Json:
    """Draw some settings, in the form of the API."""
    found = {name: rng.choice(SETTINGS[name]) for name in rng.sample(sorted(SETTINGS), rng.randint(0, most))}
    return {**found, "collect_logs": True} if found.get("log_classification") else found


def settings_without_option(rng: Random) -> Json:
    """Draw some settings for which there is no option."""
    return {name: rng.choice(WITHOUT_OPTION[name]) for name in rng.sample(sorted(WITHOUT_OPTION), rng.randint(0, 2))}


def declaration(rng: Random) -> Json:
    """Draw the declared settings of a gateway. None is a setting that is cleared."""
    cleared = dict.fromkeys(rng.sample(CLEARABLE, rng.randint(0, 1)))
    return {**settings(rng, 5), **cleared, **(settings_without_option(rng) if rng.random() < 0.3 else {})}


def stored(rng: Random) -> Json:
    """Draw a gateway as the server may store it. The server adds ids to the spend rules."""
    gateway = {**settings(rng, 8), **settings_without_option(rng)}
    if gateway.get("spend_limits"):
        rules = [{"id": f"rule{number}", **rule} for number, rule in enumerate(gateway["spend_limits"]["rules"])]
        gateway["spend_limits"] = {**gateway["spend_limits"], "rules": rules}
    return gateway


def options_of(declared: Json) -> Json:
    """Return the options that declare these settings."""
    extra = {name: value for name, value in declared.items() if value in WITHOUT_OPTION.get(name, [])}
    unset = [name for name, value in declared.items() if value is None]
    plain = {name: value for name, value in declared.items() if name not in extra and name not in unset}
    if "spend_limits" in plain:
        renamed = {"limitType": "limit_type"}
        rules = [{renamed.get(name, name): part for name, part in rule.items()} for rule in plain["spend_limits"]["rules"]]
        plain["spend_limits"] = {**plain["spend_limits"], "rules": rules}
    return {**plain, **({"extra_settings": extra} if extra else {}), **({"unset": unset} if unset else {})}


def fleet(rng: Random, items: list[Json], defaults: Json) -> Json:
    """Draw the options of a task for many gateways, without those of the connection."""
    options: Json = {"gateways": items, "concurrency": rng.choice([1, 2, 8])}
    if defaults:
        options["defaults"] = options_of(defaults)
    if rng.random() < 0.4:
        options.update(purge=True, purge_limit=rng.choice([0, 1, 10, 10, 10]))
    return options


def connection(rng: Random) -> Json:
    """Draw the timeouts and retries of the task."""
    return {"max_retries": rng.choice([0, 1, 2, 3]), "rate_limit_wait": rng.choice([0, 1, 1, 3])}


def server(rng: Random) -> Json:
    """Draw a behaviour that the real server might have. A few servers have a quota that is used up quickly."""
    behaviour = {name: rng.choice(values) for name, values in SWITCHES.items()}
    quota = {"limit": rng.randint(1, 8), "window": 0.5, "block": rng.choice([0.5, 5.0])} if rng.random() < 0.05 else None
    return {**behaviour, "extra_fields": {name: values[0] for name, values in UNKNOWN.items()}, "quota": quota}


def fault(rng: Random) -> Fault:
    """Draw a fault, sometimes together with a change by another writer."""
    name = rng.choice([*FAULTS, SECOND_WRITER, SECOND_WRITER])
    spec: Json = {
        "method": rng.choice(METHODS),
        "skip": rng.choice([0, 0, 0, 1, 2]),
        "times": rng.choice([1, 1, 1, 2, 3, None]),
        "when": rng.choice(["before", "after"]),
        **FAULTS[name],
    }
    if name == SECOND_WRITER or rng.random() < 0.15:
        spec["store"] = [{"id": rng.choice(IDS), "gateway": None if rng.random() < 0.4 else stored(rng)}]
    return Fault(name, spec)
