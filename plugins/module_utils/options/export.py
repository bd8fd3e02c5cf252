# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of stored items to the options that declare them."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.item_parser import ItemParser
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import mismatches
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import holds_mask, is_masked
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import mask
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets import hidden_secrets
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, printable


def as_declared(resource: Resource, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that declare ``item`` as it is stored.

    Values that are set by the server, not set, or masked are left out. Values that have no option, or that the option does not allow, are
    in ``extra_settings``.

    :raises InvalidOptions: if the id is a mask, so that the item cannot be identified.
    """
    kept = {
        key: value
        for key, value in item.items()
        if not resource.is_made_by_server(key) and value not in (None, "") and _is_declared(resource, key, value)
    }
    place = [field for field in resource.place if field.is_option and item.get(field.key) is not None]
    identity = {field.name: item[field.key] for field in (*place, *resource.keys)}
    masked = [f"{name} is {printable(value, MAX_NAME)}, a mask in place of an id" for name, value in identity.items() if holds_mask(value)]
    if masked:
        raise InvalidOptions(masked)
    # A field that is not a setting never becomes an option, even if an option has the same name.
    within = {key: value for key, value in kept.items() if resource.setting(key)}
    if not _declares(resource, {**identity, **_options(resource, within)}, kept):
        within = {
            key: value for key, value in within.items() if _declares(resource, {**identity, **_options(resource, {key: value})}, kept)
        }
    beyond = {key: value for key, value in kept.items() if key not in within}
    options = {**identity, **_options(resource, within)}
    return {**options, "extra_settings": beyond} if beyond else options


def _is_declared(resource: Resource, key: str, value: Any) -> bool:
    field = resource.setting(key)
    return (field is None or field.is_option) and not _hides(resource, key, value)


def _declares(resource: Resource, options: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Return whether ``options`` are valid, and declare only the ``stored`` values."""
    parser = ItemParser(resource)
    declarations = parser.parse("", [options], None)
    return not parser.problems and not any(mismatches(resource, declaration, stored) for declaration in declarations)


def _options(resource: Resource, settings: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.key: field for field in resource.settings}
    return {fields[key].name: _from_api(fields[key], value) for key, value in settings.items()}


def _from_api(field: Field | None, value: Any) -> Any:
    """Return a value of the API in the form of the options. This is the inverse of ``declare.to_api``."""
    if field is None:
        return value
    if field.form is not None:
        return field.form.from_api(value)
    if isinstance(value, list):
        return [_parts(field.fields, element) for element in value]
    if isinstance(value, dict) and field.value_fields:
        return {key: _parts(field.value_fields, part) for key, part in value.items()}
    return _parts(field.fields, value)


def _parts(parts: Sequence[Field], value: Any) -> Any:
    if not isinstance(value, dict) or not parts:
        return value
    known = {part.key: part for part in parts}
    return {known[key].name if key in known else key: _from_api(known.get(key), part) for key, part in value.items()}


def _hides(resource: Resource, key: str, value: Any) -> bool:
    """Return whether ``value`` contains a hidden secret, a masked unknown part, or a text with a mask."""
    field = resource.setting(key)
    unknown: list[Any] = []
    mask(field, value, unknown.append)
    return (
        any(hidden_secrets(field, value, key))
        or any(is_masked(text) for text in _leaves(unknown))
        or any(isinstance(text, str) and holds_mask(text) for text in _leaves(value))
    )


def _leaves(value: Any) -> Iterator[Any]:
    """Yield all keys in ``value``, and all values that are not containers."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from _leaves(element)
    else:
        yield value
