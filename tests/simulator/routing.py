# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routing from the raw path of a request to an operation of a resource.

The path is split before it is decoded, so an encoded slash stays inside its segment. Paths are not normalised: a path of an unexpected
form has no route.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from tests.simulator.catalog import RESOURCES
from tests.simulator.item_store import Place
from tests.simulator.protocol import Answer
from tests.simulator.resource import Call, Resource
from tests.simulator.switches import Permission

PREFIX = ["", "client", "v4", "accounts"]
ACCOUNT_AT = len(PREFIX)
PARENT, ITEM, PART = "{parent}", "{id}", "{part}"
NAMES = (PARENT, ITEM, PART)


@dataclass(frozen=True)
class Route:
    """The operation for a request. ``item_id`` is empty for the operations on a collection, ``part_id`` for those on a whole item."""

    resource: Resource
    operation: Callable[[Call], Answer]
    is_read: bool
    place: Place
    item_id: str
    part_id: str

    @property
    def account(self) -> str:
        """Return the account."""
        return self.place.account

    @property
    def parent_place(self) -> Place:
        """Return the place of the item that the collection belongs to."""
        return Place(self.resource.parent.kind if self.resource.parent else "", self.account)

    @property
    def needed(self) -> Sequence[Permission]:
        """Return the required permissions."""
        return (self.resource.reads,) if self.is_read else self.resource.writes


@dataclass(frozen=True)
class Pattern:
    """The path of one operation below the account, in segments."""

    segments: tuple[str, ...]
    method: str
    resource: Resource
    operation: Callable[[Call], Answer]

    def names(self, segments: Sequence[str]) -> dict[str, str] | None:
        """Return the values of the placeholders in a path with as many segments; ``None`` if the path does not match."""
        names: dict[str, str] = {}
        for expected, given in zip(self.segments, segments):
            if expected in NAMES:
                name = decoded(given)
                if name is None:
                    return None
                names[expected] = name
            elif expected != given:
                return None
        return names


def patterns() -> list[Pattern]:
    """Return the paths of all operations. Literal segments come before placeholders, which would match them too."""
    found = [
        Pattern(tuple(f"{resource.path}/{rest}".rstrip("/").split("/")), method, resource, operation)
        for resource in RESOURCES
        for (method, rest), operation in resource.operations.items()
    ]
    return sorted(found, key=lambda pattern: [segment in NAMES for segment in pattern.segments])


PATTERNS = patterns()
BY_SHAPE = {
    shape: [pattern for pattern in PATTERNS if (pattern.method, len(pattern.segments)) == shape]
    for shape in {(pattern.method, len(pattern.segments)) for pattern in PATTERNS}
}


def route(method: str, raw_path: str) -> Route | None:
    """Return the route of a request; None if there is none."""
    segments = raw_path.split("/")
    if segments[:ACCOUNT_AT] != PREFIX or len(segments) <= ACCOUNT_AT:
        return None
    account = decoded(segments[ACCOUNT_AT])
    if account is None:
        return None
    below = segments[ACCOUNT_AT + 1 :]
    for pattern in BY_SHAPE.get((method, len(below)), ()):
        names = pattern.names(below)
        if names is not None:
            place = Place(pattern.resource.kind, account, names.get(PARENT, ""))
            return Route(pattern.resource, pattern.operation, method == "GET", place, names.get(ITEM, ""), names.get(PART, ""))
    return None


def decoded(segment: str) -> str | None:
    """Return a percent-decoded segment; None if it cannot be a name."""
    if segment in ("", ".", ".."):
        return None
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return None
