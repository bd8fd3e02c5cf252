# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait, for a bounded time, for what the server does, whether it has answered or not."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.retry import backoff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError

# Seconds between two looks: the first pause, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0
Value = TypeVar("Value")


def wait_for(look: Callable[[], Value], is_done: Callable[[Value], bool], seconds: float) -> Value:
    """Call ``look`` until its result is done, or until ``seconds`` are over, and return its last result.

    It is called at least once. The pauses double.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        found = look()
        left = deadline - time.monotonic()
        if is_done(found) or left <= 0:
            return found
        time.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)


def look_after(error: CollectionError, look: Callable[[], Value | None], looks: int = 1) -> Value | None:
    """Return what ``look`` finds after ``error`` left open what was done; a creation may take more than one look to show.

    :raises CollectionError: ``error``, with a remark, if reading fails too.
    """
    for attempt in range(looks):
        if attempt:
            time.sleep(backoff(attempt))
        try:
            found = look()
        except CollectionError as unreadable:
            error.add_remark(
                f"What it did is unknown, as reading failed too: {unreadable} Run the task again: it goes on from what is there."
            )
            raise error from None
        if found is not None:
            return found
    return None
