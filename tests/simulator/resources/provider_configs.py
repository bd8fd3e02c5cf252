# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Provider configurations of a gateway: the stored key for each provider."""

from __future__ import annotations

from pydantic import TypeAdapter
from typing_extensions import NotRequired, TypedDict

from tests.simulator import api
from tests.simulator.auth import forbidden
from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import strict
from tests.simulator.defaults import timestamp
from tests.simulator.item_store import Place
from tests.simulator.protocol import METHOD_NOT_ALLOWED, Answer, Json, Problem, failure, not_found, unroutable
from tests.simulator.resource import Call, Failure, Resource
from tests.simulator.resources import secrets, stores
from tests.simulator.resources.gateways import OF_A_GATEWAY
from tests.simulator.store import Store
from tests.simulator.switches import Permission
from tests.simulator.validation import Refused
from tests.simulator.value_types import Number, Text, fresh_uuid

KIND = "provider_configs"
SCOPE = "ai_gateway"
DOTS = "\u2022" * 8
PERIOD = 60

# Roles that may attach a secret to a gateway, if roles are checked.
LINKING_ROLES: tuple[Permission, ...] = ("Super Administrator", "Secrets Store Deployer")

# Stored, but omitted from answers: whether the server created the secret itself.
IS_INLINE = "is_inline"


@strict
class Create(TypedDict):
    """The body of a create."""

    provider_slug: Text
    alias: Text
    default_config: bool
    secret: NotRequired[Text]
    secret_id: NotRequired[Text]
    rate_limit: NotRequired[Number]
    rate_limit_period: NotRequired[Number]


@strict
class Rotate(TypedDict):
    """The body of an update, which can only replace the key."""

    secret: Text


CREATE: TypeAdapter[Create] = TypeAdapter(Create)
ROTATE: TypeAdapter[Rotate] = TypeAdapter(Rotate)


def refused(message: str, *path: str) -> Refused:
    """Return the refusal of one field of the body."""
    return Refused([Problem(message, ("body", *path))])


def secret_name(gateway_id: str, provider_slug: str, alias: str) -> str:
    """Return the name of the secret that client requests use."""
    return f"{gateway_id}_{provider_slug}_{alias}"


def create(call: Call) -> Answer:
    """Attach a stored key to the gateway, or store a new key and attach it."""
    refuse_without_role(call)
    given = call.checked(CREATE)
    gateway = call.store.gateways(call.account)[call.place.parent]
    if call.behaviour.config_authentication == "refuse" and not gateway.get("authentication"):
        raise refused("The gateway needs authentication to use stored keys")
    if not gateway.get("store_id"):
        raise refused("The gateway has no Secrets Store")
    refuse_duplicate(call, given)
    take_one_secret(call, given)
    key = given.pop("secret", None)
    if key is None:
        refuse_unusable(call, given["secret_id"])
    else:
        given |= {"secret_id": stored_secret(call, gateway["store_id"], given, key)["id"], IS_INLINE: True}
    leave_one_default(call, given)
    made = call.made(seeded({**given, "gateway_id": call.place.parent}))
    return call.shown(made)


def refuse_without_role(call: Call) -> None:
    """Refuse a caller that has none of the roles that may attach a secret, if roles are checked.

    :raises Failure: with 403.
    """
    if call.behaviour.config_link_roles and call.who.permissions is not None and not set(LINKING_ROLES).intersection(call.who.permissions):
        raise Failure(forbidden(call.behaviour))


def refuse_duplicate(call: Call, given: Json) -> None:
    """Refuse a second configuration for the same provider and alias, and on some servers a second default.

    :raises Refused: if there is already one.
    """
    for item in call.items().values():
        if (item["provider_slug"], item["alias"]) == (given["provider_slug"], given["alias"]):
            raise refused("A provider config with this alias already exists", "alias")
        is_second_default = item["provider_slug"] == given["provider_slug"] and item["default_config"] and given["default_config"]
        if is_second_default and call.behaviour.config_two_defaults == "refuse":
            raise refused("A default provider config already exists", "default_config")


def take_one_secret(call: Call, given: Json) -> None:
    """Keep exactly one of ``secret`` and ``secret_id`` in the body.

    :raises Refused: if neither is given, and on most servers if both are.
    """
    names = {"secret", "secret_id"}
    both = call.behaviour.config_both_secrets
    if not names & given.keys() or (names <= given.keys() and both == "refuse"):
        raise refused("Expected exactly one of secret and secret_id", "secret")
    if names <= given.keys():
        del given[(names - {both}).pop()]


def refuse_unusable(call: Call, secret_id: str) -> None:
    """Refuse a secret that does not exist, that is not active yet, or that AI Gateway must not use.

    :raises Refused: with the messages that a client has to distinguish.
    """
    found = call.store.find(secrets.KIND, call.account, secret_id)
    if found is None:
        raise refused("Secret was not found", "secret_id")
    place, item = found
    age = call.store.age(place, secret_id)
    is_ready = age.steps(call.behaviour.secret_lag) >= 1 and secrets.status(call.behaviour, item, age) == "active"
    call.store.note_read(place, secret_id)
    if not is_ready:
        raise refused("Secret was not found", "secret_id")
    if SCOPE not in item["scopes"] and call.behaviour.config_wrong_scope == "refuse":
        raise refused(f"Secret does not have the scope {SCOPE}", "secret_id")


