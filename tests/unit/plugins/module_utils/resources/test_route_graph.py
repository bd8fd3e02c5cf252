# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of a dynamic route as a whole: its problems, its comparison, and its place in answers."""

from __future__ import annotations

import copy
import json
import time

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import from_wire
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_graph import (
    carry_over,
    custom_slugs,
    edges_of,
    elements_of,
    graph_problems,
    providers_of,
    same_graph,
)


def to(element_id):
    return {"elementId": element_id}


def start(element_id, target):
    return {"id": element_id, "type": "start", "outputs": {"next": to(target)}}


def model(element_id, success, fallback, **properties):
    target = {"provider": "openai", "model": "gpt-4o", "timeout": 45000, "retries": 1, **properties}
    return {"id": element_id, "type": "model", "properties": target, "outputs": {"success": to(success), "fallback": to(fallback)}}


def conditional(element_id, true, false):
    conditions = {"$and": [{"metadata.tier": {"$in": ["gold", 5]}}]}
    outputs = {"true": to(true), "false": to(false)}
    return {"id": element_id, "type": "conditional", "properties": {"conditions": conditions}, "outputs": outputs}


def split(element_id, **targets):
    """Return a percentage element. The argument ``p10`` is the target of the share 10%."""
    return {"id": element_id, "type": "percentage", "outputs": {f"{share[1:]}%": to(target) for share, target in targets.items()}}


def end(element_id):
    return {"id": element_id, "type": "end", "outputs": {}}


GRAPH = [
    start("in", "staff"),
    conditional("staff", "split", "cheap"),
    split("split", p90="stable", p10="canary"),
    model("stable", "out", "cheap"),
    model("canary", "out", "stable", provider="custom-house-llm"),
    model("cheap", "out", "out", provider="workers-ai"),
    end("out"),
]


def changed(index, **parts):
    """Return the graph with parts of one element changed."""
    elements = copy.deepcopy(GRAPH)
    elements[index].update(parts)
    return elements


def test_a_graph_without_problems():
    assert graph_problems(from_wire(GRAPH)) == []


@pytest.mark.parametrize("elements", [None, "text", {}, 5])
def test_elements_must_be_a_list(elements):
    assert graph_problems(elements) == ["elements must be a list of elements"]


def test_an_empty_graph():
    assert graph_problems([]) == ["elements has no element of type start: add one", "elements has no element of type end: add one"]


def test_the_option_may_have_another_name():
    assert graph_problems([], "routes[2].elements")[0] == "routes[2].elements has no element of type start: add one"
    assert graph_problems([5], "graph")[0].startswith("graph[0] is no dict")


def test_a_second_start():
    assert graph_problems([*GRAPH, start("late", "staff")]) == [
        "elements[7] (late): a graph has one start, but there is also elements[0] (in): remove one of them"
    ]


def test_an_id_that_is_used_twice():
    assert graph_problems([*GRAPH, end("out"), end("out")]) == [
        "elements[7] (out): its id is also that of elements[6] (out): give each element an id of its own",
        "elements[8] (out): its id is also that of elements[6] (out): give each element an id of its own",
    ]


def test_ids_are_text_even_if_they_look_like_numbers():
    elements = [
        {"id": 1, "type": "start", "outputs": {"next": {"element_id": "2"}}},
        {"id": "2", "type": "start", "outputs": {"next": {"element_id": 3}}},
        {"id": 3, "type": "end"},
    ]
    assert graph_problems(elements) == ["elements[1] (2): a graph has one start, but there is also elements[0] (1): remove one of them"]


def test_an_edge_to_nowhere():
    assert graph_problems(changed(3, outputs={"success": to("out"), "fallback": to("spare")})) == [
        "elements[3] (stable): outputs.fallback leads to 'spare', but no element has that id: correct the id, or add the element"
    ]


def test_elements_that_cannot_be_reached():
    assert graph_problems([*GRAPH, model("old", "older", "out"), model("older", "out", "out")]) == [
        "elements[7] (old): it cannot be reached from the start: lead an output to it, or remove it",
        "elements[8] (older): it cannot be reached from the start: lead an output to it, or remove it",
    ]


