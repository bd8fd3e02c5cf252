# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a report, derived from an account and the result of a check-mode run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.comparison import Comparison, comparison_of
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import (
    CHECKS,
    KINDS,
    Finding,
    Gateway,
    Provider,
    Report,
    Subject,
)
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.parsing import Clock, gateways, items_of, providers
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import (
    MAX_MESSAGE,
    change_detail,
    change_message,
    counted,
    finding_lines,
    undeclared_message,
    verdict,
)

MAX_KEY_AGE_DAYS = 90
TITLE = "AI Gateways"


def report_of(
    account: Mapping[str, Any],
    compared: Mapping[str, Any] | None = None,
    *,
    now: datetime,
    max_key_age_days: int = MAX_KEY_AGE_DAYS,
    account_id: str | None = None,
    title: str = TITLE,
    undeclared: bool = True,
) -> Report:
    """Return the facts of a report.

    :param account: ``account`` in the result of ``ai_gateway_account_info``.
    :param compared: result of ``ai_gateway_account`` or ``ai_gateways`` in check mode, or ``None``.
    :param now: time of the report, with a time zone. The same arguments give the same report.
    :param undeclared: whether to report objects that the document does not declare.
    """
    comparison = comparison_of(compared)
    found_providers, found_gateways = providers(account), gateways(account, Clock(now, max_key_age_days))
    stored = _subjects(found_providers, found_gateways)
    found_undeclared = list(_undeclared(stored, comparison)) if undeclared else []
    findings = _findings(comparison, found_gateways, found_undeclared)
    counts = Counter(subject.kind for subject in stored)
    return Report(
        title=title,
        account_id=account_id or _account_id(account),
        time=now.astimezone(timezone.utc).isoformat(timespec="seconds"),
        is_compared=comparison.is_compared,
        comparison_error=printable(comparison.error, MAX_MESSAGE),
        max_key_age_days=max_key_age_days,
        verdict=verdict(counts, [finding.check for finding in findings], comparison.is_compared, comparison.error),
        counts={kind: counts[kind] for kind in KINDS},
        findings=findings,
        changes=comparison.changes,
        undeclared=found_undeclared,
        providers=found_providers,
        gateways=found_gateways,
        lines=finding_lines(findings, comparison.error),
        subjects=_in_order(stored, comparison),
    )


def _subjects(found_providers: Sequence[Provider], found_gateways: Sequence[Gateway]) -> list[Subject]:
    """Return all stored objects: custom providers, and gateways with their child objects."""
    children = [subject for gateway in found_gateways for subject in (gateway.subject, *gateway.belonging)]
    return [*(provider.subject for provider in found_providers), *children]


def _findings(comparison: Comparison, found: Sequence[Gateway], undeclared: Sequence[Subject]) -> list[Finding]:
    """Return all findings in the order of the checks."""
    findings = (*_compared_findings(comparison), *_stored_findings(found, comparison), *_undeclared_findings(undeclared, found))
    return sorted(findings, key=lambda finding: list(CHECKS).index(finding.check))


def _account_id(account: Mapping[str, Any]) -> str | None:
    """Return the id of the account from the first object that contains it, or ``None``."""
    items: list[Mapping[str, Any]] = [account, *items_of(account, "gateway"), *items_of(account, "custom_provider")]
    found = (item.get(name) for item in items for name in ("account_id", "account_tag"))
    return next((value for value in found if isinstance(value, str) and value), None)


def _undeclared(stored: Sequence[Subject], comparison: Comparison) -> Iterator[Subject]:
    """Yield the objects that are not declared, although the document has a list for them."""
    for subject in stored:
        if (subject.kind, subject.parent) in comparison.managed and subject not in comparison.declared:
            yield subject


def _compared_findings(comparison: Comparison) -> Iterator[Finding]:
    for subject, message in comparison.failed.items():
        shown = printable(message, MAX_MESSAGE)
        yield Finding("failed", subject, shown, shown)
    for change in comparison.changes:
        check = "missing" if change.operation == CREATED else "drifted"
        names = [setting.name for setting in change.settings]
        yield Finding(check, change.subject, change_message(change.operation, names), change_detail(change.operation, names))


def _stored_findings(found: Sequence[Gateway], comparison: Comparison) -> Iterator[Finding]:
    drifted = {change.subject for change in comparison.changes for setting in change.settings if setting.name == "authentication"}
    for gateway in found:
        if gateway.is_open:
            remedy = "Apply the document." if gateway.subject in drifted else "Set authentication: true."
            yield Finding("without_authentication", gateway.subject, f"Anybody who knows its URL can use it. {remedy}")
        for route in gateway.routes:
            yield from (Finding("route_warnings", route.subject, warning, warning) for warning in route.warnings)
        for key in gateway.keys:
            if key.is_old and key.age_days is not None:
                age = counted(key.age_days, "day")
                yield Finding("old_keys", key.subject, f"Last changed on {key.changed}, {age} ago.", age)


def _undeclared_findings(undeclared: Sequence[Subject], found: Sequence[Gateway]) -> Iterator[Finding]:
    belonging = {gateway.subject: Counter(subject.kind for subject in gateway.belonging) for gateway in found}
    for subject in undeclared:
        yield Finding("undeclared", subject, undeclared_message(belonging.get(subject, {})))


def _in_order(stored: Sequence[Subject], comparison: Comparison) -> list[Subject]:
    """Return all objects that exist or are declared, without duplicates, those that do not exist last."""
    missing = [*comparison.failed, *(change.subject for change in comparison.changes)]
    return list(dict.fromkeys((*stored, *missing)))
