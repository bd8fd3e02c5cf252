# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that is made fit for HTML and SVG."""

from __future__ import annotations

import html

# Templates would evaluate two of them, as in a fact that holds a report.
_BRACES = {"{": "&#123;", "}": "&#125;"}


def escaped(text: str) -> str:
    """Return a text as it is to be shown, or as the value of an attribute in double quotes, without control characters."""
    shown = html.escape("".join(char if char.isprintable() else " " for char in text))
    return "".join(_BRACES.get(char, char) for char in shown)
