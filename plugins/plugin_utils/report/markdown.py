# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as Markdown for GitHub, GitLab and many wikis."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import mermaid
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_MESSAGE, printable
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import CHECKS, Change, Report, Route
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.svg import MAX_ELEMENTS
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.tables import MAX_DRAWINGS, TABLES, Code
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import counted, label, time_text

MAX_ROWS = 500
# Characters with a meaning in Markdown or in embedded HTML. An underscore within a word has none.
_UNSAFE = re.compile(r"[\\`*{}\[\]<>|~&$#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|@|(?<=www)\.")
# Text that a code span in a table cannot contain, or that templates would evaluate.
_NO_CODE = re.compile(r"[`|\\]|\{[{%#]|^\s|\s$|^$")
_TEMPLATE = re.compile(r"\{(?=[{%#])")


def markdown(report: Report, max_bytes: int | None = None) -> str:
    """Return the report as Markdown.

    :param max_bytes: maximum size in UTF-8. Parts that do not fit are left out, with a note. More important parts are added first.
    """
    parts = [_head(report), *_parts(report)]
    text = "\n\n".join(body for _name, body in parts) + "\n"
    if max_bytes is None or len(text.encode()) <= max_bytes:
        return text
    kept: list[str] = []
    left_out: list[str] = []
    room = max_bytes - sum(len(name.encode()) + 2 for name, _body in parts) - len(_left_out([])) - 2
    for name, body in parts:
        size = len(body.encode()) + 2
        if size <= room:
            kept.append(body)
            room -= size
        else:
            left_out.append(name)
    return "\n\n".join([*kept, _left_out(left_out)]) + "\n"


def _left_out(names: Sequence[str]) -> str:
    return f"Left out, because the report would be too long: {', '.join(names)}."


def _head(report: Report) -> tuple[str, str]:
    account = f"Account {_code(report.account_id)}, " if report.account_id else ""
    return "Summary", f"# {_text(report.title)}\n\n{_text(report.verdict)}\n\n{account}{time_text(report)}"


def _parts(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the parts below the head with their names, the most important first."""
    if report.findings:
        found = [(CHECKS[one.check].severity, CHECKS[one.check].title, Code(label(one.subject)), one.message) for one in report.findings]
        yield "Findings", f"## Findings\n\n{_table(('Severity', 'Finding', 'Object', 'Details'), found)}"
    if report.changes:
        yield "Differences", "\n\n".join(["## What applying the document would do", *map(_change, report.changes)])
    for table in TABLES:
        rows = table.rows(report)
        if rows:
            yield table.title, f"## {table.title}\n\n{_table(table.columns, rows)}"
    routes = [route for gateway in report.gateways for route in gateway.routes if route.elements]
    if routes:
        yield "Drawings", "\n\n".join(["## Drawings of routes", *map(_drawing, routes[:MAX_DRAWINGS]), *_more_drawings(len(routes))])


def _change(change: Change) -> str:
    parts = [f"### {_code(label(change.subject))} would be {_text(change.operation)}"]
    rows = [(Code(one.name), _side(one.before), _side(one.after)) for one in change.settings if not one.lines]
    if rows:
        parts.append(_table(("Setting", "Current", "Declared"), rows))
    for setting in change.settings:
        if setting.lines:
            parts.append(f"{_code(setting.name)}:\n\n{_fenced(setting.lines, 'diff')}")
    if change.deleted_children:
        parts.append("Deleted with it: " + ", ".join(_code(label(child)) for child in change.deleted_children[:MAX_ROWS]))
    return "\n\n".join(parts)


def _side(value: str | None) -> str:
    return "" if value is None else Code(value)


def _drawing(route: Route) -> str:
    title = f"### {_code(label(route.subject))}"
    if len(route.elements) > MAX_ELEMENTS:
        return f"{title}\n\nIt has {counted(len(route.elements), 'element')}, which are too many for a drawing."
    return f"{title}\n\n{_fenced(mermaid(route.elements).splitlines(), 'mermaid')}"


def _more_drawings(number: int) -> list[str]:
    return [f"And {counted(number - MAX_DRAWINGS, 'more route')}."] if number > MAX_DRAWINGS else []


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_row(columns), _row(["---"] * len(columns))]
    lines += [_row([_code(cell) if isinstance(cell, Code) else _text(cell) for cell in row]) for row in rows[:MAX_ROWS]]
    if len(rows) > MAX_ROWS:
        lines.append(f"\nAnd {counted(len(rows) - MAX_ROWS, 'more row')}.")
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """Return text on one line, with everything escaped that has a meaning in Markdown."""
    return _UNSAFE.sub(lambda match: f"&#{ord(match[0])};", printable(text, MAX_MESSAGE))


def _code(text: str) -> str:
    """Return text as a code span, or as plain text if a code span cannot contain it."""
    shown = printable(text, MAX_MESSAGE)
    return _text(shown) if _NO_CODE.search(shown) else f"`{shown}`"


def _fenced(lines: Sequence[str], language: str) -> str:
    """Return lines as a code block. A space separates braces that a template would evaluate, because a block has no escapes."""
    body = _TEMPLATE.sub("{ ", "\n".join(lines))
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", body)), 3)
    return f"{fence}{language}\n{body}\n{fence}"
