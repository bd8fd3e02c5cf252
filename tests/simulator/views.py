# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stored gateways as shown in answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulator.behaviour import Behaviour
from tests.simulator.protocol import Json

MASK = "********"
# The replacement for a secret in each style. None: the secret is omitted.
MASKS: dict[str, Callable[[str], str | None]] = {
    "stars": lambda secret: MASK,
    "repeated": lambda secret: "x" * max(8, len(secret)),
    "word": lambda secret: "[secret]",
    "middle": lambda secret: f"{secret[:3]}...{secret[-4:]}",
    "missing": lambda secret: None,
}
REORDERED = frozenset({"profiles", "check", "values", "otel", "policies", "rules"})


def with_extra_fields(gateway: Json, behaviour: Behaviour) -> Json:
    """Return the stored gateway, including extra fields that were never written."""
    return {**gateway, **{name: value for name, value in behaviour.extra_fields.items() if name not in gateway}}


def shown(gateway: Json, behaviour: Behaviour) -> Json:
    """Return the gateway as the API returns it."""
    view = with_extra_fields(gateway, behaviour) if behaviour.extra_fields else gateway
    if behaviour.mask_secrets:
        view = masked(view, MASKS[behaviour.mask_style])
    if behaviour.reorder:
        view = reordered(view)
    return view


def listed(gateway: Json, behaviour: Behaviour) -> Json:
    """Return the gateway as a list of gateways shows it."""
    view = shown(gateway, behaviour)
    if behaviour.nested_in_list == "keep":
        return view
    nested = {name for name, value in view.items() if isinstance(value, dict | list)}
    if behaviour.nested_in_list == "null":
        return {**view, **dict.fromkeys(nested)}
    return {name: value for name, value in view.items() if name not in nested}


def masked(gateway: Json, mask: Callable[[str], str | None]) -> Json:
    """Return a copy with all secret values masked. A seeded gateway may have any structure."""
    view = dict(gateway)
    if isinstance(view.get("otel"), list):
        view["otel"] = [masked_target(target, mask) for target in view["otel"]]
    if isinstance(view.get("stripe"), dict):
        view["stripe"] = hidden(view["stripe"], "authorization", mask)
    return view


def masked_target(target: Any, mask: Callable[[str], str | None]) -> Any:
    """Return an otel target with masked header values and a masked authorization.

    An optional secret is never omitted, because it would look as if it were not set.
    """
    if not isinstance(target, dict):
        return target

    def visible(secret: str) -> str:
        return mask(secret) or MASK

    view = hidden(target, "authorization", visible)
    if isinstance(view.get("headers"), dict):
        view["headers"] = {name: visible(str(value)) for name, value in view["headers"].items()}
    return view


def hidden(holder: Json, name: str, mask: Callable[[str], str | None]) -> Json:
    """Return a copy with the named value masked if it exists, or omitted if its mask is None."""
    if name not in holder:
        return dict(holder)
    shown_value = mask(str(holder[name]))
    kept = {key: value for key, value in holder.items() if key != name}
    return kept if shown_value is None else {**kept, name: shown_value}


def reordered(value: Any) -> Any:
    """Return a copy with the lists that have no guaranteed order reversed, on every level."""
    if isinstance(value, list):
        return [reordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    view = {name: reordered(item) for name, item in value.items()}
    return {name: item[::-1] if name in REORDERED and isinstance(item, list) else item for name, item in view.items()}
