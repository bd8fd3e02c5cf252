# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the rate limit, up to ``rate_limit_wait``."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.rate_limit import RateLimiter, parse_limits
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NotSent, Request

REQUEST = Request("GET", "/x")
ONE = "/ai-gateway/gateways/a"
GATEWAYS = "/ai-gateway/gateways"
MISSING = [{"code": 7002, "message": "Not found"}]


def date_in(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return format_datetime(moment, usegmt=True)


@pytest.fixture
def limit(api):
    """Return a function that answers the next request with 429 and this Retry-After."""

    def answer(retry_after=None, method="GET", path=ONE):
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        api.expect(method, path, status=429, errors=[{"code": 971, "message": "Slow down"}], headers=headers)

    return answer


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("2", 2),
        ("300", 300),
        # ``full_jitter`` makes the pause before a first retry as long as possible: 0.5 s.
        ("0", 0.5),
        pytest.param(date_in(-1000), 0.5, id="a date that has passed"),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.5),
        (None, 0.5),
        ("soon", 0.5),
        ("-5", 0.5),
        ("1.5", 0.5),
        ("Jan 2015 24:00 99999999999999999999", 0.5),
    ],
)
def test_retry_after_determines_the_wait(limit, api, gateway, run_module, waits, full_jitter, retry_after, seconds):
    limit(retry_after)
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert waits == [seconds]


def test_retry_after_may_be_a_date(limit, api, gateway, run_module, waits):
    limit(date_in(100))
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert 90 < waits[0] <= 100


@pytest.mark.parametrize(
    "retry_after",
    ["301", "99999999999999999999", pytest.param(date_in(3600), id="a date in an hour"), "Fri, 31 Dec 9999 23:59:59 GMT"],
)
def test_a_wait_that_is_too_long_fails_at_once(limit, run_module, waits, retry_after):
    limit(retry_after)
    result = run_module({"id": "a"})
    assert result["status"] == 429
    assert "requested a wait" in result["msg"]
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
    assert "requested a wait of 1 s" in result["msg"]
    assert "has waited 10 s" in result["msg"]
    assert waits == [4, 4, 2]


def test_a_wait_of_exactly_the_allowance_is_made(limit, api, gateway, run_module, waits):
    limit("10")
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a", "rate_limit_wait": 10})["operation"] == "unchanged"
    assert waits == [10]


@pytest.mark.parametrize(
    ("retry_after", "text"),
    [
        ("1", "requested a wait of 1 s"),
        ("0", "requested a wait of 0 s"),
        pytest.param(date_in(-1000), "requested a wait of 0 s", id="a date that has passed"),
        (None, "did not request a waiting time"),
    ],
)
def test_a_rate_limit_wait_of_zero_fails_at_once(limit, run_module, waits, retry_after, text):
    limit(retry_after)
    result = run_module({"id": "a", "rate_limit_wait": 0})
    assert result["status"] == 429
    assert text in result["msg"]
    assert waits == []


def test_a_rate_limit_wait_of_zero_does_not_allow_a_wait_of_zero_seconds():
    assert not RateLimiter(0).block_for(0)


@pytest.mark.parametrize("retry_after", ["1", None])
def test_no_retries_means_no_wait(limit, run_module, waits, retry_after):
    limit(retry_after)
    assert run_module({"id": "a", "max_retries": 0})["status"] == 429
    assert waits == []


def test_a_persistent_limit_fails_after_the_last_attempt(limit, run_module, waits):
    for _try in range(3):
        limit("1")
    result = run_module({"id": "a", "max_retries": 2})
    assert "[971] Slow down" in result["msg"]
    assert "after 3 attempts" in result["msg"]
    assert waits == [1, 1]


def test_retry_after_of_a_busy_server_is_respected(api, gateway, run_module, waits):
    api.expect("GET", ONE, status=503, headers={"Retry-After": "7"})
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert waits == [7]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_retry_after_of_other_failures_is_ignored(api, gateway, run_module, waits, status):
    api.expect("GET", ONE, status=status, headers={"Retry-After": "7"})
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a"})["operation"] == "unchanged"
    assert waits[0] <= 0.5


