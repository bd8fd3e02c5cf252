# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that make text from users and servers printable, and that check whether it can be sent."""

from __future__ import annotations

import re
from typing import Sequence

# Maximum number of names listed in a message, and maximum length of each.
MAX_SHOWN_NAMES = 10
MAX_NAME = 100
# Maximum length of a message.
MAX_MESSAGE = 100_000
# Suffix of a shortened text.
ELLIPSIS = "..."
# JSON and YAML can contain unpaired surrogates, but UTF-8 cannot encode them.
_SURROGATES = re.compile("[\ud800-\udfff]")


def printable(text: str, limit: int = MAX_MESSAGE) -> str:
    """Return ``text`` on one line, at most ``limit`` characters long, without control and formatting characters.

    Text from a server can contain terminal escapes, or marks that change the writing direction.
    """
    shown = "".join(char if char.isprintable() else " " for char in text[: limit * 4])
    shown = " ".join(shown.split())
    is_complete = len(shown) <= limit and len(text) <= limit * 4
    return shown if is_complete else shown[: limit - len(ELLIPSIS)] + ELLIPSIS


def plural(noun: str) -> str:
    """Return the plural of ``noun``, such as policies or AI Gateways."""
    return re.sub(r"(?<![aeiou])y$", "ie", noun) + "s"


def name_some(names: Sequence[str]) -> str:
    """Return the first of ``names`` as text, followed by the number of the others."""
    more = f", and {len(names) - MAX_SHOWN_NAMES} more" if len(names) > MAX_SHOWN_NAMES else ""
    return ", ".join(printable(name, MAX_NAME) for name in names[:MAX_SHOWN_NAMES]) + more


def replace_surrogates(text: str) -> str:
    """Return ``text`` with the replacement character for each unpaired surrogate, so that it can be printed and logged."""
    return _SURROGATES.sub("\ufffd", text)


def is_encodable(text: str) -> bool:
    """Return whether ``text`` can be encoded as UTF-8, which a request body and a URL need."""
    return not _SURROGATES.search(text)


def fits_path(text: str) -> bool:
    """Return whether ``text`` can be a segment of a path. HTTP libraries remove ``.`` and ``..`` even if they are percent-encoded."""
    return is_encodable(text) and text not in ("", ".", "..")
