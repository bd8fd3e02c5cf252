# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estimates of the width of text, and line wrapping. A report is created without access to fonts, so text cannot be measured."""

from __future__ import annotations

import unicodedata

from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import ELLIPSIS

# Relative to the font size. More than most sans-serif fonts need, so that no text overflows its box.
_NARROW, _USUAL, _BROAD, _FULL = 0.34, 0.59, 0.86, 1.05
_NARROW_CHARS = frozenset("ijlft.,:;'|!()[]{} `r")
_BROAD_CHARS = frozenset("mwMW@%&+=<>~")
# Characters after which a line may break.
_BREAKS = " ,:/-_@.|"


def text_width(text: str, size: float) -> float:
    """Return the estimated width of a text in a font of that size."""
    return sum(map(_char_width, text)) * size


def _char_width(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return _FULL
    if char in _NARROW_CHARS:
        return _NARROW
    if char in _BROAD_CHARS:
        return _BROAD
    return _USUAL * 1.2 if char.isupper() else _USUAL


def wrapped(text: str, size: float, width: float, max_lines: int) -> list[str]:
    """Wrap a text into lines of at most ``width``. If it does not fit, the last line is truncated with an ellipsis."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < max_lines:
        if text_width(rest, size) <= width:
            return [*lines, rest]
        is_last = len(lines) == max_lines - 1
        end = _fitting(rest, size, width - (text_width(ELLIPSIS, size) if is_last else 0))
        if not is_last:
            at = max(rest.rfind(char, end // 2, end) for char in _BREAKS) + 1
            end = at or end
        lines.append(rest[:end].rstrip() + (ELLIPSIS if is_last else ""))
        rest = rest[end:].lstrip()
    return lines


def _fitting(text: str, size: float, width: float) -> int:
    """Return how many characters fit, at least one."""
    used = 0.0
    for index, char in enumerate(text):
        used += _char_width(char) * size
        if used > width:
            return max(index, 1)
    return len(text)
