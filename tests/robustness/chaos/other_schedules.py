# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedules of tasks that declare a dynamic route, a provider config with its key, or a custom provider with its prices.

The server generates the references of these items, and a schedule cannot determine whether an item exists when the second writer acts. So
within a schedule, the second writer only removes items, or only changes them, and never creates one in addition to that of the task.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any, NamedTuple

from tests.robustness.chaos.kinds import CONFIGS, COSTS, PROVIDERS, ROUTES, SECRETS_OF_STORE, STORES, name_of
from tests.robustness.chaos.other_tables import (
    CONFIG,
    GATEWAY_ID,
    GRAPHS,
    HEADERS,
    KEYS,
    MODELS,
    ONE_ITEM,
    PLACES,
    PRICES,
    PROVIDER,
    PROVIDER_SETTINGS,
    ROUTE,
    SLUG,
    STORE_ID,
    SWITCHES,
    WRITES,
)
from tests.robustness.chaos.schedule import LOOKUP_DELAYS, TASK_TIMEOUTS, Fault, Kill, Schedule, connection, server, stored
from tests.robustness.chaos.tables import FAULTS, LAGGING_REPLICA, MADE_BY_SERVER, ONE_GATEWAY, SECOND_WRITER, Json

ItemsByKind = dict[str, list[Json]]


class Scenario(NamedTuple):
    """The stored and declared state, the options of the task, and possible changes by a second writer, as parts of a fault."""

    gateway: Json
    items: ItemsByKind
    declared: dict[str, Json | None]
    options: Json
    changes: list[Json]


def other_schedule_of(seed: int) -> Schedule:
    """Return the schedule of a seed, which is always the same."""
    rng = Random(seed)  # noqa: S311 (it keeps no secret)
    module = rng.choice([ROUTE, ROUTE, ROUTE, CONFIG, PROVIDER])
    scenario = SCENARIOS[module](rng)
    places = rng.choice([PLACES, WRITES, WRITES])[module]
    switches = {name: rng.choice(values) for name, values in SWITCHES[module].items()}
    return Schedule(
        seed=seed,
        module=module,
        check_mode=rng.random() < 0.1,
        behaviour={**server(rng), **switches},
        gateways={GATEWAY_ID: scenario.gateway},
        declared=scenario.declared,
        options={**connection(rng), **scenario.options},
        faults=tuple(fault(rng, module, places, scenario.changes) for _number in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 6]))),
        kill=Kill(rng.randint(1, 10), rng.choice([0, 0, 0.001, 0.004, 0.02])) if rng.random() < 0.2 else None,
        constants={"PAGE_SIZE": rng.choice([2, 100]), "FRESH_SECONDS": rng.choice([0.02, 0.3, 10.0])},
        lookup_delays=tuple(rng.choice(LOOKUP_DELAYS) for _number in range(rng.randint(1, 5))) if rng.random() < 0.1 else (),
        task_timeout=rng.choice(TASK_TIMEOUTS) if rng.random() < 0.1 else None,
        items=scenario.items,
    )


def fault(rng: Random, module: str, places: list[tuple[str | None, str | None]], changes: list[Json]) -> Fault:
    """Draw a fault, sometimes together with a change by another writer."""
    writers = [SECOND_WRITER] * 3 if changes else []
    name = rng.choice([*(name for name in FAULTS if name != SECOND_WRITER), *writers])
    method, path = rng.choice(places)
    spec: Json = {
        "method": method,
        "path": path,
        "skip": rng.choice([0, 0, 0, 1, 2]),
        "times": rng.choice([1, 1, 1, 2, 3, None]),
        "when": rng.choice(["before", "after"]),
        **FAULTS[name],
    }
    if name == LAGGING_REPLICA:
        spec["path"] = rng.choice([ONE_GATEWAY, ONE_ITEM[module]])
    if name == SECOND_WRITER:
        spec.update(rng.choice(changes))
    return Fault(name, spec)


def change(kind: str, item_id: str, item: Json | None, **when: Any) -> Json:
    """Return the part of a fault with the change by a second writer and its time."""
    return {"store": [{"kind": kind, "id": item_id, "item": item}], **when}


