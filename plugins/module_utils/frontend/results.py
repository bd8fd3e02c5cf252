# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the results of several modules have in common."""

from __future__ import annotations

import re
from typing import Any, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.masking import Scrub, show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

UNVERIFIABLE = (
    "The server shows %s only masked, so a new value cannot be told from the old one. To have it written, "
    "change something else in the same setting, or clear the setting with unset first."
)
DISTURBED = "The server changed %s along with the update, although it was sent back as it was: compare with --diff."
# They differ between check mode and the real run, and say nothing about settings.
VOLATILE = ("created_at", "modified_at")


def lasting(resource: Resource, item: Mapping[str, Any] | None, scrub: Scrub) -> dict[str, Any]:
    """One side of a diff: the item without what differs between check mode and the real run."""
    return {} if item is None else {name: value for name, value in show(resource, item, scrub).items() if name not in VOLATILE}


def id_warnings(resource: Resource, ids: Sequence[str]) -> list[str]:
    """Return one warning about those ``ids`` that the API is expected to refuse."""
    if resource.id_pattern is None:
        return []
    pattern, words = resource.id_pattern
    odd = [item_id for item_id in ids if not re.fullmatch(pattern, item_id)]
    if not odd:
        return []
    return [f"The API is expected to refuse ids of {resource.name}s like {name_some(odd)}: an id consists of {words}."]
