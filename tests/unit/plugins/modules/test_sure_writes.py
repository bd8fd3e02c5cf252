# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many gateways: writes are based on a read, and only the intended gateways are deleted."""

from __future__ import annotations

import json

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import Written

GATEWAYS = "/ai-gateway/gateways"
OTEL = [{"url": "https://otel.example.com/v1/traces", "headers": {}}]
NOT_FOUND = {"status": 404, "errors": [{"code": 7002, "message": "Not found"}]}


def operations(result):
    return [(entry["id"], entry["operation"]) for entry in result["results"]]


def bodies(api):
    return [json.loads(call.body) for call in api.calls if call.method == "PUT"]


# A listing that contains less than a read.


@pytest.mark.parametrize("sparse", [{"otel": None, "zdr": None}, {}])
def test_settings_that_a_listing_does_not_show_survive_an_update(api, gateway, apply, sparse):
    api.expect_page([gateway(id="a", **sparse)])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a", otel=OTEL, zdr=True))
    api.expect("PUT", GATEWAYS + "/a", answer=gateway(id="a", otel=OTEL, zdr=True, cache_ttl=5))
    assert operations(apply({"id": "a", "cache_ttl": 5})) == [("a", "updated")]
    assert bodies(api)[0]["otel"] == OTEL
    assert bodies(api)[0]["zdr"] is True


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_difference_that_only_the_listing_shows_is_unchanged(api, gateway, apply, check_mode):
    api.expect_page([gateway(id="a", otel=None)])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a", otel=OTEL))
    result = apply({"id": "a", "otel": OTEL}, check_mode=check_mode)
    assert (result["changed"], operations(result)) == (False, [("a", "unchanged")])


def test_check_mode_predicts_from_the_read(api, gateway, apply):
    api.expect_page([gateway(id="a")])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a", otel=OTEL))
    result = apply({"id": "a", "cache_ttl": 5}, check_mode=True)
    assert operations(result) == [("a", "updated")]
    assert result["gateways"]["a"]["otel"][0]["url"] == OTEL[0]["url"]


def test_a_secret_that_only_the_list_hides_does_not_stop_the_update(api, gateway, apply):
    stripe = {"authorization": "invented", "usage_events": []}
    api.expect_page([gateway(id="a", stripe=dict(stripe, authorization="********"))])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a", stripe=stripe))
    api.expect("PUT", GATEWAYS + "/a", answer=gateway(id="a", stripe=stripe, cache_ttl=5))
    assert operations(apply({"id": "a", "cache_ttl": 5})) == [("a", "updated")]
    assert bodies(api)[0]["stripe"] == stripe


def test_a_gateway_that_is_gone_when_it_is_read_is_created(api, gateway, apply):
    api.expect_page([gateway(id="a")])
    api.expect("GET", GATEWAYS + "/a", **NOT_FOUND)
    api.expect("POST", GATEWAYS, answer=gateway(id="a", cache_ttl=5))
    assert operations(apply({"id": "a", "cache_ttl": 5})) == [("a", "created")]


# Purge.


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("declared", ["Shop", "shop ", " shop", "\uff53\uff48\uff4f\uff50", "s hop", "sh\u200bop"])
def test_purge_stops_if_a_declared_id_differs_only_in_form(api, gateway, apply, declared, check_mode):
    api.expect_page([gateway(id="shop"), gateway(id="other")])
    result = apply({"id": declared}, purge=True, check_mode=check_mode)
    assert result["msg"].startswith("Nothing was changed. purge would delete AI Gateways whose ids differ only in form")
    assert "'shop'" in result["msg"]
    assert "results" not in result


@pytest.mark.parametrize("hidden", ["is_default", "created_at"])
@pytest.mark.parametrize(("stored", "operation"), [({"is_default": True}, "unchanged"), ({}, "deleted")])
def test_purge_reads_gateways_that_the_listing_shows_incompletely(api, gateway, apply, hidden, stored, operation):
    listed = gateway(id="old")
    del listed[hidden]
    api.expect_page([listed])
    api.expect("GET", GATEWAYS + "/old", answer=gateway(id="old", **stored))
    if operation == "deleted":
        api.expect("DELETE", GATEWAYS + "/old", answer=gateway(id="old"))
    assert operations(apply(purge=True, purge_limit=1)) == [("old", operation)]


