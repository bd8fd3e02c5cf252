# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading gateways, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import pytest

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
GATEWAYS = "/ai-gateway/gateways"
MISSING = [{"code": 7002, "message": "Not found"}]
SECRET = "invented-authorization"


@pytest.fixture
def info(run_module):
    def run(**options):
        return run_module(options, "ai_gateway_info")

    return run


def ids_of(result):
    return [gateway["id"] for gateway in result["gateways"]]


def test_one_id_takes_one_request(api, gateway, info):
    api.expect("GET", GATEWAYS + "/a", answer=gateway())
    result = info(id="a")
    assert ids_of(result) == ["a"]
    assert result["changed"] is False
    assert "ansible_facts" not in result


def test_unknown_ids_are_omitted_and_the_others_are_in_the_given_order(api, gateway, info):
    api.expect("GET", GATEWAYS + "/b", answer=gateway(id="b"))
    api.expect("GET", GATEWAYS + "/x", status=404, errors=MISSING)
    api.expect("GET", GATEWAYS + "/a", answer=gateway())
    assert ids_of(info(ids=["b", "x", "a", "b"])) == ["b", "a"]


def test_many_ids_are_looked_up_in_a_listing(api, gateway, info):
    wanted = [f"g{number}" for number in range(11)]
    api.expect_page([gateway(id=name) for name in ("other", *reversed(wanted[1:]))])
    assert ids_of(info(ids=wanted)) == wanted[1:]


def test_an_empty_list_of_ids_returns_no_gateways(api, info):
    assert info(ids=[])["gateways"] == []


def test_the_server_does_the_search(api, gateway, info):
    api.expect_page([gateway(id="team-a")], search="team &?")
    assert ids_of(info(search="team &?")) == ["team-a"]


@pytest.mark.parametrize("options", [{}, {"search": ""}])
def test_without_ids_and_search_all_gateways_are_returned(api, gateway, info, options):
    api.expect_page([gateway(id="a"), gateway(id="b")])
    assert ids_of(info(**options)) == ["a", "b"]


def test_check_mode_returns_the_same(api, gateway, run_module):
    api.expect_page([gateway()])
    assert ids_of(run_module({}, "ai_gateway_info", check_mode=True, diff=True)) == ["a"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"ids": ["a", ""]}, "ids[1]: id is empty"),
        ({"ids": ["x" * 65]}, "ids[0]: id has 65 characters"),
        ({"ids": [".."]}, "ids[0]: id is .., which cannot be part of a URL: correct it"),
        ({"ids": ["a"], "search": "b"}, "ids and search are given together"),
    ],
)
def test_invalid_options_are_refused(info, options, problem):
    assert problem in info(**options)["msg"]


def test_a_wrong_account_is_an_error_and_not_an_empty_list(api, info):
    api.expect("GET", GATEWAYS + "/a", status=404, errors=[{"code": 7003, "message": "no route"}])
    assert "Check account_id" in info(id="a")["msg"]


def test_secrets_are_masked_in_all_places(api, gateway, info):
    stripe = {"authorization": SECRET, "usage_events": []}
    api.expect_page([gateway(stripe=stripe, echo=f"it is {SECRET}"), gateway(id="b")])
    result = info()
    assert result["gateways"][0]["stripe"]["authorization"] == MASK
    assert SECRET not in str(result)


def test_settings_that_are_not_set_are_returned(api, gateway, info):
    api.expect_page([gateway(of_the_future=1)])
    (found,) = info()["gateways"]
    assert (found["otel"], found["zdr"], found["of_the_future"]) == (None, False, 1)


def test_a_variable_of_the_environment_that_is_no_text_is_refused_by_name(run_module):
    variables = {"CLOUDFLARE_ACCOUNT_ID": "abc\udcff", "CLOUDFLARE_API_TOKEN": "invented-token"}
    result = run_module({}, "ai_gateway_info", env=variables, connection=False)
    assert "account_id is abc , which cannot be part of a URL: correct it" in result["msg"]
