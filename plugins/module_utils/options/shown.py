# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a task with their secrets masked, and the secrets in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Container, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import item_names
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import MASK
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import (
    Scrub,
    mask,
    mask_settings,
    secret_texts,
    secret_values,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import replace_surrogates


@dataclass(frozen=True, eq=False)
class Listed:
    """An option that contains items of a ``resource``: a list of dicts, or one dict.

    ``children`` are the options of such an item that contain other items.
    """

    option: str
    resource: Resource
    children: tuple[Listed, ...] = ()

    @cached_property
    def known(self) -> set[str]:
        """Return all names of the options of an item, including aliases, without those in ``children``."""
        return item_names(self.resource)

    def shown(self, value: Any, scrub: Scrubber) -> Any:
        """Return the options of items with their secrets masked. Each item is searched for its own secrets and those of ``scrub``.

        It is not searched for the secrets of all other items, because that would take quadratic time in the number of items.
        """
        if isinstance(value, list):
            return [self.shown(item, scrub) for item in value]
        if not isinstance(value, dict):
            return None if value is None else MASK
        children = {listed.option: listed for listed in self.children}
        own = {name: part for name, part in value.items() if name not in children}
        shown = shown_values(self.resource, self.known, own, Scrubber(option_secrets(self.resource, own), scrub))
        return {name: shown[name] if name in shown else children[name].shown(part, scrub) for name, part in value.items()}


def shown_values(resource: Resource, known: Container[str], options: Mapping[str, Any], scrub: Scrub) -> dict[str, Any]:
    """Return ``options`` with their secrets masked. Values of options without a ``known`` name are masked as a whole."""
    fields = _fields(resource)
    shown: dict[str, Any] = {}
    for name, given in options.items():
        # A value from the environment may not be valid UTF-8, and belongs to a subclass of str, which not every serializer accepts.
        value = replace_surrogates(given) if isinstance(given, str) else given
        if name == "extra_settings":
            shown[name] = mask_settings(resource, value, scrub) if isinstance(value, dict) else value and MASK
        elif name not in known:
            # The name may be the misspelled name of a secret option.
            shown[name] = MASK
        elif name not in fields:
            shown[name] = scrub(value) if _has_parts(value) else value
        else:
            shown[name] = mask(fields[name], value, scrub, beside_secrets=MASK)
    return shown


def option_secrets(resource: Resource, options: Mapping[str, Any]) -> set[str]:
    """Return the secrets in ``options`` of a task or of an item. The options may be invalid."""
    extra = options.get("extra_settings")
    fields = _fields(resource)
    secrets = {text for name, value in options.items() for text in secret_texts(fields.get(name), value)}
    return secrets | (secret_values(resource, extra) if isinstance(extra, dict) else set())


def _has_parts(value: Any) -> bool:
    """Return whether ``value`` is a dict, or a list that contains dicts or lists."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(part, (dict, list)) for part in value))


def _fields(resource: Resource) -> dict[str, Field]:
    return {field.name: field for field in CONNECTION_OPTIONS + resource.settings}
