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
  - Creates, changes and deletes any number of AI Gateways of a Cloudflare account, several at a time, and if you want it deletes those
    that are not listed.
  - The account is listed, with one request for every 100 gateways. A gateway that is as declared in the list costs no request of its own.
    A gateway that differs is read by itself, also in check mode, and its update is planned from that reading. If more than one was
    updated, the account is listed once more, and an update that another task has undone in the meantime is repeated, with a warning.
  - A list whose pages contradict each other or their C(total_count) is an error. Nothing is changed then.
  - What M(edgeops.cloudflare.ai_gateway) promises holds for each gateway. A setting that is not given stays as it is, a nested setting
    is given whole, and what is stored is compared with what was declared.
  - A gateway that fails does not stop the others. All are tried, and the task fails at the end if any of them did.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.update_secrets
  - edgeops.cloudflare.connection.attributes
options:
  gateways:
    description:
      - The gateways. Each has the options of M(edgeops.cloudflare.ai_gateway) that are about the gateway, which are C(id), C(state), the
        settings, C(extra_settings) and C(unset).
      - In an ad-hoc command, give all options as one JSON object. A list of dicts cannot be given as C(key=value).
      - If an C(id) is a mask, such as V(********), the task fails before anything is read. Otherwise O(purge) would delete the gateway that the
        mask stands for.
      - Everything that is wrong with any of them is reported at once, by index and id, before anything is sent.
      - The provider configs, dynamic routes, policies and custom domains of a gateway are deleted before the gateway itself, also with
        O(purge). If one of them cannot be deleted, that gateway fails and stays.
    type: list
    elements: dict
    required: true
  defaults:
    description:
      - Settings, C(extra_settings) and C(unset) for each gateway in O(gateways) that is not C(state=absent). What a gateway has of its
        own goes before them, a nested setting as a whole.
    type: dict
  purge:
    description:
      - Whether to delete the gateways of the account that are not listed in O(gateways), with their logs and everything that belongs to them,
        see RV(results[].deleted_children).
      - The account's default gateway (C(is_default), or the id V(default)) is never deleted because it is not listed.
      - The task fails before anything is changed if an id in O(gateways) does not exist and looks like a gateway that would be deleted,
        such as V(Shop) beside V(shop).
      - These deletions come last. If a gateway could not be created, none of them is done. A gateway whose deletion comes more than ten
        seconds after it was read is read again, and left alone if it was created again or has become the default one in the meantime.
        What is left alone is C(unchanged), with a warning.
      - With an empty list in O(gateways), O(purge_limit) must be given.
    type: bool
    default: false
  purge_limit:
    description:
      - If O(purge) would delete more gateways than this, at least 0, the task fails before anything is changed.
      - If it is not given, the limit is 10.
    type: int
  concurrency:
    description:
      - How many requests may be under way at a time, from 1 to 16.
    type: int
    default: 8
notes:
  - While it works for long, it shows every five seconds how far it is, on standard error, if that is a terminal or with C(-v). That needs
    the module to run in the controller's own process; as an ordinary module it cannot show anything before it ends. The variable
    C(edgeops_cloudflare_progress=false) switches it off.
  - Deleting a gateway that has provider configs also takes the permission C(Secrets Store Write).
  - With many changes, raise O(rate_limit_wait) so that the task may wait until the API takes requests again.
seealso:
  - module: edgeops.cloudflare.ai_gateway
  - module: edgeops.cloudflare.ai_gateway_info
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Three gateways that have most in common
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

- name: What was done
  ansible.builtin.debug:
    msg: "{{ fleet.summary.created }} created, {{ fleet.summary.updated }} changed"

- name: These are all gateways that shall be there, at most two others are deleted
  edgeops.cloudflare.ai_gateways:
    gateways:
      - id: team-search
      - id: team-support
    purge: true
    purge_limit: 2

- name: Change one, delete another
  edgeops.cloudflare.ai_gateways:
    gateways:
      - id: team-search
        zdr: true
      - id: team-support
        state: absent
"""

RETURN = r"""
results:
  description: What became of each gateway, in the order of O(gateways); those that O(purge) deleted come last.
  type: list
  elements: dict
  returned: unless nothing could be done at all
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
      description: Names of the settings that were written because they differed, sorted; on create, of all that were sent.
      type: list
      elements: str
      returned: always
    deleted_children:
      description:
        - What was deleted before the gateway because it belonged to it, in that order; in check mode, what would be. Empty if there was nothing.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: What it was, such as C(provider_config), C(dynamic_route) or C(custom_domain).
          type: str
          returned: always
        name:
          description: What identifies it below the gateway, such as a host name, or the provider and alias of a provider config.
          type: str
          returned: always
    error:
      description:
        - Why it failed, null if it did not. It has C(msg), and like a failed M(edgeops.cloudflare.ai_gateway) task
          RV(edgeops.cloudflare.ai_gateway#module:status), RV(edgeops.cloudflare.ai_gateway#module:errors),
          RV(edgeops.cloudflare.ai_gateway#module:ray_id) and RV(edgeops.cloudflare.ai_gateway#module:request) where there are any.
      type: dict
      returned: always
  sample:
    - id: team-search
      operation: updated
      changed_settings: [zdr]
      deleted_children: []
      error: null
summary:
  description: How many gateways there are of each operation.
  type: dict
  returned: unless nothing could be done at all
  contains:
    created:
      description: How many were created.
      type: int
      returned: always
    updated:
      description: How many were changed.
      type: int
      returned: always
    deleted:
      description: How many were deleted, also by O(purge).
      type: int
      returned: always
    unchanged:
      description: How many were as declared.
      type: int
      returned: always
    failed:
      description: How many failed.
      type: int
      returned: always
gateways:
  description:
    - The listed gateways that exist now, by id, each as RV(edgeops.cloudflare.ai_gateway#module:gateway). Those that failed are missing.
    - In check mode, as they would be.
    - One that is unchanged is returned as the list of the account shows it, which may be less than a reading would show.
  type: dict
  returned: unless nothing could be done at all
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
  returned: failure, when the API answered to the listing
errors:
  description: See RV(edgeops.cloudflare.ai_gateway#module:errors).
  type: list
  elements: dict
  returned: failure, when the API answered to the listing
ray_id:
  description: See RV(edgeops.cloudflare.ai_gateway#module:ray_id).
  type: str
  returned: failure, when the API answered to the listing
request:
  description: See RV(edgeops.cloudflare.ai_gateway#module:request).
  type: dict
  returned: failure, when the listing failed
"""

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateways import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
