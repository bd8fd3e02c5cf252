# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concurrent changes: threads, progress, interruption. The tests of the module execute the same code with one request at a time."""

from __future__ import annotations

import re
import threading
import time
from types import SimpleNamespace

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, NotSent, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import workers
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fleet import Fleet, reconcile_fleet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.group import Group
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY

PROGRESS = 0.1


@pytest.fixture(autouse=True)
def real_clock(monkeypatch, waits):
    monkeypatch.undo()
    monkeypatch.setattr(workers, "PROGRESS_SECONDS", PROGRESS)


class Account:
    """A fake of the API's gateways. Creates take some time, and it records how many of them run concurrently."""

    resource = GATEWAY

    def __init__(self, stored=(), seconds=0.0, listing_seconds=0.0, on_create=lambda: None):
        self.lines = []
        self.client = Client(Connection("account", Credentials.of_token("invented")), transport=object(), report_progress=self.lines.append)
        self.stored = {item["id"]: item for item in stored}
        self.seconds = seconds
        self.listing_seconds = listing_seconds
        self.on_create = on_create
        self.created = []
        self.place = {}
        self.max_concurrency = 0
        self._running = 0
        self._lock = threading.Lock()

    def all(self):
        time.sleep(self.listing_seconds)
        return list(self.stored.values())

    def is_stale(self, item_id, item):
        return False

    def require_parent(self):
        pass

    def children(self, item_id):
        return []

    def finish(self, outcome, check_mode):
        pass

    def create(self, body):
        with self._lock:
            self._running += 1
            self.max_concurrency = max(self.max_concurrency, self._running)
            self.created.append(body["id"])
        self.on_create()
        time.sleep(self.seconds)
        with self._lock:
            self._running -= 1
        return body

    def delete(self, current, not_after=None):
        self.created.append("deleted " + current["id"])


def declared(number, **keywords):
    return [Declaration(f"g{index}", present=True, settings={"cache_ttl": 5}, **keywords) for index in range(number)]


def run(account, declarations, concurrency=1):
    group = Group(account, declarations)
    reconcile_fleet(Fleet(((group,),), concurrency=concurrency, deletes_first=True), account.client, check_mode=False)
    return group.members


@pytest.mark.parametrize(("concurrency", "max_concurrency"), [(1, 1), (4, 4), (16, 8)])
def test_concurrency_is_limited_and_results_keep_the_order(concurrency, max_concurrency):
    # Each create waits until ``max_concurrency`` creates are running, however slow the machine is.
    together = threading.Barrier(max_concurrency, timeout=30)
    account = Account(on_create=together.wait)
    members = run(account, declared(8), concurrency)
    assert account.max_concurrency == max_concurrency
    assert [member.declaration.id for member in members] == [f"g{index}" for index in range(8)]
    assert {member.operation for member in members} == {"created"}
    assert sorted(account.created) == sorted(set(account.created))


def test_deletions_begin_first():
    account = Account(stored=[{"id": "old"}])
    run(account, [*declared(2), Declaration("old", present=False, settings={})])
    assert account.created == ["deleted old", "g0", "g1"]


def test_a_long_run_reports_its_progress():
    account = Account(seconds=PROGRESS * 0.8)
    begun = time.monotonic()
    run(account, declared(6))
    # On a busy machine, the run takes longer and reports more lines.
    assert 2 <= len(account.lines) <= (time.monotonic() - begun) / PROGRESS
    matches = [re.fullmatch(r"(\d) of 6 AI Gateways done, (\d) changed, 0 failed", line) for line in account.lines]
    done = [int(match[1]) for match in matches]
    assert done == sorted(done)
    assert [count for count in done if 0 < count < 6]
    assert all(match[1] == match[2] for match in matches)


def test_a_long_run_reports_the_number_of_failures():
    account = Account(seconds=PROGRESS * 0.8)

    def fail():
        if account.created == ["g0"]:
            raise CollectionError("no")

    account.on_create = fail
    run(account, declared(4))
    matches = [re.fullmatch(r"(\d) of 4 AI Gateways done, (\d) changed, 1 failed", line) for line in account.lines]
    assert matches
    assert all(int(match[1]) == int(match[2]) + 1 for match in matches)


def test_a_short_run_reports_nothing():
    account = Account()
    run(account, declared(100), 8)
    assert account.lines == []


def test_a_long_listing_reports_progress():
    account = Account(listing_seconds=PROGRESS * 5)
    run(account, [])
    assert set(account.lines) == {"reading the account's AI Gateways"}


def test_waiting_for_the_rate_limit_is_reported_with_its_end():
    account = Account()

    def hold():
        account.client.rate_limiter.block_for(PROGRESS * 5)
        request = Request("POST", "/x")
        account.client.rate_limiter.acquire(request)
        account.client.rate_limiter.release(None)

    account.on_create = hold
    run(account, declared(1))
    assert re.fullmatch(r"0 of 1 .*, waiting for the rate limit until \d\d:\d\d:\d\d", account.lines[0])


def test_the_end_of_the_wait_is_reported_as_a_time_of_day():
    account = Account(seconds=PROGRESS * 5)
    account.client.rate_limiter = SimpleNamespace(waiting=7200.0)
    begun = time.time()
    run(account, declared(1))
    possible = [time.strftime("%H:%M:%S", time.localtime(moment + 7200)) for moment in range(int(begun), int(time.time()) + 1)]
    assert account.lines[0].rpartition(" ")[2] in possible


def test_no_thread_blocks_the_exit_of_an_interrupted_program():
    are_daemons = []
    run(Account(on_create=lambda: are_daemons.append(threading.current_thread().daemon)), declared(2))
    assert are_daemons == [True, True]


def test_an_interrupted_run_starts_nothing_more():
    account = Account(seconds=0.05)

    def interrupt(line):
        raise KeyboardInterrupt

    account.client.report_progress = interrupt
    with pytest.raises(KeyboardInterrupt):
        run(account, declared(50))
    begun = len(account.created)
    time.sleep(0.2)
    assert len(account.created) <= begun + 1 < 10


def test_an_interrupted_run_ends_its_requests_and_reports_its_progress(monkeypatch):
    account = Account()

    def interrupt(self, threads, line):
        for thread in threads:
            thread.join()
        if account.created:
            raise KeyboardInterrupt

    monkeypatch.setattr(workers.Workers, "watch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(account, declared(3))
    assert account.lines == ["ended before it was finished: 3 of 3 AI Gateways done, 3 changed, 0 failed"]
    with pytest.raises(NotSent, match="the task has ended"):
        account.client._scope.begin(Request("GET", "/x"))


@pytest.mark.parametrize("startable", [0, 1, 2, 5])
def test_a_limit_of_processes_slows_the_run_down_and_loses_nothing(monkeypatch, startable):
    started = []
    real = threading.Thread.start

    def start(thread):
        if len(started) == startable:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    account = Account()
    members = run(account, declared(6), concurrency=4)
    assert [member.operation for member in members] == ["created"] * 6
    assert sorted(account.created) == [f"g{index}" for index in range(6)]
    assert len(started) == startable