def test_purge_runs_after_everything_was_created(api, gateway, apply):
    api.expect_page([gateway(id="old"), gateway(id="gone")])
    api.expect("DELETE", GATEWAYS + "/gone", answer=gateway(id="gone"))
    api.expect("POST", GATEWAYS, answer=gateway(id="new"))
    api.expect("DELETE", GATEWAYS + "/old", answer=gateway(id="old"))
    result = apply({"id": "new"}, {"id": "gone", "state": "absent"}, purge=True)
    assert operations(result) == [("new", "created"), ("gone", "deleted"), ("old", "deleted")]


def test_purge_deletes_nothing_if_a_create_failed(api, gateway, apply):
    api.expect_page([gateway(id="a"), gateway(id="old")])
    api.expect("POST", GATEWAYS, status=400, errors=[{"code": 7001, "message": "Invalid", "path": ["body", "id"]}])
    api.expect("GET", GATEWAYS + "/new", **NOT_FOUND)
    result = apply({"id": "a"}, {"id": "new"}, purge=True)
    assert operations(result) == [("a", "unchanged"), ("new", "failed"), ("old", "failed")]
    assert result["results"][2]["error"]["msg"] == "Not deleted by purge, as these could not be created: new."
    assert result["summary"]["deleted"] == 0


def test_purge_deletes_nothing_if_a_gateway_vanished_and_cannot_be_created(api, gateway, apply):
    api.expect_page([gateway(id="a"), gateway(id="old")])
    api.expect("GET", GATEWAYS + "/a", **NOT_FOUND)
    api.expect("POST", GATEWAYS, status=403, errors=[{"code": 10000, "message": "no"}])
    assert operations(apply({"id": "a", "cache_ttl": 5}, purge=True)) == [("a", "failed"), ("old", "failed")]


def test_purge_continues_if_an_update_failed(api, gateway, apply):
    api.expect_page([gateway(id="a"), gateway(id="old")])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a"))
    api.expect("PUT", GATEWAYS + "/a", status=400, errors=[{"code": 7001, "message": "Invalid", "path": ["body", "cache_ttl"]}])
    api.expect("DELETE", GATEWAYS + "/old", answer=gateway(id="old"))
    assert operations(apply({"id": "a", "cache_ttl": 5}, purge=True)) == [("a", "failed"), ("old", "deleted")]


LATER = [
    ({"created_at": "2026-02-02T00:00:00.000Z"}, "unchanged"),
    ({"is_default": True}, "unchanged"),
    ({"cache_ttl": 9}, "deleted"),
    (None, "unchanged"),
]


@pytest.mark.parametrize(("later", "operation"), LATER)
def test_a_late_deletion_by_purge_reads_the_gateway_first(api, gateway, apply, waits, monkeypatch, later, operation):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, text: warnings.append(text))
    api.expect_page([gateway(id="old")])
    api.expect("DELETE", GATEWAYS + "/old", status=429, errors=[], headers={"Retry-After": "15"})
    api.expect("GET", GATEWAYS + "/old", **(NOT_FOUND if later is None else {"answer": gateway(id="old", **later)}))
    if operation == "deleted":
        api.expect("DELETE", GATEWAYS + "/old", answer=gateway(id="old"))
    assert operations(apply(purge=True, purge_limit=1)) == [("old", operation)]
    assert waits == [15]
    assert bool(warnings) is (operation == "unchanged" and later is not None)
    assert not warnings or "purge left out the deletion of old" in warnings[0]


def test_a_late_deletion_that_is_declared_is_done(api, gateway, apply, waits):
    api.expect_page([gateway(id="old")])
    api.expect("DELETE", GATEWAYS + "/old", status=429, errors=[], headers={"Retry-After": "15"})
    api.expect("DELETE", GATEWAYS + "/old", answer=gateway(id="old"))
    assert operations(apply({"id": "old", "state": "absent"})) == [("old", "deleted")]


