# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of a dynamic route as a Mermaid flowchart, and as an outline."""

from __future__ import annotations

import copy
import difflib
import itertools
import re

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import mermaid, outline
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import from_wire


def to(element_id):
    return {"elementId": element_id}


GRAPH = [
    {"id": "out", "type": "end", "outputs": {}},
    {"id": "split", "type": "percentage", "outputs": {"10%": to("canary"), "90%": to("stable")}},
    {
        "id": "stable",
        "type": "model",
        "properties": {"model": "gpt-4o", "provider": "openai", "timeout": 45000.0, "retries": 1},
        "outputs": {"fallback": to("out"), "success": to("out")},
    },
    {"id": "in", "type": "start", "outputs": {"next": to("staff")}},
    {
        "id": "canary",
        "type": "model",
        "properties": {"provider": "custom-house", "model": "@cf/house-7b", "timeout": 500, "retries": 0},
        "outputs": {"success": to("out"), "fallback": to("stable")},
    },
    {
        "id": "staff",
        "type": "conditional",
        "properties": {"conditions": {"metadata.tier": {"$in": ["gold"]}}},
        "outputs": {"false": to("cap"), "true": to("split")},
    },
    {
        "id": "cap",
        "type": "rate",
        "properties": {"key": "metadata.user_id", "limit": 0.5, "limitType": "cost", "window": 86400},
        "outputs": {"fallback": to("out"), "success": to("stable")},
    },
]
OUTLINE = """\
start in
  next -> staff
conditional staff
  conditions: {"metadata.tier": {"$in": ["gold"]}}
  true -> split
  false -> cap
percentage split
  90% -> stable
  10% -> canary
model stable
  provider: openai
  model: gpt-4o
  retries: 1
  timeout: 45000 ms
  success -> out
  fallback -> out
model canary
  provider: custom-house
  model: @cf/house-7b
  retries: 0
  timeout: 500 ms
  success -> out
  fallback -> stable
rate cap
  key: metadata.user_id
  limit: 0.5
  limit_type: cost
  window: 86400 s
  success -> stable
  fallback -> out
end out
"""
MERMAID = """\
flowchart TD
    n0(["start in"])
    n1{"conditional staff<br>conditions #123;#34;metadata.tier#34;: #123;#34;#36;in#34;: #91;#34;gold#34;#93;#125;#125;"}
    n2[/"percentage split"\\]
    n3["model stable<br>provider openai<br>model gpt-4o<br>retries 1<br>timeout 45000 ms"]
    n4["model canary<br>provider custom-house<br>model @cf/house-7b<br>retries 0<br>timeout 500 ms"]
    n5[/"rate cap<br>key metadata.user#95;id<br>limit 0.5<br>limit#95;type cost<br>window 86400 s"/]
    n6(("end out"))
    n0 --> n1
    n1 -->|"true"| n2
    n1 -->|"false"| n5
    n2 -->|"90#37;"| n3
    n2 -->|"10#37;"| n4
    n3 -->|"success"| n6
    n3 -.->|"fallback"| n6
    n4 -->|"success"| n6
    n4 -.->|"fallback"| n3
    n5 -->|"success"| n3
    n5 -.->|"fallback"| n6"""
# The allowed lines of a flowchart, for any graph: texts of the graph are always quoted, and contain no special characters.
SAFE = r'"(?:[\w ./@:,-]|#\d+;|<br>)*"'
LINE = re.compile(
    rf"flowchart TD|    n\d+(?:\(\[|\{{|\[[/\[]?|\(\(|>){SAFE}(?:\]\)|\}}|[/\\\]]?\]|\)\))|    n\d+ -\.?-?->(?:\|{SAFE}\|)? n\d+"
)


def orders(elements):
    """Return the same elements and keys in other orders."""
    backwards = [dict(reversed(list(element.items()))) for element in reversed(elements)]
    return [elements[2:] + elements[:2], backwards, sorted(elements, key=lambda element: element["type"])]


def test_an_outline():
    assert "\n".join(outline(GRAPH)) + "\n" == OUTLINE


def test_a_flowchart():
    assert mermaid(GRAPH) == MERMAID


