# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The field table against the simulator's contract. Both were written from the API's description, independently of each other."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import Refused
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import to_api
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import make_plan, merged_body, mismatches
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.support import DLP_SIMPLE, FULL, declared, walk
from tests.simulator import contract, validation
from tests.simulator.behaviour import Behaviour
from tests.simulator.handle import Simulator

# Where the simulator accepts more than we do, on purpose. An exception that is no longer needed fails the test.
NARROWER_BOUNDS = {
    "retry_delay.maximum": "the reference page ends at 5000; a newer API takes up to 60000",
}
ACCEPTS_NULL = {
    "authentication": "the published schema says not nullable; the live API was seen to take null, to no known effect",
    "zdr": "the published schema says not nullable; the live API was seen to take null, to no known effect",
}
REQUIRED = {field.key: field.on_create for field in GATEWAY.settings if field.on_create is not None}


class Edge(NamedTuple):
    """A bound of one field: the path of option names, a value at the bound, and one just beyond it."""

    path: tuple[str, ...]
    kind: str
    inside: Any
    outside: Any

    @property
    def name(self) -> str:
        return f"{'.'.join(self.path)}.{self.kind}"


def edges_of(path: tuple[str, ...], field: Field) -> Iterator[Edge]:
    def text(length: int) -> str:
        return (str(sample(path)) + "a" * length)[:length]

    step = 1 if field.type == "int" else 0.01
    makers: dict[str, Callable[[int], tuple[Any, Any]]] = {
        "minimum": lambda bound: (bound, bound - 1),
        "maximum": lambda bound: (bound, bound + 1),
        "above": lambda bound: (bound + step, bound),
        "min_length": lambda bound: (text(bound), text(bound - 1)),
        "max_length": lambda bound: (text(bound), text(bound + 1)),
        "max_items": lambda bound: (to_api(field, sample(path) * bound), to_api(field, sample(path) * (bound + 1))),
    }
    for kind, make in makers.items():
        bound = getattr(field, kind)
        if bound is not None:
            yield Edge(path, kind, *make(bound))


def sample(path: tuple[str, ...]) -> Any:
    """Return the value of the full gateway at ``path``. Of a list, the first element is used."""
    holder, key = holder_of({"id": "gateway", **FULL}, path)
    return holder[key]


