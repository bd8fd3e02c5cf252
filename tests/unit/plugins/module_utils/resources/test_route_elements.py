# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements of a dynamic route: their problems, and their conversion between options and API."""

from __future__ import annotations

import copy
import datetime

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import (
    ELEMENT_TYPES,
    element_problems,
    from_wire,
    share_of,
    to_wire,
)


def to(element_id):
    return {"element_id": element_id}


BOTH = {"success": to("out"), "fallback": to("out")}
ELEMENTS = {
    "start": {"id": "in", "type": "start", "outputs": {"next": to("staff")}},
    "conditional": {
        "id": "staff",
        "type": "conditional",
        "properties": {"conditions": {"metadata.tier": {"$in": ["gold", 5.0]}}},
        "outputs": {"true": to("main"), "false": to("cap")},
    },
    "percentage": {"id": "split", "type": "percentage", "outputs": {"90%": to("main"), "10%": to("out")}},
    "rate": {
        "id": "cap",
        "type": "rate",
        "properties": {"key": "metadata.user_id", "limit": 0.5, "limit_type": "cost", "window": 86400},
        "outputs": BOTH,
    },
    "model": {
        "id": "main",
        "type": "model",
        "properties": {"provider": "openai", "model": "gpt-4o-mini", "retries": 0, "timeout": 0},
        "outputs": BOTH,
    },
    "end": {"id": "out", "type": "end", "outputs": {}},
}
A_DICT = "must be a dict with element_id, the id of the element that it leads to"
TYPES = "start, conditional, percentage, rate, model or end"


def changed(kind, *path, **parts):
    """Return a valid element with some parts changed, in the dict at ``path`` within it. ``None`` removes a part."""
    element = copy.deepcopy(ELEMENTS[kind])
    holder = element
    for step in path:
        holder = holder.setdefault(step, {})
    holder.update(parts)
    for name in [name for name, value in holder.items() if value is None]:
        del holder[name]
    return element


def problems(element):
    """Return the problems without their common prefix, the path of the element."""
    found = element_problems(element, "elements[3] (cap)")
    assert all(problem.startswith("elements[3] (cap)") for problem in found)
    return [problem[len("elements[3] (cap)") :].lstrip(": ") for problem in found]


def test_there_is_an_example_of_each_type():
    assert list(ELEMENTS) == list(ELEMENT_TYPES)


@pytest.mark.parametrize("kind", ELEMENTS)
def test_a_valid_element_has_no_problems(kind):
    assert problems(ELEMENTS[kind]) == []


@pytest.mark.parametrize("kind", ELEMENTS)
def test_the_names_of_the_api_are_accepted(kind):
    assert problems(to_wire([ELEMENTS[kind]])[0]) == []


@pytest.mark.parametrize("kind", ELEMENTS)
def test_conversion_to_the_api_and_back_keeps_elements(kind):
    wired = to_wire([ELEMENTS[kind]])
    assert from_wire(wired) == [ELEMENTS[kind]]
    assert to_wire(wired) == wired


def test_the_form_in_the_api():
    assert to_wire([ELEMENTS["rate"]]) == [
        {
            "id": "cap",
            "type": "rate",
            "properties": {"key": "metadata.user_id", "limit": 0.5, "limitType": "cost", "window": 86400},
            "outputs": {"success": {"elementId": "out"}, "fallback": {"elementId": "out"}},
        }
    ]


@pytest.mark.parametrize("kind", ["start", "percentage", "end"])
@pytest.mark.parametrize("properties", [None, {}])
def test_properties_may_be_empty_if_a_type_has_none(kind, properties):
    element = {**ELEMENTS[kind], "properties": properties}
    assert problems(element) == []
    assert to_wire([element]) == to_wire([ELEMENTS[kind]])


@pytest.mark.parametrize("name", ["outputs", "properties"])
def test_an_option_that_is_not_given_is_not_sent(name):
    assert name not in to_wire([{**ELEMENTS["percentage"], name: None}])[0]


@pytest.mark.parametrize("given", [{}, {"outputs": None}, {"outputs": {}}])
def test_an_end_needs_no_outputs_as_an_option_but_has_them_in_requests(given):
    end = {"id": "out", "type": "end", **given}
    assert problems(end) == []
    assert to_wire([end]) == [{"id": "out", "type": "end", "outputs": {}}]


