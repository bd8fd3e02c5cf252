#!/usr/bin/python
# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage the policies of a Cloudflare AI Gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ai_gateway_policies
short_description: Manage the policies of a Cloudflare AI Gateway
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Manages the policies of a gateway, which define who can use which models, and how much they can spend.
  - Changes are staged as drafts, tested with the API's simulation (see O(expect)), and committed together. The live policies do not change
    before the commit. If a task fails before the commit, it reverts its drafts.
  - The first policy of a gateway locks out all requests that no policy covers. The module refuses this by default, see O(allow_lockout).
  - Policies are in beta. A change can take up to 15 minutes to apply everywhere, and cached responses bypass policies.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
options:
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters. The gateway must exist.
    type: str
    required: true
  policies:
    description:
      - The policies. The order has no meaning.
      - Settings of an existing policy that are not given stay as they are.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the policy, at least 1 character. It identifies the policy within the gateway.
        type: str
        required: true
      state:
        description:
          - Whether the policy should exist.
        type: str
        choices: [present, absent]
        default: present
      actor:
        description:
          - The name of the budget bucket to which spending is added, at least 1 character. Examples are C(company:all) and, with a field in
            braces, C(user:{cf.user.email}). Required to create a policy.
          - The fields are C(cf.user.id), C(cf.user.email), C(cf.user.groups), C(cf.country), C(cf.custom.NAME) and C(metadata.NAME).
            C(cf.user) only exists behind Cloudflare Access. C(metadata) is set by the client, and nobody verifies it.
          - A policy whose actor contains a field does not apply to requests without that field, unless the policy blocks.
        type: str
      resource:
        description:
          - V(*) for everything, or a dict with C(model), C(provider) or both, each with a name or a list of names. In the name of a model,
            C(*) matches any characters except C(/).
          - If not given, a new policy applies to everything.
        type: raw
      condition:
        description:
          - A CEL expression, at least 1 character, that must be true for the policy to apply, such as C("'interns' in cf.user.groups"). CEL
            only compares numbers of the same type.
          - If not given, a new policy applies to all requests, as with V(true).
        type: str
      action:
        description:
          - What the policy does. Required to create a policy. Must be given completely.
        type: dict
        suboptions:
          type:
            description:
              - V(no_limit) allows requests whatever is spent, V(block) refuses them, and V(limit) allows them until
                O(policies[].action.amount) is spent.
              - Policies that block take precedence over all others.
            type: str
            required: true
            choices: [no_limit, block, limit]
          except:
            description:
              - Whether to block everything except the resource. Only with O(policies[].action.type=block).
            type: bool
          amount:
            description:
              - The amount in US dollars, greater than 0. Required with O(policies[].action.type=limit), and only allowed with it.
            type: float
          period:
            description:
              - The period, aligned to UTC, for which the amount applies. Required with O(policies[].action.type=limit), and only allowed
                with it.
            type: str
            choices: [hourly, daily, weekly, monthly]
      extra_settings:
        description:
          - Settings that are newer than this version of the module, under their API names. They are sent unchanged.
        type: dict
  purge:
    description:
      - Whether to delete the policies of the gateway that are not listed.
      - If O(policies) is empty, O(purge_limit) is required. A gateway without policies allows every request.
    type: bool
    default: false
  purge_limit:
    description:
      - The maximum number of policies that O(purge) can delete, at least 0. If there are more, the task fails before it changes anything.
      - If not given, the limit is 10.
    type: int
  expect:
    description:
      - The expected decisions of the declared policies. If a decision is not as expected, nothing is committed, and the task fails.
      - The decisions come from the API's simulation, with the drafts in place. The simulation ignores what has really been spent.
      - In check mode, nothing is staged, and the module evaluates the policies itself. Conditions other than V(true) and V(false) require
        the Python library C(cel-python). The task issues a warning for everything that it cannot evaluate.
    type: list
    elements: dict
    suboptions:
      identity:
        description:
          - Who sends the request. If not given, the request has no identity.
        type: dict
        suboptions:
          cf:
            description:
              - The identity as seen by Cloudflare.
            type: dict
            suboptions:
              user:
                description:
                  - The user as authenticated by Cloudflare Access.
                type: dict
                suboptions:
                  id:
                    description:
                      - The user's id.
                    type: str
                  email:
                    description:
                      - The user's email address.
                    type: str
                  groups:
                    description:
                      - The user's groups.
                    type: list
                    elements: str
              country:
                description:
                  - The country of the request.
                type: str
              custom:
                description:
                  - Claims of the identity provider by name.
                type: dict
          metadata:
            description:
              - The metadata that the client sends, at most 5 keys. The values are strings, numbers or booleans.
            type: dict
      model:
        description:
          - The model, at least 1 character.
        type: str
        required: true
      provider:
        description:
          - The provider, at least 1 character.
        type: str
        required: true
      spent:
        description:
          - The amounts in US dollars that count as spent. The keys are names of policies.
        type: dict
      allowed:
        description:
          - Whether the request is expected to be allowed.
        type: bool
        required: true
      by:
        description:
          - The name of a policy that is expected to cause this decision, at least 1 character. For an allowed request, this is a policy
            that applies to the request. For a refused request, this is the policy that blocks the request or whose limit is reached.
          - The API's simulation does not return policies that allow a request, so the module determines them itself. If policies have
            conditions, the module requires the library C(cel-python) for this. Without the library, the task issues a warning.
        type: str
  adopt_drafts:
    description:
      - Whether to also commit drafts that this task did not create. A commit always makes all drafts of the gateway live. If V(false) and
        there are such drafts, the task lists them, and fails before it stages anything. If V(true), they are committed together with the
        task's own changes, which take precedence.
      - A draft that is already as declared, such as one from an interrupted task, counts as created by this task.
    type: bool
    default: false
  allow_lockout:
    description:
      - Whether the policies can lock out requests that no policy covers. If V(false), the task fails before it stages anything, unless
        every request without an identity matches a policy, whatever its model. The error message contains a policy that solves this.
    type: bool
    default: false
