# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Custom providers of an account, which all gateways can use by their slug."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter
from pydantic_core import PydanticCustomError
from typing_extensions import NotRequired, TypedDict

from tests.simulator import api
from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import strict
from tests.simulator.defaults import timestamp, with_times
from tests.simulator.item_store import Place
from tests.simulator.protocol import INVALID_INPUT, Answer, Json, Problem, failure, not_found
from tests.simulator.resource import Call, Failure, Resource, by_boolean
from tests.simulator.validation import check
from tests.simulator.value_types import HttpsUri, Integer, OptionalUri, Text, fresh_uuid
from tests.simulator.views import MASK, MASKS

KIND = "custom_providers"
COSTS = "custom_provider_costs"
LOGO = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"/>').decode()

# Codes from the product pages. The published schema has 7001 and 7002 instead.
DOCS_BAD_BASE_URL = 1002
DOCS_DUPLICATE = 1003
DOCS_NOT_FOUND = 1004


def json_object(value: str) -> str:
    """Accept a JSON object of header names and values as text, or the empty text that clears it."""
    problem = PydanticCustomError("json_object", "Expected a JSON object of texts, as text")
    try:
        headers = json.loads(value) if value else {}
    except ValueError:
        raise problem from None
    if not isinstance(headers, dict) or not all(isinstance(item, str) for item in headers.values()):
        raise problem
    return value


Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
Headers = Annotated[str, Field(max_length=8192), AfterValidator(json_object)]


@strict
class OptionalFields(TypedDict):
    """The optional fields of a provider."""

    description: NotRequired[str]
    enable: NotRequired[bool]
    beta: NotRequired[bool]
    headers: NotRequired[Headers]
    link: NotRequired[OptionalUri]
    curl_example: NotRequired[str]
    js_example: NotRequired[str]
    position: NotRequired[Integer]


@strict
class Create(OptionalFields):
    """The body of a create."""

    name: Text
    slug: Slug
    base_url: HttpsUri


@strict
class Change(OptionalFields):
    """The body of an update: only the fields to change."""

    name: NotRequired[Text]
    slug: NotRequired[Slug]
    base_url: NotRequired[HttpsUri]
    logo: NotRequired[str]


CREATE: TypeAdapter[Create] = TypeAdapter(Create)
CHANGE: TypeAdapter[Change] = TypeAdapter(Change)
OPTIONAL = tuple(OptionalFields.__annotations__)
DEFAULTS: Json = {"enable": False, "beta": False}


def invalid(problems: Sequence[Problem], behaviour: Behaviour) -> Answer:
    """Return the refusal of a body. The product pages have a separate code for an invalid base_url."""
    is_docs = behaviour.provider_errors == "docs"
    errors = [
        {
            "code": DOCS_BAD_BASE_URL if is_docs and problem.path == ("body", "base_url") else INVALID_INPUT,
            "message": problem.message,
            "path": list(problem.path),
        }
        for problem in problems
    ]
    return failure(400, errors)


def missing(behaviour: Behaviour) -> Answer:
    """Return 404 with the message and the code of the selected source."""
    if behaviour.provider_errors == "docs":
        return failure(404, [{"code": DOCS_NOT_FOUND, "message": "Custom provider not found"}])
    return not_found("Custom provider not found")


def refuse_duplicate(call: Call, slug: str, except_id: str = "") -> None:
    """Refuse a slug that another provider of the account has.

    :raises Failure: with 409 according to the product pages, with 400 according to the schema.
    """
    if any(item["slug"] == slug for item_id, item in call.items().items() if item_id != except_id):
        error: Json = {"message": f"A custom provider with slug {slug} already exists", "path": ["body", "slug"]}
        if call.behaviour.provider_errors == "docs":
            raise Failure(failure(409, [{"code": DOCS_DUPLICATE, **error}]))
        raise Failure(failure(400, [{"code": INVALID_INPUT, **error}]))


