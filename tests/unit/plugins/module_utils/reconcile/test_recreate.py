# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Immutable settings: the task fails, or the item is deleted and created again."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import NOTHING_CHANGED, Immutable, make_plan
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource

THINGS, ONE = "/things", "/things/a"
THING = Resource(
    name="Thing",
    path=("things",),
    id=Field("id", "str"),
    settings=(
        Field("size", "int", immutable=True),
        Field("shape", "str", immutable=True, required_to_create=True),
        Field("label", "str", default=""),
        Field("key", "str", secret=True, write_only=True),
        Field("key_id", "str", immutable=True),
        Field("flag", "bool", on_create=True),
    ),
    alternatives=(("key", "key_id"),),
    lost_in_deletion="key_id",
    read_only={"created_at": None, "modified_at": None},
    puts_parts=True,
)
STORED = {"id": "a", "size": 1, "shape": "round", "label": "kept", "key_id": "k-1", "flag": False, "later": 1}
WANTED = {"size": 2, "key": "invented"}
CREATED = {"id": "a", "size": 2, "shape": "round", "label": "kept", "flag": False, "key": "invented"}
NOT_FOUND = [{"code": 7002, "message": "Not found"}]


@pytest.fixture
def items(api):
    return ResourceClient(Client(Connection(api.account_id, Credentials.of_token("invented"), base_url=api.base_url)), THING)


def apply(items, settings=None, recreate=True, check_mode=False):
    declared = WANTED if settings is None else settings
    return reconcile(THING, Declaration("a", True, declared, keys=("a",), recreate=recreate), items, check_mode)


def test_without_recreate_both_values_are_named_and_nothing_is_sent(api, items):
    api.expect("GET", ONE, answer=STORED)
    with pytest.raises(Immutable) as failure:
        apply(items, {"size": 2, "shape": "flat", "label": "new"}, recreate=False)
    for words in (NOTHING_CHANGED, "shape: declared 'flat', stored 'round'", "size: declared 2, stored 1", "set recreate to true"):
        assert words in str(failure.value)
    assert "label" not in str(failure.value)


def test_mutable_settings_are_updated(api, items):
    api.expect("GET", ONE, answer=STORED)
    api.expect("PUT", ONE, body={"label": "new"}, answer=dict(STORED, label="new"))
    assert apply(items, {"label": "new", "size": 1}).operation == "updated"


def test_the_item_is_deleted_and_created_with_its_previous_settings(api, items):
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, answer=STORED)
    api.expect("POST", THINGS, body=CREATED, answer=dict(STORED, size=2, key_id="k-2"))
    outcome = apply(items)
    assert (outcome.operation, outcome.changed_settings) == ("recreated", ("size",))
    assert (outcome.before["size"], outcome.after["size"], outcome.after["key_id"]) == (1, 2, "k-2")


def test_check_mode_predicts_the_recreation_and_sends_nothing(api, items):
    api.expect("GET", ONE, answer=STORED)
    outcome = apply(items, check_mode=True)
    assert (outcome.operation, outcome.changed_settings, outcome.before) == ("recreated", ("size",), STORED)
    assert outcome.after == {name: value for name, value in CREATED.items() if name != "key"}


@pytest.mark.parametrize("settings", [{"size": 2}, {"size": 2, "key_id": "k-1"}])
def test_a_reference_that_the_deletion_may_invalidate_is_not_reused(settings):
    with pytest.raises(Immutable, match=r"may delete what its key_id refers to along with it. Declare key too\."):
        make_plan(THING, Declaration("a", True, settings, keys=("a",), recreate=True), STORED)


@pytest.mark.parametrize("settings", [{"size": 2, "key_id": "k-2"}, {"key_id": "k-2"}])
def test_another_reference_may_be_declared(settings):
    plan = make_plan(THING, Declaration("a", True, settings, keys=("a",), recreate=True), STORED)
    assert plan.operation == "recreated"
    assert (plan.body["key_id"], "key" in plan.body) == ("k-2", False)


def test_a_missing_required_setting_is_refused_before_the_deletion(api, items):
    api.expect("GET", ONE, answer=dict(STORED, shape=None))
    with pytest.raises(InvalidOptions, match="shape is missing"):
        apply(items)


def test_a_refused_create_reports_that_the_item_was_deleted(api, items):
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, answer=STORED)
    api.expect("POST", THINGS, status=400, errors=[{"code": 7001, "message": "No", "path": ["body", "size"]}])
    api.expect("GET", ONE, status=404, errors=NOT_FOUND)
    with pytest.raises(CollectionError, match="was deleted to create it again") as failure:
        apply(items)
    assert "It had flag: False, shape: 'round', label: 'kept': declare what must stay" in str(failure.value)


def test_a_refused_create_names_no_settings_if_all_are_declared(api, items):
    api.expect("GET", ONE, answer=dict(STORED, label=""))
    api.expect("DELETE", ONE, answer=STORED)
    api.expect("POST", THINGS, status=400, errors=[{"code": 1, "message": "No"}])
    with pytest.raises(CollectionError, match="was deleted to create it again") as failure:
        apply(items, dict(WANTED, shape="round", flag=True))
    assert "It had" not in str(failure.value)
    assert "invented" not in str(failure.value)


def test_a_failed_deletion_does_not_report_that_the_item_was_deleted(api, items):
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, status=403, errors=[{"code": 10000, "message": "No"}])
    with pytest.raises(CollectionError) as failure:
        apply(items)
    assert "was deleted" not in str(failure.value)


def test_a_deletion_of_unknown_outcome_is_settled_before_the_create(api, items):
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, status=200, raw="<html>")
    api.expect("GET", ONE, answer=STORED)
    with pytest.raises(CollectionError):
        apply(items)
    assert "POST" not in [call.method for call in api.calls]


def test_a_create_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, items):
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, answer=STORED)
    api.expect("POST", THINGS, status=502)
    api.expect("GET", ONE, status=404, errors=NOT_FOUND)
    api.expect("GET", ONE, answer=dict(STORED, size=2))
    assert apply(items).operation == "recreated"


def test_an_item_that_somebody_else_creates_in_between_is_kept_if_it_is_as_declared(api, items):
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, answer=STORED)
    api.expect("POST", THINGS, status=409, errors=[{"code": 7001, "message": "already exists"}])
    api.expect("GET", ONE, answer=dict(STORED, size=2))
    outcome = apply(items)
    assert (outcome.operation, outcome.before, outcome.after["size"]) == ("recreated", STORED, 2)


def test_settings_that_a_create_ignores_are_updated_afterwards(api, items):
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, answer=STORED)
    api.expect("POST", THINGS, answer=dict(STORED, size=2, label="made"))
    api.expect("PUT", ONE, body={"label": "new"}, answer=dict(STORED, size=2, label="new"))
    assert apply(items, dict(WANTED, label="new")).operation == "recreated"
