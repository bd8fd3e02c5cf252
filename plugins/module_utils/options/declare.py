# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of the options of one item to its declaration, in the form of the API. Pure functions; all problems are reported together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils import json_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import (
    AUTO,
    RECREATE,
    RENAME_FROM,
    UPDATE_SECRETS,
    Declaration,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import is_masked, problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import KEY_SEPARATOR, Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets import secrets
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import fits_path

INEXPRESSIBLE = "%s contains a value that cannot be sent as JSON, such as .nan, .inf or a value that contains itself: remove it"


def declare(resource: Resource, options: Mapping[str, Any], known_problems: Sequence[str] = ()) -> Declaration:
    """Return the declaration for ``options``: the keys, ``state``, the settings, ``extra_settings``, ``unset`` and ``recreate``.

    :param options: values by option name; ``None`` means that the option is not given.
    :param known_problems: problems that the caller found, to be reported with the others.
    :raises InvalidOptions: with all problems.
    """
    keys = tuple(options[field.name] for field in resource.keys)
    in_keys = [problem for field, value in zip(resource.keys, keys) for problem in key_problems(field, value)]
    settings = declare_settings(resource, options, [*known_problems, *in_keys, *_rename_problems(resource, options)])
    rename_from = options.get(RENAME_FROM.name) or ""
    if rename_from:
        settings.update((field.key, key) for field, key in zip(resource.keys, keys))
    return Declaration(
        KEY_SEPARATOR.join(map(str, keys)),
        options["state"] == "present",
        settings,
        options.get(UPDATE_SECRETS.name) or AUTO,
        keys=keys,
        recreate=bool(options.get(RECREATE.name)),
        rename_from=rename_from,
    )


def _rename_problems(resource: Resource, options: Mapping[str, Any]) -> list[str]:
    old = options.get(RENAME_FROM.name)
    if old is None:
        return []
    found = list(problems(RENAME_FROM, old, RENAME_FROM.name))
    if old == options[resource.id.name]:
        found.append(f"{RENAME_FROM.name} and {resource.id.name} are both {old}: remove {RENAME_FROM.name}, or give the new name")
    if options["state"] != "present":
        found.append(
            f"{RENAME_FROM.name} is given with state: absent. To delete the item under its old name, give that as {resource.id.name}"
        )
    return found


def declare_place(resource: Resource, options: Mapping[str, Any]) -> dict[str, str]:
    """Return the options that identify the place of the items, such as ``gateway_id``, by name.

    :raises InvalidOptions: with all problems.
    """
    place = {field.name: options[field.name] for field in resource.place if field.is_option}
    found = [problem for field in resource.place if field.is_option for problem in key_problems(field, place[field.name])]
    if found:
        raise InvalidOptions(found)
    return place


def key_problems(field: Field, value: str | None) -> list[str]:
    """Return the problems of the value of a field that identifies an item."""
    found = list(problems(field, value, field.name))
    if value and not fits_path(value):
        found.append(f"{field.name} is {value}, which cannot be part of a URL: correct it")
    return found


def declare_settings(resource: Resource, options: Mapping[str, Any], known_problems: Sequence[str] = ()) -> dict[str, Any]:
    """Return the declared settings by API name, from the settings, ``extra_settings`` and ``unset``. Settings to clear are ``None``.

    :raises InvalidOptions: with all problems.
    """
    found = [*known_problems, *_option_problems(resource, options)]
    if found:
        raise InvalidOptions(found)
    settings = {field.key: to_api(field, options[field.name]) for field in resource.settings if options.get(field.name) is not None}
    settings.update(options.get("extra_settings") or {})
    settings.update({resource.named(name).key: None for name in options.get("unset") or []})
    if not json_text.can_express(settings):
        extra = options.get("extra_settings") or {}
        odd = [key for key, value in settings.items() if not json_text.can_express({key: value})]
        raise InvalidOptions([INEXPRESSIBLE % (f"extra_settings.{key}" if key in extra else key) for key in odd])
    return settings


