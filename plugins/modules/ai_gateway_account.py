#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage all of an account's AI Gateways, with what belongs to them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_account
short_description: Manage all AI Gateways of an account, with all that belongs to them, as one document
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Takes one document that has the custom providers and the gateways of a Cloudflare account, and below each gateway its provider keys,
    dynamic routes, policies and custom domains. Makes the account what the document declares, in one task.
  - What the document does not mention is not managed. A gateway without C(dynamic_routes) keeps its routes, and they are not even listed.
  - All problems of the document are reported together, each by its place, before any request is sent. A route or a key that names a custom
    provider that neither the document nor the account has is an error, and nothing is changed.
  - Everything is listed before the first change. Custom providers come first, then gateways, keys, routes, policies and domains.
    Deletions come last, in the opposite order.
  - Nothing is deleted if a part of the account could not be read.
  - An object that fails does not stop the others, unless they depend on it. The task fails at the end if any object failed.
  - "If nothing has to be changed, the task sends one request for every 100 gateways and for every 100 custom providers; for each gateway
    one request for each kind that it declares; one request for each declared route; and one for each custom provider that declares
    C(costs). Custom providers are only listed if the document declares them, or names one that it does not declare."
  - What the modules for single objects promise holds here, too. A setting that is not given stays as it is.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  custom_providers:
    description:
      - The custom providers of the account. Each has the options of M(edgeops.cloudflare.ai_gateway_custom_provider) that are about the
        provider, such as C(slug), C(state), C(headers) and C(costs).
    type: list
    elements: dict
  gateways:
    description:
      - The gateways. Each has the options of M(edgeops.cloudflare.ai_gateway) that are about the gateway, which are C(id), C(state), the
        settings, C(extra_settings) and C(unset).
      - C(provider_configs) below a gateway is a list of its keys. Each has C(provider_slug), C(alias), C(secret) or C(secret_id), and the
        other options of M(edgeops.cloudflare.ai_gateway_provider_config) that are about the key.
      - C(dynamic_routes) is a list of its routes. Each has C(name) and C(elements), and may have C(rename_from), see
        M(edgeops.cloudflare.ai_gateway_dynamic_route).
      - C(policies) is a list of its policies, see O(edgeops.cloudflare.ai_gateway_policies#module:policies). All of them are staged and
        committed together. Expectations are tested by M(edgeops.cloudflare.ai_gateway_policies) only.
      - C(custom_domains) is a list of its host names. Each has C(hostname) and C(zone_id), see
        M(edgeops.cloudflare.ai_gateway_custom_domain). The task does not wait until they are active.
      - Each object can have C(state=absent). What belongs to a gateway that is absent is deleted along with it.
    type: list
    elements: dict
  defaults:
    description:
      - Settings, C(extra_settings) and C(unset) for each gateway in O(gateways) that is not C(state=absent). To override a default, set the
        option on the gateway. A nested setting is overridden as a whole.
    type: dict
  purge:
    description:
      - The kinds whose objects are deleted if the document does not declare them.
      - A kind below gateways is purged only on gateways that declare a list of it, which may be empty. V(custom_providers) and V(gateways)
        have no effect without O(custom_providers) and O(gateways).
      - The default gateway of the account is never deleted because it is not declared.
      - If an object could not be created, no object of its kind is purged.
      - If O(custom_providers) or O(gateways) is empty and purged, O(purge_limit) must be given.
    type: list
    elements: str
    choices: [custom_providers, gateways, provider_configs, dynamic_routes, policies, custom_domains]
    default: []
  purge_limit:
    description:
      - If O(purge) would delete more objects than this, of all kinds together, at least 0, the task fails before anything is changed.
      - What belongs to a deleted gateway is deleted along with it, and is not counted.
      - If it is not given, the limit is 10.
    type: int
  concurrency:
    description:
      - How many requests may be under way at a time, from 1 to 16. It is the limit of the whole task.
    type: int
    default: 8
  wait_timeout:
    description:
      - How many seconds to wait until a new secret can be used, from 1 to 3600.
    type: int
    default: 60
  adopt_drafts:
    description:
      - Whether drafts of policies that the task did not make are committed along with its own, see
        O(edgeops.cloudflare.ai_gateway_policies#module:adopt_drafts).
    type: bool
    default: false
  allow_lockout:
    description:
      - Whether the policies of a gateway may refuse everybody whom none of them covers, see
        O(edgeops.cloudflare.ai_gateway_policies#module:allow_lockout).
    type: bool
    default: false
notes:
  - The task reports its progress every five seconds on standard error, if that is a terminal or with C(-v). This works only in the
    controller's own process. The variable C(edgeops_cloudflare_progress=false) switches it off.
  - The token needs the permissions of the modules for the declared kinds.
  - With many changes, raise O(rate_limit_wait) so that the task may wait until the API takes requests again.
seealso:
  - module: edgeops.cloudflare.ai_gateways
  - module: edgeops.cloudflare.ai_gateway_provider_config
  - module: edgeops.cloudflare.ai_gateway_dynamic_route
  - module: edgeops.cloudflare.ai_gateway_policies
  - module: edgeops.cloudflare.ai_gateway_custom_domain
  - module: edgeops.cloudflare.ai_gateway_custom_provider
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: An account as one document
  edgeops.cloudflare.ai_gateway_account:
    custom_providers:
      - slug: house-llm
        name: House LLM
        provider_base_url: https://llm.example.com
    defaults:
      authentication: true
      cache_ttl: 300
    gateways:
      - id: team-search
      - id: team-support
        provider_configs:
          - provider_slug: openai
            secret: "{{ vault_support_openai }}"
          - provider_slug: custom-house-llm
            secret: "{{ vault_support_house_llm }}"
        dynamic_routes:
          - name: chat
            elements:
              - id: start
                type: start
                outputs:
                  next: {element_id: first}
              - id: first
                type: model
                properties: {provider: openai, model: gpt-4o-mini, timeout: 5000, retries: 1}
                outputs:
                  success: {element_id: end}
                  fallback: {element_id: house}
              - id: house
                type: model
                properties: {provider: custom-house-llm, model: house-7b, timeout: 20000, retries: 0}
                outputs:
                  success: {element_id: end}
                  fallback: {element_id: end}
              - id: end
                type: end
        policies:
          - name: everybody
            actor: company:all
            action: {type: no_limit}
      - id: team-trial
        state: absent
  register: account

- name: What was done
  ansible.builtin.debug:
    msg: "{{ item.operation }} {{ item.kind }} {{ item.parent | default('', true) }} {{ item.id }}"
  loop: "{{ account.results | rejectattr('operation', 'eq', 'unchanged') }}"
  loop_control:
    label: "{{ item.id }}"

- name: These are all routes and keys of one gateway, at most three others are deleted
  edgeops.cloudflare.ai_gateway_account:
    gateways:
      - id: team-support
        provider_configs:
          - provider_slug: openai
            secret: "{{ vault_support_openai }}"
        dynamic_routes: []
    purge: [provider_configs, dynamic_routes]
    purge_limit: 3
  check_mode: true
"""

RETURN = r"""
results:
  description:
    - What became of each object, kind by kind in the order of the work, and within a kind in the order of the document.
    - Objects that O(purge) deleted come last among those of their kind with the same parent.
  type: list
  elements: dict
  returned: unless nothing could be done at all
  contains:
    kind:
      description: What it is.
      type: str
      returned: always
      choices: [custom_provider, gateway, provider_config, dynamic_route, policy, custom_domain]
    parent:
      description: The id of the gateway that it belongs to, null if it belongs to the account.
      type: str
      returned: always
    id:
      description: What identifies it, such as a gateway's id, a route's name, or the provider and alias of a key.
      type: str
      returned: always
    operation:
      description: What was done, or would be done in check mode.
      type: str
      returned: always
      choices: [created, updated, recreated, deleted, unchanged, failed]
    changed_settings:
      description: Names of the settings that were written because they differed, sorted; on create, of all that were sent.
      type: list
      elements: str
      returned: always
    deleted_children:
      description:
        - What was deleted before a gateway because it belonged to it, in that order; in check mode, what would be. Empty if there was nothing.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: What it was, such as C(provider_config), C(dynamic_route) or C(custom_domain).
          type: str
          returned: always
        name:
          description: What identifies it below the gateway, such as a host name, or the provider and alias of a provider config.
          type: str
          returned: always
    error:
      description:
        - Why it failed, null if it did not. It has C(msg), and like a failed M(edgeops.cloudflare.ai_gateway) task
          RV(edgeops.cloudflare.ai_gateway#module:status), RV(edgeops.cloudflare.ai_gateway#module:errors),
          RV(edgeops.cloudflare.ai_gateway#module:ray_id) and RV(edgeops.cloudflare.ai_gateway#module:request) where there are any.
      type: dict
      returned: always
    steps:
      description:
        - What was done to other objects on the way to a new key, see RV(edgeops.cloudflare.ai_gateway_provider_config#module:steps). Empty for
          other kinds.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: What it was, V(secrets_store), V(gateway) or V(secret).
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
        operation:
          description: What was done.
          type: str
          returned: always
        changed_settings:
          description: Names of the settings that were written.
          type: list
          elements: str
          returned: always
  sample:
    - kind: dynamic_route
      parent: team-support
      id: chat
      operation: updated
      changed_settings: [elements]
      deleted_children: []
      error: null
      steps: []
summary:
  description: How many objects there are of each operation.
  type: dict
  returned: unless nothing could be done at all
  contains:
    created:
      description: How many were created.
      type: int
      returned: always
    updated:
      description: How many were changed.
      type: int
      returned: always
    recreated:
      description: How many were deleted and created again.
      type: int
      returned: always
    deleted:
      description: How many were deleted, also by O(purge).
      type: int
      returned: always
    unchanged:
      description: How many were as declared.
      type: int
      returned: always
    failed:
      description: How many failed.
      type: int
      returned: always
account:
  description:
    - The declared objects that exist now, without those that failed. In check mode, as they would be.
    - C(custom_providers) has the providers by slug, and C(gateways) the gateways by id. Each gateway has C(provider_configs) by provider and
      alias, such as C(openai/default), C(dynamic_routes) and C(policies) by name, and C(custom_domains) by host name, if it declares them.
  type: dict
  returned: unless nothing could be done at all
  contains:
    custom_providers:
      description: Each as RV(edgeops.cloudflare.ai_gateway_custom_provider#module:custom_provider).
      type: dict
      returned: when O(custom_providers) is given
    gateways:
      description: Each as RV(edgeops.cloudflare.ai_gateway#module:gateway), with what is declared below it.
      type: dict
      returned: when O(gateways) is given
ansible_facts:
  description: The account as a fact.
  type: dict
  returned: success
  contains:
    cloudflare_ai_gateway_account:
      description: The same as RV(account).
      type: dict
      returned: always
status:
  description: See RV(edgeops.cloudflare.ai_gateway#module:status).
  type: int
  returned: failure, when the API answered to the listing
errors:
  description: See RV(edgeops.cloudflare.ai_gateway#module:errors).
  type: list
  elements: dict
  returned: failure, when the API answered to the listing
ray_id:
  description: See RV(edgeops.cloudflare.ai_gateway#module:ray_id).
  type: str
  returned: failure, when the API answered to the listing
request:
  description: See RV(edgeops.cloudflare.ai_gateway#module:request).
  type: dict
  returned: failure, when the listing failed
"""

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_account import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
