# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search for secrets within a value, by its field table."""

from __future__ import annotations

from typing import Any, Iterator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masks import looks_masked


def secrets(field: Field | None, value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the path, such as ``otel[0].authorization``, and the text of each secret within ``value``."""
    for place, _field, secret in _places(field, value, path):
        if secret is not None:
            entries = secret.items() if isinstance(secret, dict) else [(None, secret)]
            yield from ((place if key is None else f"{place}.{key}", text) for key, text in entries)


def hidden_secrets(field: Field | None, stored: Any, path: str) -> Iterator[str]:
    """Yield the path of each secret that the server hides."""
    for place, part, secret in _places(field, stored, path):
        if isinstance(secret, dict):
            yield from (f"{place}.{key}" for key, text in secret.items() if text is None or looks_masked(text))
        elif is_hidden(part, secret):
            yield place


def is_hidden(field: Field, stored: Any) -> bool:
    """Return whether the server hides the secret ``stored``: it is a mask, or a required secret is empty."""
    return looks_masked(stored) or (field.required and stored in (None, ""))


def _places(field: Field | None, value: Any, path: str) -> Iterator[tuple[str, Field, Any]]:
    """Yield the path, the field and the value (or ``None``) of each secret field within ``value``."""
    if field is None:
        return
    if field.secret:
        yield path, field, value
        return
    if isinstance(value, dict) and field.value_fields:
        elements = [(f"{path}.{key}", element) for key, element in value.items()]
    elif isinstance(value, list):
        elements = [(f"{path}[{index}]", element) for index, element in enumerate(value)]
    else:
        elements = [(path, value)]
    for place, element in elements:
        if isinstance(element, dict):
            for part in field.fields + field.value_fields:
                yield from _places(part, element.get(part.key), f"{place}.{part.name}")
