# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the real modules with the code of the simulator, without HTTP or processes: thousands of runs in a minute."""

from __future__ import annotations

import contextlib
import copy
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.edgeops.cloudflare.plugins import modules
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec, execute
from tests.simulator import api
from tests.simulator.auth import Caller
from tests.simulator.behaviour import DEFAULT_ACCOUNTS, Behaviour
from tests.simulator.defaults import seeded
from tests.simulator.journal import Request as SimulatedRequest
from tests.simulator.routing import route
from tests.simulator.state import State
from tests.simulator.store import normalized

ACCOUNT = DEFAULT_ACCOUNTS[0]
TASK_SPECS: dict[str, TaskSpec] = {
    name: importlib.import_module(f"{modules.__name__}.{name}").TASK_SPEC
    for _finder, name, _package in pkgutil.iter_modules(modules.__path__)
}
# The modules for one item.
SINGLE = sorted(name for name in TASK_SPECS if f"{name}_info" in TASK_SPECS and name not in ("ai_gateway_account", "ai_gateway_policies"))

Json = dict[str, Any]


class Account:
    """An account on a server with the given behaviour. ``requests`` contains the method and the path of each request."""

    def __init__(self, behaviour: Json, gateways: list[Json]) -> None:
        self.state = State()
        self.state.behave(Behaviour(**behaviour))
        self.requests: list[tuple[str, str]] = []
        for gateway in gateways:
            # The server normalizes what is written to it, and these gateways were written once.
            stored = normalized(seeded(gateway["id"], gateway), self.state.behaviour)
            self.state.store.seed(ACCOUNT, gateway["id"], stored)

    @property
    def gateways(self) -> dict[str, Json]:
        """Return a copy of the stored gateways, by id."""
        return copy.deepcopy(dict(self.state.store.gateways(ACCOUNT)))

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Return the requests that change something."""
        return [request for request in self.requests if request[0] != "GET"]

    def send(self, request: Request, body: bytes | None = None, **_how: object) -> Answer:
        """Return the answer to the request, like a transport."""
        path, _mark, query = request.path.partition("?")
        raw_path = f"/client/v4{path}"
        self.requests.append((request.method, path))
        asked = SimulatedRequest(request.method, raw_path, query, {}, body or b"")
        answer = api.answer(self.state, asked, route(request.method, raw_path), Caller("somebody", "write"))
        return Answer(answer.status, answer.headers, answer.body)

    def run(self, module: str, options: Json, check_mode: bool = False) -> Json:
        """Run a task and return its result. Afterwards, ``requests`` contains only the requests of this task."""
        self.requests = []
        task_spec = TASK_SPECS[module]
        given = {"account_id": ACCOUNT, "api_token": "invented-token", "max_retries": 0, **copy.deepcopy(options)}
        validated = ArgumentSpecValidator(task_spec.argument_spec()).validate(given)
        assert not validated.error_messages, validated.error_messages
        return execute(task_spec, validated.validated_parameters, check_mode, True, self._client_of())

    def _client_of(self) -> Callable[[Connection], contextlib.AbstractContextManager[Client]]:
        @contextlib.contextmanager
        def client_of(connection: Connection) -> Iterator[Client]:
            yield Client(connection, transport=self)  # type: ignore[arg-type]  # it has the one method that is used

        return client_of