@pytest.mark.parametrize("true", [True, "True", "true"])
@pytest.mark.parametrize("false", [False, "False", "false"])
def test_names_of_branches_may_be_bools_or_text(true, false):
    element = {**ELEMENTS["conditional"], "outputs": {true: to("main"), false: to("cap")}}
    assert problems(element) == []
    assert to_wire([element])[0]["outputs"] == {"true": {"elementId": "main"}, "false": {"elementId": "cap"}}


@pytest.mark.parametrize("key", [1, 1.0, "yes", "TRUE"])
def test_other_names_of_branches_are_refused(key):
    element = {**ELEMENTS["conditional"], "outputs": {key: to("main"), "false": to("cap")}}
    assert [problem.split(":")[0] for problem in problems(element)] == [f"outputs.{key} is unknown", "outputs.true is missing"]


def test_a_branch_cannot_be_given_twice():
    outputs = {"true": to("main"), True: to("cap"), "false": to("cap")}
    assert problems({**ELEMENTS["conditional"], "outputs": outputs}) == ["outputs has true or false twice: keep one of each"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("5.0", 5), ("0.5", 0.5), (" 7 ", 7), ("1e3", 1000), (5, 5), (5.5, 5.5), ("1" * 99, int(float("1" * 99)))],
)
def test_a_number_may_be_text_of_a_template(text, number):
    element = changed("rate", "properties", limit=text)
    assert problems(element) == []
    assert repr(to_wire([element])[0]["properties"]["limit"]) == repr(number)


@pytest.mark.parametrize("value", [4, 4.5])
def test_text_may_be_a_number_of_yaml(value):
    element = changed("model", "properties", model=value)
    element["id"] = value
    element["outputs"]["success"] = to(value)
    assert problems(element) == []
    wired = to_wire([element])[0]
    assert (wired["id"], wired["properties"]["model"], wired["outputs"]["success"]) == (str(value), str(value), {"elementId": str(value)})


def test_conditions_may_be_json_text():
    element = changed("conditional", "properties", conditions='{"metadata.env": "prod"}')
    assert problems(element) == []
    assert to_wire([element])[0]["properties"] == {"conditions": {"metadata.env": "prod"}}


@pytest.mark.parametrize(
    ("kind", "name", "value", "problem"),
    [
        ("rate", "limit", 0, "limit is 0, but must be greater than 0"),
        ("rate", "limit", -0.5, "limit is -0.5, but must be greater than 0"),
        ("rate", "limit", "0", "limit is 0, but must be greater than 0"),
        ("rate", "limit", True, "limit is true, but must be a number"),
        ("rate", "limit", [], "limit is empty, but must be a number"),
        ("rate", "limit", [5], "limit is a list, but must be a number"),
        ("rate", "limit", "nan", "limit is nan, but must be a number"),
        ("rate", "limit", "1e999", "limit is 1e999, but must be a number"),
        ("rate", "limit", "-inf", "limit is -inf, but must be a number"),
        ("rate", "limit", None, "limit is missing, but must be a number"),
        ("rate", "window", 0, "window is 0, but must be greater than 0"),
        ("rate", "window", "1h", "window is 1h, but must be a number"),
        ("rate", "key", "", "key is empty, but must be text"),
        ("rate", "key", {"a": 1}, "key is a dict, but must be text"),
        ("rate", "limit_type", "tokens", "limit_type is tokens, but must be count or cost"),
        ("rate", "limit_type", ["cost"], "limit_type is a list, but must be count or cost"),
        ("rate", "limit_type", None, "limit_type is missing, but must be count or cost"),
        ("model", "provider", "", "provider is empty, but must be text"),
        ("model", "model", None, "model is missing, but must be text"),
        ("model", "model", False, "model is false, but must be text"),
        ("model", "retries", -1, "retries is -1, but must be at least 0"),
        ("model", "timeout", -0.1, "timeout is -0.1, but must be at least 0"),
        ("conditional", "conditions", {}, "conditions is empty, but must be a dict"),
        ("conditional", "conditions", None, "conditions is missing, but must be a dict"),
        ("conditional", "conditions", "[1]", "conditions is [1], but must be a dict"),
        ("conditional", "conditions", "{'a': 1}", "conditions is {'a': 1}, but must be a dict"),
        ("conditional", "condition", {}, "condition is unknown: use conditions"),
        ("rate", "interval", 60, "interval is unknown: use window"),
        ("rate", "technique", "sliding", "technique is unknown: remove it, or use one of key, limit, limit_type, window"),
        ("rate", "limitType", "count", "limit_type is given twice, also as limitType: keep one of them"),
        ("model", "interval", 60, "interval is unknown: remove it, or use one of provider, model, retries, timeout"),
        ("end", "model", "gpt", "model is unknown: remove it"),
    ],
)
def test_problems_of_properties(kind, name, value, problem):
    assert problems(changed(kind, "properties", **{name: value})) == [problem]


