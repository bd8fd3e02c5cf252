# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids that the API refuses, and other mistakes that are reported before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import id_warnings
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY

ODD_IDS = ["Shop", "team a", "a--b", "-a", "a-", "\u00fcber", "a.b"]


@pytest.fixture
def warnings(monkeypatch):
    """Return the warnings of a module as text. Their form in results depends on the version of ansible-core."""
    found = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: found.append(warning))
    return found


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("item_id", ODD_IDS)
def test_an_id_that_the_api_refuses_causes_a_warning_in_both_modes(api, run_module, warnings, item_id, check_mode):
    path = "/ai-gateway/gateways"
    api.expect("GET", f"{path}/{quote(item_id)}", status=404, errors=[{"code": 7002, "message": "Not found"}])
    if not check_mode:
        api.expect("POST", path, status=400, errors=[{"code": 7001, "message": "String should match pattern", "path": ["body", "id"]}])
        api.expect("GET", f"{path}/{quote(item_id)}", status=404, errors=[{"code": 7002, "message": "Not found"}])
    result = run_module({"id": item_id}, check_mode=check_mode)
    assert result.get("failed", False) is not check_mode
    assert warnings == [
        f"The API will probably refuse these ids of AI Gateways: {item_id!r}. "
        "An id must consist of the letters a-z, digits, underscores, and single hyphens between them."
    ]


@pytest.mark.parametrize("item_id", ["a", "a_b", "team-a-1", "_", "0"])
def test_an_id_that_the_api_accepts_causes_no_warning(api, gateway, run_module, warnings, item_id):
    api.expect("GET", f"/ai-gateway/gateways/{item_id}", answer=gateway(id=item_id))
    assert run_module({"id": item_id})["operation"] == "unchanged"
    assert warnings == []


def test_a_resource_without_a_pattern_has_no_odd_ids():
    assert id_warnings(replace(GATEWAY, id_pattern=None), ODD_IDS) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_one_warning_names_all_such_ids(api, gateway, run_module, warnings, check_mode):
    api.expect_page([gateway(id="a"), gateway(id="Shop")])
    gateways = [{"id": "Shop"}, {"id": "a"}, {"id": "team a", "state": "absent"}]
    run_module({"gateways": gateways}, "ai_gateways", check_mode=check_mode)
    (warning,) = warnings
    assert warning.startswith("The API will probably refuse these ids of AI Gateways: 'Shop', 'team a'. An id must consist of the letters")


@pytest.mark.parametrize(
    ("module", "options", "problem"),
    [
        ("ai_gateways", {"gateways": '[{"id": "a"}]'}, "gateways is text, but must be a list of dicts (in an ad-hoc command"),
        ("ai_gateways", {"gateways": '[{"id": "a"}, {"id": "b"}]'}, "-a '{\"gateways\": ...}'"),
        ("ai_gateways", {"gateways": [], "defaults": "{cache_ttl}"}, "defaults must be a dict (in an ad-hoc command"),
        ("ai_gateway", {"id": "a", "otel": '[{"url": "a://b"}]'}, "otel is text, but must be a list of dicts (in an ad-hoc command"),
    ],
)
def test_lists_of_dicts_as_text_are_refused_with_a_hint(run_module, module, options, problem):
    message = run_module(options, module)["msg"]
    assert problem in message
    assert "give all options as JSON" in message
