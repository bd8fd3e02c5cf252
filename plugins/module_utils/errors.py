# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure of this collection: one tree, caught at one boundary.

Each error knows what a person needs to act on it (C(details)), whether a further try makes sense (C(transient)), and
whether the request may have been carried out, by this or an earlier try, although no good answer came back (C(outcome_unknown)).
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable


class Request(NamedTuple):
    """What was asked: the verb, and the path below the base URL."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class ErrorEntry(NamedTuple):
    """One entry of an envelope's C(errors); C(path) is where in the request, such as C(("body", "cache_ttl"))."""

    code: int | None
    message: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = self.message or "no message"
        if self.code is not None:
            text = f"[{self.code}] {text}"
        return f"{text} (at {'.'.join(self.path)})" if self.path else text


class CollectionError(Exception):
    """Base of the tree. Its text is meant for the person who runs the task."""

    transient = False
    outcome_unknown = False
    retry_after: float | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.notes: list[str] = []

    def __str__(self) -> str:
        return printable(" ".join([self.message, *self.notes]))

    def add_remark(self, text: str) -> None:
        """Append a sentence that only the code higher up could know."""
        self.notes.append(text)

    def details(self) -> dict[str, Any]:
        """The keys that a failed task returns beside C(msg)."""
        return {}


class Defect(CollectionError):
    """Something went wrong that nobody foresaw; C(error) is what was raised."""

    def __init__(self, error: Exception) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        super().__init__(f"This is a defect of edgeops.cloudflare, please report it: {type(error).__name__}: {error} ({where}).")


class InvalidOptions(CollectionError):
    """What the user declared cannot be sent. Nothing was sent. All problems are told at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"Nothing was sent, because of the options given: {'; '.join(problems)}.")
        self.problems = tuple(problems)


class RequestError(CollectionError):
    """A request failed."""

    def __init__(self, request: Request, message: str) -> None:
        super().__init__(message)
        self.request = request

    def details(self) -> dict[str, Any]:
        return {"request": dict(self.request._asdict())}


class NoAnswer(RequestError):
    """No whole HTTP answer arrived: connection refused, reset, timed out, cut short, or not trusted.

    C(sent) is false only where the request provably did not reach the API.
    """

    def __init__(self, request: Request, reason: str, sent: bool, transient: bool = True) -> None:
        super().__init__(request, f"{request} got no answer: {reason}.")
        self.outcome_unknown = sent
        self.transient = transient


class NotSent(RequestError):
    """The request was not sent, as it could only have been refused."""

    def __init__(self, request: Request, reason: str) -> None:
        super().__init__(request, f"{request} was not sent: {reason}.")


class TooLate(RequestError):
    """The request was not sent, or not again, as what it is based on was read too long ago; for the caller to read again."""

    def __init__(self, request: Request) -> None:
        super().__init__(request, f"{request} was not sent again: what it is based on was read too long ago.")


class StaleRead(RequestError):
    """The server goes on to show an item as it was before a write of this task; to plan from that could undo the write."""

    def __init__(self, request: Request) -> None:
        super().__init__(request, f"{request} still shows a copy that is older than what this task wrote. Run the task again later.")


class ApiError(RequestError):
    """The API answered, and the answer was no, or could not be understood."""

    def __init__(
        self,
        request: Request,
        status: int,
        problem: str,
        entries: Sequence[ErrorEntry] = (),
        ray_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(request, f"{request} was answered with HTTP {status}: {problem}.")
        self.status = status
        self.entries = tuple(entries)
        self.ray_id = ray_id
        self.retry_after = retry_after
        self.transient = status in TRANSIENT_STATUSES
        # A 2xx that cannot be read, and every failure on the server's side, leave open what the server did.
        self.outcome_unknown = (status < 300 and not entries) or status == 408 or status >= 500

    @property
    def codes(self) -> tuple[int, ...]:
        """Cloudflare's error codes, in the order in which they came."""
        return tuple(entry.code for entry in self.entries if entry.code is not None)

    def details(self) -> dict[str, Any]:
        found = super().details()
        found.update(
            status=self.status,
            errors=[{"code": entry.code, "message": entry.message, "path": list(entry.path)} for entry in self.entries],
            ray_id=self.ray_id,
        )
        return found


class NotFound(ApiError):
    """The addressed item does not exist (404 with code 7002)."""


class Refused(ApiError):
    """The input was refused (400 with code 7001, or 409): a bad value, or an item with this id exists already."""


class Exists(Refused):
    """The key of a new item is taken already."""


class RateLimited(ApiError):
    """429: the quota of the user or token is used up."""


# What a further try may cure, as far as the verb allows one.
TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
