# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actors and conditions of policies: their validation, and their evaluation for one caller.

Conditions are expressions of CEL (https://cel.dev). The optional library cel-python evaluates them; nothing else needs it.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Iterator, Mapping

FIELD = r"cf\.user\.(id|email|groups)|cf\.country|cf\.custom\.[\w-]+|metadata\.[\w-]+"
ACTOR = (
    r"([^{}]|\{(" + FIELD + r")\})+",
    "contain a field in each pair of braces: cf.user.id, cf.user.email, cf.user.groups, cf.country, cf.custom.* or metadata.*",
)
LITERALS = {"true": True, "false": False}
# Longer conditions, which only a server can send, are not evaluated.
MAX_LENGTH = 10_000
NOBODY: Mapping[str, Any] = {"cf": {}, "metadata": {}}


class Unresolved(Exception):
    """An actor or a condition needs a field that the caller does not have, or has the wrong type."""


def resolve(actor: str, identity: Mapping[str, Any]) -> str:
    """Return an actor with its fields replaced by their values.

    :raises Unresolved: if the caller does not have a field, or its value is not a scalar.
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
    """Return whether a condition is true for a caller, or ``None`` if it cannot be evaluated here.

    :raises Unresolved: if the condition needs a field that the caller does not have, or is not boolean.
    """
    if condition.strip() in LITERALS:
        return LITERALS[condition.strip()]
    program = _program(condition) if len(condition) <= MAX_LENGTH else None
    return None if program is None else _evaluated(program, identity)


def condition_problems(condition: str, path: str) -> Iterator[str]:
    """Yield the problems of a condition that can be found without a caller: its syntax, and its type if it is a constant."""
    if condition.strip() in LITERALS:
        return
    try:
        program = _program(condition)
        if program is not None and _evaluates_to_other(program):
            yield f"{path} must be true or false, but its value is never a boolean"
    except SyntaxError as error:
        yield f"{path} is not CEL: {error}"


def _evaluates_to_other(program: Any) -> bool:
    from celpy import celtypes

    try:
        return not isinstance(program.evaluate(_activation(NOBODY)), celtypes.BoolType)
    except Exception:
        return False  # The value depends on the caller.


def _evaluated(program: Any, identity: Mapping[str, Any]) -> bool:
    from celpy import celtypes

    try:
        value = program.evaluate(_activation(identity))
    except Exception:
        # The library raises various exceptions for a condition without a value.
        raise Unresolved from None
    if not isinstance(value, celtypes.BoolType):
        raise Unresolved
    return bool(value)


def _activation(identity: Mapping[str, Any]) -> dict[str, Any]:
    from celpy.adapter import json_to_cel

    return {name: json_to_cel(part) for name, part in {**NOBODY, **identity}.items()}


@lru_cache(maxsize=1000)
def _program(condition: str) -> Any:
    """Return a compiled condition, or ``None`` if it cannot be evaluated here.

    :raises SyntaxError: if it is not valid CEL.
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
        return None  # For example, the condition is nested too deep.


@lru_cache(maxsize=1)
def _environment() -> Any:
    """Return the parser of the library, or ``None`` if it is not installed. Creating it takes some tenths of a second."""
    try:
        import celpy

        return celpy.Environment()
    except Exception:
        # The library is not installed, or its version is incompatible.
        return None
