# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One item of a group, and its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Defect, RequestError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome, Step

FAILED = "failed"


@dataclass(eq=False)
class Member:
    """An item of a group, and its result: either ``error``, or the actual or predicted ``outcome``.

    ``read_at`` is the time at which ``current`` was read, in seconds of the monotonic clock. ``in_doubt`` is true if the listing is not
    sufficient for a plan, and ``is_settled`` if nothing is left to do. ``steps`` has the outcomes of other items that this one needs, by
    their kind.
    """

    declaration: Declaration
    current: Mapping[str, Any] | None
    read_at: float = 0.0
    outcome: Outcome | None = None
    error: CollectionError | None = None
    secrets: set[str] = field(default_factory=set)
    in_doubt: bool = False
    # The outcome of an update that somebody else has undone, so that it is repeated.
    confirmed: Outcome | None = None
    is_settled: bool = False
    steps: dict[str, Step] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_purged(self) -> bool:
        """Return whether the item is deleted only because it is not declared."""
        return self.declaration.listed is not None

    @property
    def is_to_be_deleted(self) -> bool:
        """Return whether the item must not exist after the run."""
        return not self.declaration.present

    @property
    def operation(self) -> str:
        """Return the operation of the outcome, or ``failed``."""
        return FAILED if self.error is not None or self.outcome is None else self.outcome.operation

    @property
    def is_failed_create(self) -> bool:
        """Return whether a declared item could not be created, even if somebody else deleted it after the listing."""
        if self.error is None or not self.declaration.present:
            return False
        return self.current is None or (isinstance(self.error, RequestError) and self.error.request.method == "POST")

    def attempt(self, work: Callable[[Member], Outcome]) -> None:
        """Record the outcome that ``work`` returns, or its error."""
        try:
            self.outcome = work(self)
        except Exception as error:
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Record ``error`` as the result of the item."""
        self.outcome = None
        self.error = error if isinstance(error, CollectionError) else Defect(error)
        self.is_settled = True
