# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declaration of one item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field

# When declared secrets are written to an existing item: if they are known to differ, in each run, or never.
AUTO, ALWAYS, NEVER = "auto", "always", "never"
UPDATE_SECRETS = Field("update_secrets", "str", choices=(AUTO, ALWAYS, NEVER), default=AUTO)
# Whether an item may be deleted and created again to change immutable settings.
RECREATE = Field("recreate", "bool", default=False)
RENAME_FROM = Field("rename_from", "str", min_length=1)


@dataclass(frozen=True)
class Declaration:
    """The desired item: its id, whether it must exist, its managed settings by API name (``None``: cleared), and when to write secrets.

    ``keys`` are the parts of the id, if it has several. ``recreate`` allows deleting and creating the item to change immutable settings.
    ``rename_from`` is the previous id; if it is set, the new key is one of the ``settings``.
    For an item that is purged because it is not declared, ``listed`` is the listed item. A different item with the same id is kept.
    """

    id: str
    present: bool
    settings: Mapping[str, Any]
    update_secrets: str = AUTO
    listed: Mapping[str, Any] | None = None
    keys: tuple[str, ...] = ()
    recreate: bool = False
    rename_from: str = ""
