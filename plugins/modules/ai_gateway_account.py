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
  - Takes one document with the custom providers and the gateways of a Cloudflare account, each gateway with its stored provider keys
    (provider configs), dynamic routes, policies and custom domains. Brings the account to the state that the document declares.
  - What the document does not mention is not managed. A gateway without C(dynamic_routes) keeps its routes, and the task does not read
    them.
  - All problems in the document itself are reported together, each with its place in the document, before any request is sent. If a route
    or a key names a custom provider that is neither in the document nor in the account, the task fails before it changes anything.
  - Before the first change, the task reads the current state of everything that it manages. It changes custom providers first, then
    gateways, keys, routes, policies and domains. Deletions come last, in the opposite order.
  - Nothing is deleted if a part of the account could not be read.
  - If an object fails, the task continues with the objects that do not depend on it. Objects that depend on it fail, too. At the end, the
    task fails if any object failed.
  - "If nothing has to be changed, the task sends one request for every 100 gateways; one for every 100 custom providers, if the document
    declares some, or if a route or key names one; for each gateway, one for each kind of object that it declares; one for each declared
    route; and one for each custom provider that declares C(costs)."
  - Each object is managed in the same way as by the module for its kind. For example, a setting that is not given stays as it is.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  custom_providers:
    description:
      - The custom providers of the account. Each has the options of M(edgeops.cloudflare.ai_gateway_custom_provider) that describe the
        provider, such as C(slug), C(state), C(headers) and C(costs).
    type: list
    elements: dict
  gateways:
    description:
      - The gateways. Each has the options of M(edgeops.cloudflare.ai_gateway) that describe the gateway, which are C(id), C(state), the
        settings, C(extra_settings) and C(unset).
      - C(provider_configs) below a gateway is a list of its provider configs (stored keys). Each has C(provider_slug), an optional
        C(alias), either C(secret) or C(secret_id), and the other options of M(edgeops.cloudflare.ai_gateway_provider_config) that describe
        the key.
      - C(dynamic_routes) is a list of its dynamic routes. Each has C(name) and C(elements), and may have C(rename_from), see
        M(edgeops.cloudflare.ai_gateway_dynamic_route).
      - C(policies) is a list of its policies, see O(edgeops.cloudflare.ai_gateway_policies#module:policies). The policies of a gateway are
        staged and committed together. The option O(edgeops.cloudflare.ai_gateway_policies#module:expect) does not exist here.
      - C(custom_domains) is a list of its custom domains. Each has C(hostname) and C(zone_id), see
        M(edgeops.cloudflare.ai_gateway_custom_domain). The task does not wait until the custom domains are active.
      - Each object can have C(state=absent). The objects of a gateway with C(state=absent) are deleted along with it.
    type: list
    elements: dict
  defaults:
    description:
      - Settings, C(extra_settings) and C(unset) for each gateway in O(gateways) that does not have C(state=absent). To override a default,
        set the option on the gateway. A nested setting is overridden as a whole.
    type: dict
  purge:
    description:
      - The kinds of objects that are deleted if the document does not declare them.
      - A kind that belongs to gateways is only purged on gateways that declare a list of that kind, which may be empty. V(custom_providers)
        is ignored unless the option O(custom_providers) is set, and V(gateways) unless the option O(gateways) is set.
      - The default gateway of the account is never purged.
      - If an object could not be created, no object of its kind is purged.
      - If V(custom_providers) or V(gateways) is to be purged and the option of that name is an empty list, O(purge_limit) must be set.
    type: list
    elements: str
    choices: [custom_providers, gateways, provider_configs, dynamic_routes, policies, custom_domains]
    default: []
  purge_limit:
    description:
      - Maximum number of objects that O(purge) may delete, counting all kinds together, 0 or more. If there are more, the task fails before
        it changes anything.
      - The objects of a deleted gateway are deleted along with it, and are not counted.
      - The limit is 10 if this option is not set. O(purge) describes when the option must be set.
    type: int
  concurrency:
    description:
      - Maximum number of concurrent requests of the whole task, from 1 to 16.
    type: int
    default: 8
  wait_timeout:
    description:
      - Maximum time in seconds to wait until a new secret can be used, from 1 to 3600. If the secret cannot be used by then, the provider
        config fails.
    type: int
    default: 60
  adopt_drafts:
    description:
      - Whether to also commit policy drafts that this task did not create, see
        O(edgeops.cloudflare.ai_gateway_policies#module:adopt_drafts).
    type: bool
    default: false
  allow_lockout:
    description:
      - Whether the policies of a gateway may lock out users that no policy covers, see
        O(edgeops.cloudflare.ai_gateway_policies#module:allow_lockout).
    type: bool
    default: false
notes:
  - The task reports its progress on standard error every five seconds, if standard error is a terminal or with C(-v). This requires that
    the module runs in the controller's own process, not as an ordinary module. To disable the reports, set the variable
    C(edgeops_cloudflare_progress=false).
  - The token needs the permissions that the modules for the declared kinds require, see the notes of these modules.
  - For many changes, increase O(rate_limit_wait), so that the task can wait until the API accepts requests again.
seealso:
  - name: An account as one document
    description: Plan, order, deletions, and the number of requests.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/account.md
  - module: edgeops.cloudflare.ai_gateways
  - module: edgeops.cloudflare.ai_gateway_provider_config
  - module: edgeops.cloudflare.ai_gateway_dynamic_route
  - module: edgeops.cloudflare.ai_gateway_policies
  - module: edgeops.cloudflare.ai_gateway_custom_domain
  - module: edgeops.cloudflare.ai_gateway_custom_provider
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Manage an account as one document
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

- name: Show what was done
  ansible.builtin.debug:
    msg: "{{ item.operation }} {{ item.kind }} {{ item.parent | default('', true) }} {{ item.id }}"
  loop: "{{ account.results | rejectattr('operation', 'eq', 'unchanged') }}"
  loop_control:
    label: "{{ item.id }}"

- name: Preview the deletion of at most three keys and routes that a gateway does not declare
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
    - The result for each object. The kinds are in the order of processing, and the objects of a kind in the order of the document.
    - Purged objects come last among the objects with the same kind and parent.
  type: list
  elements: dict
  returned: always, unless the task failed before it processed the first item
  contains:
    kind:
      description: The kind of the object.
      type: str
      returned: always
      choices: [custom_provider, gateway, provider_config, dynamic_route, policy, custom_domain]
    parent:
      description: The id of the gateway that the object belongs to, or null if the object belongs to the account.
      type: str
      returned: always
    id:
      description: What identifies the object, such as a gateway's id, a route's name, or the provider and alias of a key.
      type: str
      returned: always
    operation:
      description: What was done, or would be done in check mode.
      type: str
      returned: always
      choices: [created, updated, recreated, deleted, unchanged, failed]
    changed_settings:
      description: Sorted names of the settings that differed and were written. If the object was created, the names of all settings that
        were sent.
      type: list
      elements: str
      returned: always
    deleted_children:
      description:
        - The objects of a gateway that were deleted before it, in the order of their deletion. In check mode, the objects that would be
          deleted.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: The kind of object, such as C(provider_config), C(dynamic_route) or C(custom_domain).
          type: str
          returned: always
        name:
          description: What identifies the object within the gateway, such as a host name, or the provider and alias of a provider config.
          type: str
          returned: always
    error:
      description:
        - The error, or null if the object did not fail. It contains C(msg) and, if available, C(status), C(errors), C(ray_id) and
          C(request), which are described in the return values of M(edgeops.cloudflare.ai_gateway).
      type: dict
      returned: always
    steps:
      description:
        - The objects that the task created or updated before it created a provider config, see
          RV(edgeops.cloudflare.ai_gateway_provider_config#module:steps). Empty for other kinds.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: The kind of object, which is V(secrets_store), V(gateway) or V(secret).
          type: str
          returned: always
        name:
          description: The name of the Secrets Store or of the secret, or the id of the gateway.
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
  description: The number of objects for each operation.
  type: dict
  returned: always, unless the task failed before it processed the first item
  contains:
    created:
      description: The number of created objects.
      type: int
      returned: always
    updated:
      description: The number of changed objects.
      type: int
      returned: always
    recreated:
      description: The number of objects that were deleted and created again.
      type: int
      returned: always
    deleted:
      description: The number of deleted objects, including those deleted by O(purge).
      type: int
      returned: always
    unchanged:
      description: The number of unchanged objects.
      type: int
      returned: always
    failed:
      description: The number of failed objects.
      type: int
      returned: always
account:
  description:
    - The declared objects as they exist after the task, without those that failed. In check mode, the objects as they would be stored.
    - C(custom_providers) contains the custom providers by slug, and C(gateways) the gateways by id. If a gateway declares them, it contains
      C(provider_configs) by provider and alias (such as C(openai/default)), C(dynamic_routes) and C(policies) by name, and
      C(custom_domains) by host name.
  type: dict
  returned: always, unless the task failed before it processed the first item
  contains:
    custom_providers:
      description: The custom providers, each as RV(edgeops.cloudflare.ai_gateway_custom_provider#module:custom_provider).
      type: dict
      returned: when O(custom_providers) is given
    gateways:
      description: The gateways, each as RV(edgeops.cloudflare.ai_gateway#module:gateway), with its declared objects.
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
  returned: failure, when the API returned an error while the task read the current state
errors:
  description: See RV(edgeops.cloudflare.ai_gateway#module:errors).
  type: list
  elements: dict
  returned: failure, when the API returned an error while the task read the current state
ray_id:
  description: See RV(edgeops.cloudflare.ai_gateway#module:ray_id).
  type: str
  returned: failure, when the API returned an error while the task read the current state
request:
  description: See RV(edgeops.cloudflare.ai_gateway#module:request).
  type: dict
  returned: failure, when the current state could not be read
"""

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_account import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