def holder_of(options: dict[str, Any], path: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    holder: Any = options
    for name in path[:-1]:
        holder = holder[name][0] if isinstance(holder[name], list) else holder[name]
    return holder, path[-1]


def body_with(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return the body that creates the full gateway, with ``value`` at ``path``, valid or not."""
    body: dict[str, Any] = {"id": "gateway", **copy.deepcopy(dict(declared(**copy.deepcopy(FULL)).settings))}
    keys = {names: field.key for names, field in walk((GATEWAY.id, *GATEWAY.settings))}
    holder, key = holder_of(body, tuple(keys[path[: depth + 1]] for depth in range(len(path))))
    holder[key] = value
    return body


EDGES = [edge for path, field in walk((GATEWAY.id, *GATEWAY.settings)) for edge in edges_of(path, field)]


@pytest.fixture
def items(simulator: Simulator) -> Iterator[ResourceClient]:
    client = Client(Connection(simulator.account_id, Credentials.of_token(simulator.api_token), simulator.base_url, max_retries=0))
    yield ResourceClient(client, GATEWAY)
    client.close()


def refused(body: dict[str, Any]) -> bool:
    try:
        validation.check(contract.CREATE, body, Behaviour())
    except validation.Refused:
        return True
    return False


def test_both_have_the_same_settings() -> None:
    names = {field.key for field in GATEWAY.settings}
    assert names == set(contract.SETTINGS)
    assert names == set(FULL)
    assert set(GATEWAY.read_only) == contract.READ_ONLY


@pytest.mark.parametrize("edge", EDGES, ids=[edge.name for edge in EDGES])
def test_the_simulator_accepts_the_value_at_our_bound(edge: Edge) -> None:
    assert validation.check(contract.CREATE, body_with(edge.path, edge.inside), Behaviour())


def test_the_simulator_refuses_values_beyond_our_bounds() -> None:
    taken = {edge.name for edge in EDGES if not refused(body_with(edge.path, edge.outside))}
    assert taken == set(NARROWER_BOUNDS)
    assert all(NARROWER_BOUNDS.values())


DECLARED = {"minimal": {}, "full": FULL, "full, with dlp in its other form": {**FULL, "dlp": DLP_SIMPLE}}
PARTS = {path[0] for path, field in walk(GATEWAY.settings) if field.fields}


@pytest.mark.parametrize("options", DECLARED.values(), ids=DECLARED.keys())
def test_bodies_to_create_and_update_are_accepted(items: ResourceClient, options: dict[str, Any]) -> None:
    declaration = declared(**copy.deepcopy(options))
    plan = make_plan(GATEWAY, declaration, None)
    assert plan.body is not None
    assert set(plan.body) == {"id", *REQUIRED, *options}
    stored = items.create(plan.body)
    assert mismatches(GATEWAY, declaration, stored) == []
    updated = items.update(stored, merged_body(GATEWAY, declaration, stored))
    assert mismatches(GATEWAY, declaration, updated) == []
    assert {**updated, "modified_at": None} == {**stored, "modified_at": None}


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_minimal_nested_setting_is_accepted(items: ResourceClient, name: str) -> None:
    """The argument spec and the table fill in everything that the API requires."""
    least: dict[str, Any] = {
        "dlp": {"enabled": False, "policies": []},
        "guardrails": {},
        "otel": [{"url": "https://otel.example.com"}],
        "spend_limits": {"rules": [{"limit": 1, "limit_type": "cost", "window": 1, "model": {"values": []}, "provider": {"values": []}}]},
        "stripe": {"authorization": "example", "usage_events": []},
    }
    declaration = declared(**{name: least[name]})
    body = make_plan(GATEWAY, declaration, None).body
    assert body is not None
    assert mismatches(GATEWAY, declaration, items.create(body)) == []


@pytest.mark.parametrize("name", [field.key for field in GATEWAY.settings if field.nullable])
def test_null_is_accepted_where_we_allow_it(items: ResourceClient, name: str) -> None:
    declaration = declared(unset=[name])
    body = make_plan(GATEWAY, declaration, None).body
    assert body is not None
    assert body[name] is None
    assert mismatches(GATEWAY, declaration, items.create(body)) == []
    full = declared(**{key: value for key, value in copy.deepcopy(FULL).items() if key != name}, unset=[name])
    current = items.get("gateway") or {}
    stored = items.update(current, merged_body(GATEWAY, full, current))
    assert mismatches(GATEWAY, full, stored) == []


def test_null_is_refused_where_we_do_not_allow_it(items: ResourceClient) -> None:
    items.create({"id": "gateway", **REQUIRED})
    names = [field.key for field in GATEWAY.settings if not field.nullable]
    creates = {name: refusal_of(items.create, {"id": name.replace("_", "-"), **REQUIRED, name: None}) for name in names}
    updates = {name: refusal_of(items.update, {"id": "gateway"}, {**REQUIRED, name: None}) for name in names}
    expected = {name: None if name in ACCEPTS_NULL else ("body", name) for name in names}
    assert creates == expected
    assert updates == expected
    assert set(ACCEPTS_NULL) <= set(names)
    assert all(ACCEPTS_NULL.values())


def refusal_of(write: Callable[..., Any], *arguments: Any) -> tuple[str, ...] | None:
    """Return the path in the body of the first error, or ``None`` if the simulator accepts it."""
    try:
        write(*arguments)
    except Refused as refusal:
        return refusal.entries[0].path
    return None
