# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stored key of a gateway, through the real main() of the module: requirements of a new one, and changes of an existing one."""

from __future__ import annotations

import json

import pytest

KEY = "invented-provider-key"
GATEWAY = "/ai-gateway/gateways/a"
CONFIGS = GATEWAY + "/provider_configs"
ONE = CONFIGS + "/c-1"
STORES = "/secrets_store/stores"
SECRETS = STORES + "/st-1/secrets"
PAGES = {"page": 1, "per_page": 100}
STORE = {"id": "st-1", "name": "shared", "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"}
SECRET = {"id": "s-1", "name": "a_openai_default", "store_id": "st-1", "status": "active", "scopes": ["ai_gateway"]}
CONFIG = {
    "id": "c-1",
    "gateway_id": "a",
    "provider_slug": "openai",
    "alias": "default",
    "default_config": 1,
    "secret_id": "s-1",
    "secret_preview": "........",
    "rate_limit": 0,
    "rate_limit_period": 0,
    "modified_at": "2026-01-01T00:00:00Z",
}
NEW_SECRET = {"name": "a_openai_default", "value": KEY, "scopes": ["ai_gateway"]}
NEW_CONFIG = {"provider_slug": "openai", "alias": "default", "default_config": True, "secret_id": "s-1"}
NOT_FOUND = [{"code": 7002, "message": "Not found"}]
SECRET_UNKNOWN = [{"code": 7001, "message": "Secret was not found"}]
EXISTS = [{"code": 7001, "message": "Config already exists"}]
BOTH_WRITES = [("secret", "a_openai_default", "created", ["scopes", "value"])]


@pytest.fixture
def apply(run_module):
    def run(check_mode=False, diff=False, **options):
        given = {"gateway_id": "a", "provider_slug": "openai", **options}
        return run_module(given, "ai_gateway_provider_config", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def configs(api):
    """Return a function that expects a listing of the configs, and answers with these."""

    def expect(*found, **keywords):
        api.expect("GET", CONFIGS, query=PAGES, answer=list(found), **keywords)

    return expect


@pytest.fixture
def the_gateway(api, gateway):
    """Return a function that expects a read of the gateway, and answers with one that uses the store, or has these settings."""

    def expect(**settings):
        stored = gateway(**{"authentication": True, "store_id": "st-1", **settings})
        api.expect("GET", GATEWAY, answer=stored)
        return stored

    return expect


@pytest.fixture
def stores(api):
    def expect(*found):
        api.expect("GET", STORES, query=PAGES, answer=list(found))

    return expect


@pytest.fixture
def secrets(api):
    """Return a function that expects a search for the secret, and answers with these."""

    def expect(*found, name="a_openai_default"):
        api.expect("GET", SECRETS, query={**PAGES, "search": name}, answer=list(found))

    return expect


@pytest.fixture
def prepared(api, configs, the_gateway, stores, secrets):
    """Return a function that expects all requests before the create of the config. The gateway uses a store, and the secret is created."""

    def expect(*found_configs):
        configs(*found_configs)
        the_gateway()
        stores(STORE)
        secrets()
        api.expect("POST", SECRETS, body=[NEW_SECRET], answer=[SECRET])

    return expect


def steps_of(result):
    return [(step["kind"], step["name"], step["operation"], step["changed_settings"]) for step in result["steps"]]


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


def test_an_existing_config_takes_one_request(api, apply, configs):
    configs(dict(CONFIG, alias="other", id="c-2"), CONFIG)
    result = apply(secret=KEY, default_config=True, rate_limit=0)
    assert (result["changed"], result["operation"], result["steps"]) == (False, "unchanged", [])
    assert "secret" not in result["provider_config"]
    assert len(api.calls) == 1


@pytest.mark.parametrize("flag", [0, False])
def test_a_flag_of_0_is_false(apply, configs, flag):
    configs(dict(CONFIG, alias="b", default_config=flag))
    result = apply(secret=KEY, alias="b", default_config=False)
    assert result["operation"] == "unchanged"
    assert result["provider_config"]["default_config"] is False


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
    assert "AI Gateway 'a' does not exist: create it before the provider config" in apply(secret=KEY)["msg"]


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


@pytest.mark.parametrize("preview", ["inv...-key", "********", "", None])
def test_a_preview_that_matches_the_key_is_no_difference(apply, configs, preview):
    configs(dict(CONFIG, secret_preview=preview))
    assert apply(secret=KEY)["operation"] == "unchanged"


@pytest.mark.parametrize("preview", ["sk-...9999", "****-old"])
def test_a_preview_that_contradicts_the_key_is_a_rotation(api, apply, configs, preview):
    configs(dict(CONFIG, secret_preview=preview))
    api.expect("PUT", ONE, body={"secret": KEY}, answer=dict(CONFIG, secret_preview="inv...-key"))
    result = apply(secret=KEY)
    assert (result["operation"], result["changed_settings"], result["steps"]) == ("updated", ["secret"], [])
    assert (result["provider_config"]["id"], result["provider_config"]["secret_id"]) == ("c-1", "s-1")


@pytest.mark.parametrize("preview", ["********", "sk-...9999"])
def test_never_leaves_the_key_alone(apply, configs, preview):
    configs(dict(CONFIG, secret_preview=preview))
    assert apply(secret=KEY, update_secrets="never")["operation"] == "unchanged"


@pytest.mark.parametrize("check_mode", [True, False])
def test_always_rotates_the_key(api, apply, configs, check_mode):
    configs(CONFIG)
    if not check_mode:
        api.expect("PUT", ONE, body={"secret": KEY}, answer=CONFIG)
    result = apply(secret=KEY, update_secrets="always", check_mode=check_mode)
    assert (result["operation"], result["changed_settings"]) == ("updated", ["secret"])
    assert "secret" not in result["provider_config"]


def test_a_rotation_of_unknown_outcome_is_done_again(api, apply, configs):
    configs(CONFIG)
    api.expect("PUT", ONE, status=200, raw="<html>")
    configs(CONFIG)
    api.expect("PUT", ONE, body={"secret": KEY}, answer=CONFIG)
    assert apply(secret=KEY, update_secrets="always")["operation"] == "updated"


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


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_config_is_deleted_without_reading_the_secret(api, apply, configs, check_mode):
    configs(CONFIG)
    if not check_mode:
        api.expect("DELETE", ONE, answer=CONFIG)
    result = apply(state="absent", check_mode=check_mode)
    assert (result["operation"], result["steps"]) == ("deleted", [])
    assert "provider_config" not in result


def test_a_gateway_that_is_gone_has_no_config_to_delete(apply, configs):
    configs()
    assert apply(state="absent")["operation"] == "unchanged"


def test_a_config_that_only_the_listing_still_shows_is_not_reported_as_deleted(api, apply, configs):
    configs(CONFIG)
    api.expect("DELETE", ONE, status=404, errors=NOT_FOUND)
    assert apply(state="absent")["changed"] is False


def test_a_config_that_a_repeated_deletion_does_not_find_was_deleted_by_the_first(api, apply, configs):
    configs(CONFIG)
    api.expect("DELETE", ONE, status=502)
    api.expect("DELETE", ONE, status=404, errors=NOT_FOUND)
    assert apply(state="absent")["operation"] == "deleted"


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


@pytest.mark.parametrize(("name", "value"), [("alias", "with space"), ("alias", ""), ("provider_slug", "a/b"), ("gateway_id", "")])
def test_values_that_cannot_be_part_of_the_name_of_a_secret_are_refused(api, apply, name, value):
    assert name in apply(**{name: value, "secret": KEY})["msg"]
    assert api.calls == []
