# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors for concurrent changes of an item by others."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError


class Contended(CollectionError):
    """Others repeatedly change the item."""


class ConcurrentChange(Exception):
    """The item has changed since it was read, or may have.

    :param current: the item as it is stored now, or ``None``.
    :param maybe_done: whether the planned operation itself may have changed it.
    """

    def __init__(self, current: dict[str, Any] | None, maybe_done: bool = False) -> None:
        super().__init__()
        self.current = current
        self.maybe_done = maybe_done
