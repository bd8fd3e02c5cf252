# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparison of declared and stored values, and the parts of a stored value that a write must keep.

Values are in the form of the API. ``declared`` is the desired value, ``stored`` the value on the server. They can be equal although they
look different: a server adds defaults and ids, and may reorder lists, mask secrets, and return parts that are unknown to this version.
"""

from __future__ import annotations

from typing import Any, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.json_text import canonical
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masks import contradicts
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets import is_hidden


def same(field: Field | None, declared: Any, stored: Any) -> bool:
    """Return whether ``stored`` is equivalent to ``declared``.

    A secret that the server hides counts as equal, unless its visible part differs. So does a value that answers never contain or may omit.
    """
    if field is None:
        return _same_json(declared, stored)
    if (field.write_only or field.may_be_hidden) and stored is None:
        return True
    if declared is None and field.server_made:
        return True
    if field.form is not None and declared is not None and stored is not None:
        return field.form.same(declared, stored)
    if field.secret:
        return _same_secret(field, declared, stored)
    # An empty list and null both mean that nothing is set.
    return _same_form(field, declared, stored) or (field.type == "list" and declared in (None, []) and stored in (None, []))


def _same_form(field: Field, declared: Any, stored: Any) -> bool:
    declared = field.default if declared is None else declared
    stored = field.default if stored is None else stored
    if field.normalize is not None:
        declared, stored = field.normalize(declared), field.normalize(stored)
    if isinstance(declared, dict) and isinstance(stored, dict):
        return _same_dict(field, declared, stored)
    if isinstance(declared, list) and isinstance(stored, list):
        return _same_list(field, declared, stored)
    return _same_json(declared, stored)


def _same_secret(field: Field, declared: Any, stored: Any) -> bool:
    if isinstance(declared, dict) and isinstance(stored, dict):
        return _same_form(field, declared, stored)
    if _same_json(declared or field.default, stored or field.default):
        return True
    return is_hidden(field, stored) and declared is not None and not (isinstance(stored, str) and contradicts(stored, declared))


def _same_dict(field: Field, declared: dict[str, Any], stored: dict[str, Any]) -> bool:
    if field.fields:
        return _same_parts(field.fields, declared, stored)
    if set(declared) != set(stored):
        return False
    if field.secret:
        part = Field(field.name, "str", secret=True, required=True)
        return all(_same_secret(part, declared[key], stored[key]) for key in declared)
    if not field.value_fields:
        return _same_json(declared, stored)
    return all(_same_value(field.value_fields, declared[key], stored[key]) for key in declared)


def _same_value(parts: Sequence[Field], declared: Any, stored: Any) -> bool:
    if isinstance(declared, dict) and isinstance(stored, dict):
        return _same_parts(parts, declared, stored)
    return _same_json(declared, stored)


def _same_parts(parts: Sequence[Field], declared: dict[str, Any], stored: dict[str, Any]) -> bool:
    """Compare all parts. Unknown parts that only ``stored`` has are additions of the server, and are ignored."""
    known = {part.key for part in parts}
    unknown = [key for key in declared if key not in known]
    return all(same(part, declared.get(part.key), stored.get(part.key)) for part in parts) and all(
        _same_json(declared[key], stored.get(key)) for key in unknown
    )


def _same_list(field: Field, declared: list[Any], stored: list[Any]) -> bool:
    if field.fields:
        return len(declared) == len(stored) and len(_equal_partners(field, declared, stored)) == len(declared)
    if field.ordered:
        return _same_json(declared, stored)
    return {canonical(element) for element in declared} == {canonical(element) for element in stored}


def partners(field: Field, declared: Sequence[Any], stored: Sequence[Any]) -> dict[int, int]:
    """Map the index of each declared element to that of its stored partner: an equal element, or else one with the same identity.

    No element occurs in two pairs.
    """
    found = _equal_partners(field, declared, stored)
    free = [index for index in range(len(stored)) if index not in found.values()]
    for index, element in enumerate(declared):
        if index not in found and field.match_by and _identity(field, element) is not None:
            same_identity = [other for other in free if _identity(field, stored[other]) == _identity(field, element)]
            if same_identity:
                found[index] = same_identity[0]
                free.remove(same_identity[0])
    return found


def _equal_partners(field: Field, declared: Sequence[Any], stored: Sequence[Any]) -> dict[int, int]:
    free = list(range(len(stored)))
    found: dict[int, int] = {}
    # Match elements with an id first, so that an element without an id cannot take their partner.
    for index in sorted(range(len(declared)), key=lambda index: not _has_server_made(field, declared[index])):
        candidates = [other for other in free if other == index or not field.ordered]
        for other in candidates:
            if _same_value(field.fields, declared[index], stored[other]):
                found[index] = other
                free.remove(other)
                break
    return found


def _identity(field: Field, element: Any) -> Any:
    return element.get(field.match_by) if isinstance(element, dict) else None


def _has_server_made(field: Field, element: Any) -> bool:
    return isinstance(element, dict) and any(part.server_made and part.key in element for part in field.fields)


def carry_over(field: Field | None, declared: Any, stored: Any, keep_secrets: bool = False) -> Any:
    """Return ``declared`` with the parts of ``stored`` that a write must keep.

    These are the parts that a comparison ignores, at every depth: ids generated by the server, and parts unknown to this version.

    :param keep_secrets: whether to keep each stored secret instead of the declared one.
    """
    if field is None or declared is None or stored is None:
        return declared
    if field.secret:
        return stored if keep_secrets else declared
    if isinstance(declared, dict) and isinstance(stored, dict):
        if field.value_fields:
            return {key: _carry_parts(field.value_fields, value, stored.get(key), keep_secrets) for key, value in declared.items()}
        return _carry_parts(field.fields, declared, stored, keep_secrets) if field.fields else declared
    if isinstance(declared, list) and isinstance(stored, list) and field.fields:
        found = partners(field, declared, stored)
        kept = [stored[found[index]] if index in found else None for index in range(len(declared))]
        return [_carry_parts(field.fields, element, partner, keep_secrets) for element, partner in zip(declared, kept)]
    return declared if field.form is None else field.form.carry_over(declared, stored)


def _carry_parts(parts: Sequence[Field], declared: Any, stored: Any, keep_secrets: bool) -> Any:
    if not isinstance(declared, dict) or not isinstance(stored, dict):
        return declared
    known = {part.key: part for part in parts}
    # A dict that is not declared has its default, but unknown parts of the stored dict are kept.
    wanted = {**{part.key: part.default for part in parts if part.fields and part.default == {} and part.key in stored}, **declared}
    body = {key: value for key, value in stored.items() if _is_kept(known.get(key), value, keep_secrets)}
    body.update((key, carry_over(known.get(key), value, stored.get(key), keep_secrets)) for key, value in wanted.items())
    return body


def _is_kept(part: Field | None, stored: Any, keep_secrets: bool) -> bool:
    if part is None:
        return True
    return stored is not None and (part.server_made or (part.secret and keep_secrets))


def has_other_form(field: Field | None, declared: Any, stored: Any) -> bool:
    """Return whether ``stored``, which is equivalent to ``declared``, looks different, for example with names in another case."""
    if field is not None and (field.write_only or (field.may_be_hidden and stored is None)):
        return False
    if field is None or declared is None:
        return field is not None and stored not in (None, field.default)
    if isinstance(declared, dict) and isinstance(stored, dict):
        pairs = [(part, declared[part.key], stored.get(part.key)) for part in field.fields if part.key in declared]
        return (field.normalize is not None and set(declared) != set(stored)) or any(has_other_form(*pair) for pair in pairs)
    if isinstance(declared, list) and isinstance(stored, list) and field.fields:
        element = Field(field.name, "dict", fields=field.fields)
        found = partners(field, declared, stored)
        return any(has_other_form(element, declared[index], stored[other]) for index, other in found.items())
    return stored is None and declared != field.default


def _same_json(one: Any, other: Any) -> bool:
    return canonical(one) == canonical(other)
