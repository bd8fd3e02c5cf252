# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key of an existing provider config: when it is replaced, and when it stays."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.ai_gateway_provider_config.conftest import CONFIG, KEY, ONE


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
