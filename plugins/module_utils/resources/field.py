# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a setting is, as data. Everything else (options, bounds, masking, comparison) is read off these values."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Iterable, Mapping


@dataclass(frozen=True)
class Form:
    """The functions for a value that no parts can describe, such as a graph.

    ``problems`` of a value and the place to name returns what is wrong with it. ``to_api`` and ``from_api`` translate between the names of
    options and those of the API. ``same`` and ``carry_over`` of a declared and a stored value are like those of ``reconcile/compare.py``.
    ``outline`` of a value without secrets is what diffs show of it.
    """

    problems: Callable[[Any, str], list[str]]
    to_api: Callable[[Any], Any]
    from_api: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]
    carry_over: Callable[[Any, Any], Any]
    outline: Callable[[Any], Any]


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
    # What a create call must carry where the user is silent: a value, or a function of the new item's keys.
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
    # Whether it is an option; otherwise the code of a module gives it.
    is_option: bool = True
    # Whether a new item must have it, although an update may leave it out.
    required_to_create: bool = False
    # Whether the API changes it in no update, so that the item has to be deleted and created again.
    immutable: bool = False
    # Whether a create does not take it, so that an update follows.
    update_only: bool = False
    # Whether no answer shows it, or not every answer does.
    write_only: bool = False
    may_be_hidden: bool = False
    # The field of an answer that shows a part of this secret.
    preview: str | None = None
    # The name in bodies, where it is not that in answers.
    sent_as: str | None = None
    # Whether listings show it as it is.
    is_listed: bool = True
    # What to do with a value that no parts can describe.
    form: Form | None = None
    # Whether a dict is JSON text in answers, and in bodies.
    is_text_in_answers: bool = False
    is_text_in_bodies: bool = False
    # Functions that make of a value in an answer one in the form of this table, and the other way round for bodies.
    read_by: Callable[[Any], Any] | None = None
    sent_by: Callable[[Any], Any] | None = None
    # Yields what is wrong with a value, given its place, for rules that no other attribute states.
    check: Callable[[Any, str], Iterable[str]] | None = None

    @property
    def key(self) -> str:
        """The name under which the API has it."""
        return self.api_name or self.name


