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
  - Makes the policies of a gateway what is declared. Policies say who may use which models of the gateway, and for how much.
  - Changes are staged as drafts, tested by the API's simulation (see O(expect)), and committed together. Until then, the live policies
    stay as they are. A task that fails before the commit takes its drafts back.
  - The first policy of a gateway locks out everybody whom no policy covers. The module refuses that, see O(allow_lockout).
  - Policies are in beta. A change can take up to 15 minutes to apply everywhere, and an answer from the cache is not checked against them.
extends_documentation_fragment:
  - edgeops.cloudflare.connection
  - edgeops.cloudflare.connection.attributes
options:
  gateway_id:
    description:
      - The id of the gateway, 1 to 64 characters. It must exist.
    type: str
    required: true
  policies:
    description:
      - The policies. Their order has no meaning.
      - What is not given of a policy that exists stays as it is.
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
          - Whether the policy must exist.
        type: str
        choices: [present, absent]
        default: present
      actor:
        description:
          - The budget bucket, at least 1 character, which may hold fields in braces, such as C(company:all) or C(user:{cf.user.email}).
            Required to create a policy.
          - The fields are C(cf.user.id), C(cf.user.email), C(cf.user.groups), C(cf.country), C(cf.custom.NAME) and C(metadata.NAME).
            C(cf.user) exists only behind Cloudflare Access. C(metadata) is set by the client, and nobody verifies it.
          - A policy does not apply to a request that does not have the field, unless it blocks.
        type: str
      resource:
        description:
          - V(*) for everything, or a dict with C(model), C(provider) or both, each a name or a list of names. In the name of a model, C(*)
            stands for any characters but C(/).
          - A new policy is for everything if this is not given.
        type: raw
      condition:
        description:
          - An expression in CEL, at least 1 character, that must be true for the policy to apply, such as
            C("'interns' in cf.user.groups"). Numbers are compared with numbers of the same type only.
          - A new policy applies to all if this is not given, as with V(true).
        type: str
      action:
        description:
          - What the policy does. Required to create a policy. It is declared whole.
        type: dict
        suboptions:
          type:
            description:
              - V(no_limit) allows without a limit, V(block) refuses, and V(limit) allows until O(policies[].action.amount) is spent.
              - A policy that blocks goes before all others.
            type: str
            required: true
            choices: [no_limit, block, limit]
          except:
            description:
              - Whether to block everything but the resource. Only with O(policies[].action.type=block).
            type: bool
          amount:
            description:
              - US dollars, more than 0. Required with O(policies[].action.type=limit), and only allowed with it.
            type: float
          period:
            description:
              - The time, aligned to UTC, in which the amount can be spent. Required with O(policies[].action.type=limit), and only
                allowed with it.
            type: str
            choices: [hourly, daily, weekly, monthly]
      extra_settings:
        description:
          - Further settings of a newer API, by their API names, sent as they are.
        type: dict
  purge:
    description:
      - Whether to delete the policies of the gateway that are not listed.
      - With an empty list in O(policies), O(purge_limit) must be given. A gateway without policies allows everything.
    type: bool
    default: false
  purge_limit:
    description:
      - If O(purge) would delete more policies than this, at least 0, the task fails before anything is changed.
      - If it is not given, the limit is 10.
    type: int
  expect:
    description:
      - What the policies are expected to decide, once they are what is declared. Unless all of it holds, nothing is committed, and the
        task fails.
      - The API's simulation decides, with the drafts in place. It ignores what was really spent.
      - In check mode nothing is staged, and the module evaluates the policies itself. For conditions other than V(true) and V(false)
        this needs the Python library C(cel-python). What cannot be evaluated is a warning.
    type: list
    elements: dict
    suboptions:
      identity:
        description:
          - Who makes the request. Nobody in particular if it is not given.
        type: dict
        suboptions:
          cf:
            description:
              - What Cloudflare knows of the caller.
            type: dict
            suboptions:
              user:
                description:
                  - The user as Cloudflare Access knows it.
                type: dict
                suboptions:
                  id:
                    description:
                      - The user's id.
                    type: str
                  email:
                    description:
                      - The user's e-mail address.
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
                  - Claims of the identity provider, by their names.
                type: dict
          metadata:
            description:
              - What the client says of itself, at most 5 keys with single values.
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
          - US dollars that were spent before, by the names of policies.
        type: dict
      allowed:
        description:
          - Whether the request must be allowed.
        type: bool
        required: true
      by:
        description:
          - The name of a policy that must decide this, at least 1 character. For an allowed request that is one that applies to it, and for
            a refused one the one that blocks it, or whose limit is reached.
          - The API's simulation does not name policies that allow a request. The module evaluates that itself, and needs the library
            C(cel-python) if policies have conditions. Without it, this is a warning.
        type: str
  adopt_drafts:
    description:
      - What to do with drafts that this task did not make, which a commit makes live along with its own. If this is V(false), the task
        fails and names them before it stages anything. If it is V(true), they are committed along, and what is declared of the same
        policies is laid over them.
      - A draft that already holds what is declared, such as that of a task that was interrupted, counts as made by this task.
    type: bool
    default: false
  allow_lockout:
    description:
      - Whether the policies may lock out everybody whom none of them covers. If this is V(false), the task fails before anything is
        staged if a request without any identity, for any model, would match no policy. The message has a policy that mends it.
    type: bool
    default: false
