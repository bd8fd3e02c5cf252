# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New items, whose value may appear late."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import ADOPTED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import (
    SHOWN_WITHIN_SECONDS,
    InvalidVersion,
)
from tests.unit.plugins.module_utils.reconcile.versioned_client.conftest import ONE, version


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
