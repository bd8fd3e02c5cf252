# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets Stores of an account, which has at most one, and their quota."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from tests.simulator import api
from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import strict
from tests.simulator.defaults import timestamp
from tests.simulator.item_store import Place
from tests.simulator.protocol import Answer, Json, Problem, complete_success, platform_failure
from tests.simulator.resource import Call, Failure, Filter, Resource, sorted_by_query
from tests.simulator.store import Store
from tests.simulator.value_types import Text

KIND = "stores"
CONTENT = "secrets"

# Each code has several meanings. Only the message distinguishes them.
NOT_FOUND_OR_INVALID = 1001
CONFLICT = 1003


@strict
class Create(TypedDict):
    """The body of a create."""

    name: Text


CREATE: TypeAdapter[Create] = TypeAdapter(Create)


def failed(status: int, code: int, message: str) -> Answer:
    """Return a refusal of the Secrets Store, in the envelope of the platform."""
    return platform_failure(status, [{"code": code, "message": message}])


def missing(behaviour: Behaviour) -> Answer:
    """Return the answer for a store that does not exist."""
    return failed(behaviour.store_missing_status, NOT_FOUND_OR_INVALID, "store_not_found")


def invalid(problems: Sequence[Problem], behaviour: Behaviour) -> Answer:
    """Return the refusal of a body, without details, or of a query."""
    first = problems[0]
    message = "invalid_json_body" if first.path[0] == "body" else f"{first.path[1]}: {first.message}"
    return failed(behaviour.store_invalid_status, NOT_FOUND_OR_INVALID, message)


def conflict(behaviour: Behaviour, message: str) -> Failure:
    """Return the refusal of a duplicate, or of an item that exceeds a limit."""
    return Failure(failed(behaviour.store_conflict_status, CONFLICT, message))


def create(call: Call) -> Answer:
    """Create a store, unless the account has reached its limit."""
    given = call.checked(CREATE)
    if len(call.items()) >= call.behaviour.store_limit:
        raise conflict(call.behaviour, "maximum_stores_exceeded")
    return call.shown(call.made(seeded(given)))


def delete(call: Call) -> Answer:
    """Remove an empty store, or any store with ``force``."""
    item = call.item()
    secrets = Place(CONTENT, call.account, item["id"])
    if in_use(call.store, secrets) and call.request.query.get("force") != "true":
        raise Failure(failed(409, CONFLICT, "store_not_empty"))
    for secret_id in list(call.store.items(secrets)):
        call.store.take(secrets, secret_id)
    api.remove(call, item)
    return complete_success(None)


def quota(call: Call) -> Answer:
    """Return the maximum and the current number of secrets in the account."""
    return complete_success({"secrets": {"quota": call.behaviour.secret_limit, "usage": usage(call.store, call.account)}})


def usage(store: Store, account: str) -> int:
    """Return the number of secrets in an account."""
    return sum(in_use(store, place) for place in store.places(CONTENT, account))


def in_use(store: Store, secrets: Place) -> int:
    """Return the number of secrets in a store; those that are only shown as deleted do not count."""
    return sum(secret.get("status") != "deleted" for secret in store.items(secrets).values())


def seeded(given: Json) -> Json:
    """Return a store from any object, with missing fields filled in."""
    now = timestamp()
    return {"id": uuid.uuid4().hex, "name": "default_secrets_store", "created": now, "modified": now, **given}


RESOURCE = Resource(
    kind=KIND,
    path="secrets_store",
    operations={
        ("GET", "quota"): quota,
        ("GET", "stores"): api.listing,
        ("POST", "stores"): create,
        ("GET", "stores/{id}"): api.get,
        ("DELETE", "stores/{id}"): delete,
    },
    seeded=seeded,
    reads="Secrets Store Read",
    writes=("Secrets Store Write",),
    filters={"order": Filter(choices=("name", "created", "modified")), "direction": Filter(choices=("asc", "desc"))},
    order=sorted_by_query,
    success=complete_success,
    invalid=invalid,
    missing=missing,
)
