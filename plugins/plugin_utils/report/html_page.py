# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as a self-contained HTML file, without scripts, fonts or network access. All text of the account is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import outline
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import (
    CHECKS,
    ERROR,
    KINDS,
    NOTICE,
    WARNING,
    Change,
    Finding,
    Report,
    Route,
    SettingChange,
)
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.markup import escaped
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.page_style import STYLE
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.svg import drawing
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.tables import MAX_DRAWINGS, TABLES, Code
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import counted, label, time_text

# Only this style sheet has an effect, even if other content got into the page.
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
GOOD = "good"
_LINE_KINDS = {"+": "added", "-": "removed"}
# A section: its title, the number of its entries, and its content.
_Section = tuple[str, int, str]


def html_page(report: Report) -> str:
    """Return the report as an HTML page."""
    sections = list(_sections(report))
    links = [f'<a href="#{_anchor(title)}">{escaped(title)}</a>' for title, _number, _body in sections]
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escaped(POLICY)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">',
            f"<title>{escaped(report.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
            *_head(report),
            f'<nav aria-label="Sections">{" ".join(links)}</nav>' if len(sections) > 1 else "",
            *(_section(*section) for section in sections),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _head(report: Report) -> Iterator[str]:
    account = f"Account {_code(report.account_id)}, " if report.account_id else ""
    yield f"<header><h1>{escaped(report.title)}</h1>"
    yield f'<p class="meta">{account}<time datetime="{escaped(report.time)}">{time_text(report)}</time></p></header>\n<main>'
    yield f'<p class="verdict {_severity(report)}">{escaped(report.verdict)}</p>'
    counts = [(report.counts.get(name, 0), kind) for name, kind in KINDS.items()]
    items = [f"<li><b>{number:,}</b> {escaped(kind.one if number == 1 else kind.several)}</li>" for number, kind in counts]
    yield f'<ul class="counts">{"".join(items)}</ul>'


def _severity(report: Report) -> str:
    """Return the worst severity of all findings."""
    found = {CHECKS[finding.check].severity for finding in report.findings}
    if report.comparison_error:
        found.add(ERROR)
    return next((severity for severity in (ERROR, WARNING, NOTICE) if severity in found), GOOD)


def _sections(report: Report) -> Iterator[_Section]:
    if report.findings:
        columns = ("Severity", "Finding", "Object", "Details")
        yield "Findings", len(report.findings), _table(columns, [_finding(finding) for finding in report.findings])
    if report.changes:
        yield "What applying the document would do", len(report.changes), "\n".join(map(_change, report.changes))
    for table in TABLES:
        rows = table.rows(report)
        if rows:
            yield table.title, len(rows), _table(table.columns, [list(map(_cell, row)) for row in rows])
    routes = [route for gateway in report.gateways for route in gateway.routes if route.elements]
    if routes:
        more = [f"<p>And {counted(len(routes) - MAX_DRAWINGS, 'more route')}.</p>"] if len(routes) > MAX_DRAWINGS else []
        yield "Drawings of routes", len(routes), "\n".join([*map(_drawing, routes[:MAX_DRAWINGS]), *more])


def _section(title: str, number: int, body: str) -> str:
    return f'<section id="{_anchor(title)}">\n<h2>{escaped(title)} <span class="count">{number:,}</span></h2>\n{body}\n</section>'


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _finding(finding: Finding) -> list[str]:
    check = CHECKS[finding.check]
    badge = f'<span class="badge {check.severity}">{check.severity}</span>'
    return [badge, escaped(check.title), _code(label(finding.subject)), escaped(finding.message)]


def _change(change: Change) -> str:
    parts = [f"<h3>{_code(label(change.subject))} would be {escaped(change.operation)}</h3>"]
    rows = [[_code(one.name), _side(one.before), _side(one.after)] for one in change.settings if not one.lines]
    if rows:
        parts.append(_table(("Setting", "Current", "Declared"), rows))
    parts += [_lines(setting) for setting in change.settings if setting.lines]
    if change.deleted_children:
        parts.append(f"<p>Deleted with it: {', '.join(_code(label(child)) for child in change.deleted_children)}</p>")
    return f'<article class="card">{"".join(parts)}</article>'


def _lines(setting: SettingChange) -> str:
    lines = [f'<span class="{_LINE_KINDS.get(line[:1], "same")}">{escaped(line)}</span>' for line in setting.lines]
    return f"<p>{_code(setting.name)}</p><pre>{''.join(lines)}</pre>"


def _side(value: str | None) -> str:
    return "" if value is None else _code(value)


def _drawing(route: Route) -> str:
    title = label(route.subject)
    shown = drawing(route.elements, title)
    lines = "".join(f"<span>{escaped(line)}</span>" for line in outline(route.elements))
    text = f"<pre>{lines}</pre>"
    body = f'<div class="drawing">{shown}</div><details><summary>As text</summary>{text}</details>' if shown else text
    return f'<article class="card"><h3>{_code(title)}</h3>{body}</article>'


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table. Its cells are already HTML."""
    numeric = [all(row[index].isdecimal() for row in rows) for index in range(len(columns))]
    kinds = [' class="number"' if is_numeric else "" for is_numeric in numeric]
    head = "".join(f'<th scope="col"{kind}>{escaped(column)}</th>' for column, kind in zip(columns, kinds))
    body = [
        "".join(f'<td data-column="{escaped(column)}"{kind}><span>{cell}</span></td>' for column, kind, cell in zip(columns, kinds, row))
        for row in rows
    ]
    lines = "\n".join(f"<tr>{cells}</tr>" for cells in body)
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>\n{lines}\n</tbody></table></div>'


def _cell(text: str) -> str:
    return _code(text) if isinstance(text, Code) else escaped(text)


def _code(text: str) -> str:
    return f"<code>{escaped(text)}</code>"
