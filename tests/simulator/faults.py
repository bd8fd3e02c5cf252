# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that a test adds: the requests that they match, and how often they have fired."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from tests.simulator.catalog import known_kind
from tests.simulator.item_store import GATEWAYS
from tests.simulator.protocol import Json

FORBID = ConfigDict(extra="forbid", strict=True, populate_by_name=True)
KINDS = ("status", "reset", "close", "cut", "hang", "trickle", "delay")
ANSWER_PARTS = ("body", "json_body", "headers", "content_type")
FRAMING = frozenset({"content-length", "transfer-encoding"})

# Kinds that need the real answer, so the request always takes effect.
TRUTHFUL = frozenset({None, "cut", "trickle", "delay"})


def compilable(pattern: str) -> str:
    """Refuse an invalid regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


def without_framing(headers: dict[str, str]) -> dict[str, str]:
    """Refuse the headers that the server computes. Use `cut` to break these."""
    if FRAMING & {name.lower() for name in headers}:
        raise ValueError("the framing of an answer is not to be given")
    return headers


class Trickle(BaseModel):
    """The body in pieces of `bytes` with `interval` seconds between them."""

    model_config = FORBID

    bytes: int = Field(default=1, ge=1)
    interval: float = Field(default=0.01, ge=0)


class StoreChange(BaseModel):
    """A change by a second writer. `gateway` None deletes. The default of `account` is the account of the request.

    For items of another ``kind``, ``item`` replaces ``gateway``.
    """

    model_config = FORBID

    account: str | None = None
    kind: Annotated[str, AfterValidator(known_kind)] = GATEWAYS
    id: str
    gateway: dict[str, Any] | None = None
    item: dict[str, Any] | None = None

    @model_validator(mode="after")
    def one_item(self) -> StoreChange:
        """Refuse a change without the item to store, or with the item in the wrong field."""
        expected = "gateway" if self.kind == GATEWAYS else "item"
        if self.model_fields_set & {"gateway", "item"} != {expected}:
            raise ValueError(f"a change of {self.kind} needs {expected}")
        return self

    @property
    def stored(self) -> Json | None:
        """Return the item to store; ``None`` to delete it."""
        return self.gateway if self.kind == GATEWAYS else self.item


class FaultSpec(BaseModel):
    """A fault as specified by a test. Durations are in seconds."""

    model_config = FORBID

    method: str | None = None
    path: Annotated[str, AfterValidator(compilable)] | None = None
    reused: bool | None = None
    skip: int = Field(default=0, ge=0)
    times: int | None = Field(default=1, ge=1)
    when: Literal["before", "after"] = "before"
    status: int | None = Field(default=None, ge=200, le=599)
    body: str | None = None
    json_body: Any = Field(default=None, alias="json")
    headers: Annotated[dict[str, str], AfterValidator(without_framing)] = {}
    content_type: str | None = None
    reset: Literal[True] | None = None
    close: Literal[True] | None = None
    cut: int | None = Field(default=None, ge=0)
    hang: float | None = Field(default=None, ge=0)
    trickle: Trickle | None = None
    delay: float | None = Field(default=None, ge=0)
    store: list[StoreChange] = []

    @model_validator(mode="after")
    def one_kind(self) -> FaultSpec:
        """Check that there is exactly one kind, or none if the fault changes the store."""
        kinds = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(kinds) > 1 or not (kinds or self.store):
            raise ValueError(f"give exactly one of {', '.join(KINDS)}, or only store")
        if self.status is None and self.model_fields_set & set(ANSWER_PARTS):
            raise ValueError("body, json, headers and content_type go with status")
        if {"body", "json_body"} <= self.model_fields_set:
            raise ValueError("give either body or json")
        return self

    @property
    def kind(self) -> str | None:
        """Return the kind of the fault, or None if it only changes the store."""
        return next((kind for kind in KINDS if getattr(self, kind) is not None), None)

    @property
    def acts(self) -> bool:
        """Return whether the request takes effect despite the fault."""
        return self.when == "after" or self.kind in TRUTHFUL


class Fault:
    """A planted fault with its counts."""

    def __init__(self, number: int, spec: FaultSpec) -> None:
        self.id = number
        self.spec = spec
        self.skipped = 0
        self.fired = 0

    def fires(self, method: str, raw_path: str, reused: bool = False) -> bool:
        """Return whether the fault fires for this request. Count the requests that it skips and those that it fires for.

        `reused` is true if the connection had a request before.
        """
        spec = self.spec
        if spec.times is not None and self.fired >= spec.times:
            return False
        if spec.method is not None and spec.method.upper() != method:
            return False
        if spec.path is not None and re.search(spec.path, raw_path) is None:
            return False
        if spec.reused is not None and spec.reused != reused:
            return False
        if self.skipped < spec.skip:
            self.skipped += 1
            return False
        self.fired += 1
        return True

    def listed(self) -> Json:
        """Return the fault as it was given, with its id and its counts."""
        given = self.spec.model_dump(by_alias=True, exclude_unset=True)
        return {"id": self.id, **given, "skipped": self.skipped, "fired": self.fired}


class Faults:
    """The planted faults. At most one fires for a request: the first that matches."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._given = 0

    def add(self, spec: FaultSpec) -> Fault:
        """Plant a fault."""
        self._given += 1
        fault = Fault(self._given, spec)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults. Ids are not reused."""
        self._faults.clear()

    def listed(self) -> list[Json]:
        """Return all faults in the order they were planted, including those that are used up."""
        return [fault.listed() for fault in self._faults]

    def take(self, method: str, raw_path: str, reused: bool = False) -> Fault | None:
        """Return the fault for a request, if any."""
        return next((fault for fault in self._faults if fault.fires(method, raw_path, reused)), None)
