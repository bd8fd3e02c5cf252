# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of the controller's values to those that a module would receive."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

# Conversions to the plain type. A subclass can carry a tag.
_SCALARS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, str.__str__),
    (bytes, lambda value: value.decode("utf-8", "replace")),
    (int, int),
    (float, float),
)


def plain(value: Any) -> Any:
    """Return ``value`` as a module would receive it by JSON: without tags, vault objects and lazy containers."""
    if value is None or isinstance(value, bool):
        return value
    for kind, convert in _SCALARS:
        if isinstance(value, kind):
            return convert(value)
    if isinstance(value, Mapping):
        return {_key(plain(key)): plain(part) for key, part in value.items()}
    if isinstance(value, (Sequence, Set)) and not hasattr(value, "__ENCRYPTED__"):
        return [plain(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _key(key: Any) -> str:
    """Return a key as JSON text, because YAML reads an unquoted ``on`` or ``yes`` as true."""
    return key if isinstance(key, str) else json.dumps(key)
