# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strategies for valid and broken graphs of dynamic routes, in the form of the options."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import ELEMENT_TYPES
from tests.robustness.properties.strategies import json_values, value_of, words

Json = dict[str, Any]
Graph = list[Json]

INNER = ["conditional", "percentage", "rate", "model"]
SHARES = [["100%"], ["90%", "10%"], ["50%", "30%", "20%"], ["40%", "30%", "20%", "10%", "0%"]]
# Only a few, so that they collide with each other and with the names of types and outputs. Some have a special meaning in drawings.
ids = (
    words
    | st.sampled_from(["end", "in", "next", '"]', "<b>", "90%", "a-b_c.d", "\u00e9", "1"])
    | st.text(st.characters(codec="utf-8"), min_size=1)
)
conditions = st.dictionaries(words | st.sampled_from(["$and", "metadata.tier"]), json_values, min_size=1, max_size=2)
built_in = st.sampled_from(["openai", "workers-ai"])
providers = built_in | st.sampled_from(["custom", "custom-llm", "custom-a"])
PROPERTIES: dict[str, st.SearchStrategy[Any]] = {
    kind: st.fixed_dictionaries({field.name: value_of(field) for field in known.properties if field.name != "conditions"})
    for kind, known in ELEMENT_TYPES.items()
}
PROPERTIES["conditional"] = st.fixed_dictionaries({"conditions": conditions})
PROPERTIES["model"] = st.builds(lambda properties, provider: {**properties, "provider": provider}, PROPERTIES["model"], providers)


def edge(element_id: Any) -> Json:
    """Return the value of an output that leads to that element."""
    return {"element_id": element_id}


@st.composite
def valid_graphs(draw: st.DrawFn, max_inner: int = 6, custom: bool = True) -> Graph:
    """Return a valid graph, with or without custom providers. Elements only lead to later ones. Unreachable elements are left out."""
    kinds = ["start", *draw(st.lists(st.sampled_from(INNER), max_size=max_inner)), *["end"] * draw(st.integers(1, 2))]
    names = draw(st.lists(ids, min_size=len(kinds), max_size=len(kinds), unique=True))
    elements: Graph = []
    for index, (kind, name) in enumerate(zip(kinds, names)):
        outputs = draw(st.sampled_from(SHARES)) if kind == "percentage" else ELEMENT_TYPES[kind].outputs
        later = names[index + 1 :]
        element: Json = {"id": name, "type": kind, "outputs": {output: edge(draw(st.sampled_from(later))) for output in outputs}}
        if ELEMENT_TYPES[kind].properties:
            element["properties"] = draw(PROPERTIES[kind])
        if kind == "model" and not custom:
            element["properties"]["provider"] = draw(built_in)
        elements.append(element)
    reached = {names[0]}
    for element in elements:
        if element["id"] in reached:
            reached |= {output["element_id"] for output in element["outputs"].values()}
    return draw(st.permutations([element for element in elements if element["id"] in reached]))


def _drop_element(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    graph.remove(element)


def _duplicate_element(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    graph.append(copy.deepcopy(element))


def _take_an_id(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    element["id"] = draw(st.sampled_from([other.get("id") for other in graph]))


def _drop_key(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    del element[draw(st.sampled_from(sorted(element)))]


def _set_key(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    element[draw(st.sampled_from(["id", "type", "outputs", "properties", "later"]))] = draw(odd_values)


def _change_type(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    element["type"] = draw(st.sampled_from([*ELEMENT_TYPES, "rate_limit", "Model", ""]))


def _redirect(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    target = draw(st.sampled_from([*(other.get("id") for other in graph), "nowhere"]))
    element["outputs"][draw(st.sampled_from([*element["outputs"], "next", "else", "10%"]))] = edge(target)


def _drop_output(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    if element["outputs"]:
        del element["outputs"][draw(st.sampled_from(sorted(element["outputs"])))]


def _set_output(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    element["outputs"][draw(st.sampled_from([*element["outputs"], "next", "else", "10%", "later"]))] = draw(odd_values)


def _rename_output(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    if element["outputs"]:
        edge_of_it = element["outputs"].pop(draw(st.sampled_from(sorted(element["outputs"]))))
        element["outputs"][draw(st.sampled_from(["next", "true", "success", "else", "20%", "1000%", "-10%", "10", "%", ""]))] = edge_of_it


def _drop_property(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    if element.get("properties"):
        del element["properties"][draw(st.sampled_from(sorted(element["properties"])))]


def _set_property(draw: st.DrawFn, graph: Graph, element: Json) -> None:
    names = sorted({*element.get("properties", {}), "condition", "interval", "technique", "limit"})
    element.setdefault("properties", {})[draw(st.sampled_from(names))] = draw(odd_values)


odd_values = json_values | st.sampled_from([0, -1, -0.5, "", "0", "-1", "1s", "nan", True, [], {}, [1], {"a": 1}, {"element_id": ""}])
breaks: st.SearchStrategy[Callable[[st.DrawFn, Graph, Json], None]] = st.sampled_from(
    [
        _drop_element,
        _duplicate_element,
        _take_an_id,
        _drop_key,
        _set_key,
        _change_type,
        _redirect,
        _drop_output,
        _set_output,
        _rename_output,
        _drop_property,
        _set_property,
    ]
)


@st.composite
def broken_graphs(draw: st.DrawFn) -> Graph:
    """Return a valid graph with one or two changes, which make most graphs invalid."""
    graph: Graph = copy.deepcopy(draw(valid_graphs()))
    element = draw(st.sampled_from(graph))
    draw(breaks)(draw, graph, element)
    others = [other for other in graph if other is not element]
    is_twice: bool = draw(st.booleans())
    if others and is_twice:
        draw(breaks)(draw, graph, draw(st.sampled_from(others)))
    return graph


@st.composite
def with_additions(draw: st.DrawFn, graph: Graph) -> Graph:
    """Return the same graph, in the API's form, with parts that a newer server adds and in another order."""
    added = copy.deepcopy(graph)
    for element in added:
        for holder in (element, element.setdefault("properties", {}), *element["outputs"].values()):
            holder.update(draw(st.dictionaries(st.sampled_from(["later", "position"]), json_values, max_size=1)))
    return draw(st.permutations(added))
