# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of a check-mode result to the data of a report: changes, failures, and the declared objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.member import FAILED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED, DELETED, UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import mask_settings
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import KINDS, Change, SettingChange, Subject
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import setting_change

Json = Mapping[str, Any]
Sides = tuple[Any, Any]


class Comparison(NamedTuple):
    """The content of a check-mode result. ``managed`` are the lists in the document, by kind and by the gateway that they belong to."""

    changes: Sequence[Change] = ()
    failed: Mapping[Subject, str] = {}
    declared: frozenset[Subject] = frozenset()
    managed: frozenset[tuple[str, str | None]] = frozenset()
    is_compared: bool = False
    error: str = ""


def comparison_of(result: Json | None) -> Comparison:
    """Return the content of a check-mode result of ``ai_gateway_account`` or ``ai_gateways``, which is empty for a skipped task."""
    if not result or result.get("skipped"):
        return Comparison()
    entries = result.get("results")
    if not isinstance(entries, list):
        return Comparison(error=_text(result.get("msg")) or "The result has no results.")
    diffs = _diffs(result.get("diff"))
    changes: list[Change] = []
    failed: dict[Subject, str] = {}
    subjects: dict[Subject, None] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        subject, operation = _subject(entry), _text(entry.get("operation"))
        subjects[subject] = None
        error = entry.get("error")
        if error or operation == FAILED:
            failed[subject] = (_text(error.get("msg")) if isinstance(error, dict) else _text(error)) or "It failed without a message."
        elif operation not in ("", UNCHANGED):
            changes.append(_change(subject, operation, entry, diffs))
    managed = {(subject.kind, subject.parent) for subject in subjects} | set(_lists_of(result))
    return Comparison(changes, failed, frozenset(subjects), frozenset(managed), True)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _subject(entry: Json) -> Subject:
    """Return the subject of an entry. Entries of ``ai_gateways`` have no kind."""
    parent = entry.get("parent")
    return Subject(_text(entry.get("kind")) or GATEWAY.kind, None if parent is None else str(parent), _text(entry.get("id")))


def _diffs(diff: Any) -> dict[str, Sides]:
    """Return both sides of each diff by its header.

    The diff of an object comes before those of steps that change it again, such as the link of a gateway to the store for a new key.
    """
    parts = diff if isinstance(diff, list) else [diff]
    found: dict[str, Sides] = {}
    for part in parts:
        if isinstance(part, dict):
            found.setdefault(str(part.get("before_header")), (part.get("before"), part.get("after")))
    return found


def _change(subject: Subject, operation: str, entry: Json, diffs: Mapping[str, Sides]) -> Change:
    children = entry.get("deleted_children")
    named = [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []
    deleted = [Subject(_text(child.get("kind")), subject.id, _text(child.get("name"))) for child in named]
    return Change(subject, operation, _settings(subject, operation, entry, diffs), deleted)


def _settings(subject: Subject, operation: str, entry: Json, diffs: Mapping[str, Sides]) -> list[SettingChange]:
    names = entry.get("changed_settings")
    if operation == DELETED or not isinstance(names, list):
        return []
    before, after = _sides(subject, diffs)
    return [setting_change(str(name), None if operation == CREATED else before, after) for name in names]


def _sides(subject: Subject, diffs: Mapping[str, Sides]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return both sides of an object's diff. Secrets are masked again, because the diff may come from elsewhere."""
    headers = (f"{subject.kind} {subject.path}", subject.path)
    before, after = next((diffs[header] for header in headers if header in diffs), (None, None))
    return _masked(subject, before), _masked(subject, after)


def _masked(subject: Subject, side: Any) -> dict[str, Any] | None:
    if not isinstance(side, dict) or not side:
        return None
    kind = KINDS.get(subject.kind)
    # The outline of a graph is not a value of the setting, and contains no secrets.
    return mask_settings(kind.resource, side) if kind else dict(side)


def _lists_of(result: Json) -> list[tuple[str, str | None]]:
    """Return the lists in the document, including empty ones, which are derived from the account in the result."""
    gateways = result.get("gateways")
    if isinstance(gateways, dict):
        return [(GATEWAY.kind, None)]
    account = result.get("account")
    found: list[tuple[str, str | None]] = []
    if isinstance(account, dict):
        found += [(name, None) for name, kind in KINDS.items() if kind.listed_as in account]
        gateways = account.get("gateways")
    for gateway_id, gateway in gateways.items() if isinstance(gateways, dict) else ():
        found += [(name, str(gateway_id)) for name, kind in KINDS.items() if isinstance(gateway, dict) and kind.listed_as in gateway]
    return found
