#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read Cloudflare AI Gateways."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_info
short_description: Read Cloudflare AI Gateways
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Returns the AI Gateways of a Cloudflare account as they are stored, with masked secrets. Select them with O(ids) or O(search). By
    default, all gateways are returned.
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
  ids:
    description:
      - Ids of the gateways to read, each 1 to 64 characters. Gateways that do not exist are not in the result. If the list is empty, so is
        the result.
      - Up to 10 are read one by one. For more ids, all gateways of the account are listed, with one request for every 100 gateways.
      - Mutually exclusive with O(search).
    type: list
    elements: str
    aliases: [id]
  search:
    description:
      - Text to search for in the ids of gateways. The API decides what matches.
    type: str
notes:
  - The token needs C(AI Gateway Read).
seealso:
  - name: Managing many gateways
    description: How to start with the gateways of an existing account.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/many-gateways.md
  - module: edgeops.cloudflare.ai_gateway
  - module: edgeops.cloudflare.ai_gateways
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts gateways to declarations, to manage an existing account.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Read all gateways of the account
  edgeops.cloudflare.ai_gateway_info:
  register: account

- name: Show the gateways that everybody who knows the URL can use
  ansible.builtin.debug:
    msg: "{{ account.gateways | rejectattr('authentication') | map(attribute='id') }}"

- name: Read one gateway, if it exists
  edgeops.cloudflare.ai_gateway_info:
    id: support-bot
  register: found

- name: Show the cache time of the gateway
  ansible.builtin.debug:
    msg: "{{ found.gateways | map(attribute='cache_ttl') | first | default('There is no such gateway.') }}"

- name: Read the gateways with "team" in the id
  edgeops.cloudflare.ai_gateway_info:
    search: team
"""

RETURN = r"""
gateways:
  description:
    - The gateways, each as RV(edgeops.cloudflare.ai_gateway#module:gateway), in the order of O(ids) or of the API. The list is empty if
      none matches.
  type: list
  elements: dict
  returned: success
  sample:
    - id: support-bot
      cache_ttl: 600
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
