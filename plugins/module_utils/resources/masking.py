# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masking of secrets in objects. The field tables decide which values are secret.

Values that the tables list as not secret are returned unchanged, even if they contain the text of a secret, because later tasks use
them. Values that the tables do not list are searched for secrets by the function ``scrub``.
"""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import MASK, has_type
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource

Scrub = Callable[[Any], Any]


def unchanged(value: Any) -> Any:
    """Return ``value``, for callers that search the whole result for secrets afterwards."""
    return value


def mask(field: Field | None, value: Any, scrub: Scrub = unchanged, beside_secrets: str | None = None) -> Any:
    """Return ``value`` with secret parts of ``field`` replaced by a mask, and parts unknown to ``field`` processed by ``scrub``.

    :param beside_secrets: replacement for unknown parts of a dict that can contain secrets, because they may be misspelled secrets.
    """
    if field is None or value is None:
        return scrub(value)
    if field.secret and isinstance(value, dict):
        return dict.fromkeys(value, MASK)
    if field.secret or _is_forbidden(field, value):
        return MASK
    if not has_type(field, value):
        return _mask_unexpected(field, value, scrub)
    if isinstance(value, list):
        return [_mask_element(field, element, scrub, beside_secrets) for element in value]
    return _mask_element(field, value, scrub, beside_secrets)


def _mask_element(field: Field, value: Any, scrub: Scrub, beside_secrets: str | None) -> Any:
    """Return ``value`` of ``field``, or an element of it, with its secrets replaced."""
    if isinstance(value, dict) and field.value_fields:
        return {key: _mask_parts(field, field.value_fields, part, scrub, beside_secrets) for key, part in value.items()}
    if field.fields:
        return _mask_parts(field, field.fields, value, scrub, beside_secrets)
    return _mask_unexpected(field, value, scrub) if isinstance(value, (dict, list)) else value


def _mask_parts(field: Field, fields: Sequence[Field], value: Any, scrub: Scrub, beside_secrets: str | None) -> Any:
    if not isinstance(value, dict):
        return _mask_unexpected(field, value, scrub)
    parts = _by_any_name(fields)
    unknown = (lambda part: beside_secrets) if beside_secrets is not None and holds_secret(field) else scrub
    return {key: mask(parts[key], part, scrub, beside_secrets) if key in parts else unknown(part) for key, part in value.items()}


def _mask_unexpected(field: Field, value: Any, scrub: Scrub) -> Any:
    """Return a mask for a ``value`` that does not have the type of ``field``, if the field contains secrets."""
    return MASK if holds_secret(field) else scrub(value)


def _by_any_name(fields: Sequence[Field]) -> dict[str, Field]:
    return {name: part for part in fields for name in (part.key, part.name)}


def _is_forbidden(field: Field, value: Any) -> bool:
    return field.forbidden is not None and isinstance(value, str) and field.forbidden[0] in value


def holds_secret(field: Field) -> bool:
    """Return whether ``field``, or a part of it, is a secret."""
    return field.secret or any(holds_secret(part) for part in (*field.fields, *field.value_fields))


def mask_settings(resource: Resource, settings: Mapping[str, Any], scrub: Scrub = unchanged) -> dict[str, Any]:
    """Return ``settings``, which have API names, with all secrets replaced."""
    return {key: mask(resource.setting(key), value, scrub) for key, value in settings.items()}


def secret_values(resource: Resource, settings: Mapping[str, Any]) -> set[str]:
    """Return the secrets in ``settings``, which have API names."""
    return {text for key, value in settings.items() for text in secret_texts(resource.setting(key), value)}


def secret_texts(field: Field | None, value: Any) -> Iterator[str]:
    """Yield the texts and numbers in ``value`` that :func:`mask` replaces, also if ``value`` does not have the type of ``field``."""
    if field is None:
        return
    if field.secret or _is_forbidden(field, value):
        yield from _texts(value)
    elif holds_secret(field):
        for element in value if isinstance(value, list) else [value]:
            yield from _secrets_of_parts(field, element)


def _secrets_of_parts(field: Field, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield from _texts(value)
        return
    for dictionary in value.values() if field.value_fields else [value]:
        parts = _by_any_name(field.value_fields or field.fields)
        for key, part in dictionary.items() if isinstance(dictionary, dict) else ():
            yield from secret_texts(parts.get(key), part)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts and numbers in ``value``, without recursion, because its depth has not been checked yet."""
    level = [value]
    while level:
        yield from (str(part) for part in level if isinstance(part, (str, int, float)) and not isinstance(part, bool))
        level = [part for container in level for part in _parts(container)]


def _parts(container: Any) -> Sequence[Any]:
    if isinstance(container, dict):
        return list(container.values())
    return container if isinstance(container, list) else ()


def show(resource: Resource, item: Mapping[str, Any], scrub: Scrub = unchanged) -> dict[str, Any]:
    """Return ``item`` as modules return it: with all readable settings, defaults for those that are not set, and secrets replaced."""
    shown = dict(item)
    for field in resource.settings:
        if field.write_only and field.secret:
            shown.pop(field.key, None)  # The field ``preview`` has the visible part of the secret.
        elif shown.get(field.key) is None and not field.write_only:
            shown[field.key] = field.default
    for name, value in resource.read_only.items():
        if value is not None and shown.get(name) is None:
            shown[name] = value
    made = {name: _show_made(value, scrub) for name, value in shown.items() if resource.is_made_by_server(name)}
    settings = mask_settings(resource, {name: value for name, value in shown.items() if name not in made}, scrub)
    return {name: made[name] if name in made else settings[name] for name in shown}


def _show_made(value: Any, scrub: Scrub) -> Any:
    """Return an id or another value of the server unchanged, unless it has an unexpected type."""
    return scrub(value) if isinstance(value, (dict, list)) else value
