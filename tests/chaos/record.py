# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a schedule did, by the simulator's own record: who read and changed what, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from tests.chaos.process import Run, Tempo
from tests.chaos.schedule import Fault, Schedule
from tests.chaos.tables import SECOND_WRITER, SLOW, Json
from tests.simulator.behaviour import Behaviour
from tests.simulator.views import with_extra_fields

Gateways = dict[str, Json]


@dataclass(frozen=True)
class Exchange:
    """A request. `id` is None for a listing. `acted`: the numbers of the last change before and after it did its work."""

    number: int
    method: str
    id: str | None
    path: str
    query: dict[str, str]
    status: int | None
    fault: Fault | None
    acted: tuple[int, int] | None
    time: float

    @property
    def is_write(self) -> bool:
        """Whether it is there to change something."""
        return self.method != "GET"

    @property
    def has_changed(self) -> bool:
        """Whether it did change something."""
        return self.acted is not None and self.acted[0] < self.acted[1]

    @property
    def is_sure(self) -> bool:
        """Whether the true answer was sent, at once and whole."""
        return self.acted is not None and (self.fault is None or self.fault.name == SECOND_WRITER)

    def __str__(self) -> str:
        did = "" if self.acted is None else f"made change {self.acted[1]}" if self.has_changed else f"saw change {self.acted[1]}"
        fault = f"fault: {self.fault}" if self.fault else ""
        return f"{self.time % 1000:8.3f}  {self.method:<6} {self.id or '(all)':<8} {self.status or 'none':<5} {did:<15} {fault}".rstrip()


@dataclass(frozen=True)
class Phase:
    """The exchanges and the runs of one part of a schedule, and the number of the last change of the store when it had ended."""

    runs: tuple[Run, ...]
    exchanges: tuple[Exchange, ...]
    end: int


class Record:
    """A schedule that was run: the phase with faults, and the phase after them, which has a run and then one in check mode."""

    def __init__(self, schedule: Schedule, tempo: Tempo, faulty: Phase, calm: Phase, changes: Sequence[Json]) -> None:
        self.schedule = schedule
        self.tempo = tempo
        self.faulty = faulty
        self.calm = calm
        self.states = _states(schedule, changes)

    @property
    def first(self) -> Run:
        """The run with faults."""
        return self.faulty.runs[0]

    @property
    def start(self) -> Gateways:
        """What was stored before all."""
        return self.state(len(self.schedule.gateways))

    def state(self, number: int) -> Gateways:
        """What was stored after the change of that number, by id, in the order of a listing."""
        return self.states[number]

    def has_fired(self, *names: str) -> bool:
        """Whether a fault of one of these names fired."""
        return any(exchange.fault is not None and exchange.fault.name in names for exchange in self.faulty.exchanges)

    @property
    def has_second_writer(self) -> bool:
        """Whether somebody else changed gateways, or may have."""
        return any(exchange.fault is not None and "store" in exchange.fault.spec for exchange in self.faulty.exchanges)

    @property
    def is_starved(self) -> bool:
        """Whether a try ran into its timeout although no fault made it wait: the machine was too busy, and the record shows nothing."""
        return "(timeout)" in str(self.first.result) and not self.has_fired(*SLOW) and not self.schedule.connects

    @property
    def is_disturbed(self) -> bool:
        """Whether anything went wrong, or the quota is so small that it may have held the run back."""
        return (
            self.first.killed
            or bool(self.schedule.connects)
            or bool(self.schedule.behaviour["quota"])
            or any(exchange.fault for exchange in self.faulty.exchanges)
        )

    def known(self, phase: Phase, write: Exchange) -> list[Json | None]:
        """What the run can have known of a gateway when it sent that write, the latest first.

        The last of them is what it read for certain; those before it are in answers that may not have come. None: it was not there.
        """
        found: list[Json | None] = []
        for exchange in reversed(phase.exchanges):
            if exchange.number < write.number and exchange.acted and self.shows(exchange, str(write.id)):
                found.append(self.state(exchange.acted[1]).get(str(write.id)))
                if exchange.is_sure:
                    break
        return found

    def shows(self, exchange: Exchange, gateway_id: str) -> bool:
        """Whether the true answer to the exchange tells what is stored of the gateway."""
        if exchange.acted is None:
            return False
        if exchange.id is None:
            page, size = int(exchange.query["page"]), int(exchange.query["per_page"])
            return gateway_id in list(self.state(exchange.acted[1]))[(page - 1) * size : page * size]
        return exchange.id == gateway_id and (exchange.has_changed or not exchange.is_write)


def exchanges_of(schedule: Schedule, requests: Sequence[Json]) -> list[Exchange]:
    """The journal. The simulator numbers faults from 1 on."""
    return [
        Exchange(
            number=number,
            method=request["method"],
            id=_id_in(request),
            path=request["path"],
            query=request["query"],
            status=request["status"],
            fault=schedule.faults[request["fault"] - 1] if request["fault"] else None,
            acted=(request["acted"][0], request["acted"][1]) if request["acted"] else None,
            time=request["time"],
        )
        for number, request in enumerate(requests)
    ]


def _id_in(request: Json) -> str | None:
    end = request["path"].rpartition("/gateways")[2]
    if end:
        return unquote(end[1:])
    return str(request["body"]["id"]) if request["method"] == "POST" else None


def _states(schedule: Schedule, changes: Sequence[Json]) -> list[Gateways]:
    """What is stored after each change; at first nothing. What the server has on every gateway is filled in."""
    behaviour = Behaviour(**schedule.behaviour)
    states: list[Gateways] = [{}]
    for change in changes:
        state = dict(states[-1])
        if change["gateway"] is None:
            del state[change["id"]]
        else:
            state[change["id"]] = with_extra_fields(change["gateway"], behaviour)
        states.append(state)
    return states
