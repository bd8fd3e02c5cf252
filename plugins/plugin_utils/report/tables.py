# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account has, as tables. All formats show the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import Domain, Gateway, Key, Policy, Provider, Report, Route
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import counted

# Each takes its time to be looked at, too.
MAX_DRAWINGS = 50


class Code(str):
    """Text that is a name or a value, and no prose."""

    __slots__ = ()


Rows = Sequence[Sequence[str]]


class Table(NamedTuple):
    """A table of a report, with what its rows are made of."""

    title: str
    columns: Sequence[str]
    rows: Callable[[Report], Rows]


GATEWAY_COLUMNS = ("Gateway", "Access", "Keys", "Routes", "Policies", "Custom domains")
KEY_COLUMNS = ("Key", "Last changed", "Age")
ROUTE_COLUMNS = ("Route", "Elements", "Warnings")
POLICY_COLUMNS = ("Policy", "Whom", "What", "When", "Action")
DOMAIN_COLUMNS = ("Custom domain", "Status")
PROVIDER_COLUMNS = ("Custom provider", "URL", "Prices")


def access_of(gateway: Gateway) -> str:
    """Return who may use a gateway."""
    return "open to anybody" if gateway.is_open else "with a token"


def _gateway_row(gateway: Gateway) -> list[str]:
    parts = (gateway.keys, gateway.routes, gateway.policies, gateway.domains)
    return [Code(gateway.subject.id), access_of(gateway), *(str(len(part)) for part in parts)]


def key_row(key: Key) -> list[str]:
    """Return a key's cells below its name."""
    if key.changed is None or key.age_days is None:
        return ["unknown", "unknown"]
    return [key.changed, counted(key.age_days, "day") + (", old" if key.is_old else "")]


def route_row(route: Route) -> list[str]:
    """Return a route's cells below its name."""
    return [str(len(route.elements)), " ".join(route.warnings) or "none"]


def policy_row(policy: Policy) -> list[str]:
    """Return a policy's cells below its name."""
    return [*map(Code, (policy.actor, policy.resource, policy.condition, policy.action))]


def policy_name(policy: Policy) -> str:
    """Return what to call a policy, and whether it is a draft only."""
    return policy.subject.id + (" (draft)" if policy.is_draft else "")


def domain_row(domain: Domain) -> list[str]:
    """Return a domain's cells below its name."""
    return [domain.status or "unknown"]


def provider_row(provider: Provider) -> list[str]:
    """Return a provider's cells."""
    prices = "not read" if provider.prices is None else counted(provider.prices, "model")
    return [Code(provider.subject.id), Code(provider.base_url), prices]


TABLES = (
    Table("Gateways", GATEWAY_COLUMNS, lambda report: [_gateway_row(gateway) for gateway in report.gateways]),
    Table("Keys", KEY_COLUMNS, lambda report: [[Code(key.subject.path), *key_row(key)] for one in report.gateways for key in one.keys]),
    Table(
        "Routes",
        ROUTE_COLUMNS,
        lambda report: [[Code(route.subject.path), *route_row(route)] for one in report.gateways for route in one.routes],
    ),
    Table(
        "Policies",
        POLICY_COLUMNS,
        lambda report: [
            [Code(f"{one.subject.id}/{policy_name(policy)}"), *policy_row(policy)] for one in report.gateways for policy in one.policies
        ],
    ),
    Table(
        "Custom domains",
        DOMAIN_COLUMNS,
        lambda report: [[Code(domain.subject.path), *domain_row(domain)] for one in report.gateways for domain in one.domains],
    ),
    Table("Custom providers", PROVIDER_COLUMNS, lambda report: [provider_row(provider) for provider in report.providers]),
)