def test_a_dead_end():
    """Apart from an end, only a split has no outputs that are required by name."""
    assert graph_problems(changed(2, outputs={}))[:2] == [
        "elements[2] (split): outputs has 0 shares, but must have 1 to 5",
        "elements[2] (split): no end can be reached from it: lead an output to one",
    ]


def test_a_cycle_names_its_elements():
    assert graph_problems(changed(5, outputs={"success": to("out"), "fallback": to("canary")})) == [
        "elements[4] (canary): outputs.fallback leads back to 'stable', which makes an endless loop (stable, cheap, canary): "
        "point it to another element"
    ]


def test_a_cycle_without_an_exit():
    elements = [start("in", "a"), model("a", "b", "b"), model("b", "a", "a"), end("out")]
    endless_loop = "which makes an endless loop (a, b): point it to another element"
    assert graph_problems(elements) == [
        "elements[0] (in): no end can be reached from it: lead an output to one",
        "elements[1] (a): no end can be reached from it: lead an output to one",
        "elements[2] (b): no end can be reached from it: lead an output to one",
        "elements[3] (out): it cannot be reached from the start: lead an output to it, or remove it",
        f"elements[2] (b): outputs.success leads back to 'a', {endless_loop}",
        f"elements[2] (b): outputs.fallback leads back to 'a', {endless_loop}",
    ]


def test_a_fallback_that_is_its_own_source():
    assert graph_problems(changed(3, outputs={"success": to("out"), "fallback": to("stable")})) == [
        "elements[3] (stable): outputs.fallback leads back to 'stable' itself: point it to another element"
    ]


def test_a_cycle_that_cannot_be_reached_is_reported_too():
    found = graph_problems([*GRAPH, model("a", "b", "out"), model("b", "a", "out")])
    assert [problem for problem in found if "endless loop (a, b)" in problem]


def test_all_problems_are_reported_together():
    elements = [
        {"id": "in", "type": "start", "outputs": {"next": {"element_id": "m"}}},
        {"id": "m", "type": "model", "outputs": {"success": {"element_id": "n"}, "fallback": {"element_id": "m"}}},
        {"id": "m", "type": "rate", "properties": {"key": "k", "limit": 0, "limit_type": "cost", "window": 1}, "outputs": {}},
        None,
    ]
    words = [
        "provider is missing",
        "limit is 0",
        "outputs.success is missing",
        "elements[3] is no dict",
        "its id is also that",
        "no element of type end",
        "leads to 'n', but",
        "leads back to 'm' itself",
    ]
    found = graph_problems(elements)
    assert all(any(word in problem for problem in found) for word in words)


@pytest.mark.parametrize("element_id", ["\x1b[2J\u202ered", "x" * 5000])
def test_ids_are_shown_on_one_line_and_cut(element_id):
    found = graph_problems([*GRAPH, model(element_id, element_id, "nowhere" * 1000)])
    assert len(found) == 4
    assert all(problem.isprintable() and len(problem) < 600 for problem in found)


@pytest.mark.parametrize(
    "malformed", [None, 5, [], {}, {"id": 10**5000}, {"id": [], "type": [], "outputs": []}, {"outputs": {10**5000: to("out")}}]
)
def test_malformed_elements_do_not_prevent_checks_of_others(malformed):
    found = graph_problems([*GRAPH, malformed, model("old", "out", "out")])
    assert [problem for problem in found if problem.startswith("elements[7]")]
    assert found[-1].startswith("elements[8] (old): it cannot be reached from the start")


def chain(length):
    inner = [model(f"m{number}", f"m{number + 1}", "m0" if number % 2 else "out") for number in range(length)]
    return [start("in", "m0"), *inner, model(f"m{length}", "out", "out"), end("out")]


def test_long_chains_are_checked_quickly():
    elements = chain(5000)
    begun = time.monotonic()
    found = graph_problems(from_wire(elements[::-1]))
    assert same_graph(elements, elements[::-1])
    assert time.monotonic() - begun < 60
    assert len(found) == 2500
    assert all("leads back to 'm0'" in problem and len(problem) < 300 for problem in found)


