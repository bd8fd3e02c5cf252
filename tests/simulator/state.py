# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The complete state of a running simulator."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated

from pydantic import AfterValidator, BaseModel

from tests.simulator.behaviour import DEFAULT_ACCOUNTS, FORBID, Behaviour
from tests.simulator.catalog import BY_KIND, RESOURCES, known_kinds
from tests.simulator.faults import Fault, Faults, FaultSpec, StoreChange
from tests.simulator.item_store import Place
from tests.simulator.journal import Journal
from tests.simulator.protocol import Json
from tests.simulator.quota import Ledger
from tests.simulator.routing import Route
from tests.simulator.store import Store
from tests.simulator.traffic.memory import Memory


class Abandoned(Exception):
    """The simulator was reset or stopped while a request waited. The request must end without an answer."""


class Scene(BaseModel):
    """The initial state: switches, planted faults, gateways by account and id, and other items by account and kind."""

    model_config = FORBID

    behaviour: Behaviour = Behaviour()
    faults: list[FaultSpec] = []
    gateways: dict[str, dict[str, Json]] = {}
    items: dict[str, Annotated[dict[str, list[Json]], AfterValidator(known_kinds)]] = {}


class State:
    """The store, the switches, the faults, the journal, the quota and the memory of the data plane of one simulator."""

    resources = RESOURCES

    def __init__(self) -> None:
        self._awaken = asyncio.Event()
        self.restart(Scene())

    def restart(self, scene: Scene) -> None:
        """Reset everything. Waiting requests are abandoned, so that they have no effect afterwards."""
        self._awaken.set()
        self._awaken = asyncio.Event()
        self.behaviour = scene.behaviour
        self.store = Store()
        for account, gateways in scene.gateways.items():
            for gateway_id, gateway in gateways.items():
                self.store.seed(account, gateway_id, gateway)
        for account, kinds in scene.items.items():
            for kind, items in kinds.items():
                for item in items:
                    self.seed(kind, account, item)
        self.faults = Faults()
        for spec in scene.faults:
            self.faults.add(spec)
        self.journal = Journal()
        self.ledger = Ledger(self.behaviour.quota)
        self.traffic = Memory(self.behaviour.traffic_seed)

    def behave(self, behaviour: Behaviour) -> None:
        """Apply switches. A new quota starts to count from zero, and a new seed clears the memory of the data plane."""
        if behaviour.quota != self.behaviour.quota:
            self.ledger = Ledger(behaviour.quota)
        if behaviour.traffic_seed != self.behaviour.traffic_seed:
            self.traffic = Memory(behaviour.traffic_seed)
        self.behaviour = behaviour

    def stop(self) -> None:
        """Abandon all waiting requests."""
        self._awaken.set()

    async def pause(self, seconds: float) -> None:
        """Wait.

        :raises Abandoned: if the simulator is reset or stopped first.
        """
        if seconds <= 0:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._awaken.wait(), seconds)
            raise Abandoned

    def seed(self, kind: str, account: str, item: Json) -> Json:
        """Store any object without validation. Only missing fields are filled in."""
        resource = BY_KIND[kind]
        made = resource.seeded(item)
        parent = str(made[resource.parent.field]) if resource.parent else ""
        place, item_id = Place(kind, account, parent), str(made[resource.key])
        stored = self.store.put(place, item_id, made)
        self.store.settle(place, item_id)
        return stored

    def remove(self, kind: str, account: str, item_id: str) -> Json | None:
        """Remove only this item, without the usual consequences, and return it; ``None`` if there was none."""
        found = self.store.find(kind, account, item_id)
        return self.store.take(found[0], item_id) if found else None

    def change(self, fault: Fault, route: Route | None) -> None:
        """Apply the changes of a fault to the store, like a second writer."""
        for change in fault.spec.store:
            self._apply(change, change.account or (route.account if route else DEFAULT_ACCOUNTS[0]))

    def _apply(self, change: StoreChange, account: str) -> None:
        item = change.stored
        if item is None:
            self.remove(change.kind, account, change.id)
        else:
            self.seed(change.kind, account, {**item, BY_KIND[change.kind].key: change.id})
