# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules document that they return, against what they really return."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import fleet, plan
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.support import FULL, MODULES, Ansible, play_of
from tests.simulator.handle import Simulator

# What Ansible puts into any result, or documents for all modules.
COMMON = {"changed", "deprecations", "diff", "exception", "failed", "invocation", "msg", "warnings"}
TYPES: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict}

Json = dict[str, Any]

# Tasks that bring out every result, by module, in the order in which they run. They fail if their names begin with FAILS.
FAILS = "fails: "
WRONG_TOKEN, NO_ANSWER, WRONG_OPTION = f"{FAILS}wrong token", f"{FAILS}no answer", f"{FAILS}wrong option"
NEW_IN_CHECK_MODE, DELETED, REFUSED = "new, in check mode", "deleted", f"{FAILS}refused"
SOME_FAILED = f"{FAILS}some"
UNREACHABLE: Json = {"base_url": "http://127.0.0.1:9", "max_retries": 0}
UNKNOWN: Json = {"api_token": "example-of-a-wrong-token"}
TASKS: dict[str, dict[str, Json]] = {
    "ai_gateway": {
        NEW_IN_CHECK_MODE: {"options": {"id": "one"}, "check_mode": True, "diff": True},
        "created": {"options": {"id": "one", **FULL}},
        "updated": {"options": {"id": "one", "cache_ttl": 1}, "diff": True},
        "unchanged": {"options": {"id": "one", "cache_ttl": 1}},
        DELETED: {"options": {"id": "one", "state": "absent"}},
        "created with the least": {"options": {"id": "two"}},
        REFUSED: {"options": {"id": "one", "extra_settings": {"no_such_setting": 1}}},
        WRONG_TOKEN: {"options": {"id": "one", **UNKNOWN}},
        NO_ANSWER: {"options": {"id": "one", **UNREACHABLE}},
        WRONG_OPTION: {"options": {"id": "one", "cache_ttl": -1}},
    },
    "ai_gateways": {
        # The gateway `two` is there already.
        "created": {"options": {"gateways": [{"id": "one", **FULL}, {"id": "two"}]}, "diff": True},
        "changed": {"options": {"gateways": [{"id": "one", "cache_ttl": 1}, {"id": "two", "state": "absent"}, {"id": "three"}]}},
        "unchanged": {"options": {"gateways": [{"id": "one"}]}},
        SOME_FAILED: {"options": {"gateways": [{"id": "one"}, {"id": "four", "extra_settings": {"no_such_setting": 1}}]}},
        WRONG_TOKEN: {"options": {"gateways": [], **UNKNOWN}},
        NO_ANSWER: {"options": {"gateways": [], **UNREACHABLE}},
        WRONG_OPTION: {"options": {"gateways": [{"id": "one", "cache_ttl": -1}]}},
    },
    "ai_gateway_info": {
        "all": {"options": {}},
        "one": {"options": {"id": "one"}},
        WRONG_TOKEN: {"options": UNKNOWN},
        NO_ANSWER: {"options": UNREACHABLE},
        WRONG_OPTION: {"options": {"ids": [""]}},
    },
}
# In which tasks a key is there, by what its `returned` says, beside `always` and `success`.
RETURNED: dict[str, dict[str, set[str]]] = {
    "ai_gateway": {
        "success, when O(state=present)": {name for name in TASKS["ai_gateway"] if not name.startswith(FAILS)} - {DELETED},
        "not for a new gateway in check mode": set(TASKS["ai_gateway"]) - {NEW_IN_CHECK_MODE},
        "failure, when the API answered": {REFUSED, WRONG_TOKEN},
        "failure, when a request was made": {REFUSED, WRONG_TOKEN, NO_ANSWER},
    },
    "ai_gateways": {
        "unless nothing could be done at all": set(TASKS["ai_gateways"]) - {WRONG_TOKEN, NO_ANSWER, WRONG_OPTION},
        "failure, when the API answered to the listing": {WRONG_TOKEN},
        "failure, when the listing failed": {WRONG_TOKEN, NO_ANSWER},
    },
    "ai_gateway_info": {
        "failure, when the API answered": {WRONG_TOKEN},
        "failure, when a request was made": {WRONG_TOKEN, NO_ANSWER},
    },
}
CASES = [(module, case) for module, tasks in TASKS.items() for case in tasks]


@pytest.fixture(scope="module")
def results(ansible: Ansible, running: Simulator, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Json]:
    """The result of each task, as a playbook gets it."""
    running.reset()
    target = tmp_path_factory.mktemp("results") / "results.json"
    tasks = [task_of(f"result_{number}", module, TASKS[module][case]) for number, (module, case) in enumerate(CASES)]
    content = "{{ [" + ", ".join(task["register"] for task in tasks) + "] | to_json }}"
    keep = {"name": "Keep", "ansible.builtin.copy": {"content": content, "dest": str(target), "mode": "0600"}}
    ansible.play([play_of([*tasks, keep])])
    return dict(zip(CASES, json.loads(Path(target).read_text(encoding="utf-8"))))


def task_of(register: str, module: str, task: Mapping[str, Any]) -> Json:
    modes = {name: value for name, value in task.items() if name != "options"}
    return {"name": register, f"edgeops.cloudflare.{module}": task["options"], "register": register, "ignore_errors": True, **modes}


def is_returned(module: str, case: str, returned: str) -> bool:
    """Whether a key is there in a case, by what its `returned` says."""
    return {"always": True, "success": not case.startswith(FAILS)}.get(returned, case in RETURNED[module].get(returned, ()))


