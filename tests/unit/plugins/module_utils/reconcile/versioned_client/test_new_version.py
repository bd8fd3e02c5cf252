# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another value becomes a version that is deployed and read."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import (
    InvalidVersion,
)
from tests.unit.plugins.module_utils.reconcile.versioned_client.conftest import ONE, version


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


def test_a_version_of_the_history_is_deployed_as_it_is(flows, apply):
    flows.expect_listing("a")
    flows.expect_read([2], 2)
    flows.expect_deployment(1)
    flows.expect_read([1], 1)
    outcome = apply(steps=[1], settings={"version_id": "v-1"})
    assert (outcome.operation, outcome.changed_settings) == ("updated", ("steps", "version_id"))