def draw_settings(rng: Random, table: dict[str, list[Any]]) -> Json:
    """Draw some settings from a table."""
    return {name: rng.choice(table[name]) for name in rng.sample(sorted(table), rng.randint(0, len(table)))}


def route_scenario(rng: Random) -> Scenario:
    """Draw the start of a schedule for a dynamic route."""
    item = stored_route(rng, rng.randint(1, 3))
    # Mostly a graph other than that of the first version, which is often deployed.
    graph = rng.choice([graph for graph in GRAPHS if graph != item["versions"][0]["elements"] or rng.random() < 0.2])
    is_there, is_rollback = rng.random() < 0.8, rng.random() < 0.15
    options: Json = {"gateway_id": GATEWAY_ID, "name": "r"}
    declared: Json | None = {"elements": graph}
    if rng.random() < 0.15:
        options["state"], declared = "absent", None
    elif is_there and is_rollback:
        version = rng.choice([version for version in item["versions"] if version["is_valid"]])
        options["version"] = version["version_id"]
        declared = {"elements": version["elements"], "version_id": version["version_id"]}
    else:
        options["elements"] = graph
    other = {**stored_route(rng, 1), "id": "route-other", "name": "other"}
    provider = {"id": f"provider-{SLUG}", "slug": SLUG, "name": "Example", "base_url": "https://one.example"}
    items = {ROUTES: [*([item] if is_there else []), other], PROVIDERS: [provider]}
    # The second writer deploys a version before the task creates one, because its change replaces the whole route.
    newer = {**item, "deployments": [*item["deployments"], {"version_id": rng.choice(item["versions"])["version_id"]}]}
    early = change(ROUTES, item["id"], newer, method="GET", path=None, skip=rng.randint(0, 2), times=1)
    changes = [rng.choice([change(ROUTES, item["id"], None), early])] if is_there else []
    return Scenario(stored(rng), items, {name_of(ROUTES, {"name": "r"}): declared}, options, changes)


def stored_route(rng: Random, count: int) -> Json:
    """Draw a route with this number of versions, one of them deployed."""
    versions = [
        {
            "version_id": f"version-{number}",
            "elements": rng.choice(GRAPHS),
            "is_valid": rng.random() < 0.8,
            "created_at": f"2026-01-0{number}T00:00:00.000Z",
        }
        for number in range(1, count + 1)
    ]
    deployed = rng.choice(versions)
    deployed["is_valid"] = True
    return {
        "id": "route-r",
        "name": "r",
        "gateway_id": GATEWAY_ID,
        "versions": versions,
        "deployments": [{"deployment_id": "deployment-1", "version_id": deployed["version_id"]}],
    }


def config_scenario(rng: Random) -> Scenario:
    """Draw the start of a schedule for a provider config. A stored config has everything that it needs."""
    is_there, is_absent, always = rng.random() < 0.5, rng.random() < 0.15, rng.random() < 0.3
    identity = {"provider_slug": "openai", "alias": rng.choice(["default", "batch"])}
    key, settings = rng.choice(KEYS), rng.choice([{}, {"rate_limit": 100, "rate_limit_period": 60}, {"rate_limit": 0}])
    secret: Json = {
        "id": "secret-1",
        "name": f"{GATEWAY_ID}_{'_'.join(identity.values())}",
        "value": key if is_there and not always else rng.choice(KEYS),
        "scopes": ["ai_gateway"] if is_there else rng.choice([["ai_gateway"], ["workers"]]),
        "store_id": STORE_ID,
    }
    limits = rng.choice([settings, settings, {"rate_limit": 5, "rate_limit_period": 60}])
    item: Json = {**identity, **limits, "id": "config-1", "gateway_id": GATEWAY_ID, "secret_id": secret["id"]}
    item["default_config"] = identity["alias"] == "default"
    has_secret = is_there or rng.random() < 0.3
    has_store = has_secret or rng.random() < 0.7
    items: ItemsByKind = {STORES: [{"id": STORE_ID}] if has_store else [], SECRETS_OF_STORE: [secret] if has_secret else []}
    items[CONFIGS] = [item] if is_there else []
    gateway = {**stored(rng), "authentication": is_there or rng.random() < 0.9}
    if is_there or (has_store and rng.random() < 0.5):
        gateway["store_id"] = STORE_ID
    options: Json = {"gateway_id": GATEWAY_ID, **identity, "state": "absent"}
    if not is_absent:
        choices = {"recreate": rng.random() < 0.7, "update_secrets": "always" if always else "auto", "wait_timeout": 1}
        options.update({"state": "present", "secret": key, **settings, **choices})
    scopes = sorted({"ai_gateway", *(secret["scopes"] if has_secret else [])})
    declared: dict[str, Json | None] = {name_of(CONFIGS, identity): None if is_absent else settings}
    if not is_absent:
        declared[GATEWAY_ID] = {"store_id": STORE_ID if has_store else MADE_BY_SERVER}
        declared[name_of(STORES, {"name": "default_secrets_store"})] = {}
        declared[name_of(SECRETS_OF_STORE, secret)] = {"value": key, "scopes": scopes}
    return Scenario(gateway, items, declared, options, [change(CONFIGS, item["id"], None)] if is_there else [])


