# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actors and conditions of policies, and their evaluation for a caller.

Conditions are CEL, evaluated by cel-python. It has no type checker: an unknown name or function is only an error when the condition is
evaluated.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.simulator.protocol import Json

if TYPE_CHECKING:
    import celpy

FIELD = re.compile(r"cf\.user\.(id|email|groups)|cf\.country|cf\.custom\.[\w-]+|metadata\.[\w-]+")
BRACES = re.compile(r"\{([^{}]*)\}")

# Sufficient to determine the type of most conditions.
SAMPLE: Json = {"cf": {"user": {"id": "", "email": "", "groups": []}, "country": "", "custom": {}}, "metadata": {}}


class Unresolved(Exception):
    """An actor or a condition needs a value that the caller does not have, or that cannot be computed."""


def actor_problem(actor: str) -> str | None:
    """Return the error in an actor, if any. An actor is a text that may contain fields in braces."""
    if re.search(r"[{}]", BRACES.sub("", actor)):
        return "Syntax error: unbalanced brace"
    unknown = [name for name in BRACES.findall(actor) if not FIELD.fullmatch(name)]
    return f"Syntax error: unknown field {unknown[0]}" if unknown else None


def condition_problem(condition: str, is_typed: bool) -> str | None:
    """Return the error in the syntax or the type of a condition, if it can be detected without a caller."""
    try:
        value = evaluated(condition, SAMPLE)
    except SyntaxError as error:
        return str(error)
    except Unresolved:
        return None
    return "Condition must be boolean" if is_typed and not isinstance(value, bool) else None


def resolved(actor: str, identity: Json) -> str:
    """Return an actor with the values of its fields.

    :raises Unresolved: for a field that the caller does not have, or that is not a plain value.
    """
    return BRACES.sub(lambda match: plain(identity, match[1]), actor)


def plain(identity: Json, path: str) -> str:
    """Return a field as text.

    :raises Unresolved: if it does not exist, or is not a plain value.
    """
    value: Any = identity
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str | bool | int | float):
        raise Unresolved(path)
    return value if isinstance(value, str) else json.dumps(value)


def holds(condition: str, identity: Json) -> bool:
    """Return whether a condition is true for a caller.

    :raises Unresolved: if it cannot be evaluated, or is not boolean.
    """
    try:
        value = evaluated(condition, identity)
    except SyntaxError as error:
        raise Unresolved(condition) from error
    if not isinstance(value, bool):
        raise Unresolved(condition)
    return value


def evaluated(condition: str, identity: Json) -> Any:
    """Return the value of a condition: true, false, or something that is not boolean.

    :raises SyntaxError: if it is not CEL.
    :raises Unresolved: if it cannot be evaluated.
    """
    from celpy import celtypes
    from celpy.adapter import json_to_cel
    from celpy.evaluation import CELEvalError

    runner = program(condition)
    try:
        value = runner.evaluate({name: json_to_cel(part) for name, part in {"cf": {}, "metadata": {}, **identity}.items()})
    except (CELEvalError, RecursionError) as error:
        raise Unresolved(condition) from error
    return bool(value) if isinstance(value, celtypes.BoolType) else value


def program(condition: str) -> celpy.Runner:
    """Compile a condition.

    :raises SyntaxError: if it is not CEL.
    """
    from celpy.celparser import CELParseError

    try:
        return environment().program(environment().compile(condition))
    except CELParseError as error:
        raise SyntaxError(f"Syntax error in line {error.line}, column {error.column}") from error


@cache
def environment() -> celpy.Environment:
    """Return the parser. Its creation takes some tenths of a second, so it is only created when policies are used."""
    import celpy

    return celpy.Environment()
