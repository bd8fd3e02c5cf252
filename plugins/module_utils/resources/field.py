# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a setting is, as data. Everything else (options, bounds, masking, comparison) is read off these values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Callable, Mapping


@dataclass(frozen=True)
class Field:
    """One setting, or one part of a nested setting.

    The constraints are those of the API; C(None) means that it states none. The type is Ansible's word for it.
    """

    name: str
    type: str
    # The API's name, where it is not the option's (snake case).
    api_name: str | None = None
    aliases: tuple[str, ...] = ()
    elements: str | None = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    # The value must be greater than this.
    above: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    max_items: int | None = None
    # A regular expression and what to call it in a message.
    pattern: tuple[str, str] | None = None
    # Text that must not be in the value, and why; the value is kept out of the message.
    forbidden: tuple[str, str] | None = None
    required: bool = False
    nullable: bool = False
    # How to switch off what cannot be null.
    switch_off: str | None = None
    # What a missing or null value means on the server.
    default: Any = None
    # What a create call must carry where the user is silent.
    on_create: Any = None
    # Allowed only beside that other part with that value.
    only_with: tuple[str, str] | None = None
    # The server makes a value where none is given, and the user's silence matches any.
    server_made: bool = False
    # This setting, when true, needs that other one to be true; the server switches it off together with it.
    needs: str | None = None
    secret: bool = False
    # Whether the order of a list means something.
    ordered: bool = True
    # The part that identifies an element of a list, so that it is the same element after its other parts change.
    match_by: str | None = None
    # Applied to both sides before they are compared: forms that mean the same become equal.
    normalize: Callable[[Any], Any] | None = None
    # The parts of a dict, or of each element of a list of dicts.
    fields: tuple[Field, ...] = ()
    # The parts of each value of a dict with free keys.
    value_fields: tuple[Field, ...] = ()
    # A dict with free keys and text as values.
    text_values: bool = False
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[Any, ...], ...] = ()
    # The environment variable that stands in for a connection option.
    env: str | None = None

    @property
    def key(self) -> str:
        """The name under which the API has it."""
        return self.api_name or self.name


# How an item is updated: as a whole, or only what differs.
REPLACE, PATCH = "PUT", "PATCH"
# The name under which each item has the server's reference to it, which stands in its path.
REFERENCE = "id"


@dataclass(frozen=True)
class Resource:
    """A kind of item: where it lives, how it is identified and updated, and what it consists of.

    ``id`` identifies an item for the user. Either it is the item's reference, chosen by the caller, or it is a natural key
    (``is_found_by_key``): the server makes the reference, and the item is looked up in the listing, which is complete for each item
    if ``is_listed_whole``. ``absent_codes`` are the codes with which an answer 404 says that there is no such item.

    ``read_only`` are names that the server sets, with what a new item holds; ``None`` cannot be known beforehand. An item with
    one of the ``protected`` values is only deleted if it is named. ``id_pattern`` is a regular expression that the API publishes for ids,
    and what to call it in a message. ``account_limits`` are the numbers of items that an account can have, by plan, unless Cloudflare
    raised them.
    """

    name: str
    path: tuple[str, ...]
    id: Field
    settings: tuple[Field, ...]
    read_only: Mapping[str, Any]
    id_pattern: tuple[str, str] | None = None
    protected: tuple[tuple[str, Any], ...] = ()
    account_limits: tuple[int, ...] = ()
    is_found_by_key: bool = False
    is_listed_whole: bool = False
    update_verb: str = REPLACE
    absent_codes: frozenset[int] = frozenset({7002})
    # The name of the time of creation: an item with another one is another item of the same id.
    created: str = "created_at"

    def is_protected(self, item: Mapping[str, Any]) -> bool:
        """Whether C(item) is only deleted if it is named."""
        return any(item.get(name) == value for name, value in self.protected)

    def shows_whether_deletable(self, item: Mapping[str, Any]) -> bool:
        """Return whether ``item`` has all that decides whether it may be deleted without being named; a listing may leave parts out."""
        return all(item.get(name) is not None for name in (self.created, *(name for name, _value in self.protected)))

    def identity_of(self, item: Mapping[str, Any]) -> str:
        """Return what identifies ``item`` for the user."""
        return str(item.get(self.id.key))

    def named(self, name: str) -> Field:
        """Return the setting with that option name."""
        return next(field for field in self.settings if field.name == name)

    def setting(self, key: str) -> Field | None:
        """The setting with that API name, if this version knows it."""
        return self._settings_by_key.get(key)

    @cached_property
    def _settings_by_key(self) -> dict[str, Field]:
        return {field.key: field for field in self.settings}
