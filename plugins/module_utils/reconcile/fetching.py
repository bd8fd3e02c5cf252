# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concurrent reads."""

from __future__ import annotations

from typing import Any, Callable, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.workers import Workers

Fetch = Callable[[], Any]


def fetch_all(client: Client, fetches: Sequence[Fetch], concurrency: int, what: str) -> list[Any]:
    """Call all ``fetches`` concurrently, and return their results in the same order. After a failure, no further call begins.

    :param concurrency: maximum number of concurrent calls.
    :param what: what is read, for the line that reports the progress every few seconds.
    :raises CollectionError: the first failure, in the order of ``fetches``.
    """
    results: dict[int, Any] = {}
    errors: dict[int, Exception] = {}

    def call(piece: tuple[int, Fetch]) -> None:
        index, fetch = piece
        if errors:
            return
        try:
            results[index] = fetch()
        except Exception as error:
            errors[index] = error

    pieces = list(enumerate(fetches))
    Workers(client, concurrency).work_through(pieces, call, lambda: f"{len(results)} of {len(fetches)} {what} read")
    if errors:
        raise errors[min(errors)]
    return [results[index] for index in range(len(fetches))]
