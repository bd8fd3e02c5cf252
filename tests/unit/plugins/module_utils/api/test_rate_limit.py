# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task waits for the rate limit, and when it does not."""

from __future__ import annotations

import datetime
from email.utils import format_datetime

import pytest

ONE = "/ai-gateway/gateways/a"
GATEWAYS = "/ai-gateway/gateways"
MISSING = [{"code": 7002, "message": "Not found"}]


def date_in(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return format_datetime(moment, usegmt=True)


@pytest.fixture
def limit(api):
    """Answer the next request with 429 and this Retry-After."""

    def answer(retry_after=None, method="GET", path=ONE):
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        api.expect(method, path, status=429, errors=[{"code": 971, "message": "Slow down"}], headers=headers)

    return answer


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("2", 2),
        ("300", 300),
        # The jitter is switched to its longest, 0.5 s for a first retry.
        ("0", 0.5),
        (date_in(-1000), 0.5),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.5),
        (None, 0.5),
        ("soon", 0.5),
        ("-5", 0.5),
        ("1.5", 0.5),
        ("Jan 2015 24:00 99999999999999999999", 0.5),
    ],
)
def test_the_wait_is_what_the_server_asks_for(limit, api, gateway, run_module, waits, full_jitter, retry_after, seconds):
    limit(retry_after)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert waits == [seconds]


def test_a_date_is_waited_for(limit, api, gateway, run_module, waits):
    limit(date_in(100))
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert 90 < waits[0] <= 100


@pytest.mark.parametrize("retry_after", ["301", "99999999999999999999", date_in(3600), "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_that_is_too_long_is_not_begun(limit, run_module, waits, retry_after):
    limit(retry_after)
    result = run_module({"id": "a"})
    assert result["status"] == 429
    assert "asks to wait" in result["msg"]
    assert "this task has waited 0 s" in result["msg"]
    assert "300 s in all (rate_limit_wait)" in result["msg"]
    assert "1200 requests in five minutes" in result["msg"]
    assert waits == []


def test_a_create_is_repeated_after_the_wait(limit, api, gateway, run_module, waits):
    api.expect("GET", ONE, status=404, errors=MISSING)
    limit("3", "POST", GATEWAYS)
    api.expect("POST", GATEWAYS, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "created"
    assert waits == [3]


def test_the_waits_of_all_requests_of_a_task_count_together(limit, api, run_module, waits):
    limit("4")
    limit("4")
    api.expect("GET", ONE, status=404, errors=MISSING)
    limit("2", "POST", GATEWAYS)
    limit("1", "POST", GATEWAYS)
    result = run_module({"id": "a", "rate_limit_wait": 10})
    assert result["request"]["method"] == "POST"
    assert "asks to wait 1 s" in result["msg"]
    assert "has waited 10 s" in result["msg"]
    assert waits == [4, 4, 2]


def test_a_wait_that_just_fits_is_made(limit, api, gateway, run_module, waits):
    limit("10")
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a", "rate_limit_wait": 10})["operation"] == "unchanged"
    assert waits == [10]


@pytest.mark.parametrize(
    ("retry_after", "text"),
    [("1", "asks to wait 1 s"), ("0", "asks to wait 0 s"), (date_in(-1000), "asks to wait 0 s"), (None, "does not say how long")],
)
def test_who_allows_no_wait_fails_at_once(limit, run_module, waits, retry_after, text):
    limit(retry_after)
    result = run_module({"id": "a", "rate_limit_wait": 0})
    assert result["status"] == 429
    assert text in result["msg"]
    assert waits == []


@pytest.mark.parametrize("retry_after", ["1", None])
def test_no_retries_means_no_wait(limit, run_module, waits, retry_after):
    limit(retry_after)
    assert run_module({"id": "a", "max_retries": 0})["status"] == 429
    assert waits == []


def test_a_limit_that_stays_is_given_up_on_after_the_last_try(limit, run_module, waits):
    for _try in range(3):
        limit("1")
    result = run_module({"id": "a", "max_retries": 2})
    assert "[971] Slow down" in result["msg"]
    assert "try 3" in result["msg"]
    assert waits == [1, 1]


def test_a_busy_server_that_names_a_time_is_given_it(api, gateway, run_module, waits):
    api.expect("GET", ONE, status=503, headers={"Retry-After": "7"})
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert waits == [7]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_other_failures_do_not_set_the_time(api, gateway, run_module, waits, status):
    api.expect("GET", ONE, status=status, headers={"Retry-After": "7"})
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert waits[0] <= 0.5
