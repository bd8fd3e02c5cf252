# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a run for one item, with its notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource

# Kinds of notices about settings: secrets that the server hides; settings that it changed although an update sent them back unchanged;
# settings that it stores in another form; fields that it returns, but refuses to accept; such fields whose value was lost.
UNVERIFIABLE, UNEXPECTED, DIFFERENTLY_STORED, LEFT_OUT, LOST = "unverifiable", "unexpected", "differently_stored", "left_out", "lost"
# Kinds of notices about items: an item that must no longer be purged; an update that was repeated because somebody else had undone it; in
# check mode, a parent that does not exist yet; an item that already existed, although it was not listed.
LEFT_ALONE, REPEATED, NO_PARENT, ADOPTED = "left_alone", "repeated", "no_parent", "adopted"


class Child(NamedTuple):
    """An item that is deleted together with its parent."""

    kind: str
    name: str


@dataclass(frozen=True)
class Outcome:
    """The result for one item, or in check mode the prediction.

    ``before`` and ``after`` are the stored items, or ``None`` if the item does not exist. ``notices`` has names of settings, or paths
    within them, by kind of notice, such as ``UNVERIFIABLE``. ``children`` were, or would be, deleted first.
    """

    operation: str
    changed_settings: tuple[str, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    notices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    children: Sequence[Child] = ()


class Step(NamedTuple):
    """The actual or predicted outcome for another item that a task needs."""

    resource: Resource
    name: str
    outcome: Outcome

    def shown(self) -> dict[str, Any]:
        """Return the step in the form of results."""
        return {
            "kind": self.resource.kind,
            "name": self.name,
            "operation": self.outcome.operation,
            "changed_settings": list(self.outcome.changed_settings),
        }
