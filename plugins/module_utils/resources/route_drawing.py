# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of a dynamic route as a Mermaid flowchart, as an outline with readable diffs, and as data for other drawings.

All functions take a graph in the form of the option or of the API, including one that this version does not support. The order of its
elements makes no difference.
"""

from __future__ import annotations

import json
import re
from typing import Any, Iterable, Iterator, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.json_text import canonical, normalized
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import (
    ID,
    OUTPUTS,
    PROPERTIES,
    TYPE,
    to_wire,
    type_of,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_graph import END, START, edges_of, id_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable

# One shape for each type, one for types of a newer API, and one for missing targets of edges. None has double braces, because templates
# would evaluate them.
_SHAPES = {
    "start": ("([", "])"),
    "conditional": ("{", "}"),
    "percentage": ("[/", "\\]"),
    "rate": ("[/", "/]"),
    "model": ("[", "]"),
    "end": ("((", "))"),
}
_NEWER = ("[[", "]]")
_MISSING = (">", "]")
# Only a start has this output, which needs no label.
PLAIN = "next"
DOTTED = "fallback"
_UNITS = {"timeout": " ms", "window": " s"}
_MAX_LABEL_LINE = 200
_MAX_OUTLINE_LINE = 100
# Characters that may have a meaning in Mermaid, Markdown or HTML. All others have none in a quoted line that begins with a letter.
_UNSAFE = re.compile(r"[^\w ./@:,-]|_|(?<![^\W_])-")


class Drawn(NamedTuple):
    """An element in the form for drawings. ``properties`` include outputs without a target."""

    id: str | None
    type: str
    title: str
    properties: list[tuple[str, Any]]
    edges: list[tuple[str, str]]
    is_reached: bool


def mermaid(elements: Iterable[Any]) -> str:
    """Return a graph as the text of a Mermaid flowchart, without a trailing newline.

    All text of the graph is escaped, so that it cannot change the drawing or add anything to the page.
    """
    drawn = drawn_elements(elements)
    lines = ["flowchart TD"]
    nodes: dict[str, str] = {}
    for index, element in enumerate(drawn):
        nodes.setdefault(element.id or "", f"n{index}")
        label = [element.title, *(f"{name} {shown_text(value)}" for name, value in element.properties)]
        lines.append(_node(f"n{index}", label, _SHAPES.get(element.type, _NEWER)))
    for target in [target for element in drawn for _output, target in element.edges]:
        if target not in nodes:
            nodes[target] = f"n{len(lines) - 1}"
            lines.append(_node(nodes[target], [f"no element {shown_text(target)}"], _MISSING))
    lines += [_arrow(f"n{index}", output, nodes[target]) for index, element in enumerate(drawn) for output, target in element.edges]
    return "\n".join(lines)


def _node(node: str, label: Iterable[str], shape: tuple[str, str]) -> str:
    return f'    {node}{shape[0]}"{"<br>".join(map(_escaped, label))}"{shape[1]}'


def _arrow(node: str, output: str, target: str) -> str:
    label = "" if output == PLAIN else f'|"{_escaped(output)}"|'
    return f"    {node} {'-.->' if output == DOTTED else '-->'}{label} {target}"


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda match: f"#{ord(match[0])};", printable(text, _MAX_LABEL_LINE))


def outline(elements: Iterable[Any]) -> list[str]:
    """Return a graph as lines of text: each element once, beginning with the start, with its properties and the ids of its targets."""
    drawn = drawn_elements(elements)
    ids = {element.id for element in drawn}
    lines: list[str] = []
    for element in drawn:
        lines.append(element.title + ("" if element.is_reached else " (nothing leads to it from the start)"))
        for name, value in element.properties:
            lines += _property_lines(name, value)
        for output, target in element.edges:
            lines.append(f"  {shown_text(output)} -> {shown_text(target)}" + ("" if target in ids else " (there is no such element)"))
    return lines


def _property_lines(name: str, value: Any) -> Iterator[str]:
    line = f"  {shown_text(name)}: {shown_text(value)}"
    if not isinstance(value, (dict, list)) or len(line) <= _MAX_OUTLINE_LINE:
        yield line
        return
    yield f"  {shown_text(name)}:"
    for part in _json(value, indent=2).splitlines():
        yield f"    {part}"


def drawn_elements(elements: Iterable[Any]) -> list[Drawn]:
    """Return the elements in depth-first order from the start, with the ends after all others, then the unreachable ones."""
    wired = sorted(to_wire(elements), key=lambda element: (id_of(element) or "", canonical(element)))
    by_id = {id_of(element): index for index, element in reversed(list(enumerate(wired)))}
    waiting = [
        index for index, element in reversed(list(enumerate(wired))) if isinstance(element, dict) and element.get(TYPE.name) == START
    ]
    met: dict[int, None] = {}
    while waiting:
        index = waiting.pop()
        if index not in met:
            met[index] = None
            waiting += [by_id[target] for _output, target in reversed(edges_of(wired[index])) if target in by_id]
    rest = [index for index in range(len(wired)) if index not in met]
    found = sorted(met, key=lambda index: bool(wired[index].get(TYPE.name) == END))
    return [_drawn(wired[index], index in met) for index in (*found, *rest)]


def _drawn(element: Any, is_reached: bool) -> Drawn:
    if not isinstance(element, dict):
        return Drawn(None, "", "no element", [("value", element)], [], is_reached)
    kind, element_id = element.get(TYPE.name), id_of(element)
    title = f"{shown_text(kind) if kind else 'no type'} {shown_text(element_id) if element_id else f'without {ID.name}'}"
    return Drawn(element_id, kind if isinstance(kind, str) else "", title, list(_properties(element)), edges_of(element), is_reached)


def _properties(element: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the properties with the names of the options, in the order of the table, then unknown ones, then outputs without a target."""
    kind, properties, outputs = type_of(element), element.get(PROPERTIES.name), element.get(OUTPUTS.name)
    names = {field.key: field.name for field in kind.properties} if kind else {}
    if isinstance(properties, dict):
        yield from ((name, _with_unit(key, properties[key])) for key, name in names.items() if key in properties)
        yield from _sorted((str(key), value) for key, value in properties.items() if key not in names)
    elif properties is not None:
        yield PROPERTIES.name, properties
    if isinstance(outputs, dict):
        leading = {output for output, _target in edges_of(element)}
        yield from _sorted((f"{OUTPUTS.name}.{output}", edge) for output, edge in outputs.items() if output not in leading)
    elif outputs is not None:
        yield OUTPUTS.name, outputs


def _sorted(parts: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return sorted(parts, key=lambda part: part[0])


def _with_unit(key: str, value: Any) -> Any:
    return _json(value) + _UNITS[key] if key in _UNITS and isinstance(value, (int, float)) else value


def shown_text(value: Any) -> str:
    """Return printable text without white space around it unchanged, and any other value, or empty text, as JSON."""
    is_plain = isinstance(value, str) and value.isprintable() and value.strip() == value != ""
    return value if is_plain else _json(value)


def _json(value: Any, indent: int | None = None) -> str:
    value = normalized(value)
    is_plain = json.dumps(value, ensure_ascii=False).isprintable()
    return json.dumps(value, ensure_ascii=not is_plain, sort_keys=True, indent=indent)