@pytest.mark.parametrize(
    ("kind", "name", "value", "problem"),
    [
        ("start", "next", None, "outputs.next is missing: point it to an element, such as an end"),
        ("model", "fallback", None, "outputs.fallback is missing: point it to an element, such as an end"),
        ("rate", "success", "out", f"outputs.success is out, but {A_DICT}"),
        ("rate", "success", [], f"outputs.success is empty, but {A_DICT}"),
        ("rate", "success", {}, "outputs.success.element_id is missing, but must be text"),
        ("rate", "success", to(""), "outputs.success.element_id is empty, but must be text"),
        (
            "rate",
            "success",
            {**to("out"), "elementId": "out"},
            "outputs.success.element_id is given twice, also as elementId: keep one of them",
        ),
        ("rate", "success", {**to("out"), "label": "x"}, "outputs.success.label is unknown: remove it, or use one of element_id"),
        ("rate", "else", to("out"), "outputs.else is unknown: remove it, or use one of success, fallback"),
        ("end", "next", to("out"), "outputs.next is unknown: remove it"),
        ("percentage", "10%", None, "the shares in outputs add up to 90%, but must add up to 100%"),
        ("percentage", "0.5%", to("out"), "the shares in outputs add up to 100.5%, but must add up to 100%"),
        ("percentage", "10%", "out", f"outputs.10% is out, but {A_DICT}"),
    ],
)
def test_problems_of_outputs(kind, name, value, problem):
    assert problems(changed(kind, "outputs", **{name: value})) == [problem]


@pytest.mark.parametrize("name", ["else", "10", "-10%", "10 %", "1000%", "%", "1.%", ".5%", "1.0000001%", "\u0661\u0660%", "10%\n"])
def test_an_invalid_share_is_named(name):
    [problem] = problems({**ELEMENTS["percentage"], "outputs": {"100%": to("main"), name: to("out")}})
    assert problem == f"outputs.{name.strip()} is not a share: write each share as a percentage, such as 10%, including the remainder"


def test_a_number_is_no_share_without_its_percent_sign():
    [problem] = problems({**ELEMENTS["percentage"], "outputs": {100: to("main")}})
    assert problem.startswith("outputs.100 is not a share")


@pytest.mark.parametrize(
    "shares", [["100%"], ["0%", "100%"], ["12.5%", "87.5%"], ["33.3%", "66.7%"], ["20%", "20.0%", "20.00%", "020%", "20.000%"]]
)
def test_shares_that_add_up(shares):
    assert problems({**ELEMENTS["percentage"], "outputs": {share: to("main") for share in shares}}) == []


@pytest.mark.parametrize("outputs", [{}, None, {f"{share}%": to("main") for share in (10, 11, 12, 13, 14, 40)}])
def test_the_number_of_shares(outputs):
    assert problems({**ELEMENTS["percentage"], "outputs": outputs}) == [f"outputs has {len(outputs or {})} shares, but must have 1 to 5"]


@pytest.mark.parametrize(("output", "share"), [("12.5%", "12.5"), ("0%", "0"), ("12.5", "None"), (90, "None"), (None, "None")])
def test_a_share_is_converted_to_a_number(output, share):
    assert str(share_of(output)) == share


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ({"id": ""}, "id is empty, but must be text"),
        ({"id": None}, "id is missing, but must be text"),
        ({"id": ["x"]}, "id is a list, but must be text"),
        ({"id": True}, "id is true, but must be text"),
        ({"type": "rate_limit"}, "type is rate_limit, but must be rate"),
        ({"type": "Rate"}, f"type is Rate, but must be {TYPES}"),
        ({"type": "window"}, f"type is window, but must be {TYPES}"),
        ({"type": None}, f"type is missing, but must be {TYPES}"),
        ({"type": {"a": 1}}, f"type is a dict, but must be {TYPES}"),
        ({"properties": "x"}, "properties is x, but must be a dict"),
        ({"outputs": ["x"]}, "outputs is a list, but must be a dict"),
        ({"limit": 5}, "limit is in the wrong place: move it to properties"),
        ({"position": 5}, "position is unknown: remove it, or use one of id, type, outputs, properties"),
        ({5: 5}, "5 is unknown: remove it, or use one of id, type, outputs, properties"),
    ],
)
def test_problems_of_an_element(part, problem):
    assert problems({**ELEMENTS["rate"], **part}) == [problem]


