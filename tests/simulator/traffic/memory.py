# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory of the data plane: request counts, cached answers, and changes that have not arrived yet."""

from __future__ import annotations

import random
import time
from collections import defaultdict, deque
from typing import Any

from tests.simulator.protocol import Answer


class Memory:
    """The memory of one simulator. ``seed`` is the seed of the random choices of percentages."""

    def __init__(self, seed: int = 0) -> None:
        self._requests: dict[Any, deque[float]] = defaultdict(deque)
        self._cache: dict[Any, tuple[float, Answer]] = {}
        self._random = random.Random(seed)  # noqa: S311 (not used for cryptography)
        self._change = 0
        self._since_change = 0

    def draw(self) -> float:
        """Return a number from 0 up to 100."""
        return self._random.random() * 100

    def count(self, key: Any, limit: float, window: float) -> bool:
        """Count a request. Return whether it is within the limit, in a window of seconds."""
        now, times = time.monotonic(), self._requests[key]
        while times and times[0] <= now - window:
            times.popleft()
        if len(times) >= limit:
            return False
        times.append(now)
        return True

    def cached(self, key: Any) -> Answer | None:
        """Return an answer that is still cached."""
        until, answer = self._cache.get(key, (0.0, None))
        return answer if time.monotonic() < until else None

    def keep(self, key: Any, answer: Answer, seconds: float) -> None:
        """Keep an answer for some seconds."""
        self._cache[key] = time.monotonic() + seconds, answer

    def lags(self, change: int, requests: int) -> bool:
        """Count a request. Return whether it is one of the first ``requests`` after the last change of the store."""
        if change != self._change:
            self._change, self._since_change = change, 0
        self._since_change += 1
        return change > 0 and self._since_change <= requests
