# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of items between requests or answers and the form of the field table."""

from __future__ import annotations

import json
from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils import json_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource


def from_answer(resource: Resource, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``item`` of an answer in the form of the field table.

    JSON text becomes a dict, a flag of 0 or 1 becomes a boolean, and the preview of a secret becomes the value of the secret.
    """
    stored = dict(item) if resource.convert_answer is None else resource.convert_answer(item)
    for field in resource.settings:
        preview = stored.get(field.wire.preview) if field.wire.preview else None
        if field.key not in stored and isinstance(preview, str) and preview:
            stored[field.key] = preview
        if field.key in stored:
            stored[field.key] = _read_value(field, stored[field.key])
    return stored


def _read_value(field: Field, value: Any) -> Any:
    if field.wire.from_answer is not None:
        return field.wire.from_answer(value)
    if field.type == "bool" and value in (0, 1):
        return bool(value)
    if field.wire.is_text_in_answers and isinstance(value, str):
        try:
            parsed = json_text.loads(value.encode("utf-8")) if value else None
        except ValueError:
            return value  # For example, a mask.
        return parsed if isinstance(parsed, dict) else value or None
    return value


def to_body(resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``body``, given in the form of the field table, in the form of a request."""
    fields = {field.key: field for field in (*resource.keys, *resource.settings)}
    return dict(_sent(fields.get(key), key, value) for key, value in body.items())


def _sent(field: Field | None, key: str, value: Any) -> tuple[str, Any]:
    if field is None:
        return key, value
    if field.wire.to_body is not None:
        value = field.wire.to_body(value)
    if field.wire.is_text_in_bodies and isinstance(value, dict):
        value = json.dumps(value, sort_keys=True)
    return field.wire.sent_as or key, value