def given(call: Call, shape: TypeAdapter[Any]) -> tuple[Json, list[str]]:
    """Return the checked body, and the optional fields to clear because they are null, if the server accepts null."""
    body, cleared = call.body(), []
    if call.behaviour.provider_null == "clear" and isinstance(body, dict):
        cleared = [name for name in OPTIONAL if name in body and body[name] is None]
        body = {name: value for name, value in body.items() if name not in cleared}
    return check(shape, body, call.behaviour), cleared


def create(call: Call) -> Answer:
    """Create a provider."""
    settings, _cleared = given(call, CREATE)
    refuse_duplicate(call, settings["slug"])
    return call.shown(call.made(seeded(settings)))


def change(call: Call) -> Answer:
    """Change only the given fields."""
    item = call.item()
    settings, cleared = given(call, CHANGE)
    refuse_duplicate(call, {**item, **settings}["slug"], except_id=item["id"])
    defaults = {name: DEFAULTS[name] for name in cleared if name in DEFAULTS}
    return call.shown(call.changed(item, {**defaults, **settings}, cleared=cleared))


def seeded(given_fields: Json) -> Json:
    """Return a provider from any object, with missing fields filled in."""
    now = timestamp()
    slug = given_fields.get("slug", "example")
    made: Json = {"id": fresh_uuid(), "name": slug, "slug": slug, "base_url": f"https://{slug}.example.com"}
    return {**made, **DEFAULTS, "logo": LOGO, "created_at": now, "modified_at": now, **given_fields}


def view(call: Call, item: Json) -> Json:
    """Return a provider as shown in an answer."""
    behaviour = call.behaviour
    shown = with_times(item, behaviour.provider_times)
    if behaviour.provider_headers != "plain" and shown.get("headers"):
        shown["headers"] = masked(shown["headers"], behaviour)
    if behaviour.provider_unset == "null":
        shown = {**dict.fromkeys(OPTIONAL), **shown}
    return shown


def masked(headers: Any, behaviour: Behaviour) -> str:
    """Return a mask for all headers, or headers with masked values. Seeded headers may not be JSON."""

    def mask(secret: Any) -> str:
        return MASKS[behaviour.mask_style](str(secret)) or MASK

    if behaviour.provider_headers == "masked":
        return mask(headers)
    try:
        return json.dumps({name: mask(value) for name, value in json.loads(headers).items()})
    except (AttributeError, TypeError, ValueError):
        return mask(headers)


def order(call: Call, items: Iterable[Json]) -> list[Json]:
    """Sort by position and name according to the schema, or by ``order_by`` of the query according to the product pages."""
    if call.behaviour.provider_list == "oas":
        return sorted(items, key=lambda item: (item.get("position") or 0, item["name"]))
    name, _space, direction = call.request.query.get("order_by", "name ASC").partition(" ")
    return sorted(items, key=lambda item: str(item.get(name, "")), reverse=direction.upper() == "DESC")


def page_info(behaviour: Behaviour, info: Json) -> Json:
    """Return the metadata of a page. According to the product pages, it includes the number of pages."""
    if behaviour.provider_list == "oas":
        return info
    return {**info, "total_pages": -(-info["total_count"] // info["per_page"])}


def remove_costs(call: Call, provider: Json) -> None:
    """Remove the prices of a deleted provider."""
    place = Place(COSTS, call.account)
    for cost in list(call.store.items(place).values()):
        if cost["account_provider_id"] == provider["id"]:
            call.store.take(place, cost["id"])


RESOURCE = Resource(
    kind=KIND,
    path="ai-gateway/custom-providers",
    operations={
        ("GET", ""): api.listing,
        ("POST", ""): create,
        ("GET", "{id}"): api.get,
        ("PATCH", "{id}"): change,
        ("DELETE", "{id}"): api.delete,
    },
    seeded=seeded,
    search=("id", "name", "slug"),
    filters={"enable": by_boolean("enable"), "beta": by_boolean("beta")},
    order=order,
    view=view,
    removed=remove_costs,
    invalid=invalid,
    missing=missing,
    page_info=page_info,
)
