# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions and deployments of dynamic routes, with each of their switches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, codes, listed, result

KIND = "dynamic_routes"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def graph(timeout: int) -> list[dict[str, Any]]:
    """Return a graph that differs from others by the timeout."""
    properties = {"provider": "openai", "model": "gpt-4o-mini", "timeout": timeout, "retries": 0}
    outputs = {"success": {"elementId": "out"}, "fallback": {"elementId": "out"}}
    return [
        {"id": "in", "type": "start", "outputs": {"next": {"elementId": "main"}}},
        {"id": "main", "type": "model", "properties": properties, "outputs": outputs},
        {"id": "out", "type": "end", "outputs": {}},
    ]


@pytest.fixture
def route(routes: Client) -> dict[str, Any]:
    made: dict[str, Any] = result(routes.call("POST", json={"name": "support", "elements": graph(1)}))
    return made


def add(routes: Client, route_id: str, timeout: int) -> dict[str, Any]:
    made: dict[str, Any] = result(routes.call("POST", f"/{route_id}/versions", json={"elements": graph(timeout)}))
    return made


def deploy(routes: Client, route_id: str, version_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = result(routes.call("POST", f"/{route_id}/deployments", json={"version_id": version_id}))
    return answer


def test_a_version_takes_effect_when_it_is_deployed(routes: Client, route: dict[str, Any]) -> None:
    route_id, first = route["id"], route["version"]["version_id"]
    made = add(routes, route_id, 2)
    second = made["version_id"]
    assert set(made) == {"id", "name", "gateway_id", "elements", "created_at", "modified_at", "version_id", "is_valid"}
    assert (made["id"], made["elements"], made["is_valid"]) == (route_id, graph(2), True)
    assert result(routes.get(route_id)) == route
    read = result(routes.get(f"{route_id}/versions/{second}"))
    assert {name: read[name] for name in ("id", "name", "elements", "version_id", "active", "data", "is_valid")} == {
        "id": route_id,
        "name": "support",
        "elements": graph(2),
        "version_id": second,
        "active": False,
        "data": graph(2),
        "is_valid": True,
    }
    answer = deploy(routes, route_id, second)
    assert set(answer) == {"id", "name", "gateway_id", "elements", "created_at", "modified_at"}
    assert answer["elements"] == graph(2)
    after = result(routes.get(route_id))
    assert (after["version"]["data"], after["version"]["version_id"], after["deployment"]["version_id"]) == (graph(2), second, second)
    assert after["modified_at"] > route["modified_at"]
    deploy(routes, route_id, first)
    assert result(routes.get(route_id))["version"] == route["version"]


def test_lists_of_versions_and_deployments(routes: Client, route: dict[str, Any], simulator: Simulator) -> None:
    route_id, first = route["id"], route["version"]["version_id"]
    second = add(routes, route_id, 2)["version_id"]
    deploy(routes, route_id, second)
    answer = routes.get(f"{route_id}/versions").json()
    assert {name: answer["data"][name] for name in answer["data"] if name != "versions"} == {
        "page": 1,
        "per_page": 20,
        "order_by": "created_at",
        "order_by_direction": "desc",
    }
    versions = answer["data"]["versions"]
    assert [(version["version_id"], version["active"], version["data"]) for version in versions] == [
        (second, True, graph(2)),
        (first, False, graph(1)),
    ]
    assert set(versions[0]) == {"version_id", "active", "data", "is_valid", "created_at"}
    deployments = listed(routes.get(f"{route_id}/deployments"))
    assert [deployment["version_id"] for deployment in deployments] == [second, first]
    assert set(deployments[0]) == {"deployment_id", "version_id", "created_at"}
    simulator.behave(route_parts_order="oldest", route_active="text")
    assert [version["active"] for version in listed(routes.get(f"{route_id}/versions"))] == ["false", "true"]
    assert listed(routes.get(f"{route_id}/deployments")) == deployments[::-1]


def test_parts_may_not_be_paged(routes: Client, route: dict[str, Any], simulator: Simulator) -> None:
    first, path = route["version"]["version_id"], f"/{route['id']}/versions"
    second = add(routes, route["id"], 2)["version_id"]

    def found(**query: int) -> list[str]:
        return [version["version_id"] for version in listed(routes.call("GET", path, params=query))]

    assert [found(page=page, per_page=1) for page in (1, 2, 3)] == [[second], [first], []]
    assert codes(routes.call("GET", path, params={"per_page": 0})) == (400, [7001])
    simulator.behave(page_limit=1)
    assert found() == [second]
    simulator.behave(route_parts_paged=False)
    assert found(page=2, per_page=1) == [second, first]


@pytest.mark.parametrize(
    ("how", "expected"),
    [("top", ["nothing", True]), ("nested", [True, "nothing"]), ("absent", ["nothing", "nothing"])],
)
def test_location_of_the_id_of_a_new_version(
    routes: Client, route: dict[str, Any], simulator: Simulator, how: str, expected: list[Any]
) -> None:
    simulator.behave(route_version_id=how)
    made = add(routes, route["id"], 2)
    newest = listed(routes.get(f"{route['id']}/versions"))[0]["version_id"]
    places = [made.get("version", {}).get("version_id", "nothing"), made.get("version_id", "nothing")]
    assert places == [newest if place is True else place for place in expected]


@pytest.mark.parametrize(("how", "expected"), [("shown", [True, True]), ("read", [False, True]), ("absent", [False, False])])
def test_answers_that_contain_is_valid(routes: Client, route: dict[str, Any], simulator: Simulator, how: str, expected: list[bool]) -> None:
    simulator.behave(route_is_valid=how)
    made = add(routes, route["id"], 2)
    read = result(routes.get(f"{route['id']}/versions/{made['version_id']}"))
    assert ["is_valid" in made, "is_valid" in read] == expected


def test_versions_that_are_not_valid(routes: Client, route: dict[str, Any], simulator: Simulator) -> None:
    simulator.behave(route_new_versions="invalid", route_invalid_deployment="refuse")
    made = add(routes, route["id"], 2)
    assert made["is_valid"] is False
    refused = routes.call("POST", f"/{route['id']}/deployments", json={"version_id": made["version_id"]})
    assert (codes(refused), refused.json()["errors"][0]["path"]) == ((400, [7001]), ["body", "version_id"])
    assert result(routes.get(route["id"])) == route
    simulator.behave(route_invalid_deployment="accept")
    deploy(routes, route["id"], made["version_id"])
    assert result(routes.get(route["id"]))["version"]["is_valid"] is False


def test_invalid_requests_are_refused(routes: Client, route: dict[str, Any], simulator: Simulator) -> None:
    path = f"/{route['id']}"
    refused = [
        routes.call("POST", f"{path}/versions", json={}),
        routes.call("POST", f"{path}/versions", json={"elements": []}),
        routes.call("POST", f"{path}/deployments", json={}),
        routes.call("POST", f"{path}/deployments", json={"version_id": UNKNOWN}),
        routes.call("GET", f"{path}/versions/{UNKNOWN}"),
        routes.call("POST", f"/{UNKNOWN}/versions", json={"elements": graph(2)}),
        routes.call("GET", f"/{UNKNOWN}/deployments"),
        routes.call("DELETE", f"{path}/versions/{route['version']['version_id']}"),
    ]
    assert [codes(answer) for answer in refused] == [
        (400, [7001]),
        (400, [7001, 7001]),
        (400, [7001]),
        *[(404, [7005])] * 4,
        (404, [7003, 7000]),
    ]
    [stored] = simulator.items(KIND)
    assert (len(stored["versions"]), len(stored["deployments"])) == (1, 1)


def test_unknown_keys_of_a_version(routes: Client, route: dict[str, Any], simulator: Simulator) -> None:
    body = {"elements": graph(2), "comment": "text"}
    result(routes.call("POST", f"/{route['id']}/versions", json=body))
    simulator.behave(route_unknown="refuse")
    assert codes(routes.call("POST", f"/{route['id']}/versions", json=body)) == (400, [7001])


def test_a_route_is_seeded_with_versions(routes: Client, simulator: Simulator) -> None:
    versions = [{"version_id": "v1", "elements": graph(1)}, {"version_id": "v2", "elements": graph(2), "is_valid": False}]
    simulator.seed_item(KIND, {"id": "both", "gateway_id": "one", "name": "both", "versions": versions})
    simulator.seed_item(
        KIND, {"id": "first", "gateway_id": "one", "name": "first", "versions": versions, "deployments": [{"version_id": "v1"}]}
    )
    simulator.seed_item(KIND, {"id": "none", "gateway_id": "one", "name": "none", "versions": versions, "deployments": []})
    simulator.seed_item(KIND, {"id": "graph", "gateway_id": "one", "name": "graph", "elements": graph(3)})
    read = {name: result(routes.get(name)) for name in ("both", "first", "graph")}
    assert {name: route["version"]["data"] for name, route in read.items()} == {"both": graph(2), "first": graph(1), "graph": graph(3)}
    assert set(read["first"]["deployment"]) == {"deployment_id", "version_id", "created_at"}
    assert (read["both"]["version"]["is_valid"], read["first"]["version"]["is_valid"]) == (False, True)
    bare = result(routes.get("none"))
    assert (bare["elements"], "version" in bare, "deployment" in bare) == ([], False, False)
    assert [version["active"] for version in listed(routes.get("none/versions"))] == [False, False]
    assert listed(routes.get("none/deployments")) == []
    assert len(listed(routes.call("GET"))) == 4


def test_a_replica_may_show_the_graph_as_it_was(routes: Client, route: dict[str, Any], simulator: Simulator) -> None:
    made = add(routes, route["id"], 2)
    simulator.behave(replica_lag=1)
    deploy(routes, route["id"], made["version_id"])
    assert [result(routes.get(route["id"]))["version"]["data"] for _read in range(2)] == [graph(1), graph(2)]
