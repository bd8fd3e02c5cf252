# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented return values against the actual results."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import member, plan
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from tests.contract.returns import (
    CASES,
    CREATED,
    DELETED,
    FAILS,
    FULL_OF,
    ITEMS,
    LEAST,
    NEW_IN_CHECK_MODE,
    NULLABLE,
    REFUSED,
    RETURNED,
    SOME_FAILED,
    TASKS,
    UNCHANGED,
    UPDATED,
    WRONG_TOKEN,
)
from tests.contract.support import MODULES, Ansible, play_of, task_spec_of
from tests.simulator.handle import Simulator

# Keys that Ansible adds to any result, or documents for all modules.
COMMON = {"changed", "deprecations", "diff", "exception", "failed", "invocation", "msg", "warnings"}
TYPES: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict}
# Fields that the server sets, and that are not documented.
UNPUBLISHED = {"account_id", "account_tag", "internal_id", "wholesale"}
# Fields of items that only the modules that read return.
ONLY_READ = {"mermaid", "versions", "deployments"}
# Operations that no task here produces, with the reason. If one is produced, a test fails.
UNTESTED = {"ai_gateway_custom_domain": {plan.RECREATED: "no answer shows a setting of this version, so only extra_settings can differ"}}

Json = dict[str, Any]


@pytest.fixture(scope="module")
def results(ansible: Ansible, shared_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Json]:
    """Return the result of each task, as a playbook registers it."""
    shared_simulator.reset()
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
    """Return whether the result of a case must contain a key, given its `returned`."""
    return {"always": True, "success": not case.startswith(FAILS)}.get(returned, case in RETURNED[module].get(returned, ()))


def differences(document: Mapping[str, Any], result: Mapping[str, Any], case: tuple[str, str], path: str) -> Iterator[str]:
    """Yield the differences between a result and its documentation."""
    yield from (f"{path}{name} is not documented" for name in set(result) - set(document))
    for name, entry in document.items():
        field_path = path + name
        if (name in result) != is_returned(*case, entry["returned"]):
            yield f"{field_path} is {'there' if name in result else 'missing'}"
        elif name in result:
            yield from value_differences(entry, result[name], case, field_path)


def value_differences(entry: Mapping[str, Any], value: Any, case: tuple[str, str], path: str) -> Iterator[str]:
    if value is None and may_be_null(*case, path):
        return
    if not is_of(entry["type"], value):
        yield f"{path} is {value!r}"
        return
    if "choices" in entry and value not in entry["choices"]:
        yield f"{path} is {value!r}"
    for element in value if entry["type"] == "list" else []:
        if not is_of(entry["elements"], element):
            yield f"{path} holds {element!r}"
    if "contains" in entry:
        for element in value if entry["type"] == "list" else [value]:
            yield from differences(entry["contains"], element, case, path + ".")


def is_of(kind: str, value: Any) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))


def resource_of(module: str) -> Resource:
    return task_spec_of(module).resource


def may_be_null(module: str, case: str, path: str) -> bool:
    """Return whether a value may be null, such as an error of a success, a setting without a default, or an unknown value in check mode."""
    of, _dot, name = path.partition(".")
    setting = resource_of(module).setting(name) if of == ITEMS.get(module) else None
    is_unknown = case == NEW_IN_CHECK_MODE and path in ("cname_target", "dns_record.value")
    return path == "results.error" or path in NULLABLE.get(module, ()) or is_unknown or (setting is not None and setting.default is None)


def test_every_module_and_every_returned_condition_is_tested(documented: Json) -> None:
    assert set(TASKS) == set(MODULES)
    for module in MODULES:
        conditions = {entry["returned"] for entry in documented[module]["return"].values()} - {"always", "success"}
        assert conditions <= set(RETURNED[module])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[1]}")
def test_results_match_the_documentation(documented: Json, results: dict[tuple[str, str], Json], case: tuple[str, str]) -> None:
    result = {name: value for name, value in results[case].items() if name not in COMMON}
    assert list(differences(documented[case[0]]["return"], result, case, "")) == []
    assert results[case].get("failed", False) is case[1].startswith(FAILS)
    assert ("msg" in results[case]) is case[1].startswith(FAILS)


@pytest.mark.parametrize(
    ("module", "fact", "key"),
    [
        ("ai_gateway", "cloudflare_ai_gateway", "gateway"),
        ("ai_gateway_account", "cloudflare_ai_gateway_account", "account"),
        ("ai_gateways", "cloudflare_ai_gateways", "gateways"),
    ],
)
def test_facts_equal_the_returned_value_on_success(results: dict[tuple[str, str], Json], module: str, fact: str, key: str) -> None:
    for case in TASKS[module]:
        result = results[module, case]
        # After a deletion, the fact is empty.
        assert result.get("ansible_facts", {}).get(fact) == (None if case.startswith(FAILS) else result.get(key, {}))


@pytest.mark.parametrize("module", ITEMS)
def test_the_operations_of_one_item_are_documented(documented: Json, results: dict[tuple[str, str], Json], module: str) -> None:
    found = [results[module, case] for case in TASKS[module] if not case.startswith(FAILS)]
    seen = {result["operation"] for result in found}
    assert sorted([*seen, *UNTESTED.get(module, {})]) == sorted(documented[module]["return"]["operation"]["choices"])
    assert all(result["changed"] == (result["operation"] != plan.UNCHANGED) for result in found)


