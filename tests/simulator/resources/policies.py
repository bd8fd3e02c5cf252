# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of a gateway: who may use which models, and for how much.

A stored policy has its fields, ``is_live`` (false for a new draft), and ``draft``: all fields after a commit, or None.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulator import api
from tests.simulator.behaviour import Behaviour
from tests.simulator.defaults import timestamp, written_time
from tests.simulator.protocol import INVALID_INPUT, NOT_FOUND, Answer, Json, Problem, encode, failure, success
from tests.simulator.resource import Call, Resource
from tests.simulator.resources.gateways import OF_A_GATEWAY
from tests.simulator.resources.policy_contract import CHANGE, CREATE, FIELDS, SIMULATION, checked_policy
from tests.simulator.resources.policy_evaluation import Question, decided
from tests.simulator.validation import Refused
from tests.simulator.value_types import fresh_uuid

KIND = "policies"
TIMES = ("created_at", "updated_at")

# Stored, but omitted from answers.
INTERNAL = ("gateway_id", "is_live", "draft")


def refusal(behaviour: Behaviour, status: int, errors: list[Json]) -> Answer:
    """Return a refusal in one of the possible formats of the service. Only one of them has codes."""
    if behaviour.policy_errors == "list":
        return failure(status, errors)
    message = errors[0]["message"]
    return Answer(status, encode({"success": False, "error": message if behaviour.policy_errors == "flat" else {"message": message}}))


def invalid(problems: Sequence[Problem], behaviour: Behaviour) -> Answer:
    """Return 400 with every problem of the request."""
    errors = [{"code": INVALID_INPUT, "message": problem.message, "path": list(problem.path)} for problem in problems]
    return refusal(behaviour, 400, errors)


def missing(behaviour: Behaviour) -> Answer:
    """Return 404."""
    return refusal(behaviour, 404, [{"code": NOT_FOUND, "message": "Policy not found"}])


def is_set(call: Call, name: str) -> bool:
    """Return whether a parameter of the query is true.

    :raises Refused: if it is neither true nor false.
    """
    text = call.request.query.get(name, "false")
    if text not in ("true", "false"):
        raise Refused([Problem("Expected true or false", ("query", name))])
    return text == "true"


def listing(call: Call) -> Answer:
    """Return all policies without paging, and the drafts if the query requests them."""
    items = api.listed_items(call)
    entries = [call.resource.with_added(call, entry) for item in items for entry in listed(call, item)]
    for item in items:
        call.note_read(item)
    return success(entries)


def listed(call: Call, item: Json) -> list[Json]:
    """Return the entries of a policy in a list: none, the live policy, the draft, or both."""
    live, draft = fields(item), fields(item, draft=item["draft"] or {}, flag="staging")
    if is_set(call, "includeStaging"):
        if not item["is_live"]:
            return [draft]
        if item["draft"]:
            return [live, draft] if call.behaviour.policy_changed_drafts == "both" else [draft]
    if item["is_live"]:
        return [live]
    return {"hidden": [], "flagged": [draft], "plain": [live]}[call.behaviour.policy_new_drafts]


def fields(item: Json, draft: Json | None = None, flag: str = "") -> Json:
    """Return a policy as shown in an answer, or its draft with a flag that marks it."""
    shown = {name: value for name, value in {**item, **(draft or {})}.items() if name not in INTERNAL}
    times = {name: written_time(item[name], "seconds") for name in TIMES if name in item}
    return {**shown, **times, **({flag: True} if flag else {})}


def view(call: Call, item: Json) -> Json:
    """Return a single policy: the live one, or its draft if the query requests it."""
    is_read = call.request.method == "GET"
    if is_read and is_set(call, "includeStaging") and (item["draft"] or not item["is_live"]):
        return fields(item, draft=item["draft"], flag="uncommitted")
    if is_read and not item["is_live"] and call.behaviour.policy_new_drafts == "flagged":
        return fields(item, flag="uncommitted")
    return fields(item)


def is_visible(call: Call, item: Json) -> bool:
    """Return whether a request finds a policy. A new draft may be visible to changes, but not to a plain read."""
    is_plain_read = call.request.method == "GET" and not is_set(call, "includeStaging")
    return item["is_live"] or not is_plain_read or call.behaviour.policy_new_drafts != "hidden"


