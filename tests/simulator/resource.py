# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A resource as a table: its place in the API, its operations, and its special rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from tests.simulator import protocol
from tests.simulator.auth import Caller
from tests.simulator.behaviour import Behaviour
from tests.simulator.defaults import timestamp
from tests.simulator.item_store import Age, Place
from tests.simulator.journal import Request
from tests.simulator.protocol import Answer, Json, Problem
from tests.simulator.switches import Permission
from tests.simulator.validation import Refused, check

if TYPE_CHECKING:
    from tests.simulator.state import State
    from tests.simulator.store import Store


class Failure(Exception):
    """The request fails with ``answer``."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(frozen=True)
class Call:
    """A request for an operation.

    ``item_id`` is empty for the operations on a collection, ``part_id`` for those on a whole item.
    """

    state: State
    request: Request
    who: Caller
    resource: Resource
    place: Place
    item_id: str = ""
    part_id: str = ""

    @property
    def behaviour(self) -> Behaviour:
        """Return the switches."""
        return self.state.behaviour

    @property
    def store(self) -> Store:
        """Return the store."""
        return self.state.store

    @property
    def account(self) -> str:
        """Return the account."""
        return self.place.account

    def items(self) -> dict[str, Json]:
        """Return the items of the collection by id."""
        return self.store.items(self.place)

    def item(self) -> Json:
        """Return the requested item.

        :raises Failure: if it does not exist, or is not visible yet.
        """
        item = self.items().get(self.item_id)
        if item is None or not self.resource.visible(self, item):
            if item is not None:
                self.note_read(item)
            raise Failure(self.resource.missing(self.behaviour))
        return item

    def age(self, item: Json) -> Age:
        """Return the age of an item of the collection."""
        return self.store.age(self.place, item[self.resource.key])

    def note_read(self, item: Json) -> None:
        """Count one read of an item of the collection."""
        self.store.note_read(self.place, item[self.resource.key])

    def body(self) -> Any:
        """Return the JSON value of the body.

        :raises Refused: if the body is not JSON.
        """
        try:
            return protocol.decode(self.request.body)
        except ValueError as error:
            raise Refused([Problem(f"Invalid JSON: {error}", ("body",))]) from error

    def checked(self, shape: TypeAdapter[Any]) -> Json:
        """Return the checked body.

        :raises Refused: if the body violates the contract.
        """
        return check(shape, self.body(), self.behaviour)

    def made(self, item: Json) -> Json:
        """Store a new item and return it."""
        return self.store.make(self.place, item[self.resource.key], item)

    def put(self, item: Json) -> Json:
        """Replace a stored item and return it."""
        return self.store.put(self.place, item[self.resource.key], item)

    def changed(self, item: Json, changes: Json, stamp: str = "modified_at", cleared: Iterable[str] = ()) -> Json:
        """Store an item with some fields changed and others removed, and return it. Its time only changes if any field does."""
        after = {**{name: value for name, value in item.items() if name not in cleared}, **changes}
        if after != item:
            after[stamp] = timestamp(after=item.get(stamp))
        return self.put(after)

    def shown(self, item: Json) -> Answer:
        """Return the answer with one item."""
        return self.resource.success(self.resource.shown(self, item), None)


@dataclass(frozen=True)
class Filter:
    """A query parameter that filters a list. ``choices`` are its valid values; if empty, any value is valid."""

    matches: Callable[[Call, Json, str], bool] = lambda _call, _item, _text: True
    choices: Sequence[str] = ()


def by_text(name: str, *choices: str) -> Filter:
    """Filter by a field that equals the given text."""
    return Filter(lambda _call, item, text: item.get(name) == text, choices)


def by_boolean(name: str) -> Filter:
    """Filter by a field that is true or false."""
    return Filter(lambda _call, item, text: bool(item.get(name)) is (text == "true"), ("true", "false"))


def as_stored(_call: Call, item: Json) -> Json:
    """Return an item unchanged."""
    return item


def always(_call: Call, _item: Json) -> bool:
    """Match every item."""
    return True


def oldest_first(_call: Call, items: Iterable[Json]) -> list[Json]:
    """Keep the items in the order of their creation."""
    return list(items)


def sorted_by_query(call: Call, items: Iterable[Json]) -> list[Json]:
    """Sort by ``order`` and ``direction`` of the query, if given."""
    name, is_reverse = call.request.query.get("order"), call.request.query.get("direction") == "desc"
    if name is None:
        return list(items)[:: -1 if is_reverse else 1]
    return sorted(items, key=lambda item: str(call.resource.view(call, item).get(name) or ""), reverse=is_reverse)


@dataclass(frozen=True)
class Parent:
    """The parent of a resource's items. ``field`` of each item contains the parent's id.

    ``missing`` handles a request below a parent that does not exist. It does nothing, or raises a Failure.
    """

    kind: str
    field: str
    missing: Callable[[Call], None]


@dataclass(frozen=True)
class Resource:
    """A kind of items.

    ``path`` is relative to the account, with ``{parent}`` for a parent's id. The keys of ``operations`` are the method and the rest of the
    path, with ``{id}`` for the item's id and ``{part}`` for the id of a part of the item. ``visible`` returns whether an item is found by
    its id, and ``is_listed`` whether it is in lists. ``removed`` applies the consequences of a removal. ``seeded`` fills in the missing
    fields of a seeded item.
    """

    kind: str
    path: str
    operations: Mapping[tuple[str, str], Callable[[Call], Answer]]
    seeded: Callable[[Json], Json]
    key: str = "id"
    parent: Parent | None = None
    reads: Permission = "AI Gateway Read"
    writes: Sequence[Permission] = ("AI Gateway Write",)
    search: Sequence[str] = ()
    filters: Mapping[str, Filter] = field(default_factory=dict)
    order: Callable[[Call, Iterable[Json]], list[Json]] = oldest_first
    view: Callable[[Call, Json], Json] = as_stored
    visible: Callable[[Call, Json], bool] = always
    is_listed: Callable[[Call, Json], bool] = always
    list_view: Callable[[Call, Json], Json] | None = None
    removed: Callable[[Call, Json], None] = lambda _call, _item: None
    success: Callable[[Any, Json | None], Answer] = protocol.success
    invalid: Callable[[Sequence[Problem], Behaviour], Answer] = lambda problems, _behaviour: protocol.invalid(problems)
    missing: Callable[[Behaviour], Answer] = lambda _behaviour: protocol.not_found()
    page_info: Callable[[Behaviour, Json], Json] = lambda _behaviour, info: info

    def shown(self, call: Call, item: Json, in_list: bool = False) -> Json:
        """Return an item as shown in an answer, by itself or in a list."""
        view_of = self.list_view if in_list and self.list_view else self.view
        return self.with_added(call, view_of(call, item))

    def with_added(self, call: Call, view: Json) -> Json:
        """Return a view of an item with the fields that a test adds to every item of the kind."""
        added = call.behaviour.added_fields.get(self.kind)
        return {**view, **added} if added else view
