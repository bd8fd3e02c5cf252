# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON within bounds: no value that JSON cannot express, and none that takes more time, memory or stack than it is worth.

Python's own reader and writer take C(NaN), halves of characters, numbers of any length and nesting of almost any depth.
"""

from __future__ import annotations

import json
import math
from typing import Any, Iterable

# More than anything that the API has or takes. An answer has a few levels more than what was declared.
MAX_DEPTH = 50
MAX_DECLARED_DEPTH = 40
MAX_PARTS = 500_000
MAX_DIGITS = 100


def read(text: bytes) -> Any:
    """The value that C(text) stands for.

    :raises ValueError: if it is not JSON within the bounds.
    """
    try:
        decoded = text.decode("utf-8")
        value = json.loads(decoded, parse_constant=_number, parse_float=_number, parse_int=_whole_number)
        if not _is_bounded(value, MAX_DEPTH):
            raise ValueError("too deep, or too many parts")
        if "\\u" in decoded:
            # There may be half of a character, which only text that is escaped can have.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("too deep") from None
    return value


def can_express(value: Any) -> bool:
    """Whether C(value) can be sent as JSON, and read again."""
    try:
        return _is_bounded(read(json.dumps(value).encode("utf-8")), MAX_DECLARED_DEPTH)
    except (TypeError, ValueError, RecursionError):
        return False


def canonical(value: Any) -> str:
    """Return JSON text that is the same for values that mean the same: ``5`` and ``5.0`` are alike, while ``1`` and ``true`` are not."""
    return json.dumps(normalized(value), sort_keys=True)


def normalized(value: Any) -> Any:
    """Return ``value`` with text as keys and without fractions of zero."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [normalized(element) for element in value]
    if isinstance(value, dict):
        return {str(key): normalized(element) for key, element in value.items()}
    return value


def _number(text: str) -> float:
    value = float(text)
    # Python would also take NaN, Infinity and 1e999, which cannot be sent back.
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a number")
    return value


def _whole_number(text: str) -> int:
    # Older Pythons take any number of digits, and time by the square of it.
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _is_bounded(value: Any, depth: int) -> bool:
    """Whether whatever walks through C(value), nested so deep at most, comes to an end soon and does not run out of stack."""
    level, parts = [value], 0
    for _level in range(depth):
        level = [part for whole in level if isinstance(whole, (dict, list)) for part in _parts(whole)]
        parts += len(level)
        if not level or parts > MAX_PARTS:
            break
    return not level


def _parts(whole: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return whole.values() if isinstance(whole, dict) else whole
