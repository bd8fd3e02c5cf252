#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the dynamic routes of a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_dynamic_route_info
short_description: Read the dynamic routes of a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Returns the dynamic routes of a gateway with their deployed graphs. That is those with the given O(names), or all of them.
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
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters.
    type: str
    required: true
  names:
    description:
      - Names of the routes to read. One that does not exist is missing from the result. An empty list gives none.
    type: list
    elements: str
    aliases: [name]
  history:
    description:
      - Whether to read all versions with their graphs, and all deployments, too. That takes two more requests for each route.
    type: bool
    default: false
notes:
  - No request lists the routes of all gateways of an account.
  - The API lists routes without their graphs, so that each is read by a request of its own.
seealso:
  - module: edgeops.cloudflare.ai_gateway_dynamic_route
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Turns routes into declarations.
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: The routes of a gateway
  edgeops.cloudflare.ai_gateway_dynamic_route_info:
    gateway_id: support-bot
  register: gateway

- name: Keep them as variables
  ansible.builtin.copy:
    content: "{{ {'routes': gateway.dynamic_routes | edgeops.cloudflare.as_declared('dynamic_route')} | to_nice_yaml }}"
    dest: routes.yml
    mode: "0644"

- name: One of them with its history, if it exists
  edgeops.cloudflare.ai_gateway_dynamic_route_info:
    gateway_id: support-bot
    name: support
    history: true
  register: found

- name: Its versions, and which of them is deployed
  ansible.builtin.debug:
    msg: "{{ found.dynamic_routes | map(attribute='versions') | flatten | items2dict(key_name='version_id', value_name='active') }}"
"""

RETURN = r"""
dynamic_routes:
  description:
    - The routes, each as RV(edgeops.cloudflare.ai_gateway_dynamic_route#module:dynamic_route). They are in the order of O(names), else in
      that of the API. The list is empty where none matches.
    - Beside that, each has C(mermaid), the same as RV(edgeops.cloudflare.ai_gateway_dynamic_route#module:mermaid).
    - With O(history=true), each also has C(versions), with C(version_id), C(active), C(is_valid), C(created_at) and C(elements), and
      C(deployments), with C(deployment_id), C(version_id) and C(created_at). Both are in the API's order.
  type: list
  elements: dict
  returned: success
  sample:
    - gateway_id: support-bot
      name: support
      version_id: 0b5d6a2e-6f4e-4f0c-9d53-2b1c8a0f7e11
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_dynamic_route_info import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
