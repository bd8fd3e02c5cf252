# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait, for a bounded time, for what the server does after it has answered."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

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
