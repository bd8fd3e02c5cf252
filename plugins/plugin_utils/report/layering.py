# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers of a graph: assignment of its boxes and edges to layers, in an order with few crossings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

SWEEPS = 8


class Box(NamedTuple):
    """The size of a box, or of a label."""

    width: float
    height: float


class Edge(NamedTuple):
    """An edge from one box to another, by their indices, with the size of its label."""

    source: int
    target: int
    label: Box = Box(0, 0)


@dataclass(eq=False)
class Vertex:
    """A box, or the place where an edge crosses a layer. ``x`` and ``y`` are its center."""

    layer: int
    size: Box
    is_box: bool
    x: float = 0.0
    y: float = 0.0
    above: list[Vertex] = field(default_factory=list, repr=False)
    below: list[Vertex] = field(default_factory=list, repr=False)


def back_edges(number: int, edges: Sequence[Edge]) -> set[int]:
    """Return the indices of edges that close a cycle, by a depth-first search from each box in turn."""
    leaving: list[list[int]] = [[] for _box in range(number)]
    for index, edge in enumerate(edges):
        leaving[edge.source].append(index)
    found: set[int] = set()
    done: set[int] = set()
    for root in range(number):
        path = {root: iter(leaving[root])} if root not in done else {}
        while path:
            current = next(reversed(path))
            index = next(path[current], -1)
            if index < 0:
                path.popitem()
                done.add(current)
            elif edges[index].target in path:
                found.add(index)
            elif edges[index].target not in done:
                path[edges[index].target] = iter(leaving[edges[index].target])
    return found


def layers_of(number: int, edges: Sequence[Edge]) -> list[int]:
    """Return the layer of each box, which is below those of all boxes with an edge to it."""
    waiting_for = [0] * number
    for edge in edges:
        waiting_for[edge.target] += 1
    layers = [0] * number
    ready = [box for box in range(number) if not waiting_for[box]]
    for box in ready:
        for edge in edges:
            if edge.source == box:
                layers[edge.target] = max(layers[edge.target], layers[box] + 2)
                waiting_for[edge.target] -= 1
                if not waiting_for[edge.target]:
                    ready.append(edge.target)
    return layers


def chain_of(edge: Edge, vertices: Sequence[Vertex]) -> list[Vertex]:
    """Return the vertices of an edge between its boxes, linked to each other and to the boxes. The first one has the label."""
    source, target = vertices[edge.source], vertices[edge.target]
    chain = [
        Vertex(layer, edge.label if layer == source.layer + 1 else Box(0, 0), False) for layer in range(source.layer + 1, target.layer)
    ]
    for upper, lower in zip([source, *chain], [*chain, target]):
        upper.below.append(lower)
        lower.above.append(upper)
    return chain


def by_layer(vertices: Iterable[Vertex]) -> list[list[Vertex]]:
    layers: list[list[Vertex]] = []
    for vertex in vertices:
        layers += [[] for _layer in range(len(layers), vertex.layer + 1)]
        layers[vertex.layer].append(vertex)
    return layers


def untangled(layers: list[list[Vertex]]) -> list[list[Vertex]]:
    """Return the layers with their vertices ordered so that few edges cross, by the mean position of neighbors, in sweeps down and up."""
    best, fewest = layers, _crossings(layers)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        layers = [list(layer) for layer in layers]
        down = sweep % 2 == 0
        in_order = layers if down else layers[::-1]
        for fixed, layer in zip(in_order, in_order[1:]):
            _sort(layer, fixed, down)
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = layers, crossings
    return best


def _sort(layer: list[Vertex], fixed: Sequence[Vertex], down: bool) -> None:
    places = {vertex: place for place, vertex in enumerate(fixed)}
    own = {vertex: place for place, vertex in enumerate(layer)}

    def wanted(vertex: Vertex) -> float:
        neighbors = vertex.above if down else vertex.below
        return sum(places[neighbor] for neighbor in neighbors) / len(neighbors) if neighbors else float(own[vertex])

    layer.sort(key=wanted)


def _crossings(layers: Sequence[Sequence[Vertex]]) -> int:
    return sum(_crossings_between(upper, lower) for upper, lower in zip(layers, layers[1:]))


def _crossings_between(upper: Sequence[Vertex], lower: Sequence[Vertex]) -> int:
    places = {vertex: place for place, vertex in enumerate(lower)}
    ends = [end for vertex in upper for end in sorted(places[below] for below in vertex.below)]
    return sum(1 for index, end in enumerate(ends) for other in ends[:index] if other > end)
