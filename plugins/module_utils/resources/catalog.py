# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All resources, and their children."""

from __future__ import annotations

from typing import Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import COST, CUSTOM_PROVIDER
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets_store import SECRET, STORE

# Children of an item are deleted in this order. Policies are last, because everybody may use a gateway without policies.
RESOURCES = (GATEWAY, CUSTOM_PROVIDER, COST, STORE, SECRET, PROVIDER_CONFIG, DYNAMIC_ROUTE, CUSTOM_DOMAIN, POLICY)


def children(resource: Resource) -> Sequence[Resource]:
    """Return the resources whose items belong to items of ``resource``, in the order of their deletion."""
    return [child for child in RESOURCES if child.parent is resource]
