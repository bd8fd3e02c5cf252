# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Features that every resource gets from its table: seeds, inspection, changes, permissions, added fields, and routes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.behaviour import Behaviour
from tests.simulator.catalog import RESOURCES
from tests.simulator.handle import Simulator
from tests.simulator.item_store import LONG, Age
from tests.simulator.routing import PATTERNS, route
from tests.simulator.switches import Wait
from tests.simulator.tests.conftest import Client, codes, listed, result

KINDS = [resource.kind for resource in RESOURCES]


def sample(kind: str, item_id: str = "one") -> dict[str, Any]:
    """Return the required fields of a seeded item of a kind."""
    resource = next(resource for resource in RESOURCES if resource.kind == kind)
    return {resource.key: item_id, **({resource.parent.field: "parent"} if resource.parent else {})}


@pytest.mark.parametrize("kind", KINDS)
def test_items_are_seeded_shown_and_removed(simulator: Simulator, kind: str) -> None:
    seeded = simulator.seed_item(kind, {**sample(kind), "odd": [1]})
    assert {**sample(kind), "odd": [1]}.items() <= seeded.items()
    assert simulator.items(kind) == [seeded]
    assert simulator.items(kind, simulator.other_account_id) == []
    assert [(change["kind"], change["item"]) for change in simulator.changes()] == [(kind, seeded)]
    assert simulator.remove_item(kind, "one") == seeded
    assert simulator.items(kind) == []
    with pytest.raises(RuntimeError, match=" 404 "):
        simulator.remove_item(kind, "one")


@pytest.mark.parametrize("kind", KINDS)
def test_reset_with_items(simulator: Simulator, kind: str) -> None:
    simulator.reset(items={simulator.other_account_id: {kind: [sample(kind)]}})
    assert len(simulator.items(kind, simulator.other_account_id)) == 1
    assert simulator.items(kind) == []
    simulator.reset()
    assert simulator.items(kind, simulator.other_account_id) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_changes_items_like_a_second_writer(api: Client, simulator: Simulator, kind: str) -> None:
    name = "gateway" if kind == "gateways" else "item"
    simulator.seed_item(kind, sample(kind, "old"))
    simulator.fault(store=[{"kind": kind, "id": "old", name: None}, {"kind": kind, "id": "new", name: sample(kind)}])
    api.call("GET")
    assert [sample(kind, "new").items() <= item.items() for item in simulator.items(kind)] == [True]
    assert [change["item"] is None for change in simulator.changes()] == [False, True, False]


def test_a_changed_gateway_also_has_its_own_key(simulator: Simulator) -> None:
    seeded = simulator.seed({"id": "one"})
    assert [(change["kind"], change["gateway"], change["item"]) for change in simulator.changes()] == [("gateways", seeded, seeded)]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "one"},
        {"id": "one", "item": None},
        {"id": "one", "gateway": None, "item": None},
        {"id": "one", "kind": "no_such", "item": None},
    ],
)
def test_a_bad_change_of_the_store_is_refused(simulator: Simulator, change: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match=" 422 "):
        simulator.fault(store=[change])


def test_an_unknown_kind_is_refused(simulator: Simulator) -> None:
    for call in (
        lambda: simulator.items("no_such"),
        lambda: simulator.seed_item("no_such", {}),
        lambda: simulator.remove_item("no_such", "x"),
    ):
        with pytest.raises(RuntimeError, match=" 422 "):
            call()
    with pytest.raises(RuntimeError, match=" 422 "):
        simulator.reset(items={simulator.account_id: {"no_such": []}})


@pytest.mark.parametrize("kind", [resource.kind for resource in RESOURCES if resource.kind == "gateways" or resource.parent])
def test_a_seed_that_cannot_be_completed_is_refused(simulator: Simulator, kind: str) -> None:
    with pytest.raises(RuntimeError, match=" 422 "):
        simulator.seed_item(kind, {})


def test_added_fields(api: Client, simulator: Simulator) -> None:
    made = api.made()
    simulator.behave(added_fields={"gateways": {"account_tag": "example"}})
    assert result(api.get()) == {**made, "account_tag": "example"}
    assert result(api.call("GET")) == [{**made, "account_tag": "example"}]
    assert simulator.gateways() == {"one": made}


@pytest.mark.parametrize(
    ("granted", "statuses"),
    [
        (["AI Gateway Write"], [200, 200]),
        (["AI Gateway Read"], [403, 200]),
        (["Secrets Store Write"], [403, 403]),
        ([], [403, 403]),
    ],
)
def test_permissions_of_a_token(api: Client, simulator: Simulator, granted: list[str], statuses: list[int]) -> None:
    simulator.behave(permissions={simulator.api_token: granted})
    assert [response.status_code for response in (api.create(), api.call("GET"))] == statuses


