# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs, derived from the field tables."""

from __future__ import annotations

import copy
import os
from typing import Any, Collection, Iterable, Mapping, Sequence

from ansible.module_utils.basic import AnsibleFallbackNotFound

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import RECREATE, RENAME_FROM
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource

# Options of an item in addition to its settings. Not every resource has all of them.
COMMON_OPTIONS = ("state", "extra_settings", "unset", RECREATE.name, RENAME_FROM.name)


class FromEnvironment(str):
    """A value that comes from an environment variable, not from an option."""


def nonempty_env(*names: str) -> FromEnvironment:
    """Return the value of the first environment variable that is not blank. AWX sets blank ones for unused fields.

    :raises AnsibleFallbackNotFound: if there is none.
    """
    for name in names:
        value = os.environ.get(name, "").strip()
        if value:
            return FromEnvironment(value)
    raise AnsibleFallbackNotFound


def options_of(fields: Iterable[Field], with_defaults: bool = True) -> dict[str, Any]:
    """Return the argument spec of ``fields``.

    :param with_defaults: false for settings of an item, because undeclared settings are not managed.
    """
    return {field.name: _option(field, with_defaults) for field in fields}


def item_options(resource: Resource, given: Collection[str] | None = None) -> dict[str, Any]:
    """Return the argument spec of one item of ``resource``: place, identity, state, settings, and the other options that it supports.

    :param given: limits the settings to these names, because Ansible spends time on each option of each item.
    """
    spec = options_of(field for field in (*resource.place, *resource.keys) if field.is_option)
    spec["state"] = {"type": "str", "choices": ["present", "absent"], "default": "present"}
    settings = [field for field in resource.settings if field.is_option and (given is None or not names_of_field(field).isdisjoint(given))]
    spec.update(options_of(settings, with_defaults=False))
    spec["extra_settings"] = {"type": "dict"}
    if any(field.nullable for field in resource.settings):
        spec["unset"] = {"type": "list", "elements": "str"}
    if resource.is_recreated:
        spec.update(options_of([RECREATE]))
    if resource.is_renamed:
        spec.update(options_of([RENAME_FROM]))
    return spec


def names_of_field(field: Field) -> set[str]:
    """Return the name and the aliases of the option of ``field``."""
    return {field.name, *field.aliases}


def names_of(fields: Iterable[Field]) -> set[str]:
    """Return all names of the options of ``fields``, including aliases, and of the options of every item."""
    return {*COMMON_OPTIONS, *(name for field in fields for name in names_of_field(field))}


def item_names(resource: Resource) -> set[str]:
    """Return all names of the options of one item of ``resource``, including aliases."""
    return names_of((*resource.place, *resource.keys, *resource.settings))


def by_name(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of ``spec`` by each of their names, including aliases."""
    return {name: option for main, option in spec.items() for name in (main, *option.get("aliases", ()))}


def _option(field: Field, with_default: bool) -> dict[str, Any]:
    option: dict[str, Any] = {"type": field.type, "no_log": field.secret}
    if field.elements:
        option["elements"] = field.elements
    if field.choices:
        option["choices"] = list(field.choices)
    if field.aliases:
        option["aliases"] = list(field.aliases)
    if field.required:
        option["required"] = True
    elif with_default and field.default is not None:
        # A copy, because Ansible completes nested defaults in place.
        option["default"] = copy.deepcopy(field.default)
    if field.env:
        option["fallback"] = (nonempty_env, [field.env])
    if field.fields:
        option["options"] = options_of(field.fields)
        option.update(_relations(field))
    return option


def _relations(field: Field) -> dict[str, Sequence[Sequence[str]]]:
    return {name: [list(rule) for rule in rules] for name, rules in field.relations._asdict().items() if rules}
