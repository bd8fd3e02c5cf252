# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many readings at once, with several requests under way at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, Callable, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client

PROGRESS_SECONDS = 5.0

Reading = Callable[[], Any]


def read_several(client: Client, readings: Sequence[Reading], concurrency: int, what: str) -> list[Any]:
    """Return what each of ``readings`` returns, in their order. After a failure, no further reading begins.

    :param concurrency: how many readings are under way at a time.
    :param what: what is read, for the line that reports the progress every few seconds.
    :raises CollectionError: the first failure, in the order of ``readings``.
    """
    return _Run(client, readings).run(concurrency, what)


class _Run:
    def __init__(self, client: Client, readings: Sequence[Reading]) -> None:
        self._client = client
        self._number = len(readings)
        self._todo = deque(enumerate(readings))
        self._results: dict[int, Any] = {}
        self._errors: dict[int, Exception] = {}

    def run(self, concurrency: int, what: str) -> list[Any]:
        # Not a pool of concurrent.futures, which finishes all of its work before it lets an interrupted program end.
        try:
            threads = self._start(min(concurrency, self._number))
            if not threads:
                self._work()
            self._wait(threads, what)
        except BaseException:
            self._todo.clear()
            self._client.end()
            raise
        if self._errors:
            raise self._errors[min(self._errors)]
        return [self._results[index] for index in range(self._number)]

    def _start(self, number: int) -> list[threading.Thread]:
        """Start so many threads, or as many as the system allows. Without any, the caller does the work."""
        threads: list[threading.Thread] = []
        try:
            for _number in range(number):
                thread = threading.Thread(target=self._work, daemon=True)
                thread.start()
                threads.append(thread)
        except RuntimeError:
            # A limit of processes. The threads that were started do all of the work.
            pass
        return threads

    def _work(self) -> None:
        while not self._errors:
            try:
                index, reading = self._todo.popleft()
            except IndexError:
                return
            try:
                self._results[index] = reading()
            except Exception as error:
                self._errors[index] = error

    def _wait(self, threads: Sequence[threading.Thread], what: str) -> None:
        """Wait for the threads, and report every few seconds how far they are."""
        next_line = time.monotonic() + PROGRESS_SECONDS
        for thread in threads:
            while thread.is_alive():
                thread.join(max(0.0, next_line - time.monotonic()))
                if thread.is_alive() and time.monotonic() >= next_line:
                    self._client.tell(f"{len(self._results)} of {self._number} {what} read")
                    next_line = time.monotonic() + PROGRESS_SECONDS
