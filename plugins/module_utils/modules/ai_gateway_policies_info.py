# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_policies_info``: the policies of a gateway, and the drafts of new and changed ones."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_client import DraftClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.info import Query, info


def run(query: Query, check_mode: bool, client: Client) -> dict[str, Any]:
    """Read the policies, and return the module's result.

    :raises CollectionError: if the policies cannot be read.
    """
    stored = DraftClient(client, POLICY, query.place).stored()
    scrub = Scrubber(client.secrets)

    def shown(policies: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        chosen = [policy for policy in policies if query.keys is None or policy.get(POLICY.id.key) in query.keys]
        return sorted((show(POLICY, policy, scrub) for policy in chosen), key=POLICY.identity_of)

    return {"changed": False, "policies": shown(stored.live.values()), "drafts": shown(stored.drafts.values())}


TASK_SPEC = info(POLICY, "policies", run)