@pytest.mark.parametrize("how", ["403 10000", "401 10000", "403 9109"])
def test_a_missing_permission_has_several_answers(api: Client, simulator: Simulator, how: str) -> None:
    simulator.behave(forbidden=how)
    api.session.headers["Authorization"] = f"Bearer {simulator.read_token}"
    status, found = codes(api.create())
    assert f"{status} {found[0]}" == how


@pytest.mark.parametrize("value", [None, "malformed"])
def test_a_missing_or_malformed_token_has_two_answers(api: Client, simulator: Simulator, value: str | None) -> None:
    api.session.headers["Authorization"] = value  # type: ignore[assignment]  # requests leaves out a header that is None
    before = codes(api.call("GET"))
    assert before == ((400, [6003]) if value else (401, [10000]))
    simulator.behave(bad_credentials="probe")
    assert codes(api.call("GET")) == (400, [9106])
    api.session.headers["Authorization"] = "Bearer unknown"
    assert codes(api.call("GET")) == (401, [10000])


def test_an_account_may_have_a_gateway_limit(api: Client, simulator: Simulator) -> None:
    simulator.behave(gateway_limit=1)
    api.made()
    assert codes(api.create("two")) == (400, [7001])
    result(api.delete())
    api.made("two")


def test_a_deleted_item_may_still_be_listed(api: Client, simulator: Simulator) -> None:
    api.made()
    api.made("two")
    simulator.behave(removal_lag={"polls": 2})
    result(api.delete())
    assert api.get().status_code == 404
    listed = [[gateway["id"] for gateway in result(api.call("GET"))] for _read in range(3)]
    assert listed == [["two", "one"], ["two", "one"], ["two"]]
    result(api.delete("two"))
    api.made("two")
    assert [gateway["id"] for gateway in result(api.call("GET"))] == ["two"]


def test_replica_lag_and_page_limit_apply_to_any_kind(simulator: Simulator, clients: Callable[[str], Client]) -> None:
    providers = clients("ai-gateway/custom-providers")
    simulator.behave(replica_lag=1, page_limit=1, total_off=1)
    made = result(providers.call("POST", json={"name": "One", "slug": "one", "base_url": "https://one.example.com"}))
    assert [providers.get(made["id"]).status_code for _read in range(2)] == [404, 200]
    result(providers.call("PATCH", f"/{made['id']}", json={"name": "Two"}))
    assert [result(providers.get(made["id"]))["name"] for _read in range(2)] == ["One", "Two"]
    assert [request["acted"] for request in simulator.requests()] == [[0, 1], [0, 0], [1, 1], [1, 2], [1, 1], [2, 2]]
    simulator.seed_item("custom_providers", {"id": "seeded", "slug": "seeded"})
    assert result(providers.get("seeded"))["slug"] == "seeded"
    page = providers.call("GET", params={"page": 2}).json()
    assert ([item["slug"] for item in page["result"]], page["result_info"]["total_count"]) == (["seeded"], 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_item_of_any_kind_may_still_be_listed(simulator: Simulator, clients: Callable[[str], Client], kind: str) -> None:
    resource = next(resource for resource in RESOURCES if resource.kind == kind)
    simulator.behave(removal_lag={"polls": 1})
    if resource.parent:
        simulator.seed_item(resource.parent.kind, {"id": "parent"})
    simulator.seed_item(kind, sample(kind))
    simulator.remove_item(kind, "one")
    rest = "/stores" if kind == "stores" else ""
    client = clients(resource.path.replace("{parent}", "parent") + rest)
    assert [[item[resource.key] for item in listed(client.call("GET"))] for _read in range(2)] == [["one"], []]


def test_an_unknown_permission_is_refused(simulator: Simulator) -> None:
    with pytest.raises(RuntimeError, match=" 422 "):
        simulator.behave(permissions={simulator.api_token: ["AI Gateway Admin"]})


def test_every_operation_has_a_route() -> None:
    for pattern in PATTERNS:
        found = route(pattern.method, "/client/v4/accounts/account/" + "/".join(pattern.segments).replace("{", "").replace("}", ""))
        assert found is not None
        assert (found.resource, found.operation) == (pattern.resource, pattern.operation)


def test_waits() -> None:
    assert Age().steps(Wait(seconds=10**6, polls=10**6)) > 1
    assert Age(made=0, reads=0).steps(Wait()) > LONG
    assert [Age(made=-LONG, reads=reads).steps(Wait(polls=2)) for reads in range(5)] == [0, 0, 1, 1, 2]
    assert Age(made=0, reads=0).steps(Wait(seconds=LONG)) == 0


def test_the_readme_has_every_switch_and_every_kind() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in (*Behaviour.model_fields, *KINDS) if f"`{name}`" not in text] == []
