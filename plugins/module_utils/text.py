# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that came from elsewhere, made fit to be shown, and checked before it is sent."""

from __future__ import annotations

import re
from typing import Sequence

# So many names are told in a message, and so much of each.
NAMED = 10
MAX_NAME = 100
# No message is longer, whatever it is about.
MAX_MESSAGE = 100_000
# What stands at the end of a text of which more was there.
CUT = "..."
# Halves of characters, which JSON and YAML can hold, and UTF-8 cannot.
_HALVES = re.compile("[\ud800-\udfff]")


def printable(text: str, limit: int = MAX_MESSAGE) -> str:
    """C(text) on one line, at most C(limit) characters, without control and formatting characters.

    What a server sends may hold terminal escapes or marks that turn the writing direction.
    """
    shown = "".join(char if char.isprintable() else " " for char in text[: limit * 4])
    shown = " ".join(shown.split())
    whole = len(shown) <= limit and len(text) <= limit * 4
    return shown if whole else shown[: limit - len(CUT)] + CUT


def plural(noun: str) -> str:
    """Return what several items are called, such as policies and AI Gateways."""
    return re.sub(r"(?<![aeiou])y$", "ie", noun) + "s"


def name_some(names: Sequence[str]) -> str:
    """The first of the C(names), and how many there are beyond."""
    more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(printable(name, MAX_NAME) for name in names[:NAMED]) + more


def whole(text: str) -> str:
    """C(text) with a sign in place of each half of a character, so that it can be printed and logged."""
    return _HALVES.sub("\ufffd", text)


def is_whole(text: str) -> bool:
    """Whether C(text) holds no half of a character, so that it can be sent, also in a URL."""
    return not _HALVES.search(text)


def fits_path(text: str) -> bool:
    """Whether C(text), percent-encoded, can be a segment of a path: HTTP libraries remove C(.) and C(..) in any spelling."""
    return is_whole(text) and text not in ("", ".", "..")
