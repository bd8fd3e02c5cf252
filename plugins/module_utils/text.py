# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that came from elsewhere, made fit to be shown."""

from __future__ import annotations


def printable(text: str, limit: int) -> str:
    """C(text) on one line, at most C(limit) characters, without control and formatting characters.

    What a server sends may hold terminal escapes or marks that turn the writing direction.
    """
    shown = "".join(char if char.isprintable() else " " for char in text[: limit * 4])
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."
