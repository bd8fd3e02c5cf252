# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types within dicts whose keys the user chooses, which an argument spec cannot describe."""

from __future__ import annotations

from typing import Any, Iterable

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.shapes import wrong_shapes
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field


def convert_free_keys(fields: Iterable[Field], options: dict[str, Any], where: str = "") -> list[str]:
    """Give the values of such dicts within C(options) the right types, in place, and return what is wrong with them."""
    found: list[str] = []
    for field in fields:
        value = options.get(field.name)
        spot = where + field.name
        if isinstance(value, dict) and field.text_values:
            options[field.name] = {key: _as_text(text) for key, text in value.items()}
        elif isinstance(value, dict) and field.value_fields:
            options[field.name] = _convert_values(field, value, spot, found)
        elif isinstance(value, dict):
            found.extend(convert_free_keys(field.fields, value, spot + "."))
        elif isinstance(value, list) and field.fields:
            for index, element in enumerate(value):
                if not isinstance(element, dict):
                    continue  # the argument spec has told
                found.extend(convert_free_keys(field.fields, element, f"{spot}[{index}]."))
    return found


def _as_text(value: Any) -> Any:
    """Numbers as text; what else is not text is left for the bounds check to refuse."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _convert_values(field: Field, values: dict[str, Any], where: str, found: list[str]) -> dict[str, Any]:
    spec = options_of(field.value_fields)
    validator = ArgumentSpecValidator(spec, required_if=[list(rule) for rule in field.required_if])
    converted = {}
    for key, value in values.items():
        if not isinstance(value, dict):
            found.append(f"{where}.{key} must be a dict")
            continue
        problems = [problem for _name, problem in wrong_shapes(spec, value)]
        if not problems:
            result = validator.validate(value)
            problems = [message.rstrip(".") for message in result.error_messages]
            converted[key] = result.validated_parameters
        found.extend(f"{where}.{key}: {problem}" for problem in problems)
    return converted
