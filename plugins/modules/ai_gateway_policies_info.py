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
  - Returns the policies of a gateway with the given O(names), or all of them, and the drafts of new and changed ones.
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
      - Names of the policies to read, each at least 1 character. One that does not exist is missing from the result. An empty list gives
        none.
    type: list
    elements: str
    aliases: [name]
notes:
  - No request lists the policies of all gateways of an account.
seealso:
  - module: edgeops.cloudflare.ai_gateway_policies
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Turns policies into declarations.
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: The policies of a gateway
  edgeops.cloudflare.ai_gateway_policies_info:
    gateway_id: support-bot
  register: gateway

- name: Drafts that nobody has committed
  ansible.builtin.debug:
    msg: "{{ gateway.drafts | map(attribute='name') }}"

- name: Nothing has to be changed for that
  edgeops.cloudflare.ai_gateway_policies:
    gateway_id: support-bot
    policies: "{{ gateway.policies | edgeops.cloudflare.as_declared('policy') }}"
"""

RETURN = r"""
policies:
  description: The live policies, sorted by name. The list is empty where none matches.
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
  description: The drafts of new and changed policies, each with all that it would hold when it is committed, sorted by name.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_policies_info import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
