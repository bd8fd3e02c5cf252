# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contents of an account as tables. All formats show the same tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import Key, Report
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import counted

# Maximum number of drawings in a report.
MAX_DRAWINGS = 50


class Code(str):
    """Text that is a name or a value, not prose."""

    __slots__ = ()


Rows = Sequence[Sequence[str]]


class Table(NamedTuple):
    """A table of a report, with the function that returns its rows."""

    title: str
    columns: Sequence[str]
    rows: Callable[[Report], Rows]


def _gateways(report: Report) -> Rows:
    return [
        [
            Code(one.subject.id),
            "open to anybody" if one.is_open else "with a token",
            *(str(len(part)) for part in (one.keys, one.routes, one.policies, one.domains)),
        ]
        for one in report.gateways
    ]


def _keys(report: Report) -> Rows:
    return [[Code(key.subject.path), key.changed or "unknown", _age(key)] for one in report.gateways for key in one.keys]


def _age(key: Key) -> str:
    if key.age_days is None:
        return "unknown"
    return counted(key.age_days, "day") + (", old" if key.is_old else "")


def _routes(report: Report) -> Rows:
    return [
        [Code(route.subject.path), str(len(route.elements)), " ".join(route.warnings) or "none"]
        for one in report.gateways
        for route in one.routes
    ]


def _policies(report: Report) -> Rows:
    return [
        [
            Code(policy.subject.path),
            "draft" if policy.is_draft else "in force",
            *map(Code, (policy.actor, policy.resource, policy.condition, policy.action)),
        ]
        for one in report.gateways
        for policy in one.policies
    ]


def _domains(report: Report) -> Rows:
    return [[Code(domain.subject.path), domain.status or "unknown"] for one in report.gateways for domain in one.domains]


def _providers(report: Report) -> Rows:
    return [
        [Code(one.subject.id), Code(one.base_url), "not read" if one.prices is None else counted(one.prices, "model")]
        for one in report.providers
    ]


TABLES = (
    Table("Gateways", ("Gateway", "Access", "Keys", "Routes", "Policies", "Custom domains"), _gateways),
    Table("Keys", ("Key", "Last changed", "Age"), _keys),
    Table("Routes", ("Route", "Elements", "Warnings"), _routes),
    Table("Policies", ("Policy", "State", "Actor", "Resource", "Condition", "Action"), _policies),
    Table("Custom domains", ("Custom domain", "Status"), _domains),
    Table("Custom providers", ("Custom provider", "URL", "Prices"), _providers),
)
