# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of a route as an SVG drawing within a page. The style sheet of the page sets its colors and fonts by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_drawing import (
    DOTTED,
    PLAIN,
    Drawn,
    drawn_elements,
    shown_text,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.layering import Box, Edge
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.layout import Layout, Path, Point, place
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.markup import escaped
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.metrics import text_width, wrapped

# Larger graphs are only shown as an outline.
MAX_ELEMENTS = 60
MIN_WIDTH, MAX_WIDTH = 92.0, 214.0
PADDING, LINE, MARGIN, ARROW = 12.0, 17.0, 10.0, 11.0
CAPTION_SIZE, TITLE_SIZE, TEXT_SIZE, LABEL_SIZE = 10.0, 13.0, 11.5, 11.0
MAX_TITLE_LINES, MAX_VALUE_LINES, MAX_PROPERTIES, MAX_TEXT, MAX_LABEL_WIDTH = 2, 3, 6, 300, 110.0
KNOWN_TYPES = ("start", "conditional", "percentage", "rate", "model", "end")
ROUND = ("start", "end")


class _Line(NamedTuple):
    """A line of text in a box, with its class and its font size."""

    kind: str
    text: str
    size: float


class _Card(NamedTuple):
    """A box with its class and its lines."""

    kind: str
    lines: Sequence[_Line]

    @property
    def box(self) -> Box:
        """Return the size that the lines need."""
        width = max((text_width(line.text, line.size) for line in self.lines), default=0.0) + 2 * PADDING
        return Box(max(width, MIN_WIDTH), len(self.lines) * LINE + PADDING)


def drawing(elements: Sequence[Any], name: str) -> str | None:
    """Return the graph as an SVG element that is described as ``name``, or ``None`` if there is nothing, or too much, to draw."""
    if not 0 < len(elements) <= MAX_ELEMENTS:
        return None
    drawn = drawn_elements(elements)
    by_id = {element.id: index for index, element in reversed(list(enumerate(drawn))) if element.id is not None}
    cards = [_card(element) for element in drawn]
    for target in [target for element in drawn for _output, target in element.edges]:
        if target not in by_id:
            by_id[target] = len(cards)
            cards.append(_Card("missing", list(_lines("no such element", target, []))))
    outputs = [(index, output, by_id[target]) for index, element in enumerate(drawn) for output, target in element.edges]
    outputs = [(source, output, target) for source, output, target in outputs if source != target]
    labels = ["" if output == PLAIN else _label(output) for _source, output, _target in outputs]
    edges = [Edge(source, target, _label_box(label)) for (source, _output, target), label in zip(outputs, labels)]
    arriving = Counter(edge.target for edge in edges)
    boxes = [_widened(card.box, arriving[index]) for index, card in enumerate(cards)]
    layout = place(boxes, edges)
    dotted = [output == DOTTED for _source, output, _target in outputs]
    parts = [*_edges(layout, labels, edges, dotted), *_cards(layout, cards, boxes)]
    return _whole(layout.size, parts, f"{name}: a drawing of {len(drawn)} elements, with the same content as the outline below it")


def _widened(box: Box, arriving: int) -> Box:
    """Return a box that is wide enough for ``arriving`` arrows next to each other."""
    return box._replace(width=max(box.width, arriving * ARROW + 2 * PADDING))


def _card(element: Drawn) -> _Card:
    kind = element.type if element.type in KNOWN_TYPES else "newer"
    properties = [f"{name} {shown_text(value)}" for name, value in element.properties]
    title = element.id if element.id is not None else element.title
    lines = list(_lines(shown_text(element.type) if element.type else "no type", title, properties))
    return _Card(kind if element.is_reached else f"{kind} unreached", lines)


