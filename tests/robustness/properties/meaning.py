# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Equivalence of two stored gateways, by the rules of the simulator instead of the code under test."""

from __future__ import annotations

import json
from typing import Any

from tests.simulator.defaults import completed
from tests.simulator.views import REORDERED

Json = dict[str, Any]


def meaning(name: str, value: Any, with_secrets: bool = True, with_rule_ids: bool = True) -> Any:
    """Return the normal form of the value of a setting, which is equal for all equivalent values."""
    given = completed({name: value})[name]
    if given == "" or (given == 0 and not isinstance(given, bool)):
        given = None
    if name == "otel" and given == []:
        given = None
    if name == "logpush_public_key" and given:
        given = given.strip()
    if name == "otel" and given:
        given = [{**target, "headers": {key.lower(): text for key, text in target["headers"].items()}} for target in given]
    if not with_rule_ids and name == "spend_limits" and given:
        given = {**given, "rules": [{key: part for key, part in rule.items() if key != "id"} for rule in given["rules"]]}
    return _sorted(_without_secrets(name, given) if not with_secrets else given, name)


def _sorted(value: Any, name: str) -> Any:
    """Return a value with unordered lists sorted, without empty metadata, and with ``5.0`` as ``5``."""
    if isinstance(value, list):
        elements = [_sorted(element, "") for element in value]
        return sorted(elements, key=lambda element: json.dumps(element, sort_keys=True)) if name in REORDERED else elements
    if isinstance(value, dict):
        return {key: _sorted(part, key) for key, part in value.items() if not (key == "metadata" and part == {})}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _without_secrets(name: str, value: Any) -> Any:
    if name == "otel" and value:
        return [{**target, "headers": sorted(target["headers"]), "authorization": "authorization" in target} for target in value]
    return {**value, "authorization": None} if name == "stripe" and value else value