notes:
  - The API has no draft of a deletion. If policies are left, those to be deleted get a draft without any effect, which is committed with
    the others, and are deleted after that. So the simulation, too, is about the policies as they will be.
  - What cannot be taken back. Nothing deletes the draft of a live policy, so after a failure it holds what is live. What was deleted,
    is. If a commit makes only some policies live, it is repeated twice, and then the live policies are set back. If the task ends before
    that, some are new and some old. A policy that covers everybody becomes live before the others, so that this does not lock out.
  - The drafts are listed right before the commit. A draft that somebody else makes between that and the commit is committed along.
  - The simulation can evaluate conditions in another way than cel-python, which decides in check mode.
seealso:
  - module: edgeops.cloudflare.ai_gateway_policies_info
  - plugin: edgeops.cloudflare.as_declared
    plugin_type: filter
    description: Turns policies into declarations.
"""

EXAMPLES = r"""
# These tasks take the account and the credentials from the environment: CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN.

- name: A budget for the company, and a cap for each person
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

- name: Who may do what
  ansible.builtin.debug:
    msg: "{{ checked.matrix }}"

- name: These are all policies
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
  description: What became of each policy, in the order of O(policies), with those that were purged or whose drafts were adopted.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The policy's name.
      type: str
      returned: always
    operation:
      description: What was done, or would be done in check mode. V(updated) is also a draft that was there already.
      type: str
      returned: always
      choices: [created, updated, deleted, unchanged]
    changed_settings:
      description: Names of the settings that differed, sorted; on create, of all that were sent.
      type: list
      elements: str
      returned: always
  sample:
    - name: company budget
      operation: updated
      changed_settings: [action]
policies:
  description:
    - All live policies of the gateway, sorted by name. In check mode, as they would be.
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
  description: What was decided for each element of O(expect), in its order.
  type: list
  elements: dict
  returned: success, and when an expectation does not hold
  contains:
    identity:
      description: As the option.
      type: dict
      returned: always
    model:
      description: As the option.
      type: str
      returned: always
    provider:
      description: As the option.
      type: str
      returned: always
    wanted:
      description: The options C(allowed) and C(by).
      type: dict
      returned: always
    allowed:
      description: Whether the request is allowed, null if that could not be evaluated in check mode.
      type: bool
      returned: always
    by:
      description: The names of the policies that decide this, as far as they are known.
      type: list
      elements: str
      returned: always
    reason:
      description:
        - Why a request is refused, C(blocked), C(limit_exceeded) or C(no policy matches). Otherwise C(no policies), C(not evaluated) or
          empty.
      type: str
      returned: always
    evaluated_by:
      description: Whether the API's simulation decided, or this module. Without any policy left, the latter.
      type: str
      returned: always
      choices: [simulation, local]
    holds:
      description: Whether that is as expected, null if it could not be evaluated.
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

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_policies import WORK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.module import run_module


def main() -> None:
    """Run the module."""
    run_module(WORK)


if __name__ == "__main__":
    main()
