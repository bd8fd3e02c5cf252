# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a host other than the API's, without the API's credentials."""

from __future__ import annotations

import json
from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import TaskScope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer, Transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import Request


class PlainClient:
    """Client that makes one attempt at each request, and returns the unparsed answer. It must be closed; its requests end with the task."""

    def __init__(self, transport: Transport, scope: TaskScope) -> None:
        self._transport = transport
        self._scope = scope

    def send(self, request: Request, headers: Mapping[str, str], body: dict[str, Any] | None = None) -> Answer:
        """Make one attempt at ``request``, with ``body`` as JSON.

        :raises NoAnswer: when no whole answer arrived within the timeout and the size limit.
        :raises NotSent: when the task has ended.
        """
        payload = None if body is None else json.dumps(body, allow_nan=False).encode("utf-8")
        return self._transport.send(request, payload, scope=self._scope, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
