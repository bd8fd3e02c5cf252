# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concurrent work in threads, with regular progress messages."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Callable, Iterable, Sequence, TypeVar

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client

PROGRESS_SECONDS = 5.0
Piece = TypeVar("Piece")


class Workers:
    """Processes lists in at most ``concurrency`` threads, whose requests go through ``client``."""

    def __init__(self, client: Client, concurrency: int) -> None:
        self.client = client
        self.concurrency = concurrency

    def work_through(self, pieces: Sequence[Piece], work: Callable[[Piece], None], progress: Callable[[], str]) -> None:
        """Call ``work`` for each piece, in order, and report the ``progress`` every few seconds. ``work`` must not raise.

        If the program is interrupted, no further piece is started, and requests in progress are ended.
        """
        todo = deque(pieces)

        def work_on_the_next() -> None:
            while True:
                try:
                    piece = todo.popleft()
                except IndexError:
                    return
                work(piece)

        # A pool of concurrent.futures would finish all of its work before an interrupted program ends.
        try:
            threads = start_several(work_on_the_next, min(self.concurrency, len(pieces)))
            if not threads:
                work_on_the_next()
            self.watch(threads, progress)
        except BaseException:
            self.client.end()
            self.client.report_progress(f"ended before it was finished: {progress()}")
            raise
        finally:
            todo.clear()

    def watch(self, threads: Iterable[threading.Thread], progress: Callable[[], str]) -> None:
        """Wait for the threads, and report the progress every few seconds."""
        client = self.client
        next_line = time.monotonic() + PROGRESS_SECONDS
        for thread in threads:
            while thread.is_alive():
                thread.join(max(0.0, next_line - time.monotonic()))
                if thread.is_alive() and time.monotonic() >= next_line:
                    until = time.strftime("%H:%M:%S", time.localtime(time.time() + client.rate_limiter.waiting))
                    client.report_progress(
                        progress() + (f", waiting for the rate limit until {until}" if client.rate_limiter.waiting else "")
                    )
                    next_line = time.monotonic() + PROGRESS_SECONDS


def start_several(work: Callable[[], None], number: int) -> list[threading.Thread]:
    """Run ``work`` in ``number`` threads, or in as many as the system allows. If there are none, the caller must run it."""
    threads: list[threading.Thread] = []
    try:
        for _number in range(number):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            threads.append(thread)
    except RuntimeError:
        # The limit of processes is reached. The threads that were started do the remaining work, too.
        pass
    return threads
