# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion of a provider config."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.ai_gateway_provider_config.conftest import CONFIG, NOT_FOUND, ONE


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
