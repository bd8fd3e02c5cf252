# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data for schedules of items other than gateways."""

from __future__ import annotations

from typing import Any

from tests.robustness.chaos.tables import Json

ROUTE, CONFIG, PROVIDER = "ai_gateway_dynamic_route", "ai_gateway_provider_config", "ai_gateway_custom_provider"
GATEWAY_ID, STORE_ID, SLUG = "g", "store-1", "p"
KEYS = ("invented-provider-key-one", "invented-provider-key-two")
HEADERS: tuple[Json, ...] = ({"x-key": "invented-header-one"}, {"x-key": "invented-header-two", "y": "z"}, {})


def chain(*providers: str) -> list[Json]:
    """Return a graph where each model is the fallback of the one before it."""
    steps = [f"m{number}" for number in range(len(providers))]
    models = [
        {
            "id": step,
            "type": "model",
            "properties": {"provider": provider, "model": "example", "timeout": 1000, "retries": 0},
            "outputs": {"success": {"elementId": "out"}, "fallback": {"elementId": after}},
        }
        for step, provider, after in zip(steps, providers, [*steps[1:], "out"])
    ]
    start = {"id": "in", "type": "start", "outputs": {"next": {"elementId": "m0"}}}
    return [start, *models, {"id": "out", "type": "end", "outputs": {}}]


GRAPHS = (chain("workers-ai"), chain("openai"), chain("openai", "workers-ai"), chain(f"custom-{SLUG}", "workers-ai"))
PROVIDER_SETTINGS: dict[str, list[Any]] = {
    "name": ["Example", "Other example"],
    "base_url": ["https://one.example", "https://two.example/v1"],
    "enable": [True, False],
    "beta": [True, False],
    "description": ["", "An example"],
    "position": [1, 2],
}
MODELS = ("large", "small", "tiny")
PRICES = ({"cost_in": 0.1, "cost_out": 0.5}, {"cost_in": 0.000002, "cost_out": 0}, {"token_pricing": {"input": 0.25}})

WAITS = [{}, {}, {"polls": 1}, {"polls": 2}]
# Behaviours that the real server might have, by the module whose schedules draw from them.
SWITCHES: dict[str, dict[str, list[Any]]] = {
    ROUTE: {
        "page_limit": [None],
        "route_data": ["list", "text", "object"],
        "route_elements": ["shown", "absent", "null"],
        "route_active": ["boolean", "text"],
        "route_is_valid": ["shown", "read", "absent"],
        "route_version_id": ["top", "nested", "absent"],
        "route_list_graphs": [True, False],
        "route_parts_order": ["newest", "oldest"],
        "route_parts_paged": [True, False],
        "route_lag": WAITS,
        "route_graph_lag": WAITS,
        "route_graph_pending": ["null", "empty", "absent"],
        "route_errors": ["list", "flat"],
        "route_missing_status": [404, 400],
        "route_create_taken": ["7005", "constraint"],
        "route_new_versions": ["checked", "checked", "checked", "invalid"],
        "route_invalid_deployment": ["accept", "refuse"],
    },
    CONFIG: {
        "config_get": ["item", "404", "405"],
        "config_flags": ["boolean", "integer"],
        "config_lag": WAITS,
        "config_deletes_secret": ["always", "inline", "never"],
        "config_unset_limits": ["default", "absent", "zero"],
        "config_two_defaults": ["keep", "refuse", "move"],
        "config_preview": ["dots", "tail"],
        "secret_pending": WAITS,
        "secret_lag": WAITS,
        "removal_lag": WAITS,
    },
    PROVIDER: {
        "provider_errors": ["oas", "docs"],
        "provider_list": ["oas", "docs"],
        "provider_times": ["iso", "seconds", "milliseconds"],
        "provider_unset": ["absent", "null"],
        "provider_null": ["refuse", "clear"],
        "cost_notation": ["plain", "decimal"],
        "cost_unique": [True, False],
    },
}
# Requests that get faults, as methods and ends of paths.
PLACES: dict[str, list[tuple[str | None, str | None]]] = {
    ROUTE: [
        (None, None),
        ("GET", None),
        ("GET", "/routes/[^/]+$"),
        ("GET", "/versions$"),
        ("POST", "/routes$"),
        *[("POST", "/versions$"), ("POST", "/deployments$")] * 5,
        ("DELETE", None),
    ],
    CONFIG: [
        (None, None),
        ("GET", None),
        *[("POST", None), ("POST", "/provider_configs$")] * 2,
        ("POST", "/secrets$"),
        ("PATCH", None),
        ("PUT", None),
        ("DELETE", None),
    ],
    PROVIDER: [
        (None, None),
        ("GET", None),
        *[("POST", None), ("POST", "/costs$"), ("PATCH", None)] * 2,
        ("DELETE", None),
    ],
}
# A task whose first request fails permanently tests little, so in most schedules faults only match writes.
WRITES = {module: [place for place in places if place[0] not in (None, "GET")] for module, places in PLACES.items()}
# A read of a single item, which a lagging replica may not have yet.
ONE_ITEM = {ROUTE: "/routes/[^/]+$", CONFIG: "/secrets/[^/]+$", PROVIDER: "/custom-providers/[^/]+$"}
