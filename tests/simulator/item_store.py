# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Storage of the items of every resource, with their history and their age."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

from tests.simulator.journal import LONGEST
from tests.simulator.protocol import Json
from tests.simulator.switches import Wait

GATEWAYS = "gateways"

# Longer than any wait, in seconds and in reads.
LONG = 10**12


class Place(NamedTuple):
    """The location of items: the resource's ``kind``, the account, and the id of the parent item, if any."""

    kind: str
    account: str
    parent: str = ""


@dataclass
class Age:
    """The time of the clock when an item was created or removed, and the number of times that it has been read since."""

    made: float = -LONG
    reads: int = LONG

    def steps(self, wait: Wait) -> float:
        """Return how many times the wait has elapsed: a whole number, or infinity if there is nothing to wait for."""
        by_time = (time.monotonic() - self.made) // wait.seconds if wait.seconds else math.inf
        by_reads = self.reads // wait.polls if wait.polls else math.inf
        return min(by_time, by_reads)


@dataclass(frozen=True)
class OldCopy:
    """An item as it was before its last change, or ``None`` if it did not exist.

    ``number`` is the number of the store's last change at that time, and ``readings`` is how often the copy has been read.
    """

    item: Json | None
    number: int
    readings: int = 0


@dataclass(frozen=True)
class Removal:
    """A removed item, and the time since its removal."""

    place: Place
    item: Json
    age: Age


@dataclass(frozen=True)
class Change:
    """A change of an item. ``item`` is the complete item, or ``None`` if the change removed it. The first change has the number 1."""

    number: int
    kind: str
    account: str
    parent: str
    id: str
    item: Json | None

    def listed(self) -> Json:
        """Return the change as the control route shows it. A gateway also has its own key."""
        return {**vars(self), GATEWAYS[:-1]: self.item} if self.kind == GATEWAYS else dict(vars(self))


class ItemStore:
    """Items by place and id. Each item is a dictionary that is replaced as a whole, never modified.

    ``changed`` is the number of the last change. ``changes`` are the changes, oldest first.
    """

    def __init__(self) -> None:
        self._places: dict[Place, dict[str, Json]] = {}
        self._ages: dict[tuple[Place, str], Age] = {}
        self._removals: dict[tuple[str, str], Removal] = {}
        self._old: dict[tuple[Place, str], OldCopy] = {}
        self._last: dict[tuple[Place, str], int] = {}
        self.changed = 0
        self.changes: deque[Change] = deque(maxlen=LONGEST)

    def items(self, place: Place) -> dict[str, Json]:
        """Return the items of a place by id, oldest first."""
        return self._places.get(place, {})

    def places(self, kind: str, account: str | None = None) -> list[Place]:
        """Return all places of a kind, or those of one account."""
        return [place for place in self._places if place.kind == kind and account in (None, place.account)]

    def find(self, kind: str, account: str | None, item_id: str) -> tuple[Place, Json] | None:
        """Return the place and the item with an id, in one account or in any; ``None`` if there is none."""
        return next(((place, held[item_id]) for place in self.places(kind, account) if item_id in (held := self.items(place))), None)

    def age(self, place: Place, item_id: str) -> Age:
        """Return the age of an item. An item that a test seeded is older than any wait."""
        return self._ages.get((place, item_id), Age())

    def note_read(self, place: Place, item_id: str) -> None:
        """Count one read of an item."""
        age = self._ages.get((place, item_id))
        if age is not None:
            age.reads += 1

    def since_removal(self, kind: str, item_id: str) -> Age:
        """Return the time since an item with this id was last removed from any place; longer than any wait if it never was."""
        removal = self._removals.get((kind, item_id))
        return removal.age if removal else Age()

    def removed_within(self, place: Place, wait: Wait) -> list[Json]:
        """Return the items that were removed from a place within the wait, and count one read of each."""
        if wait == Wait():
            return []
        removals = [removal for removal in self._removals.values() if removal.place == place]
        recent = [removal for removal in removals if removal.age.steps(wait) < 1]
        for removal in recent:
            removal.age.reads += 1
        return [removal.item for removal in recent]

    def put(self, place: Place, item_id: str, item: Json) -> Json:
        """Store a new or changed item and return it."""
        self._keep_old(place, item_id)
        self._places.setdefault(place, {})[item_id] = item
        self._note(place, item_id, item)
        return item

    def make(self, place: Place, item_id: str, item: Json) -> Json:
        """Store a new item, whose age starts now, and return it."""
        self._ages[place, item_id] = Age(time.monotonic(), 0)
        return self.put(place, item_id, item)

    def take(self, place: Place, item_id: str) -> Json | None:
        """Remove an item and return it; ``None`` if there was none."""
        removed = self.items(place).get(item_id)
        if removed is not None:
            self._keep_old(place, item_id)
            del self._places[place][item_id]
            self._ages.pop((place, item_id), None)
            self._removals[place.kind, item_id] = Removal(place, removed, Age(time.monotonic(), 0))
            self._note(place, item_id, None)
        return removed

    def last_change(self, place: Place, item_id: str) -> int:
        """Return the number of the last change of an item."""
        return self._last[place, item_id]

    def read_from_replica(self, place: Place, item_id: str, lag: int) -> OldCopy | None:
        """Return an item as it was before its last change; ``None`` if this copy has been read ``lag`` times already."""
        old = self._old.get((place, item_id))
        if old is None or old.readings >= lag:
            return None
        self._old[place, item_id] = replace(old, readings=old.readings + 1)
        return old

    def settle(self, place: Place, item_id: str) -> None:
        """Bring all replicas up to date with an item."""
        del self._old[place, item_id]

    def _keep_old(self, place: Place, item_id: str) -> None:
        self._old[place, item_id] = OldCopy(self.items(place).get(item_id), self.changed)

    def _note(self, place: Place, item_id: str, item: Json | None) -> None:
        self.changed += 1
        self._last[place, item_id] = self.changed
        self.changes.append(Change(self.changed, place.kind, place.account, place.parent, item_id, item))