def wrong(document: Mapping[str, Any], result: Mapping[str, Any], case: tuple[str, str], where: str) -> Iterator[str]:
    """Where a result is not as documented."""
    yield from (f"{where}{name} is not documented" for name in set(result) - set(document))
    for name, entry in document.items():
        spot = where + name
        if (name in result) != is_returned(*case, entry["returned"]):
            yield f"{spot} is {'there' if name in result else 'missing'}"
        elif name in result:
            yield from wrong_value(entry, result[name], case, spot)


def wrong_value(entry: Mapping[str, Any], value: Any, case: tuple[str, str], where: str) -> Iterator[str]:
    if value is None and may_be_null(where):
        return
    if not is_of(entry["type"], value):
        yield f"{where} is {value!r}"
        return
    if "choices" in entry and value not in entry["choices"]:
        yield f"{where} is {value!r}"
    for element in value if entry["type"] == "list" else []:
        if not is_of(entry["elements"], element):
            yield f"{where} holds {element!r}"
    if "contains" in entry:
        for element in value if entry["type"] == "list" else [value]:
            yield from wrong(entry["contains"], element, case, where + ".")


def is_of(kind: str, value: Any) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))


def may_be_null(where: str) -> bool:
    """By the documentation: the error of what did not fail, and a setting that is not set and has no default."""
    of, _dot, name = where.partition(".")
    setting = GATEWAY.setting(name) if of == "gateway" else None
    return where == "results.error" or (setting is not None and setting.default is None)


def test_every_module_and_every_returned_is_tried(documented: Json) -> None:
    assert set(TASKS) == set(MODULES)
    for module in MODULES:
        told = {entry["returned"] for entry in documented[module]["return"].values()} - {"always", "success"}
        assert told <= set(RETURNED[module])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[1]}")
def test_what_is_returned_is_what_is_documented(documented: Json, results: dict[tuple[str, str], Json], case: tuple[str, str]) -> None:
    result = {name: value for name, value in results[case].items() if name not in COMMON}
    assert list(wrong(documented[case[0]]["return"], result, case, "")) == []
    assert results[case].get("failed", False) is case[1].startswith(FAILS)
    assert ("msg" in results[case]) is case[1].startswith(FAILS)


@pytest.mark.parametrize(
    ("module", "fact", "key"), [("ai_gateway", "cloudflare_ai_gateway", "gateway"), ("ai_gateways", "cloudflare_ai_gateways", "gateways")]
)
def test_facts_are_what_is_returned_on_success(results: dict[tuple[str, str], Json], module: str, fact: str, key: str) -> None:
    for case in TASKS[module]:
        result = results[module, case]
        # After a deletion the fact is empty, and no longer shows the gateway.
        assert result.get("ansible_facts", {}).get(fact) == (None if case.startswith(FAILS) else result.get(key, {}))


def test_every_operation_was_seen_and_is_documented(documented: Json, results: dict[tuple[str, str], Json]) -> None:
    operations = {plan.CREATED, plan.UPDATED, plan.DELETED, plan.UNCHANGED}
    single = [results["ai_gateway", case] for case in TASKS["ai_gateway"] if not case.startswith(FAILS)]
    assert {result["operation"] for result in single} == operations
    assert all(result["changed"] == (result["operation"] != plan.UNCHANGED) for result in single)
    assert set(documented["ai_gateway"]["return"]["operation"]["choices"]) == operations
    many = [entry["operation"] for case in TASKS["ai_gateways"] for entry in results["ai_gateways", case].get("results", [])]
    assert set(many) == operations | {fleet.FAILED}
    document = documented["ai_gateways"]["return"]
    assert set(document["results"]["contains"]["operation"]["choices"]) == set(document["summary"]["contains"]) == set(many)


def test_every_setting_was_returned_with_a_value(results: dict[tuple[str, str], Json]) -> None:
    """Otherwise its documented type would be compared with nothing."""
    created = results["ai_gateway", "created"]
    assert not [name for name, value in created["gateway"].items() if value is None]
    assert created["changed_settings"] == sorted(FULL)


def test_a_gateway_is_the_same_whichever_module_returns_it(results: dict[tuple[str, str], Json]) -> None:
    gateway = results["ai_gateways", "unchanged"]["gateways"]["one"]
    assert results["ai_gateway_info", "one"]["gateways"] == [gateway]
    assert set(gateway) == set(results["ai_gateway", "created"]["gateway"])


def test_the_returned_settings_have_the_types_of_the_options(documented: Json) -> None:
    contains = documented["ai_gateway"]["return"]["gateway"]["contains"]
    for field in GATEWAY.settings:
        entry = contains[field.key]
        assert (entry["type"], entry.get("elements")) == (field.type, field.elements), field.key
    read_only = set(contains) - {"id", *(field.key for field in GATEWAY.settings)}
    assert read_only == {"created_at", "modified_at", "is_default"}


def test_every_failure_explains_itself(results: dict[tuple[str, str], Json]) -> None:
    for module, case in CASES:
        if case.startswith(FAILS):
            assert len(results[module, case]["msg"].split()) > 5
    assert [results["ai_gateway", case]["status"] for case in (REFUSED, WRONG_TOKEN)] == [400, 401]
    assert [error["path"] for error in results["ai_gateway", REFUSED]["errors"]] == [["body", "no_such_setting"]]
    failed = results["ai_gateways", SOME_FAILED]["results"][1]["error"]
    assert {"msg", *documented_failure(results)} == set(failed)
    assert "diff" not in results["ai_gateway", "created"]
    assert set(results["ai_gateway", "updated"]["diff"]) >= {"before", "after"}
    assert [diff["after"]["id"] for diff in results["ai_gateways", "created"]["diff"]] == ["one"]


def documented_failure(results: dict[tuple[str, str], Json]) -> set[str]:
    """What a failed ai_gateway task returns."""
    return set(results["ai_gateway", REFUSED]) - COMMON
