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
  - Creates, changes, renames, rolls back and deletes one dynamic route. A route is a graph that decides which model answers a request, by
    conditions, shares, quotas and fallbacks. Clients use it as the model C(dynamic/{name}).
  - A changed graph becomes a new version, which is deployed. The route keeps its id and its history, and requests are served by the version
    before until the new one is deployed.
  - The graph is checked before any request is sent. All problems are reported together, each with the element.
  - A graph that the API calls invalid is not deployed. The task fails, and requests are served as before.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
options:
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters. It must exist.
    type: str
    required: true
  name:
    description:
      - The name of the route, at least 1 character, unique within the gateway. Clients use it as the model C(dynamic/{name}).
      - The API publishes no rule for names. Letters, digits, underscores and hyphens are safe.
    type: str
    required: true
  rename_from:
    description:
      - The name that the route may still have, at least 1 character. If there is no route O(name), that route is renamed, and keeps its
        id and its versions.
      - Is ignored if the route O(name) exists.
      - Clients have to use the new name at once.
    type: str
  state:
    description:
      - Whether the route must exist. A route is deleted with all its versions.
    type: str
    choices: [present, absent]
    default: present
  elements:
    description:
      - The graph, as a list of elements. Their order has no meaning. Required to create a route, and replaced as a whole.
      - "Each element has C(id) (any text, unique within the graph), C(type), C(outputs), and, depending on the type, C(properties). Each
        output is a dict with C(element_id), the id of the element that it leads to."
      - "Type C(start): where a request begins, exactly once. Output C(next)."
      - "Type C(conditional): a decision. Outputs C(true) and C(false). Property C(conditions): a dict of the form C({field: {operator:
        value}}), with the operators C($eq), C($ne) and C($in), and C($and) and C($or) with lists. Fields are those that clients send as
        metadata, such as C(metadata.tier)."
      - "Type C(percentage): shares of the requests. 1 to 5 outputs such as C(90%) and C(10%), which add up to 100."
      - "Type C(rate): a quota. Outputs C(success), and C(fallback) once it is used up. Properties C(key) (whose quota, such as
        C(metadata.user_id)), C(limit) (greater than 0), C(limit_type) (C(count) for requests, C(cost) for money) and C(window) (seconds,
        greater than 0)."
      - "Type C(model): a request to a model. Outputs C(success), once the provider begins to answer, and C(fallback). Properties
        C(provider) (the provider's name, or C(custom-{slug}) for a custom provider), C(model) (the provider's own name for it),
        C(retries) (0 or more) and C(timeout) (milliseconds, 0 or more)."
      - "Type C(end): where the route ends, at least once. It has no outputs."
      - The API's names C(elementId) and C(limitType) are accepted too, so that a graph from the dashboard can be pasted.
      - Every element must be reachable from the start, every way must lead to an end, and none may lead back to an element on it.
    type: list
    elements: dict
  version:
    description:
      - The id of a version in the history of the route, at least 1 character, to deploy that one again.
        M(edgeops.cloudflare.ai_gateway_dynamic_route_info) returns the ids with
        O(edgeops.cloudflare.ai_gateway_dynamic_route_info#module:history=true).
      - Cannot be given together with O(elements).
    type: str
  extra_settings:
    description:
      - Settings to send as they are, by the API's names, for what a newer API has and the options here do not. They are compared and
        verified like the options. They are not masked, so use C(no_log) on the task if they are secret.
    type: dict
notes:
  - A custom provider that the graph names must exist, which costs one request. In check mode, a missing one is a warning, as an earlier
    task of the play may create it.
  - A provider for which the gateway has no key is a warning when a graph is created or changed.
  - Without a change, a task makes two requests. It makes eight to change a graph, and four to create a route.
  - The API does not delete routes together with their gateway. M(edgeops.cloudflare.ai_gateway) deletes them first. A route that was left
    over is managed like any other, with a warning when its graph is changed for the first time.
  - The gateway must have authentication switched on to serve routes.
  - The token needs C(AI Gateway Write).
seealso:
  - module: edgeops.cloudflare.ai_gateway_dynamic_route_info
  - module: edgeops.cloudflare.ai_gateway_custom_provider
  - module: edgeops.cloudflare.ai_gateway_provider_config
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: A gateway
  edgeops.cloudflare.ai_gateway:
    id: support-bot
    authentication: true

- name: A model, and another one if it fails
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

- name: A drawing of it, for GitHub, GitLab or a wiki
  ansible.builtin.copy:
    content: "```mermaid\n{{ route.mermaid }}\n```\n"
    dest: support.md
    mode: "0644"

- name: The same route under another name
  edgeops.cloudflare.ai_gateway_dynamic_route:
    gateway_id: support-bot
    name: help
    rename_from: support

- name: Its history
  edgeops.cloudflare.ai_gateway_dynamic_route_info:
    gateway_id: support-bot
    name: help
    history: true
  register: found

- name: Deploy its first version again
  edgeops.cloudflare.ai_gateway_dynamic_route:
    gateway_id: support-bot
    name: help
    version: "{{ (found.dynamic_routes[0].versions | sort(attribute='created_at'))[0].version_id }}"

- name: Delete it with all its versions
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
    - Names of the settings that were written because they differed, sorted; on create, of all that were sent. C(name) is the new name of a
      renamed route, and C(version_id) is an older version that was deployed.
  type: list
  elements: str
  returned: success
  sample: [elements]
dynamic_route:
  description:
    - The route with the deployed graph, under the API's names.
    - In check mode, the route as it would be, without what only the server can make.
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
      description: The id that the API made.
      type: str
      returned: not for a new route in check mode
    name:
      description: As the option.
      type: str
      returned: always
    gateway_id:
      description: As the option.
      type: str
      returned: always
    elements:
      description: The deployed graph, under the API's names (C(elementId), C(limitType)). It is null if the API does not show it.
      type: list
      elements: dict
      returned: always
    version_id:
      description: The id of the deployed version. It is null in check mode if the task would make a version.
      type: str
      returned: always
    version_created_at:
      description: When the deployed version was made. It is null in check mode if the task would make a version.
      type: str
      returned: not for a new route in check mode
    is_valid:
      description: Whether the API calls the deployed version valid. It is null if the API does not say.
      type: bool
      returned: not for a new route in check mode
    deployment_id:
      description: The id of the last deployment. It is null in check mode if the task would make one.
      type: str
      returned: not for a new route in check mode
    deployed_at:
      description: When the version was deployed. It is null in check mode if the task would deploy one.
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
  description: The graph as the text of a Mermaid flowchart, which GitHub, GitLab and many wikis draw in a code block C(mermaid).
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_dynamic_route import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
