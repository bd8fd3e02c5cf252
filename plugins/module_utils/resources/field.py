# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of the field tables. Options, bounds, masking and comparison are all derived from these values."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Iterable, Mapping, NamedTuple


@dataclass(frozen=True)
class Form:
    """Functions for a value that cannot be described by parts, such as a graph.

    ``problems`` takes a value and its path, and returns the problems. ``to_api`` and ``from_api`` translate between names of options and
    names of the API. ``same`` and ``carry_over`` take a declared and a stored value, like the functions of ``reconcile/compare.py``.
    ``outline`` takes a value without secrets, and returns its form in diffs.
    """

    problems: Callable[[Any, str], list[str]]
    to_api: Callable[[Any], Any]
    from_api: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]
    carry_over: Callable[[Any, Any], Any]
    outline: Callable[[Any], Any]


class Relations(NamedTuple):
    """Rules about the parts of a dict, in the form of an argument spec."""

    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[Any, ...], ...] = ()


class Wire(NamedTuple):
    """The form of a field in answers and bodies.

    ``sent_as`` is the name in bodies, if it differs from that in answers. ``preview`` is the field of an answer that shows a part of this
    secret. ``is_text_in_answers`` and ``is_text_in_bodies`` are set if a dict is JSON text there. ``from_answer`` and ``to_body`` convert a
    value of an answer to the form of the field table, and a value of the field table to the form of bodies.
    """

    sent_as: str | None = None
    preview: str | None = None
    is_text_in_answers: bool = False
    is_text_in_bodies: bool = False
    from_answer: Callable[[Any], Any] | None = None
    to_body: Callable[[Any], Any] | None = None


NO_RELATIONS, SAME_FORM = Relations(), Wire()


@dataclass(frozen=True)
class Field:
    """One setting, or one part of a nested setting.

    The constraints are those of the API; ``None`` means that there is none. ``type`` is a type of Ansible.
    """

    name: str
    type: str
    # The name in the API, if it differs from that of the option.
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
    # A regular expression, and its description for messages.
    pattern: tuple[str, str] | None = None
    # Text that the value must not contain, and the problem for the message, which does not show the value.
    forbidden: tuple[str, str] | None = None
    required: bool = False
    nullable: bool = False
    # How to switch off a setting that is not nullable, as an option and its value.
    switch_off: str | None = None
    # The meaning of a missing or null value on the server.
    default: Any = None
    # The value of a create call if the user gives none: a value, or a function of the keys of the new item.
    on_create: Any = None
    # The name and value of another part, without which this one is not allowed.
    only_with: tuple[str, str] | None = None
    # Whether the server generates a value if none is given. An undeclared value then equals any stored one.
    server_made: bool = False
    # Another boolean setting that must be true if this one is. The server switches both off together.
    needs: str | None = None
    secret: bool = False
    # Whether the order of a list is significant.
    ordered: bool = True
    # The part that identifies an element of a list, even if its other parts change.
    match_by: str | None = None
    # Applied to declared and stored values before they are compared, so that equivalent forms become equal.
    normalize: Callable[[Any], Any] | None = None
    # The parts of a dict, or of each element of a list of dicts.
    fields: tuple[Field, ...] = ()
    # The parts of each value of a dict with free keys.
    value_fields: tuple[Field, ...] = ()
    # A dict with free keys and text as values.
    text_values: bool = False
    # Rules about the parts of a dict.
    relations: Relations = NO_RELATIONS
    # The environment variable that provides the default of a connection option.
    env: str | None = None
    # Whether it is an option. Otherwise the module sets it.
    is_option: bool = True
    # Whether a create requires it. An update does not.
    required_to_create: bool = False
    # Whether no update can change it, so that the item must be deleted and created again.
    immutable: bool = False
    # Whether only an update accepts it, so that one must follow a create.
    update_only: bool = False
    # Whether answers never contain it (write_only), or do not always contain it (may_be_hidden).
    write_only: bool = False
    may_be_hidden: bool = False
    # Whether listings contain the complete value.
    is_listed: bool = True
    # Functions for a value that cannot be described by parts.
    form: Form | None = None
    # The form in answers and bodies, if it differs from the form of this table.
    wire: Wire = SAME_FORM
    # Yields the problems of a value, given its path, for rules that no other attribute expresses.
    check: Callable[[Any, str], Iterable[str]] | None = None

    @property
    def key(self) -> str:
        """Return the name in the API."""
        return self.api_name or self.name


