# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A setting with versions: each change creates a version, which is deployed if it is valid, and then read."""

from __future__ import annotations

import json
import re

import pytest
import requests

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import ADOPTED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.verify import NotStored
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import (
    SHOWN_WITHIN_SECONDS,
    InvalidVersion,
    VersionedClient,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import PATCH, Field, Resource, Versions


def convert_answer(answer):
    version = answer.get("version", answer)
    return {"id": answer.get("id"), "name": answer.get("name"), "steps": version.get("data"), **only(version, "version_id", "is_valid")}


def only(values, *names):
    return {name: values[name] for name in names if name in values}


FLOW = Resource(
    name="Flow",
    path=("flows",),
    id=Field("name", "str"),
    settings=(Field("steps", "list", required_to_create=True, is_listed=False), Field("version_id", "str", is_option=False)),
    read_only={"id": None, "created_at": None},
    is_found_by_key=True,
    is_searchable=False,
    list_at=("data", "flows"),
    update_verb=PATCH,
    versions=Versions("steps", "version_id", ("is_valid",)),
    is_renamed=True,
    convert_answer=convert_answer,
    absent_codes={7005: "not found"},
    exists_codes={7005: "already exists"},
)
PAGE = {"page": "1", "per_page": "100"}
ONE = "/flows/f-1"
DAY = "2026-01-0{}T00:00:00Z"


def version(number, steps, **more):
    return {"version_id": f"v-{number}", "data": steps, "created_at": DAY.format(number), **more}


def stored(steps=(1,), number=1, name="a"):
    return {"id": "f-1", "name": name, "version": {"version_id": f"v-{number}", "data": list(steps)}}


class Flows:
    """Expected requests for flows."""

    def __init__(self, api):
        self.api = api

    def expect_listing(self, *names):
        flows = [{"id": f"f-{number}", "name": name, "steps": "not as deployed"} for number, name in enumerate(names, 1)]
        self.api.expect("GET", "/flows", query=PAGE, raw=encode({"data": {"flows": flows}}))

    def expect_read(self, *args, **keywords):
        self.api.expect("GET", ONE, answer=stored(*args, **keywords))

    def expect_versions(self, *versions):
        self.api.expect("GET", ONE + "/versions", query=PAGE, raw=encode({"data": {"versions": list(versions)}}))

    def expect_new_version(self, steps, **answer):
        self.api.expect("POST", ONE + "/versions", body={"steps": steps}, **(answer or {"answer": {"version_id": "v-2", "is_valid": True}}))

    def expect_deployment(self, number, **answer):
        self.api.expect("POST", ONE + "/deployments", body={"version_id": f"v-{number}"}, **(answer or {"answer": {"id": "f-1"}}))


def encode(content):
    return json.dumps({"success": True, **content})


LOST = {"error": requests.ConnectionError("reset")}
BROKEN = {"status": 503}


@pytest.fixture
def flows(api):
    return Flows(api)


@pytest.fixture
def apply(api):
    def run(steps=(2,), check_mode=False, max_retries=4, **more):
        client = Client(Connection(api.account_id, Credentials.of_token("invented"), base_url=api.base_url, max_retries=max_retries))
        settings = {} if steps is None else {"steps": list(steps)}
        if more.get("rename_from"):
            settings["name"] = "a"
        settings.update(more.pop("settings", {}))
        declaration = Declaration("a", True, settings, keys=("a",), **more)
        return reconcile(FLOW, declaration, VersionedClient(client, FLOW), check_mode)

    return run


def test_an_equal_value_takes_a_listing_and_a_read(api, flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    assert apply(steps=[1]).operation == "unchanged"
    assert len(api.calls) == 2


def test_the_value_in_a_listing_is_ignored(flows, apply):
    flows.expect_listing("a")
    flows.expect_read([1])
    assert apply(steps="not as deployed", check_mode=True).operation == "updated"


def test_another_value_becomes_a_version_that_is_deployed_and_read(api, flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2])
    flows.expect_deployment(2)
    flows.expect_read([2], 2)
    outcome = apply()
    assert (outcome.operation, outcome.changed_settings) == ("updated", ("steps",))
    assert (outcome.before["version_id"], outcome.after["version_id"], outcome.after["steps"]) == ("v-1", "v-2", [2])
    assert len(api.calls) == 6


def test_check_mode_predicts_the_value_and_no_version(flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    outcome = apply(check_mode=True)
    assert (outcome.after["steps"], outcome.after["version_id"], outcome.after["is_valid"]) == ([2], None, None)


@pytest.mark.parametrize(
    ("answer", "read"),
    [({"version_id": "v-2"}, True), ({}, True), ({"version": {"version_id": "v-2"}}, True)],
    ids=["without-validity", "without-id", "nested"],
)
def test_fields_that_the_answer_to_a_new_version_omits_are_read(flows, apply, api, answer, read):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2], answer={"id": "f-1", **answer})
    if not answer:
        flows.expect_versions(version(2, [2]), version(1, [1]))
    api.expect("GET", ONE + "/versions/v-2", answer={"id": "f-1", "version_id": "v-2", "data": [2], "is_valid": True})
    flows.expect_deployment(2)
    flows.expect_read([2], 2)
    assert apply().operation == "updated"


