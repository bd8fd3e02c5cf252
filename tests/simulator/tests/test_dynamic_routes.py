# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dynamic routes without their versions: life cycle, names, lists and refusals, with each switch."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, codes, listed, result

KIND = "dynamic_routes"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MODEL = {"provider": "openai", "model": "gpt-4o-mini", "timeout": 0, "retries": 0}
GRAPH: list[dict[str, Any]] = [
    {"id": "in", "type": "start", "outputs": {"next": {"elementId": "main"}}},
    {
        "id": "main",
        "type": "model",
        "properties": MODEL,
        "outputs": {"success": {"elementId": "out"}, "fallback": {"elementId": "out"}},
    },
    {"id": "out", "type": "end", "outputs": {}},
]


def make(routes: Client, name: str = "support") -> dict[str, Any]:
    made: dict[str, Any] = result(routes.call("POST", json={"name": name, "elements": GRAPH}))
    return made


def rename(routes: Client, route_id: str, name: str) -> requests.Response:
    return routes.call("PATCH", f"/{route_id}", json={"name": name})


def test_lifecycle_of_a_route(routes: Client, simulator: Simulator) -> None:
    made = make(routes)
    assert set(made) == {"id", "name", "gateway_id", "elements", "created_at", "modified_at", "deployment", "version"}
    assert UUID.fullmatch(made["id"])
    assert (made["name"], made["gateway_id"], made["elements"]) == ("support", "one", GRAPH)
    assert made["deployment"]["version_id"] == made["version"]["version_id"]
    version = {name: made["version"][name] for name in ("active", "data", "is_valid")}
    assert version == {"active": True, "data": GRAPH, "is_valid": True}
    assert result(routes.get(made["id"])) == made
    answer = rename(routes, made["id"], "sales").json()
    assert set(answer) == {"success", "route"}
    assert answer["route"] == {**made, "name": "sales", "account_tag": simulator.account_id, "modified_at": answer["route"]["modified_at"]}
    assert answer["route"]["modified_at"] > made["modified_at"]
    removed = result(routes.delete(made["id"]))
    assert set(removed) == {"id", "name", "gateway_id", "elements", "created_at", "modified_at"}
    assert (removed["name"], removed["elements"]) == ("sales", GRAPH)
    assert [codes(answer) for answer in (routes.get(made["id"]), routes.delete(made["id"]), rename(routes, made["id"], "x"))] == [
        (404, [7005])
    ] * 3
    assert simulator.items(KIND) == []


def test_only_the_name_of_a_route_can_be_changed(routes: Client) -> None:
    made = make(routes)
    assert codes(routes.call("PUT", f"/{made['id']}", json={"name": "x", "elements": GRAPH})) == (404, [7003, 7000])
    assert routes.call("PATCH", f"/{made['id']}", json={"name": "x", "elements": []}).json()["route"]["elements"] == GRAPH
    assert codes(routes.call("PATCH", f"/{made['id']}", json={"elements": GRAPH})) == (400, [7001])


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"elements": GRAPH}, ["name"]),
        ({"name": "", "elements": GRAPH}, ["name"]),
        ({"name": 1, "elements": GRAPH}, ["name"]),
        ({"name": "x"}, ["elements"]),
        ({"name": "x", "data": GRAPH}, ["elements"]),
        ({"name": "x", "elements": {}}, ["elements"]),
    ],
)
def test_bad_bodies_of_a_route(routes: Client, simulator: Simulator, body: dict[str, Any], path: list[str]) -> None:
    refused = routes.call("POST", json=body)
    assert codes(refused) == (400, [7001])
    assert refused.json()["errors"][0]["path"] == ["body", *path]
    assert simulator.items(KIND) == []


def test_unknown_keys_are_dropped_or_refused(routes: Client, simulator: Simulator) -> None:
    body = {"name": "x", "comment": "text", "elements": [{**GRAPH[0], "note": "text"}, *GRAPH[1:]]}
    assert result(routes.call("POST", json=body))["elements"] == GRAPH
    assert "comment" not in simulator.items(KIND)[0]
    simulator.behave(route_unknown="refuse")
    del body["comment"]
    refused = routes.call("POST", json={**body, "name": "y"})
    assert (codes(refused), refused.json()["errors"][0]["path"]) == ((400, [7001]), ["body", "elements", 0, "note"])


