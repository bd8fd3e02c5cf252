# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layout of the boxes and edges of a directed graph in layers, from the top down, without overlaps.

Boxes are in every second layer, and labels of edges in the layers between. An edge has a vertex in each layer that it crosses, and the
vertices of a layer have a minimum distance. Between two layers there are only edges. All units are pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.layering import (
    Box,
    Edge,
    Vertex,
    back_edges,
    by_layer,
    chain_of,
    layers_of,
    untangled,
)
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.spreading import height_of, place_across, place_down, straighten

PORT_DISTANCE = 34.0


class Point(NamedTuple):
    """A position in the drawing."""

    x: float
    y: float


class Path(NamedTuple):
    """The path of an edge: points (each pair is the upper and the lower end in a layer), and the center of its label.

    ``is_up`` means that it leads from the last point to the first, as an edge that closes a cycle does.
    """

    points: Sequence[Point]
    label: Point
    is_up: bool


class Layout(NamedTuple):
    """The centers of the boxes, the paths of the edges, and the total size."""

    boxes: Sequence[Point]
    paths: Sequence[Path]
    size: Box


def place(boxes: Sequence[Box], edges: Sequence[Edge]) -> Layout:
    """Return the layout of a graph, which must not have edges from a box to itself."""
    back = back_edges(len(boxes), edges)
    down = [Edge(edge.target, edge.source, edge.label) if index in back else edge for index, edge in enumerate(edges)]
    vertices = [Vertex(layer, box, True) for layer, box in zip(layers_of(len(boxes), down), boxes)]
    chains = [chain_of(edge, vertices) for edge in down]
    layers = by_layer([*vertices, *(vertex for chain in chains for vertex in chain)])
    layers = untangled(layers)
    place_across(layers)
    for chain in chains:
        straighten(chain, layers)
    height = place_down(layers)
    left = min((vertex.x - vertex.size.width / 2 for layer in layers for vertex in layer), default=0.0)
    width = max((vertex.x + vertex.size.width / 2 for layer in layers for vertex in layer), default=0.0) - left
    for vertex in (vertex for layer in layers for vertex in layer):
        vertex.x -= left
    paths = _paths(down, vertices, chains, layers)
    ways = [Path(path.points, path.label, index in back) for index, path in enumerate(paths)]
    return Layout([Point(vertex.x, vertex.y) for vertex in vertices], ways, Box(width, height))


def _paths(
    edges: Sequence[Edge], boxes: Sequence[Vertex], chains: Sequence[Sequence[Vertex]], layers: Sequence[Sequence[Vertex]]
) -> list[Path]:
    heights = [height_of(layer) for layer in layers]
    leaving = _ports(boxes, [(edge.source, chain[0].x) for edge, chain in zip(edges, chains)])
    arriving = _ports(boxes, [(edge.target, chain[-1].x) for edge, chain in zip(edges, chains)])
    paths = []
    for index, (edge, chain) in enumerate(zip(edges, chains)):
        source, target = boxes[edge.source], boxes[edge.target]
        points = [Point(leaving[index], source.y + source.size.height / 2), Point(leaving[index], source.y + heights[source.layer] / 2)]
        for vertex in chain:
            half = heights[vertex.layer] / 2
            points += [Point(vertex.x, vertex.y - half), Point(vertex.x, vertex.y + half)]
        points += [Point(arriving[index], target.y - heights[target.layer] / 2), Point(arriving[index], target.y - target.size.height / 2)]
        paths.append(Path(points, Point(chain[0].x, chain[0].y), False))
    return paths


def _ports(boxes: Sequence[Vertex], ends: Sequence[tuple[int, float]]) -> list[float]:
    """Return the ``x`` where each edge meets its box.

    :param ends: box and origin of each edge. The edges of a box are sorted by origin.
    """
    at: dict[int, list[int]] = {}
    for index, (box, _x) in sorted(enumerate(ends), key=lambda end: end[1][1]):
        at.setdefault(box, []).append(index)
    ports = [0.0] * len(ends)
    for box, indices in at.items():
        distance = min(PORT_DISTANCE, (boxes[box].size.width - 16) / len(indices))
        for place, index in enumerate(indices):
            ports[index] = boxes[box].x + (place - (len(indices) - 1) / 2) * distance
    return ports