def test_a_deletion_by_purge_that_is_always_late_is_not_done(api, gateway, apply, waits):
    api.expect_page([gateway(id="old")])
    for _round in range(4):
        api.expect("DELETE", GATEWAYS + "/old", status=429, errors=[], headers={"Retry-After": "15"})
        api.expect("GET", GATEWAYS + "/old", answer=gateway(id="old"))
    result = apply(purge=True, purge_limit=1)
    assert operations(result) == [("old", "failed")]
    assert "or the rate limit delays each write for too long" in result["msg"]


# Replicas that lag.


def at(second, **settings):
    return dict(settings, modified_at=f"2026-01-01T00:00:{second:02}.000Z")


@pytest.fixture
def two_tasks(api, monkeypatch):
    """Let two tasks share the record of what was written, as in a loop in one process."""
    written = Written()
    real = client.Client.__init__

    def init(self, connection, transport=None, report_progress=None, rate_limiter=None, _written=None):
        real(self, connection, transport, report_progress, rate_limiter, written)

    monkeypatch.setattr(client.Client, "__init__", init)


def test_a_read_that_is_older_than_the_last_write_is_repeated(api, gateway, run_module, two_tasks, waits):
    one = GATEWAYS + "/a"
    api.expect("GET", one, answer=gateway(**at(1)))
    api.expect("PUT", one, answer=gateway(**at(5, zdr=True)))
    run_module({"id": "a", "zdr": True})
    api.expect("GET", one, answer=gateway(**at(1)))
    api.expect("GET", one, answer=gateway(**at(5, zdr=True)))
    api.expect("PUT", one, answer=gateway(**at(6, zdr=True, cache_ttl=5)))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "updated"
    assert bodies(api)[1]["zdr"] is True
    assert len(waits) == 1


def test_a_replica_that_stays_behind_fails_the_task_without_a_write(api, gateway, run_module, two_tasks, waits):
    one = GATEWAYS + "/a"
    api.expect("GET", one, **NOT_FOUND)
    api.expect("POST", GATEWAYS, answer=gateway(**at(5)))
    run_module({"id": "a"})
    for _read in range(5):
        api.expect("GET", one, answer=gateway(**at(1)))
    result = run_module({"id": "a", "cache_ttl": 5})
    assert result["failed"]
    assert "still returns an older copy than the one this task wrote" in result["msg"]


def test_an_older_copy_in_a_list_is_not_taken_for_unchanged(api, gateway, run_module, two_tasks):
    one = GATEWAYS + "/a"
    api.expect("GET", one, answer=gateway(**at(1)))
    api.expect("PUT", one, answer=gateway(**at(5, cache_ttl=5)))
    run_module({"id": "a", "cache_ttl": 5})
    api.expect_page([gateway(**at(1))])
    api.expect("GET", one, answer=gateway(**at(5, cache_ttl=5)))
    api.expect("PUT", one, answer=gateway(**at(6)))
    result = run_module({"gateways": [{"id": "a", "cache_ttl": 0}]}, "ai_gateways")
    assert operations(result) == [("a", "updated")]


def test_a_gateway_that_was_deleted_and_created_again_is_no_older_copy(api, gateway, run_module, two_tasks):
    one = GATEWAYS + "/a"
    api.expect("GET", one, answer=gateway(**at(1)))
    api.expect("PUT", one, answer=gateway(**at(5, cache_ttl=5)))
    run_module({"id": "a", "cache_ttl": 5})
    api.expect("GET", one, answer=gateway(**at(5, cache_ttl=5)))
    api.expect("DELETE", one, answer=gateway())
    run_module({"id": "a", "state": "absent"})
    api.expect("GET", one, answer=gateway(**at(5, cache_ttl=5)))
    api.expect("GET", one, answer=gateway(**at(6)))
    assert run_module({"id": "a"})["operation"] == "unchanged"


def test_a_refusal_after_a_create_does_not_report_that_nothing_was_changed(api, gateway, apply):
    api.expect_page([])
    api.expect("POST", GATEWAYS, answer=gateway(id="a", stripe={"authorization": "********", "usage_events": []}))
    message = apply({"id": "a", "cache_ttl": 5})["results"][0]["error"]["msg"]
    assert "Declare stripe in this task too" in message
    assert "The AI Gateway itself was created." in message
    assert "Nothing was changed" not in message
