# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the server, for a limited time."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError

# First and longest pause between two calls, in seconds.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0
Value = TypeVar("Value")


def wait_for(fetch: Callable[[], Value], is_done: Callable[[Value], bool], seconds: float) -> Value:
    """Call ``fetch`` until ``is_done`` accepts its result or ``seconds`` have passed, and return the last result.

    ``fetch`` is called at least once. The pauses double.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        found = fetch()
        left = deadline - time.monotonic()
        if is_done(found) or left <= 0:
            return found
        time.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)


def fetch_after(error: CollectionError, fetch: Callable[[], Value | None], attempts: int = 1) -> Value | None:
    """Return what ``fetch`` finds after a request with an unknown outcome, or ``None``.

    :param attempts: maximum number of calls, because a new item may not be visible at once.
    :raises CollectionError: ``error``, with a remark, if reading fails too.
    """
    for attempt in range(attempts):
        if attempt:
            time.sleep(backoff(attempt))
        try:
            found = fetch()
        except CollectionError as unreadable:
            error.add_remark(
                f"Its outcome is unknown, because reading failed too: {unreadable} Run the task again: it continues from the current state."
            )
            raise error from None
        if found is not None:
            return found
    return None
