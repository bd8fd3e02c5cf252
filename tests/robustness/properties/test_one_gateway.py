# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of one gateway, for any declaration, any stored gateway and any server."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.robustness.properties.account import Account
from tests.robustness.properties.meaning import meaning
from tests.robustness.properties.strategies import behaviour, settings, stored_gateway
from tests.simulator.defaults import PLAN_DEFAULTS, SHOWN_FOR_NULL
from tests.simulator.views import with_extra_fields

Json = dict[str, Any]

declarations = settings()
states = st.none() | stored_gateway("a")
API_NAMES = {field.name: field.key for field in GATEWAY.settings}
VOLATILE = ("created_at", "modified_at")


def open_account(server: Json, stored: Json | None) -> Account:
    return Account(server, [stored] if stored else [])


def seen(account: Account) -> Json | None:
    """Return the whole gateway without masks and reordering, and with the defaults of fields that only the server has."""
    stored = account.gateways.get("a")
    return None if stored is None else with_extra_fields(stored, account.state.behaviour)


def wanted(options: Json) -> Json:
    """Return the declared settings by API name. The parts of a setting keep the names of the options."""
    given_values = {API_NAMES[name]: value for name, value in options.items() if name in API_NAMES}
    return {**given_values, **dict.fromkeys(options.get("unset", [])), **options.get("extra_settings", {})}


def is_masking(server: Json, stored: Json | None) -> bool:
    """Return whether stored secrets cannot be compared."""
    return bool(server["mask_secrets"] and stored)


def in_api_form(name: str, value: Any) -> Any:
    """Return the option's value in the form of the API. This deliberately repeats the conversion of the code under test."""
    if name == "guardrails" and value is not None:
        return {"prompt": {}, "response": {}, **value}
    if name == "otel" and value is not None:
        return [{"headers": {}, **target} for target in value]
    if name == "spend_limits" and value is not None:
        return {**value, "rules": [rule_in_api_form(rule) for rule in value.get("rules", [])]}
    return value


def rule_in_api_form(rule: Json) -> Json:
    filters: Json = {name: {"mode": "filter", **rule[name]} for name in ("model", "provider") if name in rule}
    named = {("limitType" if name == "limit_type" else name): value for name, value in rule.items()}
    return {**named, **filters}


@given(server=behaviour(), stored=states, options=declarations)
def test_what_is_declared_is_stored_and_nothing_else_is_touched(server: Json, stored: Json | None, options: Json) -> None:
    account = open_account(server, stored)
    before = seen(account)
    result = account.run("ai_gateway", {"id": "a", **options})
    after = seen(account)
    if result.get("failed"):
        assert may_fail(server, result["msg"]), result["msg"]
        assert after == before
        return
    assert after is not None
    hides = is_masking(server, stored)
    for name, value in wanted(options).items():
        declared_ids = name != "spend_limits" or all("id" in rule for rule in (value or {}).get("rules", []))
        want = meaning(name, in_api_form(name, value), with_secrets=not hides, with_rule_ids=declared_ids)
        assert meaning(name, after[name], with_secrets=not hides, with_rule_ids=declared_ids) == want or is_plan_default(
            server, name, value
        ), name
    if before is not None:
        # If a server reorders lists, updates write them back in the new order.
        form = meaning if server["reorder"] else lambda _name, value: value
        changed = {name for name in {*before} - {*VOLATILE, *wanted(options)} if form(name, before[name]) != form(name, after.get(name))}
        assert changed <= ({"log_classification"} if after["collect_logs"] is False else set())
        assert set(before) <= set(after)


def may_fail(server: Json, message: str) -> bool:
    """Return whether a refusal is correct: the declaration contradicts the stored gateway, or a write could destroy a secret."""
    return "which is off on this AI Gateway" in message or (server["mask_secrets"] and "the server hides" in message)


def is_plan_default(server: Json, name: str, value: Any) -> bool:
    """Return whether the server may show its own value for a null setting."""
    by_plan = server["plan_defaults"] and name in PLAN_DEFAULTS
    return value is None and bool(by_plan or ("nulls" in server["normalize"] and name in SHOWN_FOR_NULL))


@given(server=behaviour(masks=False), stored=stored_gateway("a"), options=declarations)
def test_parts_that_only_a_newer_api_has_are_kept_in_a_declared_setting(server: Json, stored: Json, options: Json) -> None:
    account = open_account(server, stored)
    before = seen(account)
    assume(not account.run("ai_gateway", {"id": "a", **options}).get("failed"))
    after = seen(account)
    assert before is not None
    assert after is not None
    cleared = options.get("unset", [])
    for name in {"guardrails", "spend_limits"} - {*cleared}:
        assert later_parts(before[name]) == later_parts(after[name])
    kept = {target["url"] for target in after["otel"] or []}
    for target in before["otel"] or []:
        if "otel" not in cleared and target["url"] in kept and "sampling" in target:
            assert target["sampling"] in [other.get("sampling") for other in after["otel"] if other["url"] == target["url"]]


