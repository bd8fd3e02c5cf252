# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn AI Gateways, as they are stored, into declarations."""

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
# Modules that are not called by the kind of what they return.
INFO = {GATEWAY.kind: "ai_gateway_info", LISTED_POLICY.kind: "ai_gateway_policies_info"}

DOCUMENTATION = r"""
name: as_declared
short_description: Turn AI Gateways, and what belongs to them, into declarations
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Takes gateways as M(edgeops.cloudflare.ai_gateway_info) returns them, and makes of them what M(edgeops.cloudflare.ai_gateways) takes, to
    begin to manage what exists, or to copy it. Declaring them as they are changes nothing.
  - With O(kind), does the same with other items, and makes of each the options of a module.
  - What the server makes (such as C(created_at)), what is not set, and settings that hold a masked secret are left out. As a setting that
    is not declared is not managed, those stay as they are. In a copy, secrets have to be added by hand.
  - In a copy of a provider config, give C(secret) in place of C(secret_id), because a secret belongs to one gateway by its name. In
    a copy of a custom domain, add C(zone_id), which the API does not return.
  - An id that is a mask, such as V(********), is refused, because nobody can tell which gateway it is.
  - What the options do not have or do not allow, because a newer API does, goes into C(extra_settings).
positional: _input, kind
options:
  _input:
    description: A gateway, or a list of gateways. With O(kind), an item or a list of items of that kind.
    type: raw
    required: true
  kind:
    description:
      - What the input is.
      - V(gateway) is what M(edgeops.cloudflare.ai_gateway_info) returns, V(custom_provider) what
        M(edgeops.cloudflare.ai_gateway_custom_provider_info) does, V(provider_config) what
        M(edgeops.cloudflare.ai_gateway_provider_config_info) does, V(secret) what M(edgeops.cloudflare.ai_gateway_secret_info) does,
        V(custom_domain) what M(edgeops.cloudflare.ai_gateway_custom_domain_info) does, V(dynamic_route) what
        M(edgeops.cloudflare.ai_gateway_dynamic_route_info) does, and V(policy) what M(edgeops.cloudflare.ai_gateway_policies_info) does.
      - V(account) is the whole account that M(edgeops.cloudflare.ai_gateway_account_info) returns. Its lists are sorted, so that the same
        account gives the same document.
    type: str
    choices: [gateway, custom_provider, provider_config, secret, custom_domain, dynamic_route, policy, account]
    default: gateway
"""

EXAMPLES = r"""
- name: All gateways of the account
  edgeops.cloudflare.ai_gateway_info:
  register: account

- name: Keep them as variables, to be managed from now on
  ansible.builtin.copy:
    content: "{{ {'cloudflare_gateways': account.gateways | edgeops.cloudflare.as_declared} | to_nice_yaml }}"
    dest: gateways.yml
    mode: "0600"

- name: Nothing has to be changed for that
  edgeops.cloudflare.ai_gateways:
    gateways: "{{ account.gateways | edgeops.cloudflare.as_declared }}"

- name: The custom providers of the account, with their prices
  edgeops.cloudflare.ai_gateway_custom_provider_info:
    costs: true
  register: providers

- name: Keep them as variables, too
  ansible.builtin.copy:
    content: "{{ {'cloudflare_providers': providers.custom_providers | edgeops.cloudflare.as_declared('custom_provider')} | to_nice_yaml }}"
    dest: providers.yml
    mode: "0600"
"""

RETURN = r"""
_value:
  description:
    - The options of M(edgeops.cloudflare.ai_gateway) for the gateway, or a list of them for a list.
    - With O(kind), those of M(edgeops.cloudflare.ai_gateway_custom_provider), M(edgeops.cloudflare.ai_gateway_provider_config),
      M(edgeops.cloudflare.ai_gateway_secret), M(edgeops.cloudflare.ai_gateway_custom_domain) or
      M(edgeops.cloudflare.ai_gateway_dynamic_route), or an element of the list that M(edgeops.cloudflare.ai_gateway_policies) takes.
    - With O(kind=account), a dict with C(custom_providers) and C(gateways). Each gateway has lists of what belongs to it.
  type: raw
"""


def as_declared(items: Any, kind: str = GATEWAY.kind) -> Any:
    """See above."""
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
            raise AnsibleFilterError(f"as_declared cannot tell which {name} is meant: {problem}. Read it again with {info}.") from None
    # Before ansible-core 2.19, another filter or `.values()` gives something that is no list.
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
    """Read by Ansible."""

    def filters(self) -> dict[str, Callable[[Any], Any]]:
        """The filters of this file, by name."""
        return {"as_declared": as_declared}
