# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-doc shows against the argument spec, the field table, and what the module really returns."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import DEFAULT_BASE_URL
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import MAX_CONNECT_SECONDS, USER_AGENT
from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.connection import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import plan
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.support import FULL, MODULES, ROOT, Ansible, described, option_by_document, option_by_spec, play_of, walk
from tests.simulator.handle import Simulator

BOUNDS = ("minimum", "maximum", "above", "min_length", "max_length", "max_items")
# Environment variables that no option falls back to: requests reads them by itself.
READ_BY_REQUESTS = {"ca_path": "REQUESTS_CA_BUNDLE"}
# What Ansible puts into any result, or documents for all modules.
COMMON = {"changed", "deprecations", "diff", "exception", "failed", "invocation", "msg", "warnings"}
TYPES: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict}

Json = dict[str, Any]
# By the names of the option and of those that lead to it.
Descriptions = dict[tuple[str, ...], Any]


def spec_of(module: str) -> Json:
    """The argument spec that the module really uses."""
    code = importlib.import_module(f"ansible_collections.edgeops.cloudflare.plugins.modules.{module}")
    spec: Json = code.WORK.argument_spec()
    return spec


def prose(text: Any) -> str:
    return text if isinstance(text, str) else " ".join(text)


def plain(text: Any) -> str:
    """Prose without the values and names that are marked up in it."""
    return re.sub(r"\b[A-Z]+\([^)]*\)", "", prose(text))


@pytest.fixture(scope="session")
def document(documented: Json) -> Json:
    found: Json = documented["ai_gateway"]
    return found


@pytest.fixture(scope="session")
def descriptions(document: Json) -> Descriptions:
    return dict(described(document["doc"]["options"]))


@pytest.mark.parametrize("module", MODULES)
def test_the_options_are_those_of_the_argument_spec(documented: Json, module: str) -> None:
    options = documented[module]["doc"]["options"]
    assert {name: option_by_document(option) for name, option in options.items()} == {
        name: option_by_spec(option) for name, option in spec_of(module).items()
    }


@pytest.mark.parametrize("module", MODULES)
def test_every_option_has_a_description_in_sentences(documented: Json, module: str) -> None:
    for where, text in described(documented[module]["doc"]["options"]):
        for sentence in [text] if isinstance(text, str) else text:
            assert re.fullmatch(r"[A-Z\d].*\.", sentence, re.DOTALL), where


def test_every_module_is_documented(documented: Json) -> None:
    assert MODULES
    assert set(documented) == set(MODULES)
    for name, document in documented.items():
        assert document["doc"]["module"] == name
        assert all(document["doc"][part] for part in ("short_description", "description", "author", "version_added", "requirements"))
        assert document["examples"]
        assert document["return"]


BOUNDED = [
    pytest.param(where, field, id=".".join(where))
    for where, field in walk((GATEWAY.id, *GATEWAY.settings, *CONNECTION_OPTIONS))
    if any(getattr(field, kind) is not None for kind in BOUNDS)
]


@pytest.mark.parametrize(("where", "field"), BOUNDED)
def test_every_bound_is_told_in_the_description(descriptions: Descriptions, where: tuple[str, ...], field: Field) -> None:
    numbers = {int(number) for number in re.findall(r"\d+", plain(descriptions[where]))}
    missing = {kind: getattr(field, kind) for kind in BOUNDS if getattr(field, kind) is not None and getattr(field, kind) not in numbers}
    assert not missing, descriptions[where]


def test_what_is_filled_in_on_create_is_told_and_nothing_else(descriptions: Descriptions) -> None:
    told = {where: re.findall(r"V\((\w+)\) on a new gateway if not given", prose(text)) for where, text in descriptions.items()}
    filled: Descriptions = {(field.name,): [str(field.on_create).lower()] for field in GATEWAY.settings if field.on_create is not None}
    assert {where: values for where, values in told.items() if values} == filled


def test_unset_lists_the_settings_that_can_be_cleared(descriptions: Descriptions) -> None:
    listed = re.findall(r"O\((\w+)\)", prose(descriptions["unset",]).partition("can be cleared")[2])
    assert listed == [field.name for field in GATEWAY.settings if field.nullable]