def _lines(caption: str, title: str, properties: Sequence[str]) -> Iterator[_Line]:
    width = MAX_WIDTH - 2 * PADDING
    yield from (_Line("caption", line, CAPTION_SIZE) for line in wrapped(printable(caption, MAX_TEXT), CAPTION_SIZE, width, 1))
    yield from (
        _Line("title", line, TITLE_SIZE) for line in wrapped(printable(shown_text(title), MAX_TEXT), TITLE_SIZE, width, MAX_TITLE_LINES)
    )
    for text in properties[:MAX_PROPERTIES]:
        yield from (_Line("text", line, TEXT_SIZE) for line in wrapped(printable(text, MAX_TEXT), TEXT_SIZE, width, MAX_VALUE_LINES))


def _label(output: str) -> str:
    return "".join(wrapped(printable(shown_text(output), MAX_TEXT), LABEL_SIZE, MAX_LABEL_WIDTH, 1))


def _label_box(label: str) -> Box:
    return Box(text_width(label, LABEL_SIZE) + 8, LINE) if label else Box(0, 0)


def _edges(layout: Layout, labels: Sequence[str], edges: Sequence[Edge], dotted: Sequence[bool]) -> Iterator[str]:
    for path, is_dotted in zip(layout.paths, dotted):
        yield f'<path class="edge{" dotted" if is_dotted else ""}" d="{_curve(path)}"/>{_head(path)}'
    for path, label, edge in zip(layout.paths, labels, edges):
        if label:
            x, y, width = path.label.x, path.label.y, edge.label.width
            yield f'<rect class="plate" x="{_n(x - width / 2)}" y="{_n(y - LINE / 2)}" width="{_n(width)}" height="{_n(LINE)}"/>'
            yield f'<text class="label" x="{_n(x)}" y="{_n(y + LABEL_SIZE * 0.35)}">{escaped(label)}</text>'


def _curve(path: Path) -> str:
    """Return the path of an edge, which is straight within layers, and curved between them."""
    first, *rest = path.points
    steps = [f"M{_n(first.x)} {_n(first.y)}"]
    here = first
    for index, point in enumerate(rest):
        middle = (here.y + point.y) / 2
        is_bent = index % 2 == 1 and point.x != here.x
        steps.append(f"C{_n(here.x)} {_n(middle)} {_n(point.x)} {_n(middle)} {_n(point.x)} {_n(point.y)}" if is_bent else f"V{_n(point.y)}")
        here = point
    return "".join(steps)


def _head(path: Path) -> str:
    tip, back = (path.points[0], 7) if path.is_up else (path.points[-1], -7)
    return f'<path class="head" d="M{_n(tip.x - 4)} {_n(tip.y + back)}L{_n(tip.x)} {_n(tip.y)}L{_n(tip.x + 4)} {_n(tip.y + back)}z"/>'


def _cards(layout: Layout, cards: Sequence[_Card], boxes: Sequence[Box]) -> Iterator[str]:
    for card, center, box in zip(cards, layout.boxes, boxes):
        yield f'<g class="box {card.kind}">{_rectangle(card, center, box)}{"".join(_texts(card, center, box))}</g>'


def _rectangle(card: _Card, center: Point, box: Box) -> str:
    radius = box.height / 2 if card.kind in ROUND else 8
    x, y = center.x - box.width / 2, center.y - box.height / 2
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(box.width)}" height="{_n(box.height)}" rx="{_n(radius)}"/>'


def _texts(card: _Card, center: Point, box: Box) -> Iterator[str]:
    y = center.y - box.height / 2 + PADDING / 2
    for line in card.lines:
        yield f'<text class="{line.kind}" x="{_n(center.x)}" y="{_n(y + LINE * 0.72)}">{escaped(line.text)}</text>'
        y += LINE


def _whole(size: Box, parts: Sequence[str], description: str) -> str:
    width, height = size.width + 2 * MARGIN, size.height + 2 * MARGIN
    box = f"{_n(-MARGIN)} {_n(-MARGIN)} {_n(width)} {_n(height)}"
    head = f'<svg class="route" role="img" aria-label="{escaped(description)}" viewBox="{box}" width="{_n(width)}" height="{_n(height)}">'
    return "\n".join([head, *parts, "</svg>"])


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