def test_a_version_that_cannot_be_found_is_a_failure(flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2], answer={"id": "f-1"})
    for _attempt in range(3):
        flows.expect_versions(version(1, [1]))
    flows.expect_listing("a")
    flows.expect_read()
    with pytest.raises(CollectionError, match="neither the answer nor the listing has the new version"):
        apply(max_retries=0)


@pytest.mark.parametrize("is_in_answer", [True, False])
def test_an_invalid_version_is_not_deployed(api, flows, apply, is_in_answer):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2], answer={"version_id": "v-2", **({"is_valid": False} if is_in_answer else {})})
    if not is_in_answer:
        api.expect("GET", ONE + "/versions/v-2", answer={"id": "f-1", "version_id": "v-2", "data": [2], "is_valid": False})
    with pytest.raises(InvalidVersion, match=r"version v-2 and reports that it is invalid.*requests take the version before"):
        apply()


def test_a_version_that_an_interrupted_task_left_behind_is_deployed(flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(3, [2]), version(2, [5]), version(1, [1]))
    flows.expect_deployment(3)
    flows.expect_read([2], 3)
    assert apply().after["version_id"] == "v-3"


@pytest.mark.parametrize("other", [version(3, [2], is_valid=False), version(1, [2])], ids=["invalid", "older"])
def test_other_versions_with_that_value_are_left_alone(flows, apply, other):
    flows.expect_listing("a")
    flows.expect_read(number=2)
    flows.expect_versions(version(2, [1]), other)
    flows.expect_new_version([2], answer={"version_id": "v-4", "is_valid": True})
    flows.expect_deployment(4)
    flows.expect_read([2], 4)
    assert apply().after["version_id"] == "v-4"


@pytest.mark.parametrize("failure", [LOST, BROKEN], ids=["lost", "503"])
def test_a_version_whose_answer_was_lost_is_found_and_not_created_twice(api, flows, apply, failure):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2], **failure)
    flows.expect_versions(version(1, [1]))
    flows.expect_versions(version(2, [2], is_valid=True), version(1, [1]))
    flows.expect_deployment(2)
    flows.expect_read([2], 2)
    assert apply().operation == "updated"
    assert [request.method for request in api.calls].count("POST") == 2


def test_a_version_whose_request_was_lost_is_created_again(flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2], **BROKEN)
    for _attempt in range(3):
        flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2])
    flows.expect_deployment(2)
    flows.expect_read([2], 2)
    assert apply().operation == "updated"


def test_a_deployment_whose_answer_was_lost_is_looked_for(flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2])
    flows.expect_deployment(2, **LOST)
    flows.expect_read([2], 2)
    flows.expect_read([2], 2)
    assert apply().operation == "updated"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 400, "errors": [{"code": 7001, "message": "no"}]}, "Version v-2 exists, but is not deployed"),
        ({"status": 503}, "Version v-2 exists, but may not be deployed. Run the task again: it deploys that version"),
    ],
    ids=["refused", "unknown"],
)
def test_a_deployment_that_fails_names_the_version_that_is_not_deployed(flows, apply, answer, words):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2])
    flows.expect_deployment(2, **answer)
    if answer["status"] == 503:
        for _attempt in range(3):
            flows.expect_read()
        flows.expect_listing("a")
        flows.expect_read()
    with pytest.raises(CollectionError, match=re.escape(words)):
        apply(max_retries=0)


def test_a_read_that_fails_after_a_lost_answer_is_reported(api, flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2], **LOST)
    api.expect("GET", ONE + "/versions", query=PAGE, status=403, errors=[{"code": 10000, "message": "no"}])
    flows.expect_listing("a")
    flows.expect_read()
    with pytest.raises(CollectionError, match="Its outcome is unknown, because reading failed too"):
        apply(max_retries=0)


def test_the_deployed_version_may_be_visible_late(flows, apply, waits):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2])
    flows.expect_deployment(2)
    flows.expect_read([1], 1)
    flows.expect_read([2], 2)
    assert apply().after["steps"] == [2]
    assert waits


def test_another_value_than_was_deployed_is_a_failure(flows, apply):
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2])
    flows.expect_deployment(2)
    flows.expect_read([3], 2)
    with pytest.raises(NotStored, match=r"steps: declared \[2\], stored \[3\]"):
        apply()


def test_a_version_of_the_history_is_deployed_as_it_is(flows, apply):
    flows.expect_listing("a")
    flows.expect_read([2], 2)
    flows.expect_deployment(1)
    flows.expect_read([1], 1)
    outcome = apply(steps=[1], settings={"version_id": "v-1"})
    assert (outcome.operation, outcome.changed_settings) == ("updated", ("steps", "version_id"))


