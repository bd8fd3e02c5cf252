# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_secret_info``: the secrets that AI Gateway may use."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.store import SecretClient, find_store
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets_store import SCOPE, SECRET
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.info import Query, info, run_info


def run(query: Query, check_mode: bool, client: Client) -> dict[str, Any]:
    """Read the secrets, and return the module's result.

    :raises CollectionError: if the secrets cannot be read.
    """
    store = find_store(client)
    if store is None:
        return {"changed": False, "secrets": []}
    result = run_info(SECRET, "secrets", query, client, SecretClient(client, SECRET, {"store_id": store["id"]}))
    # The answer may lack the scopes.
    return {**result, "secrets": [secret for secret in result["secrets"] if SCOPE in (secret.get("scopes") or [SCOPE])]}


TASK_SPEC = info(SECRET, "secrets", run)
