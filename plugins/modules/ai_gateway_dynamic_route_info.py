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
  - Returns the dynamic routes of a gateway with their deployed graphs. Select them with O(names). By default, all routes are returned.
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
  names:
    description:
      - Names of the routes to read. Routes that do not exist are not in the result. If the list is empty, so is the result.
    type: list
    elements: str
    aliases: [name]
  history:
    description:
      - Whether to also read all versions with their graphs, and all deployments. This needs two more requests per route.
    type: bool
    default: false
notes:
  - The token needs C(AI Gateway Read).
  - The API has no request that lists the routes of all gateways of an account.
  - The API lists routes without their graphs, so each route needs a request of its own.
seealso:
  - name: Routes
    description: Fallbacks, canaries, budgets, versions and rollbacks.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/routes.md
  - module: edgeops.cloudflare.ai_gateway_dynamic_route
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts routes to declarations.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Read the routes of a gateway
  edgeops.cloudflare.ai_gateway_dynamic_route_info:
    gateway_id: support-bot
  register: gateway

- name: Save the routes as variables
  ansible.builtin.copy:
    content: "{{ {'routes': gateway.dynamic_routes | edgeops.cloudflare.as_declared('dynamic_route')} | to_nice_yaml }}"
    dest: routes.yml
    mode: "0644"

- name: Read one route with its history, if it exists
  edgeops.cloudflare.ai_gateway_dynamic_route_info:
    gateway_id: support-bot
    name: support
    history: true
  register: found

- name: Show the versions of the route, and which of them is deployed
  ansible.builtin.debug:
    msg: "{{ found.dynamic_routes | map(attribute='versions') | flatten | items2dict(key_name='version_id', value_name='active') }}"
"""

RETURN = r"""
dynamic_routes:
  description:
    - The routes, each as RV(edgeops.cloudflare.ai_gateway_dynamic_route#module:dynamic_route), in the order of O(names) or of the API. The
      list is empty if none matches.
    - Each route also has C(mermaid), see RV(edgeops.cloudflare.ai_gateway_dynamic_route#module:mermaid).
    - With O(history=true), each route also has C(versions) (each with C(version_id), C(active), C(is_valid), C(created_at) and C(elements))
      and C(deployments) (each with C(deployment_id), C(version_id) and C(created_at)). Both lists are in the API's order.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_dynamic_route_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
