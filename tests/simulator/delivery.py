# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivery of answers, complete or broken.

A broken delivery needs the connection itself, which ASGI hides. Therefore, the protocol class stores the transport of each connection by
the address of the client.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.simulator.protocol import Answer

BODILESS = frozenset({204, 304})
LINGER_ZERO = struct.pack("ii", 1, 0)

# Maximum time to wait for the end of a connection, in seconds.
GONE_WITHIN = 1.0

transports: dict[tuple[str, int], asyncio.Transport] = {}
# Connections that already had a request.
used: set[tuple[str, int]] = set()


class RememberingProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with its transport available to the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is not None:
            transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        # A new connection may already have the same address.
        if self.client is not None and transports.get(self.client) is self.transport:
            del transports[self.client]
            used.discard(self.client)
        super().connection_lost(exc)


class Delivery:
    """Delivery of the answer to one client."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # None if the client has already disconnected. A request that was received completely takes effect anyway.
        self._transport = transports.get(scope["client"])
        self.reuses_connection = scope["client"] in used
        if self._transport is not None:
            used.add(scope["client"])
        self._head_only = scope["method"] == "HEAD"
        self._receive = receive
        self._send = send

    async def whole(self, answer: Answer) -> None:
        """Send the complete answer."""
        await self._start(answer)
        await self._send({"type": "http.response.body", "body": self._payload(answer)})

    async def cut(self, answer: Answer, length: int) -> None:
        """Announce the complete body, send `length` bytes of it, and close the connection."""
        await self._start(answer)
        await self._send({"type": "http.response.body", "body": self._payload(answer)[:length], "more_body": True})
        await self.close()

    async def trickle(self, answer: Answer, size: int, pause: Callable[[], Awaitable[None]]) -> None:
        """Send the body in pieces of `size` bytes, with a pause after each."""
        await self._start(answer)
        body = self._payload(answer)
        for start in range(0, len(body), size):
            await self._send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
            await pause()
        await self._send({"type": "http.response.body", "body": b""})

    async def close(self) -> None:
        """Close the connection in an orderly way, after what was sent so far."""
        if self._transport is not None:
            self._transport.close()
            await self._gone()

    async def reset(self) -> None:
        """Close the connection with a TCP reset. With a linger time of zero, an abort sends RST instead of FIN."""
        if self._transport is not None:
            connection = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
            self._transport.abort()
            await self._gone()

    async def _gone(self) -> None:
        """Wait until the connection has ended. uvicorn treats an earlier return as a missing answer."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._receive(), GONE_WITHIN)

    def _payload(self, answer: Answer) -> bytes:
        return b"" if self._head_only or answer.status in BODILESS else answer.body

    async def _start(self, answer: Answer) -> None:
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in answer.headers.items()]
        if answer.status not in BODILESS:
            headers.append((b"content-length", str(len(answer.body)).encode("ascii")))
        await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})
