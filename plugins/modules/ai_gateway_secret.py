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
  - Creates, changes and deletes one secret in the account's Secrets Store, for use by AI Gateway (scope C(ai_gateway)).
  - Use it to keep a provider's key apart from the gateway that uses it. Otherwise M(edgeops.cloudflare.ai_gateway_provider_config) creates
    the secret by itself.
  - An account has one Secrets Store, which Workers and other products use, too. The module uses the one that exists, whatever its name,
    creates it if there is none, and never deletes it.
  - A secret that exists gets the scope C(ai_gateway) if it lacks it, and keeps its other scopes.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  name:
    description:
      - The secret's name, at least 1 letter, digit, underscore or hyphen. It identifies the secret, and cannot be changed.
      - Requests find the key of a provider by the name C({gateway_id}_{provider_slug}_{alias}), such as V(support-bot_openai_default). The
        API accepts a provider config whose secret has another name, but requests do not find it.
    type: str
    required: true
  state:
    description:
      - Whether the secret must exist.
      - V(absent) fails if the secret has other scopes than C(ai_gateway), because other products use it then.
    type: str
    choices: [present, absent]
    default: present
  value:
    description:
      - The secret value. No API can read it back.
      - Either this or O(copy_from) is required to create a secret. They are mutually exclusive.
    type: str
  copy_from:
    description:
      - The name of another secret, at least 1 character. A new secret gets its value, so that nobody has to know the value.
      - It has no effect on a secret that exists. Later changes of the other secret are not copied.
    type: str
  comment:
    description:
      - A comment, which the dashboard shows. It is not secret. Clear it with an empty text (V('')).
    type: str
  wait_timeout:
    description:
      - Most seconds to wait until a new secret can be used, 1 to 3600. It usually takes a few.
    type: int
    default: 60
  extra_settings:
    description:
      - Settings to send as they are, by the API's names, for what a newer API has and the options here do not. They are compared and
        verified like the options. What the options treat as a secret is masked here too; anything else is not, so use C(no_log) on
        the task if it is secret.
    type: dict
notes:
  - The token needs C(Secrets Store Write), and C(Secrets Store Read) in check mode.
  - An account can have 100 secrets.
seealso:
  - module: edgeops.cloudflare.ai_gateway_secret_info
  - module: edgeops.cloudflare.ai_gateway_provider_config
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: The key for OpenAI that the gateway support-bot uses
  edgeops.cloudflare.ai_gateway_secret:
    name: support-bot_openai_default
    value: "{{ vault_openai_key }}"
    comment: Managed by Ansible
  register: key

- name: The gateway, with the Secrets Store that holds the key
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    authentication: true
    store_id: "{{ key.secret.store_id }}"

- name: Let the gateway use the key
  edgeops.cloudflare.ai_gateway_provider_config:
    gateway_id: support-bot
    provider_slug: openai
    secret_id: "{{ key.secret.id }}"

- name: The same key for another gateway, without knowing it
  edgeops.cloudflare.ai_gateway_secret:
    name: team-search_openai_default
    copy_from: support-bot_openai_default

- name: Rotate the first one
  edgeops.cloudflare.ai_gateway_secret:
    name: support-bot_openai_default
    value: "{{ vault_new_openai_key }}"
    update_secrets: always

- name: Delete the second one
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
  description: Names of the settings that were written because they differed, sorted; on create, of all that were sent.
  type: list
  elements: str
  returned: success
  sample: [comment, scopes, value]
secret:
  description:
    - The secret as it is stored, under the API's names, without the value. A setting that is not set is null.
    - In check mode, the secret as it would be stored, without what only the server can make.
  type: dict
  returned: success, when O(state=present)
  sample:
    name: support-bot_openai_default
    scopes: [ai_gateway]
    comment: Managed by Ansible
  contains:
    id:
      description: The id that the server made.
      type: str
      returned: not for a new secret in check mode
    store_id:
      description: The id of the Secrets Store.
      type: str
      returned: unless it does not exist yet, in check mode
    status:
      description: The secret can be used when this is C(active).
      type: str
      returned: not for a new secret in check mode
    created:
      description: When it was created.
      type: str
      returned: not for a new secret in check mode
    modified:
      description: When it was last changed.
      type: str
      returned: not for a new secret in check mode
    name:
      description: As the option.
      type: str
      returned: always
    scopes:
      description: The products that may use the secret.
      type: list
      elements: str
      returned: always
    comment:
      description: As the option.
      type: str
      returned: always
steps:
  description:
    - What the task created or updated before the secret, in that order; in check mode, what it would create or update. Empty if there was
      nothing to do.
  type: list
  elements: dict
  returned: success
  contains:
    kind:
      description: What it is.
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
      description: Names of the settings that were written, sorted.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_secret import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
