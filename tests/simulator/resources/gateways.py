# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AI Gateways, the parents of other items of AI Gateway in an account."""

from __future__ import annotations

from tests.simulator import api
from tests.simulator.defaults import seeded
from tests.simulator.item_store import GATEWAYS, Place
from tests.simulator.protocol import Answer, Json, Problem, not_found
from tests.simulator.resource import Call, Failure, Parent, Resource
from tests.simulator.validation import Refused
from tests.simulator.views import listed, shown


def create(call: Call) -> Answer:
    """Create a gateway, unless the account has reached its limit. The code of the answer in that case is not published."""
    limit = call.behaviour.gateway_limit
    if limit is not None and len(call.items()) >= limit:
        raise Refused([Problem(f"The account has {limit} gateways, which is the maximum", ("body", "id"))])
    return call.shown(call.store.create(call.account, call.body(), call.behaviour))


def update(call: Call) -> Answer:
    """Replace the settings of a gateway."""
    return call.shown(call.store.update(call.account, call.item(), call.body(), call.behaviour))


def remove_children(call: Call, gateway: Json) -> None:
    """Remove the items of a deleted gateway, or keep them as orphans."""
    if call.behaviour.gateway_children == "keep":
        return
    for resource in call.state.resources:
        if resource.parent is not None and resource.parent.kind == GATEWAYS:
            below = Call(call.state, call.request, call.who, resource, Place(resource.kind, call.account, gateway["id"]))
            for item in list(below.items().values()):
                api.remove(below, item)


def refuse_orphans(call: Call) -> None:
    """Refuse a request below a gateway that does not exist. A list request may return an empty list, or orphans, instead.

    :raises Failure: with 404.
    """
    is_listing = call.request.method == "GET" and not call.item_id
    if not is_listing or call.behaviour.unknown_gateway == "missing":
        raise Failure(not_found())


OF_A_GATEWAY = Parent(GATEWAYS, "gateway_id", refuse_orphans)

RESOURCE = Resource(
    kind=GATEWAYS,
    path="ai-gateway/gateways",
    operations={
        ("GET", ""): api.listing,
        ("POST", ""): create,
        ("GET", "{id}"): api.get,
        ("PUT", "{id}"): update,
        ("DELETE", "{id}"): api.delete,
    },
    seeded=lambda gateway: seeded(gateway["id"], gateway),
    search=("id",),
    view=lambda call, gateway: shown(gateway, call.behaviour),
    list_view=lambda call, gateway: listed(gateway, call.behaviour),
    removed=remove_children,
)
