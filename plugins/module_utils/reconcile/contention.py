# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens while somebody else changes the same item."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError


class Contended(CollectionError):
    """Somebody else kept creating and deleting the item."""


class Overtaken(Exception):
    """What was read does not hold any more, or may not; C(current) is what is there now. C(maybe_done): by what was planned."""

    def __init__(self, current: dict[str, Any] | None, maybe_done: bool = False) -> None:
        super().__init__()
        self.current = current
        self.maybe_done = maybe_done
