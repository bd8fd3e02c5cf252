# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that the server generates: times, ids, and defaults."""

from __future__ import annotations

import contextlib
import copy
import secrets
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.simulator.contract import SETTINGS
from tests.simulator.protocol import Json
from tests.simulator.switches import TimeForm

DEFAULT_ID = "default"
PLAN_DEFAULTS: Json = {"log_management": 10_000_000, "log_management_strategy": "DELETE_OLDEST"}
# Values that a server may store for a cleared setting.
SHOWN_FOR_NULL: Json = {**PLAN_DEFAULTS, "rate_limiting_technique": "fixed"}

# All other settings are null if they were not given. The contract requires the first five, so their defaults only matter for
# seeded gateways and for settings that the server ignores.
DEFAULTS: Json = {
    "cache_invalidate_on_update": False,
    "cache_ttl": 0,
    "collect_logs": True,
    "rate_limiting_interval": 0,
    "rate_limiting_limit": 0,
    "authentication": False,
    "byok_only": False,
    "logpush": False,
    "zdr": False,
    "log_classification": False,
    "workers_ai_billing_mode": "postpaid",
    "store_id": "",
}

# The contract does not accept null for these. They are absent if they were not given.
ABSENT = frozenset({"dlp"})

# The fields that contain times.
TIMES = ("created_at", "modified_at")

MILLISECOND = timedelta(milliseconds=1)


def default_of(name: str, plan_defaults: bool) -> Any:
    """Return the value of a setting that was not given."""
    if plan_defaults and name in PLAN_DEFAULTS:
        return PLAN_DEFAULTS[name]
    return DEFAULTS.get(name)


def timestamp(after: str | None = None) -> str:
    """Return the current time in the format of the API, later than `after` even within the same millisecond."""
    now = datetime.now(timezone.utc)
    if after is not None:
        # A seeded gateway may have any value there.
        with contextlib.suppress(TypeError, ValueError):
            now = max(now, datetime.fromisoformat(after) + MILLISECOND)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written_time(stored: Any, form: TimeForm) -> Any:
    """Return a stored time in the format of an answer. A seeded item may have any value there, which stays unchanged."""
    if form != "iso":
        with contextlib.suppress(TypeError, ValueError):
            return round(datetime.fromisoformat(stored).timestamp() * (1000 if form == "milliseconds" else 1))
    return stored


def with_times(item: Json, form: TimeForm) -> Json:
    """Return an item with its times in the format of an answer."""
    return {**item, **{name: written_time(item[name], form) for name in TIMES if name in item}}


def completed(given: Json) -> Json:
    """Return the given settings as they are stored, with defaults instead of null and with all nested parts filled in."""
    stored = copy.deepcopy(given)
    for name in stored:
        if stored[name] is None:
            stored[name] = DEFAULTS.get(name)
    if stored.get("otel"):
        stored["otel"] = [{**target, "content_type": target.get("content_type", "json")} for target in stored["otel"]]
    if stored.get("spend_limits") is not None:
        stored["spend_limits"] = complete_spend_limits(stored["spend_limits"])
    return stored


def complete_spend_limits(given: Json) -> Json:
    """Return spend limits with their switch and a complete list of rules."""
    rules = [complete_rule(rule) for rule in given.get("rules", [])]
    return {**given, "enabled": given.get("enabled", False), "rules": rules}


def complete_rule(rule: Json) -> Json:
    """Return a spend rule with defaults, and with a new id (8 hex digits) unless it has one."""
    return {"id": secrets.token_hex(4), "enabled": True, "technique": "sliding", **rule}


def seeded(gateway_id: str, gateway: Json) -> Json:
    """Return a stored gateway from any object. Given fields stay unchanged, and missing fields are filled in."""
    now = timestamp()
    made: Json = {"id": gateway_id, "created_at": now, "modified_at": now, "is_default": gateway_id == DEFAULT_ID}
    made |= {name: DEFAULTS.get(name) for name in SETTINGS if name not in ABSENT}
    return {**made, **copy.deepcopy(gateway), "id": gateway_id}
