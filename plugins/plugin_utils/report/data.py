# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a report of an account. Text is not escaped, because that depends on the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules import account_document
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import outline

ERROR, WARNING, NOTICE = "error", "warning", "notice"
CONTEXT_LINES = 2


class Kind(NamedTuple):
    """A kind of objects: its field table, the name of its list in the document, and its name in singular and plural."""

    resource: Resource
    listed_as: str
    one: str
    several: str


KINDS: Mapping[str, Kind] = {
    kind.resource.kind: kind
    for kind in (
        Kind(CUSTOM_PROVIDER, account_document.CUSTOM_PROVIDERS, "custom provider", "custom providers"),
        Kind(GATEWAY, account_document.GATEWAYS, "gateway", "gateways"),
        Kind(PROVIDER_CONFIG, account_document.PROVIDER_CONFIGS, "key", "keys"),
        Kind(DYNAMIC_ROUTE, account_document.DYNAMIC_ROUTES, "route", "routes"),
        Kind(POLICY, account_document.POLICIES, "policy", "policies"),
        Kind(CUSTOM_DOMAIN, account_document.CUSTOM_DOMAINS, "custom domain", "custom domains"),
    )
}


class Check(NamedTuple):
    """The title and the severity of one sort of findings."""

    title: str
    severity: str


# By name, in the order of the findings in a report.
CHECKS: Mapping[str, Check] = {
    "failed": Check("Not compared", ERROR),
    "without_authentication": Check("Authentication is off", ERROR),
    "missing": Check("Missing", WARNING),
    "drifted": Check("Drifted", WARNING),
    "route_warnings": Check("Route warning", WARNING),
    "old_keys": Check("Old key", WARNING),
    "undeclared": Check("Not declared", NOTICE),
}


class Subject(NamedTuple):
    """The identity of an object. ``parent`` is the id of its gateway, or ``None`` if the object belongs to the account."""

    kind: str
    parent: str | None
    id: str

    @property
    def name(self) -> str:
        """Return the kind, the gateway if there is one, and the id, in the form that playbooks report."""
        return " ".join(part for part in self if part)

    @property
    def path(self) -> str:
        """Return the id, after that of the gateway if there is one."""
        return self.id if self.parent is None else f"{self.parent}/{self.id}"


@dataclass(frozen=True)
class Finding:
    """A problem that needs attention: the name of its check, a message in sentences, and a short detail for a single line."""

    check: str
    subject: Subject
    message: str
    detail: str = ""


@dataclass(frozen=True)
class SettingChange:
    """A setting that differs, as text. ``lines`` are a diff, for values that are too long to be shown side by side."""

    name: str
    before: str | None
    after: str | None
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Change:
    """A change that applying the document would make to an object."""

    subject: Subject
    operation: str
    settings: Sequence[SettingChange]
    deleted_children: Sequence[Subject] = ()


@dataclass(frozen=True)
class Key:
    """A provider's key. If the time of its last change is unknown, ``changed`` (a date) and ``age_days`` are ``None``."""

    subject: Subject
    changed: str | None
    age_days: int | None
    is_old: bool


@dataclass(frozen=True)
class Route:
    """A route. ``elements`` is its graph as it was read."""

    subject: Subject
    elements: Sequence[Any]
    warnings: Sequence[str]


@dataclass(frozen=True)
class Policy:
    """A policy, with its parts as text."""

    subject: Subject
    actor: str
    resource: str
    condition: str
    action: str
    is_draft: bool


@dataclass(frozen=True)
class Domain:
    """A custom domain."""

    subject: Subject
    status: str | None


@dataclass(frozen=True)
class Provider:
    """A custom provider. ``prices`` is the number of models with a price, or ``None`` if prices were not read."""

    subject: Subject
    base_url: str
    prices: int | None


@dataclass(frozen=True)
class Gateway:
    """A gateway, with the objects that belong to it."""

    subject: Subject
    is_open: bool
    keys: Sequence[Key]
    routes: Sequence[Route]
    policies: Sequence[Policy]
    domains: Sequence[Domain]

    @property
    def belonging(self) -> list[Subject]:
        """Return the objects that belong to it."""
        return [
            *(key.subject for key in self.keys),
            *(route.subject for route in self.routes),
            *(policy.subject for policy in self.policies),
            *(domain.subject for domain in self.domains),
        ]


@dataclass(frozen=True)
class Report:
    """All facts of a report.

    ``comparison_error`` is the reason why the account could not be compared, or empty. ``lines`` are the findings as short lines of text.
    """

    title: str
    account_id: str | None
    time: str
    is_compared: bool
    comparison_error: str
    max_key_age_days: int
    verdict: str
    counts: Mapping[str, int]
    findings: Sequence[Finding] = ()
    changes: Sequence[Change] = ()
    undeclared: Sequence[Subject] = ()
    providers: Sequence[Provider] = ()
    gateways: Sequence[Gateway] = ()
    lines: Sequence[str] = ()
    subjects: Sequence[Subject] = field(default=(), repr=False)


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as data for JSON, with each subject as ``kind``, ``parent`` and ``id``, and each graph as an outline.

    ``found`` contains the names of the objects that each check found, without duplicates.
    """
    names = {check: [finding.subject.name for finding in report.findings if finding.check == check] for check in CHECKS}
    return {**_plain(report), "found": {check: list(dict.fromkeys(found)) for check, found in names.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, Subject):
        return value._asdict()
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if not is_dataclass(value):
        return value
    parts = {one.name: getattr(value, one.name) for one in fields(value)}
    subject, elements = parts.pop("subject", None), parts.pop("elements", None)
    graph = {} if elements is None else {"outline": outline(elements)}
    return {**(subject._asdict() if subject else {}), **{name: _plain(part) for name, part in parts.items()}, **graph}
