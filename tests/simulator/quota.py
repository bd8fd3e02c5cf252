# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request quota: a number of requests in a window. A credential that exceeds it is blocked for a while."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.simulator.behaviour import Quota
from tests.simulator.protocol import TOO_MANY_REQUESTS, Answer, platform_failure

# Represents "no quota". Every answer has the quota headers anyway.
UNLIMITED = Quota(limit=1_000_000_000)


@dataclass
class Count:
    """The current window of a credential, or its block if it has one. Times are in seconds of the clock."""

    ends: float
    left: int
    blocked: bool = False


class Ledger:
    """Counts requests by credential."""

    def __init__(self, quota: Quota | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._quota = quota or UNLIMITED
        self._clock = clock
        self._counts: dict[str, Count] = {}

    def take(self, name: str) -> tuple[dict[str, str], Answer | None]:
        """Count a request. Return the headers of its answer, and the refusal if the quota is exhausted."""
        now = self._clock()
        count = self._counts.get(name)
        if count is None or now >= count.ends:
            count = self._counts[name] = Count(now + self._quota.window, self._quota.limit)
        if count.left > 0:
            count.left -= 1
            return self._headers(count, now), None
        if not count.blocked:
            count.blocked = True
            count.ends = now + self._quota.block
        return self._headers(count, now), too_many(count.ends - now)

    def _headers(self, count: Count, now: float) -> dict[str, str]:
        return {
            "ratelimit": f'"default";r={count.left};t={math.ceil(count.ends - now)}',
            "ratelimit-policy": f'"default";q={self._quota.limit};w={math.ceil(self._quota.window)}',
        }


def too_many(seconds: float) -> Answer:
    """Return 429 with the remaining seconds to wait, rounded up."""
    message = "Please wait and consider throttling your request speed"
    retry = {"retry-after": str(math.ceil(seconds))}
    return platform_failure(429, [{"code": TOO_MANY_REQUESTS, "message": message}], retry)
