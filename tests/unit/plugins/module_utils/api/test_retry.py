# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions of retries, and the pauses before them."""

from __future__ import annotations

import datetime
from email.utils import format_datetime

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.envelope import parse_retry_after
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import BACKOFF_CAP, backoff, may_retry
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, NoAnswer, RateLimited, Request

REQUEST = Request("GET", "/x")


def limited(retry_after=None):
    return RateLimited(REQUEST, 429, "slow down", retry_after=retry_after)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("error", [NoAnswer(REQUEST, "reset", sent=True), ApiError(REQUEST, 503, "busy"), ApiError(REQUEST, 408, "slow")])
def test_idempotent_requests_are_repeated_after_transient_errors(method, error):
    assert may_retry(method, 0, 1, error)


@pytest.mark.parametrize("error", [NoAnswer(REQUEST, "reset", sent=True), ApiError(REQUEST, 503, "busy"), ApiError(REQUEST, 504, "late")])
def test_a_post_that_may_have_been_carried_out_is_not_repeated(error):
    assert not may_retry("POST", 0, 9, error)


@pytest.mark.parametrize("error", [NoAnswer(REQUEST, "refused", sent=False), limited(), limited(1)])
def test_a_post_that_was_not_carried_out_is_repeated(error):
    assert may_retry("POST", 0, 1, error)


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 501])
def test_permanent_errors_are_not_repeated(status):
    assert not may_retry("GET", 0, 9, ApiError(REQUEST, status, "no"))


def test_the_number_of_retries_is_limited():
    assert [may_retry("GET", retry, 2, limited(1)) for retry in range(4)] == [True, True, False, False]


def test_no_retries_means_one_attempt():
    assert not may_retry("GET", 0, 0, limited(1))


def test_backoff_grows_up_to_a_cap(monkeypatch):
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    assert [backoff(retry) for retry in range(6)] == [0.5, 1, 2, 4, 8, BACKOFF_CAP]
    monkeypatch.setattr("random.uniform", lambda low, high: low)
    assert backoff(3) == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
@pytest.mark.parametrize("sent", [True, False])
def test_a_tls_failure_is_not_repeated(method, sent):
    assert not may_retry(method, 0, 9, NoAnswer(REQUEST, "TLS failed", sent=sent, transient=False))


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("retry_after", [None, 1])
def test_retry_after_does_not_make_a_post_repeatable(status, retry_after):
    assert not may_retry("POST", 0, 9, ApiError(REQUEST, status, "busy", retry_after=retry_after))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("99999999999999", 999999999),
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("\u0663", None),
    ],
)
def test_retry_after_in_seconds(text, seconds):
    assert parse_retry_after(text) == seconds


def test_retry_after_as_a_date():
    now = datetime.datetime.now(datetime.timezone.utc)
    assert 25 < parse_retry_after(format_datetime(now + datetime.timedelta(seconds=30), usegmt=True)) <= 30
    assert parse_retry_after(format_datetime(now - datetime.timedelta(seconds=30), usegmt=True)) == 0
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00") == 0


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 21 Oct",
        "Wed, 99 Oct 2015 07:28:00 GMT",
        "Wed, 21 Oct 2015 99:28:00 GMT",
        "Wed, 21 Oct 99999 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 +9999",
        "Jan 2015 24:00 99999999999999999999",
        "Jan 9999 21 07:28:00 99999999999999999999",
        "2015-10-21T07:28:00Z",
        "\x00",
        "(",
    ],
)
def test_an_invalid_retry_after_is_none_or_in_the_past(text):
    assert parse_retry_after(text) in (None, 0)
