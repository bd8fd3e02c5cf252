# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of an account from ``ai_gateway_account_info`` to the data of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import comparable_time
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_dynamic_route import WITHOUT_KEY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.prices import COSTS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import PREFIX
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import drawn_elements
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_graph import providers_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import (
    KINDS,
    Domain,
    Gateway,
    Key,
    Policy,
    Provider,
    Route,
    Subject,
)
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import value_text

Json = Mapping[str, Any]
OF_ACCOUNT, OF_GATEWAY = ("custom_provider", "gateway"), ("provider_config", "dynamic_route", "policy", "custom_domain")


class Clock(NamedTuple):
    """The time of the report, and the maximum age of a key in days. Older keys are reported."""

    now: datetime
    max_key_age_days: int


def shape_problems(account: Any) -> Iterator[str]:
    """Yield the problems of an account that does not have the expected structure."""
    if not isinstance(account, dict):
        yield "account must be a dict, as ai_gateway_account_info returns it under account"
        return
    yield from _list_problems(account, OF_ACCOUNT, "account")
    for index, gateway in enumerate(items_of(account, "gateway")):
        yield from _list_problems(gateway, OF_GATEWAY, f"account.gateways[{index}]")


def _list_problems(holder: Json, kinds: Sequence[str], where: str) -> Iterator[str]:
    for kind in kinds:
        items = holder.get(KINDS[kind].listed_as)
        if items is not None and not (isinstance(items, list) and all(isinstance(item, dict) for item in items)):
            yield f"{where}.{KINDS[kind].listed_as} must be a list of dicts"


def items_of(holder: Json, kind: str) -> list[dict[str, Any]]:
    """Return the objects of a kind in an account or a gateway."""
    items = holder.get(KINDS[kind].listed_as)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def subject_of(kind: str, item: Json, parent: str | None = None) -> Subject:
    """Return the subject that identifies an object."""
    keys = KINDS[kind].resource.keys
    return Subject(kind, parent, "/".join(str(item.get(key.key, key.default) or "") for key in keys))


def time_of(text: Any) -> datetime | None:
    """Return the time that the API writes as ``text``, or ``None`` if there is none."""
    parts = comparable_time(text)
    try:
        return None if parts is None else datetime.fromisoformat(f"{parts[0]}T{parts[1]}+00:00").astimezone(timezone.utc)
    except ValueError:
        return None


def providers(account: Json) -> list[Provider]:
    """Return the custom providers of an account."""
    found = []
    for item in items_of(account, "custom_provider"):
        prices = item.get(COSTS.name)
        url = value_text(item.get("base_url"))
        found.append(Provider(subject_of("custom_provider", item), url, len(prices) if isinstance(prices, list) else None))
    return found


def gateways(account: Json, clock: Clock) -> list[Gateway]:
    """Return the gateways of an account with the objects that belong to them."""
    slugs = None
    if account.get(KINDS["custom_provider"].listed_as) is not None:
        slugs = {PREFIX + str(item.get("slug")) for item in items_of(account, "custom_provider")}
    return [_gateway(item, slugs, clock) for item in items_of(account, "gateway")]


def _gateway(item: Json, custom_providers: set[str] | None, clock: Clock) -> Gateway:
    subject = subject_of("gateway", item)
    keys = None
    if item.get(KINDS["provider_config"].listed_as) is not None:
        keys = {str(config.get("provider_slug")) for config in items_of(item, "provider_config")}
    return Gateway(
        subject,
        item.get("authentication") is not True,
        [_key(config, subject.id, clock) for config in items_of(item, "provider_config")],
        [_route(route, subject.id, keys, custom_providers) for route in items_of(item, "dynamic_route")],
        [_policy(policy, subject.id) for policy in items_of(item, "policy")],
        [_domain(domain, subject.id) for domain in items_of(item, "custom_domain")],
    )


def _key(config: Json, gateway_id: str, clock: Clock) -> Key:
    changed = time_of(config.get("modified_at"))
    age = None if changed is None else max((clock.now - changed).days, 0)
    return Key(
        subject_of("provider_config", config, gateway_id),
        None if changed is None else changed.date().isoformat(),
        age,
        age is not None and age > clock.max_key_age_days,
    )


def _route(route: Json, gateway_id: str, keys: set[str] | None, custom_providers: set[str] | None) -> Route:
    graph = route.get("elements")
    elements = graph if isinstance(graph, list) else []
    warnings = [*_provider_warnings(elements, keys, custom_providers), *_graph_warnings(elements)]
    if route.get("is_valid") is False:
        warnings.append("Cloudflare marks its deployed version as invalid.")
    return Route(subject_of("dynamic_route", route, gateway_id), elements, warnings)


def _provider_warnings(elements: Sequence[Any], keys: set[str] | None, custom_providers: set[str] | None) -> Iterator[str]:
    """Yield warnings about missing keys and custom providers of a graph. ``None`` means that they were not read."""
    names = [name for name in providers_of(elements) if name not in WITHOUT_KEY]
    unknown = [name for name in names if name.startswith(PREFIX) and custom_providers is not None and name not in custom_providers]
    keyless = [name for name in names if name not in unknown and keys is not None and name not in keys]
    if unknown:
        yield f"It sends requests to {name_some(unknown)}, but the account has no such custom provider."
    if keyless:
        yield f"It sends requests to {name_some(keyless)} without a key in the gateway: they fail, unless Unified Billing pays for them."


def _graph_warnings(elements: Sequence[Any]) -> Iterator[str]:
    drawn = drawn_elements(elements)
    ids = {element.id for element in drawn}
    unreached = [element.title for element in drawn if not element.is_reached]
    missing = {target: None for element in drawn for _output, target in element.edges if target not in ids}
    if not drawn:
        yield "It has no deployed graph."
    if unreached:
        yield f"Nothing leads from the start to {name_some(unreached)}."
    if missing:
        yield f"It leads to {name_some(list(missing))}, but has no such element."


def _policy(policy: Json, gateway_id: str) -> Policy:
    drafts = KINDS["policy"].resource.drafts
    return Policy(
        subject_of("policy", policy, gateway_id),
        value_text(policy.get("actor")),
        value_text(policy.get("resource")),
        value_text(policy.get("condition")),
        value_text(policy.get("action")),
        any(policy.get(flag) is True for flag in (drafts.flags if drafts else ())),
    )


def _domain(domain: Json, gateway_id: str) -> Domain:
    status = domain.get("status")
    return Domain(subject_of("custom_domain", domain, gateway_id), None if status is None else value_text(status))
