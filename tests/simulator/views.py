# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer shows of a stored gateway."""

from __future__ import annotations

from typing import Any

from tests.simulator.behaviour import Behaviour
from tests.simulator.protocol import Json

MASK = "********"
REORDERED = frozenset({"profiles", "check", "values", "otel", "policies", "rules"})


def with_extra_fields(gateway: Json, behaviour: Behaviour) -> Json:
    """The gateway as it is stored, with the extra fields that were never written."""
    return {**gateway, **{name: value for name, value in behaviour.extra_fields.items() if name not in gateway}}


def shown(gateway: Json, behaviour: Behaviour) -> Json:
    """The gateway as the API answers it."""
    view = with_extra_fields(gateway, behaviour) if behaviour.extra_fields else gateway
    if behaviour.mask_secrets:
        view = masked(view)
    if behaviour.reorder:
        view = reordered(view)
    return view


def masked(gateway: Json) -> Json:
    """A copy with every secret value hidden; a seeded gateway may have any shape."""
    view = dict(gateway)
    if isinstance(view.get("otel"), list):
        view["otel"] = [masked_target(target) for target in view["otel"]]
    if isinstance(view.get("stripe"), dict):
        view["stripe"] = hidden(view["stripe"], "authorization")
    return view


def masked_target(target: Any) -> Any:
    """One otel target without its header values and its authorization."""
    if not isinstance(target, dict):
        return target
    view = hidden(target, "authorization")
    if isinstance(view.get("headers"), dict):
        view["headers"] = dict.fromkeys(view["headers"], MASK)
    return view


def hidden(holder: Json, name: str) -> Json:
    """A copy in which the named value, if it is there, is the mask."""
    return {**holder, name: MASK} if name in holder else dict(holder)


def reordered(value: Any) -> Any:
    """A copy with the lists that have no promised order turned around, on every level."""
    if isinstance(value, list):
        return [reordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    view = {name: reordered(item) for name, item in value.items()}
    return {name: item[::-1] if name in REORDERED and isinstance(item, list) else item for name, item in view.items()}
