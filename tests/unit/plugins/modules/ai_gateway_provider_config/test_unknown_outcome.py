# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for a provider config whose outcome is unknown, and changes by others in between."""

from __future__ import annotations

from tests.unit.plugins.modules.ai_gateway_provider_config.conftest import (
    BOTH_WRITES,
    CONFIG,
    CONFIGS,
    KEY,
    NEW_CONFIG,
    NEW_SECRET,
    SECRET,
    SECRETS,
    STORE,
    STORES,
    steps_of,
)

EXISTS = [{"code": 7001, "message": "Config already exists"}]


def test_a_store_that_somebody_else_creates_in_between_is_adopted(api, apply, configs, the_gateway, stores, secrets):
    configs()
    the_gateway()
    stores()
    stores()
    api.expect("POST", STORES, status=409, errors=[{"code": 1003, "message": "maximum_stores_exceeded"}])
    for _attempt in range(4):
        stores(STORE)
    secrets()
    api.expect("POST", SECRETS, answer=[SECRET])
    api.expect("POST", CONFIGS, body=NEW_CONFIG, answer=CONFIG)
    configs(CONFIG)
    assert steps_of(apply(secret=KEY)) == BOTH_WRITES


def test_a_config_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, apply, prepared, configs):
    prepared()
    api.expect("POST", CONFIGS, status=502)
    configs()
    configs(CONFIG)
    configs(CONFIG)
    assert apply(secret=KEY)["operation"] == "created"
    assert [call.url for call in api.calls if call.method == "POST" and call.url.endswith("/provider_configs")][1:] == []


def test_a_secret_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, apply, configs, the_gateway, stores, secrets):
    configs()
    the_gateway()
    stores(STORE)
    secrets()
    api.expect("POST", SECRETS, body=[NEW_SECRET], status=502)
    secrets(SECRET)
    api.expect("POST", CONFIGS, body=NEW_CONFIG, answer=CONFIG)
    configs(CONFIG)
    assert steps_of(apply(secret=KEY)) == BOTH_WRITES


def test_a_store_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, apply, configs, the_gateway, stores, secrets):
    configs()
    the_gateway()
    stores()
    stores()
    api.expect("POST", STORES, status=502)
    stores(dict(STORE, name="default_secrets_store"))
    secrets()
    api.expect("POST", SECRETS, answer=[SECRET])
    api.expect("POST", CONFIGS, body=NEW_CONFIG, answer=CONFIG)
    configs(CONFIG)
    assert [step[0] for step in steps_of(apply(secret=KEY))] == ["secrets_store", "secret"]


def test_a_config_that_was_not_created_is_created_again_without_a_second_secret(api, apply, prepared, configs, stores, secrets):
    prepared()
    api.expect("POST", CONFIGS, status=502)
    for _attempt in range(3):
        configs()
    secrets(SECRET)
    api.expect("PATCH", SECRETS + "/s-1", body={"value": KEY}, answer=SECRET)
    api.expect("POST", CONFIGS, body=NEW_CONFIG, answer=CONFIG)
    configs(CONFIG)
    assert steps_of(apply(secret=KEY)) == BOTH_WRITES


def test_a_config_that_somebody_else_creates_in_between_is_unchanged(api, apply, prepared, configs):
    prepared()
    api.expect("POST", CONFIGS, status=400, errors=EXISTS)
    configs(CONFIG)
    result = apply(secret=KEY)
    assert (result["operation"], result["changed"]) == ("unchanged", True)
    assert steps_of(result) == BOTH_WRITES
