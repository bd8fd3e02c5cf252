# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret of the Secrets Store, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import json

import pytest

STORES = "/secrets_store/stores"
SECRETS = STORES + "/st-1/secrets"
ONE = SECRETS + "/s-1"
STORE = {"id": "st-1", "name": "somebody_elses_name", "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"}
STORED = {
    "id": "s-1",
    "name": "a_openai_default",
    "store_id": "st-1",
    "status": "active",
    "scopes": ["ai_gateway"],
    "comment": None,
    "created": "2026-01-01T00:00:00Z",
    "modified": "2026-01-01T00:00:00Z",
}
NEW = {"name": "a_openai_default", "value": "invented-key", "scopes": ["ai_gateway"]}
NAME_TAKEN = [{"code": 1003, "message": "secret_name_already_exists"}]
ONE_STORE_ONLY = [{"code": 1003, "message": "maximum_stores_exceeded"}]
NO_SECRET = [{"code": 1001, "message": "secret_not_found"}]


@pytest.fixture
def apply(run_module):
    def run(check_mode=False, diff=False, **options):
        given = {"name": "a_openai_default", **options}
        return run_module(given, "ai_gateway_secret", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def stores(api):
    def expect(*found):
        api.expect("GET", STORES, query={"page": 1, "per_page": 100}, answer=list(found))

    return expect


@pytest.fixture
def expect_search(api):
    """Return a function that expects a search for the name, and answers with these secrets."""

    def expect(*found, name="a_openai_default"):
        api.expect("GET", SECRETS, query={"page": 1, "per_page": 100, "search": name}, answer=list(found))

    return expect


def steps_of(result):
    return [(step["kind"], step["name"], step["operation"]) for step in result["steps"]]


def test_a_secret_is_created_in_the_existing_store_with_an_array_as_body(api, apply, stores, expect_search):
    stores(STORE)
    expect_search()
    api.expect("POST", SECRETS, body=[NEW], answer=[STORED])
    result = apply(value="invented-key", diff=True)
    assert (result["operation"], result["changed_settings"], result["steps"]) == ("created", ["scopes", "value"], [])
    assert result["secret"]["id"] == "s-1"
    assert "value" not in result["secret"]
    assert "invented-key" not in json.dumps(result)


def test_an_account_without_a_store_gets_one(api, apply, stores, expect_search):
    stores()
    stores()
    api.expect("POST", STORES, body={"name": "default_secrets_store"}, answer=dict(STORE, name="default_secrets_store"))
    expect_search()
    api.expect("POST", SECRETS, body=[NEW], answer=[STORED])
    assert steps_of(apply(value="invented-key")) == [("secrets_store", "default_secrets_store", "created")]


def test_a_store_that_somebody_else_creates_in_between_is_adopted(api, apply, stores, expect_search):
    stores()
    stores()
    api.expect("POST", STORES, status=400, errors=ONE_STORE_ONLY)
    for _attempt in range(4):
        stores(STORE)
    expect_search(STORED)
    result = apply(value="invented-key")
    assert (result["changed"], result["steps"]) == (False, [])


def test_a_store_of_the_same_name_that_somebody_else_creates_in_between_is_adopted(api, apply, stores, expect_search):
    theirs = dict(STORE, name="default_secrets_store")
    stores()
    stores()
    api.expect("POST", STORES, status=400, errors=ONE_STORE_ONLY)
    stores(theirs)
    expect_search(STORED)
    result = apply(value="invented-key")
    assert (result["changed"], result["steps"]) == (False, [])


def test_a_store_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, apply, stores, expect_search):
    stores()
    stores()
    api.expect("POST", STORES, status=502)
    stores(dict(STORE, name="default_secrets_store"))
    expect_search(STORED)
    assert steps_of(apply(value="invented-key")) == [("secrets_store", "default_secrets_store", "created")]
    assert [call.method for call in api.calls].count("POST") == 1


