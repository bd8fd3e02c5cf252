# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables in place of values that the API does not show, such as keys."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import holds_secret
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masks import looks_masked
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets import is_hidden
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, printable

PREFIX = "vault_"
# A longer part of a name is truncated, and made unique by a digest.
MAX_PART = 40
DIGEST = 8
# Settings that are valid in one account only, because they refer to its Secrets Store. The API finds that of another account itself.
OF_ACCOUNT = ("store_id",)


class Placeholder(str):
    """Text in place of a value in a document, written as a template with a variable. For other code, it is plain text."""

    path: tuple[str, ...]
    description: str

    @classmethod
    def of(cls, path: Iterable[str], description: str) -> Placeholder:
        """Return a placeholder with its path and description. Its text is a valid value of the setting."""
        made = cls("placeholder")
        made.path, made.description = tuple(path), description
        return made


class Placeholders:
    """Makes placeholders, and collects them in ``made``."""

    def __init__(self) -> None:
        self.made: list[Placeholder] = []

    def split(self, resource: Resource, item: Mapping[str, Any], owner: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return ``item`` with placeholders for hidden parts, and the options for its hidden settings.

        Settings that are valid in one account only are left out, and so are alternatives to a hidden setting.

        :param owner: identities of the items that ``item`` belongs to.
        """
        path = (*owner, *(str(item[key.key]) for key in resource.keys))
        named = f"{resource.name} {resource.identity_of(item)}" + "".join(f" of {name}" for name in reversed(owner))
        known: dict[str, Any] = {name: value for name, value in item.items() if name not in OF_ACCOUNT}
        hidden: dict[str, Any] = {}
        for field in resource.settings:
            others = {name for group in resource.alternatives if group[0] == field.name for name in group[1:]}
            if field.write_only and (field.required_to_create or others):
                # The name of a variable for a secret does not contain the setting, because variables are for secrets by default.
                hidden[field.name] = self._make((*path, *([] if field.secret else [field.name])), field.name, named)
                known = {name: value for name, value in known.items() if name not in others}
            elif field.secret and known.get(field.key) is not None:
                hidden[field.name] = self._within(field, known.pop(field.key), path, (field.name,), named)
            elif holds_secret(field):
                known[field.key] = self._within(field, known.get(field.key), path, (field.name,), named)
        return known, hidden

    def _within(self, field: Field, value: Any, path: tuple[str, ...], names: tuple[str, ...], of: str) -> Any:
        """Return ``value`` with a placeholder for each hidden secret in it. ``names`` is the path to it within the item."""
        if field.secret:
            return self._secret(field, value, path, names, of)
        if isinstance(value, list):
            labels = _labels(field, value)
            return [self._parts(field.fields, part, path, (*names, label), of) for label, part in zip(labels, value)]
        return self._parts(field.fields, value, path, names, of)

    def _secret(self, field: Field, value: Any, path: tuple[str, ...], names: tuple[str, ...], of: str) -> Any:
        if isinstance(value, dict):
            return {key: self._hidden(text, (*path, *names, key), (*names, key), of) for key, text in value.items()}
        return self._make((*path, *names), " ".join(names), of) if is_hidden(field, value) else value

    def _hidden(self, text: Any, path: tuple[str, ...], names: tuple[str, ...], of: str) -> Any:
        return self._make(path, " ".join(names), of) if text is None or looks_masked(text) else text

    def _parts(self, fields: Iterable[Field], value: Any, path: tuple[str, ...], names: tuple[str, ...], of: str) -> Any:
        if not isinstance(value, dict):
            return value
        found = {
            field.key: self._within(field, value.get(field.key), path, (*names, field.name), of) for field in fields if holds_secret(field)
        }
        return {**value, **{key: part for key, part in found.items() if part is not None}}

    def _make(self, path: Iterable[str], what: str, of: str) -> Placeholder:
        self.made.append(Placeholder.of(path, printable(f"{what} of {of}", 3 * MAX_NAME)))
        return self.made[-1]


def _labels(field: Field, elements: list[Any]) -> list[str]:
    """Return a label for each element: its identity, so that a new element does not change other labels, or else its index."""
    seen: Counter[str] = Counter()
    labels = []
    for index, element in enumerate(elements):
        label = str(element[field.match_by]) if field.match_by and isinstance(element, dict) and field.match_by in element else str(index)
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f"{label} {seen[label]}")
    return labels


def variable_names(paths: Iterable[tuple[str, ...]], prefix: str = PREFIX) -> dict[tuple[str, ...], str]:
    """Return a variable name for each of ``paths``, of lowercase letters, digits and underscores.

    A digest is appended to names that would not be unique.
    """
    plain = {path: prefix + "_".join(map(_word, path)) for path in dict.fromkeys(paths)}
    number = Counter(plain.values())
    return {path: name if number[name] == 1 else f"{name}_{_digest(chr(0).join(path))}" for path, name in plain.items()}


def _word(text: str) -> str:
    word = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return word if 0 < len(word) <= MAX_PART else f"{word[: MAX_PART - DIGEST - 1]}_{_digest(text)}".strip("_")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGEST]
