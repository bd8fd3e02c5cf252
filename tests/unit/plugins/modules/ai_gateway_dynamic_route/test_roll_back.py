# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An older version of a dynamic route is deployed again."""

from __future__ import annotations

from tests.unit.plugins.modules.ai_gateway_dynamic_route.conftest import ONE, encode, graph


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