def create(call: Call) -> Answer:
    """Create a policy, as a draft unless the query requests an immediate commit."""
    is_committed = is_set(call, "commit")
    given = checked_policy(CREATE, call.body(), call.behaviour)
    refuse_taken(call, given["name"])
    limit = call.behaviour.policy_limit
    if limit is not None and len(call.items()) >= limit:
        raise Refused([Problem(f"The gateway has {limit} policies, which is the maximum", ("body",))])
    made = call.made(seeded({**given, "gateway_id": call.place.parent, "is_live": is_committed}))
    answer = {"success": True, "result": call.resource.shown(call, made), "committed": is_committed}
    return Answer(200, encode(answer))


def update(call: Call) -> Answer:
    """Change only the given fields, in the draft or with an immediate commit.

    :raises Refused: also for a policy that is a new draft.
    """
    item = call.item()
    is_committed = is_set(call, "commit")
    given = checked_policy(CHANGE, call.body(), call.behaviour)
    if not item["is_live"]:
        raise Refused([Problem("Only a committed policy can be updated", ("body",))])
    refuse_taken(call, given.get("name", ""), except_id=item["id"])
    draft = item["draft"] or {name: item[name] for name in FIELDS}
    if not is_committed:
        changes: Json = {"draft": {**draft, **given}}
    elif call.behaviour.policy_commit_base == "draft":
        changes = {**draft, **given, "draft": None}
    else:
        changes = given
    call.changed(item, changes, stamp="updated_at")
    return Answer(200, encode({"success": True, "committed": is_committed}))


def refuse_taken(call: Call, name: str, except_id: str = "") -> None:
    """Refuse a name that another policy has, on a server that requires unique names.

    :raises Refused: for a name in use.
    """
    if call.behaviour.policy_names_unique and any(item["name"] == name for item in call.items().values() if item["id"] != except_id):
        raise Refused([Problem(f"A policy named {name} already exists", ("body", "name"))])


def delete(call: Call) -> Answer:
    """Remove a policy and its draft immediately."""
    item = call.item()
    answer = call.shown(item)
    api.remove(call, item)
    return answer if call.behaviour.policy_delete_answers else Answer(200, encode({"success": True}))


def commit(call: Call) -> Answer:
    """Make all drafts of the gateway live; some of them may fail."""
    behaviour = call.behaviour
    done: list[Json] = []
    errors: list[Json] = []
    for item in list(call.items().values()):
        after = {**item, **(item["draft"] or {}), "draft": None, "is_live": True}
        if after == item:
            continue
        if {item["id"], after["name"]}.intersection(behaviour.policy_commit_fails):
            errors.append({"policyId": item["id"], "error": "The policy could not be committed"})
        else:
            done.append(call.changed(item, after, stamp="updated_at"))
    lists_ids = behaviour.policy_commit_lists == "ids"
    policies = [item["id"] if lists_ids else call.resource.shown(call, item) for item in done]
    result = {"committed": len(done), "failed": len(errors), "policies": policies, **({"errors": errors} if errors else {})}
    return Answer(behaviour.policy_commit_status if errors else 200, encode({"success": not errors, "result": result}))


def simulate(call: Call) -> Answer:
    """Evaluate live policies and drafts together for a request. Nothing is sent, and nothing is spent."""
    given = call.checked(SIMULATION)
    policies = [{**item, **(item["draft"] or {})} for item in call.items().values()]
    spent = {name: usage["spent"] for name, usage in given.get("bucketUsage", {}).items()}
    outcome = decided(policies, Question(given["identity"], given["model"], given["provider"], spent))
    return success(outcome) if call.behaviour.policy_simulation_wrapped else Answer(200, encode(outcome))


def seeded(given: Json) -> Json:
    """Return a live policy from any object with a gateway_id, with missing fields filled in. By default, everyone may use everything."""
    now = timestamp()
    made: Json = {"id": fresh_uuid(), "name": "example", "actor": "company:all", "resource": "*", "condition": "true"}
    made |= {"action": {"type": "no-limit"}, "is_live": True, "draft": None, "created_at": now, "updated_at": now}
    draft = given.get("draft")
    stored = {**made, **given, "gateway_id": given["gateway_id"]}
    return {**stored, "draft": {**{name: stored[name] for name in FIELDS}, **draft} if draft else None}


RESOURCE = Resource(
    kind=KIND,
    path="ai-gateway/gateways/{parent}/policies",
    operations={
        ("GET", ""): listing,
        ("POST", ""): create,
        ("POST", "commit"): commit,
        ("POST", "simulate"): simulate,
        ("GET", "{id}"): api.get,
        ("PUT", "{id}"): update,
        ("DELETE", "{id}"): delete,
    },
    seeded=seeded,
    parent=OF_A_GATEWAY,
    view=view,
    visible=is_visible,
    invalid=invalid,
    missing=missing,
)
