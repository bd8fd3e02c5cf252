# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application in front of the API: journal, quota, faults and delivery."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import Receive, Scope, Send

from tests.simulator import api
from tests.simulator.auth import Caller, caller
from tests.simulator.delivery import Delivery
from tests.simulator.faults import Fault, FaultSpec
from tests.simulator.journal import Entry, Request
from tests.simulator.protocol import Answer, encode, fresh_ray
from tests.simulator.routing import Route, route
from tests.simulator.state import Abandoned, State
from tests.simulator.traffic import plane

CONTROL_PREFIX = "/_simulator"


class Edge:
    """Application for all requests except those for the control routes."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        delivery = Delivery(scope, receive, send)
        request = await read(scope, receive)
        if request is None:
            return
        if request.raw_path.startswith(CONTROL_PREFIX):
            await delivery.whole(Answer(404, b"no such control route", {"content-type": "text/plain"}))
            return
        entry = self._state.journal.add(request)
        try:
            await self._handle(request, entry, delivery)
        except Abandoned:
            await delivery.reset()

    async def _handle(self, request: Request, entry: Entry, delivery: Delivery) -> None:
        state = self._state
        fault = state.faults.take(request.method, request.raw_path, delivery.reuses_connection)
        matched = route(request.method, request.raw_path)
        headers, act = self._data_plane(request) or self._api(request, entry, matched)

        if fault is None:
            answer = act()
        else:
            entry.fault = fault.id
            answer = await self._around(fault, matched, act)
        await state.pause(state.behaviour.delay)
        answer.headers = {"cf-ray": fresh_ray(), **headers, **answer.headers}
        await deliver(state, delivery, answer, fault.spec if fault else None, entry)

    def _data_plane(self, request: Request) -> tuple[dict[str, str], Callable[[], Answer]] | None:
        """Return no headers and the handler of a client request, which does not count towards a quota; None for a request to the API."""
        address = plane.address_of(self._state, request)
        return None if address is None else ({}, lambda: plane.answer(self._state, request, address))

    def _api(self, request: Request, entry: Entry, matched: Route | None) -> tuple[dict[str, str], Callable[[], Answer]]:
        """Return the quota headers and the handler of a request to the API."""
        who = caller(request.headers, self._state.behaviour)
        headers, exhausted = self._state.ledger.take(who.name)
        return headers, lambda: exhausted or self._act(request, entry, matched, who)

    def _act(self, request: Request, entry: Entry, matched: Route | None, who: Caller) -> Answer:
        """Return the real answer, and record the changes that it made to the store."""
        store = self._state.store
        before = store.changed
        answer = api.answer(self._state, request, matched, who)
        # A lagging replica shows the state after an earlier change.
        entry.acted = (before, store.changed) if answer.shows is None else (answer.shows, answer.shows)
        return answer

    async def _around(self, fault: Fault, matched: Route | None, act: Callable[[], Answer]) -> Answer:
        """Return the real answer or the one that the fault specifies. Apply the fault's changes to the store before or after it."""
        state, spec = self._state, fault.spec
        if spec.when == "before":
            state.change(fault, matched)
            await state.pause(spec.delay or 0)
        answer = Answer(200, b"")
        if spec.acts:
            answer = act()
        if spec.when == "after":
            state.change(fault, matched)
            await state.pause(spec.delay or 0)
        return answer if spec.status is None else faked(spec, spec.status)


async def deliver(state: State, delivery: Delivery, answer: Answer, spec: FaultSpec | None, entry: Entry) -> None:
    """Send the answer as the fault specifies, and record the status that was sent."""
    if spec is not None and spec.reset:
        await delivery.reset()
    elif spec is not None and spec.close:
        await delivery.close()
    elif spec is not None and spec.hang is not None:
        await state.pause(spec.hang)
        await delivery.close()
    else:
        entry.status = answer.status
        if spec is not None and spec.cut is not None:
            await delivery.cut(answer, spec.cut)
        elif spec is not None and spec.trickle is not None:
            interval = spec.trickle.interval
            await delivery.trickle(answer, spec.trickle.bytes, lambda: state.pause(interval))
        else:
            await delivery.whole(answer)


def faked(spec: FaultSpec, status: int) -> Answer:
    """Return the answer that a fault specifies instead of the real one."""
    is_json = "json_body" in spec.model_fields_set
    body = encode(spec.json_body) if is_json else (spec.body or "").encode()
    content_type = spec.content_type or ("application/json" if is_json else "text/plain; charset=utf-8")
    given = {name.lower(): value for name, value in spec.headers.items()}
    return Answer(status, body, {"content-type": content_type, **given})


async def read(scope: Scope, receive: Receive) -> Request | None:
    """Return the complete request; None if the client disconnected before the end."""
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    raw_path = scope["raw_path"].decode("latin-1")
    return Request(scope["method"], raw_path, scope["query_string"].decode("latin-1"), headers, body, scope["client"][1])
