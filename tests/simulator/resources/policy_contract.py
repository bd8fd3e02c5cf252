# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Contract for the bodies of policies."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, TypeAdapter
from pydantic_core import PydanticCustomError
from typing_extensions import NotRequired, TypedDict

from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import PositiveNumber, strict
from tests.simulator.protocol import Json, Problem
from tests.simulator.resources.policy_conditions import actor_problem, condition_problem
from tests.simulator.validation import Refused, below, check
from tests.simulator.value_types import Number, Text

MAX_METADATA = 5


def one_or_several(value: Any) -> Any:
    """Accept a name, or a list of names."""
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise PydanticCustomError("names", "Expected a string or a list of strings")
    return value


def flat_metadata(value: dict[str, Any]) -> dict[str, Any]:
    """Accept a few keys with plain values."""
    if len(value) > MAX_METADATA or not all(isinstance(item, str | bool | int | float) for item in value.values()):
        raise PydanticCustomError("metadata", "Expected at most {most} plain values", {"most": MAX_METADATA})
    return value


Names = Annotated[Any, AfterValidator(one_or_several)]
Metadata = Annotated[dict[str, Any], AfterValidator(flat_metadata)]


@strict
class Selection(TypedDict):
    """A resource other than everything."""

    model: NotRequired[Names]
    provider: NotRequired[Names]


@strict
class NoLimit(TypedDict):
    """Allow without limit."""

    type: Literal["no-limit"]


# Refuse the resource or, with ``except``, everything else. ``except`` is a keyword, so a class cannot have such a field.
Block = TypedDict("Block", {"type": Literal["block"], "except": NotRequired[bool]})


@strict
class Limit(TypedDict):
    """Allow up to an amount of money, in US dollars."""

    type: Literal["limit"]
    amount: PositiveNumber
    period: Literal["hourly", "daily", "weekly", "monthly"]
    technique: Literal["named-interval"]


@strict
class Create(TypedDict):
    """The body of a create. Resource and action are checked separately."""

    name: Text
    actor: Text
    resource: Any
    condition: Text
    action: Any


@strict
class Change(TypedDict):
    """The body of an update: only the fields to change."""

    name: NotRequired[Text]
    actor: NotRequired[Text]
    resource: NotRequired[Any]
    condition: NotRequired[Text]
    action: NotRequired[Any]


@strict
class User(TypedDict):
    """The user, as identified by Cloudflare Access."""

    id: NotRequired[str]
    email: NotRequired[str]
    groups: NotRequired[list[str]]


@strict
class Cf(TypedDict):
    """Cloudflare's data about the caller."""

    user: NotRequired[User]
    country: NotRequired[str]
    custom: NotRequired[dict[str, Any]]


@strict
class Identity(TypedDict):
    """The caller of a simulation."""

    cf: NotRequired[Cf]
    metadata: NotRequired[Metadata]


@strict
class Usage(TypedDict):
    """The amount spent from a bucket, in US dollars."""

    spent: Number


@strict
class Simulation(TypedDict):
    """The body of a simulation."""

    identity: Identity
    model: Text
    provider: Text
    bucketUsage: NotRequired[dict[str, Usage]]


CREATE: TypeAdapter[Create] = TypeAdapter(Create)
CHANGE: TypeAdapter[Change] = TypeAdapter(Change)
SIMULATION: TypeAdapter[Simulation] = TypeAdapter(Simulation)
SELECTION: TypeAdapter[Selection] = TypeAdapter(Selection)
ACTIONS: dict[str, TypeAdapter[Any]] = {"no-limit": TypeAdapter(NoLimit), "block": TypeAdapter(strict(Block)), "limit": TypeAdapter(Limit)}
FIELDS = tuple(Create.__annotations__)


def checked_policy(shape: TypeAdapter[Any], body: Any, behaviour: Behaviour) -> Json:
    """Return the checked fields of a policy.

    :raises Refused: with all problems.
    """
    given = check(shape, body, behaviour)
    problems: list[Problem] = []
    for name, checked in (("resource", checked_resource), ("action", checked_action)):
        if name in given:
            try:
                given[name] = checked(given[name], behaviour)
            except Refused as error:
                problems += below(error, name)
    messages = {"actor": actor_problem(given.get("actor", ""))}
    if "condition" in given:
        messages["condition"] = condition_problem(given["condition"], behaviour.policy_condition_type == "refuse")
    problems += [Problem(message, ("body", name)) for name, message in messages.items() if message]
    if problems:
        raise Refused(problems)
    return given


def checked_resource(resource: Any, behaviour: Behaviour) -> Any:
    """Return the resource of a policy.

    :raises Refused: unless it is a star, or names models, providers or both.
    """
    if resource == "*":
        return resource
    selection = check(SELECTION, resource, behaviour) if isinstance(resource, dict) else {}
    if not selection:
        raise Refused([Problem("Expected '*' or an object with model, provider or both", ("body",))])
    return selection


def checked_action(action: Any, behaviour: Behaviour) -> Json:
    """Return the action of a policy.

    :raises Refused: for an unknown type, or for invalid fields of an action of that type.
    """
    if not isinstance(action, dict):
        raise Refused([Problem("Expected object", ("body",))])
    kind = action.get("type")
    shape = ACTIONS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        message = f"Invalid discriminator value. Expected {' | '.join(repr(name) for name in ACTIONS)}"
        raise Refused([Problem(message if "type" in action else "Required", ("body", "type"))])
    return check(shape, action, behaviour)
