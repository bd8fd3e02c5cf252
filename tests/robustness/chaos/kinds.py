# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of items in records: the id of a gateway, or the kind and the natural key of any other item."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from tests.robustness.chaos.tables import Json
from tests.robustness.properties.meaning import meaning
from tests.simulator.item_store import GATEWAYS
from tests.simulator.resources.route_views import deployed

ROUTES, CONFIGS, PROVIDERS, COSTS = "dynamic_routes", "provider_configs", "custom_providers", "custom_provider_costs"
SECRETS_OF_STORE, STORES = "secrets", "stores"
# The fields that identify an item for the user. All kinds except gateways also have a reference that the server generates.
KEYS: dict[str, tuple[str, ...]] = {
    GATEWAYS: ("id",),
    ROUTES: ("name",),
    CONFIGS: ("provider_slug", "alias"),
    PROVIDERS: ("slug",),
    COSTS: ("model", "model_rule", "cost_type"),
    STORES: ("name",),
    SECRETS_OF_STORE: ("name",),
}
# Kinds by the end of the path of their collection. The first match counts.
COLLECTIONS = {
    "custom-providers/costs": COSTS,
    "custom-providers": PROVIDERS,
    "provider_configs": CONFIGS,
    "routes": ROUTES,
    "secrets": SECRETS_OF_STORE,
    "stores": STORES,
    "gateways": GATEWAYS,
}
PATH = re.compile(rf"/({'|'.join(COLLECTIONS)})(?:/([^/]+)(?:/(versions|deployments)(?:/[^/]+)?)?)?$")


class Target(NamedTuple):
    """The target of a request: the kind, the name of the item (``None``: all items), and the part of the item (empty: the whole item)."""

    kind: str
    name: str | None
    part: str = ""


def name_of(kind: str, item: Mapping[str, Any]) -> str:
    """Return the name of an item in records."""
    key = "/".join(str(item.get(field)) for field in KEYS[kind])
    return key if kind == GATEWAYS else f"{kind}/{key}"


def kind_of(name: str) -> str:
    """Return the kind of an item, given its name in records."""
    kind, separator, _key = name.partition("/")
    return kind if separator else GATEWAYS


def target_of(request: Json, names: Mapping[str, str]) -> Target:
    """Return the target of a request. ``names`` are those of all present and former items, by reference."""
    match = PATH.search(request["path"])
    if match is None:
        return Target(request["path"], None)
    kind, reference, part = COLLECTIONS[match[1]], match[2], match[3] or ""
    if reference is not None:
        found = unquote(reference)
        return Target(kind, found if kind == GATEWAYS else names.get(found, f"{kind}/{found}"), part)
    if request["method"] == "POST":
        body = request["body"]
        return Target(kind, name_of(kind, body[0] if isinstance(body, list) else body))
    return Target(kind, None)


def as_compared(kind: str, item: Json) -> Json:
    """Return a stored item, other than a gateway, with its settings at the top level: for a route, the deployed version and graph."""
    if kind == ROUTES:
        return {**item, **{name: value for name, value in (deployed(item) or {}).items() if name in ("version_id", "elements")}}
    return item


def meaning_in(kind: str, name: str, value: Any, **form: bool) -> Any:
    """Return the normal form of the value of a setting, which is equal for all equivalent values."""
    if kind == GATEWAYS:
        return meaning(name, value, **form)
    if name == "elements" and value is not None:
        return sorted(value, key=lambda element: str(element["id"]))
    if name == "headers" and isinstance(value, str):
        return json.loads(value or "{}") or None
    return value or None
