# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes that tests use to control the simulator. They are not part of the API."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, TypeAdapter, ValidationError
from starlette.responses import Response

from tests.simulator.catalog import known_kind
from tests.simulator.edge import CONTROL_PREFIX
from tests.simulator.faults import FaultSpec
from tests.simulator.item_store import Place
from tests.simulator.protocol import encode
from tests.simulator.resources import provider_configs
from tests.simulator.state import Scene, State
from tests.simulator.views import with_extra_fields

Kind = Annotated[str, AfterValidator(known_kind)]
SPECS: TypeAdapter[list[FaultSpec]] = TypeAdapter(list[FaultSpec])


def reply(value: Any, status: int = 200) -> Response:
    """Return JSON without the response models of the framework, because the store can contain any structure."""
    return Response(encode(value), status, media_type="application/json")


def refused(error: ValidationError) -> RequestValidationError:
    """Return an exception that the framework turns into a 422 with the details."""
    return RequestValidationError(error.errors(include_url=False, include_context=False))


def control_routes(state: State) -> APIRouter:
    """Return all control routes, for one state."""
    router = APIRouter(prefix=CONTROL_PREFIX)
    add_general(router, state)
    add_behaviour(router, state)
    add_faults(router, state)
    add_store(router, state)
    add_items(router, state)
    return router


def add_general(router: APIRouter, state: State) -> None:
    """Add the routes for health, usage, reset and the journal."""

    @router.get("/health")
    async def health() -> Response:
        return reply({"status": "ok"})

    @router.get("/usage")
    async def usage() -> Response:
        return reply({"cpu": time.process_time()})

    @router.post("/reset")
    async def reset(scene: Annotated[Scene | None, Body()] = None) -> Response:
        state.restart(scene or Scene())
        return reply({"status": "ok"})

    @router.get("/requests")
    async def requests() -> Response:
        return reply(state.journal.listed())

    @router.delete("/requests")
    async def forget_requests() -> Response:
        state.journal.clear()
        return reply([])


def add_behaviour(router: APIRouter, state: State) -> None:
    """Add the routes for the switches."""

    @router.get("/behaviour")
    async def behaviour() -> Response:
        return reply(state.behaviour.model_dump())

    @router.put("/behaviour")
    async def behave(changes: Annotated[dict[str, Any], Body()]) -> Response:
        try:
            state.behave(state.behaviour.merged(changes))
        except ValidationError as error:
            raise refused(error) from error
        return reply(state.behaviour.model_dump())


def add_faults(router: APIRouter, state: State) -> None:
    """Add the routes for faults. The answer to a new fault lists the added ones."""

    @router.get("/faults")
    async def faults() -> Response:
        return reply(state.faults.listed())

    @router.post("/faults")
    async def plant(given: Annotated[dict[str, Any] | list[dict[str, Any]], Body()]) -> Response:
        try:
            specs = SPECS.validate_python(given if isinstance(given, list) else [given])
        except ValidationError as error:
            raise refused(error) from error
        return reply([state.faults.add(spec).listed() for spec in specs])

    @router.delete("/faults")
    async def clear() -> Response:
        state.faults.clear()
        return reply([])


def add_store(router: APIRouter, state: State) -> None:
    """Add the routes for the stored gateways and their history, without masking, reordering and validation."""

    @router.get("/changes")
    async def changes() -> Response:
        return reply([change.listed() for change in state.store.changes])

    @router.get("/gateways/{account}")
    async def gateways(account: str) -> Response:
        stored = state.store.gateways(account)
        return reply({name: with_extra_fields(gateway, state.behaviour) for name, gateway in stored.items()})

    @router.put("/gateways/{account}/{gateway_id:path}")
    async def seed(account: str, gateway_id: str, gateway: Annotated[dict[str, Any], Body()]) -> Response:
        return reply(state.store.seed(account, gateway_id, gateway))

    @router.delete("/gateways/{account}/{gateway_id:path}")
    async def remove(account: str, gateway_id: str) -> Response:
        removed = state.store.delete(account, gateway_id)
        return reply(removed, 200 if removed is not None else 404)


def add_items(router: APIRouter, state: State) -> None:
    """Add the routes for the stored items of any resource."""

    @router.get("/items/{account}/{kind}")
    async def items(account: str, kind: Kind) -> Response:
        return reply([item for place in state.store.places(kind, account) for item in state.store.items(place).values()])

    @router.get("/key/{account}")
    async def key(account: str, gateway: str, provider_slug: str, alias: str) -> Response:
        place = Place(provider_configs.KIND, account, gateway)
        return reply(provider_configs.traffic_key(state.store, state.behaviour, place, provider_slug, alias))

    @router.put("/items/{account}/{kind}")
    async def seed_item(account: str, kind: Kind, item: Annotated[dict[str, Any], Body()]) -> Response:
        try:
            return reply(state.seed(kind, account, item))
        except KeyError as error:
            return reply({"detail": f"a seeded item needs {error}"}, 422)

    @router.delete("/items/{account}/{kind}/{item_id:path}")
    async def remove_item(account: str, kind: Kind, item_id: str) -> Response:
        removed = state.remove(kind, account, item_id)
        return reply(removed, 200 if removed is not None else 404)