def apply_defaults(resource: Resource, defaults: Mapping[str, Any], declaration: Declaration) -> Declaration:
    """Return ``declaration`` with those settings of ``defaults`` that it does not declare itself. Nested settings are not merged.

    :raises InvalidOptions: if the declaration and the defaults contradict each other.
    """
    if not declaration.present:
        return declaration
    settings = {**defaults, **declaration.settings}
    found = _unmet_needs(resource, settings, by_option=False)
    if found:
        raise InvalidOptions(found)
    return replace(declaration, settings=settings)


def _unmet_needs(resource: Resource, values: Mapping[str, Any], by_option: bool) -> list[str]:
    """Return a problem for each setting that needs another one that is declared false.

    :param by_option: whether the keys of ``values`` are option names instead of API names.
    """
    pairs = [(field, resource.named(field.needs)) for field in resource.settings if field.needs]
    return [
        f"{field.name} is true, but needs {needed.name}, which is declared false: set {needed.name} to true, or {field.name} to false"
        for field, needed in pairs
        if values.get(field.name if by_option else field.key) and values.get(needed.name if by_option else needed.key) is False
    ]


def to_api(field: Field, value: Any) -> Any:
    """Return the value of an option in the form of the API: with API names, without parts that are not given, and with ``5.0`` as ``5``."""
    if field.form is not None:
        return field.form.to_api(value)
    if isinstance(value, list):
        return [_parts_to_api(field.fields, element) if field.fields else element for element in value]
    if isinstance(value, dict) and field.value_fields:
        return {key: _parts_to_api(field.value_fields, part) for key, part in value.items()}
    if isinstance(value, dict) and field.fields:
        return _parts_to_api(field.fields, value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parts_to_api(parts: Sequence[Field], value: Mapping[str, Any]) -> dict[str, Any]:
    return {part.key: to_api(part, value[part.name]) for part in parts if value.get(part.name) is not None}


def _option_problems(resource: Resource, options: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for field in resource.settings:
        found.extend(problems(field, options.get(field.name), field.name))
    found.extend(_unmet_needs(resource, options, by_option=True))
    found.extend(_extra_problems(resource, options))
    found.extend(
        f"{' and '.join(group)} are given together: keep one of them"
        for group in resource.alternatives
        if all(_is_given(options, name) for name in group)
    )
    found.extend(_unset_problems(resource, options))
    return found


def _extra_problems(resource: Resource, options: Mapping[str, Any]) -> list[str]:
    extra = options.get("extra_settings")
    if not isinstance(extra, dict):
        return []
    found = []
    for name, value in extra.items():
        field = resource.setting(name)
        if resource.is_made_by_server(name) or not (field is None or field.is_option):
            found.append(f"extra_settings.{name} cannot be set: it is the item's identity or made by the server")
        elif field is not None and _is_given(options, field.name):
            found.append(f"{field.name} is given both as an option and in extra_settings: keep one of them")
        masked = [path for path, secret in secrets(field, value, name) if is_masked(secret)]
        found.extend(f"extra_settings.{path} is a mask in place of a secret: give the secret itself" for path in masked)
    return found


def _unset_problems(resource: Resource, options: Mapping[str, Any]) -> list[str]:
    clearable = {field.name: field for field in resource.settings}
    found = []
    for name in options.get("unset") or []:
        if name not in clearable:
            found.append(
                f"unset contains {name}, which is not a setting: correct it, or send null with extra_settings if only a newer API has it"
            )
        elif not clearable[name].nullable:
            instead = clearable[name].switch_off
            found.append(
                f"unset contains {name}, which cannot be cleared: "
                + (f"declare '{instead}' instead" if instead else "declare another value")
            )
        elif _is_given(options, name) or clearable[name].key in (options.get("extra_settings") or {}):
            found.append(f"unset contains {name}, which is also set to a value: keep one of them")
    return found


def _is_given(options: Mapping[str, Any], name: str) -> bool:
    return options.get(name) is not None
