#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage a custom provider of Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_custom_provider
short_description: Manage a custom provider of Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Creates, changes and deletes a custom provider and its prices. A custom provider makes an HTTP API of your own available through AI
    Gateway.
  - A custom provider belongs to the account. All gateways of the account can use it under the name RV(provider_slug).
  - A setting that is not given is not managed and stays as it is. An update only sends what differs. To clear a setting that is a string,
    set it to an empty string (V('')).
  - After every write, the stored settings are compared with the declared ones. If they differ, the task fails and lists the differences.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  slug:
    description:
      - The short name of the provider in the account, 1 to 64 letters, digits and hyphens. It identifies the provider, and this module
        cannot change it.
      - The API adds the prefix C(custom-) in all other places, so V(internal-llm) becomes C(custom-internal-llm). Do not add the prefix
        here.
    type: str
    required: true
  state:
    description:
      - Whether the provider should exist.
      - Deleting a provider also deletes its prices. From that moment, requests to C(custom-{slug}) fail on all gateways.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name that the dashboard shows, at least 1 character. Required to create a provider.
    type: str
  provider_base_url:
    description:
      - The root URL of the provider's API, which must begin with C(https://). The API calls it C(base_url). Required to create a provider.
      - The path of a request is appended to this URL. Do not include a path such as C(/v1). With a path, requests to the provider's own
        endpoint can work, but requests through C(/compat) and dynamic routes fail with an HTTP 404 from the provider.
    type: str
  enable:
    description:
      - Whether the provider serves requests.
      - A new provider is enabled by default, although the API's own default is disabled.
    type: bool
  beta:
    description:
      - Whether the provider is marked as a beta version. Off on a new provider.
    type: bool
  description:
    description:
      - A description.
    type: str
  link:
    description:
      - The URL of a page about the provider.
    type: str
  curl_example:
    description:
      - An example request for C(curl).
    type: str
  js_example:
    description:
      - An example request in JavaScript.
    type: str
  position:
    description:
      - The position of the provider in lists. Lower numbers come first.
    type: int
  logo:
    description:
      - The logo, as an SVG image in base64. The server generates one if this is not given.
      - The API only accepts a logo in an update, so the module sends an update after it has created the provider.
    type: str
  headers:
    description:
      - HTTP headers that AI Gateway sends to the provider with each request, as a dict of names and strings.
      - Treated as a secret, see O(update_secrets). At most 8192 characters as JSON.
    type: dict
  costs:
    description:
      - The prices of the provider's models. For models without a price, the cost in logs and budgets is unknown.
      - The list must be complete. A stored price that is not in the list is deleted, and an empty list deletes all prices. If the list is
        not given, prices are not managed.
      - A price is identified by C(model), C(model_rule) and C(cost_type). The order has no meaning. Cloudflare does not document which
        price applies if several match.
    type: list
    elements: dict
    suboptions:
      model:
        description: The name of the model, or a part of it, at least 1 character. See O(costs[].model_rule).
        type: str
        required: true
      model_rule:
        description: How O(costs[].model) is compared with the model of a request.
        type: str
        choices: [equals, starts-with, contains]
        default: equals
      cost_type:
        description: What is counted, at least 1 character.
        type: str
        default: tokens
      cost_in:
        description: The price per token of the prompt, 0 or more. C(0.0000025) is 2.50 per million tokens.
        type: float
      cost_out:
        description: The price per token of the response, 0 or more.
        type: float
      token_pricing:
        description: Prices per token by kind of token, as numbers.
        type: dict
      enable:
        description: Whether the price applies.
        type: bool
  extra_settings:
    description:
      - Settings to send unchanged, under their API names. Use this option for settings that are newer than this version of the module. They
        are compared and verified like options. If a setting here also has its own option, and that option is a secret, the setting is
        masked here, too. Use C(no_log) on the task if there are other secrets.
    type: dict
notes:
  - The token needs C(AI Gateway Write). In check mode, C(AI Gateway Read) is sufficient.
seealso:
  - name: Keys and providers
    description: Stored keys, custom providers and custom domains.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/keys-and-providers.md
  - module: edgeops.cloudflare.ai_gateway_custom_provider_info
  - module: edgeops.cloudflare.ai_gateway_provider_config
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Create a custom provider for a model server, with prices
  edgeops.cloudflare.ai_gateway_custom_provider:
    slug: internal-llm
    name: Internal LLM
    provider_base_url: https://llm.example.com
    headers:
      x-api-key: "{{ vault_internal_llm_key }}"
    costs:
      - model: example-large
        cost_in: 0.0000025
        cost_out: 0.00001
      - model: example-small
        model_rule: starts-with
        cost_in: 0.0000001
        cost_out: 0.0000004
  register: provider

- name: Show the provider's name in URLs, routes and provider configs
  ansible.builtin.debug:
    var: provider.provider_slug

- name: Change a price, and delete the other one
  edgeops.cloudflare.ai_gateway_custom_provider:
    slug: internal-llm
    costs:
      - model: example-large
        cost_in: 0.000002
        cost_out: 0.000008

- name: Disable the provider, and leave everything else as it is
  edgeops.cloudflare.ai_gateway_custom_provider:
    slug: internal-llm
    enable: false

- name: Delete the provider
  edgeops.cloudflare.ai_gateway_custom_provider:
    slug: internal-llm
    state: absent
"""

RETURN = r"""
operation:
  description: What was done, or would be done in check mode.
  type: str
  returned: success
  choices: [created, updated, deleted, unchanged]
  sample: created
changed_settings:
  description: Sorted names of the settings that differed and were written. If the object was created, the names of all settings that were
    sent.
  type: list
  elements: str
  returned: success
  sample: [base_url, costs, enable, headers, name]
provider_slug:
  description: The name of the provider in URLs and routes, and the value of
    O(edgeops.cloudflare.ai_gateway_provider_config#module:provider_slug).
  type: str
  returned: success
  sample: custom-internal-llm
custom_provider:
  description:
    - The stored custom provider, with its settings under their API names, and with masked secrets. Settings that are not set are null, or
      have their default.
    - In check mode, the provider as it would be stored, without values that only the server can provide.
  type: dict
  returned: success, when O(state=present)
  sample:
    slug: internal-llm
    name: Internal LLM
    base_url: https://llm.example.com
    enable: true
  contains:
    id:
      description: The id that the server generated.
      type: str
      returned: not for a new provider in check mode
    created_at:
      description: When the provider was created.
      type: str
      returned: not for a new provider in check mode
    modified_at:
      description: When the provider was last changed.
      type: str
      returned: not for a new provider in check mode
    slug:
      description: See O(slug).
      type: str
      returned: always
    name:
      description: See O(name).
      type: str
      returned: always
    base_url:
      description: See O(provider_base_url).
      type: str
      returned: always
    enable:
      description: See O(enable).
      type: bool
      returned: always
    beta:
      description: See O(beta).
      type: bool
      returned: always
    description:
      description: See O(description).
      type: str
      returned: always
    link:
      description: See O(link).
      type: str
      returned: always
    curl_example:
      description: See O(curl_example).
      type: str
      returned: always
    js_example:
      description: See O(js_example).
      type: str
      returned: always
    position:
      description: See O(position).
      type: int
      returned: always
    logo:
      description: The logo that was set, or the one that the server generated.
      type: str
      returned: always
    headers:
      description: See O(headers). The values are masked.
      type: dict
      returned: always
    costs:
      description: The prices, each as in O(costs). Suboptions that are not set are null.
      type: list
      elements: dict
      returned: when O(costs) is given
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_custom_provider import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
