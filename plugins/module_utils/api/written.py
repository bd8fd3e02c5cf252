# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Last writes of this process, to detect an older copy that a replica returns later. This module sends nothing."""

from __future__ import annotations

import re
from typing import Any, Mapping, NamedTuple

# ISO 8601 in UTC, such as 2026-01-01T00:00:00.000Z (type date-time in the published schema).
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?")
MODIFIED_AT = "modified_at"


class _Write(NamedTuple):
    """``modified_at`` of an item after a write, and whether the item was deleted later."""

    modified_at: tuple[str, ...]
    is_deleted: bool


class Written:
    """Last write of this process to each item, by path of the item. Safe for threads that write different items."""

    def __init__(self) -> None:
        self._writes: dict[str, _Write] = {}

    def note(self, path: str, item: Mapping[str, Any]) -> None:
        """Record that the server stored ``item`` at ``path``."""
        modified_at = comparable_time(item.get(MODIFIED_AT))
        if modified_at is None:
            self.forget(path)
        else:
            self._writes[path] = _Write(modified_at, is_deleted=False)

    def note_deletion(self, path: str) -> None:
        """Record that the item at ``path`` was deleted."""
        if path in self._writes:
            self._writes[path] = self._writes[path]._replace(is_deleted=True)

    def forget(self, path: str) -> None:
        """Drop the record of ``path``, so that any copy read from it is accepted."""
        self._writes.pop(path, None)

    def is_newer(self, path: str, item: Mapping[str, Any] | None) -> bool:
        """Return whether this process wrote a newer item to ``path`` than ``item`` (``None``: absent)."""
        write = self._writes.get(path)
        if write is None:
            return False
        if item is None:
            return not write.is_deleted
        modified_at = comparable_time(item.get(MODIFIED_AT))
        if modified_at is None:
            return False
        return modified_at <= write.modified_at if write.is_deleted else modified_at < write.modified_at


def comparable_time(time: Any) -> tuple[str, ...] | None:
    """Return ``time`` in a form that sorts chronologically, or ``None`` if its format is unknown."""
    match = _TIME.fullmatch(time) if isinstance(time, str) else None
    return None if match is None else (match[1], match[2], (match[3] or "").ljust(9, "0"))
