# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting ends on success or when the time is over, after at least one read."""

from __future__ import annotations

import time

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import wait_for


def values_in_turn(*values):
    """Return a function that returns the values one by one, and then repeats the last one."""
    left = list(values)
    return lambda: left.pop(0) if left[1:] else left[0]


def is_done(value):
    return value == "done"


def test_success_at_the_first_read_does_not_wait(waits):
    assert wait_for(values_in_turn("done"), is_done, 60) == "done"
    assert waits == []


@pytest.mark.parametrize("seconds", [0, -1])
def test_without_time_there_is_one_read(waits, seconds):
    assert wait_for(values_in_turn("pending", "done"), is_done, seconds) == "pending"
    assert waits == []


def test_pauses_double_up_to_a_limit(waits):
    assert wait_for(values_in_turn(*["pending"] * 7, "done"), is_done, 600) == "done"
    assert waits == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_the_last_read_is_when_the_time_is_over(waits):
    assert wait_for(values_in_turn("pending", "pending", "pending", "done"), is_done, 4) == "done"
    assert waits == [1.0, 2.0, 1.0]


def test_the_last_value_is_returned_when_the_time_is_over(waits):
    assert wait_for(values_in_turn("first", "last"), is_done, 10) == "last"
    assert sum(waits) == 10


def test_the_duration_of_reads_counts(waits):
    def slow():
        time.sleep(6)
        return "pending"

    assert wait_for(slow, is_done, 10) == "pending"
    assert waits == [6, 1.0, 6]


def test_a_failing_read_ends_the_wait(waits):
    def fail():
        raise KeyError

    with pytest.raises(KeyError):
        wait_for(fail, is_done, 10)
    assert waits == []
