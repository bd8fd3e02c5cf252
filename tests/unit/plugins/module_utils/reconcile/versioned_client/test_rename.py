# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items that are renamed."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from tests.unit.plugins.module_utils.reconcile.versioned_client.conftest import ONE, encode, stored, version


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
