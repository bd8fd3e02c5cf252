# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing of items within an option. Ansible stops at the first problem; the parser reports all problems, each with its location."""

from __future__ import annotations

import difflib
from collections import defaultdict
from typing import Any, Callable, Mapping, Sequence, TypeVar

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import item_options
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import apply_defaults, declare, declare_settings
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.dict_values import convert_dict_values
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.shown import option_secrets
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.type_checks import type_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.validation import validate
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import KEY_SEPARATOR, Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable

# Maximum length of an id in a message.
MAX_ID_LENGTH = 80
Declared = TypeVar("Declared")


class ItemParser:
    """Parses the options of items, and collects their ``problems``, each without the secrets of its item.

    ``owner`` is the id of the item that these belong to, for messages. ``other_options`` are valid options of an item that are parsed
    elsewhere.
    """

    def __init__(self, resource: Resource, owner: str = "", other_options: Sequence[str] = ()) -> None:
        self.problems: list[str] = []
        self._resource = resource
        self._owner = owner
        self._other_options = other_options

    def parse(self, option: str, items: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any] | None) -> tuple[Declaration, ...]:
        """Return the declarations of ``items``, the value of ``option``, in their order, with ``defaults`` applied to each.

        Items with problems are left out.
        """
        of_one = [field.name for field in (*self._resource.place, *self._resource.keys)]
        under = (self._parse("defaults", (*of_one, "state"), defaults, declare_settings) if defaults else None) or {}
        places: dict[str, list[str]] = defaultdict(list)
        declarations = []
        for index, options in enumerate(items):
            place, item_id = f"{option}[{index}]", self.identity_of(options)
            places[item_id].append(place)
            where = f"{place} ({self.label(item_id)})" if item_id else place
            declarations.append(self._parse(where, (), options, lambda *given: apply_defaults(self._resource, under, declare(*given))))
        same_id = {item_id: same for item_id, same in places.items() if item_id and same[1:]}
        names = " and ".join(field.name for field in self._resource.keys)
        self.problems += [
            f"{' and '.join(same)} have the same {names} ({self.label(item_id)}): remove one of them" for item_id, same in same_id.items()
        ]
        return tuple(filter(None, declarations))

    def label(self, item_id: str) -> str:
        """Return the label of an item for messages: its id, preceded by the id of its owner."""
        return _shown(f"{self._owner}{KEY_SEPARATOR}{item_id}" if self._owner else item_id)

    def identity_of(self, options: Mapping[str, Any]) -> str:
        """Return the identity in ``options`` that are not validated yet, or an empty string if there is none."""
        given = [self._given(field, options) for field in self._resource.keys]
        return KEY_SEPARATOR.join(given) if all(given) else ""

    @staticmethod
    def _given(field: Field, options: Mapping[str, Any]) -> str:
        value = next((options[name] for name in (field.name, *field.aliases) if options.get(name) is not None), field.default)
        return "" if value is None or isinstance(value, (dict, list)) else str(value)

    def _parse(
        self,
        where: str,
        without: Sequence[str],
        options: Mapping[str, Any],
        declare_by: Callable[[Resource, dict[str, Any], Sequence[str]], Declared],
    ) -> Declared | None:
        # Each item needs its own spec, because Ansible completes nested defaults in place.
        spec = {name: option for name, option in item_options(self._resource, options).items() if name not in without}
        wrong_types = list(type_problems(spec, options))
        unusable = {name for name, _problem in wrong_types}
        for name, option in spec.items() if unusable else ():
            if unusable & {name, *option.get("aliases", ())}:
                # It would also be reported as missing.
                spec[name] = {**option, "required": False}
        validated = validate(spec, {name: value for name, value in options.items() if name not in unusable})
        found = [problem for _name, problem in wrong_types]
        found += validated.problems
        found += [self._unknown(name) for name in validated.unsupported]
        found += [f"{name} and its alias {alias} are both given" for name, alias in validated.duplicates]
        found += convert_dict_values(self._resource.settings, validated.values)
        try:
            return declare_by(self._resource, validated.values, found)
        except InvalidOptions as error:
            scrub = Scrubber({*validated.secrets, *option_secrets(self._resource, options)})
            self.problems.extend(scrub(f"{where}: {problem}") for problem in error.problems)
        return None

    def _unknown(self, name: str) -> str:
        known = item_options(self._resource)
        if name in known or name in self._other_options:
            return f"{name} cannot be a default: set it on each item"
        alike = difflib.get_close_matches(name, [*known, *self._other_options], n=1)
        return f"{name} is not an option" + (f" (did you mean {alike[0]}?)" if alike and "." not in name else "")


def _shown(item_id: str) -> str:
    return printable(item_id, MAX_ID_LENGTH)


def nested_lists(item: Mapping[str, Any], names: Sequence[str], where: str) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Return those options of ``item`` that are in ``names``, each as a list of dicts, and the problems of their types."""
    spec: dict[str, Any] = {name: {"type": "list", "elements": "dict"} for name in names}
    given = {name: item[name] for name in names if item.get(name) is not None}
    found = [f"{where}: {problem}" for _name, problem in type_problems(spec, given)]
    if found:
        return {}, found
    validated = validate(spec, given)
    return {name: validated.values[name] for name in given}, [f"{where}: {problem}" for problem in validated.problems]
