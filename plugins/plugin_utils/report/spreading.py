# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions of the vertices of a layered graph, with distances between neighbors, and with straight edges if there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import inf

from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.layering import Vertex

SEPARATION = 26.0
# For vertices of edges, to each other and to boxes.
EDGE_SEPARATION = 12.0
MIN_GAP, MAX_GAP = 20.0, 64.0
# Ratio of the gap between two layers to the widest horizontal step of an edge between them.
SLOPE = 0.1
SWEEPS = 16


def place_across(layers: Sequence[Sequence[Vertex]]) -> None:
    """Set ``x``, so that vertices are near their neighbors and edges are straight, as far as order and distances allow."""
    for layer in layers:
        for vertex, x in zip(layer, accumulate([0.0, *_distances(layer)])):
            vertex.x = x
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = [_wanted(vertex) for vertex in layer]
            weights = [1.0 if vertex.is_box else 2.0 for vertex in layer]
            for vertex, x in zip(layer, _spread(wanted, weights, _distances(layer))):
                vertex.x = x


def _wanted(vertex: Vertex) -> float:
    neighbors = [*vertex.above, *vertex.below]
    # Vertices of edges have a higher weight, so that straight edges stay straight.
    weights = [1.0 if neighbor.is_box else 3.0 for neighbor in neighbors]
    return sum(neighbor.x * weight for neighbor, weight in zip(neighbors, weights)) / sum(weights) if neighbors else vertex.x


def _distances(layer: Sequence[Vertex]) -> list[float]:
    """Return the minimum distance from the center of each vertex to that of the next one."""
    return [
        (left.size.width + right.size.width) / 2 + (SEPARATION if left.is_box and right.is_box else EDGE_SEPARATION)
        for left, right in zip(layer, layer[1:])
    ]


def _spread(wanted: Sequence[float], weights: Sequence[float], distances: Sequence[float]) -> Iterator[float]:
    """Return the positions that are nearest to those ``wanted``, by least squares, with at least these ``distances`` between them.

    After subtracting the distances, this is isotonic regression, which pools neighbors that would be in the wrong order.
    """
    offsets = list(accumulate([0.0, *distances]))
    pools: list[tuple[float, float, int]] = []
    for want, weight, offset in zip(wanted, weights, offsets):
        mean, total, number = want - offset, weight, 1
        while pools and pools[-1][0] > mean:
            other, other_weight, others = pools.pop()
            mean = (mean * total + other * other_weight) / (total + other_weight)
            total, number = total + other_weight, number + others
        pools.append((mean, total, number))
    means = (mean for mean, _weight, number in pools for _index in range(number))
    return (mean + offset for mean, offset in zip(means, offsets))


def straighten(chain: Sequence[Vertex], layers: Sequence[Sequence[Vertex]]) -> None:
    """Align as many consecutive vertices of an edge as possible, within the room between their neighbors."""
    run: list[Vertex] = []
    low, high = -inf, inf
    for vertex in chain:
        left, right = _room(vertex, layers[vertex.layer])
        if run and max(low, left) > min(high, right):
            _align(run, low, high)
            run, low, high = [], -inf, inf
        run.append(vertex)
        low, high = max(low, left), min(high, right)
    _align(run, low, high)


def _room(vertex: Vertex, layer: Sequence[Vertex]) -> tuple[float, float]:
    """Return the leftmost and the rightmost possible ``x`` of a vertex."""
    index = next(place for place, other in enumerate(layer) if other is vertex)
    distances = _distances(layer[max(index - 1, 0) : index + 2])
    left = layer[index - 1].x + distances[0] if index else -inf
    return left, layer[index + 1].x - distances[-1] if index + 1 < len(layer) else inf


def _align(run: Sequence[Vertex], low: float, high: float) -> None:
    middle = sum(vertex.x for vertex in run) / len(run)
    for vertex in run:
        vertex.x = min(max(middle, low), high)


def place_down(layers: Sequence[Sequence[Vertex]]) -> float:
    """Set ``y``, and return the total height."""
    y = 0.0
    for index, layer in enumerate(layers):
        height = height_of(layer)
        for vertex in layer:
            vertex.y = y + height / 2
        y += height
        if index + 1 < len(layers):
            widest = max((abs(vertex.x - below.x) for vertex in layer for below in vertex.below), default=0.0)
            y += min(max(MIN_GAP, SLOPE * widest), MAX_GAP)
    return y


def height_of(layer: Sequence[Vertex]) -> float:
    return max((vertex.size.height for vertex in layer), default=0.0)