def test_the_order_of_elements_and_keys_makes_no_difference():
    backwards = [dict(reversed(list(element.items()))) for element in reversed(GRAPH)]
    assert same_graph(GRAPH, backwards)


@pytest.mark.parametrize(
    "stored",
    [
        changed(3, properties={**GRAPH[3]["properties"], "timeout": 45000.0}),
        changed(3, properties={**GRAPH[3]["properties"], "timeout": "45000"}),
        changed(1, properties={"conditions": {"$and": [{"metadata.tier": {"$in": ["gold", 5.0]}}]}}),
        changed(1, properties={"conditions": json.dumps(GRAPH[1]["properties"]["conditions"])}),
        changed(0, properties={}),
        changed(0, properties=None),
        changed(6, outputs=None),
        changed(3, properties={**GRAPH[3]["properties"], "later": {"a": 1}}),
        changed(3, position={"x": 1}, later=None),
        changed(0, properties={"later": 1}, outputs={"next": {"elementId": "staff", "label": "x"}}),
    ],
)
def test_another_form_of_the_same_graph(stored):
    assert same_graph(GRAPH, stored)


@pytest.mark.parametrize(
    "stored",
    [
        GRAPH[:-1],
        [*GRAPH, end("out2")],
        [*GRAPH, end("out")],
        [*GRAPH[:-1], None],
        [],
        changed(6, id="away"),
        changed(3, type="rate"),
        changed(0, outputs={"next": to("split")}),
        changed(0, outputs={"next": {}}),
        changed(0, outputs={"next": "staff"}),
        changed(0, outputs="staff"),
        changed(3, outputs={**GRAPH[3]["outputs"], "timeout": to("cheap")}),
        changed(2, outputs={"80%": to("stable"), "20%": to("canary")}),
        changed(2, outputs={"10%": to("stable"), "90%": to("canary")}),
        changed(3, properties={**GRAPH[3]["properties"], "retries": 0}),
        changed(3, properties={**GRAPH[3]["properties"], "model": "gpt-4o-mini"}),
        changed(3, properties={"provider": "openai", "model": "gpt-4o", "timeout": 45000}),
        changed(3, properties="text"),
        changed(1, properties={"conditions": {"$or": GRAPH[1]["properties"]["conditions"]["$and"]}}),
        changed(1, properties={"conditions": {"$and": [{"metadata.tier": {"$in": ["gold", True]}}]}}),
    ],
)
def test_a_graph_that_routes_differently(stored):
    assert not same_graph(GRAPH, stored)


def test_a_declared_part_that_is_not_stored_is_a_difference():
    assert not same_graph(changed(3, position={"x": 1}), GRAPH)
    assert not same_graph(changed(3, properties={**GRAPH[3]["properties"], "later": 1}), GRAPH)


def test_an_additional_known_property_is_a_difference():
    declared = [{"id": "c", "type": "conditional", "outputs": {}}]
    assert not same_graph(declared, [{**declared[0], "properties": {"conditions": {"a": 1}}}])


def test_elements_of_a_newer_type_are_compared_by_their_declared_parts():
    newer = {"id": "c", "type": "cache", "properties": {"ttl": 5}, "outputs": {"hit": to("out")}}
    assert same_graph([newer], [{**newer, "properties": {"ttl": 5.0, "scope": "all"}}])
    assert not same_graph([newer], [{**newer, "properties": {"ttl": 6}}])
    assert not same_graph([newer], [{**newer, "outputs": {"hit": to("out"), "miss": to("out")}}])


def test_parts_that_the_comparison_ignores_are_kept_in_a_write():
    stored = copy.deepcopy(GRAPH)
    stored[0].update(position={"x": 1}, properties={"later": 1})
    stored[0]["outputs"]["next"]["label"] = "x"
    stored[3]["properties"].update(later=2, retries=7)
    stored[4].update(type="rate", position=3)
    stored[5]["outputs"]["gone"] = {"elementId": "out", "label": "y"}
    stored[6].update(id="away", position=4)
    completed = carry_over(GRAPH, stored)
    expected = copy.deepcopy(GRAPH)
    expected[0] = stored[0]
    expected[3]["properties"]["later"] = 2
    assert completed == expected
    assert same_graph(GRAPH, completed)