@dataclass(frozen=True)
class Versions:
    """How a setting changes by versions of the item, each with a value of its own. The item has the value of the deployed version.

    ``setting`` is the API name of that setting. ``deployed`` is the name under which an item has the id of the deployed version, and
    ``described_by`` are the names of what else the server says of that version: nothing of it is known before the deployment.
    """

    setting: str
    deployed: str
    described_by: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that the server says of the deployed version."""
        return (self.deployed, *self.described_by)


# How an item is updated: as a whole, or only what differs.
REPLACE, PATCH = "PUT", "PATCH"
# Between the parts of an identity that consists of several fields.
KEY_SEPARATOR = "/"


@dataclass(frozen=True)
class Drafts:
    """How an API keeps changes as drafts, until all of them are committed together.

    The resource's ``list_query`` shows drafts too, each of which has one of the ``flags`` set. A write with ``commit_query`` acts at once.
    A POST to ``commit_path``, below the path of the items, makes all drafts live. ``inert`` has the settings of an item without effect.
    """

    flags: tuple[str, ...]
    commit_query: Mapping[str, str]
    commit_path: tuple[str, ...]
    inert: Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """A kind of item: where it lives, how it is identified, read and updated, and what it consists of.

    **Identity**: ``id``, with ``further_keys``, identifies an item for the user. Either it is the item's reference, chosen by the caller,
    or it is a natural key (``is_found_by_key``): the server makes the reference, and the item is looked up in the listing.
    ``reference`` is the name under which each item has the reference, which is the last part of the item's path.

    **Place**: ``path`` is below the account. Its segments in braces, such as ``{gateway_id}``, are the options ``place``.
    ``parent`` is the resource that the last of these options names. ``parent_key`` is set if the path does not name the parent: the field
    of an item that does, which is sent as a query parameter of listings and in the body of a create.

    **Reading**: a listing is complete for each item if ``is_listed_whole``. It is searched for a key if ``is_searchable``, has pages if
    ``is_paged``, and has the query parameters ``list_query``. ``list_at`` and ``item_at`` are where answers have the list and the item.

    **Changing**: ``update_verb`` with the whole item (``REPLACE``) or with what differs (``PATCH``). With ``puts_parts``, PUT also takes
    only what differs. Of each group in ``alternatives``, a new item takes exactly one setting. ``lost_in_deletion`` is the setting that
    refers to something that the API may delete along with the item. A create takes a list of items if ``is_created_in_list``.
    With ``versions``, a setting changes by a new version that is then deployed. With ``drafts``, changes can wait as drafts. With
    ``is_renamed``, an update can change the key.

    **Answers**: ``read_answer`` brings an item that has its settings at other places into the form of the field table.

    **Errors**: ``absent_codes`` say that there is no such item, ``exists_codes`` that the key is taken. Each has a regular expression for
    the message, which is empty if the code has no other meaning. ``permissions`` are the token permissions to read and to write.

    ``read_only`` are names that the server sets, with what a new item holds; ``None`` cannot be known beforehand. An item with
    one of the ``protected`` values is only deleted if it is named; one with a ``gone`` value does not exist any more.
    ``id_pattern`` is a regular expression that the API publishes for ids, and what to call it in a message. ``account_limits`` are the
    numbers of items that an account can have, by plan, unless Cloudflare raised them.
    """

    name: str
    path: tuple[str, ...]
    id: Field
    settings: tuple[Field, ...]
    read_only: Mapping[str, Any]
    id_pattern: tuple[str, str] | None = None
    protected: tuple[tuple[str, Any], ...] = ()
    gone: tuple[tuple[str, Any], ...] = ()
    # What results call it, for programs.
    kind: str = ""
    account_limits: tuple[int, ...] = ()
    further_keys: tuple[Field, ...] = ()
    is_found_by_key: bool = False
    reference: str = "id"
    place: tuple[Field, ...] = ()
    parent: Resource | None = None
    parent_key: str | None = None
    is_listed_whole: bool = False
    is_searchable: bool = True
    is_paged: bool = True
    list_query: Mapping[str, str] = field(default_factory=dict)
    list_at: tuple[str, ...] = ("result",)
    item_at: tuple[str, ...] = ("result",)
    update_verb: str = REPLACE
    puts_parts: bool = False
    alternatives: tuple[tuple[str, ...], ...] = ()
    lost_in_deletion: str | None = None
    is_created_in_list: bool = False
    drafts: Drafts | None = None
    versions: Versions | None = None
    is_renamed: bool = False
    read_answer: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    absent_codes: Mapping[int, str] = field(default_factory=lambda: {7002: ""})
    exists_codes: Mapping[int, str] = field(default_factory=dict)
    permissions: tuple[str, str] = ("AI Gateway Read", "AI Gateway Write")
    # The name of the time of creation: an item with another one is another item of the same id.
    created: str = "created_at"

    def is_protected(self, item: Mapping[str, Any]) -> bool:
        """Whether C(item) is only deleted if it is named."""
        return any(item.get(name) == value for name, value in self.protected)

    def is_gone(self, item: Mapping[str, Any]) -> bool:
        """Return whether ``item`` does not exist any more, although the API still shows it."""
        return any(item.get(name) == value for name, value in self.gone)

    def shows_whether_deletable(self, item: Mapping[str, Any]) -> bool:
        """Return whether ``item`` has all that decides whether it may be deleted without being named; a listing may leave parts out."""
        return all(item.get(name) is not None for name in (self.created, *(name for name, _value in self.protected)))

    @property
    def keys(self) -> tuple[Field, ...]:
        """The fields that identify an item for the user."""
        return (self.id, *self.further_keys)

    @property
    def sends_whole(self) -> bool:
        """Whether an update has to send the complete item."""
        return self.update_verb == REPLACE and not self.puts_parts

    @property
    def is_recreated(self) -> bool:
        """Whether some of its settings only change by deleting the item and creating it again."""
        return any(field.immutable for field in self.settings)

    def identity_of(self, item: Mapping[str, Any]) -> str:
        """Return what identifies ``item`` for the user, within its place."""
        return KEY_SEPARATOR.join(str(item.get(field.key)) for field in self.keys)

    def is_made_by_server(self, key: str) -> bool:
        """Return whether the field with that API name is part of the identity or set by the server, and so is no setting."""
        return key in self._made_by_server

    def named(self, name: str) -> Field:
        """Return the setting with that option name."""
        return next(field for field in self.settings if field.name == name)

    def setting(self, key: str) -> Field | None:
        """The setting with that API name, if this version knows it."""
        return self._settings_by_key.get(key)

    @cached_property
    def _made_by_server(self) -> frozenset[str]:
        return frozenset({*self.read_only, self.reference, *(field.key for field in self.keys)})

    @cached_property
    def _settings_by_key(self) -> dict[str, Field]:
        return {field.key: field for field in self.settings}
