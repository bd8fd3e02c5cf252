# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in a Secrets Store. Their values can be written, copied and used, but are never shown."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import parse_qsl

from pydantic import TypeAdapter
from typing_extensions import NotRequired, TypedDict

from tests.simulator import api
from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import strict
from tests.simulator.defaults import timestamp
from tests.simulator.item_store import Age, Place
from tests.simulator.protocol import Answer, Json, Problem, complete_success
from tests.simulator.resource import Call, Failure, Filter, Parent, Resource, sorted_by_query
from tests.simulator.resources import stores
from tests.simulator.store import Store
from tests.simulator.validation import Refused, check

KIND = stores.CONTENT
SCOPES = ("access", "ai_gateway", "containers", "dex", "websearch", "workers")
DELETED = "deleted"

# How an answer shows that a secret has no comment, by the value of the switch.
NO_COMMENT: dict[str, Json] = {"null": {"comment": None}, "absent": {}, "empty": {"comment": ""}}


@strict
class Change(TypedDict):
    """The body of an update: only the fields to change. The name cannot be changed."""

    value: NotRequired[str]
    scopes: NotRequired[list[str]]
    comment: NotRequired[str]


@strict
class Copy(TypedDict):
    """The body of a duplicate."""

    name: NotRequired[str]
    scopes: NotRequired[list[str]]
    comment: NotRequired[str]


@strict
class New(Copy):
    """One element of the body of a create. A missing field is refused with the same message as an empty one."""

    value: NotRequired[str]


CHANGE: TypeAdapter[Change] = TypeAdapter(Change)
COPY: TypeAdapter[Copy] = TypeAdapter(Copy)
NEW: TypeAdapter[New] = TypeAdapter(New)


def missing(behaviour: Behaviour) -> Answer:
    """Return the answer for a secret that does not exist."""
    return stores.failed(behaviour.store_missing_status, stores.NOT_FOUND_OR_INVALID, "secret_not_found")


def refuse_without_store(call: Call) -> None:
    """Refuse a request for the secrets of a store that does not exist.

    :raises Failure: always.
    """
    raise Failure(stores.missing(call.behaviour))


def create(call: Call) -> Answer:
    """Create all secrets of the body, or none."""
    body = call.body()
    if not isinstance(body, list) or not body:
        raise Refused([Problem("Expected array", ("body",))])
    given = [check(NEW, entry, call.behaviour) for entry in body]
    for entry in given:
        refuse_new(call, {"value": "", **entry})
    if len({entry["name"] for entry in given}) < len(given):
        raise stores.conflict(call.behaviour, "secret_name_already_exists")
    refuse_too_many(call, len(given))
    made = [pending(call, call.made(seeded({**entry, "store_id": call.place.parent}))) for entry in given]
    return complete_success(made[::-1] if call.behaviour.reorder else made)


def duplicate(call: Call) -> Answer:
    """Create a secret with the same value and another name."""
    source = existing(call)
    given = call.checked(COPY)
    refuse_new(call, given)
    refuse_too_many(call, 1)
    made = seeded({**given, "value": source["value"], "store_id": call.place.parent})
    return complete_success(pending(call, call.made(made)))


def edit(call: Call) -> Answer:
    """Change only the given fields."""
    item = existing(call)
    given = call.checked(CHANGE)
    refuse_fields(call, given)
    return call.shown(call.changed(item, given, stamp="modified"))


def delete(call: Call) -> Answer:
    """Remove a secret."""
    item = existing(call)
    answer = call.shown(item)
    discard(call.store, call.behaviour, call.place, item)
    return answer if call.behaviour.secret_delete_answers else complete_success(None)


def delete_many(call: Call) -> Answer:
    """Remove all secrets. No way to select some of them is documented, so a client must never call this."""
    removed = [item for item in list(call.items().values()) if item.get("status") != DELETED]
    for item in removed:
        discard(call.store, call.behaviour, call.place, item)
    return complete_success([call.resource.shown(call, item) for item in removed])


def discard(store: Store, behaviour: Behaviour, place: Place, item: Json) -> None:
    """Remove a secret, or keep it with the status ``deleted``."""
    if behaviour.secret_deleted_shown:
        store.put(place, item["id"], {**item, "value": "", "status": DELETED})
    else:
        store.take(place, item["id"])


def existing(call: Call) -> Json:
    """Return the requested secret.

    :raises Failure: if it does not exist, or was deleted.
    """
    item = call.item()
    if item.get("status") == DELETED:
        raise Failure(missing(call.behaviour))
    return item