def later_parts(value: Json | None) -> list[Any]:
    return [(value or {}).get("currency"), (value or {}).get("response", {}).get("S14")]


@given(server=behaviour(), stored=states, options=declarations)
def test_a_second_run_is_unchanged_and_costs_one_read(server: Json, stored: Json | None, options: Json) -> None:
    account = open_account(server, stored)
    assume(not account.run("ai_gateway", {"id": "a", **options}).get("failed"))
    result = account.run("ai_gateway", {"id": "a", **options})
    assert (result["operation"], result["changed"], result["changed_settings"]) == ("unchanged", False, [])
    # If the server returns a value for a cleared setting, it is unknown whether it is the server's own.
    assert [method for method, _path in account.requests] == (["GET", "PUT"] if shows_for_null(server, options) else ["GET"])


def shows_for_null(server: Json, options: Json) -> bool:
    """Return whether the server shows its own value for a setting that the options clear."""
    return "nulls" in server["normalize"] and bool({*options.get("unset", [])} & {*SHOWN_FOR_NULL})


@given(server=behaviour(), stored=states, options=declarations, present=st.booleans())
def test_check_mode_writes_nothing_and_predicts_the_run(server: Json, stored: Json | None, options: Json, present: bool) -> None:
    account = open_account(server, stored)
    before = account.gateways
    task = {"id": "a", "state": "present" if present else "absent", **options}
    predicted = account.run("ai_gateway", task, check_mode=True)
    assert account.writes == []
    assert account.gateways == before
    real = account.run("ai_gateway", task)
    assert predicted.get("failed") == real.get("failed")
    if real.get("failed"):
        assert predicted["msg"] == real["msg"]
        return
    if not shows_for_null(server, options):
        assert {key: predicted[key] for key in ("operation", "changed", "changed_settings")} == {
            key: real[key] for key in ("operation", "changed", "changed_settings")
        }
    assert comparable(server, predicted.get("gateway"), real) == comparable(server, real.get("gateway"), real)
    assert comparable(server, predicted["diff"]["after"], real) == comparable(server, real["diff"]["after"], real)
    assert predicted["diff"]["before"] == real["diff"]["before"]


def comparable(server: Json, gateway: Json | None, real: Json) -> Json | None:
    """Return a gateway without the server's values: times, ids of rules, and for a new gateway, defaults of plan and API version."""
    if gateway is None:
        return None
    made = {*VOLATILE, *(SHOWN_FOR_NULL if "nulls" in server["normalize"] else ())}
    if real["operation"] == "created":
        made |= {*PLAN_DEFAULTS, *server["extra_fields"]}
    return {name: meaning(name, value, with_rule_ids=False) for name, value in gateway.items() if name not in made}


@given(server=behaviour(masks=False), stored=states, first=declarations, second=declarations)
def test_two_tasks_in_sequence_equal_one_task_with_both(server: Json, stored: Json | None, first: Json, second: Json) -> None:
    # Clearing a setting also removes its parts that are unknown to this version. An update keeps them.
    cleared = {name for name, value in wanted(first).items() if value is None}
    assume(not cleared & wanted(second).keys())
    one_by_one, at_once = open_account(server, stored), open_account(server, stored)
    for options in (first, second):
        assume(not one_by_one.run("ai_gateway", {"id": "a", **options}).get("failed"))
    assume(not at_once.run("ai_gateway", {"id": "a", **merged(first, second)}).get("failed"))
    # Without logs there is nothing to classify, so the server resets ``log_classification``.
    forgotten = {"log_classification"} if first.get("collect_logs") is False else set()
    assert normal(seen(one_by_one), forgotten) == normal(seen(at_once), forgotten)


def merged(first: Json, second: Json) -> Json:
    """Return both declarations as one, where the second takes precedence."""
    later = {*wanted(second)}
    options = {name: value for name, value in first.items() if API_NAMES.get(name, name) not in {*later, "unset", "extra_settings"}}
    options |= {name: value for name, value in second.items() if name not in ("unset", "extra_settings")}
    unset = [name for name in first.get("unset", []) if API_NAMES[name] not in later] + second.get("unset", [])
    extra = {name: value for name, value in first.get("extra_settings", {}).items() if name not in later} | second.get("extra_settings", {})
    return {**options, "unset": unset, "extra_settings": extra}


def normal(gateway: Json | None, without: set[str]) -> Json:
    assert gateway is not None
    return {name: meaning(name, value, with_rule_ids=False) for name, value in gateway.items() if name not in {*VOLATILE, *without}}
