# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A custom domain of a gateway, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import pytest

GATEWAY = "/ai-gateway/gateways/a"
DOMAINS = GATEWAY + "/custom-domains"
ONE = DOMAINS + "/ai.example.com"
ZONE = "0123456789abcdef0123456789abcdef"
TARGET = "t-1.cname.example.net"
STORED = {
    "hostname": "ai.example.com",
    "gateway_id": "a",
    "status": "pending_dcv",
    "cname_target": TARGET,
    "created_at": 1767225600000,
    "modified_at": 1767225600000,
}
ACTIVE = dict(STORED, status="active")
NOT_FOUND = [{"code": 7002, "message": "Not found"}]
RECORD = {"record": "ai.example.com", "type": "CNAME", "value": TARGET, "proxied": True}


@pytest.fixture
def apply(run_module):
    def run(check_mode=False, diff=False, **options):
        given = {"gateway_id": "a", "hostname": "ai.example.com", **options}
        return run_module(given, "ai_gateway_custom_domain", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def absent(api):
    api.expect("GET", ONE, status=404, errors=NOT_FOUND)


@pytest.fixture
def the_gateway(api, gateway):
    return lambda: api.expect("GET", GATEWAY, answer=gateway())


def test_a_create_sends_the_names_of_requests_and_reads_those_of_answers(api, apply, absent, the_gateway):
    the_gateway()
    api.expect("POST", DOMAINS, body={"domain": "ai.example.com", "zone_id": ZONE, "minTLS": "1.2"}, answer=STORED)
    result = apply(zone_id=ZONE, min_tls="1.2", diff=True)
    assert (result["changed"], result["operation"], result["changed_settings"]) == (True, "created", ["minTLS", "zone_id"])
    assert result["custom_domain"] == STORED
    assert (result["cname_target"], result["dns_record"]) == (TARGET, RECORD)
    assert "created_at" not in result["diff"]["after"]


def test_the_state_of_the_domain_is_not_mistaken_for_an_http_status(api, apply):
    api.expect("GET", ONE, answer=STORED)
    assert "status" not in apply()


def test_unchanged_takes_one_request(api, apply):
    api.expect("GET", ONE, answer=STORED)
    result = apply()
    assert (result["changed"], result["operation"], result["dns_record"]) == (False, "unchanged", RECORD)
    assert len(api.calls) == 1


@pytest.mark.parametrize("recreate", [True, False])
def test_settings_that_no_answer_shows_are_no_difference(api, apply, recreate):
    api.expect("GET", ONE, answer=STORED)
    assert apply(zone_id=ZONE, min_tls="1.3", recreate=recreate)["operation"] == "unchanged"


def test_a_difference_that_a_newer_api_shows_is_a_failure(api, apply):
    api.expect("GET", ONE, answer=dict(STORED, minTLS="1.0"))
    message = apply(min_tls="1.2")["msg"]
    assert "minTLS: declared '1.2', stored '1.0'" in message
    assert "set recreate to true" in message


def test_a_difference_that_a_newer_api_shows_is_removed_by_recreating(api, apply):
    api.expect("GET", ONE, answer=dict(STORED, minTLS="1.0"))
    api.expect("DELETE", ONE, answer=STORED)
    api.expect("POST", DOMAINS, body={"domain": "ai.example.com", "zone_id": ZONE, "minTLS": "1.2"}, answer=dict(STORED, minTLS="1.2"))
    result = apply(zone_id=ZONE, min_tls="1.2", recreate=True)
    assert (result["operation"], result["changed_settings"]) == ("recreated", ["minTLS"])


def test_nothing_is_deleted_that_could_not_be_created_again(api, apply):
    api.expect("GET", ONE, answer=dict(STORED, minTLS="1.0"))
    assert "zone_id is missing" in apply(min_tls="1.2", recreate=True)["msg"]
    assert len(api.calls) == 1


def test_a_new_domain_needs_its_zone(api, apply, absent, the_gateway):
    the_gateway()
    assert "zone_id is missing" in apply()["msg"]
    assert {call.method for call in api.calls} == {"GET"}


def test_a_new_domain_needs_its_gateway(api, apply, absent):
    api.expect("GET", GATEWAY, status=404, errors=NOT_FOUND)
    assert "AI Gateway 'a' does not exist" in apply(zone_id=ZONE)["msg"]


@pytest.mark.parametrize(
    "name", ["AI.example.com", "*.example.com", "localhost", "ai.example.com.", "ai_1.example.com", "a." * 126 + "com"]
)
def test_an_invalid_host_name_is_refused(api, apply, name):
    assert "hostname" in apply(hostname=name, zone_id=ZONE)["msg"]
    assert api.calls == []


@pytest.mark.parametrize(
    ("name", "value"), [("zone_id", "example.com"), ("zone_id", ZONE.upper()), ("min_tls", "1.4"), ("wait_timeout", 0)]
)
def test_invalid_options_are_refused(api, apply, name, value):
    assert name in apply(**{name: value})["msg"]
    assert api.calls == []


def test_hostname_has_the_alias_domain(api, run_module):
    api.expect("GET", ONE, answer=STORED)
    assert run_module({"gateway_id": "a", "domain": "ai.example.com"}, "ai_gateway_custom_domain")["operation"] == "unchanged"


def test_a_create_of_unknown_outcome_is_looked_for_and_not_sent_twice(api, apply, absent, the_gateway):
    the_gateway()
    api.expect("POST", DOMAINS, status=502)
    api.expect("GET", ONE, status=404, errors=NOT_FOUND)
    api.expect("GET", ONE, answer=STORED)
    assert apply(zone_id=ZONE)["operation"] == "created"
    assert [call.method for call in api.calls].count("POST") == 1


def test_a_domain_of_another_gateway_is_a_failure_with_the_error_of_the_api(api, apply, absent, the_gateway):
    errors = [{"code": 7001, "message": "Domain is attached to another gateway", "path": ["body", "domain"]}]
    the_gateway()
    api.expect("POST", DOMAINS, status=400, errors=errors)
    api.expect("GET", ONE, status=404, errors=NOT_FOUND)
    result = apply(zone_id=ZONE)
    assert (result["failed"], result["status"], result["errors"]) == (True, 400, errors)


def test_an_answer_about_another_domain_is_a_failure(api, apply):
    api.expect("GET", ONE, answer=dict(STORED, hostname="other.example.com"))
    assert "not the item that was asked for" in apply()["msg"]


def test_a_domain_is_waited_for_until_it_is_active(api, apply, absent, the_gateway, waits):
    the_gateway()
    api.expect("POST", DOMAINS, answer=dict(STORED, status="initializing"))
    for status in ("initializing", "pending_dcv", "active"):
        api.expect("GET", ONE, answer=dict(STORED, status=status, modified_at=1767225600001))
    result = apply(zone_id=ZONE, wait=True)
    assert (result["operation"], result["custom_domain"]["status"]) == ("created", "active")
    assert waits == [1.0, 2.0]


def test_a_domain_that_is_active_is_not_waited_for(api, apply, waits):
    api.expect("GET", ONE, answer=ACTIVE)
    assert apply(wait=True)["changed"] is False
    assert waits == []


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("status", ["blocked", "error"])
def test_a_domain_that_will_not_become_active_is_a_failure_at_once(api, apply, waits, status, is_known):
    api.expect("GET", ONE, answer=dict(STORED, status=status) if is_known else STORED)
    if not is_known:
        api.expect("GET", ONE, answer=dict(STORED, status=status))
    message = apply(wait=True)["msg"]
    assert f"custom domain 'ai.example.com' is {status}, and not active" in message
    assert "deleted and created again" in message
    assert waits == []


def test_a_domain_that_does_not_become_active_in_time_is_a_failure_that_names_the_record(api, apply, waits):
    for _attempt in range(8):
        api.expect("GET", ONE, answer=STORED)
    message = apply(wait=True, wait_timeout=30)["msg"]
    assert "is pending_dcv after 30 s" in message
    assert f"CNAME record ai.example.com with the value {TARGET}" in message
    assert waits == [1.0, 2.0, 4.0, 8.0, 10.0, 5.0]


def test_a_domain_that_is_deleted_while_it_is_waited_for_is_a_failure(api, apply):
    api.expect("GET", ONE, answer=STORED)
    api.expect("GET", ONE, status=404, errors=NOT_FOUND)
    message = apply(wait=True)["msg"]
    assert "is absent, and not active" in message


def test_a_domain_that_is_blocked_is_no_failure_unless_it_is_waited_for(api, apply):
    api.expect("GET", ONE, answer=dict(STORED, status="blocked"))
    assert apply()["custom_domain"]["status"] == "blocked"


def test_check_mode_predicts_a_new_domain(api, apply, absent, the_gateway):
    the_gateway()
    result = apply(zone_id=ZONE, min_tls="1.2", wait=True, check_mode=True)
    assert (result["operation"], result["changed_settings"]) == ("created", ["minTLS", "zone_id"])
    assert result["custom_domain"] == {"gateway_id": "a", "hostname": "ai.example.com"}


def test_check_mode_waits_for_nothing(api, apply, waits):
    api.expect("GET", ONE, answer=STORED)
    assert apply(wait=True, check_mode=True)["operation"] == "unchanged"
    assert waits == []


def test_a_gateway_that_does_not_exist_is_a_warning_in_check_mode(api, apply, absent, monkeypatch):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warnings.append(warning))
    api.expect("GET", GATEWAY, status=404, errors=NOT_FOUND)
    assert apply(zone_id=ZONE, check_mode=True)["operation"] == "created"
    assert "AI Gateway 'a' does not exist yet" in warnings[0]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_deletion_takes_two_requests(api, apply, check_mode):
    api.expect("GET", ONE, answer=STORED)
    if not check_mode:
        api.expect("DELETE", ONE, answer=STORED)
    result = apply(state="absent", wait=True, check_mode=check_mode)
    assert result["operation"] == "deleted"
    assert {"custom_domain", "dns_record", "cname_target"}.isdisjoint(result)


def test_deleting_an_absent_domain_is_unchanged(apply, absent):
    assert apply(state="absent")["operation"] == "unchanged"