def test_other_pauses_do_not_count_as_waiting_for_the_rate_limit(limit, api, gateway, run_module, waits, full_jitter):
    for _try in range(3):
        api.expect("GET", ONE, status=502)
    limit("5")
    api.expect("GET", ONE, answer=gateway())
    assert run_module({"id": "a", "rate_limit_wait": 5})["operation"] == "unchanged"
    assert waits == [0.5, 1, 2, 5]


@pytest.mark.parametrize(
    ("header", "limits"),
    [
        ('"default";r=50;t=30', {"default": {"r": 50, "t": 30}}),
        ('"default";r=50;t=30, "burst";r=5;t=1', {"default": {"r": 50, "t": 30}, "burst": {"r": 5, "t": 1}}),
        ("default ; r=1 ; t=2", {"default": {"r": 1, "t": 2}}),
        ('"burst";q=100;w=60', {"burst": {"q": 100, "w": 60}}),
        ('"default"', {}),
        ('"default";r=x', {}),
        ("r=50", {}),
        ("", {}),
        (None, {}),
        ("\x00;;;===", {}),
    ],
)
def test_the_headers_are_parsed(header, limits):
    assert parse_limits(header) == limits


def quota_headers(remaining, seconds, quota=None, name="default"):
    """Return the rate limit headers of an answer."""
    headers = {"Ratelimit": f'"{name}";r={remaining};t={seconds}'}
    return headers if quota is None else {**headers, "Ratelimit-Policy": f'"{name}";q={quota};w=300'}


def exchange(rate_limiter, headers=None):
    rate_limiter.acquire(REQUEST)
    rate_limiter.release(headers)


def test_without_headers_no_request_waits(waits):
    rate_limiter = RateLimiter(300)
    for _request in range(100):
        exchange(rate_limiter, {})
    assert waits == []


def test_a_request_waits_for_an_exhausted_quota(waits):
    rate_limiter = RateLimiter(300)
    exchange(rate_limiter, quota_headers(0, 30))
    exchange(rate_limiter)
    assert waits == [30]


def test_sequential_requests_may_use_the_whole_quota(waits):
    rate_limiter = RateLimiter(300)
    for remaining in (2, 1, 0):
        exchange(rate_limiter, quota_headers(remaining, 30, quota=120))
    assert waits == []
    exchange(rate_limiter)
    assert waits == [30]


def send_concurrently(rate_limiter, number, headers):
    """Make that number of requests concurrently."""
    for _request in range(number):
        rate_limiter.acquire(REQUEST)
    for _request in range(number):
        rate_limiter.release(headers)


@pytest.mark.parametrize(
    ("number", "remaining", "must_wait"), [(8, 9, False), (8, 8, True), (8, 1, True), (2, 3, False), (2, 2, True), (1, 1, False)]
)
def test_concurrent_requests_reserve_as_many_for_another_task(waits, number, remaining, must_wait):
    rate_limiter = RateLimiter(300)
    send_concurrently(rate_limiter, number, quota_headers(remaining, 30, quota=120))
    exchange(rate_limiter)
    assert waits == ([30] if must_wait else [])


@pytest.mark.parametrize(("remaining", "must_wait"), [(4, False), (3, True)])
def test_only_a_quarter_of_a_small_quota_is_reserved(waits, remaining, must_wait):
    rate_limiter = RateLimiter(300)
    send_concurrently(rate_limiter, 8, quota_headers(remaining, 30, quota=12))
    exchange(rate_limiter)
    assert waits == ([30] if must_wait else [])


def test_requests_in_flight_count_as_sent(waits):
    rate_limiter = RateLimiter(300)
    exchange(rate_limiter, quota_headers(12, 30, quota=120))
    for _request in range(6):
        rate_limiter.acquire(REQUEST)
    assert waits == []
    rate_limiter.acquire(REQUEST)
    assert waits == [30]


@pytest.mark.parametrize("seconds", [30, 32])
def test_answers_may_arrive_out_of_order(waits, seconds):
    """The headers contain whole seconds, so the computed end of a window varies."""
    rate_limiter = RateLimiter(300)
    rate_limiter.acquire(REQUEST)
    rate_limiter.acquire(REQUEST)
    rate_limiter.release(quota_headers(0, 30))
    rate_limiter.release(quota_headers(9, seconds))
    rate_limiter.acquire(REQUEST)
    assert waits == [30]