def test_forms_of_a_graph(routes: Client, simulator: Simulator) -> None:
    made = make(routes)
    simulator.behave(route_data="object")
    read = result(routes.get(made["id"]))
    assert (read["version"]["data"], read["elements"]) == ({"elements": GRAPH}, GRAPH)
    simulator.behave(route_data="text")
    read = result(routes.get(made["id"]))
    assert (json.loads(read["version"]["data"]), read["elements"]) == (GRAPH, GRAPH)


def test_elements_may_be_reordered(routes: Client, simulator: Simulator) -> None:
    simulator.behave(reorder=True)
    made = make(routes)
    assert made["elements"] == made["version"]["data"] == GRAPH[::-1]
    assert simulator.items(KIND)[0]["versions"][0]["elements"] == GRAPH


def test_forms_of_other_fields(routes: Client, simulator: Simulator) -> None:
    simulator.behave(route_elements="null", route_active="text", route_is_valid="absent")
    made = make(routes)
    assert (made["elements"], made["version"]["active"], "is_valid" in made["version"]) == (None, "true", False)
    simulator.behave(route_elements="absent", added_fields={KIND: {"comment": "text"}})
    answers = [result(routes.get(made["id"])), rename(routes, made["id"], "sales").json()["route"], result(routes.delete(made["id"]))]
    assert [("elements" in answer, answer["comment"]) for answer in answers] == [(False, "text")] * 3


def test_lists_of_routes(routes: Client, simulator: Simulator) -> None:
    made = [make(routes, name) for name in ("a", "b", "c")]
    simulator.seed_item(KIND, {"gateway_id": "two"})
    page = routes.call("GET", params={"page": 2, "per_page": 2}).json()
    assert set(page) == {"success", "data"}
    assert {name: page["data"][name] for name in page["data"] if name != "routes"} == {
        "page": 2,
        "per_page": 2,
        "order_by": "created_at",
        "order_by_direction": "asc",
    }
    [item] = page["data"]["routes"]
    assert (item["id"], item["account_tag"]) == (made[2]["id"], simulator.account_id)
    assert ("elements" in item, "data" in item["version"]) == (False, False)
    simulator.behave(route_list_graphs=True)
    assert listed(routes.call("GET")) == [{**route, "account_tag": simulator.account_id} for route in made]
    simulator.behave(page_limit=1)
    assert [route["name"] for route in listed(routes.call("GET"))] == ["a"]
    assert codes(routes.call("GET", params={"page": 0})) == (400, [7001])


def test_a_new_route_may_appear_late(routes: Client, simulator: Simulator) -> None:
    simulator.behave(route_lag={"polls": 2})
    made = make(routes)
    assert [len(listed(routes.call("GET"))) for _read in range(3)] == [0, 0, 1]
    simulator.behave(route_lag={"polls": 4})
    assert result(routes.get(made["id"])) == made
    assert len(listed(routes.call("GET"))) == 1


@pytest.mark.parametrize(("how", "expected"), [("null", [None, None]), ("empty", [[], []]), ("absent", ["nothing", "nothing"])])
def test_the_graph_of_a_new_route_may_appear_late(routes: Client, simulator: Simulator, how: str, expected: list[Any]) -> None:
    simulator.behave(route_graph_lag={"polls": 1}, route_graph_pending=how)
    made = make(routes)
    assert made["elements"] == GRAPH
    early = result(routes.get(made["id"]))
    assert [early.get("elements", "nothing"), early["version"].get("data", "nothing")] == expected
    assert result(routes.get(made["id"])) == made
    simulator.behave(route_elements="absent")
    assert "elements" not in result(routes.get(make(routes, "other")["id"]))


