# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphs of routes: the server accepts what the checks accept, equal graphs compare as equal, and every graph can be drawn."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.json_text import canonical
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import mermaid, outline
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import from_wire, to_wire
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_graph import (
    carry_over,
    elements_of,
    graph_problems,
    same_graph,
)
from tests.robustness.properties.route_graphs import Graph, broken_graphs, valid_graphs, with_additions
from tests.robustness.properties.strategies import json_values
from tests.simulator.behaviour import Behaviour
from tests.simulator.resources.route_graph import checked_graph
from tests.simulator.resources.route_views import version_view
from tests.simulator.validation import Refused

STRICT = Behaviour(route_conditions="required")
FORMS = [Behaviour(route_data=form, reorder=reorder) for form in ("list", "text", "object") for reorder in (False, True)]
texts = st.sampled_from(["id", "type", "outputs", "properties", "elementId", "start", "model", "next", "a", "b"])
# Values that only partly resemble a graph, such as a hostile or much newer server could send.
anything = st.recursive(
    json_values | texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


def is_accepted(graph: Graph) -> bool:
    """Return whether a server that accepts only what is published accepts the graph, and reports it as valid."""
    try:
        return checked_graph(json.loads(json.dumps(to_wire(graph))), STRICT)[1]
    except Refused:
        return False


def templated(value: Any) -> Any:
    """Return the graph as templates render it: numbers are text, and true and false have Python's spelling."""
    if isinstance(value, dict):
        spelt = {"true": "True", "false": "False"}
        return {spelt.get(key, key): part if key == "conditions" else templated(part) for key, part in value.items()}
    if isinstance(value, list):
        return [templated(part) for part in value]
    return str(value)


@given(valid_graphs())
def test_a_valid_graph_passes_the_checks_and_the_server(graph: Graph) -> None:
    assert graph_problems(graph) == []
    assert graph_problems(to_wire(graph)) == []
    assert is_accepted(graph)


@given(broken_graphs())
def test_what_the_server_refuses_does_not_pass_the_checks(graph: Graph) -> None:
    assert graph_problems(graph) or is_accepted(graph)


@given(broken_graphs())
def test_the_order_of_elements_does_not_change_how_much_is_wrong(graph: Graph) -> None:
    assert bool(graph_problems(graph)) == bool(graph_problems(graph[::-1]))


@given(valid_graphs(), st.data())
def test_a_cycle_is_found(graph: Graph, data: st.DataObject) -> None:
    """Any output that is changed to lead back to its own element, or to one before it, is reported."""
    ways = {element["id"]: {edge["element_id"] for edge in element["outputs"].values()} for element in graph}
    origin = data.draw(st.sampled_from([element for element in graph if element["outputs"]]))
    before = {origin["id"]}
    for _step in graph:
        before |= {element_id for element_id, targets in ways.items() if targets & before}
    broken = copy.deepcopy(graph)
    changed = next(element for element in broken if element["id"] == origin["id"])
    changed["outputs"][data.draw(st.sampled_from(sorted(changed["outputs"])))] = {"element_id": data.draw(st.sampled_from(sorted(before)))}
    assert [problem for problem in graph_problems(broken) if "leads back to" in problem]


@given(valid_graphs())
def test_both_forms_have_the_same_content(graph: Graph) -> None:
    wired = to_wire(graph)
    assert to_wire(from_wire(wired)) == wired == to_wire(wired)
    assert from_wire(wired) == graph


@given(valid_graphs())
def test_strings_from_templates_are_parsed_as_their_values(graph: Graph) -> None:
    assert canonical(to_wire(templated(graph))) == canonical(to_wire(graph))


@given(valid_graphs(), st.sampled_from(FORMS))
def test_a_stored_graph_is_the_declared_one_in_whatever_form_an_answer_has_it(graph: Graph, behaviour: Behaviour) -> None:
    version = {"version_id": "1", "elements": checked_graph(to_wire(graph), STRICT)[0], "is_valid": True}
    view = version_view(behaviour, {"versions": [version], "deployments": []}, version)
    for answer in (view, {"version": view, "elements": None}):
        stored = elements_of(answer)
        assert stored is not None
        assert same_graph(to_wire(graph), stored)


@given(valid_graphs(), st.data())
def test_additions_of_a_newer_server_make_no_difference_and_are_kept(graph: Graph, data: st.DataObject) -> None:
    wired = to_wire(graph)
    stored = data.draw(with_additions(wired))
    assert same_graph(wired, stored)
    completed = carry_over(wired, stored)
    assert same_graph(wired, completed)
    # Compare as if everything were declared, so that nothing may be missing.
    assert same_graph(stored, completed)


@given(st.data())
def test_a_change_is_a_difference_and_can_be_seen(data: st.DataObject) -> None:
    graph = data.draw(valid_graphs())
    changed = copy.deepcopy(graph)
    holder = data.draw(st.sampled_from([part for element in changed for part in (element["outputs"], element.get("properties")) if part]))
    holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(st.sampled_from([5, "b", {"element_id": "elsewhere"}, {"a": "b"}]))
    is_same = same_graph(to_wire(graph), to_wire(changed))
    assert is_same == (outline(graph) == outline(changed))
    assert is_same == (canonical(to_wire(graph)) == canonical(to_wire(changed)))


@given(valid_graphs() | broken_graphs() | st.lists(anything, max_size=5), st.data())
def test_any_graph_can_be_checked_compared_and_drawn_alike_in_any_order(graph: list[Any], data: st.DataObject) -> None:
    graph_problems(graph)
    same_graph(graph, data.draw(st.lists(anything, max_size=3)))
    carry_over(graph, data.draw(st.lists(anything, max_size=3)) + graph)
    shuffled = data.draw(st.permutations(graph))
    assert (mermaid(shuffled), outline(shuffled)) == (mermaid(graph), outline(graph))
    assert all(line.isprintable() for line in (*outline(graph), *mermaid(graph).split("\n")))


@given(anything)
def test_any_answer_can_be_read(answer: Any) -> None:
    elements = elements_of({"version": answer, "data": answer, "elements": answer})
    assert elements is None or (isinstance(elements, list) and elements)


@given(valid_graphs())
def test_a_drawing_has_each_element_once(graph: Graph) -> None:
    lines = outline(graph)
    assert len([line for line in lines if not line.startswith(" ")]) == len(graph)
    assert len([line for line in mermaid(graph).split("\n")[1:] if "->" not in line]) == len(graph)
