# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For any server and any failure, a route serves the old or the new graph, and no version is created twice."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import to_wire
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_graph import same_graph
from tests.robustness.properties.account import ACCOUNT
from tests.robustness.properties.route_graphs import Graph, valid_graphs
from tests.robustness.properties.test_any_resource import PARENT
from tests.robustness.properties.test_lost_answers import MANY_REQUESTS, Unreliable, accidents
from tests.simulator.behaviour import Behaviour
from tests.simulator.resources.dynamic_routes import KIND

Json = dict[str, Any]

MODULE, INFO = "ai_gateway_dynamic_route", "ai_gateway_dynamic_route_info"
EXAMPLES = 40 if settings.get_current_profile_name() == "fixed" else 1500
# The possible forms of a server's answers, and the order and the pages of its lists.
FORMS: dict[str, list[Any]] = {
    "route_data": ["list", "text", "object"],
    "route_elements": ["shown", "absent", "null"],
    "route_active": ["boolean", "text"],
    "route_is_valid": ["shown", "read", "absent"],
    "route_version_id": ["top", "nested", "absent"],
    "route_list_graphs": [True, False],
    "route_parts_order": ["newest", "oldest"],
    "route_parts_paged": [True, False],
    "route_errors": ["list", "flat"],
    "route_create_taken": ["7005", "constraint"],
    "reorder": [True, False],
}
forms = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in FORMS.items()})
graphs = valid_graphs(max_inner=3, custom=False)
times = st.dictionaries(st.integers(0, MANY_REQUESTS), accidents, min_size=1, max_size=3)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip all pauses, because this server has no delays."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def account_of(form: Json) -> Unreliable:
    account = Unreliable({})
    account.state.behave(Behaviour(**form))
    return account


def declared(graph: Graph) -> Json:
    return {"gateway_id": PARENT["id"], "name": "support", "elements": graph}


def route_of(account: Unreliable) -> Json | None:
    """Return the only stored route, or ``None`` if there is none."""
    store = account.state.store
    found = [item for place in store.places(KIND, ACCOUNT) for item in store.items(place).values()]
    assert len(found) <= 1
    return found[0] if found else None


def deployed(route: Json) -> Graph:
    """Return the deployed graph."""
    version_id = route["deployments"][-1]["version_id"]
    elements: Graph = next(version["elements"] for version in route["versions"] if version["version_id"] == version_id)
    return elements


@settings(max_examples=EXAMPLES)
@given(form=forms, old=graphs, new=graphs)
def test_a_change_is_predicted_deployed_and_then_left_alone(form: Json, old: Graph, new: Graph) -> None:
    account = account_of(form)
    assert account.run(MODULE, declared(old))["operation"] == "created"
    predicted = account.run(MODULE, declared(new), check_mode=True)
    result = account.run(MODULE, declared(new))
    assert not result.get("failed"), result
    assert predicted["operation"] == result["operation"]
    assert same_graph(predicted["dynamic_route"]["elements"], result["dynamic_route"]["elements"])
    assert predicted["mermaid"] == result["mermaid"]
    route = route_of(account)
    assert route is not None
    assert same_graph(to_wire(new), deployed(route))
    assert len(route["versions"]) == len(route["deployments"]) == 1 + (result["operation"] == "updated")
    again = account.run(MODULE, declared(new))
    assert (again["operation"], account.writes, len(account.requests)) == ("unchanged", [], 2)


@settings(max_examples=EXAMPLES)
@given(form=forms, old=graphs, new=graphs)
def test_a_change_can_be_rolled_back(form: Json, old: Graph, new: Graph) -> None:
    account = account_of(form)
    first = account.run(MODULE, declared(old))["dynamic_route"]["version_id"]
    account.run(MODULE, declared(new))
    options = {**declared(new), "elements": None, "version": first}
    predicted = account.run(MODULE, options, check_mode=True)
    result = account.run(MODULE, options)
    assert not result.get("failed"), result
    assert result["dynamic_route"]["version_id"] == predicted["dynamic_route"]["version_id"] == first
    route = route_of(account)
    assert route is not None
    assert same_graph(to_wire(old), deployed(route))
    assert account.run(MODULE, options)["operation"] == "unchanged"


@settings(max_examples=EXAMPLES)
@given(form=forms, old=graphs, new=graphs, lost=times)
def test_whatever_fails_the_old_graph_or_the_new_one_is_deployed(form: Json, old: Graph, new: Graph, lost: dict[int, str]) -> None:
    account = account_of(form)
    account.run(MODULE, declared(old))
    account.lost = lost
    first = account.try_to_run(MODULE, declared(new))
    account.lost = {}
    route = route_of(account)
    assert route is not None
    wanted = to_wire(new)
    assert same_graph(wanted, deployed(route)) or (first.get("failed") and same_graph(to_wire(old), deployed(route)))
    second = account.run(MODULE, declared(new))
    assert not second.get("failed"), second
    route = route_of(account)
    assert route is not None
    assert same_graph(wanted, deployed(route))
    # One version for each graph, whatever was lost.
    assert len(route["versions"]) == 1 + (not same_graph(wanted, to_wire(old)))
    assert account.run(MODULE, declared(new))["operation"] == "unchanged"


@settings(max_examples=EXAMPLES)
@given(form=forms, old=graphs, new=graphs, refuses=st.booleans())
def test_an_invalid_version_is_never_deployed(form: Json, old: Graph, new: Graph, refuses: bool) -> None:
    account = account_of(
        {**form, "route_is_valid": "read" if form.get("route_is_valid") == "absent" else form.get("route_is_valid", "shown")}
    )
    account.run(MODULE, declared(old))
    how = {"route_new_versions": "invalid", "route_invalid_deployment": "refuse" if refuses else "accept"}
    account.state.behave(account.state.behaviour.model_copy(update=how))
    result = account.run(MODULE, declared(new))
    route = route_of(account)
    assert route is not None
    assert len(route["deployments"]) == 1
    if result.get("failed"):
        assert "reports that it is invalid" in result["msg"]
    else:
        assert result["operation"] == "unchanged"