@pytest.mark.parametrize(("module", "more"), [("ai_gateway_account", {plan.RECREATED}), ("ai_gateways", set())])
def test_all_operations_of_many_items_are_documented(
    documented: Json, results: dict[tuple[str, str], Json], module: str, more: set[str]
) -> None:
    many = [entry["operation"] for case in TASKS[module] for entry in results[module, case].get("results", [])]
    assert set(many) == {plan.CREATED, plan.UPDATED, plan.DELETED, plan.UNCHANGED, member.FAILED} | more
    document = documented[module]["return"]
    assert set(document["results"]["contains"]["operation"]["choices"]) == set(document["summary"]["contains"]) == set(many)


def test_all_kinds_of_an_account_are_documented(documented: Json, results: dict[tuple[str, str], Json]) -> None:
    created = results["ai_gateway_account", CREATED]
    kinds = list(dict.fromkeys(entry["kind"] for entry in created["results"]))
    assert kinds == documented["ai_gateway_account"]["return"]["results"]["contains"]["kind"]["choices"]
    assert {entry["operation"] for entry in created["results"]} == {plan.CREATED}
    assert [diff["after_header"].rpartition(" ")[2] for diff in created["diff"]][:2] == ["house", "whole"]
    deleted = results["ai_gateway_account", DELETED]["results"][-1]["deleted_children"]
    assert [child["kind"] for child in deleted] == ["provider_config", "dynamic_route", "policy", "policy"]


@pytest.mark.parametrize("module", ITEMS)
def test_every_setting_is_returned_with_a_value(results: dict[tuple[str, str], Json], module: str) -> None:
    """Otherwise, the documented type of the setting would not be tested."""
    created, resource = results[module, CREATED], resource_of(module)
    assert not [name for name, value in created[ITEMS[module]].items() if value is None]
    declared = {field.name: field.key for field in resource.settings}
    given = {declared.get(name, name) for name in FULL_OF[module]}
    by_module = {field.key for field in resource.settings if not field.is_option} - set(
        resource.versions.names if resource.versions else ()
    )
    assert created["changed_settings"] == sorted(given | by_module)
    assert given >= {field.key for field in resource.settings if is_given(resource, field)}


def is_given(resource: Resource, field: Field) -> bool:
    """Return whether the full item declares a setting. Of alternatives, it declares the first one."""
    return field.is_option and not any(field.name in group[1:] for group in resource.alternatives)


def test_all_modules_return_an_item_in_the_same_form(results: dict[tuple[str, str], Json]) -> None:
    gateway = results["ai_gateways", UNCHANGED]["gateways"]["one"]
    assert results["ai_gateway_info", "one"]["gateways"] == [gateway]
    assert set(gateway) == set(results["ai_gateway", CREATED]["gateway"])
    for module, name in ITEMS.items():
        if module != "ai_gateway":
            item = results[module, LEAST][name]
            (found,) = results[f"{module}_info", "one"][f"{name}s"]
            # The status of a domain changes by itself.
            same = {key: value for key, value in found.items() if key not in ONLY_READ}
            assert {**same, "status": item.get("status")} == {**item, "status": item.get("status")}
            assert found in results[f"{module}_info", "all"][f"{name}s"]


@pytest.mark.parametrize("module", ITEMS)
def test_the_returned_settings_have_the_types_of_the_options(documented: Json, module: str) -> None:
    contains, resource = documented[module]["return"][ITEMS[module]]["contains"], resource_of(module)
    settings = [field for field in resource.settings if not field.write_only]
    for field in settings:
        entry = contains[field.key]
        assert (entry["type"], entry.get("elements")) == (field.type, field.elements), field.key
    made = set(resource.read_only) - UNPUBLISHED - ONLY_READ
    assert set(contains) - {"costs"} == {field.key for field in (*resource.keys, *settings)} | made


def test_steps_and_deleted_children_are_returned(results: dict[tuple[str, str], Json]) -> None:
    """Otherwise, the documentation of these values would not be tested."""
    steps = [
        [(step["kind"], step["operation"]) for step in results[module, CREATED]["steps"]]
        for module in ("ai_gateway_secret", "ai_gateway_provider_config")
    ]
    assert steps == [[("secrets_store", "created")], [("gateway", "updated"), ("secret", "created")]]
    (deleted,) = [entry for entry in results["ai_gateways", "changed"]["results"] if entry["id"] == "two"]
    assert [(child["kind"], child["name"]) for child in deleted["deleted_children"]] == [
        ("provider_config", "openai/batch"),
        ("dynamic_route", "one"),
        ("custom_domain", "one.example.com"),
        ("policy", "everybody"),
    ]


def test_every_failure_has_a_message_and_details(results: dict[tuple[str, str], Json]) -> None:
    for module, case in CASES:
        if case.startswith(FAILS):
            assert len(results[module, case]["msg"].split()) > 5
    assert [results["ai_gateway", case]["status"] for case in (REFUSED, WRONG_TOKEN)] == [400, 401]
    assert [error["path"] for error in results["ai_gateway", REFUSED]["errors"]] == [["body", "no_such_setting"]]
    failed = results["ai_gateways", SOME_FAILED]["results"][1]["error"]
    assert {"msg", *documented_failure(results)} == set(failed)
    assert "diff" not in results["ai_gateway", CREATED]
    assert set(results["ai_gateway", UPDATED]["diff"]) >= {"before", "after"}
    assert [diff["after"]["id"] for diff in results["ai_gateways", CREATED]["diff"]] == ["one"]


def documented_failure(results: dict[tuple[str, str], Json]) -> set[str]:
    """Return the return values of a failed ai_gateway task."""
    return set(results["ai_gateway", REFUSED]) - COMMON
