# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion of the gateways that are not declared."""

from __future__ import annotations

import pytest

GATEWAYS = "/ai-gateway/gateways"
NOTHING_SENT = "No request was sent, because options are invalid: "


def operations(result):
    return [(entry["id"], entry["operation"]) for entry in result["results"]]


def test_purge_deletes_undeclared_gateways_except_the_default(api, gateway, apply):
    api.expect_page([gateway(id="b"), gateway(id="default"), gateway(id="main", is_default=True), gateway(id="a"), gateway(id="c")])
    api.expect("DELETE", GATEWAYS + "/b", answer=gateway(id="b"))
    api.expect("DELETE", GATEWAYS + "/c", answer=gateway(id="c"))
    result = apply({"id": "a"}, purge=True)
    assert operations(result) == [("a", "unchanged"), ("b", "deleted"), ("c", "deleted")]


def test_the_default_is_deleted_if_it_is_declared_absent(api, gateway, apply):
    api.expect_page([gateway(id="default", is_default=True)])
    api.expect("DELETE", GATEWAYS + "/default", answer=gateway(id="default"))
    assert operations(apply({"id": "default", "state": "absent"}, purge=True)) == [("default", "deleted")]


@pytest.mark.parametrize("check_mode", [True, False])
def test_nothing_is_changed_if_the_limit_is_exceeded(api, gateway, apply, check_mode):
    api.expect_page([gateway(id=name) for name in "abcd"])
    result = apply({"id": "a"}, {"id": "new"}, purge=True, purge_limit=2, check_mode=check_mode)
    assert result["failed"]
    assert result["msg"] == (
        "Nothing was changed. purge would delete 3 undeclared AI Gateways (b, c, d), but purge_limit allows 2. "
        "List those that must stay, or raise purge_limit."
    )
    assert "results" not in result


@pytest.mark.parametrize("check_mode", [True, False])
def test_purge_with_an_empty_list_is_refused_before_anything_is_sent(apply, check_mode):
    message = apply(purge=True, check_mode=check_mode)["msg"]
    assert message.startswith(NOTHING_SENT)
    assert "gateways is empty, and purge would delete every gateway" in message


def test_purge_with_an_empty_list_needs_an_explicit_limit(api, gateway, apply):
    api.expect_page([gateway(id="a")])
    api.expect("DELETE", GATEWAYS + "/a", answer=gateway(id="a"))
    assert operations(apply(purge=True, purge_limit=10)) == [("a", "deleted")]


def test_the_default_limit_is_ten(api, gateway, apply):
    api.expect_page([gateway(id=f"g{number}") for number in range(12)])
    message = apply({"id": "g0"}, purge=True)["msg"]
    assert "11 undeclared AI Gateways" in message
    assert "but purge_limit allows 10" in message


def test_a_limit_of_zero_allows_a_purge_without_deletions(api, gateway, apply):
    api.expect_page([gateway(id="a")])
    assert operations(apply({"id": "a"}, purge=True, purge_limit=0)) == [("a", "unchanged")]
