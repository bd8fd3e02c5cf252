# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared constants and fixtures of the tests of dynamic routes.

The tests in ``reconcile/versioned_client`` cover everything that applies to all items with versions.
"""

from __future__ import annotations

import json

import pytest

GATEWAY = "/ai-gateway/gateways/a"
ROUTES = GATEWAY + "/routes"
ONE = ROUTES + "/r-1"
PAGE = {"page": "1", "per_page": "100"}
DAY = "2026-01-0{}T00:00:00.000Z"


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
