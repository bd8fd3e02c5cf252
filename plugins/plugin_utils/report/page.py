# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as one HTML file that opens without a network: no scripts, no fonts, no images from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import outline
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import CHECKS, Change, Finding, Report, Route, SettingChange
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.markup import escaped
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.style import STYLE
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.svg import drawing
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.tables import MAX_DRAWINGS, TABLES, Code, Rows
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import counted, label

# Nothing may be loaded or run, whatever a text of the account contains.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
MAX_ROWS = 1000


def page(report: Report) -> str:
    """Return the report as an HTML document."""
    title = escaped(report.title)
    head = (
        f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escaped(POLICY)}">\n<title>{title}</title>\n<style>{STYLE}</style>'
    )
    body = "\n".join([_summary(report), *_findings(report), *_changes(report), *_tables(report), *_drawings(report)])
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n'


def _summary(report: Report) -> str:
    account = f"Account {_code(report.account_id)}, " if report.account_id else ""
    state = "attention" if report.findings or report.comparison_error else "fine"
    return (
        f'<header class="{state}">\n<h1>{escaped(report.title)}</h1>\n<p class="verdict">{escaped(report.verdict)}</p>\n'
        f'<p class="meta">{account}<time>{escaped(report.time)}</time></p>\n</header>'
    )


def _findings(report: Report) -> Iterator[str]:
    if report.findings:
        yield _section("Findings", "".join(map(_finding, report.findings)), "ul", "findings")


def _finding(finding: Finding) -> str:
    check = CHECKS[finding.check]
    return (
        f'<li class="{check.severity}"><span class="badge">{escaped(check.title)}</span> {_code(label(finding.subject))}'
        f"<p>{escaped(finding.message)}</p></li>\n"
    )


def _changes(report: Report) -> Iterator[str]:
    if report.changes:
        yield _section("What applying the document would do", "".join(map(_change, report.changes)))


def _change(change: Change) -> str:
    short = [setting for setting in change.settings if not setting.lines]
    rows = [(Code(one.name), _side(one.before), _side(one.after)) for one in short]
    parts = [f"<h3>{_code(label(change.subject))}: {escaped(change.operation)}</h3>\n"]
    parts += [_table(("Setting", "As it is", "As declared"), rows)] if rows else []
    parts += [_long_change(setting) for setting in change.settings if setting.lines]
    if change.deleted_children:
        parts.append(f"<p>Deleted with it: {', '.join(_code(label(child)) for child in change.deleted_children)}</p>\n")
    return "".join(parts)


def _side(value: str | None) -> str:
    return "" if value is None else Code(value)


def _long_change(setting: SettingChange) -> str:
    lines = "".join(f'<span class="{_class_of(line)}">{escaped(line)}</span>' for line in setting.lines)
    return f'<p>{_code(setting.name)}</p>\n<pre class="diff">{lines}</pre>\n'


def _class_of(line: str) -> str:
    return {"+": "added", "-": "removed"}.get(line[:1], "same")


def _tables(report: Report) -> Iterator[str]:
    for table in TABLES:
        rows = table.rows(report)
        if rows:
            yield _section(table.title, _table(table.columns, rows))


def _drawings(report: Report) -> Iterator[str]:
    routes = [route for gateway in report.gateways for route in gateway.routes if route.elements]
    if routes:
        more = len(routes) - MAX_DRAWINGS
        rest = [f"<p>And {counted(more, 'more route')}.</p>"] if more > 0 else []
        yield _section("Drawings of routes", "".join([*map(_drawing, routes[:MAX_DRAWINGS]), *rest]))


def _drawing(route: Route) -> str:
    name = label(route.subject)
    svg = drawing(route.elements, name) or f"<p>It has {counted(len(route.elements), 'element')}, which are too many for a drawing.</p>"
    lines = _escaped_lines(outline(route.elements))
    return (
        f'<figure>\n<figcaption>{_code(name)}</figcaption>\n<div class="drawing">{svg}</div>\n'
        f"<details><summary>As text</summary><pre>{lines}</pre></details>\n</figure>\n"
    )


def _escaped_lines(lines: Sequence[str]) -> str:
    """Return lines of text for a preformatted element."""
    return "\n".join(map(escaped, lines))


def _section(title: str, content: str, tag: str = "div", kind: str = "") -> str:
    opened = f'<{tag} class="{kind}">' if kind else f"<{tag}>"
    return f"<section>\n<h2>{escaped(title)}</h2>\n{opened}\n{content}</{tag}>\n</section>"


def _table(columns: Sequence[str], rows: Rows) -> str:
    """Return a table. On a narrow screen, each row becomes a block, whose cells name their columns."""
    head = "".join(f'<th scope="col">{escaped(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(map(_cell, columns, row))}</tr>\n" for row in rows[:MAX_ROWS])
    more = f"<p>And {counted(len(rows) - MAX_ROWS, 'more row')}.</p>\n" if len(rows) > MAX_ROWS else ""
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n{more}"


def _cell(column: str, cell: str) -> str:
    return f'<td data-column="{escaped(column)}"><span>{_code(cell) if isinstance(cell, Code) else escaped(cell)}</span></td>'


def _code(text: str) -> str:
    return f'<code dir="auto">{escaped(text)}</code>' if text else ""
