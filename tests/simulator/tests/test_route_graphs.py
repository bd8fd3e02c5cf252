# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphs of dynamic routes that the server accepts and refuses."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, codes, result


def to(element_id: str) -> dict[str, str]:
    return {"elementId": element_id}


def node(kind: str, properties: dict[str, Any] | None = None, **outputs: Any) -> dict[str, Any]:
    """Return an element whose id is its type. None omits an output or the properties."""
    made: dict[str, Any] = {"id": kind, "type": kind, "outputs": {name: edge for name, edge in outputs.items() if edge}}
    return made if properties is None else {**made, "properties": properties}


BOTH: dict[str, Any] = {"success": to("end"), "fallback": to("end")}
BRANCHES: dict[str, Any] = {"true": to("model"), "false": to("rate")}
QUOTA: dict[str, Any] = {"key": "metadata.user_id", "limit": 200, "limitType": "count", "window": 86400}
TARGET: dict[str, Any] = {"provider": "openai", "model": "gpt-4o-mini", "timeout": 60000, "retries": 2}
ELEMENTS: dict[str, dict[str, Any]] = {
    "start": node("start", next=to("conditional")),
    "conditional": node("conditional", {"conditions": {"metadata.tier": {"$in": ["gold"]}}}, **BRANCHES),
    "percentage": node("percentage", **{"90%": to("model"), "10%": to("end")}),
    "rate": node("rate", QUOTA, success=to("percentage"), fallback=to("end")),
    "model": node("model", TARGET, **BOTH),
    "end": node("end"),
}
NAMES = list(ELEMENTS)


def send(routes: Client, *elements: Any) -> requests.Response:
    """Create a route of all six elements. The given ones replace those of the same type."""
    given = {element.get("type"): element for element in elements}
    return routes.call("POST", json={"name": "example", "elements": list({**ELEMENTS, **given}.values())})


def errors_of(refused: requests.Response) -> list[tuple[str, str]]:
    """Return the path and the message of each error. The paths are relative to the elements."""
    assert refused.status_code == 400
    assert {error["code"] for error in refused.json()["errors"]} == {7001}
    return [(".".join(str(step) for step in error["path"][2:]), error["message"]) for error in refused.json()["errors"]]


def test_all_types_are_stored_unchanged(routes: Client) -> None:
    assert result(send(routes))["version"]["data"] == list(ELEMENTS.values())


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("name", ["id", "outputs"])
def test_required_keys_of_an_element(routes: Client, kind: str, name: str) -> None:
    element = {key: value for key, value in ELEMENTS[kind].items() if key != name}
    assert errors_of(send(routes, element)) == [(f"{NAMES.index(kind)}.{name}", "Required")]


@pytest.mark.parametrize("kind", ["conditional", "rate", "model"])
def test_required_properties(routes: Client, kind: str) -> None:
    element = {key: value for key, value in ELEMENTS[kind].items() if key != "properties"}
    assert errors_of(send(routes, element)) == [(f"{NAMES.index(kind)}.properties", "Required")]


@pytest.mark.parametrize(("kind", "name"), [*(("rate", name) for name in QUOTA), *(("model", name) for name in TARGET)])
def test_required_keys_of_the_properties(routes: Client, kind: str, name: str) -> None:
    properties = {key: value for key, value in ELEMENTS[kind]["properties"].items() if key != name}
    refused = send(routes, {**ELEMENTS[kind], "properties": properties})
    assert [path for path, _message in errors_of(refused)] == [f"{NAMES.index(kind)}.properties.{name}"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("start", "next"),
        ("conditional", "true"),
        ("conditional", "false"),
        ("rate", "fallback"),
        ("model", "success"),
        ("model", "fallback"),
    ],
)
def test_required_outputs(routes: Client, kind: str, name: str) -> None:
    outputs = {key: edge for key, edge in ELEMENTS[kind]["outputs"].items() if key != name}
    assert errors_of(send(routes, {**ELEMENTS[kind], "outputs": outputs})) == [(f"{NAMES.index(kind)}.outputs.{name}", "Required")]


@pytest.mark.parametrize("kind", ["rate_limit", "Model", "", None, 1])
def test_an_unknown_type_is_refused_with_the_six_names(routes: Client, kind: Any) -> None:
    [(path, message)] = errors_of(routes.call("POST", json={"name": "example", "elements": [{"id": "x", "type": kind, "outputs": {}}]}))
    assert (path, [f"'{name}'" in message for name in NAMES]) == ("0.type", [True] * 6)


