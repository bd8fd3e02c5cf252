#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage a provider key that is stored in a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_provider_config
short_description: Manage a provider key that is stored in a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Creates and deletes a provider config, and replaces its key. A provider config is a provider's key that is stored for a gateway ("bring
    your own key"). Clients can then send requests without a key of their own.
  - If you set O(secret), one task does everything that is needed to store a key. If the provider config does not exist, the task looks up
    the account's Secrets Store or creates it, sets C(store_id) of the gateway, creates the secret, waits until the secret can be used, and
    creates the provider config. RV(steps) lists what was done before the provider config was created. Other settings of the gateway stay as
    they are.
  - The secret gets the scope C(ai_gateway) and the name C({gateway_id}_{provider_slug}_{alias}), because the gateway finds the key for a
    request by this name. An existing secret with that name gets the declared value and the scope, and keeps its other scopes.
  - If the provider config exists and is as declared, the task sends one request.
  - The key is the only part of a provider config that the API can change. For other changes, see O(recreate).
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters.
      - The gateway must exist, and its O(edgeops.cloudflare.ai_gateway#module:authentication) must not be V(false), because a gateway
        without authentication does not use stored keys. In check mode, a missing gateway is only a warning, because an earlier task may
        create it.
    type: str
    required: true
  provider_slug:
    description:
      - The name of the provider as in the URL of requests, such as V(openai), V(anthropic), V(google-ai-studio) or V(grok). 1 to 64
        letters, digits, underscores and hyphens. Together with O(alias), it identifies the provider config.
      - For a custom provider, this is C(custom-{slug}), see RV(edgeops.cloudflare.ai_gateway_custom_provider#module:provider_slug).
    type: str
    required: true
  alias:
    description:
      - The name that distinguishes the key from other keys for the same provider. It has 1 to 64 letters, digits, underscores and hyphens.
      - The key V(default) is used for requests that do not select one. Clients select another key with the header C(cf-aig-byok-alias), on
        the provider endpoints only. Unified endpoints, such as C(/ai/run), C(/ai/v1) and the AI binding of Workers, only use V(default).
    type: str
    default: default
  state:
    description:
      - Whether the provider config should exist.
      - When a provider config is deleted, the API may also delete its secret. The Secrets Store is never deleted.
    type: str
    choices: [present, absent]
    default: present
  secret:
    description:
      - The key of the provider. It cannot be read back.
      - Mutually exclusive with O(secret_id). One of the two is required to create a provider config.
      - To replace the key of an existing provider config, use O(update_secrets=always). The ids of the provider config and of its secret
        stay the same.
    type: str
  secret_id:
    description:
      - The id of a secret in the account's Secrets Store, such as RV(edgeops.cloudflare.ai_gateway_secret#module:secret.id).
      - The secret must have the scope C(ai_gateway), and the name C({gateway_id}_{provider_slug}_{alias}). The API accepts a secret with
        another name, but the gateway does not find it.
      - Cannot be changed, see O(recreate).
    type: str
  default_config:
    description:
      - Whether this is the default provider config of the gateway for the provider.
      - If not set, it is true for a new provider config with O(alias=default), and false for others. There is rarely a reason to set this,
        because in Cloudflare's documentation, only the alias V(default) makes a key the default.
      - Cannot be changed, see O(recreate).
    type: bool
  rate_limit:
    description:
      - Maximum number of requests with this key in O(rate_limit_period), 0 or more. Cloudflare does not document how this limit is
        enforced.
      - Cannot be changed, see O(recreate).
    type: int
  rate_limit_period:
    description:
      - Length of the period of O(rate_limit) in seconds, 1 or more. The API's default is one minute.
      - Cannot be changed, see O(recreate).
    type: int
  recreate:
    description:
      - Whether to delete the provider config and create it again if O(secret_id), O(default_config), O(rate_limit) or O(rate_limit_period)
        differs. If V(false), the task fails if one of these options differs.
      - Requests that need the key fail until the provider config exists again.
      - The API may delete the stored secret together with the provider config. Therefore, set O(secret), so that the task can create the
        secret again. If O(secret_id) is the secret that the provider config already uses, the task fails instead, because that secret could
        be lost.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum time in seconds to wait until a new secret can be used, from 1 to 3600. If it cannot be used by then, the task fails. A
        new secret can usually be used after a few seconds.
    type: int
    default: 60
  extra_settings:
    description:
      - Settings to send unchanged, under their API names. Use this option for settings that are newer than this version of the module. They
        are compared and verified like options. The API probably cannot change them in an existing provider config. If a setting here also
        has its own option, and that option is a secret, the setting is masked here, too. Use C(no_log) on the task if there are other
        secrets.
    type: dict
notes:
  - The token needs C(AI Gateway Write) and C(Secrets Store Write). According to Cloudflare's documentation, connecting a secret to a
    gateway also requires the role C(Super Administrator) or C(Secrets Store Deployer). The role C(Secrets Store Admin) alone is not
    sufficient.
  - A request with an C(Authorization), C(x-api-key) or C(x-goog-api-key) header bypasses the stored key, even if the header only contains a
    placeholder. Authenticate to the gateway with C(cf-aig-authorization).
  - With C(--diff), the result contains one diff for each changed object.
seealso:
  - name: Keys and providers
    description: How requests find their key, and how to rotate it.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/keys-and-providers.md
  - module: edgeops.cloudflare.ai_gateway_provider_config_info
  - module: edgeops.cloudflare.ai_gateway_secret
  - module: edgeops.cloudflare.ai_gateway_custom_provider
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Create a gateway
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    authentication: true

- name: Store the key for OpenAI
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    secret: "{{ vault_openai_key }}"
  register: openai

- name: Show what the task created or changed on the way
  ansible.builtin.debug:
    msg: "{{ openai.steps | map(attribute='name') | join(', ') }}"

- name: Rotate the key
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    secret: "{{ vault_new_openai_key }}"
    update_secrets: always

- name: "Store a second key, for clients that send the header cf-aig-byok-alias: batch"
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    alias: batch
    secret: "{{ vault_batch_openai_key }}"
    rate_limit: 100
    rate_limit_period: 60

- name: Raise the limit of the second key, which requires a new provider config
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
  description: What was done, or would be done in check mode. C(recreated) means that the provider config was deleted and created again, see
    O(recreate).
  type: str
  returned: success
  choices: [created, updated, recreated, deleted, unchanged]
  sample: created
changed_settings:
  description: Sorted names of the settings that differed and were written. If the object was created, the names of all settings that were
    sent.
  type: list
  elements: str
  returned: success
  sample: [default_config, secret]
provider_config:
  description:
    - The stored provider config, with its settings under their API names, and without the key. Settings that are not set are null, or have
      their default.
    - In check mode, the provider config as it would be stored, without values that only the server can provide.
  type: dict
  returned: success, when O(state=present)
  sample:
    gateway_id: support-bot
    provider_slug: openai
    alias: default
    default_config: true
  contains:
    id:
      description: The id that the server generated.
      type: str
      returned: not for a new provider config in check mode
    modified_at:
      description: When the provider config was last changed.
      type: str
      returned: not for a new provider config in check mode
    secret_preview:
      description: A mask in place of the key.
      type: str
      returned: not for a new provider config in check mode
    gateway_id:
      description: See O(gateway_id).
      type: str
      returned: always
    provider_slug:
      description: See O(provider_slug).
      type: str
      returned: always
    alias:
      description: See O(alias).
      type: str
      returned: always
    secret_id:
      description: The id of the secret that contains the key. Null in check mode if the secret does not exist yet.
      type: str
      returned: always
    default_config:
      description: See O(default_config).
      type: bool
      returned: always
    rate_limit:
      description: See O(rate_limit).
      type: int
      returned: always
    rate_limit_period:
      description: See O(rate_limit_period).
      type: int
      returned: always
steps:
  description:
    - The objects that the task created or updated before it created the provider config, in the order of the changes. In check mode, the
      objects that the task would create or update. Empty if there was nothing to do.
  type: list
  elements: dict
  returned: success
  contains:
    kind:
      description: The kind of the object.
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
      description: Sorted names of the settings that were written.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_provider_config import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
