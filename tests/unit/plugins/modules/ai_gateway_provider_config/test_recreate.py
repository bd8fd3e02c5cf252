# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences in settings that no update can change, and provider configs that are recreated."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.ai_gateway_provider_config.conftest import (
    CONFIG,
    CONFIGS,
    KEY,
    NEW_CONFIG,
    NEW_SECRET,
    NOT_FOUND,
    ONE,
    SECRET,
    SECRETS,
    STORE,
)

IMMUTABLE = [
    ({"secret_id": "s-2"}, "secret_id: declared 's-2', stored 's-1'"),
    ({"default_config": False}, "default_config: declared False, stored True"),
    ({"rate_limit": 5}, "rate_limit: declared 5, stored 0"),
    ({"rate_limit_period": 60}, "rate_limit_period: declared 60, stored 0"),
]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("options", "values"), IMMUTABLE)
def test_a_difference_in_an_immutable_setting_is_a_failure_with_both_values(api, apply, configs, options, values, check_mode):
    configs(CONFIG)
    message = apply(check_mode=check_mode, **options)["msg"]
    assert values in message
    assert "set recreate to true" in message
    assert len(api.calls) == 1


def test_a_config_that_is_recreated_is_deleted_first_and_keeps_undeclared_settings(api, apply, configs, the_gateway, stores, secrets):
    before = dict(CONFIG, rate_limit=9, rate_limit_period=30)
    configs(before)
    the_gateway()
    stores(STORE)
    api.expect("DELETE", ONE, answer=before)
    secrets()
    api.expect("POST", SECRETS, body=[NEW_SECRET], answer=[dict(SECRET, id="s-2")])
    body = dict(NEW_CONFIG, default_config=False, rate_limit=9, rate_limit_period=30, secret_id="s-2")
    after = dict(before, id="c-2", default_config=0, secret_id="s-2", modified_at="2026-01-02T00:00:00Z")
    api.expect("POST", CONFIGS, body=body, answer=after)
    configs(after)
    result = apply(secret=KEY, default_config=False, recreate=True)
    assert (result["changed"], result["operation"], result["changed_settings"]) == (True, "recreated", ["default_config"])
    assert (result["provider_config"]["id"], result["provider_config"]["rate_limit"]) == ("c-2", 9)


def test_a_period_that_is_not_set_is_not_sent_when_a_config_is_recreated(api, apply, configs, the_gateway, stores):
    configs(CONFIG)
    the_gateway()
    stores(STORE)
    api.expect("DELETE", ONE, answer=CONFIG)
    after = dict(CONFIG, id="c-2", secret_id="s-7", modified_at="2026-01-02T00:00:00Z")
    api.expect("POST", CONFIGS, body=dict(NEW_CONFIG, secret_id="s-7"), answer=after)
    configs(after)
    assert apply(secret_id="s-7", recreate=True)["operation"] == "recreated"


@pytest.mark.parametrize("options", [{}, {"secret_id": "s-1"}])
def test_a_config_is_not_recreated_if_its_secret_may_be_deleted_with_it(api, apply, configs, options):
    configs(CONFIG)
    message = apply(default_config=False, recreate=True, **options)["msg"]
    assert "the API may delete what its secret_id refers to along with it" in message
    assert "Declare secret too" in message
    assert len(api.calls) == 1


def test_check_mode_predicts_that_a_config_is_recreated(api, apply, configs, the_gateway, stores, secrets):
    configs(CONFIG)
    the_gateway()
    stores(STORE)
    secrets(SECRET)
    result = apply(secret=KEY, default_config=False, recreate=True, check_mode=True)
    assert (result["operation"], result["changed_settings"]) == ("recreated", ["default_config"])
    assert {call.method for call in api.calls} == {"GET"}


@pytest.mark.parametrize("settings", [{"authentication": False}, {"store_id": "", "zdr": False, "otel": [{"authorization": "********"}]}])
def test_a_config_is_not_deleted_if_the_gateway_could_not_use_a_new_one(api, apply, configs, the_gateway, stores, settings):
    configs(CONFIG)
    the_gateway(**settings)
    if "store_id" in settings:
        stores(STORE)
        the_gateway(**settings)
    assert apply(secret=KEY, default_config=False, recreate=True)["failed"]
    assert {call.method for call in api.calls} == {"GET"}


def test_a_config_that_is_not_created_again_is_reported_as_deleted(api, apply, configs, the_gateway, stores):
    configs(CONFIG)
    the_gateway()
    stores(STORE)
    api.expect("DELETE", ONE, answer=CONFIG)
    api.expect("POST", CONFIGS, status=400, errors=[{"code": 7001, "message": "Bad secret", "path": ["body", "secret_id"]}])
    configs()
    message = apply(secret_id="s-7", recreate=True)["msg"]
    assert "The item was deleted to create it again. Run the task again to create it." in message
    assert "Nothing was changed" not in message


def test_a_config_that_cannot_be_deleted_stays_as_it_is(api, apply, configs, the_gateway, stores):
    configs(CONFIG)
    the_gateway()
    stores(STORE)
    api.expect("DELETE", ONE, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    result = apply(secret=KEY, default_config=False, recreate=True)
    assert (result["status"], result["request"]["method"]) == (403, "DELETE")
    assert "was deleted" not in result["msg"]


def test_a_config_that_is_gone_when_it_is_recreated_is_reported_as_created_again(api, apply, configs, the_gateway, stores):
    configs(CONFIG)
    the_gateway()
    stores(STORE)
    api.expect("DELETE", ONE, status=404, errors=NOT_FOUND)
    after = dict(CONFIG, id="c-2", secret_id="s-7", modified_at="2026-01-02T00:00:00Z")
    api.expect("POST", CONFIGS, body=dict(NEW_CONFIG, secret_id="s-7"), answer=after)
    configs(after)
    result = apply(secret_id="s-7", recreate=True)
    assert (result["changed"], result["operation"], result["provider_config"]["id"]) == (True, "recreated", "c-2")
