# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognition of masks that servers return in place of secrets, and comparison of their visible part with a secret.

Only for stored values. A declared secret can have any form.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import is_masked

# Longer texts with an ellipsis are prose, not masks.
MAX_CUT_LENGTH = 80
_REPEATED = re.compile(r"(.)\1{3,}")
_WORD_IN_BRACKETS = re.compile(r"[\[<({]\s*[a-z][a-z _-]{0,30}\s*[\])>}]", re.IGNORECASE)
# Replaces the hidden characters in the middle or at the end of a secret.
_REPLACED = re.compile(r"[*#\u00b7\u2022\u25cf]{3,}|[xX]{4,}|\.{3,}|\u2026+")
_SCHEME = re.compile(r"(?:bearer|basic|token)\s+", re.IGNORECASE)


def looks_masked(stored: Any) -> bool:
    """Return whether ``stored``, a server's value of a secret, is a mask."""
    if not isinstance(stored, str):
        return False
    shown = _without_scheme(stored)
    if is_masked(stored) or _REPEATED.fullmatch(shown) or _WORD_IN_BRACKETS.fullmatch(shown):
        return True
    return len(shown) <= MAX_CUT_LENGTH and not re.search(r"\s", shown) and bool(_REPLACED.search(shown))


def contradicts(stored: str, declared: Any) -> bool:
    """Return whether the visible part of the mask ``stored``, such as ``sk_...1234``, differs from the secret ``declared``."""
    shown = _without_scheme(stored)
    replaced = _REPLACED.search(shown)
    if not isinstance(declared, str) or not replaced:
        return False
    secret = _without_scheme(declared)
    begins, ends = shown[: replaced.start()], shown[replaced.end() :]
    return not (secret.startswith(begins) and secret.endswith(ends) and len(secret) >= len(begins) + len(ends))


def _without_scheme(text: str) -> str:
    """Return ``text`` without a leading authentication scheme, which servers may add or remove."""
    return _SCHEME.sub("", text, count=1) if _SCHEME.match(text) else text
