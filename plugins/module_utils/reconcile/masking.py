# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as they may be shown: secrets replaced, by schema and not by guessing at names."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import MASK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets import secrets


def mask(field: Field | None, value: Any, unknown: str | None = None) -> Any:
    """C(value) with the secrets that C(field) names replaced; what is not of its shape is replaced whole.

    Parts beside secrets that the C(field) does not know stay as they are, or are replaced by C(unknown).
    """
    if field is None or value is None:
        return value
    if field.forbidden is not None and isinstance(value, str) and field.forbidden[0] in value:
        return MASK
    if not holds_secret(field):
        return value
    if field.secret:
        return dict.fromkeys(value, MASK) if isinstance(value, dict) else MASK
    if field.type == "list":
        return [_mask_parts(field, element, unknown) for element in value] if isinstance(value, list) else MASK
    return _mask_parts(field, value, unknown)


def _mask_parts(field: Field, value: Any, unknown: str | None) -> Any:
    if not isinstance(value, dict):
        return MASK
    parts = {name: part for part in field.fields for name in (part.key, part.name)}
    return {key: mask(parts[key], part, unknown) if key in parts else unknown or part for key, part in value.items()}


def holds_secret(field: Field) -> bool:
    """Whether C(field), or a part of it, is a secret."""
    return field.secret or any(holds_secret(part) for part in field.fields)


def mask_settings(resource: Resource, settings: Mapping[str, Any]) -> dict[str, Any]:
    """C(settings), by API names, with every secret replaced."""
    return {key: mask(resource.setting(key), value) for key, value in settings.items()}


def secret_values(resource: Resource, settings: Mapping[str, Any]) -> set[str]:
    """The secrets in C(settings), by API names."""
    return {
        value
        for key, setting in settings.items()
        for _where, value in secrets(resource.setting(key), setting, key)
        if isinstance(value, str)
    }


def show(resource: Resource, item: Mapping[str, Any]) -> dict[str, Any]:
    """An C(item) as modules return it: every setting present, what is not set under its default or null, secrets masked."""
    shown = dict(item)
    for field in resource.settings:
        if shown.get(field.key) is None:
            shown[field.key] = field.default
    for name, value in resource.read_only.items():
        if value is not None and shown.get(name) is None:
            shown[name] = value
    return mask_settings(resource, shown)
