# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validate a body against the contract, and report all problems."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import NUMBERS, TAGS
from tests.simulator.protocol import Json, Problem

UNKNOWN = "extra_forbidden"


class Refused(Exception):
    """The input violates the contract. `problems` has one entry for each invalid field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def below(error: Refused, *steps: str | int) -> list[Problem]:
    """Return the problems of a part of the body, with the path of that part inserted."""
    return [Problem(problem.message, ("body", *steps, *problem.path[1:])) for problem in error.problems]


def check(shape: TypeAdapter[Any], body: Any, behaviour: Behaviour) -> Json:
    """Return the checked body, with the given keys only.

    Unknown keys are refused. With `tolerate_unknown`, they are dropped on every level. With `keep_unknown`, those in nested settings are
    kept.
    """
    try:
        return dict(shape.validate_python(body))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
    unknown = [detail for detail in details if detail["type"] == UNKNOWN]
    places = [place(detail) for detail in unknown if behaviour.tolerate_unknown or (behaviour.keep_unknown and len(place(detail)) > 1)]
    if not places:
        raise Refused(problems(details))
    given = check(shape, without(body, places), behaviour)
    return with_kept(given, body, places) if behaviour.keep_unknown else given


def with_kept(given: Json, body: Any, places: Iterable[tuple[str | int, ...]]) -> Json:
    """Return the checked body with the original values at these places."""
    kept = copy.deepcopy(given)
    for *path, key in places:
        holder: Any = kept
        source: Any = body
        for step in path:
            holder, source = holder[step], source[step]
        holder[key] = source[key]
    return kept


def place(detail: ErrorDetails) -> tuple[str | int, ...]:
    """Return the path to a value in the body, without the tags of unions.

    The last step is kept for an unknown key, even if the key looks like a tag.
    """
    location = detail["loc"]
    last = location[-1:] if detail["type"] == UNKNOWN else ()
    return (*(step for step in location[: len(location) - len(last)] if step not in TAGS), *last)


def problems(details: Iterable[ErrorDetails]) -> list[Problem]:
    """Return one problem for each place. Further errors at the same place are dropped."""
    found: dict[tuple[str | int, ...], Problem] = {}
    for detail in details:
        path = place(detail)
        found.setdefault(path, Problem(message(detail, path), ("body", *path)))
    return list(found.values())


def message(detail: ErrorDetails, path: tuple[str | int, ...]) -> str:
    """Return the message for an error. A missing number is reported as NaN."""
    if detail["type"] == "missing":
        return "Expected number, received nan" if path[-1] in NUMBERS else "Required"
    if detail["type"] == UNKNOWN:
        return f"Unrecognized key: {path[-1]}"
    return detail["msg"]


def without(body: Any, places: Iterable[tuple[str | int, ...]]) -> Any:
    """Return a copy of the body without the keys at these places."""
    left = copy.deepcopy(body)
    for *path, key in places:
        holder = left
        for step in path:
            holder = holder[step]
        del holder[key]
    return left
