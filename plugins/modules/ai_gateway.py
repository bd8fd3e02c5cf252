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
  - Creates, changes and deletes an AI Gateway of a Cloudflare account.
  - A setting that is not given is not managed and stays as it is, even if it is unknown to this version of the module.
  - Nested settings (O(dlp), O(guardrails), O(otel), O(spend_limits), O(stripe)) must be given completely. Suboptions that are left out get
    their defaults.
  - After every write, the stored settings are compared with the declared ones. If they differ, the task fails and lists the differences.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  id:
    description:
      - The id of the gateway, 1 to 64 characters. It is part of the URL that clients use, and cannot be changed.
      - The API only accepts lower case letters, digits, underscores, and single hyphens between them. For other ids, the module issues a
        warning, and the request that creates the gateway is expected to fail.
      - The task fails if the id is a mask such as V(********), which Ansible shows in place of a secret.
      - V(default) is the gateway that Cloudflare creates automatically for clients that do not specify a gateway.
    type: str
    required: true
    aliases: [name]
  state:
    description:
      - Whether the gateway should exist. Deleting a gateway also deletes its logs.
      - The gateway's provider configs, dynamic routes, policies and custom domains are deleted first, see RV(deleted_children). If one of
        them cannot be deleted, the task fails and the gateway stays. The API may delete the secret of a provider config along with the
        provider config. The Secrets Store and custom providers are not deleted.
    type: str
    choices: [present, absent]
    default: present
  authentication:
    description:
      - Whether clients need a Cloudflare token with the permission C(AI Gateway Run). Otherwise, everybody who knows the URL can use the
        gateway.
      - Must be V(true) to use stored provider keys (see M(edgeops.cloudflare.ai_gateway_provider_config)) or Unified Billing (Cloudflare
        pays the provider and bills you).
      - Off on a new gateway.
    type: bool
  byok_only:
    description:
      - Whether requests can only use your own provider keys ("bring your own key"), and never Unified Billing.
      - Off on a new gateway.
    type: bool
  cache_invalidate_on_update:
    description:
      - Whether cached responses are deleted when the gateway changes. V(true) on a new gateway if not given.
    type: bool
  cache_ttl:
    description:
      - Time in seconds for which identical requests are answered from the cache, 0 or more. V(0) switches the cache off.
      - Text and images are cached. Clients that send the same body with the same provider key share the cached response. A client can
        request a different time, from 60 seconds to one month.
      - V(0) on a new gateway if not given.
    type: int
  collect_logs:
    description:
      - Whether to log each request, with its prompt, response, tokens and cost. Clients can override this for a single request.
      - Required for O(logpush) and O(log_classification).
      - V(true) on a new gateway if not given.
    type: bool
  dlp:
    description:
      - Scans requests and responses for sensitive data, with the data loss prevention (DLP) profiles of Cloudflare Zero Trust. Use either
        one O(dlp.action) for all O(dlp.profiles), or O(dlp.policies).
      - Scanned responses are withheld until they are complete.
      - "Off on a new gateway. This setting cannot be cleared. To stop scanning, set it to C({enabled: false, policies: []})."
    type: dict
    suboptions:
      enabled:
        description: Whether to scan.
        type: bool
        required: true
      action:
        description: What to do on a match. V(FLAG) records the match in the header C(cf-aig-dlp) and in the log. V(BLOCK) blocks the
          request or response.
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
            description: What to do on a match, see O(dlp.action).
            type: str
            choices: [FLAG, BLOCK]
            required: true
          check:
            description: What to scan. V(REQUEST) is the client's request, V(RESPONSE) is the provider's response.
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
      - What to do with prompts and responses in each hazard category. Categories that are left out are ignored.
      - V(FLAG) only records the category in the log. V(BLOCK) blocks the request or response. Each check delays a request by about half a
        second, and counts as Workers AI usage. Checked responses are withheld until they are complete.
      - If the checks are unavailable, a phase (prompt or response) with at least one V(BLOCK) refuses requests with HTTP 503. A phase with
        only V(FLAG) lets requests and responses pass.
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
        description: The checks on responses.
        type: dict
        default: {}
        suboptions: *categories
  log_classification:
    description:
      - Whether Cloudflare can analyse the stored prompts and responses, and classify them by task.
      - Requires O(collect_logs), and is switched off together with it. Off on a new gateway.
    type: bool
  log_management:
    description:
      - Maximum number of logs to keep, from 10000 to 10000000. O(log_management_strategy) determines what happens when this number is
        reached.
      - With the Workers Free plan, an account can keep 100000 logs in total. With Workers Paid, each gateway can keep 10000000. The default
        depends on the plan and the age of the account.
      - Only applies to legacy logs (the logs of accounts created before 2026-09-24).
    type: int
  log_management_strategy:
    description:
      - What to do when O(log_management) is reached. V(STOP_INSERTING) neither stores nor exports new logs. V(DELETE_OLDEST) deletes the
        oldest logs.
      - The default depends on the age of the account.
    type: str
    choices: [STOP_INSERTING, DELETE_OLDEST]
  logpush:
    description:
      - Whether logs are exported through Cloudflare Logpush, encrypted with O(logpush_public_key). The export also requires a Logpush job,
        which this collection does not create.
      - Requires O(collect_logs) and the Workers Paid plan. Off on a new gateway.
    type: bool
  logpush_public_key:
    description:
      - The public RSA key that encrypts exported logs, in PEM format, 16 to 1024 characters. Whoever has the private key can read the logs.
        A private key is refused here.
      - Used by O(logpush). Not set on a new gateway.
    type: str
  otel:
    description:
      - Endpoints that receive an OpenTelemetry trace span for every request. Spans contain the text of prompts and responses, so the
        endpoint receives everything that clients send.
      - The order of the list does not matter. None on a new gateway.
    type: list
    elements: dict
    suboptions:
      url:
        description: The URL of the OTLP endpoint, at most 2048 characters. It is not treated as a secret, so do not put credentials into
          it.
        type: str
        required: true
      headers:
        description: HTTP headers to send to the endpoint. Their values are treated as secrets.
        type: dict
        default: {}
      authorization:
        description: Reference to the secret in the Secrets Store that is used for authentication, at most 256 characters. Treated as a
          secret.
        type: str
      content_type:
        description: The format of the spans.
        type: str
        choices: [json, protobuf]
        default: json
  rate_limiting_interval:
    description:
      - Length of the rate limit's window in seconds, at least 0. The limit is only active if this and O(rate_limiting_limit) are both above
        0.
      - V(0) on a new gateway if not given.
    type: int
  rate_limiting_limit:
    description:
      - Maximum number of requests of all clients together in O(rate_limiting_interval), at least 0. Further requests are refused with HTTP
        429. V(0) means that there is no limit.
      - V(0) on a new gateway if not given.
    type: int
  rate_limiting_technique:
    description:
      - V(fixed) counts requests in consecutive windows, so up to twice the limit can arrive around the boundary of two windows. V(sliding)
        counts the requests of the last O(rate_limiting_interval) seconds.
      - Only has an effect if there is a limit. Cloudflare does not document the default.
    type: str
    choices: [fixed, sliding]
  retry_backoff:
    description:
      - How O(retry_delay) changes between attempts of a failed provider call. V(constant) keeps the delay, V(linear) increases the delay by
        the same amount each time, and V(exponential) by a growing amount.
      - Only has an effect if O(retry_max_attempts) is set. Cloudflare does not document the default.
    type: str
    choices: [constant, linear, exponential]
  retry_delay:
    description:
      - Delay in milliseconds before a failed provider call is retried, from 0 to 5000. Later attempts can have a longer delay, see
        O(retry_backoff).
      - Only has an effect if O(retry_max_attempts) is set. Cloudflare does not document the default.
    type: int
  retry_max_attempts:
    description:
      - Maximum number of attempts of a provider call, from 1 to 5. Clients can request a different number.
      - Not set on a new gateway. To switch retries off, clear this setting with O(unset).
    type: int
  spend_limits:
    description:
      - Budgets. Requests over a budget are refused with HTTP 429. Costs are estimates and can be delayed, so a budget can be slightly
        exceeded.
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
              - The id of the rule, at least 1 character. If it is not given, the server generates one, which an unchanged rule keeps.
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
            description: V(fixed) counts in consecutive windows of O(spend_limits.rules[].window) seconds. V(sliding) counts over the last
              O(spend_limits.rules[].window) seconds.
            type: str
            choices: [fixed, sliding]
            default: sliding
          metadata:
            description:
              - The request metadata that the rule applies to, as a dict of metadata keys.
              - Each value is a dict with C(mode) and, for C(mode=filter), a list C(values).
              - C(mode=partition) creates a separate budget for each value of the metadata. C(mode=filter) applies the rule only to the
                listed C(values).
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
      - The id of the Secrets Store that contains the provider keys of this gateway. Without this setting, the gateway does not use stored
        keys.
      - M(edgeops.cloudflare.ai_gateway_provider_config) sets the id when it stores a key. M(edgeops.cloudflare.ai_gateway_secret) returns
        the id as RV(edgeops.cloudflare.ai_gateway_secret#module:secret.store_id).
      - Not set on a new gateway.
    type: str
  stripe:
    description:
      - Reports usage to Stripe as events, for billing. Cloudflare only documents the format of this setting. None on a new gateway.
    type: dict
    suboptions:
      authorization:
        description: The credential to use. Treated as a secret.
        type: str
        required: true
      usage_events:
        description: The events to send, in order.
        type: list
        elements: dict
        required: true
        suboptions:
          payload:
            description: The payload of the event, as a string. To pass a dict, convert it to JSON with the filter
              P(ansible.builtin.to_json#filter).
            type: str
            required: true
  workers_ai_billing_mode:
    description:
      - How calls of Workers AI models through this gateway are billed. V(postpaid), the default on a new gateway, adds the calls to the
        Workers AI bill.
      - A newer API also accepts C(unified), which uses AI Gateway credits. To set this value, use O(extra_settings).
    type: str
    choices: [postpaid]
  zdr:
    description:
      - Whether requests that are paid through Unified Billing only go to provider endpoints with zero data retention. OpenAI and Anthropic
        have such endpoints. Requests to other providers go to the normal endpoints, without notice.
      - Unified Billing requires O(authentication).
      - Does not affect the gateway's own logs, see O(collect_logs). Off on a new gateway.
    type: bool
  extra_settings:
    description:
      - Settings to send unchanged, under their API names. Use this option for settings and values that are newer than this version of the
        module, such as a C(retry_delay) above 5000. They are compared and verified like options. If a setting here also has its own option,
        and that option is a secret, the setting is masked here, too. Use C(no_log) on the task if there are other secrets.
    type: dict
  unset:
    description:
      - Names of settings to clear. The API receives null for each of them. A setting that is merely not given stays as it is.
      - "These settings can be cleared: O(cache_ttl), O(guardrails), O(log_management), O(log_management_strategy), O(logpush_public_key),
        O(otel), O(rate_limiting_interval), O(rate_limiting_limit), O(rate_limiting_technique), O(retry_backoff), O(retry_delay),
        O(retry_max_attempts), O(spend_limits), O(store_id), O(stripe)."
      - If the server shows a value of its own for a cleared setting, the task issues a warning. Every later run clears the setting again,
        and reports no change.
    type: list
    elements: str
notes:
  - The token needs C(AI Gateway Write). In check mode, C(AI Gateway Read) is sufficient.
  - Deleting a gateway that has provider configs also requires the permission C(Secrets Store Write).
seealso:
  - name: Declaring settings
    description: Omitted, cleared and empty settings.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/declaring-settings.md
  - module: edgeops.cloudflare.ai_gateways
  - module: edgeops.cloudflare.ai_gateway_info
  - module: edgeops.cloudflare.ai_gateway_provider_config
  - module: edgeops.cloudflare.ai_gateway_custom_domain
"""

EXAMPLES = r"""
- name: Create a gateway with a cache, a rate limit and retries
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

# The following tasks read the account and the credentials from the environment variables
# CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Change one setting, and leave all others as they are
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    cache_ttl: 600
  register: gateway

- name: Show where clients send their requests
  ansible.builtin.debug:
    msg: "{{ gateway.endpoint }} caches for {{ gateway.gateway.cache_ttl }} s"

- name: Block dangerous prompts, and limit each team to 50 dollars a day
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

- name: Clear the retries, and switch the rate limit off
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    unset: [retry_max_attempts, retry_delay, retry_backoff]
    rate_limiting_limit: 0

- name: Use a value that only a newer API allows
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
  description: Sorted names of the settings that differed and were written. If the object was created, the names of all settings that were
    sent.
  type: list
  elements: str
  returned: success
  sample: [cache_ttl]
deleted_children:
  description:
    - The objects of the gateway that were deleted before it, in the order of their deletion. In check mode, the objects that would be
      deleted. Empty if there are none.
  type: list
  elements: dict
  returned: success, when the gateway is deleted
  version_added: 0.2.0
  contains:
    kind:
      description: The kind of object, such as C(provider_config), C(dynamic_route) or C(custom_domain).
      type: str
      returned: always
    name:
      description: What identifies the object within the gateway, such as a host name, or the provider and alias of a provider config.
      type: str
      returned: always
  sample:
    - kind: custom_domain
      name: ai.example.com
endpoint:
  description: The URL to which clients send model requests, without the provider.
  type: str
  returned: success
  sample: https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/support-bot
gateway:
  description:
    - The stored gateway, with its settings under their API names, and with masked secrets. Settings that are not set are null, or have
      their default.
    - In check mode, the gateway as it would be stored, without values that only the server can provide (timestamps, the ids of new spend
      rules, and settings that depend on the plan, such as RV(gateway.log_management) of a new gateway).
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
      description: When the gateway was created.
      type: str
      returned: not for a new gateway in check mode
    modified_at:
      description: When the gateway was last changed.
      type: str
      returned: not for a new gateway in check mode
    is_default:
      description: Whether the gateway is the account's default gateway.
      type: bool
      returned: always
    authentication:
      description: See O(authentication).
      type: bool
      returned: always
    byok_only:
      description: See O(byok_only).
      type: bool
      returned: always
    cache_invalidate_on_update:
      description: See O(cache_invalidate_on_update).
      type: bool
      returned: always
    cache_ttl:
      description: See O(cache_ttl).
      type: int
      returned: always
    collect_logs:
      description: See O(collect_logs).
      type: bool
      returned: always
    dlp:
      description: See O(dlp).
      type: dict
      returned: always
    guardrails:
      description: See O(guardrails).
      type: dict
      returned: always
    log_classification:
      description: See O(log_classification).
      type: bool
      returned: always
    log_management:
      description: See O(log_management).
      type: int
      returned: always
    log_management_strategy:
      description: See O(log_management_strategy).
      type: str
      returned: always
    logpush:
      description: See O(logpush).
      type: bool
      returned: always
    logpush_public_key:
      description: See O(logpush_public_key).
      type: str
      returned: always
    otel:
      description: See O(otel). C(headers) and C(authorization) are masked.
      type: list
      elements: dict
      returned: always
    rate_limiting_interval:
      description: See O(rate_limiting_interval).
      type: int
      returned: always
    rate_limiting_limit:
      description: See O(rate_limiting_limit).
      type: int
      returned: always
    rate_limiting_technique:
      description: See O(rate_limiting_technique).
      type: str
      returned: always
    retry_backoff:
      description: See O(retry_backoff).
      type: str
      returned: always
    retry_delay:
      description: See O(retry_delay). If the gateway was changed by other means, this can exceed the maximum of the option.
      type: int
      returned: always
    retry_max_attempts:
      description: See O(retry_max_attempts).
      type: int
      returned: always
    spend_limits:
      description: See O(spend_limits). C(limit_type) of a rule is returned as C(limitType).
      type: dict
      returned: always
    store_id:
      description: See O(store_id).
      type: str
      returned: always
    stripe:
      description: See O(stripe). C(authorization) is masked.
      type: dict
      returned: always
    workers_ai_billing_mode:
      description: See O(workers_ai_billing_mode).
      type: str
      returned: always
    zdr:
      description: See O(zdr).
      type: bool
      returned: always
ansible_facts:
  description: The gateway as a fact.
  type: dict
  returned: success
  contains:
    cloudflare_ai_gateway:
      description: The same as RV(gateway). Empty if O(state=absent), so that the fact does not describe a deleted gateway.
      type: dict
      returned: always
status:
  description: The HTTP status of the response that caused the failure.
  type: int
  returned: failure, when the API answered
  sample: 403
errors:
  description: The errors in the API's response.
  type: list
  elements: dict
  returned: failure, when the API answered
  contains:
    code:
      description: Cloudflare's error code.
      type: int
      returned: always
    message:
      description: The error message.
      type: str
      returned: always
    path:
      description: The position of the error in the request.
      type: list
      elements: str
      returned: always
  sample:
    - code: 10000
      message: Authentication error
      path: []
ray_id:
  description: Cloudflare's id of the request. Cloudflare's support asks for it.
  type: str
  returned: failure, when the API answered
request:
  description: The request that failed.
  type: dict
  returned: failure, when a request was made
  contains:
    method:
      description: The HTTP method.
      type: str
      returned: always
    path:
      description: The path relative to O(base_url).
      type: str
      returned: always
"""

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
