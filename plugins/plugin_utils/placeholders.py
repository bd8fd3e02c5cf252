# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables in place of what the API does not show, such as keys."""

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
# A longer part of a name is cut, and told apart from others by a digest.
MAX_PART = 40
DIGEST = 8
# What is true of one account only: these refer to its Secrets Store, and the API finds another one by itself.
OF_ACCOUNT = ("store_id",)


class Placeholder(str):
    """Text that stands for a value in a document, and is written as a template with a variable. It is no variable to other code."""

    path: tuple[str, ...]
    description: str

    @classmethod
    def of(cls, path: Iterable[str], description: str) -> Placeholder:
        """Return the text, which passes for a value of its setting, with what leads to it and what it stands for."""
        made = cls("placeholder")
        made.path, made.description = tuple(path), description
        return made


class Placeholders:
    """Makes placeholders, and gathers those that it made in ``made``."""

    def __init__(self) -> None:
        self.made: list[Placeholder] = []

    def split(self, resource: Resource, item: Mapping[str, Any], owner: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return ``item`` with placeholders for hidden parts, and the options that stand for its hidden settings.

        What is left out is true of one account only, and so are settings for which a hidden one is an alternative.

        :param owner: what identifies the items that ``item`` belongs to.
        """
        path = (*owner, *(str(item[key.key]) for key in resource.keys))
        named = f"{resource.name} {resource.identity_of(item)}" + "".join(f" of {name}" for name in reversed(owner))
        known: dict[str, Any] = {name: value for name, value in item.items() if name not in OF_ACCOUNT}
        hidden: dict[str, Any] = {}
        for field in resource.settings:
            others = {name for group in resource.alternatives if group[0] == field.name for name in group[1:]}
            if field.write_only and (field.required_to_create or others):
                # In the name of a variable, a secret is what is meant if nothing else is said.
                hidden[field.name] = self._make((*path, *([] if field.secret else [field.name])), field.name, named)
                known = {name: value for name, value in known.items() if name not in others}
            elif field.secret and known.get(field.key) is not None:
                hidden[field.name] = self._within(field, known.pop(field.key), path, (field.name,), named)
            elif holds_secret(field):
                known[field.key] = self._within(field, known.get(field.key), path, (field.name,), named)
        return known, hidden

    def _within(self, field: Field, value: Any, path: tuple[str, ...], names: tuple[str, ...], of: str) -> Any:
        """Return ``value`` with a placeholder for each secret in it that is hidden; ``names`` lead to it from the item."""
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
    """Return what each element is called: what identifies it, so that a new one does not change the names of others, else its number."""
    seen: Counter[str] = Counter()
    labels = []
    for index, element in enumerate(elements):
        label = str(element[field.match_by]) if field.match_by and isinstance(element, dict) and field.match_by in element else str(index)
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f"{label} {seen[label]}")
    return labels


def variable_names(paths: Iterable[tuple[str, ...]], prefix: str = PREFIX) -> dict[tuple[str, ...], str]:
    """Return a name of a variable for each of ``paths``, of lower case letters, digits and underscores.

    Two that would have the same name get digests in theirs.
    """
    plain = {path: prefix + "_".join(map(_word, path)) for path in dict.fromkeys(paths)}
    number = Counter(plain.values())
    return {path: name if number[name] == 1 else f"{name}_{_digest(chr(0).join(path))}" for path, name in plain.items()}


def _word(text: str) -> str:
    word = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return word if 0 < len(word) <= MAX_PART else f"{word[: MAX_PART - DIGEST - 1]}_{_digest(text)}".strip("_")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGEST]
