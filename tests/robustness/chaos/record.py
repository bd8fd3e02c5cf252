# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a schedule: all requests and changes in order, as the simulator recorded them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.robustness.chaos.kinds import as_compared, kind_of, name_of, target_of
from tests.robustness.chaos.process import Run, Tempo
from tests.robustness.chaos.schedule import Fault, Schedule
from tests.robustness.chaos.tables import SECOND_WRITER, SLOW, Json
from tests.simulator.behaviour import Behaviour
from tests.simulator.item_store import GATEWAYS
from tests.simulator.views import with_extra_fields

# By name.
Items = dict[str, Json]


@dataclass(frozen=True)
class Exchange:
    """A request.

    ``id`` is the name of its item, or None for a listing of its ``kind``. ``part`` is the part of the item, such as its versions, or empty
    for the whole item. ``acted`` contains the numbers of the last change before and after the request acted.
    """

    number: int
    method: str
    kind: str
    id: str | None
    part: str
    path: str
    query: dict[str, str]
    status: int | None
    fault: Fault | None
    acted: tuple[int, int] | None
    time: float

    @property
    def is_write(self) -> bool:
        """Return whether its purpose is a change."""
        return self.method != "GET"

    @property
    def has_changed(self) -> bool:
        """Return whether it changed something."""
        return self.acted is not None and self.acted[0] < self.acted[1]

    @property
    def has_true_answer(self) -> bool:
        """Return whether the true answer was sent completely, without a delay."""
        return self.acted is not None and (self.fault is None or self.fault.name == SECOND_WRITER)

    def __str__(self) -> str:
        did = "" if self.acted is None else f"made change {self.acted[1]}" if self.has_changed else f"saw change {self.acted[1]}"
        fault = f"fault: {self.fault}" if self.fault else ""
        about = " ".join(filter(None, [self.id or f"({self.kind})", self.part]))
        return f"{self.time % 1000:8.3f}  {self.method:<6} {about:<10} {self.status or 'none':<5} {did:<15} {fault}".rstrip()


@dataclass(frozen=True)
class Phase:
    """The exchanges and the runs of one part of a schedule, and the number of the last change of the store at its end."""

    runs: tuple[Run, ...]
    exchanges: tuple[Exchange, ...]
    end: int


class Record:
    """A schedule that was run: the phase with faults, and the calm phase after it, which has a run and then one in check mode."""

    def __init__(self, schedule: Schedule, tempo: Tempo, faulty: Phase, calm: Phase, changes: Sequence[Json]) -> None:
        self.schedule = schedule
        self.tempo = tempo
        self.faulty = faulty
        self.calm = calm
        self.states = _states(schedule, changes)

    @property
    def first(self) -> Run:
        """Return the run with faults."""
        return self.faulty.runs[0]

    def state(self, number: int) -> Items:
        """Return the items that were stored after the change with this number, by name, in the order of a listing."""
        return self.states[number]

    def has_fired(self, *names: str) -> bool:
        """Return whether a fault of one of these names fired."""
        return any(exchange.fault is not None and exchange.fault.name in names for exchange in self.faulty.exchanges)

    @property
    def has_second_writer(self) -> bool:
        """Return whether another writer changed items, or may have changed them."""
        return any(exchange.fault is not None and "store" in exchange.fault.spec for exchange in self.faulty.exchanges)

    @property
    def is_starved(self) -> bool:
        """Return whether an attempt timed out without a fault, because the machine was too busy. Such a record proves nothing."""
        return "(timeout)" in str(self.first.result) and not self.has_fired(*SLOW) and not self.schedule.lookup_delays

    @property
    def is_disturbed(self) -> bool:
        """Return whether anything went wrong, or the quota is so small that it may have held the run back."""
        return (
            self.first.killed
            or bool(self.schedule.lookup_delays)
            or bool(self.schedule.behaviour["quota"])
            or any(exchange.fault for exchange in self.faulty.exchanges)
        )

    def known(self, phase: Phase, write: Exchange) -> list[Json | None]:
        """Return the versions of an item that the run may have read before it sent this write, the latest first.

        The run certainly read the last of them. The answers that contain the others may not have arrived. None means that the item did
        not exist.
        """
        found: list[Json | None] = []
        for exchange in reversed(phase.exchanges):
            if exchange.number < write.number and exchange.acted and self.shows(exchange, str(write.id)):
                found.append(self.state(exchange.acted[1]).get(str(write.id)))
                if exchange.has_true_answer:
                    break
        return found

    def shows(self, exchange: Exchange, name: str) -> bool:
        """Return whether the true answer to the exchange contains the item. Listings of kinds other than gateways are complete."""
        if exchange.acted is None or exchange.kind != kind_of(name) or exchange.part:
            return False
        if exchange.id is None and exchange.kind != GATEWAYS:
            return name in self.state(exchange.acted[1])
        if exchange.id is None:
            page, size = int(exchange.query["page"]), int(exchange.query["per_page"])
            gateways = [one for one in self.state(exchange.acted[1]) if kind_of(one) == GATEWAYS]
            return name in gateways[(page - 1) * size : page * size]
        return exchange.id == name and (exchange.has_changed or not exchange.is_write)


def exchanges_of(schedule: Schedule, requests: Sequence[Json], changes: Sequence[Json]) -> list[Exchange]:
    """Return the exchanges in the simulator's journal, which numbers faults from 1."""
    names = {change["id"]: name_of(change["kind"], change["item"]) for change in changes if change["item"] is not None}
    targets = [target_of(request, names) for request in requests]
    return [
        Exchange(
            number=number,
            method=request["method"],
            kind=target.kind,
            id=target.name,
            part=target.part,
            path=request["path"],
            query=request["query"],
            status=request["status"],
            fault=schedule.faults[request["fault"] - 1] if request["fault"] else None,
            acted=(request["acted"][0], request["acted"][1]) if request["acted"] else None,
            time=request["time"],
        )
        for number, (request, target) in enumerate(zip(requests, targets))
    ]


def _states(schedule: Schedule, changes: Sequence[Json]) -> list[Items]:
    """Return the stored items after each change, beginning with none. Gateways have the fields that the server adds to every gateway."""
    behaviour = Behaviour(**schedule.behaviour)
    states: list[Items] = [{}]
    names: dict[tuple[str, str], str] = {}
    for change in changes:
        state, place, item = dict(states[-1]), (change["kind"], change["id"]), change["item"]
        name = names[place] if item is None else name_of(change["kind"], item)
        names[place] = name
        if item is None:
            del state[name]
        else:
            state[name] = with_extra_fields(item, behaviour) if change["kind"] == GATEWAYS else as_compared(change["kind"], item)
        states.append(state)
    return states