@pytest.mark.parametrize("draw", [mermaid, outline])
def test_the_order_of_elements_makes_no_difference(draw):
    assert {str(draw(elements)) for elements in [GRAPH, *orders(GRAPH)]} == {str(draw(GRAPH))}


@pytest.mark.parametrize("draw", [mermaid, outline])
def test_both_forms_of_a_graph_have_the_same_drawing(draw):
    assert draw(from_wire(GRAPH)) == draw(GRAPH)


def test_a_diff_of_outlines_shows_only_the_changes():
    after = copy.deepcopy(GRAPH)
    after[1]["outputs"] = {"80%": to("stable"), "20%": to("canary")}
    after[3]["outputs"] = {"next": to("guard")}
    after.append({"id": "guard", "type": "rate", "properties": {"key": "metadata.team"}, "outputs": {"success": to("staff")}})
    diff = difflib.unified_diff(outline(GRAPH), outline(after), n=0, lineterm="")
    assert [line for line in diff if not line.startswith(("---", "+++", "@@"))] == [
        "-  next -> staff",
        "+  next -> guard",
        "+rate guard",
        "+  key: metadata.team",
        "+  success -> staff",
        "-  90% -> stable",
        "-  10% -> canary",
        "+  80% -> stable",
        "+  20% -> canary",
    ]


def test_a_long_value_is_on_separate_lines():
    conditions = {"$or": [{"metadata.tier": {"$in": ["gold", "staff", "partner"]}}, {"metadata.env": {"$ne": "t\u00e9st"}}, {"a": 5.0}]}
    lines = outline([{"id": "c", "type": "conditional", "properties": {"conditions": conditions}, "outputs": {}}])
    assert lines[1:4] == ["  conditions:", "    {", '      "$or": [']
    assert '            "$ne": "t\u00e9st"' in lines
    assert max(map(len, lines[1:])) < 40


