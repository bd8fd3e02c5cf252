# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many readings at once, with several requests under way at a time."""

from __future__ import annotations

from typing import Any, Callable, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.workers import Workers

Reading = Callable[[], Any]


def read_several(client: Client, readings: Sequence[Reading], concurrency: int, what: str) -> list[Any]:
    """Return what each of ``readings`` returns, in their order. After a failure, no further reading begins.

    :param concurrency: how many readings are under way at a time.
    :param what: what is read, for the line that reports the progress every few seconds.
    :raises CollectionError: the first failure, in the order of ``readings``.
    """
    results: dict[int, Any] = {}
    errors: dict[int, Exception] = {}

    def read(piece: tuple[int, Reading]) -> None:
        index, reading = piece
        if errors:
            return
        try:
            results[index] = reading()
        except Exception as error:
            errors[index] = error

    pieces = list(enumerate(readings))
    Workers(client, concurrency).work_through(pieces, read, lambda: f"{len(results)} of {len(readings)} {what} read")
    if errors:
        raise errors[min(errors)]
    return [results[index] for index in range(len(readings))]
