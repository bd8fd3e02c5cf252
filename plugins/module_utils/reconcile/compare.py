# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When two values of a setting mean the same, and what is there but hidden.

Values are in the API's form. C(declared) is what the user wants, C(stored) what the server holds; the two sides are not
alike: a server fills in defaults and ids, may reorder, and may mask secrets.
"""

from __future__ import annotations

import json
from typing import Any, Iterator, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import is_masked
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field


def same(field: Field | None, declared: Any, stored: Any) -> bool:
    """Whether C(stored) is what was C(declared). A secret that the server hides counts as the declared one, if one is declared."""
    if field is None:
        return _same_json(declared, stored)
    if declared is None and field.server_made:
        return True
    declared = field.default if declared is None else declared
    stored = field.default if stored is None else stored
    if field.secret and is_masked(stored):
        return declared is not None
    if isinstance(declared, dict) and isinstance(stored, dict):
        return _same_dict(field, declared, stored)
    if isinstance(declared, list) and isinstance(stored, list):
        return _same_list(field, declared, stored)
    return _same_json(declared, stored)


def _same_dict(field: Field, declared: dict[str, Any], stored: dict[str, Any]) -> bool:
    if field.fields:
        return _same_parts(field.fields, declared, stored)
    if set(declared) != set(stored):
        return False
    if field.secret:
        return all(is_masked(stored[key]) or _same_json(declared[key], stored[key]) for key in declared)
    return all(_same_value(field.value_fields, declared[key], stored[key]) for key in declared)


def _same_value(parts: Sequence[Field], declared: Any, stored: Any) -> bool:
    if isinstance(declared, dict) and isinstance(stored, dict):
        return _same_parts(parts, declared, stored)
    return _same_json(declared, stored)


def _same_parts(parts: Sequence[Field], declared: dict[str, Any], stored: dict[str, Any]) -> bool:
    """Compare part by part. What only the server has there is its own addition."""
    known = {part.key for part in parts}
    unknown = [key for key in declared if key not in known]
    return all(same(part, declared.get(part.key), stored.get(part.key)) for part in parts) and all(
        _same_json(declared[key], stored.get(key)) for key in unknown
    )


def _same_list(field: Field, declared: list[Any], stored: list[Any]) -> bool:
    if len(declared) == len(stored) and field.fields:
        return all(partner is not None for _element, partner in pair(field, declared, stored))
    if field.ordered:
        return _same_json(declared, stored)
    return {_canonical(element) for element in declared} == {_canonical(element) for element in stored}


def pair(field: Field, declared: Sequence[Any], stored: Sequence[Any]) -> list[tuple[Any, Any | None]]:
    """Each element of C(declared) with the one of C(stored) that is the same, no element twice."""
    left = list(stored)
    partners: dict[int, Any] = {}
    # Elements that name an id come first, so that one without an id cannot take their partner.
    for index in sorted(range(len(declared)), key=lambda index: not _has_server_made(field, declared[index])):
        candidates = left[index : index + 1] if field.ordered else left
        for candidate in candidates:
            if _same_value(field.fields, declared[index], candidate):
                partners[index] = candidate
                if not field.ordered:
                    left.remove(candidate)
                break
    return [(element, partners.get(index)) for index, element in enumerate(declared)]


def _has_server_made(field: Field, element: Any) -> bool:
    return isinstance(element, dict) and any(part.server_made and part.key in element for part in field.fields)


def keep_server_made(field: Field | None, declared: Any, stored: Any) -> Any:
    """C(declared), with the ids that the server made for those parts of C(stored) that stay."""
    if field is None or not field.fields:
        return declared
    if isinstance(declared, dict) and isinstance(stored, dict):
        parts = {part.key: part for part in field.fields}
        return {key: keep_server_made(parts.get(key), value, stored.get(key)) for key, value in declared.items()}
    if isinstance(declared, list) and isinstance(stored, list):
        made = [part.key for part in field.fields if part.server_made]
        return [_with_ids(made, element, partner) for element, partner in pair(field, declared, stored)]
    return declared


def _with_ids(made: Sequence[str], element: Any, partner: Any) -> Any:
    if not isinstance(element, dict) or not isinstance(partner, dict):
        return element
    ids = {key: partner[key] for key in made if partner.get(key) is not None}
    return dict(ids, **element)


def secrets(field: Field | None, value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Each secret within C(value), with where it stands, such as C(otel[0].authorization)."""
    if field is None or value is None:
        return
    if field.secret:
        entries = value.items() if isinstance(value, dict) else [(None, value)]
        yield from ((where if key is None else f"{where}.{key}", secret) for key, secret in entries)
        return
    for index, element in enumerate(value) if isinstance(value, list) else [(None, value)]:
        spot = where if index is None else f"{where}[{index}]"
        if isinstance(element, dict):
            for part in field.fields:
                yield from secrets(part, element.get(part.key), f"{spot}.{part.name}")


def _same_json(one: Any, other: Any) -> bool:
    return _canonical(one) == _canonical(other)


def _canonical(value: Any) -> str:
    """JSON text in which C(5) and C(5.0) are alike, while C(1) and C(true) are not."""
    return json.dumps(_integral(value), sort_keys=True)


def _integral(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_integral(element) for element in value]
    if isinstance(value, dict):
        return {str(key): _integral(element) for key, element in value.items()}
    return value
