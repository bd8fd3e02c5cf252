# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of Cloudflare's envelope around every answer.

The API reference documents ``{"success": true, "result": ...}`` and
``{"success": false, "errors": [{"code": 7001, "message": "...", "path": ["body", "cache_ttl"]}]}``.
"""

from __future__ import annotations

import datetime
import re
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, Iterator, Mapping, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils import json_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    ErrorEntry,
    Exists,
    NotFound,
    RateLimited,
    Refused,
    Request,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable

INPUT_REFUSED = 7001
ITEM_NOT_FOUND = 7002
MAX_ENTRIES = 50
MAX_TEXT = 500
HINT_PERMISSION = "Check that the token is valid and has the permission %s on this account (%s to read only)"
HINT_ACCOUNT = "Check account_id, and base_url if it is set"
HINTS_BY_CODE = {
    10000: HINT_PERMISSION,
    # The token is malformed or missing, with HTTP 400.
    9106: HINT_PERMISSION,
    9109: HINT_PERMISSION,
    6003: "The credentials have a form that the API does not accept: check api_token, or api_email and api_key",
    7000: HINT_ACCOUNT,
    7003: HINT_ACCOUNT,
}
HINTS_BY_STATUS = {
    401: HINT_PERMISSION,
    403: HINT_PERMISSION,
    404: HINT_ACCOUNT,
    429: "Cloudflare allows a user or token 1200 requests in five minutes: increase rate_limit_wait, or run fewer tasks at a time",
}


class Codes(NamedTuple):
    """Error codes of a resource, and the permissions that its calls need.

    ``absent`` has the codes for "no such item", ``exists`` those for "the key is taken", each with a regular expression. A code with
    several meanings has a non-empty expression. It has this meaning if the message matches, with any status. ``permissions`` are those
    for reading and for writing. ``bare`` is a key that identifies a successful answer without an envelope.
    """

    absent: Mapping[int, str]
    exists: Mapping[int, str]
    permissions: tuple[str, str]
    bare: str = ""


DEFAULT_CODES = Codes({ITEM_NOT_FOUND: ""}, {}, ("AI Gateway Read", "AI Gateway Write"))


def parse_envelope(request: Request, answer: Answer, codes: Codes = DEFAULT_CODES) -> dict[str, Any]:
    """Return the envelope of a successful answer. Its ``result`` can be of any type.

    :raises ApiError: for any other answer, with the details that it contains.
    """
    payload = _parse(answer.body)
    if 200 <= answer.status < 300 and isinstance(payload, dict) and payload.get("success", _is_bare(payload, codes)) is True:
        return payload
    raise _failure(request, answer, payload, codes)


def _is_bare(payload: Mapping[str, Any], codes: Codes) -> bool:
    return bool(codes.bare) and codes.bare in payload


def _parse(body: bytes) -> Any:
    try:
        return json_text.loads(body)
    except ValueError:
        return None


def _failure(request: Request, answer: Answer, payload: Any, codes: Codes) -> ApiError:
    entries = _entries_of(payload)
    error = _error_class(answer.status, entries, codes)(
        request,
        answer.status,
        _problem(answer, entries),
        entries,
        ray_id=printable(answer.headers.get("cf-ray", ""), 100) or None,
        retry_after=parse_retry_after(answer.headers.get("Retry-After")) if answer.status in (429, 503) else None,
    )
    hint = None if isinstance(error, NotFound) else _hint(answer.status, error.codes)
    if hint == HINT_PERMISSION:
        reading, writing = (f"'{permission}'" for permission in codes.permissions)
        hint %= (writing.replace(" and ", "' and '"), reading.replace(" and ", "' and '"))
    if hint:
        error.add_remark(hint + ".")
    return error


def _error_class(status: int, entries: list[ErrorEntry], codes: Codes) -> type[ApiError]:
    if any(_means(entry, codes.absent, is_usual=status == 404) for entry in entries):
        return NotFound
    if any(_means(entry, codes.exists, is_usual=400 <= status < 500) for entry in entries):
        return Exists
    if status == 409 or INPUT_REFUSED in [entry.code for entry in entries]:
        return Refused
    return RateLimited if status == 429 else ApiError


def _means(entry: ErrorEntry, codes: Mapping[int, str], is_usual: bool) -> bool:
    """Return whether an error has one of ``codes``, and a message that matches its regular expression.

    :param is_usual: whether the answer has the usual status, which is required if the error has no code, or the code no expression.
    """
    if entry.code is None:
        return is_usual and any(pattern and re.search(pattern, entry.message, re.IGNORECASE) for pattern in codes.values())
    pattern = codes.get(entry.code)
    if not pattern:
        return pattern is not None and is_usual
    return bool(re.search(pattern, entry.message, re.IGNORECASE))


def _problem(answer: Answer, entries: list[ErrorEntry]) -> str:
    if entries:
        return "; ".join(str(entry) for entry in entries)
    if 300 <= answer.status < 400:
        target = printable(answer.headers.get("Location", ""), 200) or "nowhere"
        return f"a redirect to {target}, which is not followed, because it would carry the credentials along; check base_url"
    if not answer.body.strip():
        return "the body is empty"
    kinds = [printable(answer.headers.get(name, ""), 100) for name in ("Content-Type", "Content-Encoding")]
    kind = ", ".join(filter(None, kinds)) or "no content type"
    start = printable(answer.body[:1000].decode("utf-8", "replace"), 120)
    return f"the body is not an answer of the Cloudflare API ({kind}): {start}"


def _entries_of(payload: Any) -> list[ErrorEntry]:
    """Return the errors of an answer: from ``errors``, else from ``error``, else from ``result.errors`` if only a part failed."""
    if not isinstance(payload, dict):
        return []
    entries = _entries(payload.get("errors"))
    if entries or isinstance(payload.get("error"), (str, dict)):
        return entries or [_entry(payload["error"])]
    result = payload.get("result")
    return _entries(result.get("errors")) if isinstance(result, dict) else []


def _entries(errors: Any) -> list[ErrorEntry]:
    """Return the entries of ``errors``, each followed by those of its ``error_chain``. An unexpected value becomes the message."""
    found = (link for error in (errors if isinstance(errors, list) else []) for link in _chain(error))
    return [_entry(error) for error in islice(found, MAX_ENTRIES)]


def _chain(error: Any) -> Iterator[Any]:
    yield error
    if isinstance(error, dict) and isinstance(error.get("error_chain"), list):
        yield from error["error_chain"]


def _entry(error: Any) -> ErrorEntry:
    if not isinstance(error, dict):
        return ErrorEntry(None, printable(str(error), MAX_TEXT))
    known: dict[str, Any] = error
    code = known.get("code")
    path = known.get("path")
    steps: tuple[str, ...] = tuple(printable(str(step), 100) for step in path[:20]) if isinstance(path, list) else ()
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    return ErrorEntry(code, printable(str(known.get("message", known.get("error", ""))), MAX_TEXT), steps)


def _hint(status: int, codes: tuple[int, ...]) -> str | None:
    for code in codes:
        if code in HINTS_BY_CODE:
            return HINTS_BY_CODE[code]
    return None if ITEM_NOT_FOUND in codes else HINTS_BY_STATUS.get(status)


def parse_retry_after(value: str | None) -> float | None:
    """Return the wait in seconds from a ``Retry-After`` header (a number or an HTTP date), or ``None`` if it is neither."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return max(0.0, (moment - datetime.datetime.now(datetime.timezone.utc)).total_seconds())