def test_unchanged_takes_two_requests(api, apply, stores, expect_search):
    stores(STORE)
    expect_search(STORED)
    result = apply(value="invented-key", comment="")
    assert (result["changed"], result["operation"], result["changed_settings"]) == (False, "unchanged", [])
    assert len(api.calls) == 2


def test_the_search_also_finds_other_secrets(api, apply, stores, expect_search):
    stores(STORE)
    expect_search(dict(STORED, id="s-2", name="a_openai_default_2"), dict(STORED, id="s-3", name="x", comment="a_openai_default"))
    api.expect("POST", SECRETS, answer=[STORED])
    assert apply(value="invented-key")["operation"] == "created"


@pytest.mark.parametrize("hidden", [{"scopes": None}, {}])
def test_scopes_that_answers_do_not_show_are_left_alone(api, apply, stores, expect_search, hidden):
    unseen = {**{name: value for name, value in STORED.items() if name != "scopes"}, **hidden}
    stores(STORE)
    expect_search(unseen)
    api.expect("PATCH", ONE, body={"comment": "ours"}, answer=dict(unseen, comment="ours"))
    assert apply(comment="ours")["changed_settings"] == ["comment"]


def test_a_new_secret_whose_scopes_the_answer_does_not_show(api, apply, stores, expect_search):
    stores(STORE)
    expect_search()
    api.expect("POST", SECRETS, body=[NEW], answer=[{name: value for name, value in STORED.items() if name != "scopes"}])
    assert apply(value="invented-key")["operation"] == "created"


@pytest.mark.parametrize("scopes", [["workers"], ["workers", "access"], []])
def test_a_secret_of_other_products_gets_the_scope_and_keeps_its_own(api, apply, stores, expect_search, scopes):
    wanted = sorted([*scopes, "ai_gateway"])
    stores(STORE)
    expect_search(dict(STORED, scopes=scopes))
    api.expect("PATCH", ONE, body={"scopes": wanted}, answer=dict(STORED, scopes=wanted[::-1]))
    result = apply(value="invented-key")
    assert (result["operation"], result["changed_settings"]) == ("updated", ["scopes"])


def test_the_order_of_scopes_makes_no_difference(apply, stores, expect_search):
    stores(STORE)
    expect_search(dict(STORED, scopes=["workers", "ai_gateway"]))
    assert apply(value="invented-key")["operation"] == "unchanged"


@pytest.mark.parametrize(
    ("update_secrets", "body"), [("always", {"value": "invented-key", "comment": "new"}), ("never", {"comment": "new"})]
)
def test_update_secrets_decides_whether_the_value_is_written(api, apply, stores, expect_search, update_secrets, body):
    stores(STORE)
    expect_search(STORED)
    api.expect("PATCH", ONE, body=body, answer=dict(STORED, comment="new"))
    assert apply(value="invented-key", comment="new", update_secrets=update_secrets)["changed_settings"] == sorted(body)


def test_a_comment_is_cleared_by_an_empty_text(api, apply, stores, expect_search):
    stores(STORE)
    expect_search(dict(STORED, comment="old"))
    api.expect("PATCH", ONE, body={"comment": ""}, answer=dict(STORED, comment=""))
    assert apply(comment="")["changed_settings"] == ["comment"]


