# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting ends on success or when the time is over, after at least one read."""

from __future__ import annotations

import time

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import wait_for


def looks(*values):
    """Return a function that returns one of the values after another, and the last one from then on."""
    left = list(values)
    return lambda: left.pop(0) if left[1:] else left[0]


def is_done(value):
    return value == "done"


def test_what_is_there_is_not_waited_for(waits):
    assert wait_for(looks("done"), is_done, 60) == "done"
    assert waits == []


@pytest.mark.parametrize("seconds", [0, -1])
def test_without_time_it_looks_once(waits, seconds):
    assert wait_for(looks("pending", "done"), is_done, seconds) == "pending"
    assert waits == []


def test_pauses_double_up_to_a_limit(waits):
    assert wait_for(looks(*["pending"] * 7, "done"), is_done, 600) == "done"
    assert waits == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_the_last_look_is_when_the_time_is_over(waits):
    assert wait_for(looks("pending", "pending", "pending", "done"), is_done, 4) == "done"
    assert waits == [1.0, 2.0, 1.0]


def test_the_last_value_is_returned_when_the_time_is_over(waits):
    assert wait_for(looks("first", "last"), is_done, 10) == "last"
    assert sum(waits) == 10


def test_time_that_a_look_takes_counts(waits):
    def slow():
        time.sleep(6)
        return "pending"

    assert wait_for(slow, is_done, 10) == "pending"
    assert waits == [6, 1.0, 6]


def test_a_failing_look_ends_the_wait(waits):
    def fail():
        raise KeyError

    with pytest.raises(KeyError):
        wait_for(fail, is_done, 10)
    assert waits == []
