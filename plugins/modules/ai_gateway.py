#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage one Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway
short_description: Manage a Cloudflare AI Gateway
version_added: 0.1.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Creates, changes and deletes one AI Gateway of a Cloudflare account.
  - A setting that is not given is not managed and stays as it is, also where this version has never heard of it.
  - A nested setting (O(dlp), O(guardrails), O(otel), O(spend_limits), O(stripe)) is given whole. What is left out of it has its default.
  - The answer to every write is compared with what was declared. If the server holds something else, the task fails and names it.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  id:
    description:
      - The gateway's id, 1 to 64 characters. It is part of the URL that clients use, and cannot be changed.
      - The API takes lower case letters, digits, underscores, and single hyphens between them. The module warns about other ids.
      - A mask, such as V(********), is refused.
      - V(default) is the gateway that Cloudflare makes by itself for clients that name none.
    type: str
    required: true
    aliases: [name]
  state:
    description:
      - Whether the gateway must exist. Deleting it deletes its logs too.
      - Its provider configs, dynamic routes, policies and custom domains are deleted first, see RV(deleted_children). If one of them cannot be
        deleted, the task fails and the gateway stays. The API may delete the secret of a provider config along with it. The Secrets Store and
        custom providers stay.
    type: str
    choices: [present, absent]
    default: present
  authentication:
    description:
      - Whether clients must bring a Cloudflare token with the permission C(AI Gateway Run). Without it, anybody who knows the URL may use
        the gateway.
      - Provider keys that are stored with the gateway need it, and so does Unified Billing, in which Cloudflare pays the provider and bills
        you.
      - Off on a new gateway.
    type: bool
  byok_only:
    description:
      - Whether requests may only use your own provider keys ("bring your own key"), and are never paid through Unified Billing instead.
      - Off on a new gateway.
    type: bool
  cache_invalidate_on_update:
    description:
      - Whether cached answers are dropped when the gateway changes. V(true) on a new gateway if not given.
    type: bool
  cache_ttl:
    description:
      - Seconds for which an identical request is answered from the cache, without asking the provider; at least 0. V(0) switches the cache
        off.
      - Text and images are cached. All callers that send the same body with the same provider key share the cached answer. A client can ask
        for another time with its request, from 60 seconds to one month.
      - V(0) on a new gateway if not given.
    type: int
  collect_logs:
    description:
      - Whether to keep a log of each request, with its prompt, answer, tokens and cost. Clients can decide otherwise for a single request.
      - O(logpush) and O(log_classification) need it.
      - V(true) on a new gateway if not given.
    type: bool
  dlp:
    description:
      - Scan requests and answers for sensitive data, with profiles for data loss prevention (DLP) of Cloudflare Zero Trust. Either one
        O(dlp.action) for all O(dlp.profiles), or O(dlp.policies).
      - An answer that is scanned is held back until it is complete.
      - "Off on a new gateway. It cannot be cleared; switch it off with C({enabled: false, policies: []})."
    type: dict
    suboptions:
      enabled:
        description: Whether to scan.
        type: bool
        required: true
      action:
        description: What to do on a match. V(FLAG) notes it in the header C(cf-aig-dlp) and in the log, V(BLOCK) refuses.
        type: str
        choices: [FLAG, BLOCK]
      profiles:
        description: Ids of the DLP profiles to scan for. Their order does not matter.
        type: list
        elements: str
      policies:
        description: Separate rules, each for a set of profiles. Their order does not matter.
        type: list
        elements: dict
        suboptions:
          id:
            description: The policy's id, chosen by you.
            type: str
            required: true
          enabled:
            description: Whether this policy applies.
            type: bool
            required: true
          action:
            description: What to do on a match, as O(dlp.action).
            type: str
            choices: [FLAG, BLOCK]
            required: true
          check:
            description: What to scan. V(REQUEST) is what the client sends, V(RESPONSE) is what the provider answers.
            type: list
            elements: str
            choices: [REQUEST, RESPONSE]
            required: true
          profiles:
            description: Ids of the DLP profiles to scan for.
            type: list
            elements: str
            required: true
  guardrails:
    description:
      - What to do about prompts and answers in each hazard category. A category that is left out is ignored.
      - V(FLAG) only notes it in the log, V(BLOCK) refuses. Each check adds about half a second to a request, and Workers AI usage, and an
        answer that is checked is held back until it is complete.
      - If the checks cannot be reached, a phase (prompt or response) in which anything is V(BLOCK) refuses with HTTP 503. One that has only
        V(FLAG) lets the request through.
      - None on a new gateway.
    type: dict
    suboptions:
      prompt:
        description: The checks on prompts.
        type: dict
        default: {}
        suboptions: &categories
          P1:
            description: Prompt injection.
            type: str
            choices: [FLAG, BLOCK]
          S1:
            description: Violent crime.
            type: str
            choices: [FLAG, BLOCK]
          S2:
            description: Non-violent crime.
            type: str
            choices: [FLAG, BLOCK]
          S3:
            description: Sex-related crime.
            type: str
            choices: [FLAG, BLOCK]
          S4:
            description: Sexual exploitation of children.
            type: str
            choices: [FLAG, BLOCK]
          S5:
            description: Defamation.
            type: str
            choices: [FLAG, BLOCK]
          S6:
            description: Specialised advice, such as medical, legal or financial.
            type: str
            choices: [FLAG, BLOCK]
          S7:
            description: Privacy of persons.
            type: str
            choices: [FLAG, BLOCK]
          S8:
            description: Infringement of intellectual property.
            type: str
            choices: [FLAG, BLOCK]
          S9:
            description: Weapons of mass harm.
            type: str
            choices: [FLAG, BLOCK]
          S10:
            description: Hate.
            type: str
            choices: [FLAG, BLOCK]
          S11:
            description: Suicide and self-harm.
            type: str
            choices: [FLAG, BLOCK]
          S12:
            description: Sexual content.
            type: str
            choices: [FLAG, BLOCK]
          S13:
            description: Misinformation about elections.
            type: str
            choices: [FLAG, BLOCK]
      response:
        description: The checks on answers.
        type: dict
        default: {}
        suboptions: *categories
  log_classification:
    description:
      - Whether Cloudflare may analyse the stored prompts and answers, and sort them by task.
      - Needs O(collect_logs), and goes off together with it. Off on a new gateway.
    type: bool
  log_management:
    description:
      - How many logs to keep at most, from 10000 to 10000000. O(log_management_strategy) says what happens when there are as many.
      - With the plan Workers Free, an account may keep 100000 in all; with Workers Paid, each gateway 10000000. What applies if it is not
        set depends on the plan and the age of the account.
      - Cloudflare applies it to legacy logs, those of accounts that were made before 2026-09-24.
    type: int
  log_management_strategy:
    description:
      - What to do when there are as many logs as O(log_management) allows. V(STOP_INSERTING) keeps no new ones, and exports none either.
        V(DELETE_OLDEST) makes room.
      - What applies if it is not set depends on the age of the account.
    type: str
    choices: [STOP_INSERTING, DELETE_OLDEST]
  logpush:
    description:
      - Whether logs are exported through Cloudflare's Logpush, encrypted to O(logpush_public_key). Nothing flows before there is a Logpush
        job for them too, which this collection does not make.
      - Needs O(collect_logs) and the plan Workers Paid. Off on a new gateway.
    type: bool
  logpush_public_key:
    description:
      - The public half of the RSA key pair that exported logs are encrypted to, in PEM format, 16 to 1024 characters. Whoever has the
        private half can read them. A private key is refused here.
      - O(logpush) uses it. Not set on a new gateway.
    type: str
  otel:
    description:
      - Endpoints that get an OpenTelemetry trace span for every request. Spans carry the text of prompts and answers, so an endpoint sees
        all that clients send.
      - The order of the list does not matter. None on a new gateway.
    type: list
    elements: dict
    suboptions:
      url:
        description: The OTLP endpoint, at most 2048 characters. It is not treated as a secret, so keep credentials out of it.
        type: str
        required: true
      headers:
        description: HTTP headers to send along. Their values are treated as secrets.
        type: dict
        default: {}
      authorization:
        description: Reference to the Secrets Store secret to authenticate with, at most 256 characters. Treated as a secret.
        type: str
      content_type:
        description: The format of the spans.
        type: str
        choices: [json, protobuf]
        default: json
  rate_limiting_interval:
    description:
      - Length of the rate limit's window in seconds; at least 0. There is a limit only if this and O(rate_limiting_limit) are both above 0.
      - V(0) on a new gateway if not given.
    type: int
  rate_limiting_limit:
    description:
      - How many requests all clients together may make in O(rate_limiting_interval); at least 0. Further ones are refused with HTTP 429.
        V(0) means that there is no limit.
      - V(0) on a new gateway if not given.
    type: int
  rate_limiting_technique:
    description:
      - V(fixed) counts in windows by the clock, so up to twice as many requests may come together where two windows meet. V(sliding)
        counts over the last O(rate_limiting_interval) seconds.
      - It has an effect only if there is a limit. Cloudflare does not say what applies if it is not set.
    type: str
    choices: [fixed, sliding]
  retry_backoff:
    description:
      - How O(retry_delay) changes from one try of a failed provider call to the next. V(constant) is not at all, V(linear) grows by the same
        amount each time, V(exponential) by more each time.
      - It has an effect only if O(retry_max_attempts) is set. Cloudflare does not say what applies if it is not set.
    type: str
    choices: [constant, linear, exponential]
  retry_delay:
    description:
      - Milliseconds before a failed provider call is tried again, from 0 to 5000. Later tries may wait longer, see O(retry_backoff).
      - It has an effect only if O(retry_max_attempts) is set. Cloudflare does not say what applies if it is not set.
    type: int
  retry_max_attempts:
    description:
      - How often a failed provider call is tried at most, from 1 to 5. Clients can ask for another number with their request.
      - Not set on a new gateway. Clear it with O(unset) to switch retries off.
    type: int
  spend_limits:
    description:
      - Budgets. Requests over a budget are refused with HTTP 429. Costs are estimates and may come in late, so a budget can be exceeded a
        little.
      - None on a new gateway.
    type: dict
    suboptions:
      enabled:
        description: Whether the rules apply.
        type: bool
        default: false
      rules:
        description: The budgets, at most 20. Their order does not matter.
        type: list
        elements: dict
        default: []
        suboptions:
          id:
            description:
              - The rule's id, at least 1 character. The server makes one if it is not given, and a rule that stays the same keeps it.
            type: str
          limit:
            description: The budget in US dollars, greater than 0.
            type: float
            required: true
          limit_type:
            description: What is counted.
            type: str
            choices: [cost]
            required: true
          window:
            description: Length of the budget's window in seconds, greater than 0.
            type: int
            required: true
          enabled:
            description: Whether this rule applies.
            type: bool
            default: true
          technique:
            description: V(fixed) counts in windows of O(spend_limits.rules[].window) one after another, V(sliding) over the last such time.
            type: str
            choices: [fixed, sliding]
            default: sliding
          metadata:
            description:
              - Request metadata that the rule depends on. Keys are metadata keys.
              - Each value is a dict with C(mode) and, for C(mode=filter), a list C(values).
              - C(mode=partition) gives each value a budget of its own. C(mode=filter) applies the rule to these C(values) only.
            type: dict
            default: {}
          model:
            description: The models that the rule applies to.
            type: dict
            suboptions: &filter
              mode:
                description: How to match.
                type: str
                choices: [filter]
                default: filter
              values:
                description: The values that match. Their order does not matter.
                type: list
                elements: str
                required: true
          provider:
            description: The providers that the rule applies to.
            type: dict
            suboptions: *filter
  store_id:
    description:
      - The id of the Secrets Store that holds the provider keys of this gateway. Without it, the gateway does not use any stored key.
      - M(edgeops.cloudflare.ai_gateway_provider_config) sets it when it stores a key. It is also
        RV(edgeops.cloudflare.ai_gateway_secret#module:secret.store_id).
      - Not set on a new gateway.
    type: str
  stripe:
    description:
      - Reports usage to Stripe as events, for billing. Cloudflare documents its shape only. None on a new gateway.
    type: dict
    suboptions:
      authorization:
        description: The credential to use. Treated as a secret.
        type: str
        required: true
      usage_events:
        description: The events to send, in this order.
        type: list
        elements: dict
        required: true
        suboptions:
          payload:
            description: The event's payload, as text. Turn a dict into JSON with the filter P(ansible.builtin.to_json#filter).
            type: str
            required: true
  workers_ai_billing_mode:
    description:
      - How calls of Workers AI models through this gateway are billed. V(postpaid), which a new gateway has, puts them on the Workers AI
        bill.
      - A newer API also takes C(unified), which uses AI Gateway credits. Give that in O(extra_settings).
    type: str
    choices: [postpaid]
  zdr:
    description:
      - Whether traffic that is paid through Unified Billing goes to provider endpoints that keep no data ("zero data retention"). OpenAI and
        Anthropic have such endpoints; requests to other providers go where they always go, without notice.
      - Unified Billing needs O(authentication).
      - It does not stop the gateway's own logs; that is O(collect_logs). Off on a new gateway.
    type: bool
  extra_settings:
    description:
      - Settings to send as they are, by the API's names, for what a newer API has or allows and the options here do not, such as
        C(retry_delay) above 5000. They are compared and verified like the options. What the options treat as a secret is masked
        here too; anything else is not, so use C(no_log) on the task if it is secret.
    type: dict
  unset:
    description:
      - Names of settings to clear (the API gets null). A setting that is merely not given stays as it is.
      - "These can be cleared: O(cache_ttl), O(guardrails), O(log_management), O(log_management_strategy), O(logpush_public_key), O(otel),
        O(rate_limiting_interval), O(rate_limiting_limit), O(rate_limiting_technique), O(retry_backoff), O(retry_delay),
        O(retry_max_attempts), O(spend_limits), O(store_id), O(stripe)."
      - A server may show a value of its own for a setting that was cleared. Then the task warns, and each further run clears the setting
        again and reports no change.
    type: list
    elements: str
notes:
  - Deleting a gateway that has provider configs also takes the permission C(Secrets Store Write).
seealso:
  - module: edgeops.cloudflare.ai_gateways
  - module: edgeops.cloudflare.ai_gateway_info
  - module: edgeops.cloudflare.ai_gateway_provider_config
  - module: edgeops.cloudflare.ai_gateway_custom_domain
"""

EXAMPLES = r"""
- name: A gateway with a cache, a rate limit and retries
  edgeops.cloudflare.ai_gateway:
    account_id: "{{ cloudflare_account_id }}"
    api_token: "{{ cloudflare_api_token }}"
    id: support-bot
    authentication: true
    cache_ttl: 300
    rate_limiting_limit: 100
    rate_limiting_interval: 60
    rate_limiting_technique: sliding
    retry_max_attempts: 3
    retry_delay: 500
    retry_backoff: exponential

# The following tasks take the account and the credentials from the environment:
# CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Change one setting, and leave all others as they are
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    cache_ttl: 600
  register: gateway

- name: Where clients send their requests
  ansible.builtin.debug:
    msg: "{{ gateway.endpoint }} caches for {{ gateway.gateway.cache_ttl }} s"

- name: Refuse dangerous prompts, and keep a budget of 50 dollars a day for each team
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    guardrails:
      prompt:
        P1: BLOCK
        S9: BLOCK
      response:
        S7: FLAG
    spend_limits:
      enabled: true
      rules:
        - limit: 50
          limit_type: cost
          window: 86400
          metadata:
            team:
              mode: partition

- name: Clear the retries, switch the rate limit off
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    unset: [retry_max_attempts, retry_delay, retry_backoff]
    rate_limiting_limit: 0

- name: Use what a newer API allows, beyond the options here
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    extra_settings:
      retry_delay: 20000

- name: Delete the gateway
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    state: absent
"""

RETURN = r"""
operation:
  description: What was done, or would be done in check mode.
  type: str
  returned: success
  choices: [created, updated, deleted, unchanged]
  sample: updated
changed_settings:
  description: Names of the settings that were written because they differed, sorted; on create, of all that were sent.
  type: list
  elements: str
  returned: success
  sample: [cache_ttl]
deleted_children:
  description:
    - What was deleted before the gateway because it belonged to it, in that order; in check mode, what would be. Empty if there was nothing.
  type: list
  elements: dict
  returned: success, when the gateway is deleted
  contains:
    kind:
      description: What it was, such as C(provider_config), C(dynamic_route) or C(custom_domain).
      type: str
      returned: always
    name:
      description: What identifies it below the gateway, such as a host name, or the provider and alias of a provider config.
      type: str
      returned: always
  sample:
    - kind: custom_domain
      name: ai.example.com
endpoint:
  description: The URL that clients send model traffic to, without the provider.
  type: str
  returned: success
  sample: https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/support-bot
gateway:
  description:
    - The gateway as it is stored, under the API's names, with secrets masked. A setting that is not set is null, or has its default.
    - In check mode, the gateway as it would be stored. What only the server can make is missing from it. That is the times, the ids of
      new spend rules, and what depends on the plan, such as RV(gateway.log_management) on a new gateway where it is not given.
  type: dict
  returned: success, when O(state=present)
  sample:
    id: support-bot
    cache_ttl: 600
  contains:
    id:
      description: The gateway's id.
      type: str
      returned: always
    created_at:
      description: When it was created.
      type: str
      returned: not for a new gateway in check mode
    modified_at:
      description: When it was last changed.
      type: str
      returned: not for a new gateway in check mode
    is_default:
      description: Whether it is the account's default gateway.
      type: bool
      returned: always
    authentication:
      description: As the option.
      type: bool
      returned: always
    byok_only:
      description: As the option.
      type: bool
      returned: always
    cache_invalidate_on_update:
      description: As the option.
      type: bool
      returned: always
    cache_ttl:
      description: As the option.
      type: int
      returned: always
    collect_logs:
      description: As the option.
      type: bool
      returned: always
    dlp:
      description: As the option.
      type: dict
      returned: always
    guardrails:
      description: As the option.
      type: dict
      returned: always
    log_classification:
      description: As the option.
      type: bool
      returned: always
    log_management:
      description: As the option.
      type: int
      returned: always
    log_management_strategy:
      description: As the option.
      type: str
      returned: always
    logpush:
      description: As the option.
      type: bool
      returned: always
    logpush_public_key:
      description: As the option.
      type: str
      returned: always
    otel:
      description: As the option, with C(headers) and C(authorization) masked.
      type: list
      elements: dict
      returned: always
    rate_limiting_interval:
      description: As the option.
      type: int
      returned: always
    rate_limiting_limit:
      description: As the option.
      type: int
      returned: always
    rate_limiting_technique:
      description: As the option.
      type: str
      returned: always
    retry_backoff:
      description: As the option.
      type: str
      returned: always
    retry_delay:
      description: As the option. A gateway changed by other means can hold more than the option allows.
      type: int
      returned: always
    retry_max_attempts:
      description: As the option.
      type: int
      returned: always
    spend_limits:
      description: As the option. A rule's C(limit_type) is called C(limitType).
      type: dict
      returned: always
    store_id:
      description: As the option.
      type: str
      returned: always
    stripe:
      description: As the option, with C(authorization) masked.
      type: dict
      returned: always
    workers_ai_billing_mode:
      description: As the option.
      type: str
      returned: always
    zdr:
      description: As the option.
      type: bool
      returned: always
ansible_facts:
  description: The gateway as a fact.
  type: dict
  returned: success
  contains:
    cloudflare_ai_gateway:
      description: The same as RV(gateway). Empty if O(state=absent), so that the fact does not show a gateway that was deleted.
      type: dict
      returned: always
status:
  description: The HTTP status of the answer that the task failed with.
  type: int
  returned: failure, when the API answered
  sample: 403
errors:
  description: What the API said.
  type: list
  elements: dict
  returned: failure, when the API answered
  contains:
    code:
      description: Cloudflare's error code.
      type: int
      returned: always
    message:
      description: The message.
      type: str
      returned: always
    path:
      description: Where in the request the error is.
      type: list
      elements: str
      returned: always
  sample:
    - code: 10000
      message: Authentication error
      path: []
ray_id:
  description: Cloudflare's id of the request, for its support.
  type: str
  returned: failure, when the API answered
request:
  description: The request that failed.
  type: dict
  returned: failure, when a request was made
  contains:
    method:
      description: The verb.
      type: str
      returned: always
    path:
      description: The path below O(base_url).
      type: str
      returned: always
"""

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
