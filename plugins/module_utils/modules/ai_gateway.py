# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module ``ai_gateway``: one gateway, with the address for its traffic and with facts."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client, encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task, run_single, single

ENDPOINT = "https://gateway.ai.cloudflare.com/v1"


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Make the gateway what is declared, and return the module's result.

    :raises CollectionError: where that cannot be reached.
    """
    result = run_single(GATEWAY, "gateway", task, check_mode, client)
    result["endpoint"] = ENDPOINT + encode_path(client.account_id, task.declaration.id)
    # Facts stay until they are set again: a gateway that is absent must not be seen there any more.
    result["ansible_facts"] = {"cloudflare_ai_gateway": result.get("gateway") or {}}
    return result


TASK_SPEC = single(GATEWAY, "gateway", run)
