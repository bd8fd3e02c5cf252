# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new provider config: everything that it needs is created before it, and nothing is left half done."""

from __future__ import annotations

import json

import pytest

from tests.unit.plugins.modules.ai_gateway_provider_config.conftest import (
    BOTH_WRITES,
    CONFIG,
    CONFIGS,
    GATEWAY,
    KEY,
    NEW_CONFIG,
    NEW_SECRET,
    NOT_FOUND,
    SECRET,
    SECRETS,
    STORE,
    STORES,
    steps_of,
)

SECRET_UNKNOWN = [{"code": 7001, "message": "Secret was not found"}]


def test_one_task_creates_everything_that_a_new_config_needs(api, apply, configs, the_gateway, stores, secrets):
    configs()
    stored = the_gateway(store_id="", cache_ttl=7, of_the_future={"x": 1})
    stores()
    stores()
    api.expect("POST", STORES, body={"name": "default_secrets_store"}, answer=dict(STORE, name="default_secrets_store"))
    api.expect("GET", GATEWAY, answer=stored)
    kept = {name: value for name, value in stored.items() if name not in ("id", "created_at", "modified_at", "is_default")}
    api.expect("PUT", GATEWAY, body=dict(kept, store_id="st-1"), answer=dict(stored, store_id="st-1"))
    secrets()
    api.expect("POST", SECRETS, body=[NEW_SECRET], answer=[dict(SECRET, status="pending")])
    api.expect("GET", SECRETS + "/s-1", answer=SECRET)
    api.expect("POST", CONFIGS, body=NEW_CONFIG, answer=CONFIG)
    configs(CONFIG)
    result = apply(secret=KEY, diff=True)
    assert (result["changed"], result["operation"]) == (True, "created")
    assert steps_of(result) == [
        ("secrets_store", "default_secrets_store", "created", []),
        ("gateway", "a", "updated", ["store_id"]),
        ("secret", "a_openai_default", "created", ["scopes", "value"]),
    ]
    assert (result["provider_config"]["secret_id"], result["provider_config"]["default_config"]) == ("s-1", True)
    assert len(result["diff"]) == 4
    assert KEY not in json.dumps(result)


def test_another_alias_is_not_the_default_config(api, apply, configs, the_gateway, stores):
    configs()
    the_gateway()
    stores(STORE)
    body = {"provider_slug": "openai", "alias": "b", "default_config": False, "secret_id": "s-7"}
    stored = dict(CONFIG, alias="b", default_config=0, secret_id="s-7")
    api.expect("POST", CONFIGS, body=body, answer=stored)
    configs(stored)
    result = apply(secret_id="s-7", alias="b")
    assert (result["operation"], result["steps"], result["changed_settings"]) == ("created", [], ["default_config", "secret_id"])


def test_an_existing_secret_keeps_its_scopes_and_gets_the_key(api, apply, configs, the_gateway, stores, secrets):
    configs()
    the_gateway()
    stores(STORE)
    secrets(dict(SECRET, scopes=["workers"]))
    both = ["ai_gateway", "workers"]
    api.expect("PATCH", SECRETS + "/s-1", body={"value": KEY, "scopes": both}, answer=dict(SECRET, scopes=both))
    api.expect("POST", CONFIGS, body=NEW_CONFIG, answer=CONFIG)
    configs(CONFIG)
    assert steps_of(apply(secret=KEY)) == [("secret", "a_openai_default", "updated", ["scopes", "value"])]


def test_an_existing_secret_keeps_its_value_if_secrets_are_never_updated(api, apply, configs, the_gateway, stores, secrets):
    configs()
    the_gateway()
    stores(STORE)
    secrets(SECRET)
    api.expect("POST", CONFIGS, body=NEW_CONFIG, answer=CONFIG)
    configs(CONFIG)
    assert apply(secret=KEY, update_secrets="never")["steps"] == []


def test_a_create_with_a_new_secret_that_the_api_does_not_find_is_retried(api, apply, prepared, configs, waits):
    prepared()
    for _try in range(2):
        api.expect("POST", CONFIGS, body=NEW_CONFIG, status=400, errors=SECRET_UNKNOWN)
    api.expect("POST", CONFIGS, body=NEW_CONFIG, answer=CONFIG)
    configs(CONFIG)
    assert apply(secret=KEY)["operation"] == "created"
    assert waits == [1.0, 2.0]


def test_a_secret_that_is_never_found_is_a_failure_after_wait_timeout(api, apply, prepared, configs, waits):
    prepared()
    for _try in range(3):
        api.expect("POST", CONFIGS, status=400, errors=SECRET_UNKNOWN)
    configs()
    result = apply(secret=KEY, wait_timeout=2)
    assert (result["status"], result["errors"][0]["message"]) == (400, "Secret was not found")
    assert sum(waits) == 2


def test_a_new_config_that_the_listing_shows_late_is_waited_for(api, apply, prepared, configs):
    prepared()
    api.expect("POST", CONFIGS, answer=CONFIG)
    configs()
    configs()
    configs(CONFIG)
    assert apply(secret=KEY)["operation"] == "created"


