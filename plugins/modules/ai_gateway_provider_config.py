#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage a provider key that is stored with a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_provider_config
short_description: Manage a provider key that is stored with a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Creates, rotates and deletes one provider config of a gateway, that is a stored key for one provider ("bring your own key"). Clients
    then send requests without a key of their own.
  - With O(secret), one task does everything. If the provider config does not exist yet, it finds the account's Secrets Store or creates it,
    sets C(store_id) of the gateway and no other setting of it, creates the secret, waits until the secret can be used, and creates the
    provider config. RV(steps) lists what was done before the provider config.
  - The secret is named C({gateway_id}_{provider_slug}_{alias}), because requests find their key by this name, and gets the scope
    C(ai_gateway). A secret of that name that exists already gets the declared value and the scope, and keeps its other scopes.
  - A provider config that exists and is as declared costs one request.
  - The API can change nothing but the key of a provider config. For other changes, see O(recreate).
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters.
      - It must exist, and must not have O(edgeops.cloudflare.ai_gateway#module:authentication=false), with which it does not use stored
        keys. In check mode, a gateway that does not exist is a warning, because an earlier task may be about to create it.
    type: str
    required: true
  provider_slug:
    description:
      - The provider, by its name in the URL of requests, such as V(openai), V(anthropic), V(google-ai-studio) or V(grok), 1 to 64 letters,
        digits, underscores and hyphens. It identifies the provider config, together with O(alias).
      - For a custom provider, this is C(custom-<slug>), see RV(edgeops.cloudflare.ai_gateway_custom_provider#module:provider_slug).
    type: str
    required: true
  alias:
    description:
      - The name of the key among those for the same provider, 1 to 64 letters, digits, underscores and hyphens.
      - The key V(default) serves requests that name none. Clients choose another one with the header C(cf-aig-byok-alias), on the endpoints
        of the providers only. Unified endpoints, such as C(/ai/run), C(/ai/v1) and the AI binding of Workers, use V(default) only.
    type: str
    default: default
  state:
    description:
      - Whether the provider config must exist.
      - When it is deleted, the API may delete its secret, too. The Secrets Store stays.
    type: str
    choices: [present, absent]
    default: present
  secret:
    description:
      - The provider's key. No API can read it back.
      - Either this or O(secret_id) is required to create a provider config. They are mutually exclusive.
      - The key of a provider config that exists is replaced with O(update_secrets=always). Its ids stay the same.
    type: str
  secret_id:
    description:
      - The id of a secret in the account's Secrets Store, such as RV(edgeops.cloudflare.ai_gateway_secret#module:secret.id).
      - The secret must have the scope C(ai_gateway), and the name C({gateway_id}_{provider_slug}_{alias}). The API accepts a secret with
        another name, but requests do not find it.
      - Cannot be changed, see O(recreate).
    type: str
  default_config:
    description:
      - Whether this is the default provider config of the gateway for the provider.
      - On a new provider config, it is true if O(alias=default), else false, if not given. Cloudflare's documentation only mentions the
        alias V(default), so there is seldom a reason to set this.
      - Cannot be changed, see O(recreate).
    type: bool
  rate_limit:
    description:
      - How many requests may use the key in O(rate_limit_period), 0 or more. Cloudflare does not document how it enforces this limit.
      - Cannot be changed, see O(recreate).
    type: int
  rate_limit_period:
    description:
      - Length of the period of O(rate_limit) in seconds, 1 or more. The API uses a minute if this is not given.
      - Cannot be changed, see O(recreate).
    type: int
  recreate:
    description:
      - Whether to delete the provider config and create it again if O(secret_id), O(default_config), O(rate_limit) or O(rate_limit_period)
        differ. In between, requests that need the key fail. The secret may be deleted in the process, so give O(secret).
      - If this is V(false), such a difference is an error.
    type: bool
    default: false
  wait_timeout:
    description:
      - Most seconds to wait until a new secret can be used, 1 to 3600. It usually takes a few.
    type: int
    default: 60
  extra_settings:
    description:
      - Settings to send as they are, by the API's names, for what a newer API has and the options here do not. They are compared and
        verified like the options, and cannot be changed either. What the options treat as a secret is masked here too; anything else is
        not, so use C(no_log) on the task if it is secret.
    type: dict
notes:
  - The token needs C(AI Gateway Write) and C(Secrets Store Write). Cloudflare's documentation also demands the role C(Super Administrator)
    or C(Secrets Store Deployer) to attach a secret to a gateway. The role C(Secrets Store Admin) alone does not allow it.
  - A request that has any C(Authorization), C(x-api-key) or C(x-goog-api-key) header of its own, even a placeholder, bypasses the stored
    key. Authenticate to the gateway with C(cf-aig-authorization).
  - With C(--diff), the result has one diff for each object that was changed.
seealso:
  - module: edgeops.cloudflare.ai_gateway_provider_config_info
  - module: edgeops.cloudflare.ai_gateway_secret
  - module: edgeops.cloudflare.ai_gateway_custom_provider
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: A gateway
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    authentication: true

- name: Its key for OpenAI, with all that it takes
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    secret: "{{ vault_openai_key }}"
  register: openai

- name: What the task created or changed on the way
  ansible.builtin.debug:
    msg: "{{ openai.steps | map(attribute='name') | join(', ') }}"

- name: Rotate the key
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    secret: "{{ vault_new_openai_key }}"
    update_secrets: always

- name: "A second key, for clients that send the header cf-aig-byok-alias: batch"
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    alias: batch
    secret: "{{ vault_batch_openai_key }}"
    rate_limit: 100
    rate_limit_period: 60

- name: A higher limit, which takes a new provider config
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    alias: batch
    secret: "{{ vault_batch_openai_key }}"
    rate_limit: 200
    rate_limit_period: 60
    recreate: true

- name: Delete the second key
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    alias: batch
    state: absent
"""

RETURN = r"""
operation:
  description: What was done, or would be done in check mode. C(recreated) is deleted and created again, see O(recreate).
  type: str
  returned: success
  choices: [created, updated, recreated, deleted, unchanged]
  sample: created
changed_settings:
  description: Names of the settings that were written because they differed, sorted; on create, of all that were sent.
  type: list
  elements: str
  returned: success
  sample: [default_config, secret]
provider_config:
  description:
    - The provider config as it is stored, under the API's names, without the key. A setting that is not set is null, or has its default.
    - In check mode, the provider config as it would be stored, without what only the server can make.
  type: dict
  returned: success, when O(state=present)
  sample:
    gateway_id: support-bot
    provider_slug: openai
    alias: default
    default_config: true
  contains:
    id:
      description: The id that the server made.
      type: str
      returned: not for a new provider config in check mode
    modified_at:
      description: When it was last changed.
      type: str
      returned: not for a new provider config in check mode
    secret_preview:
      description: A mask in place of the key.
      type: str
      returned: not for a new provider config in check mode
    gateway_id:
      description: As the option.
      type: str
      returned: always
    provider_slug:
      description: As the option.
      type: str
      returned: always
    alias:
      description: As the option.
      type: str
      returned: always
    secret_id:
      description: The id of the secret that holds the key; null in check mode if the secret does not exist yet.
      type: str
      returned: always
    default_config:
      description: As the option.
      type: bool
      returned: always
    rate_limit:
      description: As the option.
      type: int
      returned: always
    rate_limit_period:
      description: As the option.
      type: int
      returned: always
steps:
  description:
    - What the task created or updated before the provider config, in that order; in check mode, what it would create or update. Empty if
      there was nothing to do.
  type: list
  elements: dict
  returned: success
  contains:
    kind:
      description: What it is.
      type: str
      returned: always
      choices: [secrets_store, gateway, secret]
    name:
      description: The name of the Secrets Store or of the secret, or the id of the gateway.
      type: str
      returned: always
    operation:
      description: What was done.
      type: str
      returned: always
      choices: [created, updated]
    changed_settings:
      description: Names of the settings that were written, sorted.
      type: list
      elements: str
      returned: always
  sample:
    - kind: secrets_store
      name: default_secrets_store
      operation: created
      changed_settings: [name]
    - kind: gateway
      name: support-bot
      operation: updated
      changed_settings: [store_id]
    - kind: secret
      name: support-bot_openai_default
      operation: created
      changed_settings: [scopes, value]
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_provider_config import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