@pytest.mark.parametrize("status", [400, 404])
def test_statuses_of_7005(routes: Client, simulator: Simulator, status: int) -> None:
    simulator.behave(route_missing_status=status, route_taken_status=status)
    make(routes)
    refused = [routes.get("x"), routes.call("POST", json={"name": "support", "elements": GRAPH})]
    assert [codes(answer) for answer in refused] == [(status, [7005])] * 2
    texts = [answer.json()["errors"][0]["message"] for answer in refused]
    assert ("not found" in texts[0], "already exists" in texts[1]) == (True, True)


def test_a_name_is_unique_in_a_gateway(routes: Client, simulator: Simulator) -> None:
    simulator.seed_item(KIND, {"gateway_id": "two", "name": "second"})
    first, second = make(routes), make(routes, "second")
    constraint = (500, {"success": False, "errors": [{"message": "UNIQUE constraint failed: routes.name"}]})
    refused = rename(routes, second["id"], "support")
    assert (refused.status_code, refused.json()) == constraint
    assert rename(routes, first["id"], "support").json()["route"]["modified_at"] == first["modified_at"]
    simulator.behave(route_rename_taken="7005", route_create_taken="constraint")
    assert codes(rename(routes, second["id"], "support")) == (400, [7005])
    refused = routes.call("POST", json={"name": "support", "elements": GRAPH})
    assert (refused.status_code, refused.json()) == constraint
    assert [route["name"] for route in simulator.items(KIND)] == ["second", "support", "second"]


def test_the_name_of_a_deleted_route_may_stay_in_use_for_a_while(routes: Client, simulator: Simulator) -> None:
    simulator.behave(route_name_release={"polls": 3})
    result(routes.delete(make(routes)["id"]))
    other = make(routes, "other")
    assert rename(routes, other["id"], "support").status_code == 500
    assert codes(routes.call("POST", json={"name": "support", "elements": GRAPH})) == (400, [7005])
    make(routes)


def test_refusals_may_be_flat(routes: Client, simulator: Simulator) -> None:
    make(routes)
    simulator.behave(route_errors="flat")
    refused = [
        routes.get("x"),
        routes.call("POST", json={"name": "x"}),
        routes.call("POST", json={"name": "support", "elements": GRAPH}),
        routes.get("x/versions/y"),
    ]
    assert [(answer.status_code, answer.json()) for answer in refused] == [
        (404, {"success": False, "error": "Route not found"}),
        (400, {"success": False, "error": "body.elements: Required"}),
        (400, {"success": False, "error": "Route support already exists"}),
        (404, {"success": False, "error": "Route not found"}),
    ]


def test_a_replica_may_show_a_route_as_it_was(routes: Client, simulator: Simulator) -> None:
    made = make(routes)
    simulator.behave(replica_lag=1)
    rename(routes, made["id"], "sales")
    assert [result(routes.get(made["id"]))["name"] for _read in range(2)] == ["support", "sales"]


@pytest.mark.parametrize(("token", "statuses"), [("simulator-read-token", [200, 403]), ("simulator-token", [200, 200])])
def test_reading_routes_requires_fewer_permissions_than_writing(routes: Client, token: str, statuses: list[int]) -> None:
    routes.session.headers["Authorization"] = f"Bearer {token}"
    assert [routes.call("GET").status_code, routes.call("POST", json={"name": "x", "elements": GRAPH}).status_code] == statuses


def test_routes_of_a_deleted_gateway(api: Client, routes: Client, simulator: Simulator) -> None:
    simulator.behave(gateway_children="keep", unknown_gateway="empty")
    made = make(routes)
    result(api.delete("one"))
    assert [route["id"] for route in listed(routes.call("GET"))] == [made["id"]]
    below = [routes.get(made["id"]), routes.delete(made["id"]), routes.get(f"{made['id']}/versions"), rename(routes, made["id"], "x")]
    assert [codes(answer) for answer in below] == [(404, [7002])] * 4
    api.made("one")
    assert result(routes.get(made["id"])) == made
    assert codes(routes.call("POST", json={"name": "support", "elements": GRAPH})) == (400, [7005])
    simulator.behave(gateway_children="delete")
    result(api.delete("one"))
    assert simulator.items(KIND) == listed(routes.call("GET")) == []
