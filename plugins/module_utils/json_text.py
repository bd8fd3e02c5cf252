# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strict JSON: only values that JSON can express, with limits on size and depth that make them safe to process.

Python's ``json`` accepts ``NaN``, unpaired surrogates, numbers of any length and nesting of almost any depth.
"""

from __future__ import annotations

import json
import math
from typing import Any, Iterable

# Greater than any depth that the API uses. An answer wraps declared values in a few more levels.
MAX_DEPTH = 50
MAX_DECLARED_DEPTH = 40
MAX_PARTS = 500_000
MAX_DIGITS = 100


def loads(text: bytes) -> Any:
    """Parse ``text``.

    :raises ValueError: if it is not JSON, or exceeds the bounds.
    """
    try:
        decoded = text.decode("utf-8")
        value = json.loads(decoded, parse_constant=_number, parse_float=_number, parse_int=_whole_number)
        if not _is_bounded(value, MAX_DEPTH):
            raise ValueError("too deep, or too many parts")
        if "\\u" in decoded:
            # Unpaired surrogates can only be written as escapes. Encoding them raises a ValueError.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("too deep") from None
    return value


def can_express(value: Any) -> bool:
    """Return whether ``value`` can be sent as JSON and parsed again."""
    try:
        return _is_bounded(loads(json.dumps(value).encode("utf-8")), MAX_DECLARED_DEPTH)
    except (TypeError, ValueError, RecursionError):
        return False


def canonical(value: Any) -> str:
    """Return JSON text that is equal for equal values: ``5`` equals ``5.0``, but ``1`` does not equal ``true``."""
    return json.dumps(normalized(value), sort_keys=True)


def normalized(value: Any) -> Any:
    """Return ``value`` with strings as keys, and with integers for floats such as ``5.0``."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [normalized(element) for element in value]
    if isinstance(value, dict):
        return {str(key): normalized(element) for key, element in value.items()}
    return value


def _number(text: str) -> float:
    value = float(text)
    # Python also accepts NaN, Infinity and 1e999, which cannot be sent.
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a number")
    return value


def _whole_number(text: str) -> int:
    # Older versions of Python accept any number of digits, in quadratic time.
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _is_bounded(value: Any, depth: int) -> bool:
    """Return whether ``value`` has at most ``depth`` levels and ``MAX_PARTS`` parts, so that recursive code can process it."""
    level, parts = [value], 0
    for _level in range(depth):
        level = [part for container in level if isinstance(container, (dict, list)) for part in _parts(container)]
        parts += len(level)
        if not level or parts > MAX_PARTS:
            break
    return not level


def _parts(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container
