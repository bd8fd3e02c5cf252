# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource that differs from a gateway: the server makes its reference, and an update changes only what it sends."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fleet import Fleet, reconcile_fleet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.group import Group
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.items import Items
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import PATCH, Field, Resource

THINGS, ONE = "/things", "/things/made-by-server"
THING = Resource(
    name="Thing",
    path=("things",),
    id=Field("slug", "str"),
    settings=(
        Field("label", "str", api_name="displayName"),
        Field("size", "int", default=0),
        Field("parts", "dict", fields=(Field("left", "int"), Field("right", "int"))),
    ),
    read_only={"id": None, "created_at": None, "modified_at": None},
    is_found_by_key=True,
    update_verb=PATCH,
    absent_codes={1004: "", 7002: ""},
)
WANTED = {"displayName": "First", "size": 2}
STORED = {"id": "made-by-server", "slug": "first", "displayName": "First", "size": 2, "later": {"x": 1}}


@pytest.fixture
def items(api):
    return Items(Client(Connection(api.account_id, Credentials.of_token("invented"), base_url=api.base_url)), THING)


@pytest.fixture
def listed(api):
    """Expect that an item is searched for by its key, and answer with these."""

    def expect(*found):
        api.expect("GET", THINGS, query={"page": 1, "per_page": 100, "search": "first"}, answer=list(found))

    return expect


def apply(items, settings=None, check_mode=False):
    return reconcile(THING, Declaration("first", settings is not None, settings or {}), items, check_mode)


def test_an_item_is_looked_up_by_its_key_and_then_read(api, items, listed):
    listed({"id": "other", "slug": "first-of-all"}, {"id": "made-by-server", "slug": "first"})
    api.expect("GET", ONE, answer=STORED)
    assert apply(items, WANTED).operation == "unchanged"


def test_a_create_sends_the_key_and_learns_the_reference(api, items, listed):
    listed()
    api.expect("POST", THINGS, body={"slug": "first", **WANTED}, answer=STORED)
    outcome = apply(items, WANTED)
    assert (outcome.operation, outcome.after["id"]) == ("created", "made-by-server")


@pytest.mark.parametrize("answer", [{**STORED, "slug": "second"}, {**STORED, "id": None}, {"slug": "first"}])
def test_an_answer_about_another_item_is_an_error(api, items, answer):
    api.expect("POST", THINGS, answer=answer)
    with pytest.raises(ApiError, match="not the item that was asked for"):
        items.create({"slug": "first"})


def test_an_update_sends_only_what_differs(api, items, listed):
    before = {**STORED, "size": 1, "parts": {"left": 1, "right": 2, "later": 3}}
    for _run in range(2):
        listed(before)
        api.expect("GET", ONE, answer=before)
    body = {"size": 2, "parts": {"left": 5, "later": 3}}
    api.expect("PATCH", ONE, body=body, answer={**before, **body})
    settings = {**WANTED, "parts": {"left": 5}}
    predicted = apply(items, settings, check_mode=True)
    outcome = apply(items, settings)
    assert (outcome.operation, outcome.changed_settings) == ("updated", ("parts", "size"))
    assert (predicted.changed_settings, predicted.after) == (outcome.changed_settings, outcome.after)


def test_a_create_of_unknown_outcome_is_looked_for_by_its_key(api, items, listed):
    listed()
    api.expect("POST", THINGS, status=504)
    listed(STORED)
    api.expect("GET", ONE, answer=STORED)
    assert apply(items, WANTED).operation == "created"


def test_a_create_that_is_refused_as_a_duplicate_updates_what_is_there(api, items, listed):
    listed()
    api.expect("POST", THINGS, status=409, errors=[{"code": 1003, "message": "duplicate", "path": ["body", "slug"]}])
    listed(STORED)
    api.expect("GET", ONE, answer={**STORED, "size": 1})
    api.expect("PATCH", ONE, body={"size": 2}, answer=STORED)
    assert apply(items, WANTED).operation == "updated"


@pytest.mark.parametrize("code", [1004, 7002])
def test_a_deletion_uses_the_reference_and_knows_what_absent_means(api, items, listed, code):
    listed(STORED)
    api.expect("GET", ONE, answer=STORED)
    api.expect("DELETE", ONE, status=404, errors=[{"code": code, "message": "gone"}])
    assert apply(items).operation == "deleted"


@pytest.mark.parametrize("lost_answers", [0, 1])
def test_an_item_that_only_the_listing_still_shows_is_not_deleted_once_more(api, items, listed, lost_answers):
    items = Items(items.client, replace(THING, is_listed_whole=True))
    listed(STORED)
    for _answer in range(lost_answers):
        api.expect("DELETE", ONE, status=504)
    api.expect("DELETE", ONE, status=404, errors=[{"code": 1004, "message": "gone"}])
    outcome = reconcile(items.resource, Declaration("first", False, {}), items, False)
    assert outcome.operation == ("deleted" if lost_answers else "unchanged")


def test_an_item_that_is_listed_and_cannot_be_read_is_absent(api, items, listed):
    listed(STORED)
    api.expect("GET", ONE, status=404, errors=[{"code": 1004, "message": "gone"}])
    assert apply(items).operation == "unchanged"


def test_two_items_of_one_key_are_an_error_that_names_them(items, listed):
    listed(STORED, {**STORED, "id": "another"})
    with pytest.raises(ApiError, match="slug 'first' is that of made-by-server and another"):
        apply(items, WANTED)


def test_many_are_matched_by_their_keys(api, items):
    api.expect("GET", THINGS, query={"page": 1, "per_page": 100}, answer=[STORED, {**STORED, "id": "two", "slug": "second", "size": 1}])
    api.expect("GET", THINGS, query={"page": 1, "per_page": 100, "search": "second"}, answer=[{"id": "two", "slug": "second"}])
    api.expect("GET", "/things/two", answer={**STORED, "id": "two", "slug": "second", "size": 1})
    api.expect("PATCH", "/things/two", body={"size": 2}, answer={**STORED, "id": "two", "slug": "second"})
    declarations = tuple(Declaration(slug, True, WANTED) for slug in ("first", "second"))
    group = Group(items, declarations)
    reconcile_fleet(Fleet(((group,),)), items.client, check_mode=False)
    members = group.members
    assert [(member.declaration.id, member.operation) for member in members] == [("first", "unchanged"), ("second", "updated")]
    assert [json.loads(call.body) for call in api.calls if call.method == "PATCH"] == [{"size": 2}]
