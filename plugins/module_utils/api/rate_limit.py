# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate limit as all requests of a task meet it: one gate, and one allowance for waiting at it.

Source: every answer of Cloudflare has C(Ratelimit: "default";r=50;t=30), which is what is left and the seconds until it is
filled up again, and C(Ratelimit-Policy: "default";q=1200;w=300); both are lists. An answer 429 has C(Retry-After).
"""

from __future__ import annotations

import re
import threading
import time
from typing import Mapping, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NotSent, Request

MAX_HEADER_LENGTH = 1000
# The time that is left comes in whole seconds, so the end of one window is not always computed alike.
SLACK_SECONDS = 2.0
_ENTRY = re.compile(r'"?([\w.-]+)"?((?:\s*;\s*\w+=\d+)+)')
_PARAMETER = re.compile(r"(\w+)=(\d{1,9})")


class Window(NamedTuple):
    """One quota: how many requests are C(left) of it until the moment C(ends), of C(quota) in all if that is known."""

    left: int
    ends: float
    quota: int | None


def read_limits(header: str | None) -> dict[str, dict[str, int]]:
    """The parameters of each entry of a C(Ratelimit) or C(Ratelimit-Policy) header, by the entry's name."""
    entries = _ENTRY.findall(header[:MAX_HEADER_LENGTH]) if header else []
    return {name: {key: int(value) for key, value in _PARAMETER.findall(parameters)} for name, parameters in entries}


class Pace:
    """Lets the requests of a task through, whatever thread they come from.

    When a quota gets short, requests wait for its next window instead of running into a block. An answer 429 holds all of them back.

    :arg allowance: seconds that the task may wait in all; 0: not at all. Time in which several requests wait counts once.
    """

    def __init__(self, allowance: float) -> None:
        self.allowance = float(allowance)
        self._lock = threading.Lock()
        self._windows: dict[str, Window] = {}
        self._closed_until = 0.0
        self._paid_until = 0.0
        self._waited = 0.0
        self._under_way = 0
        self._most_under_way = 0

    def begin_task(self, allowance: float) -> None:
        """Let another task use what is known of the quotas, with an ``allowance`` of its own, in seconds."""
        with self._lock:
            self.allowance = float(allowance)
            self._waited = 0.0
            self._paid_until = 0.0
            self._most_under_way = self._under_way

    @property
    def waiting(self) -> float:
        """Seconds that requests will still be held back; 0 if they are not."""
        return max(0.0, self._paid_until - time.monotonic())

    def enter(self, request: Request) -> None:
        """Wait until C(request) may be sent. C(leave) must be called when it has ended.

        :raises NotSent: if it would certainly be refused, and the allowance does not reach until it would not be.
        """
        while True:
            with self._lock:
                pause = self._pause(request, time.monotonic())
                if pause <= 0:
                    self._under_way += 1
                    self._most_under_way = max(self._most_under_way, self._under_way)
                    return
            time.sleep(pause)

    def leave(self, headers: Mapping[str, str] | None) -> None:
        """A request has ended, with an answer that has these C(headers), or with none."""
        with self._lock:
            self._under_way -= 1
            if headers is not None:
                self._learn(headers, time.monotonic())

    def close(self, seconds: float) -> bool:
        """Hold all requests back for so long, as the server asks. False if the allowance does not reach: then they are refused."""
        with self._lock:
            now = time.monotonic()
            self._closed_until = max(self._closed_until, now + seconds)
            return self.allowance > 0 and self._price(self._closed_until, now) <= self.allowance - self._waited

    def account(self) -> str:
        """How much has been waited, for a message."""
        return f"this task has waited {self._waited:.0f} s for it so far and may wait {self.allowance:.0f} s in all (rate_limit_wait)"

    def _pause(self, request: Request, now: float) -> float:
        opens, is_certain = self._opening(now)
        price = self._price(opens, now)
        if price <= self.allowance - self._waited:
            self._waited += price
            self._paid_until = max(self._paid_until, opens)
            return opens - now
        if is_certain:
            raise NotSent(request, f"the rate limit is used up for another {opens - now:.0f} s; {self.account()}")
        # Some are left, if few: the server may decide.
        return 0.0

    def _price(self, opens: float, now: float) -> float:
        """What waiting until C(opens) takes from the allowance: only what no other request waits for already."""
        return max(0.0, opens - max(now, self._paid_until))

    def _opening(self, now: float) -> tuple[float, bool]:
        """When the next request should be sent, and whether it would certainly be refused before."""
        if now < self._closed_until:
            return self._closed_until, True
        short = [window for window in self._windows.values() if now < window.ends and self._is_short(window)]
        if not short:
            return now, False
        return max(window.ends for window in short), any(window.left <= 0 for window in short)

    def _is_short(self, window: Window) -> bool:
        """Whether another request could be one too many. A task that sends several at once leaves as many for another like it."""
        reserve = self._most_under_way if self._most_under_way > 1 else 0
        if window.quota is not None:
            reserve = min(reserve, window.quota // 4)
        return window.left - self._under_way <= reserve

    def _learn(self, headers: Mapping[str, str], now: float) -> None:
        policies = read_limits(headers.get("Ratelimit-Policy"))
        for name, said in read_limits(headers.get("Ratelimit")).items():
            if "r" not in said or "t" not in said:
                continue
            left, ends = said["r"], now + said["t"]
            known = self._windows.get(name)
            if known is not None and now < known.ends and ends <= known.ends + SLACK_SECONDS:
                # Answers may overtake each other: within a window, the least is the newest.
                left, ends = min(left, known.left), known.ends
            self._windows[name] = Window(left, ends, policies.get(name, {}).get("q"))
