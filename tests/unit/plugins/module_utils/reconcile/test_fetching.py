# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concurrent reads."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fetching import fetch_all
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.workers import PROGRESS_SECONDS


class Client:
    def __init__(self):
        self.lines = []
        self.is_ended = False
        self.report_progress = self.lines.append
        self.rate_limiter = SimpleNamespace(waiting=0.0)

    def end(self):
        self.is_ended = True


@pytest.fixture
def client():
    return Client()


def failing(text):
    def read():
        raise CollectionError(text)

    return read


@pytest.mark.parametrize("concurrency", [1, 3, 16])
def test_results_are_in_the_order_of_the_reads(client, concurrency):
    assert fetch_all(client, [lambda number=number: number for number in range(20)], concurrency, "numbers") == list(range(20))
    assert not client.is_ended


def test_without_reads_the_result_is_empty(client):
    assert fetch_all(client, [], 8, "numbers") == []


def test_the_number_of_concurrent_requests_is_limited(client):
    together = threading.Barrier(3)
    assert fetch_all(client, [lambda: together.wait(5) >= 0] * 6, 3, "parts") == [True] * 6


def test_a_failure_is_raised_and_nothing_is_started_after_it(client):
    begun = []
    with pytest.raises(CollectionError, match="no"):
        fetch_all(client, [failing("no"), lambda: begun.append(1)], 1, "parts")
    assert begun == []


def test_the_first_of_several_failures_is_raised(client):
    second_has_failed = threading.Event()

    def first():
        second_has_failed.wait(5)
        raise CollectionError("first")

    def second():
        second_has_failed.set()
        raise CollectionError("second")

    with pytest.raises(CollectionError, match="first"):
        fetch_all(client, [first, second], 2, "parts")


@pytest.mark.parametrize("allowed", [0, 1])
def test_a_limit_of_threads_is_not_a_failure(client, monkeypatch, allowed):
    started = []
    start = threading.Thread.start

    def limited(thread):
        if len(started) == allowed:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    assert fetch_all(client, [lambda: 1] * 5, 4, "parts") == [1] * 5


def test_an_interruption_ends_the_requests(client, monkeypatch):
    is_ended = threading.Event()
    client.end = is_ended.set

    def interrupted(_thread, _seconds):
        raise KeyboardInterrupt

    begun = []
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "join", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch_all(client, [lambda: is_ended.wait(5), lambda: begun.append(1)], 1, "parts")
    assert is_ended.is_set()
    assert begun == []


def test_progress_of_long_reads_is_reported(client, monkeypatch):
    is_reported = threading.Event()
    clock = SimpleNamespace(now=0.0)
    client.report_progress = lambda line: (client.lines.append(line), is_reported.set())
    join = threading.Thread.join

    def waited(thread, seconds):
        clock.now += seconds
        join(thread, 0.01)

    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(threading.Thread, "join", waited)
    fetch_all(client, [lambda: 1, lambda: is_reported.wait(5)], 1, "parts")
    assert client.lines[0] == "1 of 2 parts read"
    assert clock.now >= PROGRESS_SECONDS
