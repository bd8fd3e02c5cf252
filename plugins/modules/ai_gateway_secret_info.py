#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the secrets that Cloudflare AI Gateway can use."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_secret_info
short_description: Read the secrets that Cloudflare AI Gateway can use
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Returns the secrets in the account's Secrets Store that have the scope C(ai_gateway). Select them with O(names) or O(search). By
    default, all such secrets are returned. Their values cannot be read.
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
  names:
    description:
      - Names of the secrets to read. Secrets that do not exist, or do not have the scope C(ai_gateway), are not in the result. If the list
        is empty, so is the result.
      - Mutually exclusive with O(search).
    type: list
    elements: str
    aliases: [name]
  search:
    description:
      - Text to search for in the names and comments of secrets. The API decides what matches.
    type: str
notes:
  - The token needs C(Secrets Store Read).
seealso:
  - name: Keys and providers
    description: How to manage keys separately from gateways.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/keys-and-providers.md
  - module: edgeops.cloudflare.ai_gateway_secret
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts secrets to declarations, without the values.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Read all secrets that AI Gateway can use
  edgeops.cloudflare.ai_gateway_secret_info:
  register: account

- name: Show the secrets that Workers or other products also use
  ansible.builtin.debug:
    msg: "{{ account.secrets | rejectattr('scopes', 'eq', ['ai_gateway']) | map(attribute='name') }}"

- name: Read one secret, if it exists
  edgeops.cloudflare.ai_gateway_secret_info:
    name: support-bot_openai_default
  register: found

- name: Show when the value, the comment or the scopes of the secret were last changed
  ansible.builtin.debug:
    msg: "{{ found.secrets | map(attribute='modified') | first | default('There is no such secret.') }}"

- name: Read the secrets with openai in the name or comment
  edgeops.cloudflare.ai_gateway_secret_info:
    search: openai
"""

RETURN = r"""
secrets:
  description:
    - The secrets, each as RV(edgeops.cloudflare.ai_gateway_secret#module:secret), in the order of O(names) or of the API. The list is empty
      if none matches.
  type: list
  elements: dict
  returned: success
  sample:
    - name: support-bot_openai_default
      scopes: [ai_gateway]
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_secret_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