@pytest.mark.parametrize(
    "declared",
    [
        None,
        {"type": "start"},
        {"id": "in", "type": "start", "properties": "text", "outputs": "text"},
        {"id": "in", "type": "start", "outputs": {"next": "text"}},
        {"id": "in", "type": "start", "outputs": {"next": None}},
    ],
)
def test_nothing_is_added_to_malformed_parts(declared):
    stored = {"id": "in", "type": "start", "properties": {"later": 1}, "outputs": {"next": {"elementId": "out", "label": "x"}}}
    kept = carry_over([declared], [stored])[0]
    assert kept in (declared, {**(declared or {}), "properties": {"later": 1}})


def test_parts_of_a_newer_type_are_kept():
    newer = {"id": "c", "type": "cache", "properties": None, "outputs": {"hit": to("out")}}
    assert carry_over([newer], [{**newer, "properties": {"ttl": 5}}]) == [{**newer, "properties": {"ttl": 5}}]


def test_the_given_graphs_are_not_changed():
    declared, stored = copy.deepcopy(GRAPH), changed(0, properties={"later": 1})
    before = copy.deepcopy(stored)
    carry_over(declared, stored)
    assert (declared, stored) == (GRAPH, before)


OTHER = [start("x", "y"), end("y")]


@pytest.mark.parametrize(
    "answer",
    [
        {"version": {"data": GRAPH}},
        {"version": {"data": GRAPH}, "elements": OTHER},
        {"version": {"data": json.dumps(GRAPH)}, "elements": None},
        {"version": {"data": {"elements": GRAPH}}},
        {"version": {"data": json.dumps({"elements": GRAPH})}},
        {"version": {"data": None}, "elements": GRAPH},
        {"version": {"data": []}, "elements": GRAPH},
        {"version": {"data": "[1, 2"}, "elements": GRAPH},
        {"version": {"data": "[" * 100_000}, "elements": GRAPH},
        {"version": {"data": "\ud800"}, "elements": GRAPH},
        {"version": {"data": {"nodes": OTHER}}, "elements": GRAPH},
        {"version": None, "elements": GRAPH},
        {"version": "1", "elements": GRAPH},
        {"elements": GRAPH},
        {"version_id": "1", "data": GRAPH, "elements": OTHER},
        {"version_id": "1", "data": json.dumps(GRAPH)},
    ],
)
def test_all_forms_of_the_graph_in_answers(answer):
    assert elements_of(answer) == GRAPH


@pytest.mark.parametrize("shown", [None, [], "", "null", "5", {}, {"elements": None}, 5, True, "{", '{"elements": "x"}'])
def test_answers_without_a_graph(shown):
    assert elements_of({"version": {"data": shown}, "elements": shown}) is None
    assert elements_of({"version": {}}) is None
    assert elements_of({}) is None


def test_the_providers_of_a_graph():
    elements = [
        *GRAPH,
        model("a", "b", "c", provider="custom-a"),
        model("b", "c", "c", provider="custom"),
        model("c", "c", "c", provider=5),
    ]
    malformed = [None, {"type": "model"}, {"type": "model", "properties": "x"}, {"type": "later", "properties": {"provider": "x"}}]
    assert providers_of([*elements, *malformed]) == ["custom", "custom-a", "custom-house-llm", "openai", "workers-ai"]
    assert custom_slugs([*elements, *malformed]) == ["a", "house-llm"]


def test_outputs_have_a_fixed_order():
    names = ["zeta", "fallback", "10%", "success", "alpha", "90%", "10.0%", "false", "next", "true"]
    element = {"outputs": {**{name: to("x") for name in names}, "none": {}, "text": "x", "number": to(5)}}
    assert [name for name, _target in edges_of(element)] == [
        "next",
        "true",
        "false",
        "success",
        "fallback",
        "90%",
        "10%",
        "10.0%",
        "alpha",
        "zeta",
    ]


@pytest.mark.parametrize("element", [None, [], {}, {"outputs": None}, {"outputs": ["x"]}])
def test_elements_without_outputs(element):
    assert edges_of(element) == []
