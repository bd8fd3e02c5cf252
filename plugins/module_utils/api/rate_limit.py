# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rate limiting: all requests of a task share one limiter, and one allowance of waiting time.

Every answer of Cloudflare has the headers ``Ratelimit: "default";r=50;t=30`` (requests left, seconds until the quota is renewed) and
``Ratelimit-Policy: "default";q=1200;w=300``. Both are lists. A 429 answer also has ``Retry-After``.
"""

from __future__ import annotations

import re
import threading
import time
from typing import Mapping, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NotSent, Request

MAX_HEADER_LENGTH = 1000
# Servers state the remaining time in whole seconds, so the computed end of a window varies.
SLACK_SECONDS = 2.0
_ENTRY = re.compile(r'"?([\w.-]+)"?((?:\s*;\s*\w+=\d+)+)')
_PARAMETER = re.compile(r"(\w+)=(\d{1,9})")


class Window(NamedTuple):
    """One window of a quota: requests ``left`` until the time ``ends``, and the full ``quota`` if it is known."""

    left: int
    ends: float
    quota: int | None


def parse_limits(header: str | None) -> dict[str, dict[str, int]]:
    """Return the parameters of each entry of a ``Ratelimit`` or ``Ratelimit-Policy`` header, by name of the entry."""
    entries = _ENTRY.findall(header[:MAX_HEADER_LENGTH]) if header else []
    return {name: {key: int(value) for key, value in _PARAMETER.findall(parameters)} for name, parameters in entries}


class RateLimiter:
    """Delays the requests of a task, in all threads, as the server's quotas require.

    When a quota runs short, requests wait for its next window, so that the account is not blocked. A 429 answer delays all requests.

    :param allowance: total seconds that the task may wait; with 0, it never waits. Waits of several requests at the same time count once.
    """

    def __init__(self, allowance: float) -> None:
        self.allowance = float(allowance)
        self._lock = threading.Lock()
        self._windows: dict[str, Window] = {}
        self._blocked_until = 0.0
        self._paid_until = 0.0
        self._waited = 0.0
        self._in_progress = 0
        self._most_in_progress = 0

    def begin_task(self, allowance: float) -> None:
        """Start a new task with its own ``allowance`` in seconds. The known quotas are kept."""
        with self._lock:
            self.allowance = float(allowance)
            self._waited = 0.0
            self._paid_until = 0.0
            self._most_in_progress = self._in_progress

    @property
    def waiting(self) -> float:
        """Return the seconds for which requests are still delayed; 0 if they are not."""
        return max(0.0, self._paid_until - time.monotonic())

    def acquire(self, request: Request) -> None:
        """Wait until ``request`` may be sent. ``release`` must be called when it has ended.

        :raises NotSent: if the server would certainly refuse it for longer than the remaining allowance.
        """
        while True:
            with self._lock:
                pause = self._pause(request, time.monotonic())
                if pause <= 0:
                    self._in_progress += 1
                    self._most_in_progress = max(self._most_in_progress, self._in_progress)
                    return
            time.sleep(pause)

    def release(self, headers: Mapping[str, str] | None) -> None:
        """Record the end of a request, and the quotas in the ``headers`` of its answer, if there is one."""
        with self._lock:
            self._in_progress -= 1
            if headers is not None:
                self._learn(headers, time.monotonic())

    def block_for(self, seconds: float) -> bool:
        """Delay all requests by ``seconds``. Return ``False`` if that exceeds the allowance: until then, requests are refused."""
        with self._lock:
            now = time.monotonic()
            self._blocked_until = max(self._blocked_until, now + seconds)
            return self.allowance > 0 and self._price(self._blocked_until, now) <= self.allowance - self._waited

    def describe(self) -> str:
        """Return a part of a message: how long the task has waited, and how long it may wait."""
        return f"this task has waited {self._waited:.0f} s for it so far and may wait {self.allowance:.0f} s in all (rate_limit_wait)"

    def _pause(self, request: Request, now: float) -> float:
        opens, is_certain = self._opening(now)
        price = self._price(opens, now)
        if price <= self.allowance - self._waited:
            self._waited += price
            self._paid_until = max(self._paid_until, opens)
            return opens - now
        if is_certain:
            raise NotSent(request, f"the rate limit is used up for another {opens - now:.0f} s; {self.describe()}")
        # A few requests are left, so the server may accept this one.
        return 0.0

    def _price(self, opens: float, now: float) -> float:
        """Return the cost of waiting until ``opens``, in seconds of allowance. Overlapping waits of several requests count once."""
        return max(0.0, opens - max(now, self._paid_until))

    def _opening(self, now: float) -> tuple[float, bool]:
        """Return when the next request should be sent, and whether the server would certainly refuse it before then."""
        if now < self._blocked_until:
            return self._blocked_until, True
        short = [window for window in self._windows.values() if now < window.ends and self._is_short(window)]
        if not short:
            return now, False
        return max(window.ends for window in short), any(window.left <= 0 for window in short)

    def _is_short(self, window: Window) -> bool:
        """Return whether another request could exceed the quota. A task with concurrent requests reserves as many for a similar task."""
        reserve = self._most_in_progress if self._most_in_progress > 1 else 0
        if window.quota is not None:
            reserve = min(reserve, window.quota // 4)
        return window.left - self._in_progress <= reserve

    def _learn(self, headers: Mapping[str, str], now: float) -> None:
        policies = parse_limits(headers.get("Ratelimit-Policy"))
        for name, limit in parse_limits(headers.get("Ratelimit")).items():
            if "r" not in limit or "t" not in limit:
                continue
            left, ends = limit["r"], now + limit["t"]
            known = self._windows.get(name)
            if known is not None and now < known.ends and ends <= known.ends + SLACK_SECONDS:
                # Answers can arrive out of order: within a window, the lowest number is the newest.
                left, ends = min(left, known.left), known.ends
            self._windows[name] = Window(left, ends, policies.get(name, {}).get("q"))
