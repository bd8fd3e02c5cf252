# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to try a request again, and how long to wait before it: a policy as a value, no requests in here."""

from __future__ import annotations

import random
import threading

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.errors import CollectionError, RateLimited

BACKOFF_BASE = 0.5
BACKOFF_CAP = 8.0


def backoff(retry: int) -> float:
    """Seconds before further try number C(retry) (0 is the first): exponential, with full jitter."""
    return random.uniform(0.0, min(BACKOFF_CAP, BACKOFF_BASE * 2.0**retry))  # noqa: S311 (spreads load, keeps no secret)


class RetryPolicy:
    """How often a request is tried again, and how long a task may wait for the rate limit in all.

    :arg max_retries: further tries of one request; 0 means one try.
    :arg rate_limit_wait: seconds that all requests together may spend waiting for the rate limit; 0: fail at once.
    """

    def __init__(self, max_retries: int, rate_limit_wait: float) -> None:
        self.max_retries = max_retries
        self.rate_limit_wait = float(rate_limit_wait)
        self._waited = 0.0
        self._lock = threading.Lock()

    def pause(self, method: str, retry: int, error: CollectionError) -> float | None:
        """Seconds to wait before further try number C(retry), or C(None) where the error must stand.

        POST is repeated only where it was provably not carried out; for anything else the caller has to look first.
        """
        if retry >= self.max_retries or not error.transient:
            return None
        if method == "POST" and error.outcome_unknown:
            return None
        if error.retry_after is None and not isinstance(error, RateLimited):
            return backoff(retry)
        return self._rate_limit_pause(retry, error)

    def _rate_limit_pause(self, retry: int, error: CollectionError) -> float | None:
        # A server that asks for no wait at all is not taken at its word.
        pause = error.retry_after or backoff(retry)
        with self._lock:
            # A server may ask to wait 0 s; who allows no wait at all wants no further try either.
            if self.rate_limit_wait > 0 and self._waited + pause <= self.rate_limit_wait:
                self._waited += pause
                return pause
            asked = "does not say how long to wait" if error.retry_after is None else f"asks to wait {pause:.0f} s"
            error.add_remark(
                f"The server {asked}; this task has waited {self._waited:.0f} s for it so far "
                f"and may wait {self.rate_limit_wait:.0f} s in all (rate_limit_wait)."
            )
        return None
