# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retry rules: which requests may be retried, and after what delay. This module sends nothing."""

from __future__ import annotations

import random

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError

BACKOFF_BASE = 0.5
BACKOFF_CAP = 8.0


def backoff(retry: int) -> float:
    """Return the seconds to wait before retry number ``retry`` (0 is the first): exponential, with full jitter."""
    return random.uniform(0.0, min(BACKOFF_CAP, BACKOFF_BASE * 2.0**retry))  # noqa: S311 (jitter, not a secret)


def may_retry(method: str, retry: int, max_retries: int, error: CollectionError) -> bool:
    """Return whether retry number ``retry`` (0 is the first) of ``max_retries`` is allowed for a request that failed with ``error``.

    A POST is retried only if it was certainly not executed. Otherwise the caller must read the item first.
    """
    if retry >= max_retries or not error.transient:
        return False
    return not (method == "POST" and error.outcome_unknown)
