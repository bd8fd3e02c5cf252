# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dynamic route, through the real main() of the module, against an ordered script of HTTP exchanges.

``test_versioned_client.py`` tests versions of items in general, and ``test_route_graph.py`` the checks of graphs.
"""

from __future__ import annotations

import copy
import json

import pytest

GATEWAY = "/ai-gateway/gateways/a"
ROUTES = GATEWAY + "/routes"
ONE = ROUTES + "/r-1"
PAGE = {"page": "1", "per_page": "100"}
DAY = "2026-01-0{}T00:00:00.000Z"
NO_KEY = (
    "The gateway has no key for openai: requests fail, unless Unified Billing pays for them. "
    "To store a key, use ai_gateway_provider_config."
)


def graph(timeout=1, provider="openai", edge="elementId"):
    outputs = {"success": {edge: "out"}, "fallback": {edge: "out"}}
    return [
        {"id": "in", "type": "start", "outputs": {"next": {edge: "main"}}},
        {
            "id": "main",
            "type": "model",
            "properties": {"provider": provider, "model": "m", "timeout": timeout, "retries": 0},
            "outputs": outputs,
        },
        {"id": "out", "type": "end", "outputs": {}},
    ]


def stored(timeout=1, number=1, **more):
    return {
        "id": "r-1",
        "name": "support",
        "gateway_id": "a",
        "created_at": DAY.format(1),
        "modified_at": DAY.format(number),
        "elements": None,
        "version": {
            "version_id": f"v-{number}",
            "data": graph(timeout),
            "active": True,
            "is_valid": True,
            "created_at": DAY.format(number),
        },
        "deployment": {"deployment_id": f"d-{number}", "version_id": f"v-{number}", "created_at": DAY.format(number)},
        **more,
    }


@pytest.fixture
def warnings(monkeypatch):
    """Return the warnings of the task, as text in every version of Ansible."""
    given = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: given.append(warning))
    return given


def encode(content):
    return json.dumps({"success": True, **content})


@pytest.fixture
def apply(run_module):
    def run(check_mode=False, diff=False, name="support", **options):
        return run_module({"gateway_id": "a", "name": name, **options}, "ai_gateway_dynamic_route", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def routes(api, gateway):
    """Return an object whose methods expect the exchanges of a route."""

    class Routes:
        def listed(self, *names):
            found = [{"id": f"r-{number}", "name": name} for number, name in enumerate(names, 1)]
            api.expect("GET", ROUTES, query=PAGE, raw=encode({"data": {"routes": found}}))

        def read(self, *args, **more):
            api.expect("GET", ONE, answer=stored(*args, **more))

        def changed(self, timeout, number):
            versions = [{"version_id": f"v-{number - 1}", "data": graph(1), "created_at": DAY.format(number - 1)}]
            api.expect("GET", ONE + "/versions", query=PAGE, raw=encode({"data": {"versions": versions}}))
            answer = {"version_id": f"v-{number}", "is_valid": True}
            api.expect("POST", ONE + "/versions", body={"elements": graph(timeout)}, answer=answer)
            self.deployed(number)

        def deployed(self, number):
            api.expect("POST", ONE + "/deployments", body={"version_id": f"v-{number}"}, answer={"id": "r-1"})

        def keys(self, *providers):
            answer = [{"id": f"k-{name}", "provider_slug": name, "alias": "default"} for name in providers]
            api.expect("GET", GATEWAY + "/provider_configs", query=PAGE, answer=answer)

        def the_gateway(self, day=1):
            api.expect("GET", GATEWAY, answer=gateway(created_at=DAY.format(day)))

        def providers(self, *slugs):
            answer = [{"id": f"p-{slug}", "slug": slug} for slug in slugs]
            api.expect("GET", "/ai-gateway/custom-providers", query=PAGE, answer=answer)

    return Routes()


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


@pytest.mark.parametrize(("providers", "expected"), [(["openai"], []), (["anthropic"], [NO_KEY])])
def test_a_provider_without_a_key_is_a_warning(api, apply, routes, warnings, providers, expected):
    routes.listed()
    routes.the_gateway()
    api.expect("POST", ROUTES, answer=stored())
    routes.keys(*providers)
    apply(elements=graph())
    assert warnings == expected


def test_models_of_cloudflare_need_no_key(api, apply, routes, warnings):
    elements = graph(provider="workers-ai")
    routes.listed()
    routes.the_gateway()
    api.expect("POST", ROUTES, answer=stored(version={"version_id": "v-1", "data": elements}))
    apply(elements=elements)
    assert not warnings


class TestCustomProviders:
    def test_one_that_exists_takes_a_request(self, api, apply, routes):
        elements = graph(provider="custom-house")
        routes.providers("house")
        routes.listed("support")
        routes.read(version={"version_id": "v-1", "data": elements})
        assert apply(elements=elements)["operation"] == "unchanged"
        assert len(api.calls) == 3

    def test_one_that_is_missing_is_a_failure_before_anything_is_written(self, api, apply, routes):
        routes.providers("house")
        message = apply(elements=graph(provider="custom-other"))["msg"]
        assert message == (
            "Nothing was changed. elements: the custom provider custom-other does not exist in this account. "
            "Create it with ai_gateway_custom_provider before the route."
        )

    def test_one_that_is_missing_is_a_warning_in_check_mode(self, apply, routes, warnings):
        routes.providers()
        routes.listed()
        routes.the_gateway()
        routes.keys("custom-other")
        apply(elements=graph(provider="custom-other"), check_mode=True)
        assert "custom-other does not exist in this account yet. Outside of check mode, the task fails" in warnings[0]


class TestRollBack:
    def test_the_version_is_deployed_with_its_graph(self, api, apply, routes):
        routes.listed("support")
        api.expect("GET", ONE + "/versions/v-1", answer={"id": "r-1", "version_id": "v-1", "data": graph(1)})
        routes.listed("support")
        routes.read(5, 2)
        routes.deployed(1)
        routes.read(1, 1)
        routes.the_gateway()
        result = apply(version="v-1", diff=True)
        assert (result["operation"], result["changed_settings"]) == ("updated", ["elements", "version_id"])
        assert "  timeout: 1 ms" in result["diff"]["after"]["elements"]

    def test_check_mode_predicts_the_version_and_the_graph(self, api, apply, routes):
        routes.listed("support")
        api.expect("GET", ONE + "/versions/v-1", answer={"id": "r-1", "version_id": "v-1", "data": graph(1)})
        routes.listed("support")
        routes.read(5, 2)
        routes.the_gateway()
        route = apply(version="v-1", check_mode=True)["dynamic_route"]
        assert (route["version_id"], route["elements"]) == ("v-1", graph(1))

    def test_the_deployed_version_is_no_change(self, api, apply, routes):
        routes.listed("support")
        api.expect("GET", ONE + "/versions/v-1", answer={"id": "r-1", "version_id": "v-1", "data": graph(1)})
        routes.listed("support")
        routes.read()
        assert apply(version="v-1")["operation"] == "unchanged"

    def test_a_version_that_the_route_does_not_have(self, api, apply, routes):
        routes.listed("support")
        api.expect("GET", ONE + "/versions/v-9", status=404, errors=[{"code": 7005, "message": "Version not found"}])
        message = apply(version="v-9")["msg"]
        assert message.startswith("Nothing was changed. version is 'v-9', but dynamic route 'support' has no such version.")

    def test_a_route_that_does_not_exist(self, apply, routes):
        routes.listed()
        assert "does not exist, so it has no version to deploy" in apply(version="v-1")["msg"]

    def test_the_route_may_be_renamed_with_it(self, api, apply, routes):
        routes.listed("help")
        routes.listed("help")
        api.expect("GET", ONE + "/versions/v-1", answer={"id": "r-1", "version_id": "v-1", "data": graph(1)})
        routes.listed("help")
        routes.listed("help")
        routes.read(5, 2, name="help")
        api.expect("PATCH", ONE, body={"name": "support"}, raw=encode({"route": {"id": "r-1"}}))
        routes.deployed(1)
        routes.read()
        routes.the_gateway()
        assert apply(version="v-1", rename_from="help")["changed_settings"] == ["elements", "name", "version_id"]


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (400, {"errors": [{"code": 7005, "message": "Route support already exists"}]}),
        (500, {"raw": '{"success": false, "error": "UNIQUE constraint failed: routes.name"}'}),
    ],
)
def test_a_new_name_that_is_taken_is_explained(api, apply, routes, status, refusal):
    routes.listed("help")
    routes.listed("help")
    routes.read(name="help")
    api.expect("PATCH", ONE, body={"name": "support"}, status=status, **refusal)
    if status == 500:
        routes.listed("help")
        routes.listed("help")
        routes.read(name="help")
    message = apply(rename_from="help", max_retries=0)["msg"]
    assert "Another dynamic route has that name, even if none is listed." in message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"version": "v-1", "elements": graph()}, "version and elements are given together: keep one of them"),
        ({"version": "v-1", "extra_settings": {"elements": []}}, "version and elements are given together: keep one of them"),
        ({"version": "v-1", "state": "absent"}, "version is given with state: absent"),
        ({"version": ""}, "version is empty"),
        ({"rename_from": "support"}, "rename_from and name are both support"),
        ({"rename_from": "help", "state": "absent"}, "rename_from is given with state: absent"),
        ({"elements": []}, "elements has no element of type start: add one"),
        ({"elements": graph(timeout=-1)}, "elements[1] (main): timeout is -1, but must be at least 0"),
        ({"name": ""}, "name is empty"),
    ],
)
def test_invalid_options_are_refused_before_any_request(apply, options, words):
    result = apply(**options)
    assert result["failed"]
    assert words in result["msg"]


def test_all_problems_are_reported_together(apply):
    message = apply(version="v-1", elements=[{"id": "in", "type": "start", "outputs": {}}], rename_from="support")["msg"]
    for words in ("version and elements", "outputs.next is missing", "no element of type end", "rename_from and name"):
        assert words in message


def test_a_new_route_needs_a_graph(apply, routes):
    routes.listed()
    routes.the_gateway()
    assert "elements is missing: a new dynamic route needs it" in apply()["msg"]


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


def test_a_deletion_does_not_need_the_providers_of_the_graph(api, apply, routes):
    routes.listed("support")
    routes.read()
    api.expect("DELETE", ONE, answer={"id": "r-1"})
    assert apply(state="absent", elements=graph(provider="custom-gone"))["operation"] == "deleted"


@pytest.mark.parametrize("unreadable", ["keys", "gateway"])
def test_a_write_is_no_failure_if_only_the_data_for_warnings_cannot_be_read(api, apply, routes, warnings, unreadable):
    routes.listed("support")
    routes.read()
    routes.changed(5, 2)
    routes.read(5, 2)
    refused = {"status": 403, "errors": [{"code": 10000, "message": "no"}]}
    if unreadable == "keys":
        api.expect("GET", GATEWAY + "/provider_configs", query=PAGE, **refused)
    else:
        routes.keys("openai")
        api.expect("GET", GATEWAY, **refused)
    result = apply(elements=graph(5))
    assert (result.get("failed", False), result["operation"]) == (False, "updated")
    (warning,) = warnings
    assert warning.startswith("The route is as declared, but ")


def test_a_flat_error_is_parsed(api, apply, routes):
    routes.listed("support")
    routes.read()
    api.expect("GET", ONE + "/versions", query=PAGE, status=400, raw='{"success": false, "error": "version store is down"}')
    assert "version store is down" in apply(elements=graph(5))["msg"]


def test_a_flat_error_about_a_missing_version_is_recognized(api, apply, routes):
    routes.listed("support")
    api.expect("GET", ONE + "/versions/v-9", status=404, raw='{"success": false, "error": "Version not found"}')
    assert "has no such version" in apply(version="v-9")["msg"]


@pytest.mark.parametrize("status", [400, 409])
def test_a_flat_error_about_a_taken_name_is_recognized(api, apply, routes, warnings, status):
    routes.listed()
    routes.the_gateway()
    api.expect("POST", ROUTES, status=status, raw='{"success": false, "error": "Route support already exists"}')
    routes.listed("support")
    routes.read(5)
    apply(elements=graph(5))
    assert "The dynamic route 'support' existed already, although it was not listed, and is managed from now on." in warnings


def test_unknown_settings_are_sent_with_the_name(api, apply, routes):
    routes.listed("support")
    routes.read()
    api.expect("PATCH", ONE, body={"name": "support", "comment": "x"}, raw=encode({"route": {"id": "r-1"}}))
    routes.read(comment="x")
    routes.the_gateway()
    assert apply(extra_settings={"comment": "x"})["changed_settings"] == ["comment"]


class TestInfo:
    @pytest.fixture
    def read(self, run_module):
        return lambda **options: run_module({"gateway_id": "a", **options}, "ai_gateway_dynamic_route_info")

    def test_each_route_is_read_for_its_graph(self, api, read, routes):
        routes.listed("support")
        routes.read()
        (route,) = read()["dynamic_routes"]
        assert (route["elements"], route["version_id"]) == (graph(), "v-1")
        assert route["mermaid"].startswith("flowchart TD\n")
        assert "versions" not in route

    @pytest.mark.parametrize("data", [graph(), json.dumps(graph()), {"elements": graph()}], ids=["list", "text", "object"])
    def test_a_graph_may_have_several_forms(self, api, read, routes, data):
        routes.listed("support")
        routes.read(version={"version_id": "v-1", "data": data})
        assert read()["dynamic_routes"][0]["elements"] == graph()

    def test_a_route_without_a_graph_has_none(self, read, routes):
        routes.listed("support")
        routes.read(version={"version_id": "v-1", "data": []})
        assert read()["dynamic_routes"][0]["elements"] is None

    def test_one_that_is_deleted_in_the_meantime_is_omitted(self, api, read, routes):
        routes.listed("support")
        api.expect("GET", ONE, status=404, errors=[{"code": 7005, "message": "Route not found"}])
        assert read()["dynamic_routes"] == []

    @pytest.mark.parametrize(("names", "found"), [(["support"], 1), (["other"], 0)])
    def test_routes_can_be_selected_by_name(self, read, routes, names, found):
        routes.listed("support")
        if found:
            routes.read()
        assert len(read(names=names)["dynamic_routes"]) == found

    @pytest.mark.parametrize("active", [True, "true"])
    def test_the_history_has_all_versions_and_deployments(self, api, read, routes, active):
        routes.listed("support")
        routes.read()
        versions = [
            {"version_id": "v-2", "data": graph(5), "active": False, "created_at": DAY.format(2)},
            {"version_id": "v-1", "data": json.dumps(graph()), "active": active, "is_valid": True, "created_at": DAY.format(1)},
        ]
        api.expect("GET", ONE + "/versions", query=PAGE, raw=encode({"data": {"versions": versions}}))
        deployments = [{"deployment_id": "d-1", "version_id": "v-1", "created_at": DAY.format(1)}]
        api.expect("GET", ONE + "/deployments", query=PAGE, raw=encode({"data": {"deployments": deployments}}))
        (route,) = read(history=True)["dynamic_routes"]
        assert route["versions"] == [
            {"version_id": "v-2", "active": False, "is_valid": None, "created_at": DAY.format(2), "elements": graph(5)},
            {"version_id": "v-1", "active": True, "is_valid": True, "created_at": DAY.format(1), "elements": graph()},
        ]
        assert route["deployments"] == deployments


def test_the_graph_that_is_given_is_not_changed(apply, routes):
    routes.listed("support")
    routes.read()
    given = graph(edge="element_id")
    before = copy.deepcopy(given)
    apply(elements=given)
    assert given == before
