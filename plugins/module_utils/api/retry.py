# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to try a request again, and how long to wait before it. No requests in here."""

from __future__ import annotations

import random

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError

BACKOFF_BASE = 0.5
BACKOFF_CAP = 8.0


def backoff(retry: int) -> float:
    """Seconds before further try number C(retry) (0 is the first): exponential, with full jitter."""
    return random.uniform(0.0, min(BACKOFF_CAP, BACKOFF_BASE * 2.0**retry))  # noqa: S311 (spreads load, keeps no secret)


def may_retry(method: str, retry: int, max_retries: int, error: CollectionError) -> bool:
    """Whether a request that failed with C(error) may have further try number C(retry) of C(max_retries) (0 is the first).

    POST is repeated only where it was provably not carried out; for anything else the caller has to look first.
    """
    if retry >= max_retries or not error.transient:
        return False
    return not (method == "POST" and error.outcome_unknown)