@pytest.mark.parametrize("name", ["conditions", "later"])
def test_a_long_text_stays_on_its_line(name):
    text = "word " * 100 + "end"
    assert outline([{"id": "c", "type": "conditional", "properties": {name: text}}])[1] == f"  {name}: {text}"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", " a", "a ", "", "\x1b[2J", "\u202e", "\ud800"])
def test_invisible_text_is_shown_as_json(text):
    lines = outline([{"id": text + "x", "type": "model", "properties": {"model": text}, "outputs": {text + "x": to(text + "x")}}])
    assert all(line.isprintable() for line in lines)
    assert lines[1].startswith('  model: "')


def test_values_that_differ_are_shown_differently():
    values = [
        "a b",
        "a  b",
        "a\nb",
        "a\\nb",
        "a\u00a0b",
        "",
        " ",
        None,
        True,
        False,
        0,
        1,
        0.5,
        [],
        {},
        [1],
        ["1"],
        {"a": 1},
        "true",
        "\ud800",
    ]
    shown = [outline([{"id": "x", "type": "later", "properties": {"value": value}}])[1] for value in values]
    assert [text for text in shown if shown.count(text) > 1] == ["  value: true"] * 2


STRANGE = [
    [],
    [None, 5, "text", [[]], {}, True],
    [{"id": "a", "type": "start", "outputs": {"next": to("a")}}],
    [{"id": "a", "type": "start", "outputs": {"next": to("b")}}, {"id": "b", "outputs": {"next": to("a")}}],
    [{"id": "a", "type": "start", "outputs": {"next": to("gone"), "other": to("gone")}}],
    [{"id": "a", "type": "cache", "properties": {"z": [1], "a": {"b": None}}, "outputs": {"miss": to("b"), "hit": to("b")}}],
    [{"id": "a", "type": "start"}, {"id": "a", "type": "end"}, {"id": "a", "type": "start", "outputs": {"next": to("a")}}],
    [{"id": ["a"], "type": {"b": 1}, "properties": "x", "outputs": "y"}],
    [{"id": 7, "type": 7, "properties": 7, "outputs": {"next": 7, "other": {}, "third": None, "fourth": {"elementId": 5}}}],
    [{"id": "a", "type": "model", "properties": {1: 1, "1": "x", None: None}, "outputs": {1: to("a"), "1": "x"}}],
    [{"type": "start", "outputs": {"next": {"elementId": ""}}}, {"id": "", "type": "end"}],
]


@pytest.mark.parametrize("elements", STRANGE)
def test_any_graph_can_be_drawn(elements):
    drawings = {mermaid(order) + "\n".join(outline(order)) for order in itertools.islice(itertools.permutations(elements), 24)}
    assert len(drawings) == 1
    assert all(LINE.fullmatch(line) for line in mermaid(elements).splitlines())


def test_problems_of_a_stored_graph_are_visible():
    elements = [
        {"id": "in", "type": "start", "outputs": {"next": to("gone"), "later": "x", "empty": {}}},
        {"id": "alone", "type": "cache", "properties": {"ttl": 5, "a": "b"}, "outputs": "y"},
        {"id": "odd", "properties": "z"},
        {"type": "end"},
        5,
    ]
    assert outline(elements) == [
        "start in",
        "  outputs.empty: {}",
        "  outputs.later: x",
        "  next -> gone (there is no such element)",
        "no element (nothing leads to it from the start)",
        "  value: 5",
        "end without id (nothing leads to it from the start)",
        "cache alone (nothing leads to it from the start)",
        "  a: b",
        "  ttl: 5",
        "  outputs: y",
        "no type odd (nothing leads to it from the start)",
        "  properties: z",
    ]
    assert mermaid(elements).splitlines()[1:] == [
        '    n0(["start in<br>outputs.empty #123;#125;<br>outputs.later x"])',
        '    n1[["no element<br>value 5"]]',
        '    n2(("end without id"))',
        '    n3[["cache alone<br>a b<br>ttl 5<br>outputs y"]]',
        '    n4[["no type odd<br>properties z"]]',
        '    n5>"no element gone"]',
        "    n0 --> n5",
    ]


def test_an_edge_leads_to_the_first_of_several_elements_with_one_id():
    elements = [{"id": "in", "type": "start", "outputs": {"next": to("x")}}, {"id": "x", "type": "end"}, {"id": "x", "type": "model"}]
    assert mermaid(elements).splitlines()[1:] == ['    n0(["start in"])', '    n1(("end x"))', '    n2["model x"]', "    n0 --> n1"]


HOSTILE = [
    'a"] --> n9["b',
    "end",
    "]]))}}>",
    "#quot;",
    "#34;",
    "&quot;&#34;",
    "line\nsubgraph x\n",
    "`code` **bold** _it_ ~~no~~",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "https://evil.example/ www.evil.example mail@evil.example",
    "%%{init: {'securityLevel': 'loose'}}%%",
    "click n0 call alert()",
    "style n0 fill:#f00;",
    "1. one",
    "- list",
    "---",
    "a\u2028b\u2029c\x85d\x1b[2J\u202e",
    "|x|",
    "\ud800",
    "\ufb02\u00b0\u00b034\u00b6\u00df",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_the_drawing(text):
    elements = [
        {"id": text, "type": "start", "outputs": {"next": to("m"), text: to("m")}},
        {
            "id": "m",
            "type": "model",
            "properties": {"model": text, text: text},
            "outputs": {"success": to("c"), "fallback": to(text + "!")},
        },
        {"id": "c", "type": "conditional", "properties": {"conditions": {text: {"$eq": text}}}, "outputs": {}},
        {"id": "t", "type": text, "outputs": text},
    ]
    lines = mermaid(elements).split("\n")
    assert all(LINE.fullmatch(line) for line in lines)
    assert len(lines) == 1 + 5 + 4


def test_a_label_is_cut():
    [line] = mermaid([{"id": "x" * 10_000, "type": "end"}]).splitlines()[1:]
    assert len(line) < 300
    assert "..." in line


def test_long_chains_are_drawn():
    inner = [{"id": f"m{number}", "type": "model", "outputs": {"success": to(f"m{number + 1}")}} for number in range(3000)]
    elements = [{"id": "in", "type": "start", "outputs": {"next": to("m0")}}, *inner]
    assert outline(elements[::-1])[:4] == ["start in", "  next -> m0", "model m0", "  success -> m1"]
    assert mermaid(elements[::-1]).splitlines()[-1] == '    n3000 -->|"success"| n3001'
