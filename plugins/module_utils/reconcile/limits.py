# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Explanation of a create that was refused because the account has as many items as its plan allows."""

from __future__ import annotations

from typing import Callable

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.envelope import HINTS_BY_CODE
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, CollectionError, RateLimited
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource


def explain_limit(resource: Resource, error: CollectionError, count_items: Callable[[], int]) -> None:
    """Add a remark to ``error`` if it is a refused create, and the account has as many items as a plan allows.

    The API documents no error code for that limit, so ``count_items`` counts the items.
    """
    if not isinstance(error, ApiError) or isinstance(error, RateLimited) or not _may_be_a_limit(error) or not resource.account_limits:
        return
    try:
        count = count_items()
    except CollectionError:
        return  # The user needs to see the refusal, not this error.
    if count in resource.account_limits:
        free, paid = resource.account_limits
        error.add_remark(
            f"The account has {count} {resource.name}s. Cloudflare allows {free} on a free plan and {paid} on a paid one, unless it raised "
            "the limit: delete some, or ask Cloudflare to raise it."
        )


def _may_be_a_limit(error: ApiError) -> bool:
    """Return whether ``error`` is a refused create that neither names a field nor has a known code."""
    is_refused = error.request.method == "POST" and 400 <= error.status < 500 and error.status != 404 and not error.outcome_unknown
    is_explained = any(entry.path or entry.code in HINTS_BY_CODE for entry in error.entries)
    return is_refused and bool(error.entries) and not is_explained
