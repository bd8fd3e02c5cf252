# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of types within dicts with arbitrary keys, which an argument spec cannot describe."""

from __future__ import annotations

from typing import Any, Iterable

from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.type_checks import type_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.validation import validate
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field


def convert_dict_values(fields: Iterable[Field], options: dict[str, Any], prefix: str = "") -> list[str]:
    """Convert the values of dicts with arbitrary keys within ``options`` in place, and return the problems.

    :param prefix: path of ``options`` in messages, with a trailing dot.
    """
    found: list[str] = []
    for field in fields:
        value = options.get(field.name)
        path = prefix + field.name
        if isinstance(value, dict) and field.text_values:
            options[field.name] = {key: _as_text(text) for key, text in value.items()}
        elif isinstance(value, dict) and field.value_fields:
            options[field.name] = _convert_values(field, value, path, found)
        elif isinstance(value, dict):
            found.extend(convert_dict_values(field.fields, value, path + "."))
        elif isinstance(value, list) and field.fields:
            for index, element in enumerate(value):
                if not isinstance(element, dict):
                    continue  # Already reported by the argument spec.
                found.extend(convert_dict_values(field.fields, element, f"{path}[{index}]."))
    return found


def _as_text(value: Any) -> Any:
    """Return a number as text, and anything else unchanged. The bounds check refuses other values that are not text."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _convert_values(field: Field, values: dict[str, Any], path: str, found: list[str]) -> dict[str, Any]:
    spec = options_of(field.value_fields)
    required_if = [list(rule) for rule in field.relations.required_if]
    converted = {}
    for key, value in values.items():
        if not isinstance(value, dict):
            found.append(f"{path}.{key} must be a dict")
            continue
        problems = [problem for _name, problem in type_problems(spec, value)]
        if not problems:
            validated = validate(spec, value, required_if=required_if)
            problems = [str(error.msg).rstrip(".") for error in validated.errors]
            converted[key] = validated.values
        found.extend(f"{path}.{key}: {problem}" for problem in problems)
    return converted