def test_a_new_item_is_read_until_it_has_its_value(api, flows, apply, waits):
    flows.expect_listing()
    api.expect("POST", "/flows", body={"name": "a", "steps": [2]}, answer={"id": "f-1", "name": "a"})
    api.expect("GET", ONE, answer={"id": "f-1", "name": "a"})
    flows.expect_read([2])
    outcome = apply()
    assert (outcome.operation, outcome.after["steps"]) == ("created", [2])
    assert waits


def test_a_new_item_whose_version_is_invalid_is_a_failure_that_reports_the_create(api, flows, apply):
    flows.expect_listing()
    answer = {"id": "f-1", "name": "a", "version": version(1, [2], is_valid=False)}
    api.expect("POST", "/flows", body={"name": "a", "steps": [2]}, answer=answer)
    with pytest.raises(InvalidVersion, match="The Flow was created all the same"):
        apply()


def test_an_item_that_is_not_listed_although_its_name_is_taken_is_adopted(api, flows, apply):
    flows.expect_listing()
    taken = [{"code": 7005, "message": "Flow a already exists"}]
    api.expect("POST", "/flows", body={"name": "a", "steps": [2]}, status=400, errors=taken)
    flows.expect_listing("a")
    flows.expect_read()
    flows.expect_versions(version(1, [1]))
    flows.expect_new_version([2])
    flows.expect_deployment(2)
    flows.expect_read([2], 2)
    outcome = apply()
    assert (outcome.operation, list(outcome.notices[ADOPTED])) == ("updated", ["Flow 'a'"])


def test_an_item_without_its_value_is_read_again_until_it_has_one(api, flows, apply):
    flows.expect_listing("a")
    api.expect("GET", ONE, answer={"id": "f-1", "name": "a", "version": {"version_id": "v-1"}})
    flows.expect_read([2])
    assert apply().operation == "unchanged"


def test_an_item_that_never_has_a_value_is_updated(api, flows, apply, waits):
    flows.expect_listing("a")
    for _attempt in range(11):
        api.expect("GET", ONE, answer={"id": "f-1", "name": "a", "version": {"version_id": "v-1"}})
    flows.expect_versions(version(1, None))
    flows.expect_new_version([2])
    flows.expect_deployment(2)
    flows.expect_read([2], 2)
    assert apply().operation == "updated"
    assert sum(waits) == pytest.approx(SHOWN_WITHIN_SECONDS)


class TestRename:
    def test_the_old_name_is_looked_for_only_if_the_new_one_does_not_exist(self, api, flows, apply):
        flows.expect_listing("a")
        flows.expect_read()
        assert apply(steps=[1], rename_from="b").operation == "unchanged"
        assert len(api.calls) == 2

    @pytest.mark.parametrize("steps", [None, [1], [2]])
    def test_the_item_keeps_its_id_and_its_versions(self, api, flows, apply, steps):
        flows.expect_listing("b")
        flows.expect_listing("b")
        flows.expect_read(name="b")
        api.expect("PATCH", ONE, body={"name": "a"}, raw=encode({"route": {"id": "f-1"}}))
        if steps == [2]:
            flows.expect_versions(version(1, [1]))
            flows.expect_new_version([2])
            flows.expect_deployment(2)
        flows.expect_read(steps or [1], 2 if steps == [2] else 1)
        outcome = apply(steps=steps, rename_from="b")
        assert (outcome.operation, outcome.before["name"], outcome.after["name"]) == ("updated", "b", "a")
        assert outcome.changed_settings == (("name", "steps") if steps == [2] else ("name",))

    def test_check_mode_predicts_the_name(self, flows, apply):
        flows.expect_listing("b")
        flows.expect_listing("b")
        flows.expect_read(name="b")
        assert apply(steps=None, rename_from="b", check_mode=True).after["name"] == "a"

    def test_an_item_without_the_old_name_is_created(self, api, flows, apply):
        flows.expect_listing()
        flows.expect_listing()
        api.expect("POST", "/flows", body={"name": "a", "steps": [2]}, answer=stored([2]))
        outcome = apply(rename_from="b")
        assert (outcome.operation, outcome.changed_settings) == ("created", ("steps",))

    def test_a_lost_answer_is_verified_by_the_new_name(self, api, flows, apply):
        flows.expect_listing("b")
        flows.expect_listing("b")
        flows.expect_read(name="b")
        for _try in range(2):
            api.expect("PATCH", ONE, body={"name": "a"}, status=500)
        flows.expect_listing("a")
        flows.expect_read()
        assert apply(steps=None, rename_from="b", max_retries=1).operation == "updated"

    def test_a_name_that_is_taken_is_a_failure(self, api, flows, apply):
        flows.expect_listing("b")
        flows.expect_listing("b")
        flows.expect_read(name="b")
        api.expect("PATCH", ONE, body={"name": "a"}, status=400, errors=[{"code": 7005, "message": "already exists"}])
        with pytest.raises(CollectionError, match="already exists"):
            apply(steps=None, rename_from="b")
