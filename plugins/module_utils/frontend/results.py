# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the results of several modules have in common."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.masking import show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource

UNVERIFIABLE = (
    "The server shows %s only masked, so a new value cannot be told from the old one. To have it written, "
    "change something else in the same setting, or clear the setting with unset first."
)
DISTURBED = "The server changed %s along with the update, although it was sent back as it was: compare with --diff."
# They differ between check mode and the real run, and say nothing about settings.
VOLATILE = ("created_at", "modified_at")


def lasting(resource: Resource, item: Mapping[str, Any] | None) -> dict[str, Any]:
    """One side of a diff: the item without what differs between check mode and the real run."""
    return {} if item is None else {name: value for name, value in show(resource, item).items() if name not in VOLATILE}
