# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actors and conditions of policies: whether they are well formed, and what becomes of them for one caller.

Conditions are written in CEL (https://cel.dev). The library cel-python evaluates them if it is installed; nothing else needs it.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Iterator, Mapping

FIELD = r"cf\.user\.(id|email|groups)|cf\.country|cf\.custom\.[\w-]+|metadata\.[\w-]+"
ACTOR = (
    r"([^{}]|\{(" + FIELD + r")\})+",
    "text in which each pair of braces holds a field: cf.user.id, cf.user.email, cf.user.groups, cf.country, cf.custom.* or metadata.*",
)
LITERALS = {"true": True, "false": False}
# A longer condition, which only a server can have sent, is not evaluated.
MAX_LENGTH = 10_000
NOBODY: Mapping[str, Any] = {"cf": {}, "metadata": {}}


class Unresolved(Exception):
    """An actor or a condition needs something that the caller does not have, or is not of the right type."""


def resolve(actor: str, identity: Mapping[str, Any]) -> str:
    """Return an actor with the values of its fields.

    :raises Unresolved: for a field that the caller does not have, or that holds no single value.
    """
    return re.sub(r"\{([^{}]*)\}", lambda match: _value(identity, match[1]), actor)


def _value(identity: Mapping[str, Any], path: str) -> str:
    value: Any = identity
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, (str, bool, int, float)):
        raise Unresolved
    return value if isinstance(value, str) else json.dumps(value)


def holds(condition: str, identity: Mapping[str, Any]) -> bool | None:
    """Return whether a condition is true for a caller, or ``None`` if that cannot be evaluated here.

    :raises Unresolved: if the condition needs a field that the caller does not have, or is not boolean.
    """
    if condition.strip() in LITERALS:
        return LITERALS[condition.strip()]
    program = _program(condition) if len(condition) <= MAX_LENGTH else None
    return None if program is None else _evaluated(program, identity)


def condition_problems(condition: str, where: str) -> Iterator[str]:
    """Yield what is wrong with a condition, as far as that shows without a caller: its syntax, and its type if it is a constant."""
    if condition.strip() in LITERALS:
        return
    try:
        program = _program(condition)
        if program is not None and _evaluates_to_other(program):
            yield f"{where} must be true or false for each caller, and is always something else"
    except SyntaxError as error:
        yield f"{where} is not CEL: {error}"


def _evaluates_to_other(program: Any) -> bool:
    from celpy import celtypes

    try:
        return not isinstance(program.evaluate(_activation(NOBODY)), celtypes.BoolType)
    except Exception:
        return False  # it needs a caller


def _evaluated(program: Any, identity: Mapping[str, Any]) -> bool:
    from celpy import celtypes

    try:
        value = program.evaluate(_activation(identity))
    except Exception:
        # The library raises errors of many kinds for a condition that has no value.
        raise Unresolved from None
    if not isinstance(value, celtypes.BoolType):
        raise Unresolved
    return bool(value)


def _activation(identity: Mapping[str, Any]) -> dict[str, Any]:
    from celpy.adapter import json_to_cel

    return {name: json_to_cel(part) for name, part in {**NOBODY, **identity}.items()}


@lru_cache(maxsize=1000)
def _program(condition: str) -> Any:
    """Return a condition that can be evaluated, or ``None`` if it cannot be here.

    :raises SyntaxError: if it is no CEL.
    """
    environment = _environment()
    if environment is None:
        return None
    from celpy.celparser import CELParseError

    try:
        return environment.program(environment.compile(condition))
    except CELParseError as error:
        raise SyntaxError(f"syntax error in line {error.line}, column {error.column}") from None
    except Exception:
        return None  # such as one that is nested too deep


@lru_cache(maxsize=1)
def _environment() -> Any:
    """Return the parser of the library, or ``None`` if it is not installed. To make it takes some tenths of a second."""
    try:
        import celpy

        return celpy.Environment()
    except Exception:
        # Not installed, or of a version that works in another way.
        return None
