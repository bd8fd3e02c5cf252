# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that converts stored AI Gateways to declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import LISTED_POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets_store import SECRET
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.account_export import declared_item, document_of
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.plain import plain

KINDS = {
    resource.kind: resource for resource in (GATEWAY, CUSTOM_PROVIDER, PROVIDER_CONFIG, SECRET, CUSTOM_DOMAIN, DYNAMIC_ROUTE, LISTED_POLICY)
}
ACCOUNT = "account"
# Modules that are not named after the kind that they return.
INFO = {GATEWAY.kind: "ai_gateway_info", LISTED_POLICY.kind: "ai_gateway_policies_info"}

DOCUMENTATION = r"""
name: as_declared
short_description: Convert AI Gateways, and what belongs to them, to declarations
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Converts gateways from M(edgeops.cloudflare.ai_gateway_info) to options of M(edgeops.cloudflare.ai_gateways), to manage existing
    gateways or to copy them. Declaring the result without modifications changes nothing.
  - With O(kind), converts other objects to options of the module that manages them.
  - Values that the server generates (such as C(created_at)), settings that are not set, and settings that contain a masked secret are left
    out. They stay as they are, because settings that are not declared are not managed. In a copy, add secrets by hand.
  - In a copy of a provider config, set C(secret) instead of C(secret_id), because the name of a secret is specific to one gateway. In a
    copy of a custom domain, add C(zone_id), which the API does not return.
  - An id that is a mask, such as V(********), is refused, because it does not identify a gateway.
  - Settings and values that only a newer API has are returned in C(extra_settings).
positional: _input, kind
options:
  _input:
    description: A gateway or a list of gateways. With O(kind), an object of that kind or a list of such objects.
    type: raw
    required: true
  kind:
    description:
      - The kind of the input.
      - V(gateway) is returned by M(edgeops.cloudflare.ai_gateway_info), V(custom_provider) by
        M(edgeops.cloudflare.ai_gateway_custom_provider_info), V(provider_config) by M(edgeops.cloudflare.ai_gateway_provider_config_info),
        V(secret) by M(edgeops.cloudflare.ai_gateway_secret_info), V(custom_domain) by M(edgeops.cloudflare.ai_gateway_custom_domain_info),
        V(dynamic_route) by M(edgeops.cloudflare.ai_gateway_dynamic_route_info), and V(policy) by
        M(edgeops.cloudflare.ai_gateway_policies_info).
      - V(account) is the whole account that M(edgeops.cloudflare.ai_gateway_account_info) returns. Its lists are sorted, so that the same
        account gives the same document.
    type: str
    choices: [gateway, custom_provider, provider_config, secret, custom_domain, dynamic_route, policy, account]
    default: gateway
seealso:
  - name: Exporting an account
    description: Files with variables in place of secrets, to manage or copy an account.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/export.md
"""

EXAMPLES = r"""
- name: Read all gateways of the account
  edgeops.cloudflare.ai_gateway_info:
  register: account

- name: Save the gateways as variables, to manage them from now on
  ansible.builtin.copy:
    content: "{{ {'cloudflare_gateways': account.gateways | edgeops.cloudflare.as_declared} | to_nice_yaml }}"
    dest: gateways.yml
    mode: "0600"

- name: Declare the gateways as they are, which changes nothing
  edgeops.cloudflare.ai_gateways:
    gateways: "{{ account.gateways | edgeops.cloudflare.as_declared }}"

- name: Read the custom providers of the account, with their prices
  edgeops.cloudflare.ai_gateway_custom_provider_info:
    costs: true
  register: providers

- name: Save the custom providers as variables, too
  ansible.builtin.copy:
    content: "{{ {'cloudflare_providers': providers.custom_providers | edgeops.cloudflare.as_declared('custom_provider')} | to_nice_yaml }}"
    dest: providers.yml
    mode: "0600"
"""

RETURN = r"""
_value:
  description:
    - The options of M(edgeops.cloudflare.ai_gateway) for the gateway, or a list of them for a list.
    - With O(kind), the options of M(edgeops.cloudflare.ai_gateway_custom_provider), M(edgeops.cloudflare.ai_gateway_provider_config),
      M(edgeops.cloudflare.ai_gateway_secret), M(edgeops.cloudflare.ai_gateway_custom_domain) or
      M(edgeops.cloudflare.ai_gateway_dynamic_route), or an element of O(edgeops.cloudflare.ai_gateway_policies#module:policies).
    - With O(kind=account), a dict with C(custom_providers) and C(gateways). Each gateway has lists of its objects.
  type: raw
"""


def as_declared(items: Any, kind: str = GATEWAY.kind) -> Any:
    """Implement the filter. The documentation is above."""
    if kind == ACCOUNT:
        return _account(items)
    resource = KINDS.get(kind)
    if resource is None:
        raise AnsibleFilterError(f"as_declared: kind is {kind}, and must be one of: {', '.join(KINDS)}, {ACCOUNT}")
    info = INFO.get(kind, f"ai_gateway_{kind}_info")
    if isinstance(items, Mapping) and all(isinstance(items.get(field.key), str) for field in resource.keys):
        try:
            return declared_item(resource, plain(items))
        except InvalidOptions as error:
            problem = "; ".join(error.problems)
            name = "gateway" if resource is GATEWAY else resource.name
            raise AnsibleFilterError(f"as_declared cannot identify the {name}: {problem}. Read it again with {info}.") from None
    # Before ansible-core 2.19, another filter or `.values()` returns an iterable that is not a list.
    if isinstance(items, Iterable) and not isinstance(items, (str, bytes, Mapping)):
        return [as_declared(item, kind) for item in items]
    name = "gateway" if resource is GATEWAY else resource.name
    raise AnsibleFilterError(f"as_declared takes a {name} or a list of {name}s, as edgeops.cloudflare.{info} returns them")


def _account(account: Any) -> dict[str, Any]:
    """Return the document that declares a whole account."""
    try:
        return document_of(plain(account))
    except InvalidOptions as error:
        problem = "; ".join(error.problems)
        raise AnsibleFilterError(
            f"as_declared takes an account as edgeops.cloudflare.ai_gateway_account_info returns it: {problem}"
        ) from None


class FilterModule:
    """The class that Ansible loads."""

    def filters(self) -> dict[str, Callable[[Any], Any]]:
        """Return the filters of this file, by name."""
        return {"as_declared": as_declared}
