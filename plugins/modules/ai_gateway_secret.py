#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage a secret for Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_secret
short_description: Manage a secret for Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Creates, changes and deletes a secret for AI Gateway (scope C(ai_gateway)) in the account's Secrets Store.
  - Use this module to manage a provider's key separately from the gateway that uses the key. Otherwise, use
    M(edgeops.cloudflare.ai_gateway_provider_config), which creates the secret itself.
  - An account has only one Secrets Store, which Workers and other products also use. The module uses the existing Secrets Store, whatever
    its name is, creates one if there is none, and never deletes it.
  - An existing secret gets the scope C(ai_gateway) if it does not have it, and keeps its other scopes.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  name:
    description:
      - The name of the secret, at least 1 character. It consists of letters, digits, underscores and hyphens. It identifies the secret, and
        cannot be changed.
      - The gateway finds the key for a request by the name C({gateway_id}_{provider_slug}_{alias}), such as V(support-bot_openai_default).
        The API accepts a provider config whose secret has another name, but the gateway does not find that secret.
    type: str
    required: true
  state:
    description:
      - Whether the secret should exist.
      - V(absent) fails if the secret has scopes other than C(ai_gateway), because other products use such a secret.
    type: str
    choices: [present, absent]
    default: present
  value:
    description:
      - The value of the secret. It cannot be read back.
      - Mutually exclusive with O(copy_from). One of the two is required to create a secret.
    type: str
  copy_from:
    description:
      - The name of another secret, at least 1 character. A new secret gets the value of that secret, so you do not need to know the value.
      - Has no effect on an existing secret. Later changes to the other secret are not copied.
    type: str
  comment:
    description:
      - A comment, which the dashboard shows. The comment is not secret. To clear it, set it to an empty string (V('')).
    type: str
  wait_timeout:
    description:
      - Maximum time in seconds to wait until a new secret can be used, from 1 to 3600. A new secret can usually be used after a few
        seconds.
    type: int
    default: 60
  extra_settings:
    description:
      - Settings to send unchanged, under their API names. Use this option for settings that are newer than this version of the module. They
        are compared and verified like options. If a setting here also has its own option, and that option is a secret, the setting is
        masked here, too. Use C(no_log) on the task if there are other secrets.
    type: dict
notes:
  - The token needs C(Secrets Store Write). In check mode, C(Secrets Store Read) is sufficient.
  - An account can have 100 secrets.
seealso:
  - name: Keys and providers
    description: How to manage keys separately from gateways.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/keys-and-providers.md
  - module: edgeops.cloudflare.ai_gateway_secret_info
  - module: edgeops.cloudflare.ai_gateway_provider_config
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Store the key for OpenAI that the gateway support-bot uses
  edgeops.cloudflare.ai_gateway_secret:
    name: support-bot_openai_default
    value: "{{ vault_openai_key }}"
    comment: Managed by Ansible
  register: key

- name: Create the gateway, with the Secrets Store that contains the key
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    authentication: true
    store_id: "{{ key.secret.store_id }}"

- name: Let the gateway use the key
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    secret_id: "{{ key.secret.id }}"

- name: Copy the key for another gateway, without knowing its value
  edgeops.cloudflare.ai_gateway_secret:
    name: team-search_openai_default
    copy_from: support-bot_openai_default

- name: Rotate the first key
  edgeops.cloudflare.ai_gateway_secret:
    name: support-bot_openai_default
    value: "{{ vault_new_openai_key }}"
    update_secrets: always

- name: Delete the second key
  edgeops.cloudflare.ai_gateway_secret:
    name: team-search_openai_default
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
  sample: [comment, scopes, value]
secret:
  description:
    - The stored secret, with its settings under their API names, and without the value. Settings that are not set are null.
    - In check mode, the secret as it would be stored, without values that only the server can provide.
  type: dict
  returned: success, when O(state=present)
  sample:
    name: support-bot_openai_default
    scopes: [ai_gateway]
    comment: Managed by Ansible
  contains:
    id:
      description: The id that the server generated.
      type: str
      returned: not for a new secret in check mode
    store_id:
      description: The id of the Secrets Store.
      type: str
      returned: always, except in check mode if the Secrets Store does not exist yet
    status:
      description: C(active) if the secret can be used.
      type: str
      returned: not for a new secret in check mode
    created:
      description: When the secret was created.
      type: str
      returned: not for a new secret in check mode
    modified:
      description: When the secret was last changed.
      type: str
      returned: not for a new secret in check mode
    name:
      description: See O(name).
      type: str
      returned: always
    scopes:
      description: The products that can use the secret.
      type: list
      elements: str
      returned: always
    comment:
      description: See O(comment).
      type: str
      returned: always
steps:
  description:
    - The objects that the task created or updated before it wrote the secret, in the order of the changes. In check mode, the objects that
      the task would create or update. Empty if there was nothing to do.
  type: list
  elements: dict
  returned: success
  contains:
    kind:
      description: The kind of the object.
      type: str
      returned: always
      choices: [secrets_store]
    name:
      description: The name of the Secrets Store.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_secret import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
