# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ai_gateway_dynamic_route_info``: routes with their graphs and their history."""

from __future__ import annotations

import json

import pytest

from tests.unit.plugins.modules.ai_gateway_dynamic_route.conftest import DAY, ONE, PAGE, encode, graph


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
