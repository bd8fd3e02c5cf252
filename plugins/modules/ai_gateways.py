#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage many Cloudflare AI Gateways."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateways
short_description: Manage many Cloudflare AI Gateways in one task
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Creates, changes and deletes any number of AI Gateways of a Cloudflare account, several at a time. Optionally deletes gateways that are
    not listed.
  - The task lists the gateways of the account, with one request for every 100 gateways. A gateway whose listed settings are as declared
    needs no request of its own. A gateway that differs is read separately, also in check mode, and its update is planned from the result.
    If more than one gateway was updated, the gateways are listed once more. Updates that another task has overwritten in the meantime are
    repeated, with a warning.
  - If the pages of the list contradict each other or their C(total_count), the task fails and nothing is changed.
  - Each gateway is managed as by M(edgeops.cloudflare.ai_gateway). A setting that is not given stays as it is, nested settings must be
    given completely, and the stored settings are compared with the declared ones.
  - If a gateway fails, the task continues with the others, and fails at the end.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  gateways:
    description:
      - The gateways. Each has the options of M(edgeops.cloudflare.ai_gateway) that describe the gateway, which are C(id), C(state), the
        settings, C(extra_settings) and C(unset).
      - In an ad-hoc command, pass all options as one JSON object. A list of dicts cannot be passed as C(key=value).
      - If an C(id) is a mask, such as V(********), the task fails before it sends any request. Otherwise O(purge) would delete the gateway
        whose id was masked.
      - All problems are reported together, each with the index and id of the gateway, before any request is sent.
      - The provider configs, dynamic routes, policies and custom domains of a gateway are deleted before the gateway, also with O(purge).
        If one of them cannot be deleted, that gateway fails and stays.
    type: list
    elements: dict
    required: true
  defaults:
    description:
      - Settings, C(extra_settings) and C(unset) for each gateway in O(gateways) that does not have C(state=absent). To override a default,
        set the option on the gateway. A nested setting is overridden as a whole.
    type: dict
  purge:
    description:
      - Whether to delete the gateways of the account that are not listed in O(gateways), with their logs and everything that belongs to
        them, see RV(results[].deleted_children).
      - The default gateway of the account (C(is_default), or the id V(default)) is never purged.
      - The task fails before it changes anything if an id in O(gateways) does not exist and resembles the id of a gateway to be purged,
        such as V(Shop) and V(shop).
      - Gateways are purged last. If a gateway could not be created, no gateway is purged. If more than ten seconds have passed since a
        gateway was read, it is read again before it is purged. A gateway that was recreated in the meantime, or has become the default
        gateway, is kept, and reported as C(unchanged), with a warning.
      - If O(gateways) is empty, O(purge_limit) is required.
    type: bool
    default: false
  purge_limit:
    description:
      - The maximum number of gateways that O(purge) can delete, at least 0. If there are more, the task fails before it changes anything.
      - If not given, the limit is 10.
    type: int
  concurrency:
    description:
      - Maximum number of concurrent requests, from 1 to 16.
    type: int
    default: 8
notes:
  - The token needs C(AI Gateway Write). In check mode, C(AI Gateway Read) is sufficient.
  - A long task reports its progress on standard error every five seconds, if standard error is a terminal or with C(-v). This requires that
    the module runs in the controller's own process. An ordinary module cannot show anything before it ends. To disable the reports, set the
    variable C(edgeops_cloudflare_progress=false).
  - Deleting a gateway that has provider configs also requires the permission C(Secrets Store Write).
  - For many changes, increase O(rate_limit_wait), so that the task can wait until the API accepts requests again.
seealso:
  - name: Managing many gateways
    description: Inventory, defaults, deletion, the rate limit and failures.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/many-gateways.md
  - module: edgeops.cloudflare.ai_gateway
  - module: edgeops.cloudflare.ai_gateway_info
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Create three gateways with common settings
  edgeops.cloudflare.ai_gateways:
    defaults:
      authentication: true
      cache_ttl: 300
      rate_limiting_limit: 100
      rate_limiting_interval: 60
    gateways:
      - id: team-search
      - id: team-support
        cache_ttl: 0
      - id: team-billing
        guardrails:
          prompt:
            P1: BLOCK
  register: fleet

