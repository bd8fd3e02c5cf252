# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid options, and refusals of the API."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.ai_gateway_dynamic_route.conftest import ONE, PAGE, ROUTES, graph


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