@pytest.mark.parametrize("module", MODULES)
def test_the_environment_variables_are_those_that_are_read(documented: Json, module: str) -> None:
    spec = spec_of(module)
    read = {(name,): option["fallback"][1] for name, option in spec.items() if "fallback" in option}
    read.update({(name,): [variable] for name, variable in READ_BY_REQUESTS.items() if name in spec})
    told = {where: re.findall(r"E\((\w+)\)", prose(text)) for where, text in described(documented[module]["doc"]["options"])}
    assert {where: variables for where, variables in told.items() if variables} == read


def test_requests_reads_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(READ_BY_REQUESTS["ca_path"], "bundle.pem")
    assert requests.Session().merge_environment_settings(DEFAULT_BASE_URL, {}, None, True, None)["verify"] == "bundle.pem"


def test_numbers_and_addresses_in_the_prose(document: Json, descriptions: Descriptions) -> None:
    assert f"C({DEFAULT_BASE_URL})" in prose(descriptions["base_url",])
    assert f"within {MAX_CONNECT_SECONDS} seconds" in prose(descriptions["timeout",])
    (requirement,) = (ROOT / "meta/ee-requirements.txt").read_text(encoding="utf-8").split("\n")[-2:-1]
    assert requirement.replace(">=", " >= ") in document["doc"]["requirements"][0]


@pytest.mark.parametrize("module", MODULES)
def test_the_attributes(documented: Json, module: str) -> None:
    attributes = documented[module]["doc"]["attributes"]
    assert {name: attribute["support"] for name, attribute in attributes.items()} == {
        "action_group": "full",
        "check_mode": "full",
        "diff_mode": "full",
        "platform": "full",
    }
    assert attributes["action_group"]["membership"] == ["edgeops.cloudflare.all"]
    assert attributes["platform"]["platforms"] == "posix"


def test_the_action_group_has_all_modules() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"] == {"all": MODULES}


def test_the_user_agent_tells_the_version() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert f"ansible-{galaxy['namespace']}.{galaxy['name']}/{galaxy['version']}" == USER_AGENT


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_run(documented: Json, ansible: Ansible, simulator: Simulator, module: str) -> None:
    tasks = yaml.safe_load(documented[module]["examples"])
    assert any(f"edgeops.cloudflare.{module}" in task for task in tasks)
    variables = {"cloudflare_account_id": simulator.account_id, "cloudflare_api_token": simulator.api_token}
    ansible.play([play_of(tasks, variables)])
    assert {"POST", "PUT", "GET", "DELETE"} <= {request["method"] for request in simulator.requests()}


# What the module returns.

TASKS: dict[str, Json] = {
    "new, in check mode": {"options": {"id": "one"}, "check_mode": True, "diff": True},
    "created": {"options": {"id": "one", **FULL}},
    "updated": {"options": {"id": "one", "cache_ttl": 1}, "diff": True},
    "unchanged": {"options": {"id": "one", "cache_ttl": 1}},
    "deleted": {"options": {"id": "one", "state": "absent"}},
    "created with the least": {"options": {"id": "two"}},
    "refused": {"options": {"id": "one", "extra_settings": {"no_such_setting": 1}}},
    "wrong token": {"options": {"id": "one", "api_token": "example-of-a-wrong-token"}},
    "no answer": {"options": {"id": "one", "base_url": "http://127.0.0.1:9", "max_retries": 0}},
    "wrong option": {"options": {"id": "one", "cache_ttl": -1}},
}
ANSWERED = {"refused", "wrong token"}
FAILURES = {*ANSWERED, "no answer", "wrong option"}
DELETED, NEW_IN_CHECK_MODE = "deleted", "new, in check mode"
# In which cases a key is there, by what its `returned` says.
RETURNED = {
    "always": set(TASKS),
    "success": set(TASKS) - FAILURES,
    "success, when O(state=present)": set(TASKS) - FAILURES - {DELETED},
    "not for a new gateway in check mode": set(TASKS) - {NEW_IN_CHECK_MODE},
    "failure, when the API answered": ANSWERED,
    "failure, when a request was made": FAILURES - {"wrong option"},
}


