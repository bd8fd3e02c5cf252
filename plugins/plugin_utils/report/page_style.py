# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet of a report in HTML: light and dark, for wide screens, phones and paper."""

from __future__ import annotations

# No two adjacent braces, and no brace next to "%" or "#", because templates would evaluate them.
STYLE = """
:root {
  color-scheme: light dark; --mono: ui-monospace, Menlo, Consolas, monospace;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2430; --soft: #5a6675; --line: #dde2e8; --code: #eef1f4; --link: #1d5fc2;
  --error: #b3261e; --error-back: #fdecea; --warning: #875400; --warning-back: #fff3dc; --notice: #2b5c9e; --notice-back: #e9f1fc;
  --good: #1b6e3c; --good-back: #e6f5eb;
  --edge: #7c8896; --start: #1b6e3c; --model: #2b5c9e; --choice: #875400; --missing: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --text: #e5eaf0; --soft: #9dabba; --line: #2f3945; --code: #252d38; --link: #86b7ff;
    --error: #ff9a90; --error-back: #40201e; --warning: #f2c063; --warning-back: #3a2c12; --notice: #9cc4ff; --notice-back: #1b2d47;
    --good: #80d8a0; --good-back: #173322;
    --edge: #8794a3; --start: #80d8a0; --model: #9cc4ff; --choice: #f2c063; --missing: #ff9a90;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0 auto; max-width: 74rem; padding: 2rem 1.5rem 4rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.25rem; }
h3 { margin: 0 0 .75rem; font-size: 1rem; font-weight: 600; }
a { color: var(--link); }
code {
  overflow-wrap: anywhere; padding: .1em .35em; border-radius: 4px; background: var(--code); font: .88em/1.5 var(--mono);
  unicode-bidi: isolate;
}
.meta { margin: .35rem 0 1.25rem; color: var(--soft); }
.verdict { margin: 0 0 1.25rem; padding: .9rem 1.1rem; border-left: 4px solid; border-radius: 6px; font-size: 1.05rem; }
.counts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.counts li {
  flex: 1 0 8rem; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--card); color: var(--soft);
}
.counts b { display: block; color: var(--text); font-size: 1.4rem; line-height: 1.3; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; }
.count { margin-left: .3rem; color: var(--soft); font-weight: 400; }
.error { border-color: var(--error); background: var(--error-back); }
.warning { border-color: var(--warning); background: var(--warning-back); }
.notice { border-color: var(--notice); background: var(--notice-back); }
.good { border-color: var(--good); background: var(--good-back); }
.badge { display: inline-block; padding: .05rem .55rem; border-radius: 99px; font-size: .85rem; font-weight: 600; white-space: nowrap; }
.badge.error { color: var(--error); }
.badge.warning { color: var(--warning); }
.badge.notice { color: var(--notice); }
.card { margin: 0 0 1rem; padding: 1rem 1.1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
.card > :last-child { margin-bottom: 0; }
.table { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
.card .table { border: 0; border-radius: 0; }
table { width: 100%; border-collapse: collapse; }
th { color: var(--soft); font-size: .85rem; font-weight: 600; text-align: left; }
th, td { padding: .5rem .9rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th, td:not(:last-child) { overflow-wrap: break-word; }
th { white-space: nowrap; }
.card table { table-layout: fixed; }
.card th:first-child { width: 25%; }
tr:last-child td { border-bottom: 0; }
.card th:first-child, .card td:first-child { padding-left: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { margin: 0 0 1rem; padding: .6rem .9rem; overflow-x: auto; border-radius: 6px; background: var(--code); font: .85rem/1.5 var(--mono); }
pre span { display: block; white-space: pre-wrap; }
.removed { background: var(--error-back); }
.added { background: var(--good-back); }
.drawing { overflow-x: auto; }
details { margin-top: .75rem; }
summary { width: max-content; color: var(--link); cursor: pointer; }
details pre { margin-top: .5rem; }
svg.route { display: block; margin: 0 auto; font-family: inherit; }
svg.route text { fill: var(--text); text-anchor: middle; }
svg.route .caption { fill: var(--soft); font-size: 10px; letter-spacing: .02em; }
svg.route .title { font-size: 13px; font-weight: 600; }
svg.route .text { fill: var(--soft); font-size: 11.5px; }
svg.route .label { fill: var(--soft); font-size: 11px; }
svg.route .plate { fill: var(--card); }
svg.route .edge { fill: none; stroke: var(--edge); stroke-width: 1.5; }
svg.route .dotted { stroke-dasharray: 4 4; }
svg.route .head { fill: var(--edge); }
svg.route .box rect { fill: var(--page); stroke: var(--edge); stroke-width: 1.5; }
svg.route .start rect, svg.route .end rect { fill: var(--good-back); stroke: var(--start); }
svg.route .model rect { fill: var(--notice-back); stroke: var(--model); }
svg.route .conditional rect, svg.route .percentage rect, svg.route .rate rect { fill: var(--warning-back); stroke: var(--choice); }
svg.route .missing rect { fill: var(--error-back); stroke: var(--missing); stroke-dasharray: 5 4; }
svg.route .unreached rect { stroke-dasharray: 5 4; }
@media (max-width: 640px) {
  body { padding: 1.25rem .9rem 3rem; }
  h2 { margin-top: 2rem; }
  .counts { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: .5rem; }
  .counts li { padding: .45rem .6rem; font-size: .85rem; }
  .counts b { font-size: 1.2rem; }
  table, tbody, tr, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .6rem .9rem; border-bottom: 1px solid var(--line); }
  .card tr { padding: .6rem 0; }
  tr:last-child { border-bottom: 0; }
  td { display: grid; grid-template-columns: 7rem 1fr; gap: .5rem; padding: .15rem 0; border: 0; }
  td.number { text-align: left; }
  td:has(> span:empty) { display: none; }
  td::before { color: var(--soft); font-size: .85rem; content: attr(data-column); }
}
@media print {
  :root {
    --page: #ffffff; --card: #ffffff; --text: #000000; --soft: #444444; --line: #cccccc; --code: #f2f2f2;
    --error: #b3261e; --error-back: #fdecea; --warning: #875400; --warning-back: #fff3dc; --notice: #2b5c9e; --notice-back: #e9f1fc;
    --good: #1b6e3c; --good-back: #e6f5eb;
    --edge: #66707c; --start: #1b6e3c; --model: #2b5c9e; --choice: #875400; --missing: #b3261e;
  }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; }
  nav, details { display: none; }
  h2, h3 { break-after: avoid; }
  tr, .counts li, .drawing { break-inside: avoid; }
  .table, .drawing { overflow: visible; }
  svg.route { max-width: 100%; max-height: 24cm; height: auto; }
}
"""
