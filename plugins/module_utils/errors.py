# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions of this collection. They share one base class, and are converted to failed results in one place.

Each error has the values that the failed task returns (``details``), whether a retry can succeed (``transient``), and whether this or
an earlier attempt may have been executed although no successful answer arrived (``outcome_unknown``).
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable


class Request(NamedTuple):
    """A request: its method, and its path below the base URL."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class ErrorEntry(NamedTuple):
    """One entry of ``errors`` in an answer. ``path`` names the part of the request, such as ``("body", "cache_ttl")``."""

    code: int | None
    message: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = self.message or "no message"
        if self.code is not None:
            text = f"[{self.code}] {text}"
        return f"{text} (at {'.'.join(self.path)})" if self.path else text


class CollectionError(Exception):
    """Base class of all errors. The text is shown to the user."""

    transient = False
    outcome_unknown = False
    retry_after: float | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.remarks: list[str] = []

    def __str__(self) -> str:
        return printable(" ".join([self.message, *self.remarks]))

    def add_remark(self, text: str) -> None:
        """Append a sentence to the message."""
        self.remarks.append(text)

    def details(self) -> dict[str, Any]:
        """Return the keys that a failed task returns in addition to ``msg``."""
        return {}


class Defect(CollectionError):
    """An unexpected exception, ``error``, was raised."""

    def __init__(self, error: Exception) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        super().__init__(f"This is a defect of edgeops.cloudflare, please report it: {type(error).__name__}: {error} ({where}).")


class InvalidOptions(CollectionError):
    """The options are invalid, and nothing was sent. The message lists all problems."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__(f"No request was sent, because options are invalid: {'; '.join(self.problems)}.")


class RequestError(CollectionError):
    """A request failed."""

    def __init__(self, request: Request, message: str) -> None:
        super().__init__(message)
        self.request = request

    def details(self) -> dict[str, Any]:
        return {"request": dict(self.request._asdict())}


class NoAnswer(RequestError):
    """No complete HTTP answer arrived: connection refused or reset, timeout, truncated answer, or untrusted certificate.

    ``sent`` is false only if the request certainly did not reach the API.
    """

    def __init__(self, request: Request, reason: str, sent: bool, transient: bool = True) -> None:
        super().__init__(request, f"{request} got no answer: {reason}.")
        self.outcome_unknown = sent
        self.transient = transient


class NotSent(RequestError):
    """The request was not sent, because it could not succeed."""

    def __init__(self, request: Request, reason: str) -> None:
        super().__init__(request, f"{request} was not sent: {reason}.")


class TooLate(RequestError):
    """The request was not sent, or not again, because the item was read too long ago. The caller must read it again."""

    def __init__(self, request: Request) -> None:
        super().__init__(request, f"{request} was not sent again, because the item was read too long ago.")


class StaleRead(RequestError):
    """The server still returns an item as it was before a write of this task. A plan made from it could undo the write."""

    def __init__(self, request: Request) -> None:
        super().__init__(request, f"{request} still returns an older copy than the one this task wrote. Run the task again later.")


class ApiError(RequestError):
    """The API answered with an error, or with a body that cannot be parsed."""

    def __init__(
        self,
        request: Request,
        status: int,
        problem: str,
        entries: Sequence[ErrorEntry] = (),
        ray_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(request, f"{request} returned HTTP {status}: {problem}.")
        self.status = status
        self.entries = tuple(entries)
        self.ray_id = ray_id
        self.retry_after = retry_after
        self.transient = status in TRANSIENT_STATUSES
        # After a 2xx that cannot be parsed, a timeout or a server error, the server may have executed the request.
        self.outcome_unknown = (status < 300 and not entries) or status == 408 or status >= 500

    @property
    def codes(self) -> tuple[int, ...]:
        """Return Cloudflare's error codes in the order of the answer."""
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
    """The input was refused (400 with code 7001, or 409): a value is invalid, or an item with this id already exists."""


class Exists(Refused):
    """Another item already has the key of the new one."""


class RateLimited(ApiError):
    """The quota of the user or token is used up (429)."""


# Statuses after which a retry can succeed, if the method may be retried.
TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
