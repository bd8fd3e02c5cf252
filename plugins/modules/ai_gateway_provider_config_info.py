#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read which provider keys are stored with a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_provider_config_info
short_description: Read which provider keys are stored in a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Returns the provider configs of a gateway, which show the providers and aliases of its stored keys. The keys themselves cannot be read.
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
  provider_slugs:
    description:
      - The providers whose provider configs to return, such as V(openai). For a custom provider, this is C(custom-{slug}). If the list is
        empty, so is the result.
    type: list
    elements: str
    aliases: [provider_slug]
notes:
  - The token needs C(AI Gateway Read).
  - Neither the API nor this module reports whether a key is valid, or whether requests find it.
seealso:
  - name: Keys and providers
    description: How requests find their key, and how to rotate it.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/keys-and-providers.md
  - module: edgeops.cloudflare.ai_gateway_provider_config
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts provider configs to declarations, without the keys.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Read which keys are stored in a gateway
  edgeops.cloudflare.ai_gateway_provider_config_info:
    gateway_id: support-bot
  register: keys

- name: Show the providers that the gateway has a key for
  ansible.builtin.debug:
    msg: "{{ keys.provider_configs | map(attribute='provider_slug') | unique }}"

- name: Read which keys for OpenAI are stored
  edgeops.cloudflare.ai_gateway_provider_config_info:
    gateway_id: support-bot
    provider_slug: openai
"""

RETURN = r"""
provider_configs:
  description:
    - The provider configs, each as RV(edgeops.cloudflare.ai_gateway_provider_config#module:provider_config), in the order of the API. The
      list is empty if none matches.
  type: list
  elements: dict
  returned: success
  sample:
    - gateway_id: support-bot
      provider_slug: openai
      alias: default
      default_config: true
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_provider_config_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
