# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client for hosts other than the API, without the API's credentials."""

from __future__ import annotations

import json
from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import TaskScope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer, Transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import Request


class PlainClient:
    """Client that sends each request once, and returns the unparsed answer.

    It must be closed. Its requests are cancelled when the task ends.
    """

    def __init__(self, transport: Transport, scope: TaskScope) -> None:
        self._transport = transport
        self._scope = scope

    def send(self, request: Request, headers: Mapping[str, str], body: dict[str, Any] | None = None) -> Answer:
        """Send ``request`` once, with ``body`` as JSON.

        :raises NoAnswer: if no complete answer arrived within the timeout and the size limit.
        :raises NotSent: if the task has ended, or no thread can be started.
        """
        payload = None if body is None else json.dumps(body, allow_nan=False).encode("utf-8")
        return self._transport.send(request, payload, scope=self._scope, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
