# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Custom domains, with each of their switches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, codes, result

ZONE = "a" * 32
BODY: dict[str, Any] = {"domain": "ai.example.com", "zone_id": ZONE}


@pytest.fixture
def domains(clients: Callable[[str], Client], simulator: Simulator) -> Client:
    simulator.seed({"id": "one"})
    return clients("ai-gateway/gateways/one/custom-domains")


def make(domains: Client, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = result(domains.call("POST", json={**BODY, **fields}))
    return made


def refusal(domains: Client, **fields: Any) -> tuple[int, str]:
    """Return the code and message of a refused create."""
    [error] = domains.call("POST", json={**BODY, **fields}).json()["errors"]
    return error["code"], error["message"]


def test_lifecycle_of_a_domain(domains: Client, simulator: Simulator) -> None:
    made = make(domains, minTLS="1.2")
    assert set(made) == {"hostname", "gateway_id", "status", "cname_target", "created_at", "modified_at"}
    assert (made["hostname"], made["gateway_id"], made["status"]) == ("ai.example.com", "one", "initializing")
    assert abs(made["created_at"] / 1000 - time.time()) < 60
    shown = {**made, "status": "active"}
    assert result(domains.get("ai.example.com")) == shown
    assert result(domains.call("GET")) == [shown]
    [stored] = simulator.items("custom_domains")
    assert (stored["zone_id"], stored["minTLS"]) == (ZONE, "1.2")
    assert [codes(domains.call(method, "/ai.example.com", json={})) for method in ("PUT", "PATCH")] == [(404, [7003, 7000])] * 2
    assert result(domains.delete("ai.example.com")) == shown
    assert [codes(answer) for answer in (domains.get("ai.example.com"), domains.delete("ai.example.com"))] == [(404, [7002])] * 2


@pytest.mark.parametrize(
    "fields",
    [
        {"domain": "*.example.com"},
        {"domain": "AI.example.com"},
        {"domain": "example"},
        {"domain": "a..example.com"},
        {"domain": ".".join(["a" * 60] * 5)},
        {"domain": None},
        {"zone_id": "short"},
        {"zone_id": "A" * 32},
        {"minTLS": "1.4"},
        {"min_tls": "1.2"},
        {"hostname": "ai.example.com"},
    ],
)
def test_bad_fields_of_a_domain(domains: Client, simulator: Simulator, fields: dict[str, Any]) -> None:
    refused = domains.call("POST", json={**BODY, **fields})
    assert codes(refused) == (400, [7001])
    assert refused.json()["errors"][0]["path"] == ["body", *fields]
    assert simulator.items("custom_domains") == []


@pytest.mark.parametrize("missing", ["domain", "zone_id"])
def test_required_fields_of_a_domain(domains: Client, missing: str) -> None:
    refused = domains.call("POST", json={name: value for name, value in BODY.items() if name != missing})
    assert (codes(refused), refused.json()["errors"][0]["path"]) == ((400, [7001]), ["body", missing])


def test_the_tls_version_has_one_of_two_names(domains: Client, simulator: Simulator) -> None:
    simulator.behave(domain_tls_name="min_tls")
    assert refusal(domains, minTLS="1.2")[0] == 7001
    make(domains, min_tls="1.2")
    simulator.behave(tolerate_unknown=True)
    make(domains, domain="two.example.com", minTLS="1.2", more=1)
    assert "minTLS" not in simulator.items("custom_domains")[1]


def test_the_input_may_be_shown(domains: Client, simulator: Simulator) -> None:
    simulator.behave(domain_input="shown")
    assert {"zone_id": ZONE, "minTLS": "1.3"}.items() <= make(domains, minTLS="1.3").items()


def test_upper_case_may_become_lower_case(domains: Client, simulator: Simulator) -> None:
    simulator.behave(domain_case="lower")
    assert make(domains, domain="AI.Example.com")["hostname"] == "ai.example.com"
    assert refusal(domains, domain=1)[0] == 7001


def test_zones_may_be_restricted(domains: Client, simulator: Simulator) -> None:
    simulator.behave(domain_zones=["b" * 32])
    assert refusal(domains) == (7001, "Zone was not found in this account")
    make(domains, zone_id="b" * 32)


def test_states_advance_with_reads(domains: Client, simulator: Simulator) -> None:
    simulator.behave(domain_step={"polls": 2})
    seen = [make(domains)["status"], *(result(domains.get("ai.example.com"))["status"] for _read in range(5))]
    assert seen == ["initializing"] * 3 + ["pending_dcv"] * 2 + ["active"]
    assert result(domains.call("GET"))[0]["status"] == "active"


def test_states_advance_with_time(domains: Client, simulator: Simulator) -> None:
    simulator.behave(domain_step={"seconds": 0.4}, domain_states=["pending_dcv", "active"])
    assert make(domains)["status"] == result(domains.get("ai.example.com"))["status"] == "pending_dcv"
    time.sleep(0.45)
    assert result(domains.get("ai.example.com"))["status"] == "active"


@pytest.mark.parametrize("end", ["blocked", "error"])
def test_a_domain_may_end_in_a_failed_state(domains: Client, simulator: Simulator, end: str) -> None:
    simulator.behave(domain_states=["initializing", end])
    assert [make(domains)["status"], *(result(domains.get("ai.example.com"))["status"] for _read in range(2))] == ["initializing", end, end]
    with pytest.raises(RuntimeError, match=" 422 "):
        simulator.behave(domain_states=[])


@pytest.mark.parametrize(("form", "expected"), [("iso", "2026-01-02T03:04:05Z"), ("seconds", 1767323045), ("milliseconds", 1767323045000)])
def test_times_of_a_domain(domains: Client, simulator: Simulator, form: str, expected: Any) -> None:
    simulator.behave(domain_times=form)
    simulator.seed_item("custom_domains", {"gateway_id": "one", "created_at": "2026-01-02T03:04:05Z"})
    assert result(domains.get("ai.example.com"))["created_at"] == expected


@pytest.mark.parametrize(("how", "expected"), [("plain", [7001, 7001, 7001]), ("analogy", [7001, 7091, 7090])])
def test_a_name_cannot_be_attached_twice(domains: Client, simulator: Simulator, how: str, expected: list[int]) -> None:
    simulator.behave(domain_codes=how)
    make(domains)
    simulator.seed_item("custom_domains", {"gateway_id": "two", "hostname": "two.example.com"})
    simulator.seed_item("custom_domains", {"gateway_id": "one", "hostname": "three.example.com"}, simulator.other_account_id)
    refusals = [refusal(domains, domain=name) for name in ("ai.example.com", "two.example.com", "three.example.com")]
    assert [code for code, _message in refusals] == expected
    assert ["already exists" in message for _code, message in refusals] == [True, False, False]


def test_a_deleted_name_may_stay_in_use_for_a_while(domains: Client, simulator: Simulator) -> None:
    simulator.behave(domain_release={"polls": 2})
    make(domains)
    result(domains.delete("ai.example.com"))
    assert [refusal(domains) for _try in range(2)] == [(7001, "The domain ai.example.com still exists")] * 2
    make(domains)


def test_lists_of_domains(domains: Client, simulator: Simulator) -> None:
    for name, state in (("a", "active"), ("b", "error"), ("c", "active")):
        simulator.seed_item("custom_domains", {"gateway_id": "one", "hostname": f"{name}.example.com", "status": state})
    simulator.seed_item("custom_domains", {"gateway_id": "two", "hostname": "d.example.com"})

    def listed(**query: Any) -> str:
        return "".join(item["hostname"][0] for item in result(domains.call("GET", params=query)))

    assert (listed(), listed(status="active"), listed(search="b."), listed(per_page=2, page=2)) == ("abc", "ac", "b", "c")
    assert codes(domains.call("GET", params={"status": "gone"})) == (400, [7001])


def test_added_fields_of_a_domain(domains: Client, simulator: Simulator) -> None:
    simulator.behave(added_fields={"custom_domains": {"certificate": {"status": "issued"}}})
    assert make(domains)["certificate"] == {"status": "issued"}


@pytest.mark.parametrize(("children", "left"), [("delete", 0), ("keep", 1)])
def test_domains_of_a_deleted_gateway(api: Client, domains: Client, simulator: Simulator, children: str, left: int) -> None:
    simulator.behave(gateway_children=children)
    make(domains)
    result(api.delete("one"))
    assert len(simulator.items("custom_domains")) == len(result(domains.call("GET"))) == left
    assert codes(domains.delete("ai.example.com")) == (404, [7002])
    assert codes(domains.call("POST", json=BODY)) == (404, [7002])
