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
  - Creates, changes and deletes one custom provider, that is a provider API of one's own behind AI Gateway, with its prices.
  - A custom provider belongs to the account. Each gateway of the account can reach it by RV(provider_slug).
  - A setting that is not given is not managed and stays as it is. An update sends only what differs. Clear a text with an empty one
    (V('')).
  - The answer to every write is compared with what was declared. If the server holds something else, the task fails and names it.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  slug:
    description:
      - The provider's short name in the account, 1 to 64 letters, digits and hyphens. It identifies the provider, and is not changed by
        this module.
      - The API puts C(custom-) in front of it everywhere else, so that V(internal-llm) becomes C(custom-internal-llm). Do not put it there
        yourself.
    type: str
    required: true
  state:
    description:
      - Whether the provider must exist.
      - Deleting it deletes its prices, too. Requests to C(custom-<slug>) fail at once, on every gateway.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name that the dashboard shows, at least 1 character. Required to create a provider.
    type: str
  provider_base_url:
    description:
      - The root URL of the provider's API, C(https://) only. The API calls it C(base_url). Required to create a provider.
      - The path of a request is appended to it. Give no path such as C(/v1) here. With a path, requests to the provider itself can work,
        but those to C(/compat) and to dynamic routes fail with the provider's HTTP 404.
    type: str
  enable:
    description:
      - Whether the provider serves requests.
      - A new provider is enabled if this is not given, although the API's own default is to disable it.
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
      - An example of a request, for C(curl).
    type: str
  js_example:
    description:
      - An example of a request, in JavaScript.
    type: str
  position:
    description:
      - Where the provider stands in lists. Lower numbers come first.
    type: int
  logo:
    description:
      - The logo, an SVG image in base64. The server makes one if this is not given.
      - The API takes a logo only in an update. A create is therefore followed by one.
    type: str
  headers:
    description:
      - HTTP headers that AI Gateway sends to the provider with each request, by name. The values are text.
      - Treated as a secret, see O(update_secrets). In JSON, at most 8192 characters.
    type: dict
  costs:
    description:
      - The prices of the provider's models. The cost in logs and budgets is unknown without a price.
      - The list is declared whole. A price that is stored and not in it is deleted, and an empty list deletes all. Prices are not managed
        if the list is not given.
      - A price is identified by its C(model), C(model_rule) and C(cost_type). Their order does not matter. Cloudflare does not say which
        one applies if several match.
    type: list
    elements: dict
    suboptions:
      model:
        description: The name of the model, or a part of it, see O(costs[].model_rule). At least 1 character.
        type: str
        required: true
      model_rule:
        description: How O(costs[].model) is compared with the model of a request.
        type: str
        choices: [equals, starts-with, contains]
        default: equals
      cost_type:
        description: What is counted, in at least 1 character.
        type: str
        default: tokens
      cost_in:
        description: The price of one token of the prompt, 0 or more. C(0.0000025) is 2.50 for a million of them.
        type: float
      cost_out:
        description: The price of one token of the answer, 0 or more.
        type: float
      token_pricing:
        description: Prices of one token by kind of token, as numbers.
        type: dict
      enable:
        description: Whether the price applies.
        type: bool
  extra_settings:
    description:
      - Settings to send as they are, by the API's names, for what a newer API has and the options here do not. They are compared and
        verified like the options. What the options treat as a secret is masked here too; anything else is not, so use C(no_log) on
        the task if it is secret.
    type: dict
notes:
  - The permission C(AI Gateway Write) is enough, and C(AI Gateway Read) in check mode.
seealso:
  - module: edgeops.cloudflare.ai_gateway_custom_provider_info
  - module: edgeops.cloudflare.ai_gateway_provider_config
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: A model server of one's own, with prices
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

- name: Its name in URLs, routes and provider configs
  ansible.builtin.debug:
    var: provider.provider_slug

- name: Change a price, and delete the other one
  edgeops.cloudflare.ai_gateway_custom_provider:
    slug: internal-llm
    costs:
      - model: example-large
        cost_in: 0.000002
        cost_out: 0.000008

- name: Take it out of service, and leave everything else as it is
  edgeops.cloudflare.ai_gateway_custom_provider:
    slug: internal-llm
    enable: false

- name: Delete it
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
  description: Names of the settings that were written because they differed, sorted; on create, of all that were sent.
  type: list
  elements: str
  returned: success
  sample: [base_url, costs, enable, headers, name]
provider_slug:
  description: The provider's name in URLs, in routes, and as O(edgeops.cloudflare.ai_gateway_provider_config#module:provider_slug).
  type: str
  returned: success
  sample: custom-internal-llm
custom_provider:
  description:
    - The custom provider as it is stored, under the API's names, with secrets masked. A setting that is not set is null, or has its
      default.
    - In check mode, the provider as it would be stored, without what only the server can make.
  type: dict
  returned: success, when O(state=present)
  sample:
    slug: internal-llm
    name: Internal LLM
    base_url: https://llm.example.com
    enable: true
  contains:
    id:
      description: The id that the server made.
      type: str
      returned: not for a new provider in check mode
    created_at:
      description: When it was created.
      type: str
      returned: not for a new provider in check mode
    modified_at:
      description: When it was last changed.
      type: str
      returned: not for a new provider in check mode
    slug:
      description: As the option.
      type: str
      returned: always
    name:
      description: As the option.
      type: str
      returned: always
    base_url:
      description: As O(provider_base_url).
      type: str
      returned: always
    enable:
      description: As the option.
      type: bool
      returned: always
    beta:
      description: As the option.
      type: bool
      returned: always
    description:
      description: As the option.
      type: str
      returned: always
    link:
      description: As the option.
      type: str
      returned: always
    curl_example:
      description: As the option.
      type: str
      returned: always
    js_example:
      description: As the option.
      type: str
      returned: always
    position:
      description: As the option.
      type: int
      returned: always
    logo:
      description: As the option, or as the server made it.
      type: str
      returned: always
    headers:
      description: As the option, with the values masked.
      type: dict
      returned: always
    costs:
      description: The prices, each as in O(costs). What is not set is null.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_custom_provider import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
