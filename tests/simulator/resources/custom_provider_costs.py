# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prices of custom providers, for the tokens of a model."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from pydantic import TypeAdapter
from typing_extensions import NotRequired, TypedDict

from tests.simulator import api
from tests.simulator.contract import strict
from tests.simulator.defaults import timestamp, with_times
from tests.simulator.item_store import Place
from tests.simulator.protocol import Answer, Json, Problem
from tests.simulator.resource import Call, Resource, by_boolean, by_text
from tests.simulator.resources import custom_providers
from tests.simulator.validation import Refused
from tests.simulator.value_types import Number, Text, fresh_uuid

IDENTITY = ("account_provider_id", "model", "model_rule", "cost_type")
DEFAULTS: Json = {"model_rule": "equals", "cost_type": "tokens", "enable": True, "weight": 0, "changed_by": "manual"}
PRICES = ("cost_in", "cost_out")


@strict
class OptionalFields(TypedDict):
    """The optional fields of a price."""

    model_rule: NotRequired[Literal["equals", "starts-with", "contains"]]
    cost_type: NotRequired[str]
    cost_in: NotRequired[Number]
    cost_out: NotRequired[Number]
    token_pricing: NotRequired[dict[str, Number]]
    enable: NotRequired[bool]


@strict
class Create(OptionalFields):
    """The body of a create."""

    account_provider_id: str
    model: Text


@strict
class Change(OptionalFields):
    """The body of an update: only the fields to change."""

    model: NotRequired[Text]


CREATE: TypeAdapter[Create] = TypeAdapter(Create)
CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


def create(call: Call) -> Answer:
    """Create a price."""
    given = call.checked(CREATE)
    if given["account_provider_id"] not in call.store.items(Place(custom_providers.KIND, call.account)):
        raise Refused([Problem("Custom provider not found", ("body", "account_provider_id"))])
    made = seeded(given)
    refuse_duplicate(call, made)
    return call.shown(call.made(made))


def change(call: Call) -> Answer:
    """Change only the given fields."""
    item = call.item()
    given = call.checked(CHANGE)
    refuse_duplicate(call, {**item, **given})
    return call.shown(call.changed(item, given))


def refuse_duplicate(call: Call, made: Json) -> None:
    """Refuse a duplicate price, on a server that requires unique prices.

    :raises Refused: if there is already such a price.
    """
    others = [item for item in call.items().values() if item["id"] != made["id"]]
    if call.behaviour.cost_unique and any(all(item.get(name) == made[name] for name in IDENTITY) for item in others):
        raise Refused([Problem("A price for this model already exists", ("body", "model"))])


def seeded(given: Json) -> Json:
    """Return a price from any object, with missing fields filled in."""
    now = timestamp()
    made = {"id": fresh_uuid(), "account_provider_id": "", "model": "example-model"}
    return {**made, **DEFAULTS, "created_at": now, "modified_at": now, **given}


def view(call: Call, item: Json) -> Json:
    """Return a price as shown in an answer: ``token_pricing`` as text, and numbers in the notation of the server."""
    shown = with_times(item, call.behaviour.provider_times)
    is_decimal = call.behaviour.cost_notation == "decimal"
    if isinstance(shown.get("token_pricing"), dict):
        shown["token_pricing"] = decimal_text(shown["token_pricing"]) if is_decimal else json.dumps(shown["token_pricing"])
    for name in PRICES:
        if is_decimal and name in shown:
            shown[name] = float(shown[name])
    return shown


def decimal_text(pricing: dict[str, Any]) -> str:
    """Return prices as JSON text, the names sorted and the numbers without an exponent."""
    pairs = [f"{json.dumps(name)}:{format(Decimal(repr(float(value))), 'f')}" for name, value in sorted(pricing.items())]
    return f"{{{','.join(pairs)}}}"


def order(call: Call, items: Iterable[Json]) -> list[Json]:
    """Sort by the last change, latest first."""
    return sorted(items, key=lambda item: -call.store.last_change(call.place, item["id"]))


RESOURCE = Resource(
    kind=custom_providers.COSTS,
    path="ai-gateway/custom-providers/costs",
    operations={
        ("GET", ""): api.listing,
        ("POST", ""): create,
        ("GET", "{id}"): api.get,
        ("PATCH", "{id}"): change,
        ("DELETE", "{id}"): api.delete,
    },
    seeded=seeded,
    search=("model", "changed_by"),
    filters={
        "enable": by_boolean("enable"),
        "account_provider_id": by_text("account_provider_id"),
        "model_rule": by_text("model_rule", "equals", "starts-with", "contains"),
        "cost_type": by_text("cost_type"),
    },
    order=order,
    view=view,
    invalid=custom_providers.invalid,
    missing=custom_providers.missing,
)
