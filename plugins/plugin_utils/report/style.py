# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style of a report as a page: light and dark, narrow and wide, on a screen and on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --panel: #f6f7f9; --line: #d9dee5; --text: #1b2330; --dim: #5b6778;
  --error: #b42318; --warning: #9a5b00; --notice: #375a9e; --fine: #1a7f4b; --accent: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --panel: #1b212a; --line: #333d4a; --text: #e6eaf0; --dim: #9aa7b8;
  --error: #ff8a7a; --warning: #f2b35e; --notice: #8fb4ff; --fine: #58c98c; --accent: #ff9d66; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
header { border-left: 6px solid var(--fine); background: var(--panel); border-radius: 10px; padding: 1.25rem 1.5rem; }
header.attention { border-color: var(--accent); }
h1 { margin: 0 0 .5rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
p { margin: .4rem 0; }
.verdict { font-size: 1.05rem; max-width: 60rem; }
.meta { color: var(--dim); font-size: .875rem; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
code { background: color-mix(in srgb, var(--dim) 14%, transparent); border-radius: 4px; padding: .1em .35em; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
pre { padding: .75rem 1rem; overflow-x: auto; margin: .5rem 0; }
.diff span { display: block; white-space: pre-wrap; }
.added { color: var(--fine); }
.removed { color: var(--error); }
.findings { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
.findings li { border: 1px solid var(--line); border-left: 4px solid var(--mark); border-radius: 8px; padding: .6rem .9rem; }
.findings p { color: var(--dim); margin: .25rem 0 0; }
.error { --mark: var(--error); }
.warning { --mark: var(--warning); }
.notice { --mark: var(--notice); }
.badge { color: var(--mark); font-weight: 600; margin-right: .35rem; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th { text-align: left; color: var(--dim); font-weight: 600; font-size: .8125rem; white-space: nowrap; }
th, td { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { min-width: 9rem; }
figure { margin: 1rem 0 1.75rem; }
figcaption { margin-bottom: .5rem; }
.drawing { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); padding: .75rem; }
.route { display: block; margin: 0 auto; max-width: 100%; height: auto; font-family: system-ui, "Segoe UI", Roboto, sans-serif; }
.route text { fill: var(--text); text-anchor: middle; }
.route .caption { fill: var(--dim); font-size: 10px; letter-spacing: .04em; }
.route .title { font-size: 13px; font-weight: 600; }
.route .text { fill: var(--dim); font-size: 11.5px; }
.route .label { fill: var(--dim); font-size: 11px; }
.route rect { fill: var(--ground); stroke: var(--line); stroke-width: 1.5; }
.route .plate { fill: var(--panel); stroke: none; }
.route .model rect { stroke: var(--notice); }
.route .start rect, .route .end rect { stroke: var(--fine); }
.route .missing rect, .route .unreached rect { stroke: var(--error); stroke-dasharray: 4 3; }
.route .edge { fill: none; stroke: var(--dim); stroke-width: 1.5; }
.route .dotted { stroke-dasharray: 3 4; }
.route .head { fill: var(--dim); }
details summary { cursor: pointer; color: var(--dim); font-size: .875rem; margin-top: .5rem; }
@media (max-width: 40rem) {
  main { padding: .75rem .75rem 3rem; }
  header { padding: 1rem; }
  thead { position: absolute; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td { display: grid; grid-template-columns: 7.5rem 1fr; gap: .5rem; border: 0; padding: .15rem 0; }
  td::before { content: attr(data-column); color: var(--dim); font-size: .8125rem; }
  .route { max-width: none; }
}
@media print { main { max-width: none; padding: 0; } figure, tr, .findings li { break-inside: avoid; } }
"""