def test_a_listing_that_fails_after_the_create_is_no_failure(api, apply, prepared, configs):
    prepared()
    api.expect("POST", CONFIGS, answer=CONFIG)
    configs(status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    assert apply(secret=KEY)["operation"] == "created"


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_gateway_without_authentication_is_a_failure(api, apply, configs, the_gateway, check_mode):
    configs()
    the_gateway(authentication=False)
    message = apply(secret=KEY, check_mode=check_mode)["msg"]
    assert "authentication: false" in message
    assert {call.method for call in api.calls} == {"GET"}


def test_a_gateway_that_does_not_exist_is_a_failure(api, apply, configs):
    configs()
    api.expect("GET", GATEWAY, status=404, errors=NOT_FOUND)
    assert "AI Gateway 'a' does not exist: create it before the provider config, or correct gateway_id." in apply(secret=KEY)["msg"]


def test_a_gateway_that_does_not_exist_is_a_warning_in_check_mode(api, apply, configs, stores, secrets, monkeypatch):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warnings.append(warning))
    configs()
    for _read in range(2):
        api.expect("GET", GATEWAY, status=404, errors=NOT_FOUND)
    stores(STORE)
    secrets()
    result = apply(secret=KEY, check_mode=True)
    assert (result["operation"], steps_of(result)) == ("created", BOTH_WRITES)
    assert "AI Gateway 'a' does not exist yet" in warnings[0]


def test_check_mode_predicts_all_and_only_reads(api, apply, configs, the_gateway, stores):
    configs()
    the_gateway(store_id="")
    stores()
    stores()
    result = apply(secret=KEY, check_mode=True, diff=True)
    assert [step[:3] for step in steps_of(result)] == [
        ("secrets_store", "default_secrets_store", "created"),
        ("gateway", "a", "updated"),
        ("secret", "a_openai_default", "created"),
    ]
    assert {call.method for call in api.calls} == {"GET"}
    made = {"gateway_id": "a", "provider_slug": "openai", "alias": "default", "default_config": True}
    assert made.items() <= result["provider_config"].items()
    assert len(result["diff"]) == 4
    assert KEY not in json.dumps(result)


def test_a_gateway_with_a_hidden_secret_is_not_linked_and_nothing_is_created(api, apply, configs, the_gateway, stores):
    """Its ``store_id`` can only be written together with all other settings, and one of them would be a mask."""
    masked = {"store_id": "", "otel": [{"url": "https://x.example", "authorization": "********", "headers": {}}]}
    configs()
    the_gateway(**masked)
    stores(STORE)
    the_gateway(**masked)
    message = apply(secret=KEY)["msg"]
    assert "hides otel[0].authorization" in message
    assert "Set store_id to st-1 in a task of ai_gateway" in message
    assert {call.method for call in api.calls} == {"GET"}


def test_a_gateway_with_a_hidden_secret_leaves_a_new_store_at_most(api, apply, configs, the_gateway, stores):
    masked = {"store_id": None, "stripe": {"authorization": "********", "usage_events": []}}
    configs()
    the_gateway(**masked)
    stores()
    stores()
    api.expect("POST", STORES, answer=dict(STORE, name="default_secrets_store"))
    the_gateway(**masked)
    message = apply(secret=KEY)["msg"]
    assert "hides stripe.authorization" in message
    assert "Set store_id to st-1 in a task of ai_gateway" in message
    assert "Nothing was changed" not in message


def test_check_mode_predicts_that_a_gateway_with_a_hidden_secret_is_not_linked(apply, configs, the_gateway, stores):
    configs()
    the_gateway(store_id=None, stripe={"authorization": "********", "usage_events": []})
    stores()
    stores()
    assert "hides stripe.authorization" in apply(secret=KEY, check_mode=True)["msg"]


def test_secret_and_secret_id_exclude_each_other(api, apply):
    message = apply(secret=KEY, secret_id="s-1")["msg"]
    assert "secret and secret_id are given together" in message
    assert api.calls == []


def test_a_new_config_needs_a_key(api, apply, configs, the_gateway):
    configs()
    the_gateway()
    assert "a new provider config needs either secret or secret_id" in apply()["msg"]
    assert {call.method for call in api.calls} == {"GET"}


@pytest.mark.parametrize("status", [401, 403])
def test_a_user_who_may_not_attach_secrets_gets_a_hint_about_permissions_and_roles(api, apply, prepared, status):
    prepared()
    api.expect("POST", CONFIGS, status=status, errors=[{"code": 10000, "message": "Authentication error"}])
    result = apply(secret=KEY)
    assert (result["status"], result["request"]["method"]) == (status, "POST")
    for words in ("'AI Gateway Write' and 'Secrets Store Write'", "Super Administrator or Secrets Store Deployer"):
        assert words in result["msg"]


@pytest.mark.parametrize(("name", "value"), [("alias", "with space"), ("alias", ""), ("provider_slug", "a/b"), ("gateway_id", "")])
def test_values_that_cannot_be_part_of_the_name_of_a_secret_are_refused(api, apply, name, value):
    assert name in apply(**{name: value, "secret": KEY})["msg"]
    assert api.calls == []
