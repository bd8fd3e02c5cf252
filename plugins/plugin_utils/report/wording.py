# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences and short texts of a report."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED, DELETED, RECREATED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import MASK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some, printable
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import (
    CHECKS,
    CONTEXT_LINES,
    KINDS,
    Finding,
    Report,
    SettingChange,
    Subject,
)

NOT_SET, HIDDEN = "not set", "secret, not shown"
# Longer values are shown as a diff of lines.
MAX_VALUE = 90
MAX_TEXT = 300
MAX_COMPARED_LINES = 400
MAX_DIFF_LINES = 60
MAX_MESSAGE = 500


def counted(number: int, one: str, several: str = "") -> str:
    """Return a number with its noun, such as ``2 keys``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def enumerated(parts: Sequence[str]) -> str:
    """Return the parts as an enumeration, with commas, and with "and" before the last."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def of_kinds(counts: Mapping[str, int]) -> str:
    """Return the number of objects of each kind, such as ``1 key and 2 routes``. Kinds without objects are left out."""
    parts = [counted(counts[name], kind.one, kind.several) for name, kind in KINDS.items() if counts.get(name)]
    return enumerated(parts) if parts else ""


def value_text(value: Any) -> str:
    """Return a setting's value as one line of text."""
    if value is None:
        return NOT_SET
    if value == MASK:
        return HIDDEN
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return printable(text.replace(MASK, HIDDEN), MAX_TEXT) or "empty"


def setting_change(name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> SettingChange:
    """Return the difference of a setting between two sides of a diff. A side is ``None`` if the object does not exist."""
    sides = [None if side is None or name not in side else value_text(side[name]) for side in (before, after)]
    lines: list[str] = []
    values = [(side or {}).get(name) for side in (before, after)]
    if any(side is not None and len(side) > MAX_VALUE for side in sides) or any(map(_is_outline, values)):
        lines = _diff(*map(_lines, values))
    return SettingChange(printable(name, MAX_VALUE), sides[0], sides[1], lines)


def _is_outline(value: Any) -> bool:
    """Return whether a value is a list of lines of text, such as the outline of a graph."""
    return isinstance(value, list) and len(value) > 1 and all(isinstance(line, str) for line in value)


def _lines(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        lines = value
    elif isinstance(value, str):
        lines = value.splitlines()
    else:
        lines = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, default=str).splitlines()
    return [_line(line.replace(MASK, HIDDEN)) for line in lines[:MAX_COMPARED_LINES]]


def _line(text: str) -> str:
    indent = len(text) - len(text.lstrip(" "))
    return " " * min(indent, MAX_VALUE) + printable(text, MAX_TEXT)


def _diff(before: list[str], after: list[str]) -> list[str]:
    found = list(difflib.unified_diff(before, after, lineterm="", n=CONTEXT_LINES))[2:]
    left_out = len(found) - MAX_DIFF_LINES
    return found if left_out <= 0 else [*found[:MAX_DIFF_LINES], f"({left_out} more lines)"]


def change_message(operation: str, names: Sequence[str]) -> str:
    """Return a message about the effect of applying the document to an object whose settings ``names`` differ."""
    shown = name_some(names)
    if operation == CREATED:
        return "It is declared, but does not exist."
    if operation == DELETED:
        return "It exists, but applying the document would delete it."
    differ = (
        f"{counted(len(names), 'setting differs', 'settings differ')} from what is declared: {shown}."
        if names
        else "It is not as declared."
    )
    if operation == RECREATED:
        return f"{differ} Applying the document would delete it and create it again."
    return differ


def change_detail(operation: str, names: Sequence[str]) -> str:
    """Return a short form of ``change_message``."""
    if operation == CREATED:
        return ""
    return f"would be {operation}" if operation == DELETED else name_some(names)


def undeclared_message(belonging: Mapping[str, int]) -> str:
    """Return a message about an object that is not in the document. ``belonging`` has the number of objects of a gateway by kind."""
    parts = of_kinds(belonging)
    return f"It exists{f', with {parts},' if parts else ','} but the document does not mention it."


def verdict(counts: Mapping[str, int], checks: Iterable[str], is_compared: bool, comparison_error: str) -> str:
    """Return a summary of the report in one paragraph."""
    has = of_kinds(counts)
    found = Counter(checks)
    sentences = [f"The account has {has}." if has else "The account has no gateways, and nothing that belongs to one."]
    if comparison_error:
        sentences.append(f"It could not be compared with the document: {printable(comparison_error, MAX_MESSAGE)}")
    elif not is_compared:
        sentences.append("It was not compared with a document.")
    elif not any(found[check] for check in ("failed", "missing", "drifted")):
        sentences.append("Everything that the document declares is as declared.")
    sentences += [_SENTENCES[check](found[check]) for check in CHECKS if found[check]]
    if not found and not comparison_error:
        sentences.append("Nothing needs attention.")
    return " ".join(sentences)


_SENTENCES = {
    "failed": lambda number: f"{counted(number, 'object')} could not be compared.",
    "without_authentication": lambda number: f"Anybody who knows the URL can use {counted(number, 'gateway')}.",
    "missing": lambda number: f"{counted(number, 'declared object is', 'declared objects are')} missing.",
    "drifted": lambda number: f"{counted(number, 'object is', 'objects are')} not as declared.",
    "route_warnings": lambda number: f"{counted(number, 'warning')} about routes.",
    "old_keys": lambda number: f"{counted(number, 'key is', 'keys are')} due for rotation.",
    "undeclared": lambda number: f"{counted(number, 'object is', 'objects are')} not in the document.",
}


def time_text(report: Report) -> str:
    """Return the time of a report in a readable form."""
    return f"{report.time[:16].replace('T', ' ')} UTC"


def label(subject: Subject) -> str:
    """Return the kind and the path of the object, such as ``route shop/support``, with printable characters only."""
    kind = KINDS.get(subject.kind)
    return f"{kind.one if kind else printable(subject.kind, MAX_VALUE)} {printable(subject.path, MAX_TEXT)}"


def finding_lines(findings: Iterable[Finding], comparison_error: str) -> list[str]:
    """Return each finding as a short line, such as ``drifted: gateway shop (cache_ttl)``."""
    lines = [f"not compared: {printable(comparison_error, MAX_MESSAGE)}"] if comparison_error else []
    for one in findings:
        title = CHECKS[one.check].title
        detail = f" ({printable(one.detail, MAX_TEXT).rstrip('.')})" if one.detail else ""
        lines.append(f"{title[0].lower()}{title[1:]}: {label(one.subject)}{detail}")
    return lines or ["no findings"]
