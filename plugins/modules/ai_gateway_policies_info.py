#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the policies of a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_policies_info
short_description: Read the policies of a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Returns the policies of a gateway, and the drafts of new and changed policies. Select them with O(names). By default, all policies are
    returned.
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
      - Names of the policies to read, each at least 1 character. Policies that do not exist are not in the result. If the list is empty, so
        is the result.
    type: list
    elements: str
    aliases: [name]
notes:
  - The token needs C(AI Gateway Read).
  - The API has no request that lists the policies of all gateways of an account.
seealso:
  - name: Policies
    description: Budgets, allow-lists, and a roll-out that locks nobody out.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/policies.md
  - module: edgeops.cloudflare.ai_gateway_policies
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts policies to declarations.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Read the policies of a gateway
  edgeops.cloudflare.ai_gateway_policies_info:
    gateway_id: support-bot
  register: gateway

- name: Show the drafts that nobody has committed
  ansible.builtin.debug:
    msg: "{{ gateway.drafts | map(attribute='name') }}"

- name: Declare the policies as they are, which changes nothing
  edgeops.cloudflare.ai_gateway_policies:
    gateway_id: support-bot
    policies: "{{ gateway.policies | edgeops.cloudflare.as_declared('policy') }}"
"""

RETURN = r"""
policies:
  description: The live policies, sorted by name. The list is empty if none matches.
  type: list
  elements: dict
  returned: success
  sample:
    - name: company budget
      actor: company:all
      resource: "*"
      condition: "true"
      action: {type: limit, amount: 5000, period: monthly}
drafts:
  description: The drafts of new and changed policies, sorted by name. Each contains the complete policy as it would be after a commit.
  type: list
  elements: dict
  returned: success
  sample: []
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_policies_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