def stored_secret(call: Call, store_id: str, given: Json, key: str) -> Json:
    """Store a key under the name that client requests use, and return the secret.

    :raises Refused: if there is no such store, or the name is in use.
    """
    if store_id not in call.store.items(Place(stores.KIND, call.account)):
        raise refused("Store was not found", "secret")
    place = Place(secrets.KIND, call.account, store_id)
    name = secret_name(call.place.parent, given["provider_slug"], given["alias"])
    if secrets.named(call.store, place, name):
        raise refused(f"A secret named {name} already exists", "secret")
    made = secrets.seeded({"name": name, "value": key, "scopes": [SCOPE], "store_id": store_id})
    return call.store.make(place, made["id"], made)


def leave_one_default(call: Call, given: Json) -> None:
    """Clear the flag of the previous default configuration, on a server that allows only one default."""
    if call.behaviour.config_two_defaults == "move" and given["default_config"]:
        for item in list(call.items().values()):
            if item["provider_slug"] == given["provider_slug"] and item["default_config"]:
                call.changed(item, {"default_config": False})


def get(call: Call) -> Answer:
    """Return the requested item, if the server has this operation."""
    if call.behaviour.config_get == "404":
        return unroutable(call.request.raw_path)
    if call.behaviour.config_get == "405":
        return failure(405, [{"code": METHOD_NOT_ALLOWED, "message": "Method Not Allowed"}])
    return api.get(call)


def rotate(call: Call) -> Answer:
    """Replace the stored key."""
    item = call.item()
    given = call.checked(ROTATE)
    found = call.store.find(secrets.KIND, call.account, item["secret_id"])
    if found is None:
        raise refused("Secret was not found", "secret")
    place, secret = found
    call.store.put(place, secret["id"], {**secret, "value": given["secret"], "modified": timestamp(after=secret["modified"])})
    return call.shown(call.put({**item, "modified_at": timestamp(after=item["modified_at"])}))


def remove_secret(call: Call, item: Json) -> None:
    """Remove the key of a deleted configuration, on a server that does so."""
    deletes = call.behaviour.config_deletes_secret
    found = call.store.find(secrets.KIND, call.account, item["secret_id"])
    if found is not None and (deletes == "always" or (deletes == "inline" and item.get(IS_INLINE))):
        secrets.discard(call.store, call.behaviour, *found)


def seeded(given: Json) -> Json:
    """Return a configuration from any object with a gateway_id, with missing fields filled in."""
    made = {"id": fresh_uuid(), "provider_slug": "openai", "alias": "default", "default_config": True, "secret_id": fresh_uuid()}
    return {**made, "modified_at": timestamp(), **given, "gateway_id": given["gateway_id"]}


def view(call: Call, item: Json) -> Json:
    """Return a configuration as shown in an answer, without its key."""
    behaviour = call.behaviour
    shown = {name: value for name, value in item.items() if name != IS_INLINE}
    if behaviour.config_flags == "integer":
        shown["default_config"] = int(shown["default_config"])
    found = call.store.find(secrets.KIND, call.account, item["secret_id"])
    tail = found[1]["value"][-4:] if found and behaviour.config_preview == "tail" else ""
    unset = {"default": {"rate_limit_period": PERIOD}, "zero": {"rate_limit": 0, "rate_limit_period": 0}}
    return {"secret_preview": DOTS + tail, **unset.get(behaviour.config_unset_limits, {}), **shown}


def traffic_key(store: Store, behaviour: Behaviour, place: Place, provider_slug: str, alias: str) -> Json:
    """Return the ``key`` that client requests of a gateway use, or the ``reason`` why there is none.

    The key is found by the name of its secret; ``secret_id`` is ignored.
    """
    gateway = store.gateways(place.account).get(place.parent)
    if gateway is None or not gateway.get("authentication") or not gateway.get("store_id"):
        return {"key": None, "reason": "no such gateway" if gateway is None else "the gateway needs authentication and store_id"}
    if not any((item["provider_slug"], item["alias"]) == (provider_slug, alias) for item in store.items(place).values()):
        return {"key": None, "reason": "no such provider config"}
    below = Place(secrets.KIND, place.account, gateway["store_id"])
    name = secret_name(gateway["id"], provider_slug, alias)
    secret = secrets.named(store, below, name)
    if secret is None:
        return {"key": None, "reason": f"no secret named {name}"}
    if SCOPE not in secret["scopes"] or secrets.status(behaviour, secret, store.age(below, secret["id"])) != "active":
        return {"key": None, "reason": f"the secret is not active, or lacks the scope {SCOPE}"}
    return {"key": secret["value"], "reason": None}


RESOURCE = Resource(
    kind=KIND,
    path="ai-gateway/gateways/{parent}/provider_configs",
    operations={
        ("GET", ""): api.listing,
        ("POST", ""): create,
        ("GET", "{id}"): get,
        ("PUT", "{id}"): rotate,
        ("DELETE", "{id}"): api.delete,
    },
    seeded=seeded,
    parent=OF_A_GATEWAY,
    writes=("AI Gateway Write", "Secrets Store Write"),
    view=view,
    is_listed=lambda call, item: call.age(item).steps(call.behaviour.config_lag) >= 1,
    removed=remove_secret,
    missing=lambda _behaviour: not_found("Provider config not found"),
)