def test_consecutive_windows_have_no_gap(waits):
    rate_limiter = RateLimiter(300)
    for _window in range(3):
        exchange(rate_limiter, quota_headers(0, 1))
    assert waits == [1, 1]


@pytest.mark.parametrize("entry", ['"odd";r=0', '"odd";t=60'])
def test_an_incomplete_entry_is_ignored(waits, entry):
    rate_limiter = RateLimiter(300)
    exchange(rate_limiter, {"Ratelimit": entry})
    exchange(rate_limiter, {"Ratelimit": entry + ', "default";r=0;t=30'})
    assert waits == []
    exchange(rate_limiter)
    assert waits == [30]


def test_a_new_window_ends_the_wait(waits):
    rate_limiter = RateLimiter(300)
    exchange(rate_limiter, quota_headers(0, 1))
    exchange(rate_limiter, quota_headers(119, 30))
    exchange(rate_limiter, quota_headers(118, 30))
    assert waits == [1]


def test_a_window_that_begins_early_counts(waits):
    """The seconds until the next window are rounded up."""
    rate_limiter = RateLimiter(300)
    exchange(rate_limiter, quota_headers(1, 5))
    exchange(rate_limiter, quota_headers(100, 30))
    exchange(rate_limiter)
    assert waits == []


def test_the_longest_of_several_waits_is_used(waits):
    rate_limiter = RateLimiter(300)
    exchange(rate_limiter, {"Ratelimit": '"burst";r=0;t=2, "default";r=0;t=60, "other";r=50;t=90'})
    exchange(rate_limiter)
    assert waits == [60]


def test_a_wait_that_is_not_allowed_is_reported_and_nothing_is_sent(waits):
    rate_limiter = RateLimiter(20)
    exchange(rate_limiter, quota_headers(0, 30))
    with pytest.raises(NotSent) as caught:
        rate_limiter.acquire(REQUEST)
    assert "GET /x was not sent: the rate limit is used up for another 30 s" in str(caught.value)
    assert "may wait 20 s in all (rate_limit_wait)" in str(caught.value)
    assert waits == []


def test_waits_for_one_window_after_another_count_together(waits):
    rate_limiter = RateLimiter(50)
    exchange(rate_limiter, quota_headers(0, 30))
    exchange(rate_limiter, quota_headers(0, 30))
    with pytest.raises(NotSent, match="has waited 30 s"):
        rate_limiter.acquire(REQUEST)
    assert waits == [30]


@pytest.mark.parametrize("remaining", [3, 1])
def test_without_an_allowance_requests_are_sent_while_quota_remains(waits, remaining):
    rate_limiter = RateLimiter(0)
    send_concurrently(rate_limiter, 8, quota_headers(remaining, 30, quota=120))
    exchange(rate_limiter)
    assert waits == []


def test_a_refusal_blocks_all_requests_and_their_waits_count_once(waits):
    rate_limiter = RateLimiter(10)
    assert rate_limiter.block_for(8)
    assert rate_limiter.waiting == 0
    exchange(rate_limiter)
    assert waits == [8]
    # The wait is over, so the next request is sent at once.
    exchange(rate_limiter)
    assert waits == [8]
    assert rate_limiter.block_for(2)
    assert not rate_limiter.block_for(3)


def test_an_exhausted_quota_is_still_respected_after_a_refusal(waits):
    rate_limiter = RateLimiter(300)
    exchange(rate_limiter, quota_headers(0, 30))
    assert rate_limiter.block_for(8)
    exchange(rate_limiter)
    assert waits == [8, 22]


def test_a_refusal_beyond_the_allowance_blocks_all_requests(waits):
    rate_limiter = RateLimiter(10)
    assert not rate_limiter.block_for(300)
    with pytest.raises(NotSent, match="300 s"):
        rate_limiter.acquire(REQUEST)
    assert waits == []


def test_concurrent_threads_do_not_wait_longer_than_allowed(monkeypatch):
    """With real threads and a real clock: eight simultaneous waits count once against the allowance."""
    monkeypatch.undo()
    rate_limiter = RateLimiter(0.5)
    assert rate_limiter.block_for(0.3)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _request: exchange(rate_limiter), range(8)))
    assert rate_limiter.block_for(0.1)
    assert not rate_limiter.block_for(0.4)
