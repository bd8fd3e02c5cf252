# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Custom domains: host names in front of a gateway."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from typing_extensions import NotRequired, TypedDict

from tests.simulator import api
from tests.simulator.contract import strict
from tests.simulator.defaults import timestamp, with_times
from tests.simulator.protocol import (
    DOMAIN_OF_ANOTHER_ACCOUNT,
    DOMAIN_OF_ANOTHER_GATEWAY,
    INVALID_INPUT,
    Answer,
    Json,
    Problem,
    failure,
    not_found,
)
from tests.simulator.resource import Call, Failure, Filter, Resource
from tests.simulator.resources.gateways import OF_A_GATEWAY
from tests.simulator.validation import Refused, check

KIND = "custom_domains"
HOST_NAME = r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$"
STATES = ("initializing", "pending_dcv", "active", "blocked", "error")
TLS_NAMES = ("minTLS", "min_tls")

# Stored, but omitted from most answers.
INPUT = ("zone_id", *TLS_NAMES)

TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]


@strict
class Create(TypedDict):
    """The body of a create. None of its fields can be changed later."""

    domain: Annotated[str, Field(max_length=253, pattern=HOST_NAME)]
    zone_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    minTLS: NotRequired[TlsVersion]
    min_tls: NotRequired[TlsVersion]


CREATE: TypeAdapter[Create] = TypeAdapter(Create)


def create(call: Call) -> Answer:
    """Attach a host name to the gateway. No DNS record is created."""
    given = checked(call)
    hostname = given.pop("domain")
    zones = call.behaviour.domain_zones
    if zones is not None and given["zone_id"] not in zones:
        raise Refused([Problem("Zone was not found in this account", ("body", "zone_id"))])
    refuse_taken(call, hostname)
    made = call.made(seeded({**given, "hostname": hostname, "gateway_id": call.place.parent}))
    return call.resource.success({**call.resource.shown(call, made), "status": call.behaviour.domain_states[0]}, None)


def checked(call: Call) -> Json:
    """Return the checked body.

    :raises Refused: if it violates the contract, which has only one of the two names for the TLS version.
    """
    body, behaviour = call.body(), call.behaviour
    if behaviour.domain_case == "lower" and isinstance(body, dict) and isinstance(body.get("domain"), str):
        body = {**body, "domain": body["domain"].lower()}
    given = check(CREATE, body, behaviour)
    unknown = [name for name in TLS_NAMES if name in given and name != behaviour.domain_tls_name]
    if unknown and not behaviour.tolerate_unknown:
        raise Refused([Problem(f"Unrecognized key: {unknown[0]}", ("body", unknown[0]))])
    return {name: value for name, value in given.items() if name not in unknown}


def refuse_taken(call: Call, hostname: str) -> None:
    """Refuse a host name that is already attached, here or elsewhere, or was detached a moment ago.

    :raises Failure: with a separate code for each case, if the codes are those of a related product.
    """
    is_plain = call.behaviour.domain_codes == "plain"
    found = call.store.find(KIND, None, hostname)
    removal = call.store.since_removal(KIND, hostname)
    if found is None:
        if removal.steps(call.behaviour.domain_release) >= 1:
            return
        removal.reads += 1
        code, message = INVALID_INPUT, f"The domain {hostname} still exists"
    elif found[0].account != call.account:
        code, message = DOMAIN_OF_ANOTHER_ACCOUNT, f"The domain {hostname} is attached in another account"
    elif found[0] != call.place:
        code, message = DOMAIN_OF_ANOTHER_GATEWAY, f"The domain {hostname} is attached to another gateway"
    else:
        code, message = INVALID_INPUT, f"The domain {hostname} already exists"
    raise Failure(failure(400, [{"code": INVALID_INPUT if is_plain else code, "message": message, "path": ["body", "domain"]}]))


def status(call: Call, item: Json) -> str:
    """Return the state of a domain: the seeded one, or else the one that it has reached by now."""
    states = call.behaviour.domain_states
    reached = min(call.age(item).steps(call.behaviour.domain_step), len(states) - 1)
    return str(item.get("status") or states[int(reached)])


def seeded(given: Json) -> Json:
    """Return a domain from any object with a gateway_id, with missing fields filled in."""
    now = timestamp()
    made = {"hostname": "ai.example.com", "zone_id": "0" * 32, "cname_target": f"{secrets.token_hex(8)}.cname.example.com"}
    return {**made, "created_at": now, "modified_at": now, **given, "gateway_id": given["gateway_id"]}


def view(call: Call, item: Json) -> Json:
    """Return a domain as shown in an answer."""
    is_shown = call.behaviour.domain_input == "shown"
    shown = {name: value for name, value in item.items() if is_shown or name not in INPUT}
    return {**with_times(shown, call.behaviour.domain_times), "status": status(call, item)}


RESOURCE = Resource(
    kind=KIND,
    path="ai-gateway/gateways/{parent}/custom-domains",
    operations={
        ("GET", ""): api.listing,
        ("POST", ""): create,
        ("GET", "{id}"): api.get,
        ("DELETE", "{id}"): api.delete,
    },
    seeded=seeded,
    key="hostname",
    parent=OF_A_GATEWAY,
    search=("hostname",),
    filters={"status": Filter(lambda call, item, text: status(call, item) == text, STATES)},
    view=view,
    missing=lambda _behaviour: not_found("Custom domain not found"),
)
