# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers about versions and deployments that are lost, late or wrong."""

from __future__ import annotations

import re

import pytest
import requests

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.verify import NotStored
from tests.unit.plugins.module_utils.reconcile.versioned_client.conftest import ONE, PAGE, version

LOST = {"error": requests.ConnectionError("reset")}
BROKEN = {"status": 503}


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
