#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read custom providers of Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_custom_provider_info
short_description: Read custom providers of Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Returns the custom providers of a Cloudflare account as they are stored, with masked secrets. Select them with O(slugs) or O(search). By
    default, all custom providers are returned.
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
  slugs:
    description:
      - Slugs of the providers to read, without C(custom-). Providers that do not exist are not in the result. If the list is empty, so is
        the result.
      - Mutually exclusive with O(search).
    type: list
    elements: str
    aliases: [slug]
  search:
    description:
      - Text to search for in the ids, names and slugs of providers. The API decides what matches.
    type: str
  costs:
    description:
      - Whether to also read the prices of the providers. This needs additional requests.
    type: bool
    default: false
notes:
  - The token needs C(AI Gateway Read).
seealso:
  - name: Keys and providers
    description: Stored keys, custom providers and custom domains.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/keys-and-providers.md
  - module: edgeops.cloudflare.ai_gateway_custom_provider
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts custom providers to declarations.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Read all custom providers, with their prices
  edgeops.cloudflare.ai_gateway_custom_provider_info:
    costs: true
  register: account

- name: Show the disabled custom providers
  ansible.builtin.debug:
    msg: "{{ account.custom_providers | rejectattr('enable') | map(attribute='slug') }}"

- name: Read one custom provider, if it exists
  edgeops.cloudflare.ai_gateway_custom_provider_info:
    slug: internal-llm
  register: found

- name: Show the URL of the provider's API
  ansible.builtin.debug:
    msg: "{{ found.custom_providers | map(attribute='base_url') | first | default('There is no such provider.') }}"

- name: Read the custom providers with "internal" in the id, name or slug
  edgeops.cloudflare.ai_gateway_custom_provider_info:
    search: internal
"""

RETURN = r"""
custom_providers:
  description:
    - The custom providers, each as RV(edgeops.cloudflare.ai_gateway_custom_provider#module:custom_provider), with C(costs) if
      O(costs=true).
    - They are in the order of O(slugs) or of the API. The list is empty if none matches.
  type: list
  elements: dict
  returned: success
  sample:
    - slug: internal-llm
      name: Internal LLM
      base_url: https://llm.example.com
      enable: true
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_custom_provider_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
