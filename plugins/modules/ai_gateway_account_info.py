#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the AI Gateways of a Cloudflare account with all that belongs to them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_account_info
short_description: Read the AI Gateways of a Cloudflare account with all that belongs to them
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Returns the gateways of an account, each with its provider configs, dynamic routes, policies and custom domains, and the custom
    providers of the account with their prices. Secrets are masked.
  - Sends several requests at a time. If a part of the account cannot be read, the task fails and names that part.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
attributes:
  check_mode:
    description: Changes nothing, so check mode makes no difference.
  diff_mode:
    description: Changes nothing, so there is never a difference to show.
    support: none
options:
  gateways:
    description:
      - Ids of the gateways to read, each 1 to 64 characters. Gateways that do not exist are not in the result. If the list is empty, no
        gateways are returned.
      - By default, all gateways are read.
    type: list
    elements: str
  kinds:
    description:
      - The kinds of objects to read. Gateways are always read if a kind that belongs to them is read.
      - A kind that the API does not have is returned as an empty list.
    type: list
    elements: str
    choices: [custom_providers, gateways, provider_configs, dynamic_routes, policies, custom_domains]
    default: [custom_providers, gateways, provider_configs, dynamic_routes, policies, custom_domains]
  concurrency:
    description:
      - Maximum number of concurrent requests, from 1 to 16. A higher number is faster, but uses up the API's rate limit sooner.
    type: int
    default: 8
notes:
  - The token needs C(AI Gateway Read).
  - The task sends one request for every 100 gateways, two for the custom providers and their prices, one for each kind on each gateway, and
    one for each dynamic route.
  - Drafts of policies are not returned. M(edgeops.cloudflare.ai_gateway_policies_info) returns them.
  - The task reports its progress on standard error every five seconds, if standard error is a terminal or with C(-v).
seealso:
  - name: Exporting an account
    description: Files with variables in place of secrets, to manage or copy an account.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/export.md
  - module: edgeops.cloudflare.ai_gateway_info
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts an account to one document that declares the account.
  - plugin: edgeops.cloudflare.account_files
    plugin_type: filter
    description: Converts an account to files of variables, with variables in place of secrets.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Read the whole account
  edgeops.cloudflare.ai_gateway_account_info:
  register: found

- name: Show the routes of each gateway
  ansible.builtin.debug:
    msg: "{{ item.id }} has {{ item.dynamic_routes | map(attribute='name') }}"
  loop: "{{ found.account.gateways }}"
  loop_control:
    label: "{{ item.id }}"

- name: Read the policies and the stored keys of one gateway
  edgeops.cloudflare.ai_gateway_account_info:
    gateways: [support-bot]
    kinds: [policies, provider_configs]

- name: Save the whole account as variables
  ansible.builtin.copy:
    content: "{{ (found.account | edgeops.cloudflare.account_files).files['account.yml'] }}"
    dest: account.yml
    mode: "0600"
"""

RETURN = r"""
account:
  description: The objects that were read.
  type: dict
  returned: success
  contains:
    custom_providers:
      description:
        - The custom providers, each as RV(edgeops.cloudflare.ai_gateway_custom_provider_info#module:custom_providers) with its C(costs), in
          the API's order.
      type: list
      elements: dict
      returned: when O(kinds) has V(custom_providers)
      sample:
        - slug: internal-llm
          name: Internal LLM
          base_url: https://llm.example.com
          costs: []
    gateways:
      description:
        - The gateways, each as RV(edgeops.cloudflare.ai_gateway_info#module:gateways), in the order of O(gateways) or of the API.
        - Each gateway has a list for each kind of its objects that is in O(kinds). C(provider_configs) is
          RV(edgeops.cloudflare.ai_gateway_provider_config_info#module:provider_configs), C(dynamic_routes) is
          RV(edgeops.cloudflare.ai_gateway_dynamic_route_info#module:dynamic_routes), C(policies) is
          RV(edgeops.cloudflare.ai_gateway_policies_info#module:policies), and C(custom_domains) is
          RV(edgeops.cloudflare.ai_gateway_custom_domain_info#module:custom_domains).
      type: list
      elements: dict
      returned: when O(kinds) has more than V(custom_providers)
      sample:
        - id: support-bot
          cache_ttl: 600
          provider_configs:
            - {gateway_id: support-bot, provider_slug: openai, alias: default}
          dynamic_routes: []
          policies: []
          custom_domains: []
status:
  description: See RV(edgeops.cloudflare.ai_gateway#module:status).
  type: int
  returned: failure, when the API answered
errors:
  description: See RV(edgeops.cloudflare.ai_gateway#module:errors).
  type: list
  elements: dict
  returned: failure, when the API answered
ray_id:
  description: See RV(edgeops.cloudflare.ai_gateway#module:ray_id).
  type: str
  returned: failure, when the API answered
request:
  description: See RV(edgeops.cloudflare.ai_gateway#module:request).
  type: dict
  returned: failure, when a request was made
"""

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_account_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