@dataclass(frozen=True)
class Versions:
    """A setting that changes by deploying a new version of the item. The item has the value of the deployed version.

    ``setting`` is the API name of that setting. ``deployed`` is the field of an item with the id of the deployed version, and
    ``described_by`` are the other fields that describe that version. Their values are unknown before the deployment.
    """

    setting: str
    deployed: str
    described_by: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all fields that describe the deployed version."""
        return (self.deployed, *self.described_by)


# Methods of an update: with the complete item, or only with changed settings.
REPLACE, PATCH = "PUT", "PATCH"
# Separates the parts of an identity that consists of several fields.
KEY_SEPARATOR = "/"


@dataclass(frozen=True)
class Drafts:
    """An API that keeps changes as drafts until all of them are committed together.

    The resource's ``list_query`` includes drafts in a listing; each has one of the ``flags`` set. A write with ``commit_query`` takes
    effect at once. A POST to ``commit_path``, below the path of the items, commits all drafts. ``inert`` has the settings of an item
    that has no effect.
    """

    flags: tuple[str, ...]
    commit_query: Mapping[str, str]
    commit_path: tuple[str, ...]
    inert: Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """A kind of item: its path, its identity, its settings, and how the API reads and changes it.

    **Identity**: ``id``, with ``further_keys``, identifies an item for the user. It is either the item's reference, chosen by the caller,
    or a natural key (``is_found_by_key``): then the server generates the reference, and the item is looked up in the listing.
    ``reference`` is the field of an item that contains the reference, which is the last part of the item's path.

    **Place**: ``path`` is below the account. Its segments in braces, such as ``{gateway_id}``, are the options ``place``.
    ``parent`` is the resource that the last of these options names. If the path does not name the parent, ``parent_key`` is the field
    of an item that does. It is sent as a query parameter of listings and in the body of a create.

    **Reading**: a listing contains all fields of each item if ``is_listed_whole``. It can be searched for a key if ``is_searchable``, has
    pages if ``is_paged``, and takes the query parameters ``list_query``. ``list_at`` and ``item_at`` are the paths of the list and of the
    item in answers.

    **Changing**: ``update_verb`` sends the complete item (``REPLACE``) or the changed settings (``PATCH``). With ``puts_parts``, PUT also
    takes only the changed settings. A new item takes exactly one setting of each group in ``alternatives``. ``lost_in_deletion`` is the
    setting that refers to something that the API may delete with the item. A create takes a list of items if ``is_created_in_list``.
    With ``versions``, a setting changes by deploying a new version. With ``drafts``, changes can be kept as drafts. With ``is_renamed``,
    an update can change the key.

    **Answers**: ``convert_answer`` converts an item with another structure to the form of the field table.

    **Errors**: ``absent_codes`` mean that there is no such item, ``exists_codes`` that the key is taken. Each has a regular expression for
    the message, which is empty if the code has no other meaning. ``permissions`` are the token permissions for reading and for writing.

    ``read_only`` has the fields that the server sets, with their values in a new item, or ``None`` if these are not known beforehand. An
    item with one of the ``protected`` values is only deleted by name; one with a ``gone`` value no longer exists. ``id_pattern`` is the
    regular expression that the API publishes for ids, and its description for messages. ``account_limits`` are the maximum numbers of
    items of an account, by plan, unless Cloudflare raised them.
    """

    name: str
    path: tuple[str, ...]
    id: Field
    settings: tuple[Field, ...]
    read_only: Mapping[str, Any]
    id_pattern: tuple[str, str] | None = None
    protected: tuple[tuple[str, Any], ...] = ()
    gone: tuple[tuple[str, Any], ...] = ()
    # The name in results.
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
    convert_answer: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    absent_codes: Mapping[int, str] = field(default_factory=lambda: {7002: ""})
    exists_codes: Mapping[int, str] = field(default_factory=dict)
    permissions: tuple[str, str] = ("AI Gateway Read", "AI Gateway Write")
    # The field with the time of creation. If it differs, an item with the same id is another item.
    created: str = "created_at"

    def is_protected(self, item: Mapping[str, Any]) -> bool:
        """Return whether ``item`` is only deleted by name, and never purged."""
        return any(item.get(name) == value for name, value in self.protected)

    def is_gone(self, item: Mapping[str, Any]) -> bool:
        """Return whether ``item`` no longer exists, although the API still returns it."""
        return any(item.get(name) == value for name, value in self.gone)

    def shows_whether_deletable(self, item: Mapping[str, Any]) -> bool:
        """Return whether ``item`` has all fields that decide whether it may be purged. A listing can omit some."""
        return all(item.get(name) is not None for name in (self.created, *(name for name, _value in self.protected)))

    @property
    def keys(self) -> tuple[Field, ...]:
        """Return the fields that identify an item for the user."""
        return (self.id, *self.further_keys)

    @property
    def sends_whole(self) -> bool:
        """Return whether an update must send the complete item."""
        return self.update_verb == REPLACE and not self.puts_parts

    @property
    def is_recreated(self) -> bool:
        """Return whether some settings change only if the item is deleted and created again."""
        return any(field.immutable for field in self.settings)

    def identity_of(self, item: Mapping[str, Any]) -> str:
        """Return the identity of ``item`` for the user, within its place."""
        return KEY_SEPARATOR.join(str(item.get(field.key)) for field in self.keys)

    def is_made_by_server(self, key: str) -> bool:
        """Return whether the field with the API name ``key`` is part of the identity or set by the server, and so is not a setting."""
        return key in self._made_by_server

    def named(self, name: str) -> Field:
        """Return the setting with the option name ``name``."""
        return next(field for field in self.settings if field.name == name)

    def setting(self, key: str) -> Field | None:
        """Return the setting with the API name ``key``, or ``None`` if this version has none."""
        return self._settings_by_key.get(key)

    @cached_property
    def _made_by_server(self) -> frozenset[str]:
        return frozenset({*self.read_only, self.reference, *(field.key for field in self.keys)})

    @cached_property
    def _settings_by_key(self) -> dict[str, Field]:
        return {field.key: field for field in self.settings}
