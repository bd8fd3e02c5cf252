# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the application: report when it is ready, stop at once, and never outlive the parent process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from tests.simulator.app import create_app
from tests.simulator.delivery import RememberingProtocol
from tests.simulator.state import State

API_PREFIX = "/client/v4"

# Interval between checks for the parent process, in seconds.
PARENT_CHECK = 0.25

# Timeout of idle connections: longer than a test waits between two requests, in seconds.
KEEP_ALIVE = 120


@dataclass(frozen=True)
class Options:
    """The options of the command line. Port 0 means any free port."""

    host: str
    port: int
    port_file: Path | None
    log_level: str
    parent_pid: int | None


class Server(uvicorn.Server):
    """A server that reports its address and drops waiting requests when it stops."""

    def __init__(self, config: uvicorn.Config, state: State, port_file: Path | None) -> None:
        super().__init__(config)
        self._state = state
        self._port_file = port_file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._state.stop()
        await super().shutdown(sockets)

    def _announce(self, port: int) -> None:
        if self._port_file is not None:
            # Renamed into place, so that a reader never sees a partial number.
            temporary = self._port_file.with_name(self._port_file.name + ".part")
            temporary.write_text(f"{port}\n", encoding="ascii")
            temporary.replace(self._port_file)
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        print(f"Simulator listening on http://{host}:{port}{API_PREFIX}", flush=True)


def run(options: Options) -> None:
    """Serve until a signal arrives or the parent process ends."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn shuts down gracefully, then raises the signal again for the previous handler.
        signal.signal(number, lambda *_: sys.exit(0))
    asyncio.run(serve(options))


async def serve(options: Options) -> None:
    """Serve on the running loop."""
    state = State()
    config = uvicorn.Config(
        create_app(state),
        host=options.host,
        port=options.port,
        http=RememberingProtocol,
        ws="none",
        lifespan="off",
        log_level=options.log_level,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=1,
    )
    server = Server(config, state, options.port_file)
    watch = asyncio.create_task(watch_parent(server, options.parent_pid))
    try:
        await server.serve()
    finally:
        watch.cancel()


async def watch_parent(server: Server, pid: int | None) -> None:
    """Stop the server when the process ends."""
    if pid is None:
        return
    # A parent that died may still be listed as a zombie, but it is no longer the parent.
    is_parent = os.getppid() == pid
    while os.getppid() == pid if is_parent else exists(pid):
        await asyncio.sleep(PARENT_CHECK)
    server.should_exit = True


def exists(pid: int) -> bool:
    """Return whether the process exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