notes:
  - The token needs C(AI Gateway Write). In check mode, C(AI Gateway Read) is sufficient.
  - The API has no drafts of deletions. If other policies remain, the task stages a draft that disables each policy to be deleted. These
    drafts are committed with the others, and then the policies are deleted. The simulation therefore also takes deletions into account.
  - Some changes cannot be undone. Drafts of live policies cannot be deleted, so after a failure they are reset to the live policy. Deleted
    policies cannot be restored. If a commit makes only some policies live, it is retried twice, and then the old policies are restored. If
    the task ends before they are restored, some policies are new and some are old. A policy that covers everybody becomes live before the
    others, so this does not cause a lockout.
  - The drafts are listed immediately before the commit. If somebody else creates a draft after this check, that draft is committed, too.
  - The simulation can evaluate conditions differently from cel-python, which is used in check mode.
seealso:
  - name: Policies
    description: Budgets, allow-lists, and a roll-out that locks nobody out.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/policies.md
  - module: edgeops.cloudflare.ai_gateway_policies_info
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Converts policies to declarations.
"""

EXAMPLES = r"""
# These tasks read the account and the credentials from the environment variables CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: Set a budget for the company, and a cap for each person
  edgeops.cloudflare.ai_gateway_policies:
    gateway_id: support-bot
    policies:
      - name: company budget
        actor: company:all
        resource: "*"
        action: {type: limit, amount: 5000, period: monthly}
      - name: cap for each person
        actor: user:{cf.user.email}
        resource: "*"
        action: {type: limit, amount: 20, period: daily}
    expect:
      - identity: {cf: {user: {email: ada@example.com}}}
        model: gpt-4o
        provider: openai
        allowed: true
      - identity: {cf: {user: {email: ada@example.com}}}
        model: gpt-4o
        provider: openai
        spent: {cap for each person: 20}
        allowed: false
        by: cap for each person
  register: checked

- name: Show who may do what
  ansible.builtin.debug:
    msg: "{{ checked.matrix }}"

- name: Keep only this policy
  edgeops.cloudflare.ai_gateway_policies:
    gateway_id: support-bot
    policies:
      - name: company budget
        action: {type: limit, amount: 6000, period: monthly}
    purge: true
    purge_limit: 1
"""

RETURN = r"""
results:
  description: The result for each policy, in the order of O(policies). Policies that were purged or whose drafts were adopted come last.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name of the policy.
      type: str
      returned: always
    operation:
      description: What was done, or would be done in check mode. V(updated) includes policies for which only an existing draft was
        committed.
      type: str
      returned: always
      choices: [created, updated, deleted, unchanged]
    changed_settings:
      description: Sorted names of the settings that differed. If the object was created, the names of all settings that were sent.
      type: list
      elements: str
      returned: always
  sample:
    - name: company budget
      operation: updated
      changed_settings: [action]
policies:
  description:
    - All live policies of the gateway, sorted by name. In check mode, as they would be stored.
  type: list
  elements: dict
  returned: success
  sample:
    - name: company budget
      actor: company:all
      resource: "*"
      condition: "true"
      action: {type: limit, amount: 5000, period: monthly}
matrix:
  description: The decision for each element of O(expect), in the same order.
  type: list
  elements: dict
  returned: success, and when an expectation does not hold
  contains:
    identity:
      description: See O(expect[].identity).
      type: dict
      returned: always
    model:
      description: See O(expect[].model).
      type: str
      returned: always
    provider:
      description: See O(expect[].provider).
      type: str
      returned: always
    wanted:
      description: The expected decision, with O(expect[].allowed) and O(expect[].by).
      type: dict
      returned: always
    allowed:
      description: Whether the request is allowed. Null if the decision could not be evaluated in check mode.
      type: bool
      returned: always
    by:
      description: The names of the policies that cause this decision, if known.
      type: list
      elements: str
      returned: always
    reason:
      description:
        - For a refused request, the reason (C(blocked), C(limit_exceeded) or C(no policy matches)). For a request that is allowed because
          the gateway has no policies, C(no policies). If the decision could not be evaluated, C(not evaluated). Otherwise, empty.
      type: str
      returned: always
    evaluated_by:
      description: Whether the decision comes from the API's simulation or from this module. If no policies remain, the decision comes from
        the module.
      type: str
      returned: always
      choices: [simulation, local]
    holds:
      description: Whether the decision is as expected. Null if the decision could not be evaluated.
      type: bool
      returned: always
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_policies import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.ansible_module import run_module


def main() -> None:
    """Run the module."""
    run_module(TASK_SPEC)


if __name__ == "__main__":
    main()
