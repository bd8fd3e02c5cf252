# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One item among many, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Defect, RequestError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome, Step

FAILED = "failed"


@dataclass(eq=False)
class Member:
    """An item of a group, and what became of it: either ``error`` is set, or ``outcome`` is what was or would be done.

    ``read_at`` is when ``current`` was read, in seconds of the monotonic clock. ``in_doubt`` is set if the listing cannot decide what is
    to be done, and ``is_settled`` if nothing is left to do. ``steps`` is what was done to other items on the way, by their kind.
    """

    declaration: Declaration
    current: Mapping[str, Any] | None
    read_at: float = 0.0
    outcome: Outcome | None = None
    error: CollectionError | None = None
    secrets: set[str] = field(default_factory=set)
    in_doubt: bool = False
    # The outcome of an update that somebody else has undone, and that is done again.
    confirmed: Outcome | None = None
    is_settled: bool = False
    steps: dict[str, Step] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_purged(self) -> bool:
        """Whether the item is deleted only because it is not declared."""
        return self.declaration.listed is not None

    @property
    def is_to_be_deleted(self) -> bool:
        """Whether the item must not exist in the end."""
        return not self.declaration.present

    @property
    def operation(self) -> str:
        """What was done, or ``failed``."""
        return FAILED if self.error is not None or self.outcome is None else self.outcome.operation

    @property
    def is_failed_create(self) -> bool:
        """Whether the item is declared and could not be created, also if it was deleted by somebody else after the listing."""
        if self.error is None or not self.declaration.present:
            return False
        return self.current is None or (isinstance(self.error, RequestError) and self.error.request.method == "POST")

    def attempt(self, work: Callable[[Member], Outcome]) -> None:
        """Set the outcome to what ``work`` returns, or keep its error."""
        try:
            self.outcome = work(self)
        except Exception as error:
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Keep ``error`` as what became of the item."""
        self.outcome = None
        self.error = error if isinstance(error, CollectionError) else Defect(error)
        self.is_settled = True
