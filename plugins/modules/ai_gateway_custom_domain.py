#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage a custom domain of a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_custom_domain
short_description: Manage a custom domain of a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Creates and deletes a custom domain, which is a host name of your own in front of a gateway. C(https://{hostname}/{provider}) then
    replaces C(https://gateway.ai.cloudflare.com/v1/{account_id}/{gateway_id}/{provider}).
  - The API does not create a DNS record. RV(dns_record) describes the record that you need. The domain becomes active once the record
    exists and Cloudflare has issued a certificate, which takes some minutes.
  - The API cannot change a custom domain, see O(recreate).
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
options:
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters. The gateway must exist.
    type: str
    required: true
  hostname:
    description:
      - The full host name, in lower case, without a wildcard, 1 to 253 characters. It identifies the custom domain.
      - The API calls it C(domain) in requests, and C(hostname) in responses.
    type: str
    required: true
    aliases: [domain]
  state:
    description:
      - Whether the custom domain should exist.
      - Delete the custom domain first, and its DNS record afterwards.
    type: str
    choices: [present, absent]
    default: present
  zone_id:
    description:
      - The id of the zone that the host name is in, 32 hexadecimal digits. The zone must be on Cloudflare. Required to create a custom
        domain.
      - The API does not return this setting, so the module cannot detect a change.
    type: str
  min_tls:
    description:
      - The minimum TLS version for clients. The API calls it C(minTLS). Cloudflare does not document the default.
      - The API does not return this setting, so the module cannot detect a change.
    type: str
    choices: ["1.0", "1.1", "1.2", "1.3"]
  recreate:
    description:
      - Whether to delete the custom domain and create it again if a setting differs. Requests to the host name fail in between.
      - If V(false), the task fails if a setting differs.
      - The API returns neither O(zone_id) nor O(min_tls), so changing these options has no effect. To change them, delete the custom domain
        with a separate task.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the custom domain is active. The task fails if the domain becomes C(blocked) or C(error), or if it is not
        active after O(wait_timeout).
      - The domain never becomes active without the DNS record.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum time in seconds to wait if O(wait=true), from 1 to 86400.
    type: int
    default: 600
  extra_settings:
    description:
      - Settings to send unchanged, under their API names. Use this option for settings that are newer than this version of the module. They
        are compared and verified like options, and like options, they cannot be changed without O(recreate=true). They are not masked, so
        use C(no_log) on the task if they are secret.
    type: dict
notes:
  - Custom domains do not serve the endpoints of C(https://api.cloudflare.com/).
  - The token needs C(AI Gateway Write). Creating the DNS record requires C(DNS Write) on the zone.
seealso:
  - name: Keys and providers
    description: How to set up a custom domain, with its DNS record.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/keys-and-providers.md
  - module: edgeops.cloudflare.ai_gateway_custom_domain_info
  - module: edgeops.cloudflare.ai_gateway
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Create a gateway
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    authentication: true

- name: Create a custom domain in front of the gateway
  edgeops.cloudflare.ai_gateway_custom_domain:
    gateway_id: support-bot
    hostname: ai.example.com
    zone_id: 0123456789abcdef0123456789abcdef
    min_tls: "1.2"
  register: domain

# The result contains the required DNS record as options of the module community.general.cloudflare_dns. Add the name of the zone.

- name: Show the DNS record that the host name requires
  ansible.builtin.debug:
    var: domain.dns_record

- name: Wait until the host name can be used
  edgeops.cloudflare.ai_gateway_custom_domain:
    gateway_id: support-bot
    hostname: ai.example.com
    wait: true
    wait_timeout: 900

- name: Delete the custom domain
  edgeops.cloudflare.ai_gateway_custom_domain:
    gateway_id: support-bot
    hostname: ai.example.com
    state: absent
"""

RETURN = r"""
operation:
  description: What was done, or would be done in check mode. C(recreated) means that the custom domain was deleted and created again, see
    O(recreate).
  type: str
  returned: success
  choices: [created, recreated, deleted, unchanged]
  sample: created
changed_settings:
  description: Sorted names of the settings that differed and were written. If the object was created, the names of all settings that were
    sent.
  type: list
  elements: str
  returned: success
  sample: [minTLS, zone_id]
cname_target:
  description: The name that the DNS record must point to. Null for a new custom domain in check mode.
  type: str
  returned: success, when O(state=present)
  sample: 0123456789abcdef.cname.example.com
dns_record:
  description:
    - The DNS record that the custom domain requires, as options of the module C(community.general.cloudflare_dns).
  type: dict
  returned: success, when O(state=present)
  contains:
    record:
      description: The host name.
      type: str
      returned: always
    type:
      description: Always C(CNAME).
      type: str
      returned: always
    value:
      description: The same as RV(cname_target).
      type: str
      returned: always
    proxied:
      description: Always true.
      type: bool
      returned: always
  sample:
    record: ai.example.com
    type: CNAME
    value: 0123456789abcdef.cname.example.com
    proxied: true
custom_domain:
  description:
    - The stored custom domain, with its settings under their API names.
    - In check mode, the custom domain as it would be stored, without values that only the server can provide.
  type: dict
  returned: success, when O(state=present)
  sample:
    gateway_id: support-bot
    hostname: ai.example.com
    status: pending_dcv
  contains:
    hostname:
      description: See O(hostname).
      type: str
      returned: always
    gateway_id:
      description: See O(gateway_id).
      type: str
      returned: always
    status:
      description:
        - C(initializing) while Cloudflare creates the custom domain, C(pending_dcv) while Cloudflare waits for the DNS record and the
          certificate, and C(active) when the custom domain can be used. C(blocked) and C(error) are final.
      type: str
      returned: not for a new custom domain in check mode
    cname_target:
      description: The name that the DNS record must point to.
      type: str
      returned: not for a new custom domain in check mode
    created_at:
      description: When the custom domain was created, in milliseconds since 1970.
      type: int
      returned: not for a new custom domain in check mode
    modified_at:
      description: When the custom domain was last changed, in milliseconds since 1970.
      type: int
      returned: not for a new custom domain in check mode
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_custom_domain import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
