# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Contract for the graph of a dynamic route: the form of each element, and the rules between elements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

from pydantic import TypeAdapter
from typing_extensions import NotRequired, TypedDict

from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import PositiveNumber, strict
from tests.simulator.protocol import Json, Problem
from tests.simulator.validation import Refused, below, check
from tests.simulator.value_types import Number, Text

MAX_SHARES = 5
WHOLE_SHARE = re.compile(r"[0-9]{1,3}%")
FRACTIONAL_SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]+)?%")


@strict
class Edge(TypedDict):
    """The element that an output leads to."""

    elementId: str


@strict
class Next(TypedDict):
    """The only output of a start."""

    next: Edge


@strict
class Branches(TypedDict):
    """The outputs of a conditional."""

    true: Edge
    false: Edge


@strict
class Attempt(TypedDict):
    """The outputs of a rate and of a model."""

    success: Edge
    fallback: Edge


@strict
class Conditions(TypedDict):
    """The properties of a conditional."""

    conditions: NotRequired[dict[str, Any]]


@strict
class Quota(TypedDict):
    """The properties of a rate. ``window`` is in seconds."""

    key: Text
    limit: PositiveNumber
    limitType: Literal["count", "cost"]
    window: PositiveNumber


@strict
class Target(TypedDict):
    """The properties of a model. ``timeout`` is in milliseconds."""

    provider: Text
    model: Text
    retries: Number
    timeout: Number


@strict
class Start(TypedDict):
    """The element that a request starts at."""

    id: Text
    type: Literal["start"]
    outputs: Next


@strict
class Conditional(TypedDict):
    """An element that evaluates conditions for the request."""

    id: Text
    type: Literal["conditional"]
    properties: Conditions
    outputs: Branches


@strict
class Percentage(TypedDict):
    """An element that splits the requests into shares."""

    id: Text
    type: Literal["percentage"]
    outputs: dict[str, Edge]


@strict
class Rate(TypedDict):
    """An element that counts requests or money."""

    id: Text
    type: Literal["rate"]
    properties: Quota
    outputs: Attempt


@strict
class Model(TypedDict):
    """An element that sends the request to a model."""

    id: Text
    type: Literal["model"]
    properties: Target
    outputs: Attempt


@strict
class End(TypedDict):
    """The element that answers. The schema allows edges for it, which have no effect."""

    id: Text
    type: Literal["end"]
    outputs: dict[str, Edge]


SHAPES: dict[str, TypeAdapter[Any]] = {
    "start": TypeAdapter(Start),
    "conditional": TypeAdapter(Conditional),
    "percentage": TypeAdapter(Percentage),
    "rate": TypeAdapter(Rate),
    "model": TypeAdapter(Model),
    "end": TypeAdapter(End),
}


def checked_graph(elements: list[Any], behaviour: Behaviour) -> tuple[list[Json], bool]:
    """Return the elements as they are stored, and whether the graph is valid.

    :raises Refused: for invalid elements, and on most servers for an invalid graph.
    """
    stored: list[Json] = []
    problems: list[Problem] = []
    for index, element in enumerate(elements):
        try:
            stored.append(checked_element(element, behaviour))
        except Refused as error:
            problems += below(error, "elements", index)
    if problems:
        raise Refused(problems)
    faults = list(faults_of(stored))
    if faults and behaviour.route_bad_graph == "refuse":
        raise Refused(faults)
    return stored, not faults


def checked_element(element: Any, behaviour: Behaviour) -> Json:
    """Return an element as it is stored.

    :raises Refused: for an invalid element, with paths that start at the element.
    """
    if not isinstance(element, dict):
        raise Refused([Problem("Expected object", ("body",))])
    kind = element.get("type")
    shape = SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        message = f"Invalid discriminator value. Expected {' | '.join(repr(name) for name in SHAPES)}"
        raise Refused([Problem(message if "type" in element else "Required", ("body", "type"))])
    checked = check(shape, element, behaviour)
    problems = [Problem("Invalid", ("body", "outputs", share)) for share in bad_shares(checked, behaviour)]
    if kind == "conditional" and behaviour.route_conditions == "required" and not checked["properties"].get("conditions"):
        problems.append(Problem("Required", ("body", "properties", "conditions")))
    if problems:
        raise Refused(problems)
    return checked


def bad_shares(element: Json, behaviour: Behaviour) -> list[str]:
    """Return the outputs of a percentage that are not valid shares."""
    form = FRACTIONAL_SHARE if behaviour.route_fractions else WHOLE_SHARE
    return [share for share in element["outputs"] if not form.fullmatch(share)] if element["type"] == "percentage" else []


def faults_of(elements: list[Json]) -> Iterator[Problem]:
    """Yield all problems that make the elements unusable as a graph."""
    ids = Counter(element["id"] for element in elements)
    kinds = Counter(element["type"] for element in elements)
    if kinds["start"] != 1:
        yield Problem(f"Expected exactly one start, received {kinds['start']}", ("body", "elements"))
    if not kinds["end"]:
        yield Problem("Expected at least one end", ("body", "elements"))
    for index, element in enumerate(elements):
        place = ("body", "elements", index)
        if ids[element["id"]] > 1:
            yield Problem(f"Duplicate id {element['id']}", (*place, "id"))
        for name, edge in element["outputs"].items():
            if edge["elementId"] not in ids:
                yield Problem(f"No element has the id {edge['elementId']}", (*place, "outputs", name, "elementId"))
        if element["type"] == "percentage":
            yield from faults_of_shares(element["outputs"], (*place, "outputs"))


def faults_of_shares(shares: Json, place: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield the problems of the number of shares and of their sum."""
    if not 1 <= len(shares) <= MAX_SHARES:
        yield Problem(f"Expected 1 to {MAX_SHARES} percentages, received {len(shares)}", place)
    elif sum(Fraction(share[:-1]) for share in shares) != 100:
        yield Problem("Percentages must add up to 100", place)