@pytest.fixture(scope="module")
def results(ansible: Ansible, running: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """The result of each task, as a playbook gets it."""
    running.reset()
    target = tmp_path_factory.mktemp("results") / "results.json"
    tasks = [task_of(f"result_{number}", task) for number, task in enumerate(TASKS.values())]
    content = "{{ [" + ", ".join(task["register"] for task in tasks) + "] | to_json }}"
    keep = {"name": "Keep", "ansible.builtin.copy": {"content": content, "dest": str(target), "mode": "0600"}}
    ansible.play([play_of([*tasks, keep])])
    return dict(zip(TASKS, json.loads(Path(target).read_text(encoding="utf-8"))))


def task_of(register: str, task: Mapping[str, Any]) -> Json:
    modes = {name: value for name, value in task.items() if name != "options"}
    options = task["options"]
    return {"name": register, "edgeops.cloudflare.ai_gateway": options, "register": register, "ignore_errors": True, **modes}


def wrong(document: Mapping[str, Any], result: Mapping[str, Any], case: str, where: str) -> Iterator[str]:
    """Where a result is not as documented."""
    yield from (f"{where}{name} is not documented" for name in set(result) - set(document))
    for name, entry in document.items():
        spot = where + name
        if (name in result) != (case in RETURNED[entry["returned"]]):
            yield f"{spot} is {'there' if name in result else 'missing'}"
        elif name in result:
            yield from wrong_value(entry, result[name], case, spot)


def wrong_value(entry: Mapping[str, Any], value: Any, case: str, where: str) -> Iterator[str]:
    if value is None and where.startswith("gateway.") and may_be_null(where.partition(".")[2]):
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


def may_be_null(name: str) -> bool:
    """By the documentation of gateway: a setting that is not set is null, or has its default."""
    setting = GATEWAY.setting(name)
    return setting is not None and setting.default is None


@pytest.mark.parametrize("case", TASKS)
def test_what_is_returned_is_what_is_documented(document: Json, results: Json, case: str) -> None:
    result = {name: value for name, value in results[case].items() if name not in COMMON}
    assert list(wrong(document["return"], result, case, "")) == []
    assert results[case]["failed"] is (case in FAILURES)
    assert results[case].get("ansible_facts", {}).get("cloudflare_ai_gateway") == results[case].get("gateway")
    assert ("msg" in results[case]) is (case in FAILURES)


def test_every_operation_was_seen_and_is_documented(document: Json, results: Json) -> None:
    operations = {plan.CREATED, plan.UPDATED, plan.DELETED, plan.UNCHANGED}
    assert {result["operation"] for result in results.values() if "operation" in result} == operations
    assert set(document["return"]["operation"]["choices"]) == operations
    assert {result["operation"]: result["changed"] for result in results.values() if "operation" in result} == {
        operation: operation != plan.UNCHANGED for operation in operations
    }


def test_every_setting_was_returned_with_a_value(results: Json) -> None:
    """Otherwise its documented type would be compared with nothing."""
    assert not [name for name, value in results["created"]["gateway"].items() if value is None]
    assert results["created"]["changed_settings"] == sorted(FULL)


def test_the_returned_settings_have_the_types_of_the_options(document: Json) -> None:
    contains = document["return"]["gateway"]["contains"]
    for field in GATEWAY.settings:
        entry = contains[field.key]
        assert (entry["type"], entry.get("elements")) == (field.type, field.elements), field.key
    read_only = set(contains) - {"id", *(field.key for field in GATEWAY.settings)}
    assert read_only == {"created_at", "modified_at", "is_default"}


def test_every_failure_explains_itself(results: Json) -> None:
    for case in FAILURES:
        assert len(results[case]["msg"].split()) > 5
    assert [results[case]["status"] for case in ("refused", "wrong token")] == [400, 401]
    assert [error["path"] for error in results["refused"]["errors"]] == [["body", "no_such_setting"]]
    assert "diff" not in results["created"]
    assert set(results["updated"]["diff"]) >= {"before", "after"}
