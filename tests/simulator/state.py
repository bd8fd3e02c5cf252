# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that a running stand-in remembers."""

from __future__ import annotations

import asyncio
import contextlib

from pydantic import BaseModel

from tests.simulator.behaviour import DEFAULT_ACCOUNTS, FORBID, Behaviour
from tests.simulator.faults import Fault, Faults, FaultSpec
from tests.simulator.journal import Journal
from tests.simulator.protocol import Json
from tests.simulator.quota import Ledger
from tests.simulator.routing import Route
from tests.simulator.store import Store


class Abandoned(Exception):
    """The stand-in was reset or is stopping while a request waited: it is to end with no answer."""


class Scene(BaseModel):
    """What is there at the start: switches, planted faults, and gateways by account and id."""

    model_config = FORBID

    behaviour: Behaviour = Behaviour()
    faults: list[FaultSpec] = []
    gateways: dict[str, dict[str, Json]] = {}


class State:
    """The store, the switches, the faults, the journal and the quota of one stand-in."""

    def __init__(self) -> None:
        self._awaken = asyncio.Event()
        self.restart(Scene())

    def restart(self, scene: Scene) -> None:
        """Back to the start; requests that wait are abandoned, so that they cannot act afterwards."""
        self._awaken.set()
        self._awaken = asyncio.Event()
        self.behaviour = scene.behaviour
        self.store = Store()
        for account, gateways in scene.gateways.items():
            for gateway_id, gateway in gateways.items():
                self.store.seed(account, gateway_id, gateway)
        self.faults = Faults()
        for spec in scene.faults:
            self.faults.add(spec)
        self.journal = Journal()
        self.ledger = Ledger(self.behaviour.quota)

    def behave(self, behaviour: Behaviour) -> None:
        """Takes over switches; a new quota starts to count from zero."""
        if behaviour.quota != self.behaviour.quota:
            self.ledger = Ledger(behaviour.quota)
        self.behaviour = behaviour

    def stop(self) -> None:
        """Abandons the requests that wait."""
        self._awaken.set()

    async def pause(self, seconds: float) -> None:
        """Waits; Abandoned when a reset or the end comes first."""
        if seconds <= 0:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._awaken.wait(), seconds)
            raise Abandoned

    def change(self, fault: Fault, route: Route | None) -> None:
        """Applies what a fault does to the store, as a second writer would."""
        for change in fault.spec.store:
            account = change.account or (route.account if route else DEFAULT_ACCOUNTS[0])
            if change.gateway is None:
                self.store.delete(account, change.id)
            else:
                self.store.seed(account, change.id, change.gateway)
