# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of a stored account to one document that declares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.json_text import canonical
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.account_document import CHILDREN, CUSTOM_PROVIDERS, GATEWAYS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.prices import COSTS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options import export
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.placeholders import Placeholders

EXTRA_SETTINGS = "extra_settings"
# Keys that come first, because they identify the object that the others describe.
FIRST = ("id", "name", "type", "model", "url")


def declared_item(resource: Resource, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that declare ``item`` as it is stored. Prices are an option of a provider, although they are not a setting.

    :raises InvalidOptions: if the identity of the item is a mask.
    """
    settings = dict(item)
    prices = settings.pop(COSTS.name, None) if resource is CUSTOM_PROVIDER else None
    declared = export.as_declared(resource, settings)
    if prices is not None:
        declared[COSTS.name] = [{name: value for name, value in price.items() if value is not None} for price in prices]
    return declared


def document_of(account: Any, placeholders: Placeholders | None = None) -> dict[str, Any]:
    """Return the document that declares ``account``, as returned by ``ai_gateway_account_info``.

    Its order does not depend on the order of the answers.

    :param placeholders: makes placeholders for values that the API does not show. Without it, these values are left out.
    :raises InvalidOptions: if ``account`` is something else, or if the identity of an item is a mask.
    """
    lists = {CUSTOM_PROVIDERS: CUSTOM_PROVIDER, GATEWAYS: GATEWAY}
    if not isinstance(account, Mapping) or not set(account) & set(lists):
        raise InvalidOptions([f"it has neither {' nor '.join(lists)}"])
    return {
        name: [_declared(resource, item, (), placeholders) for item in _items(resource, account[name], name)]
        for name, resource in lists.items()
        if name in account
    }


def _items(resource: Resource, items: Any, where: str) -> list[Mapping[str, Any]]:
    """Return the items, sorted by identity.

    :raises InvalidOptions: if they are not a list of items.
    """
    if not isinstance(items, list) or not all(_is_item(resource, item) for item in items):
        names = " and ".join(key.name for key in resource.keys)
        raise InvalidOptions([f"{where} is not a list of {resource.name}s that have {names}"])
    return sorted(items, key=resource.identity_of)


def _is_item(resource: Resource, item: Any) -> bool:
    return isinstance(item, Mapping) and all(isinstance(item.get(key.key), str) for key in resource.keys)


def _declared(resource: Resource, item: Mapping[str, Any], owner: tuple[str, ...], placeholders: Placeholders | None) -> dict[str, Any]:
    """Return the options of an item and of its child objects, with the identity first, and the others sorted by name."""
    children = CHILDREN if resource is GATEWAY else {}
    own = {name: _in_order(resource.setting(name), value) for name, value in item.items() if name not in children}
    if placeholders is None:
        options = declared_item(resource, own)
    else:
        known, hidden = placeholders.split(resource, own, owner)
        options = {**declared_item(resource, known), **hidden}
    identity = (resource.identity_of(item),)
    keys = [key.name for key in resource.keys]
    return {
        **{name: options[name] for name in [*keys, *_sorted(options, but=[*keys, EXTRA_SETTINGS]), EXTRA_SETTINGS] if name in options},
        **{
            name: [_declared(child, one, owner + identity, placeholders) for one in _items(child, item[name], f"{identity[0]}: {name}")]
            for name, child in children.items()
            if name in item
        },
    }


def _sorted(names: Iterable[str], but: Iterable[str]) -> list[str]:
    return sorted(set(names) - set(but))


def _in_order(field: Field | None, value: Any) -> Any:
    """Return ``value`` in a fixed order, including lists whose order is not significant, because a server may return any order."""
    if isinstance(value, dict):
        parts = {part.key: part for part in field.fields} if field else {}
        values = Field("", "dict", fields=field.value_fields) if field and field.value_fields else None
        keys = sorted(value, key=lambda key: (FIRST.index(key) if key in FIRST else len(FIRST), key))
        return {key: _in_order(parts.get(key, values), value[key]) for key in keys}
    if isinstance(value, list):
        elements = [_in_order(field, element) for element in value]
        return elements if field is None or field.ordered else sorted(elements, key=canonical)
    return value
