# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates of one gateway that had to wait are planned again, because somebody else may have changed the gateway in the meantime."""

from __future__ import annotations

import pytest

GATEWAYS = "/ai-gateway/gateways"
ONE = GATEWAYS + "/a"
REFUSED = [{"code": 7001, "message": "already exists", "path": ["body", "id"]}]


RATE_LIMITED = {"status": 429, "errors": [], "headers": {"Retry-After": "11"}}


# It may have been carried out.
UNKNOWN = {"status": 503, "headers": {"Retry-After": "60"}}


@pytest.mark.parametrize("answer", [RATE_LIMITED, UNKNOWN])
def test_an_update_that_had_to_wait_is_based_on_another_read(api, gateway, run_module, answer, stored_body):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, **answer)
    api.expect("GET", ONE, answer=gateway(zdr=True))
    api.expect("PUT", ONE, body=dict(stored_body(gateway(zdr=True)), cache_ttl=5), answer=gateway(zdr=True, cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "updated"


def test_an_update_that_was_certainly_not_done_has_no_unknown_outcome(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, **RATE_LIMITED)
    api.expect("GET", ONE, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    result = run_module({"id": "a", "cache_ttl": 5})
    assert (result["status"], result["request"]["method"]) == (403, "GET")
    assert "unknown" not in result["msg"]


@pytest.mark.parametrize("answer", [RATE_LIMITED, UNKNOWN])
def test_a_gateway_that_is_gone_after_the_wait_is_created(api, gateway, run_module, answer):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, **answer)
    api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    api.expect("POST", GATEWAYS, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "created"


def test_a_short_wait_does_not_cause_another_read(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, status=429, errors=[], headers={"Retry-After": "10"})
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "updated"


def test_the_last_update_is_sent_even_if_every_one_is_late(api, gateway, run_module):
    for _round in range(3):
        api.expect("GET", ONE, answer=gateway())
        api.expect("PUT", ONE, **RATE_LIMITED)
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, **RATE_LIMITED)
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "updated"


def test_an_update_that_may_have_been_done_before_the_wait_is_looked_for(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, **UNKNOWN)
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    result = run_module({"id": "a", "cache_ttl": 5})
    assert (result["operation"], result["changed_settings"]) == ("updated", ["cache_ttl"])


def test_an_update_that_may_have_been_done_and_cannot_be_read_has_an_unknown_outcome(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, **UNKNOWN)
    api.expect("GET", ONE, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    result = run_module({"id": "a", "cache_ttl": 5})
    assert result["failed"]
    assert "was not sent again, because the item was read too long ago" in result["msg"]
    assert "Its outcome is unknown, because reading failed too: GET" in result["msg"]


def test_a_refused_retry_does_not_hide_the_outcome_of_an_earlier_attempt(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, status=503)
    api.expect("PUT", ONE, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "updated"


def test_an_update_that_was_done_is_reported_even_if_only_a_refused_create_reveals_it(api, gateway, run_module):
    """The read after the update comes from an old copy, which does not contain the gateway."""
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, status=524)
    api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    api.expect("POST", GATEWAYS, status=400, errors=REFUSED)
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    result = run_module({"id": "a", "cache_ttl": 5}, diff=True)
    assert (result["operation"], result["changed_settings"]) == ("updated", ["cache_ttl"])
    assert (result["diff"]["before"]["cache_ttl"], result["diff"]["after"]["cache_ttl"]) == (0, 5)


def test_an_update_that_may_have_been_done_before_the_gateway_was_not_found_is_reported(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, status=503)
    api.expect("PUT", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    api.expect("POST", GATEWAYS, status=400, errors=REFUSED)
    api.expect("GET", ONE, answer=gateway(cache_ttl=5))
    assert run_module({"id": "a", "cache_ttl": 5})["operation"] == "updated"


def test_an_update_after_a_create_and_a_wait_is_based_on_another_read_and_reported_as_created(
    api, absent, gateway, run_module, stored_body, create_defaults
):
    """Somebody changes another setting of the new gateway in the meantime."""
    api.expect("POST", GATEWAYS, answer=gateway())
    api.expect("PUT", ONE, **RATE_LIMITED)
    api.expect("GET", ONE, answer=gateway(zdr=True))
    api.expect("PUT", ONE, body=dict(stored_body(gateway(zdr=True)), logpush=True), answer=gateway(zdr=True, logpush=True))
    result = run_module({"id": "a", "logpush": True}, diff=True)
    assert result["operation"] == "created"
    assert result["changed_settings"] == sorted([*create_defaults, "logpush"])
    assert result["diff"]["before"] == {}


def test_a_create_that_cannot_be_completed_after_a_wait_reports_that_it_was_created(api, absent, gateway, run_module):
    api.expect("POST", GATEWAYS, answer=gateway())
    api.expect("PUT", ONE, **RATE_LIMITED)
    api.expect("GET", ONE, answer=gateway(zdr=True))
    api.expect("PUT", ONE, status=403, errors=[{"code": 10000, "message": "Authentication error"}])
    assert "The AI Gateway itself was created." in run_module({"id": "a", "logpush": True})["msg"]


def test_a_create_that_is_never_found_is_repeated_up_to_max_retries(api, absent, run_module):
    for _try in range(4):
        api.expect("POST", GATEWAYS, status=524)
        for _attempt in range(3):
            api.expect("GET", ONE, status=404, errors=[{"code": 7002, "message": "Not found"}])
    assert "HTTP 524" in run_module({"id": "a", "max_retries": 3})["msg"]
