# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for one gateway without an answer, and gateways that somebody else creates or deletes at the same time."""

from __future__ import annotations

import pytest

GATEWAYS = "/ai-gateway/gateways"
ONE = GATEWAYS + "/a"
REFUSED = [{"code": 7001, "message": "already exists", "path": ["body", "id"]}]


@pytest.mark.parametrize(("status", "errors"), [(400, REFUSED), (409, REFUSED), (409, [{"code": 1, "message": "there is one"}])])
def test_a_gateway_that_appears_in_the_meantime_is_updated(api, absent, gateway, run_module, status, errors, stored_body):
    api.expect("POST", GATEWAYS, status=status, errors=errors)
    api.expect("GET", ONE, answer=gateway(cache_ttl=1, zdr=True))
    api.expect("PUT", ONE, body=dict(stored_body(gateway(zdr=True)), cache_ttl=5), answer=gateway(cache_ttl=5, zdr=True))
    result = run_module({"id": "a", "cache_ttl": 5})
    assert result["operation"] == "updated"
    assert result["gateway"]["zdr"] is True


def test_a_refused_create_is_reported_as_such(api, absent, run_module):
    api.expect("POST", GATEWAYS, status=400, errors=[{"code": 7001, "message": "Bad id", "path": ["body", "id"]}])
    api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    result = run_module({"id": "a"})
    assert result["failed"]
    assert result["errors"] == [{"code": 7001, "message": "Bad id", "path": ["body", "id"]}]
    assert result["request"]["method"] == "POST"


def test_a_gateway_that_vanishes_in_the_meantime_is_created_again(api, gateway, run_module, create_defaults):
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    api.expect("PUT", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    api.expect("POST", GATEWAYS, body=dict(create_defaults, id="a", cache_ttl=5), answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "created"


def test_a_gateway_that_is_repeatedly_deleted_and_created_is_a_failure(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    for _round in range(2):
        api.expect("PUT", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
        api.expect("POST", GATEWAYS, status=400, errors=REFUSED)
        api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    result = run_module({"id": "a", "cache_ttl": 5})
    assert result["failed"]
    assert "somebody else" in result["msg"]


def test_deleting_a_gateway_that_vanishes_in_the_meantime_is_a_deletion(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("DELETE", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    assert run_module({"id": "a", "state": "absent"})["operation"] == "deleted"


def test_a_create_of_unknown_outcome_is_looked_for_and_found(api, absent, gateway, run_module):
    api.expect("POST", GATEWAYS, status=504)
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    result = run_module({"id": "a", "cache_ttl": 5})
    assert (result["operation"], result["changed"]) == ("created", True)


def test_a_create_of_unknown_outcome_is_repeated_only_after_reads(api, absent, gateway, run_module):
    api.expect("POST", GATEWAYS, status=504)
    for _attempt in range(3):
        api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    api.expect("POST", GATEWAYS, status=400, errors=REFUSED)
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "created"


def test_a_create_whose_outcome_cannot_be_read_is_reported(api, absent, run_module):
    api.expect("POST", GATEWAYS, status=504)
    api.expect("GET", ONE, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    result = run_module({"id": "a"})
    assert result["failed"]
    assert result["status"] == 504
    assert "Run the task again" in result["msg"]


def test_an_update_of_unknown_outcome_is_verified_by_a_read(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    api.expect("PUT", ONE, status=200, raw="<html>")
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "updated"


def test_an_update_that_was_not_done_fails(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    api.expect("PUT", ONE, status=200, raw="<html>")
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    assert run_module({"id": "a", "cache_ttl": 5})["failed"]


def test_an_update_of_unknown_outcome_on_a_gateway_that_vanished_creates_it(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(cache_ttl=1))
    api.expect("PUT", ONE, status=200, raw="<html>")
    api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    api.expect("POST", GATEWAYS, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "created"


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_delete_of_unknown_outcome_is_verified_by_a_read(api, gateway, run_module, is_gone):
    api.expect("GET", ONE, answer=gateway())
    api.expect("DELETE", ONE, status=200, raw="<html>")
    if is_gone:
        api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    else:
        api.expect("GET", ONE, answer=gateway())
    result = run_module({"id": "a", "state": "absent"})
    assert bool(result.get("failed")) is not is_gone


def test_a_delete_whose_outcome_cannot_be_read_is_reported(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("DELETE", ONE, status=200, raw="<html>")
    api.expect("GET", ONE, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    result = run_module({"id": "a", "state": "absent"})
    assert result["request"]["method"] == "DELETE"
    assert "Its outcome is unknown, because reading failed too: GET" in result["msg"]
