# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A concurrent run for the same gateways: an update replaces a whole gateway, so each run can undo changes of the other."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fleet import CONFIRMATIONS

GATEWAYS = "/ai-gateway/gateways"
OURS, THEIRS = "2026-01-01T00:00:01.000Z", "2026-01-01T00:00:02.000Z"
LAST = "2026-01-01T00:00:03.000Z"
WARNING = "Another task updated the settings of %s at the same time, based on an older copy. The declared settings were written again."


def operations(result):
    return {entry["id"]: entry["operation"] for entry in result["results"]}


@pytest.fixture
def updates(api, gateway):
    """Return a function that expects a read and an update of each gateway."""

    def expect(*names, after=OURS, **stored):
        for name in names:
            api.expect("GET", f"{GATEWAYS}/{name}", answer=gateway(id=name, **stored))
            api.expect("PUT", f"{GATEWAYS}/{name}", answer=gateway(id=name, **{**stored, "cache_ttl": 5, "modified_at": after}))

    return expect


@pytest.fixture
def warnings(monkeypatch):
    texts = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, text: texts.append(text))
    return texts


def test_an_update_that_was_undone_is_done_again(api, gateway, apply, updates, warnings):
    api.expect_page([gateway(id="a"), gateway(id="b")])
    updates("a", "b")
    undone = {"zdr": True, "modified_at": THEIRS}
    api.expect_page([gateway(id="a", cache_ttl=5, modified_at=OURS), gateway(id="b", **undone)])
    updates("b", after=LAST, **undone)
    api.expect_page([gateway(id="a", cache_ttl=5, modified_at=OURS), gateway(id="b", cache_ttl=5, zdr=True, modified_at=LAST)])
    result = apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5}, diff=True)
    assert operations(result) == {"a": "updated", "b": "updated"}
    assert (result["gateways"]["b"]["cache_ttl"], result["gateways"]["b"]["zdr"]) == (5, True)
    assert result["diff"][1]["before"]["zdr"] is False
    assert warnings == [WARNING % "b"]


@pytest.mark.parametrize(
    "listed",
    [
        {"cache_ttl": 5, "zdr": True, "modified_at": THEIRS},
        {"cache_ttl": 0, "modified_at": OURS},
        {"cache_ttl": 0, "modified_at": "2026-01-01T00:00:00.000Z"},
    ],
    ids=["somebody wrote something else", "the list shows less", "the list is older"],
)
def test_gateways_that_are_still_as_declared_are_not_written_again(api, gateway, apply, updates, warnings, listed):
    api.expect_page([gateway(id="a"), gateway(id="b")])
    updates("a", "b")
    api.expect_page([gateway(id=name, **listed) for name in "ab"])
    assert operations(apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})) == {"a": "updated", "b": "updated"}
    assert warnings == []


def test_without_times_the_values_decide(api, gateway, apply, updates):
    api.expect_page([gateway(id="a"), gateway(id="b")])
    updates("a", "b", after=None, modified_at=None)
    api.expect_page([gateway(id="a", modified_at=None), gateway(id="b", cache_ttl=5, modified_at=None)])
    updates("a", after=None, modified_at=None)
    api.expect_page([gateway(id=name, cache_ttl=5, modified_at=None) for name in "ab"])
    assert operations(apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})) == {"a": "updated", "b": "updated"}


def test_gateways_that_are_deleted_or_as_declared_are_not_written_again(api, gateway, apply, updates):
    api.expect_page([gateway(id="a"), gateway(id="b")])
    updates("a", "b")
    api.expect_page([gateway(id="a", modified_at=THEIRS)])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a", cache_ttl=5, modified_at=THEIRS))
    api.expect_page([gateway(id="a", cache_ttl=5, modified_at=THEIRS)])
    result = apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})
    assert operations(result) == {"a": "updated", "b": "updated"}
    assert result["results"][0]["changed_settings"] == ["cache_ttl"]


def test_a_conflict_between_two_declarations_ends_with_a_failure(api, gateway, apply, updates):
    api.expect_page([gateway(id="a"), gateway(id="b")])
    updates("a", "b")
    for number in range(CONFIRMATIONS):
        theirs = f"2026-01-01T00:00:0{2 + 2 * number}Z"
        api.expect_page([gateway(id="a", cache_ttl=6, modified_at=theirs), gateway(id="b", cache_ttl=5, modified_at=OURS)])
        if number < CONFIRMATIONS - 1:
            updates("a", after=f"2026-01-01T00:00:0{3 + 2 * number}Z", cache_ttl=6, modified_at=theirs)
    result = apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})
    assert operations(result) == {"a": "failed", "b": "updated"}
    assert "AI Gateway 'a' is repeatedly updated by somebody else, and is not as declared." in result["msg"]


def test_a_failing_listing_after_updates_is_no_failure(api, gateway, apply, updates):
    api.expect_page([gateway(id="a"), gateway(id="b")])
    updates("a", "b")
    api.expect_page(None, status=403, errors=[{"code": 10000, "message": "no"}])
    assert operations(apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})) == {"a": "updated", "b": "updated"}


def test_a_single_update_is_not_confirmed_by_a_listing(api, gateway, apply, updates):
    api.expect_page([gateway(id="a"), gateway(id="b", cache_ttl=5)])
    updates("a")
    assert operations(apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})) == {"a": "updated", "b": "unchanged"}


def test_a_second_update_that_fails_is_reported(api, gateway, apply, updates):
    api.expect_page([gateway(id="a"), gateway(id="b")])
    updates("a", "b")
    api.expect_page([gateway(id="a", modified_at=THEIRS), gateway(id="b", cache_ttl=5, modified_at=OURS)])
    api.expect("GET", GATEWAYS + "/a", status=403, errors=[{"code": 10000, "message": "no"}])
    api.expect_page([gateway(id="a", modified_at=THEIRS), gateway(id="b", cache_ttl=5, modified_at=OURS)])
    result = apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})
    assert operations(result) == {"a": "failed", "b": "updated"}