def refuse_new(call: Call, given: Json) -> None:
    """Refuse a secret that cannot be created.

    :raises Failure: with the reason as message.
    """
    name = given.get("name", "")
    if not name or " " in name:
        raise refusal(call, "secret_name_invalid" if name else "secret_name_empty")
    refuse_fields(call, {"scopes": [], **given})
    if named(call.store, call.place, name):
        raise stores.conflict(call.behaviour, "secret_name_already_exists")


def refuse_fields(call: Call, given: Json) -> None:
    """Refuse a value or scopes that a secret cannot have.

    :raises Failure: with the reason as message.
    """
    if given.get("scopes") == []:
        raise refusal(call, "secret_scopes_empty")
    if not set(given.get("scopes", [])) <= set(SCOPES):
        raise refusal(call, "secret_scope_invalid")
    size = len(given.get("value", "-").encode())
    if not 0 < size <= call.behaviour.secret_value_max:
        raise refusal(call, "secret_value_too_long" if size else "secret_value_empty")


def refuse_too_many(call: Call, count: int) -> None:
    """Refuse more secrets than the account may have.

    :raises Failure: if the limit would be exceeded.
    """
    if stores.usage(call.store, call.account) + count > call.behaviour.secret_limit:
        raise stores.conflict(call.behaviour, "maximum_secrets_exceeded")


def refusal(call: Call, message: str) -> Failure:
    """Return the refusal of an invalid field."""
    return Failure(stores.failed(call.behaviour.store_invalid_status, stores.NOT_FOUND_OR_INVALID, message))


def named(store: Store, place: Place, name: str) -> Json | None:
    """Return the secret with that name; ``None`` if there is none."""
    found = (item for item in store.items(place).values() if item["name"] == name and item.get("status") != DELETED)
    return next(found, None)


def status(behaviour: Behaviour, item: Json, age: Age) -> Any:
    """Return the status of a secret: the stored one, or else pending until its wait is over."""
    return item.get("status") or ("active" if age.steps(behaviour.secret_pending) >= 1 else "pending")


def seeded(given: Json) -> Json:
    """Return a secret from any object with a store_id, with missing fields filled in."""
    now = timestamp()
    made = {"id": uuid.uuid4().hex, "name": "example", "value": "invented", "scopes": ["ai_gateway"]}
    return {**made, "created": now, "modified": now, **given, "store_id": given["store_id"]}


def view(call: Call, item: Json) -> Json:
    """Return a secret as shown in an answer, without its value."""
    behaviour = call.behaviour
    shown = {**NO_COMMENT[behaviour.secret_comment], **{name: value for name, value in item.items() if name != "value"}}
    shown["status"] = status(behaviour, item, call.age(item))
    if behaviour.reorder and isinstance(shown["scopes"], list):
        shown["scopes"] = shown["scopes"][::-1]
    if not behaviour.secret_scopes_shown:
        del shown["scopes"]
    return shown


def pending(call: Call, item: Json) -> Json:
    """Return a secret as shown in the answer to its creation, when it is always pending."""
    return {**call.resource.shown(call, item), "status": "pending"}


def has_scope(call: Call, item: Json, _text: str) -> bool:
    """Return whether a secret has one of the scopes in the query, which may be repeated or separated by commas."""
    if not call.behaviour.secret_scope_filter:
        return True
    given = [text for name, text in parse_qsl(call.request.query_string) if name == "scopes"]
    return bool(set(",".join(given).split(",")).intersection(item["scopes"]))


RESOURCE = Resource(
    kind=KIND,
    path="secrets_store/stores/{parent}/secrets",
    operations={
        ("GET", ""): api.listing,
        ("POST", ""): create,
        ("DELETE", ""): delete_many,
        ("GET", "{id}"): api.get,
        ("PATCH", "{id}"): edit,
        ("DELETE", "{id}"): delete,
        ("POST", "{id}/duplicate"): duplicate,
    },
    seeded=seeded,
    parent=Parent(stores.KIND, "store_id", refuse_without_store),
    reads="Secrets Store Read",
    writes=("Secrets Store Write",),
    search=("name", "comment"),
    filters={
        "scopes": Filter(has_scope),
        "order": Filter(choices=("name", "comment", "created", "modified", "status")),
        "direction": Filter(choices=("asc", "desc")),
    },
    order=sorted_by_query,
    view=view,
    visible=lambda call, item: call.age(item).steps(call.behaviour.secret_lag) >= 1,
    success=complete_success,
    invalid=stores.invalid,
    missing=missing,
)
