# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Escaping of text for HTML and SVG."""

from __future__ import annotations

import html

# Templates would evaluate double braces, for example in a fact that contains a report.
_BRACES = {"{": "&#123;", "}": "&#125;"}


def escaped(text: str) -> str:
    """Escape a text for use as content, or as an attribute in double quotes. Unprintable characters are replaced by spaces."""
    shown = html.escape("".join(char if char.isprintable() else " " for char in text))
    return "".join(_BRACES.get(char, char) for char in shown)
