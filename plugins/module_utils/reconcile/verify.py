# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verification that the server stored what was declared."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import both_values, unfulfilled
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource


class NotStored(CollectionError):
    """The server accepted a write, but stores something other than what was declared."""


def verify(resource: Resource, declaration: Declaration, stored: Mapping[str, Any]) -> None:
    """Compare ``stored``, the answer to a write, with the declaration.

    :raises NotStored: if a setting differs. The message contains both values of each.
    """
    wrong = unfulfilled(resource, declaration, stored)
    if wrong:
        pairs = [both_values(resource, key, declaration.settings, stored) for key in wrong]
        raise NotStored(
            f"The server accepted the write to {resource.name} {declaration.id!r} but stores other values than "
            f"declared ({'; '.join(pairs)}). Other settings may have been changed."
        )
