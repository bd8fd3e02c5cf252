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
    """The input breaks the contract; `problems` has one entry for each bad field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def below(error: Refused, *steps: str | int) -> list[Problem]:
    """Return the problems of a part of the body, with paths that lead to the part first."""
    return [Problem(problem.message, ("body", *steps, *problem.path[1:])) for problem in error.problems]


def check(shape: TypeAdapter[Any], body: Any, behaviour: Behaviour) -> Json:
    """Return the checked body, with the given keys only.

    Keys that the contract does not have are refused; with `tolerate_unknown` they are left out on every level, and with `keep_unknown`
    those within nested settings are kept.
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
    """Return the checked body with the values that the body had at these places."""
    kept = copy.deepcopy(given)
    for *way, key in places:
        holder: Any = kept
        source: Any = body
        for step in way:
            holder, source = holder[step], source[step]
        holder[key] = source[key]
    return kept


def place(detail: ErrorDetails) -> tuple[str | int, ...]:
    """Return where in the body it is; the tags of the two forms of a union are no part of the way.

    The last step of an unknown key is that key, whatever it looks like.
    """
    way = detail["loc"]
    end = way[-1:] if detail["type"] == UNKNOWN else ()
    return (*(step for step in way[: len(way) - len(end)] if step not in TAGS), *end)


def problems(details: Iterable[ErrorDetails]) -> list[Problem]:
    """Return one problem for each place; a second complaint about the same place is dropped."""
    found: dict[tuple[str | int, ...], Problem] = {}
    for detail in details:
        where = place(detail)
        found.setdefault(where, Problem(message(detail, where), ("body", *where)))
    return list(found.values())


def message(detail: ErrorDetails, where: tuple[str | int, ...]) -> str:
    """Return the complaint in words; a number that is missing is reported as one that is not a number."""
    if detail["type"] == "missing":
        return "Expected number, received nan" if where[-1] in NUMBERS else "Required"
    if detail["type"] == UNKNOWN:
        return f"Unrecognized key: {where[-1]}"
    return detail["msg"]


def without(body: Any, places: Iterable[tuple[str | int, ...]]) -> Any:
    """Return a copy of the body that lacks the keys at these places."""
    left = copy.deepcopy(body)
    for *way, key in places:
        holder = left
        for step in way:
            holder = holder[step]
        del holder[key]
    return left