- name: Show how many gateways were created and changed
  ansible.builtin.debug:
    msg: "{{ fleet.summary.created }} created, {{ fleet.summary.updated }} changed"

- name: Keep only these gateways, and delete at most two others
  edgeops.cloudflare.ai_gateways:
    gateways:
      - id: team-search
      - id: team-support
    purge: true
    purge_limit: 2

- name: Change one gateway, and delete another
  edgeops.cloudflare.ai_gateways:
    gateways:
      - id: team-search
        zdr: true
      - id: team-support
        state: absent
"""

RETURN = r"""
results:
  description: The result for each gateway, in the order of O(gateways). Purged gateways come last.
  type: list
  elements: dict
  returned: always, unless the task failed before it processed the first item
  contains:
    id:
      description: The gateway's id.
      type: str
      returned: always
    operation:
      description: What was done, or would be done in check mode.
      type: str
      returned: always
      choices: [created, updated, deleted, unchanged, failed]
    changed_settings:
      description: Sorted names of the settings that differed and were written. If the object was created, the names of all settings that
        were sent.
      type: list
      elements: str
      returned: always
    deleted_children:
      description:
        - The objects of the gateway that were deleted before it, in the order of their deletion. In check mode, the objects that would be
          deleted. Empty if there are none.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: The kind of object, such as C(provider_config), C(dynamic_route) or C(custom_domain).
          type: str
          returned: always
        name:
          description: What identifies the object within the gateway, such as a host name, or the provider and alias of a provider config.
          type: str
          returned: always
    error:
      description:
        - The error, or null if the gateway did not fail. It contains C(msg) and, if available,
          RV(edgeops.cloudflare.ai_gateway#module:status), RV(edgeops.cloudflare.ai_gateway#module:errors),
          RV(edgeops.cloudflare.ai_gateway#module:ray_id) and RV(edgeops.cloudflare.ai_gateway#module:request), like a failed task of
          M(edgeops.cloudflare.ai_gateway).
      type: dict
      returned: always
  sample:
    - id: team-search
      operation: updated
      changed_settings: [zdr]
      deleted_children: []
      error: null
summary:
  description: The number of gateways for each operation.
  type: dict
  returned: always, unless the task failed before it processed the first item
  contains:
    created:
      description: The number of created gateways.
      type: int
      returned: always
    updated:
      description: The number of changed gateways.
      type: int
      returned: always
    deleted:
      description: The number of deleted gateways, including those deleted by O(purge).
      type: int
      returned: always
    unchanged:
      description: The number of unchanged gateways.
      type: int
      returned: always
    failed:
      description: The number of failed gateways.
      type: int
      returned: always
gateways:
  description:
    - The gateways of O(gateways) that exist after the task, by id, each as RV(edgeops.cloudflare.ai_gateway#module:gateway). Failed
      gateways are not included.
    - In check mode, as they would be stored.
    - An unchanged gateway is returned as the API lists it. A listed gateway can contain less than one that is read separately.
  type: dict
  returned: always, unless the task failed before it processed the first item
ansible_facts:
  description: The gateways as a fact.
  type: dict
  returned: success
  contains:
    cloudflare_ai_gateways:
      description: The same as RV(gateways).
      type: dict
      returned: always
status:
  description: See RV(edgeops.cloudflare.ai_gateway#module:status).
  type: int
  returned: failure, when the API returned an error while the task read the current state
errors:
  description: See RV(edgeops.cloudflare.ai_gateway#module:errors).
  type: list
  elements: dict
  returned: failure, when the API returned an error while the task read the current state
ray_id:
  description: See RV(edgeops.cloudflare.ai_gateway#module:ray_id).
  type: str
  returned: failure, when the API returned an error while the task read the current state
request:
  description: See RV(edgeops.cloudflare.ai_gateway#module:request).
  type: dict
  returned: failure, when the current state could not be read
"""

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateways import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
