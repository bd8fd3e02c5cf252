# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions of the boxes, labels and edges of a drawing: nothing overlaps."""

from __future__ import annotations

import itertools
import random

import pytest

from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.layering import Box, Edge
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.layout import place

LABEL = Box(60, 17)


def graph(seed, number, per_box=2):
    """Return a random graph of ``number`` boxes of various sizes, whose paths all end at the last box."""
    rng = random.Random(seed)  # noqa: S311 (not for security)
    boxes = [Box(rng.uniform(90, 220), rng.uniform(40, 120)) for _box in range(number)]
    edges = [
        Edge(source, rng.randint(source + 1, number - 1), LABEL if rng.random() < 0.8 else Box(0, 0))
        for source in range(number - 1)
        for _edge in range(rng.randint(1, per_box))
    ]
    return boxes, edges


def rectangle(center, box):
    return (center.x - box.width / 2, center.y - box.height / 2, center.x + box.width / 2, center.y + box.height / 2)


def overlap(one, other):
    return one[0] < other[2] - 0.01 and other[0] < one[2] - 0.01 and one[1] < other[3] - 0.01 and other[1] < one[3] - 0.01


GRAPHS = [(seed, number) for seed in range(6) for number in (2, 7, 15, 30)]


@pytest.mark.parametrize(("seed", "number"), GRAPHS)
def test_boxes_and_labels_do_not_overlap(seed, number):
    boxes, edges = graph(seed, number)
    layout = place(boxes, edges)
    shapes = [rectangle(center, box) for center, box in zip(layout.boxes, boxes)]
    shapes += [rectangle(path.label, edge.label) for path, edge in zip(layout.paths, edges) if edge.label.width]
    assert not [pair for pair in itertools.combinations(shapes, 2) if overlap(*pair)]
    assert all(left >= -0.01 and top >= -0.01 for left, top, _right, _bottom in shapes)
    assert max(shape[2] for shape in shapes) <= layout.size.width + 0.01
    assert max(shape[3] for shape in shapes) <= layout.size.height + 0.01


@pytest.mark.parametrize(("seed", "number"), GRAPHS)
def test_no_edge_runs_through_a_box(seed, number):
    """Edges bend only between layers, where there are no boxes. Within a layer, they are vertical."""
    boxes, edges = graph(seed, number)
    layout = place(boxes, edges)
    shapes = [rectangle(center, box) for center, box in zip(layout.boxes, boxes)]
    for edge, path in zip(edges, layout.paths):
        for upper, lower in itertools.pairwise(path.points):
            assert upper.y <= lower.y + 0.01
            if upper.x == lower.x:
                hit = [index for index, shape in enumerate(shapes) if overlap((upper.x, upper.y, upper.x + 0.02, lower.y), shape)]
            else:
                hit = [index for index, shape in enumerate(shapes) if upper.y < shape[3] - 0.01 and shape[1] < lower.y - 0.01]
            assert not set(hit) - {edge.source, edge.target}


@pytest.mark.parametrize(("seed", "number"), GRAPHS)
def test_edges_begin_and_end_at_their_boxes(seed, number):
    boxes, edges = graph(seed, number)
    layout = place(boxes, edges)
    for edge, path in zip(edges, layout.paths):
        source, target = (rectangle(layout.boxes[index], boxes[index]) for index in edge[:2])
        assert path.points[0].y == pytest.approx(source[3])
        assert path.points[-1].y == pytest.approx(target[1])
        assert source[0] <= path.points[0].x <= source[2]
        assert target[0] <= path.points[-1].x <= target[2]


def test_an_edge_that_leads_back_points_up():
    layout = place([Box(100, 40)] * 3, [Edge(0, 1), Edge(1, 2), Edge(2, 0, LABEL)])
    assert [path.is_up for path in layout.paths] == [False, False, True]


def test_a_long_edge_next_to_others_is_straight():
    layout = place([Box(100, 40)] * 4, [Edge(0, 1), Edge(1, 2), Edge(2, 3), Edge(0, 3, LABEL)])
    inner = {round(point.x, 3) for point in layout.paths[3].points[2:-2]}
    assert len(inner) == 1


def test_a_symmetric_graph_has_no_crossings():
    """Two branches, given in an order that makes them cross."""
    layout = place([Box(100, 40)] * 5, [Edge(0, 1), Edge(0, 2), Edge(1, 4), Edge(2, 3), Edge(1, 3)])
    places = layout.boxes
    assert (places[1].x < places[2].x) == (places[4].x < places[3].x)


def test_the_same_graph_has_the_same_layout():
    assert place(*graph(1, 20)) == place(*graph(1, 20))


def test_one_box_and_none():
    assert place([Box(100, 40)], []).size == (100, 40)
    assert place([], []).size == (0, 0)
