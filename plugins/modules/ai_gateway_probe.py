#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a Cloudflare AI Gateway as a client would, and report what became of the request."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_probe
short_description: Check whether a Cloudflare AI Gateway answers its clients
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Sends a request through a gateway as a client would, and reports in words what became of it. The verdict names who refused the request,
    such as the gateway, the provider, Cloudflare's network or Access, and the explanation says what to do.
  - By default, it asks for the provider's list of models, which costs nothing. If the gateway accepts that, a second such request with a
    made-up token shows whether the gateway is open to anybody.
  - Sends no credentials for the provider. They would be used instead of the stored key.
  - Changes nothing. It reads the gateway first, as a client's first request for the gateway V(default) would create it.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
attributes:
  check_mode:
    description: Changes nothing. In check mode, the request that O(request) asks for is not sent, but one that costs nothing.
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
options:
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters.
    type: str
    required: true
  run_token:
    description:
      - The token of a client, with the permission C(AI Gateway Run).
      - If it is not given, it is O(api_token), which then needs that permission, too.
    type: str
  provider:
    description:
      - The provider to ask, such as V(openai), or V(custom-SLUG) for a custom provider. It has 1 to 64 characters, which are letters,
        digits, underscores and hyphens.
      - If it is not given, it is the first of V(openai), V(anthropic), V(google-ai-studio), V(deepseek), V(grok) and V(workers-ai) that the
        gateway has a stored key for, in the order of the API, else V(openai).
      - For another provider, the list of models is expected at C(models), and chats at C(chat/completions).
    type: str
  alias:
    description:
      - The alias of the stored key to use, 1 to 64 characters, which are letters, digits, underscores and hyphens. If it is not given, the
        gateway uses the key with the alias V(default).
      - Cannot be given together with O(route).
    type: str
  model:
    description:
      - The model to ask if O(request) is V(true), 1 to 256 characters, as the provider names it.
      - Cannot be given together with O(route).
    type: str
  route:
    description:
      - The name of a dynamic route, 1 to 256 characters. It has to exist, and is used if O(request) is V(true).
    type: str
  hostname:
    description:
      - A custom domain of the gateway through which to send the requests, 1 to 253 characters, in lower case.
    type: str
  request:
    description:
      - Whether to send a chat to O(model), or through O(route). This can cost money, and counts for spend limits and budgets.
      - It is sent again only if it was certainly not answered.
    type: bool
    default: false
  max_tokens:
    description:
      - The maximum number of tokens of the answer to a chat, 1 to 64.
    type: int
    default: 16
  metadata:
    description:
      - Metadata of the requests, which dynamic routes and policies can refer to. At most 5 entries, each text, a number or a boolean.
    type: dict
  skip_cache:
    description:
      - Whether the gateway must not answer from its cache. An answer from the cache says nothing about the provider.
    type: bool
    default: true
  retry_seconds:
    description:
      - For how many seconds to try again, 0 to 600, while the verdict is one that may pass after a change. Those are V(no_gateway),
        V(no_key), V(no_alias), V(key_unavailable), V(no_provider_answer) and V(no_answer).
      - There is no second try for a key that is not stored, and for a verdict that is in O(expect).
    type: int
    default: 30
  gateway_url:
    description:
      - The URL that the paths of requests are appended to, without account and gateway. If it is not given, the environment variable
        E(CLOUDFLARE_AI_GATEWAY_URL) is used, then V(https://gateway.ai.cloudflare.com), or O(hostname) if that is given.
      - If O(hostname) is given, too, requests go to this URL, and name the host.
    type: str
  expect:
    description:
      - The verdicts that are accepted. The task fails if the verdict is another one.
      - If it is not given, the task fails only if the API cannot be asked, and never because of a verdict.
    type: list
    elements: str
    choices:
      - answered
      - open
      - no_gateway
      - no_route
      - token_refused
      - no_key
      - no_alias
      - key_unavailable
      - key_refused
      - no_credits
      - rate_limited
      - spend_limit
      - guardrails
      - guardrails_down
      - dlp
      - policy
      - policy_budget
      - blocked_by_edge
      - blocked_by_access
      - bad_provider
      - bad_request
      - no_provider_answer
      - provider_limited
      - provider_error
      - no_answer
      - unknown
notes:
  - Each request counts for the rate limit of the gateway, and leaves an entry in its logs.
  - The control plane is asked with the connection options, and needs the permission C(AI Gateway Read).
seealso:
  - module: edgeops.cloudflare.ai_gateway
  - module: edgeops.cloudflare.ai_gateway_provider_config
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Report whether the gateway answers, at no cost
  edgeops.cloudflare.ai_gateway_probe:
    gateway_id: support-bot
    provider: openai
  register: probe

- name: Say so in words
  ansible.builtin.debug:
    msg: "{{ probe.explanation }}"

- name: End the pipeline if the gateway does not answer, or is open to anybody
  edgeops.cloudflare.ai_gateway_probe:
    gateway_id: support-bot
    provider: openai
    run_token: "{{ vault_run_token }}"
    expect: [answered]

- name: Make sure that a key of another team is not there
  edgeops.cloudflare.ai_gateway_probe:
    gateway_id: support-bot
    provider: openai
    alias: research
    expect: [no_key, no_alias]

- name: Ask a model through a dynamic route, for a few tokens
  edgeops.cloudflare.ai_gateway_probe:
    gateway_id: support-bot
    route: best
    request: true
    max_tokens: 8
    metadata:
      plan: paid
  register: routed
"""

RETURN = r"""
verdict:
  description:
    - What became of the request, one word.
    - V(answered). The provider answered. V(open). It did, and the gateway also let a made-up token through.
    - V(no_gateway), V(no_route). There is no such gateway or dynamic route. If the API says so, no client's request was sent.
    - V(token_refused). The gateway does not accept the token.
    - V(no_key), V(no_alias), V(key_unavailable). There is no stored key for the provider, none with that alias, or its secret is gone.
    - V(key_refused), V(provider_limited), V(provider_error). The provider refused the key, limits it, or refused the request.
    - V(no_credits), V(rate_limited), V(spend_limit), V(guardrails), V(guardrails_down), V(dlp), V(policy), V(policy_budget). A rule of the
      gateway or of the account refused the request.
    - V(blocked_by_edge), V(blocked_by_access). Cloudflare's network, or Access, refused it before the gateway.
    - V(bad_provider), V(bad_request). The gateway does not know the provider, or cannot read the request.
    - V(no_provider_answer), V(no_answer). The gateway got no answer, or did not give one.
    - V(unknown). The answer cannot be one of a gateway or a provider.
  type: str
  returned: when the API says whether the gateway exists
  sample: no_key
explanation:
  description: The verdict in words, with what to do about it and the beginning of what the answer said.
  type: str
  returned: when the API says whether the gateway exists
  sample: >-
    The gateway has no key of the provider openai that it can use, and the request has none. Store one with ai_gateway_provider_config.
    Aliases that are stored: none.
answered:
  description: Whether the provider answered the request.
  type: bool
  returned: when the API says whether the gateway exists
  sample: false
is_open:
  description: Whether the gateway let a made-up token through. It is null if that is not known.
  type: bool
  returned: when the API says whether the gateway exists
  sample: false
status:
  description: The HTTP status of the answer, null if there was none. Also see RV(edgeops.cloudflare.ai_gateway#module:status).
  type: int
  returned: when the API answered
  sample: 400
code:
  description: The error code of the gateway, null if the answer has none.
  type: int
  returned: when the API says whether the gateway exists
  sample: 2044
duration_ms:
  description: How long the last request took, in milliseconds. It is null if none was sent.
  type: int
  returned: when the API says whether the gateway exists
  sample: 214
provider:
  description: The provider that was asked, or that answered for a dynamic route. It is null if none was asked.
  type: str
  returned: when the API says whether the gateway exists
  sample: openai
model:
  description: The model that answered, null if the answer names none.
  type: str
  returned: when the API says whether the gateway exists
  sample: gpt-4o-mini
step:
  description: How many models of a dynamic route failed before the one that answered. It is null if the answer does not say so.
  type: int
  returned: when the API says whether the gateway exists
  sample: 0
cache:
  description: V(hit) if the answer came from the cache, V(miss) if not. It is null if the answer does not say so.
  type: str
  returned: when the API says whether the gateway exists
  sample: miss
stored_aliases:
  description: The aliases under which the gateway has stored keys for the provider, sorted.
  type: list
  elements: str
  returned: when the API says whether the gateway exists
  sample: [default]
log_id:
  description: The id of the entry in the logs of the gateway, null if there is none.
  type: str
  returned: when the API says whether the gateway exists
  sample: 01K8Z0000000000000000000AB
errors:
  description: See RV(edgeops.cloudflare.ai_gateway#module:errors).
  type: list
  elements: dict
  returned: failure, when the API refused a request
ray_id:
  description: See RV(edgeops.cloudflare.ai_gateway#module:ray_id).
  type: str
  returned: failure, when the API refused a request
request:
  description: See RV(edgeops.cloudflare.ai_gateway#module:request).
  type: dict
  returned: failure, when a request to the API failed
"""

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_probe import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
