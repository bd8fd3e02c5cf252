# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for a declaration and a stored gateway."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import HiddenSecret, make_plan, unexpected_changes
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY

STORED = {
    "id": "a",
    "created_at": "2026-01-01T00:00:00.000Z",
    "modified_at": "2026-01-01T00:00:00.000Z",
    "is_default": False,
    "account_id": "acc",
    "cache_invalidate_on_update": False,
    "cache_ttl": 60,
    "collect_logs": True,
    "rate_limiting_interval": 0,
    "rate_limiting_limit": 0,
}


def plan(settings, present=True, **stored):
    """Return the plan for ``STORED`` with changes."""
    return make_plan(GATEWAY, Declaration("a", present, settings), dict(STORED, **stored))


def plan_absent(settings, present=True):
    """Return the plan for a gateway that does not exist."""
    return make_plan(GATEWAY, Declaration("a", present, settings), None)


def test_create_adds_only_settings_that_the_api_requires():
    assert plan_absent({"zdr": True}).body == {
        "id": "a",
        "cache_invalidate_on_update": True,
        "cache_ttl": 0,
        "collect_logs": True,
        "rate_limiting_interval": 0,
        "rate_limiting_limit": 0,
        "zdr": True,
    }


def test_create_keeps_declared_values():
    body = plan_absent({"collect_logs": False, "cache_ttl": None}).body
    assert body["collect_logs"] is False
    assert body["cache_ttl"] is None


def test_update_sends_the_whole_object_including_unknown_settings():
    planned = plan({"cache_ttl": 61}, retry_delay=60000, of_the_future={"x": [1]})
    assert planned.operation == "updated"
    assert planned.changed_settings == ("cache_ttl",)
    assert planned.body == {
        "cache_invalidate_on_update": False,
        "cache_ttl": 61,
        "collect_logs": True,
        "rate_limiting_interval": 0,
        "rate_limiting_limit": 0,
        "retry_delay": 60000,
        "of_the_future": {"x": [1]},
    }


RULE = {"limit": 10, "limitType": "cost", "window": 60, "enabled": True, "technique": "sliding", "metadata": {}}


def test_update_keeps_generated_ids():
    declared = {"spend_limits": {"enabled": False, "rules": [RULE]}, "of_the_future": {"x": 1}}
    planned = plan(declared, spend_limits={"enabled": True, "rules": [dict(RULE, id="kept")]}, of_the_future={"x": 2})
    assert planned.body["spend_limits"] == {"enabled": False, "rules": [dict(RULE, id="kept")]}
    assert planned.body["of_the_future"] == {"x": 1}
    assert planned.changed_settings == ("of_the_future", "spend_limits")


def test_null_is_sent_back_only_if_the_api_accepts_it():
    body = plan({"cache_ttl": 61}, logpush=None, retry_delay=None, of_the_future=None).body
    assert "logpush" not in body
    assert "of_the_future" not in body
    assert body["retry_delay"] is None


def test_update_supplies_required_settings_that_the_server_did_not_show():
    stored = {key: value for key, value in STORED.items() if key != "rate_limiting_limit"}
    planned = make_plan(GATEWAY, Declaration("a", True, {"cache_ttl": 61}), stored)
    assert planned.body["rate_limiting_limit"] == 0


def test_clearing_sends_null():
    planned = plan({"retry_delay": None}, retry_delay=5)
    assert planned.body["retry_delay"] is None
    assert planned.after["retry_delay"] is None


@pytest.mark.parametrize("settings", [{}, {"cache_ttl": 60}, {"retry_delay": None}])
def test_nothing_to_do(settings):
    planned = plan(settings)
    assert (planned.operation, planned.body, planned.before, planned.after) == ("unchanged", None, STORED, STORED)


def test_absent():
    assert plan({}, present=False).operation == "deleted"
    assert plan_absent({}, present=False).operation == "unchanged"


def test_switching_logs_off_switches_their_classification_off():
    planned = plan({"collect_logs": False}, log_classification=True)
    assert planned.body["log_classification"] is False
    assert planned.changed_settings == ("collect_logs",)


def test_classification_stays_on_if_logs_stay_on():
    assert plan({"cache_ttl": 61}, log_classification=True).body["log_classification"] is True


def test_classification_without_logs_is_refused():
    with pytest.raises(InvalidOptions, match="needs collect_logs"):
        plan({"log_classification": True}, collect_logs=False)


MASKED_OTEL = [{"url": "a://b", "authorization": "********", "headers": {"h": "****"}}]


def test_a_masked_secret_is_never_written_back():
    with pytest.raises(HiddenSecret, match=r"otel\[0\]\.headers\.h, otel\[0\]\.authorization.*Declare otel"):
        plan({"cache_ttl": 61}, otel=MASKED_OTEL)


def test_a_declared_secret_replaces_a_masked_one():
    declared = [{"url": "a://b", "authorization": "real-example", "headers": {"h": "v"}}]
    assert plan({"cache_ttl": 61, "otel": declared}, otel=MASKED_OTEL).body["otel"] == declared


def test_a_masked_secret_without_changes_is_unchanged():
    assert plan({"cache_ttl": 60}, otel=MASKED_OTEL).operation == "unchanged"


@pytest.mark.parametrize(
    ("key", "sent", "before", "after"),
    [
        ("dlp", {"profiles": ["a", "b"]}, {"profiles": ["a", "b"]}, {"profiles": ["b", "a"]}),
        ("cache_ttl", 0, 0, None),
        # It was not sent back unchanged, so it is compared with the declaration instead.
        ("cache_ttl", 61, 60, 62),
        ("cache_ttl", 61, None, 62),
    ],
)
def test_equivalent_values_and_declared_settings_are_not_unexpected_changes(key, sent, before, after):
    assert unexpected_changes(GATEWAY, {key: sent}, {key: before}, {key: after}) == []


@pytest.mark.parametrize(
    ("key", "sent", "before", "after"),
    [
        ("cache_ttl", 60, 60, 0),
        ("otel", [{"url": "u"}], [{"url": "u", "content_type": "json"}], []),
        # Parts unknown to this version: one is lost, one is added.
        ("dlp", {"enabled": True, "newer": 1}, {"enabled": True, "newer": 1}, {"enabled": True}),
        ("dlp", {"enabled": True}, {"enabled": True}, {"enabled": True, "newer": 1}),
    ],
)
def test_a_setting_that_was_sent_back_and_has_another_value_is_an_unexpected_change(key, sent, before, after):
    assert unexpected_changes(GATEWAY, {key: sent}, {key: before}, {key: after}) == [key]
