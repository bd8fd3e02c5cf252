# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a run for one item, with its notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource

# Kinds of notices: secrets that the server hides; settings that it changed although they were sent back as they were; settings that it
# stores in another form; fields that it refuses to take back, and those whose value is gone; an item that is not the one to
# delete; an update that was repeated, as somebody else had undone it; in check mode, a parent that does not exist yet.
UNVERIFIABLE, DISTURBED, DIFFERENTLY_STORED, LEFT_OUT, LOST = "unverifiable", "disturbed", "differently_stored", "left_out", "lost"
LEFT_ALONE, REPEATED, NO_PARENT, ADOPTED = "left_alone", "repeated", "no_parent", "adopted"


class Child(NamedTuple):
    """An item that is deleted together with the item to which it belongs."""

    kind: str
    name: str


@dataclass(frozen=True)
class Outcome:
    """What was done, or in check mode would be.

    ``before`` and ``after`` are the stored items, or ``None`` if the item does not exist. ``notices`` has names of settings, or places
    within them, by what there is to say about them (``UNVERIFIABLE`` and so on). ``children`` were, or would be, deleted first.
    """

    operation: str
    changed_settings: tuple[str, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    notices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    children: Sequence[Child] = ()


class Step(NamedTuple):
    """What a task did, or would do, to an item that it needs on its way."""

    resource: Resource
    name: str
    outcome: Outcome

    def shown(self) -> dict[str, Any]:
        """Return the step as results have it."""
        return {
            "kind": self.resource.kind,
            "name": self.name,
            "operation": self.outcome.operation,
            "changed_settings": list(self.outcome.changed_settings),
        }
