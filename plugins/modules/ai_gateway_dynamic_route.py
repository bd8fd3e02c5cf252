#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage a dynamic route of a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_dynamic_route
short_description: Manage a dynamic route of a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Creates, changes, renames, rolls back and deletes a dynamic route. A route is a graph of conditions, percentages, rate limits and
    fallbacks that decides which model answers a request. Clients use it as the model C(dynamic/{name}).
  - A changed graph is stored as a new version and then deployed. The route keeps its id and its history, and the old version serves
    requests until the new one is deployed.
  - The graph is validated before any request is sent. All problems are reported together, each with its element.
  - If the API marks a graph as invalid, the graph is not deployed. The task fails, and the old version continues to serve requests.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
options:
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters. The gateway must exist.
    type: str
    required: true
  name:
    description:
      - The name of the route, at least 1 character, unique within the gateway. Clients use it as the model C(dynamic/{name}).
      - Cloudflare does not document which names are valid. Letters, digits, underscores and hyphens are safe.
    type: str
    required: true
  rename_from:
    description:
      - The old name of the route, at least 1 character. If no route has the new name O(name), the route with the old name is renamed, and
        keeps its id and its versions.
      - Ignored if a route with the new name exists.
      - Clients must use the new name immediately.
    type: str
  state:
    description:
      - Whether the route should exist. Deleting a route deletes all its versions.
    type: str
    choices: [present, absent]
    default: present
  elements:
    description:
      - The graph, as a list of elements. The order has no meaning. The list must be complete. Required to create a route; if it is not
        given, an existing graph stays as it is.
      - "Each element has C(id) (any string, unique within the graph), C(type), and, depending on the type, C(outputs) and C(properties).
        Each output is a dict with C(element_id), the id of the element that it leads to."
      - "Type C(start): the entry point. The graph must have exactly one. Output C(next)."
      - "Type C(conditional): a decision. Outputs C(true) and C(false). Property C(conditions): a dict of the form C({field: {operator:
        value}}), with the operators C($eq), C($ne) and C($in). C($and) and C($or) combine a list of conditions. Fields refer to the
        metadata that clients send, such as C(metadata.tier)."
      - "Type C(percentage): splits requests by percentage. It has 1 to 5 outputs, each named after its share, such as C(90%) and C(10%).
        The shares must add up to 100."
      - "Type C(rate): a quota. Outputs C(success), and C(fallback) once the quota is used up. Properties C(key) (the field that identifies
        who a quota belongs to, such as C(metadata.user_id)), C(limit) (greater than 0), C(limit_type) (C(count) for requests, C(cost) for
        their cost) and C(window) (seconds, greater than 0)."
      - "Type C(model): a request to a model. Outputs C(success), once the provider starts to answer, and C(fallback), once all retries have
        failed or timed out. Properties C(provider) (the name of the provider, or C(custom-{slug}) for a custom provider), C(model) (the
        provider's name for the model), C(retries) (0 or more) and C(timeout) (milliseconds, 0 or more)."
      - "Type C(end): the end of the route. The graph must have at least one. It has no outputs."
      - The API's names C(elementId) and C(limitType) are also accepted, so you can paste a graph from the dashboard.
      - Every element must be reachable from the start, every path must lead to an end, and loops are not allowed.
    type: list
    elements: dict
  version:
    description:
      - The id (at least 1 character) of an older version to deploy again. To get the ids, use
        O(edgeops.cloudflare.ai_gateway_dynamic_route_info#module:history=true).
      - Mutually exclusive with O(elements).
    type: str
  extra_settings:
    description:
      - Settings to send unchanged, under their API names. Use this option for settings that are newer than this version of the module. They
        are compared and verified like options. They are not masked, so use C(no_log) on the task if they are secret.
    type: dict
notes:
  - If the graph contains custom providers, the module checks that they exist, which takes one more request. In check mode, a missing custom
    provider is only a warning, because an earlier task of the play may create it.
  - If a graph is created or changed and the gateway has no key for a provider in the graph, the task issues a warning.
  - A task without a change sends two requests. Changing a graph takes eight, and creating a route takes four.
  - The API does not delete the routes of a deleted gateway. M(edgeops.cloudflare.ai_gateway) therefore deletes them before the gateway. If
    a gateway was deleted by other means, its routes reappear in a new gateway with the same id. This module manages such routes like any
    other, and issues a warning when it changes the graph of such a route for the first time.
  - The gateway only serves routes if O(edgeops.cloudflare.ai_gateway#module:authentication=true).
  - The token needs C(AI Gateway Write).
seealso:
  - name: Routes
    description: Fallbacks, canaries, budgets, versions and rollbacks.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/routes.md
  - module: edgeops.cloudflare.ai_gateway_dynamic_route_info
  - module: edgeops.cloudflare.ai_gateway_custom_provider
  - module: edgeops.cloudflare.ai_gateway_provider_config
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Create a gateway
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    authentication: true

- name: Create a route to a model, and to another model if the first one fails
  edgeops.cloudflare.ai_gateway_dynamic_route:
    gateway_id: support-bot
    name: support
    elements:
      - id: in
        type: start
        outputs: {next: {element_id: main}}
      - id: main
        type: model
        properties: {provider: openai, model: gpt-4o-mini, timeout: 20000, retries: 1}
        outputs: {success: {element_id: out}, fallback: {element_id: spare}}
      - id: spare
        type: model
        properties: {provider: workers-ai, model: "@cf/meta/llama-3.1-8b-instruct", timeout: 30000, retries: 0}
        outputs: {success: {element_id: out}, fallback: {element_id: out}}
      - id: out
        type: end
  register: route

- name: Save a diagram of the route, for GitHub, GitLab or a wiki
  ansible.builtin.copy:
    content: "```mermaid\n{{ route.mermaid }}\n```\n"
    dest: support.md
    mode: "0644"

- name: Rename the route
  edgeops.cloudflare.ai_gateway_dynamic_route:
    gateway_id: support-bot
    name: help
    rename_from: support

- name: Read the history of the route
  edgeops.cloudflare.ai_gateway_dynamic_route_info:
    gateway_id: support-bot
    name: help
    history: true
  register: found

- name: Deploy the first version again
  edgeops.cloudflare.ai_gateway_dynamic_route:
    gateway_id: support-bot
    name: help
    version: "{{ (found.dynamic_routes[0].versions | sort(attribute='created_at'))[0].version_id }}"

- name: Delete the route with all its versions
  edgeops.cloudflare.ai_gateway_dynamic_route:
    gateway_id: support-bot
    name: help
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
  description:
    - Sorted names of the settings that differed and were written. If the object was created, the names of all settings that were sent.
      C(name) means that the route was renamed, and C(version_id) that an older version was deployed.
  type: list
  elements: str
  returned: success
  sample: [elements]
dynamic_route:
  description:
    - The route with its deployed graph, and its settings under their API names.
    - In check mode, the route as it would be stored, without values that only the server can provide.
  type: dict
  returned: success, when O(state=present)
  sample:
    gateway_id: support-bot
    name: support
    elements:
      - id: in
        type: start
        outputs: {next: {elementId: out}}
      - id: out
        type: end
        outputs: {}
  contains:
    id:
      description: The id that the API generated.
      type: str
      returned: not for a new route in check mode
    name:
      description: See O(name).
      type: str
      returned: always
    gateway_id:
      description: See O(gateway_id).
      type: str
      returned: always
    elements:
      description: The deployed graph, with the API's names (C(elementId), C(limitType)). Null if the API does not return it.
      type: list
      elements: dict
      returned: always
    version_id:
      description: The id of the deployed version. Null in check mode if the task would create a version.
      type: str
      returned: always
    version_created_at:
      description: When the deployed version was created. Null in check mode if the task would create a version.
      type: str
      returned: not for a new route in check mode
    is_valid:
      description: Whether the deployed version is valid. Null if the API does not return this.
      type: bool
      returned: not for a new route in check mode
    deployment_id:
      description: The id of the last deployment. Null in check mode if the task would create one.
      type: str
      returned: not for a new route in check mode
    deployed_at:
      description: When the version was deployed. Null in check mode if the task would deploy one.
      type: str
      returned: not for a new route in check mode
    created_at:
      description: When the route was created.
      type: str
      returned: not for a new route in check mode
    modified_at:
      description: When the route was last changed.
      type: str
      returned: not for a new route in check mode
mermaid:
  description: The graph as a Mermaid flowchart, which GitHub, GitLab and many wikis render in a C(mermaid) code block.
  type: str
  returned: success, when O(state=present)
  sample: |-
    flowchart TD
        n0(["start in"])
        n1(("end out"))
        n0 --> n1
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_dynamic_route import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
