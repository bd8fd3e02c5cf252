# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data for schedules: values of settings, servers, and faults by name."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

# Only a few ids, so that they collide. The last is the account's default, which purge never deletes.
DEFAULT_ID = "default"
IDS = ("a", "b", "c", "d", DEFAULT_ID)

TARGET = {"url": "https://one.example/v1", "headers": {"x": "invented-header-one"}, "authorization": "invented-authorization-one"}
OTHER_TARGET = {"url": "https://two.example/v1", "headers": {}, "content_type": "protobuf"}
RULE = {"limit": 5, "limitType": "cost", "window": 3600}
PARTITION = {"limit": 0.5, "limitType": "cost", "window": 60, "technique": "fixed", "metadata": {"team": {"mode": "partition"}}}
POLICY = {"id": "p", "enabled": True, "action": "BLOCK", "check": ["REQUEST", "RESPONSE"], "profiles": ["k", "l"]}

# Values in the API's form, by the API's names, within the bounds of the options.
SETTINGS: dict[str, list[Any]] = {
    "authentication": [True, False],
    "cache_invalidate_on_update": [True, False],
    "cache_ttl": [0, 60, 3600],
    "collect_logs": [True, False],
    "dlp": [
        {"enabled": True, "action": "FLAG", "profiles": ["k", "l"]},
        {"enabled": True, "policies": [POLICY, {**POLICY, "id": "q", "check": ["REQUEST"]}]},
        {"enabled": False, "policies": []},
    ],
    "guardrails": [{"prompt": {"P1": "FLAG", "S1": "BLOCK"}, "response": {}}, {"prompt": {}, "response": {"S13": "BLOCK"}}],
    "log_classification": [True, False],
    "log_management": [10_000, 500_000],
    "logpush": [True, False],
    "logpush_public_key": ["invented-public-key", "another-invented-public-key"],
    "otel": [[], [TARGET], [OTHER_TARGET, TARGET]],
    "rate_limiting_interval": [0, 60],
    "rate_limiting_limit": [0, 100],
    "rate_limiting_technique": ["fixed", "sliding"],
    "retry_backoff": ["constant", "linear"],
    "retry_delay": [0, 100, 5000],
    "retry_max_attempts": [1, 5],
    "spend_limits": [{"enabled": True, "rules": [RULE]}, {"enabled": False, "rules": [PARTITION, RULE]}, {"enabled": True, "rules": []}],
    "store_id": ["", "invented-store"],
    "stripe": [{"authorization": "invented-stripe-key", "usage_events": [{"payload": "{}"}]}],
    "workers_ai_billing_mode": ["postpaid"],
    "zdr": [True, False],
}
NESTED = ("dlp", "guardrails", "otel", "spend_limits", "stripe", "later_list", "later_dict")
CLEARABLE = (
    "guardrails",
    "logpush_public_key",
    "otel",
    "rate_limiting_technique",
    "retry_backoff",
    "retry_delay",
    "spend_limits",
    "stripe",
)
# Settings that the server may store but no option supports: unknown names, and values outside the options' bounds.
UNKNOWN: dict[str, list[Any]] = {
    "later_flag": [True, False],
    "later_list": [["b", "a"], []],
    "later_dict": [{"x": {"y": None}, "z": 5.0}, {"x": 1}],
}
WITHOUT_OPTION: dict[str, list[Any]] = {**UNKNOWN, "retry_delay": [5001, 60_000], "workers_ai_billing_mode": ["unified"]}
SECRETS = ("invented-header-", "invented-authorization-one", "invented-stripe-key", "invented-provider-key-")
# Stands for the value of a setting that the server generates.
MADE_BY_SERVER = "made by the server"

SWITCHES: dict[str, list[Any]] = {
    "put": ["replace", "merge"],
    "nested_on_create": ["keep", "drop"],
    "mask_secrets": [False, False, True],
    "reorder": [False, True],
    "plan_defaults": [False, True],
    "mask_style": ["stars", "repeated", "word", "middle", "missing"],
    "normalize": [[], [], ["header_names", "line_ends", "empty_lists"]],
    "refuse_extra_fields": [False, False, True],
    "nested_in_list": ["keep", "keep", "null", "drop"],
    "page_limit": [None, None, 1],
    "replica_lag": [0, 0, 0, 1, 2],
}
# The masks that the server shows instead of the secrets above, in all styles.
SHOWN_MASKS = ("********", "xxxxxxxx", "[secret]", "inv...")


def errors(code: int, message: str) -> Json:
    """Return the envelope of a refusal."""
    return {"success": False, "errors": [{"code": code, "message": message}]}


HTML = {"body": "<html>an invented page</html>", "content_type": "text/html"}
ONE_GATEWAY = "/gateways/[^/]+$"
# If a template has no `when`, it is drawn: before the request acts, or after. Answers that mean a certain failure only come before, and
# answers that mean a success only after, because no client can work with a server that lies. Durations are in units of the timeout of an
# attempt.
SECOND_WRITER, LAGGING_REPLICA = "second writer", "404 from a replica that lags"
SLOW = ("hang", "trickle", "delay", "delay past the timeout")
FAULTS: dict[str, Json] = {
    "reset": {"reset": True},
    "reset of a used connection": {"reset": True, "reused": True},
    "close": {"close": True},
    "hang": {"hang": 1.4},
    "cut at the start": {"cut": 0},
    "cut in the middle": {"cut": 30},
    "trickle": {"trickle": {"bytes": 100, "interval": 0.3}},
    "delay": {"delay": 0.3},
    "delay past the timeout": {"delay": 1.7},
    "408": {"status": 408},
    "500": {"status": 500, "json": errors(10001, "Internal error")},
    "502 with HTML": {"status": 502, **HTML},
    "503": {"status": 503},
    "503, wait 1 s": {"status": 503, "headers": {"Retry-After": "1"}},
    "504": {"status": 504, **HTML},
    "524": {"status": 524, **HTML},
    "429": {"status": 429, "json": errors(971, "Slow down"), "when": "before"},
    "429, wait 1 s": {"status": 429, "json": errors(971, "Slow down"), "headers": {"Retry-After": "1"}, "when": "before"},
    "429, wait an hour": {"status": 429, "headers": {"Retry-After": "3600"}, "when": "before"},
    "200 with nothing": {"status": 200},
    "200 with HTML": {"status": 200, **HTML},
    "200 without a result": {"status": 200, "json": {"success": True, "result": None}, "when": "after"},
    "200 with success: false": {"status": 200, "json": errors(7001, "Refused after all"), "when": "before"},
    "302": {"status": 302, "headers": {"Location": "https://elsewhere.example/"}, "when": "before"},
    "400": {"status": 400, "json": errors(7001, "Invented complaint"), "when": "before"},
    "401": {"status": 401, "json": errors(10000, "Authentication error"), "when": "before"},
    "403 with HTML": {"status": 403, **HTML, "when": "before"},
    "404 for an unknown path": {"status": 404, "json": errors(7003, "Could not route"), "when": "before"},
    "409": {"status": 409, "json": errors(7001, "Conflict"), "when": "before"},
    LAGGING_REPLICA: {"status": 404, "json": errors(7002, "Gateway not found"), "when": "before", "method": "GET", "path": ONE_GATEWAY},
    SECOND_WRITER: {},
}