@pytest.mark.parametrize("element", [None, "main", 5, ["x"], pytest.param(10**5000, id="endless")])
def test_values_that_are_no_elements(element):
    assert problems(element) == ["is no dict, but must be one with id, type and outputs"]


def circular_element():
    element = copy.deepcopy(ELEMENTS["conditional"])
    element["properties"]["conditions"]["$and"] = [element]
    return element


@pytest.mark.parametrize(
    "element",
    [
        changed("rate", "properties", limit=float("nan")),
        changed("rate", "properties", limit=10**5000),
        changed("rate", "properties", key=10**5000),
        changed("rate", "properties", key="\ud800"),
        changed("model", id=float("inf")),
        changed("conditional", "properties", conditions={"metadata.since": datetime.date(2026, 1, 1)}),
        changed("conditional", "properties", conditions='{"a":' + "[" * 45 + "]" * 45 + "}"),
        {**ELEMENTS["start"], 10**5000: "x"},
        {**ELEMENTS["start"], ("a", "b"): "x"},
        circular_element(),
    ],
)
def test_values_that_cannot_be_sent(element):
    [problem] = problems(element)
    assert problem == "has a value that JSON cannot express, or is nested too deep: put dates and the like in quotes"


@pytest.mark.parametrize("mask", ["********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"])
@pytest.mark.parametrize(("kind", "name"), [("model", "model"), ("conditional", "conditions")])
def test_a_mask_is_not_sent(mask, kind, name):
    element = changed(kind, "properties", **{name: mask if name == "model" else {"metadata.key": mask}})
    assert problems(element) == ["it contains a mask in place of a secret: give the value itself"]


def test_all_problems_of_an_element_are_reported_together():
    element = {"type": "model", "provider": "openai", "properties": {"model": "", "retries": -1}, "outputs": {"success": {}, "next": {}}}
    assert problems(element) == [
        "provider is in the wrong place: move it to properties",
        "id is missing, but must be text",
        "provider is missing, but must be text",
        "model is empty, but must be text",
        "retries is -1, but must be at least 0",
        "timeout is missing, but must be a number",
        "outputs.next is unknown: remove it, or use one of success, fallback",
        "outputs.fallback is missing: point it to an element, such as an end",
        "outputs.success.element_id is missing, but must be text",
        "outputs.next.element_id is missing, but must be text",
    ]


def test_values_in_problems_are_short_and_printable():
    [problem] = problems(changed("rate", "properties", limit_type="\x1b[31m" + "x" * 1000))
    assert len(problem) < 200
    assert problem.isprintable()


# Elements that a newer API may have, and elements that violate the schema.
STRANGE = [
    {"id": "x", "type": "cache", "limitType": 1, "properties": {"limitType": "5", "limit": "5"}, "outputs": {"hit": {"elementId": "y"}}},
    {"id": "x", "type": "rate", "properties": {"limitType": "count", "burst": {"limitType": 2}}, "outputs": {"later": {"elementId": "y"}}},
    {"id": "x", "type": "start", "outputs": {"next": {"elementId": "y", "label": "z"}}, "position": {"x": 1}},
    {"id": "x", "type": "start", "outputs": {"next": "y", "other": None}, "properties": "text"},
    {"id": "x", "type": "conditional", "outputs": ["y"], "later": None},
    {"type": ["start"]},
    {},
    None,
    "text",
    7,
    [[]],
]


@pytest.mark.parametrize("element", STRANGE)
def test_nothing_of_a_stored_element_is_lost(element):
    before = copy.deepcopy(element)
    assert to_wire(from_wire([element])) == [before]
    assert element == before


def test_names_of_one_type_are_not_converted_in_another():
    assert from_wire(STRANGE[:1])[0]["properties"] == {"limitType": "5", "limit": "5"}


def test_a_part_with_both_names_is_kept():
    edge = {"element_id": "a", "elementId": "b"}
    element = {"id": "x", "type": "start", "outputs": {"next": edge}}
    assert from_wire([element]) == [element]
    assert to_wire([element]) == [element]
