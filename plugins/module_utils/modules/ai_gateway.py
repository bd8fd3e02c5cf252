# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway``: one gateway, with its endpoint and facts."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client, encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task, run_single, single

ENDPOINT = "https://gateway.ai.cloudflare.com/v1"


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the gateway as declared, and return the module's result.

    :raises CollectionError: if the gateway cannot be made as declared.
    """
    result = run_single(GATEWAY, "gateway", task, check_mode, client)
    result["endpoint"] = ENDPOINT + encode_path(client.account_id, task.declaration.id)
    # Facts are kept until they are set again, so those of an absent gateway must be cleared.
    result["ansible_facts"] = {"cloudflare_ai_gateway": result.get("gateway") or {}}
    return result


TASK_SPEC = single(GATEWAY, "gateway", run)
