# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Journal of the requests to the API, in order."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.simulator.protocol import Json, decode

# Long runs of a benchmark must not fill the memory.
LONGEST = 100_000


@dataclass(frozen=True)
class Request:
    """A request to the API as it was received. `headers` have lower-case names, and `port` is the client's."""

    method: str
    raw_path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    port: int = 0

    @property
    def query(self) -> dict[str, str]:
        """Return the query by name. If a name is repeated, the last value is used."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))


@dataclass
class Entry:
    """A request and its outcome.

    `time` is in seconds since the epoch. `status` is None if no answer was sent. `fault` is the id of the fault that fired. `port`
    identifies the connection of the client. `body` is the JSON value, else the text, or None if it was empty. `acted` contains the numbers
    of the store's last change before and after the request was processed, or None if it has not been processed.
    """

    time: float
    method: str
    path: str
    query: dict[str, str]
    query_string: str
    headers: dict[str, str]
    body: Any
    port: int
    status: int | None = None
    fault: int | None = None
    acted: tuple[int, int] | None = None


class Journal:
    """The entries since the last clear."""

    def __init__(self) -> None:
        self._entries: deque[tuple[Request, Entry]] = deque(maxlen=LONGEST)

    def add(self, request: Request) -> Entry:
        """Add a request on arrival. The caller fills in the outcome."""
        entry = Entry(
            time=time.time(),
            method=request.method,
            path=request.raw_path,
            query=request.query if request.query_string else {},
            query_string=request.query_string,
            headers=dict(request.headers),
            body=None,
            port=request.port,
        )
        self._entries.append((request, entry))
        return entry

    def clear(self) -> None:
        """Remove all entries."""
        self._entries.clear()

    def listed(self) -> list[Json]:
        """Return all entries, oldest first. Bodies are only parsed here, to keep requests fast."""
        return [{**asdict(entry), "body": readable(request.body)} for request, entry in self._entries]


def readable(body: bytes) -> Any:
    """Return the JSON value of a body, else its text; None for an empty one."""
    if not body:
        return None
    try:
        return decode(body)
    except ValueError:
        return body.decode("utf-8", errors="replace")
