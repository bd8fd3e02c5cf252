#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the custom domains of a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_custom_domain_info
short_description: Read the custom domains of a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Returns the custom domains of a gateway. Select them with O(hostnames) or O(search). By default, all custom domains are returned.
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
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters.
    type: str
    required: true
  hostnames:
    description:
      - Host names of the custom domains to read, each at most 253 characters. Custom domains that do not exist are not in the result. If
        the list is empty, so is the result.
      - Mutually exclusive with O(search).
    type: list
    elements: str
    aliases: [hostname]
  search:
    description:
      - Text to search for in the host names. The API decides what matches.
    type: str
notes:
  - The token needs C(AI Gateway Read).
  - The API has no request that lists the custom domains of all gateways of an account.
seealso:
  - name: Keys and providers
    description: How to set up a custom domain, with its DNS record.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/keys-and-providers.md
  - module: edgeops.cloudflare.ai_gateway_custom_domain
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts custom domains to declarations.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Read the custom domains of a gateway
  edgeops.cloudflare.ai_gateway_custom_domain_info:
    gateway_id: support-bot
  register: gateway

- name: Show the custom domains that cannot be used
  ansible.builtin.debug:
    msg: "{{ gateway.custom_domains | rejectattr('status', 'eq', 'active') | map(attribute='hostname') }}"

- name: Read one custom domain, if it exists
  edgeops.cloudflare.ai_gateway_custom_domain_info:
    gateway_id: support-bot
    hostname: ai.example.com
  register: found

- name: Show where the DNS record of the custom domain must point
  ansible.builtin.debug:
    msg: "{{ found.custom_domains | map(attribute='cname_target') | first | default('There is no such domain.') }}"
"""

RETURN = r"""
custom_domains:
  description:
    - The custom domains, each as RV(edgeops.cloudflare.ai_gateway_custom_domain#module:custom_domain), in the order of O(hostnames) or of
      the API. The list is empty if none matches.
  type: list
  elements: dict
  returned: success
  sample:
    - gateway_id: support-bot
      hostname: ai.example.com
      status: active
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_custom_domain_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