@pytest.mark.parametrize(("element", "place"), [({"id": "x", "outputs": {}}, "0.type"), ("start", "0"), (None, "0")])
def test_an_invalid_element_is_refused(routes: Client, element: Any, place: str) -> None:
    assert [path for path, _text in errors_of(routes.call("POST", json={"name": "x", "elements": [element]}))] == [place]


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("rate", "key", ""),
        ("rate", "limit", 0),
        ("rate", "limit", "5"),
        ("rate", "window", True),
        ("rate", "window", -1),
        ("rate", "limitType", "tokens"),
        ("model", "provider", ""),
        ("model", "model", None),
        ("model", "retries", -1),
        ("model", "timeout", "1s"),
        ("conditional", "conditions", []),
        ("conditional", "conditions", "text"),
    ],
)
def test_bad_properties(routes: Client, kind: str, name: str, value: Any) -> None:
    refused = send(routes, {**ELEMENTS[kind], "properties": {**ELEMENTS[kind]["properties"], name: value}})
    assert [path for path, _message in errors_of(refused)] == [f"{NAMES.index(kind)}.properties.{name}"]


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [("conditional", "condition", {}), ("rate", "interval", 5), ("rate", "technique", "fixed")],
)
def test_unknown_properties_are_dropped_silently(routes: Client, simulator: Simulator, kind: str, name: str, value: Any) -> None:
    element = {**ELEMENTS[kind], "properties": {**ELEMENTS[kind]["properties"], name: value}}
    assert result(send(routes, element))["version"]["data"] == list(ELEMENTS.values())
    simulator.behave(route_unknown="refuse")
    assert errors_of(send(routes, element)) == [(f"{NAMES.index(kind)}.properties.{name}", f"Unrecognized key: {name}")]


@pytest.mark.parametrize("properties", [{}, {"conditions": {}}, {"condition": {"metadata.tier": {"$eq": "gold"}}}])
def test_conditions_may_be_required(routes: Client, simulator: Simulator, properties: dict[str, Any]) -> None:
    element = {**ELEMENTS["conditional"], "properties": properties}
    simulator.behave(route_conditions="required")
    assert errors_of(send(routes, element)) == [("1.properties.conditions", "Required")]
    simulator.behave(route_conditions="optional")
    result(send(routes, element))


@pytest.mark.parametrize("share", ["else", "10", "ten%", "12.5%", "1000%", "-5%", "%", ""])
def test_shares_are_whole_percentages(routes: Client, share: str) -> None:
    element = node("percentage", **{"90%": to("model"), share: to("end")})
    assert errors_of(send(routes, element)) == [(f"2.outputs.{share}", "Invalid")]


def test_shares_may_be_fractions(routes: Client, simulator: Simulator) -> None:
    simulator.behave(route_fractions=True)
    result(send(routes, node("percentage", **dict.fromkeys(("33.3%", "33.4%", "33.30%"), to("end")))))
    assert errors_of(send(routes, node("percentage", **{"12.5%": to("end"), "87.4%": to("end")})))[0][1] == "Percentages must add up to 100"


INVALID_GRAPHS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "no start": ([node("end")], ""),
    "no end": ([node("start", next=to("start"))], ""),
    "two starts": ([node("start", next=to("end")), {**node("start", next=to("end")), "id": "other"}, node("end")], ""),
    "an edge that leads nowhere": ([node("start", next=to("End")), node("end")], "0.outputs.next.elementId"),
    "an id twice": ([node("start", next=to("start")), {**node("end"), "id": "start"}], "0.id"),
    "a sum of 99": ([node("start", next=to("percentage")), node("percentage", **{"99%": to("end")}), node("end")], "1.outputs"),
    "no share": ([node("start", next=to("percentage")), node("percentage"), node("end")], "1.outputs"),
    "six shares": (
        [
            node("start", next=to("percentage")),
            node("percentage", **dict.fromkeys(("10%", "11%", "12%", "13%", "14%", "40%"), to("end"))),
            node("end"),
        ],
        "1.outputs",
    ),
}


@pytest.mark.parametrize("case", INVALID_GRAPHS)
def test_an_invalid_graph_is_refused_or_marked(routes: Client, simulator: Simulator, case: str) -> None:
    elements, place = INVALID_GRAPHS[case]
    assert errors_of(routes.call("POST", json={"name": "example", "elements": elements}))[0][0] == place
    assert simulator.items("dynamic_routes") == []
    simulator.behave(route_bad_graph="invalid")
    version = result(routes.call("POST", json={"name": "example", "elements": elements}))["version"]
    assert (version["is_valid"], version["data"]) == (False, elements)


def test_all_problems_are_listed(routes: Client) -> None:
    refused = send(routes, {**ELEMENTS["start"], "outputs": {}}, {**ELEMENTS["rate"], "properties": {}})
    assert len(errors_of(refused)) == 5
    assert codes(refused) == (400, [7001] * 5)
