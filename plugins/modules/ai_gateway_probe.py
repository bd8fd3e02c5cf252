#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send a request through a Cloudflare AI Gateway as a client would, and report the result."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_probe
short_description: Check whether a Cloudflare AI Gateway answers its clients
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Sends a request through a gateway as a client would, and reports the result. The verdict says who refused the request, such as the
    gateway, the provider, Cloudflare's network or Access. The explanation says what to do.
  - By default, the module requests the provider's list of models, which is free of charge. If the gateway accepts the request, a second one
    with an invalid token shows whether the gateway is open to everybody.
  - Does not send credentials for the provider, because the gateway would use them instead of the stored key.
  - Changes nothing. The module reads the gateway first, because the first client request to the gateway V(default) would create it.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
attributes:
  check_mode:
    description: Changes nothing. In check mode, the free request is sent instead of the one that O(request) asks for.
  diff_mode:
    description: Changes nothing, so there is never a difference to show.
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
      - If not given, O(api_token) is used, which then also needs that permission.
    type: str
  provider:
    description:
      - The provider to use, such as V(openai), or V(custom-SLUG) for a custom provider. 1 to 64 letters, digits, underscores and hyphens.
      - If not given, the module looks for stored keys of V(openai), V(anthropic), V(google-ai-studio), V(deepseek), V(grok) and
        V(workers-ai), and uses the provider of the first such key in the order of the API. If there is none, V(openai) is used.
      - For other providers, the list of models is expected at C(models), and chats at C(chat/completions).
    type: str
  alias:
    description:
      - The alias of the stored key to use, 1 to 64 letters, digits, underscores and hyphens. If not given, the gateway uses the key with
        the alias V(default).
      - Mutually exclusive with O(route).
    type: str
  model:
    description:
      - The provider's name for the model to use with O(request=true), 1 to 256 characters.
      - Mutually exclusive with O(route).
    type: str
  route:
    description:
      - The name of a dynamic route to use with O(request=true), 1 to 256 characters. The route must exist.
    type: str
  hostname:
    description:
      - A custom domain of the gateway to send the requests to, 1 to 253 characters, in lower case.
    type: str
  request:
    description:
      - Whether to send a chat request to O(model), or through O(route). A chat request can cost money, and counts towards spend limits and
        budgets.
      - The request is only retried if it was certainly not answered.
    type: bool
    default: false
  max_tokens:
    description:
      - The maximum number of tokens in the response to a chat request, 1 to 64.
    type: int
    default: 16
  metadata:
    description:
      - Metadata of the requests, for dynamic routes and policies. At most 5 entries, each a string, a number or a boolean.
    type: dict
  skip_cache:
    description:
      - Whether to skip the gateway's cache. A cached response does not show whether the provider works.
    type: bool
    default: true
  retry_seconds:
    description:
      - How long in seconds to retry, 0 to 600, while the verdict can be the temporary effect of a change. Such verdicts are V(no_gateway),
        V(no_key), V(no_alias), V(key_unavailable), V(no_provider_answer) and V(no_answer).
      - The module does not retry if the key is not stored, or if the verdict is in O(expect).
    type: int
    default: 30
  gateway_url:
    description:
      - The URL, without account and gateway, to which the paths of requests are appended. If not given, the environment variable
        E(CLOUDFLARE_AI_GATEWAY_URL) is used, then O(hostname) if that is given, and then V(https://gateway.ai.cloudflare.com).
      - If O(hostname) is also given, requests are sent to this URL with that host name.
    type: str
  expect:
    description:
      - The accepted verdicts. The task fails if the verdict is not in the list.
      - If not given, the task only fails if the API is not available, and never because of a verdict.
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
  - Each request counts towards the gateway's rate limit and appears in its logs.
  - The connection options are used for the API. Their token needs the permission C(AI Gateway Read).
seealso:
  - name: Does the gateway answer?
    description: The verdicts, and what to do about them.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/does-it-answer.md
  - module: edgeops.cloudflare.ai_gateway
  - module: edgeops.cloudflare.ai_gateway_provider_config
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Report whether the gateway answers, at no cost
  edgeops.cloudflare.ai_gateway_probe:
    gateway_id: support-bot
    provider: openai
  register: probe

- name: Show the explanation
  ansible.builtin.debug:
    msg: "{{ probe.explanation }}"

- name: Fail if the gateway does not answer, or is open to everybody
  edgeops.cloudflare.ai_gateway_probe:
    gateway_id: support-bot
    provider: openai
    run_token: "{{ vault_run_token }}"
    expect: [answered]

- name: Check that the gateway does not have the key of another team
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
    - The result of the request as a single word.
    - V(answered). The provider answered. V(open). The provider answered, and the gateway also accepted an invalid token.
    - V(no_gateway), V(no_route). The gateway or the dynamic route does not exist. If the API reports that, no client request is sent.
    - V(token_refused). The gateway does not accept the token.
    - V(no_key), V(no_alias), V(key_unavailable). There is no stored key for the provider, there is none with that alias, or the secret of
      the key has been deleted.
    - V(key_refused), V(provider_limited), V(provider_error). The provider refused the key, limited the requests, or refused the request.
    - V(no_credits), V(rate_limited), V(spend_limit), V(guardrails), V(guardrails_down), V(dlp), V(policy), V(policy_budget). A rule of the
      gateway or of the account refused the request.
    - V(blocked_by_edge), V(blocked_by_access). Cloudflare's network or Access refused the request before it reached the gateway.
    - V(bad_provider), V(bad_request). The gateway has no such provider, or could not parse the request.
    - V(no_provider_answer), V(no_answer). The provider did not answer the gateway, or the gateway did not answer the module.
    - V(unknown). The response comes neither from a gateway nor from a provider.
  type: str
  returned: when the API says whether the gateway exists
  sample: no_key
explanation:
  description: A description of the verdict, with what to do and the beginning of the response.
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
  description: Whether the gateway accepted an invalid token. Null if this is not known.
  type: bool
  returned: when the API says whether the gateway exists
  sample: false
status:
  description: The HTTP status of the response, or null if there was none. See also RV(edgeops.cloudflare.ai_gateway#module:status).
  type: int
  returned: when the API answered
  sample: 400
code:
  description: The error code of the gateway, or null if the response has none.
  type: int
  returned: when the API says whether the gateway exists
  sample: 2044
duration_ms:
  description: The duration of the last request in milliseconds. Null if none was sent.
  type: int
  returned: when the API says whether the gateway exists
  sample: 214
provider:
  description: The provider that was used or, with a dynamic route, the provider that answered. Null if none was used.
  type: str
  returned: when the API says whether the gateway exists
  sample: openai
model:
  description: The model that answered, or null if the response does not contain it.
  type: str
  returned: when the API says whether the gateway exists
  sample: gpt-4o-mini
step:
  description: The number of models of a dynamic route that failed before one answered. Null if the response does not contain this number.
  type: int
  returned: when the API says whether the gateway exists
  sample: 0
cache:
  description: V(hit) if the response came from the cache, V(miss) if not. Null if the response does not show this.
  type: str
  returned: when the API says whether the gateway exists
  sample: miss
stored_aliases:
  description: The sorted aliases of the provider's keys that are stored in the gateway.
  type: list
  elements: str
  returned: when the API says whether the gateway exists
  sample: [default]
log_id:
  description: The id of the entry in the gateway's logs, or null if there is none.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_probe import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