def provider_scenario(rng: Random) -> Scenario:
    """Draw the start of a schedule for a custom provider. There is also another provider with a price."""
    is_there, is_absent = rng.random() < 0.6, rng.random() < 0.15
    item, other = stored_provider(rng, SLUG), stored_provider(rng, "other")
    costs = [stored_cost(rng, model, item["id"]) for model in rng.sample(MODELS, rng.randint(0, 2))] if is_there else []
    others = [stored_cost(rng, "other", other["id"])]
    needed = {name: rng.choice(PROVIDER_SETTINGS[name]) for name in ("name", "base_url")}
    settings = {**draw_settings(rng, PROVIDER_SETTINGS), **needed, **({"headers": rng.choice(HEADERS)} if rng.random() < 0.4 else {})}
    prices = {model: rng.choice(PRICES) for model in rng.sample(MODELS, rng.randint(0, 3))} if rng.random() < 0.7 else None
    options: Json = {"slug": SLUG, "state": "absent"}
    declared: dict[str, Json | None] = {name_of(PROVIDERS, item): None if is_absent else settings}
    if is_absent:
        prices = {}
    else:
        options.update({{"base_url": "provider_base_url"}.get(name, name): value for name, value in settings.items()}, state="present")
        options.update({} if prices is None else {"costs": [{"model": model, **price} for model, price in prices.items()]})
    if prices is not None:
        declared.update({name_of(COSTS, cost): None for cost in costs})
        declared.update({name_of(COSTS, {**IDENTITY_OF_COST, "model": model}): price for model, price in prices.items()})
    changes = [change(COSTS, cost["id"], None) for cost in costs]
    if is_there and not is_absent and rng.random() < 0.5:
        changes = [change(COSTS, cost["id"], {**cost, **rng.choice(PRICES)}) for cost in costs]
        changes.append(change(PROVIDERS, item["id"], stored_provider(rng, SLUG)))
    items = {PROVIDERS: [*([item] if is_there else []), other], COSTS: [*costs, *others]}
    return Scenario(stored(rng), items, declared, options, changes)


def stored_provider(rng: Random, slug: str) -> Json:
    """Draw a provider as the server may store it."""
    headers = {"headers": json.dumps(rng.choice(HEADERS))} if rng.random() < 0.5 else {}
    needed = {"name": "Example", "base_url": "https://one.example", "enable": False, "beta": False}
    return {**needed, **draw_settings(rng, PROVIDER_SETTINGS), **headers, "id": f"provider-{slug}", "slug": slug}


IDENTITY_OF_COST: Json = {"model_rule": "equals", "cost_type": "tokens"}


def stored_cost(rng: Random, model: str, provider_id: str) -> Json:
    """Draw a price as the server may store it."""
    return {"id": f"cost-{model}", "account_provider_id": provider_id, **IDENTITY_OF_COST, "model": model, **rng.choice(PRICES)}


SCENARIOS = {ROUTE: route_scenario, CONFIG: config_scenario, PROVIDER: provider_scenario}