def test_a_value_is_copied_by_the_server(api, apply, stores, expect_search):
    stores(STORE)
    expect_search()
    expect_search(dict(STORED, id="s-9", name="source"), name="source")
    body = {"name": "a_openai_default", "scopes": ["ai_gateway"], "comment": "copy"}
    api.expect("POST", SECRETS + "/s-9/duplicate", body=body, answer=dict(STORED, comment="copy"))
    result = apply(copy_from="source", comment="copy")
    assert (result["operation"], result["changed_settings"]) == ("created", ["comment", "copy_from", "scopes"])
    assert "copy_from" not in result["secret"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_source_that_does_not_exist_is_a_failure(api, apply, stores, expect_search, check_mode):
    stores(STORE)
    expect_search()
    expect_search(name="source")
    assert "There is no secret 'source' in the Secrets Store" in apply(copy_from="source", check_mode=check_mode)["msg"]
    assert {call.method for call in api.calls} == {"GET"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_no_store_is_created_for_a_copy(api, apply, stores, check_mode):
    stores()
    stores()
    message = apply(copy_from="source", check_mode=check_mode)["msg"]
    assert "There is no secret 'source' in the Secrets Store: correct copy_from, or create that secret first." in message
    assert {call.method for call in api.calls} == {"GET"}


@pytest.mark.parametrize("update_secrets", ["auto", "always"])
def test_a_secret_that_exists_is_not_copied_again(api, apply, stores, expect_search, update_secrets):
    stores(STORE)
    expect_search(STORED)
    assert apply(copy_from="source", update_secrets=update_secrets)["operation"] == "unchanged"


def test_a_copy_that_exists_is_updated_with_changed_settings(api, apply, stores, expect_search):
    stores(STORE)
    expect_search(STORED)
    api.expect("PATCH", ONE, body={"comment": "copy"}, answer=dict(STORED, comment="copy"))
    assert apply(copy_from="source", comment="copy")["changed_settings"] == ["comment"]


@pytest.mark.parametrize("options", [{}, {"comment": "c"}])
def test_a_new_secret_needs_a_value_or_a_source(api, apply, stores, expect_search, options):
    stores(STORE)
    expect_search()
    assert "a new secret needs either value or copy_from" in apply(**options)["msg"]


def test_a_value_and_a_source_exclude_each_other(api, apply):
    assert "value and copy_from are given together" in apply(value="invented-key", copy_from="source")["msg"]
    assert api.calls == []


@pytest.mark.parametrize("status", [200, 400, 404, 409, 422])
def test_a_taken_name_is_recognized_by_its_message_with_any_status(api, apply, stores, expect_search, status):
    stores(STORE)
    expect_search()
    api.expect("POST", SECRETS, status=status, errors=NAME_TAKEN)
    expect_search()
    expect_search(dict(STORED, comment="theirs"))
    api.expect("PATCH", ONE, body={"comment": "ours"}, answer=dict(STORED, comment="ours"))
    assert apply(value="invented-key", comment="ours")["operation"] == "updated"


@pytest.mark.parametrize("status", [200, 400, 404])
def test_an_absent_secret_is_recognized_by_its_message_with_any_status(api, apply, stores, expect_search, status):
    stores(STORE)
    expect_search(STORED)
    expect_search(STORED)
    api.expect("DELETE", ONE, status=status, errors=NO_SECRET)
    assert apply(state="absent")["operation"] == "unchanged"  # only the listing still showed it


@pytest.mark.parametrize("message", ["secret_name_empty", "secret_scope_invalid", "secret_scopes_empty", "invalid_json_body"])
def test_other_meanings_of_1001_are_failures(api, apply, stores, expect_search, message):
    errors = [{"code": 1001, "message": message, "path": []}]
    stores(STORE)
    expect_search(dict(STORED, comment="old"))
    api.expect("PATCH", ONE, status=404, errors=errors)
    result = apply(comment="new")
    assert (result["failed"], result["status"], result["errors"]) == (True, 404, errors)


def test_a_secret_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, apply, stores, expect_search):
    stores(STORE)
    expect_search()
    api.expect("POST", SECRETS, body=[NEW], status=502)
    expect_search(STORED)
    assert apply(value="invented-key")["operation"] == "created"
    assert [call.method for call in api.calls].count("POST") == 1


def test_a_name_that_is_taken_after_an_unknown_outcome_was_created_by_the_task(api, apply, stores, expect_search):
    stores(STORE)
    expect_search()
    api.expect("POST", SECRETS, status=502)
    for _attempt in range(3):
        expect_search()
    api.expect("POST", SECRETS, status=409, errors=NAME_TAKEN)
    expect_search(STORED)
    assert apply(value="invented-key")["operation"] == "created"


def test_a_secret_that_is_pending_is_waited_for(api, apply, stores, expect_search, waits):
    stores(STORE)
    expect_search()
    api.expect("POST", SECRETS, answer=[dict(STORED, status="pending")])
    api.expect("GET", ONE, status=404, errors=NO_SECRET)  # a replica that does not have it yet
    api.expect("GET", ONE, answer=dict(STORED, status="pending"))
    api.expect("GET", ONE, answer=STORED)
    assert apply(value="invented-key")["secret"]["status"] == "active"
    assert waits == [1.0, 2.0]


def test_a_secret_that_stays_pending_is_a_failure(api, apply, stores, expect_search, waits):
    stores(STORE)
    expect_search()
    api.expect("POST", SECRETS, answer=[dict(STORED, status="pending")])
    for _attempt in range(3):
        api.expect("GET", ONE, answer=dict(STORED, status="pending"))
    message = apply(value="invented-key", wait_timeout=2)["msg"]
    assert "is pending after 2 s" in message
    assert "Run the task again" in message
    assert sum(waits) == 2


def test_a_deleted_secret_counts_as_absent(api, apply, stores, expect_search):
    stores(STORE)
    expect_search(dict(STORED, id="s-0", status="deleted"))
    api.expect("POST", SECRETS, body=[NEW], answer=[STORED])
    assert apply(value="invented-key")["operation"] == "created"
    stores(STORE)
    expect_search(dict(STORED, status="deleted"))
    expect_search(dict(STORED, status="deleted"))
    assert apply(state="absent")["operation"] == "unchanged"


def test_a_deletion_answers_with_null(api, apply, stores, expect_search):
    stores(STORE)
    expect_search(STORED)
    expect_search(STORED)
    api.expect("DELETE", ONE, answer=None)
    result = apply(state="absent")
    assert (result["operation"], result["steps"]) == ("deleted", [])
    assert "secret" not in result


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_secret_that_other_products_use_is_not_deleted(api, apply, stores, expect_search, check_mode):
    stores(STORE)
    expect_search(dict(STORED, scopes=["workers", "ai_gateway", "access"]))
    message = apply(state="absent", check_mode=check_mode)["msg"]
    assert "also has the scopes access, workers" in message
    assert "Nothing was changed" in message


def test_without_a_store_there_is_nothing_to_delete(apply, stores):
    stores()
    assert apply(state="absent")["operation"] == "unchanged"


def test_check_mode_predicts_the_secret_and_the_store(api, apply, stores):
    stores()
    stores()
    result = apply(value="invented-key", comment="c", check_mode=True, diff=True)
    assert (result["operation"], result["changed_settings"]) == ("created", ["comment", "scopes", "value"])
    assert result["secret"] == {"name": "a_openai_default", "scopes": ["ai_gateway"], "comment": "c"}
    assert steps_of(result) == [("secrets_store", "default_secrets_store", "created")]
    assert [diff["before"] for diff in result["diff"]] == [{}, {}]


@pytest.mark.parametrize(
    ("options", "found", "operation"),
    [
        ({"value": "invented-key"}, [dict(STORED, scopes=["workers"])], "updated"),
        ({"copy_from": "source"}, [], "created"),
        ({"state": "absent"}, [STORED], "deleted"),
    ],
)
def test_check_mode_only_reads(api, apply, stores, expect_search, options, found, operation):
    stores(STORE)
    expect_search(*found)
    if operation == "deleted":
        expect_search(*found)
    if operation == "created":
        expect_search(dict(STORED, name="source"), name="source")
    assert apply(check_mode=True, **options)["operation"] == operation


@pytest.mark.parametrize("name", ["with space", "", "a/b", "ü"])
def test_an_invalid_name_is_refused(api, apply, name):
    assert "name" in apply(name=name, value="invented-key")["msg"]
    assert api.calls == []


def test_a_missing_permission_is_named(api, apply):
    api.expect("GET", STORES, query={"page": 1, "per_page": 100}, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    message = apply(value="invented-key")["msg"]
    assert "'Secrets Store Write' on this account ('Secrets Store Read' to read only)" in message
