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
  - Returns the custom providers of a Cloudflare account as they are stored, with secrets masked. That is those with the given O(slugs),
    those that the API finds by O(search), or all of them.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
attributes:
  check_mode:
    description: Changes nothing, so it does the same in check mode.
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
options:
  slugs:
    description:
      - Slugs of the providers to read, without C(custom-). One that does not exist is missing from the result. An empty list gives none.
      - Cannot be given together with O(search).
    type: list
    elements: str
    aliases: [slug]
  search:
    description:
      - Text to search for in the ids, names and slugs of providers. The API decides what matches.
    type: str
  costs:
    description:
      - Whether to read the prices of the providers, too. It takes further requests.
    type: bool
    default: false
seealso:
  - module: edgeops.cloudflare.ai_gateway_custom_provider
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Turns custom providers into declarations.
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: All custom providers, with their prices
  edgeops.cloudflare.ai_gateway_custom_provider_info:
    costs: true
  register: account

- name: Those that do not serve requests
  ansible.builtin.debug:
    msg: "{{ account.custom_providers | rejectattr('enable') | map(attribute='slug') }}"

- name: One of them, if it exists
  edgeops.cloudflare.ai_gateway_custom_provider_info:
    slug: internal-llm
  register: found

- name: Where its API is
  ansible.builtin.debug:
    msg: "{{ found.custom_providers | map(attribute='base_url') | first | default('There is no such provider.') }}"

- name: Those with "internal" in the id, name or slug
  edgeops.cloudflare.ai_gateway_custom_provider_info:
    search: internal
"""

RETURN = r"""
custom_providers:
  description:
    - The custom providers, each as RV(edgeops.cloudflare.ai_gateway_custom_provider#module:custom_provider), with C(costs) if
      O(costs=true).
    - They are in the order of O(slugs), else in that of the API. The list is empty where none matches.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_custom_provider_info import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
