# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether the providers in the graph exist and have a key."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.ai_gateway_dynamic_route.conftest import GATEWAY, ONE, PAGE, ROUTES, graph, stored

NO_KEY = (
    "The gateway has no key for openai: requests fail, unless Unified Billing pays for them. "
    "To store a key, use ai_gateway_provider_config."
)


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
