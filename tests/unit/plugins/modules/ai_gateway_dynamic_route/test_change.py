# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dynamic route is created, changed, renamed and deleted as declared."""

from __future__ import annotations

import copy

import pytest

from tests.unit.plugins.modules.ai_gateway_dynamic_route.conftest import DAY, ONE, ROUTES, encode, graph, stored


@pytest.mark.parametrize("edge", ["element_id", "elementId"])
def test_a_route_is_created_with_a_drawing(api, apply, routes, warnings, edge):
    routes.listed()
    routes.the_gateway()
    api.expect("POST", ROUTES, body={"name": "support", "elements": graph()}, answer=stored())
    routes.keys("openai")
    result = apply(elements=graph(edge=edge), diff=True)
    assert (result["operation"], result["changed_settings"]) == ("created", ["elements"])
    assert result["dynamic_route"] == {
        "id": "r-1",
        "name": "support",
        "gateway_id": "a",
        "elements": graph(),
        "version_id": "v-1",
        "version_created_at": DAY.format(1),
        "is_valid": True,
        "deployment_id": "d-1",
        "deployed_at": DAY.format(1),
        "created_at": DAY.format(1),
        "modified_at": DAY.format(1),
    }
    assert result["mermaid"].startswith("flowchart TD\n")
    assert result["diff"]["before"] == {}
    assert "  timeout: 1 ms" in result["diff"]["after"]["elements"]
    assert not warnings


def test_an_equal_graph_takes_two_requests(api, apply, routes):
    routes.listed("support")
    routes.read()
    reordered = [dict(reversed(list(element.items()))) for element in reversed(graph(timeout="1.0"))]
    assert apply(elements=reordered)["operation"] == "unchanged"
    assert len(api.calls) == 2


def test_a_change_is_deployed_and_shown_as_an_outline(api, apply, routes):
    routes.listed("support")
    routes.read()
    routes.changed(5, 2)
    routes.read(5, 2)
    routes.keys("openai")
    routes.the_gateway()
    result = apply(elements=graph(5), diff=True)
    before, after = (result["diff"][side]["elements"] for side in ("before", "after"))
    assert set(before) ^ set(after) == {"  timeout: 1 ms", "  timeout: 5 ms"}
    assert result["dynamic_route"]["version_id"] == "v-2"
    assert len(api.calls) == 8


def test_check_mode_predicts_the_graph_and_no_version(apply, routes):
    routes.listed("support")
    routes.read()
    routes.keys("openai")
    routes.the_gateway()
    result = apply(elements=graph(5), check_mode=True, diff=True)
    assert (result["operation"], result["dynamic_route"]["elements"]) == ("updated", graph(5))
    assert [result["dynamic_route"][name] for name in ("version_id", "is_valid", "deployed_at")] == [None] * 3
    assert "version_id" not in result["diff"]["before"]


def test_a_route_of_an_earlier_gateway_is_adopted_with_a_warning(apply, routes, warnings):
    routes.listed("support")
    routes.read()
    routes.changed(5, 3)
    routes.read(5, 3)
    routes.keys("openai")
    routes.the_gateway(day=2)
    apply(elements=graph(5))
    assert warnings == [
        "The route is older than its gateway: it was left over from a deleted gateway of the same id, and is managed from now on."
    ]


def test_a_deletion_does_not_wait_for_a_graph(api, apply, routes, waits):
    routes.listed("support")
    api.expect("GET", ONE, answer={"id": "r-1", "name": "support"})
    api.expect("DELETE", ONE, answer={"id": "r-1"})
    assert apply(state="absent")["operation"] == "deleted"
    assert not waits


def test_unknown_settings_are_sent_with_the_name(api, apply, routes):
    routes.listed("support")
    routes.read()
    api.expect("PATCH", ONE, body={"name": "support", "comment": "x"}, raw=encode({"route": {"id": "r-1"}}))
    routes.read(comment="x")
    routes.the_gateway()
    assert apply(extra_settings={"comment": "x"})["changed_settings"] == ["comment"]


def test_the_graph_that_is_given_is_not_changed(apply, routes):
    routes.listed("support")
    routes.read()
    given = graph(edge="element_id")
    before = copy.deepcopy(given)
    apply(elements=given)
    assert given == before
