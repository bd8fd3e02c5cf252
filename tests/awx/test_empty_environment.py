# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A field of a credential that is left blank is injected as an empty variable; for every module, that is as if it were not set."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import DEFAULT_BASE_URL
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS, connection_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec
from tests.awx.jobs import Job
from tests.contract.support import MODULES
from tests.simulator.handle import Simulator

Json = dict[str, Any]
VARIABLES = [str(field.env) for field in CONNECTION_OPTIONS if field.env]
# Something to be asked for by each type of option that is required.
EXAMPLES: dict[str, Any] = {"list": [], "dict": {}}
TEXTS = ("example", "ai.example.com")


def task_spec_of(module: str) -> TaskSpec:
    code = importlib.import_module(f"ansible_collections.edgeops.cloudflare.plugins.modules.{module}")
    work: TaskSpec = code.TASK_SPEC
    return work


def least_options(module: str) -> Json:
    """The least that the module takes without a connection: what is required to delete an item that does not exist, or to read."""
    work = task_spec_of(module)
    # A client of a gateway has a token in any case.
    further = {"state": "absent", "run_token": "example", "gateways": []}
    return {
        **{field.name: example_of(field) for field in work.fields if field.required},
        **{name: value for name, value in further.items() if name in work.argument_spec()},
    }


def example_of(field: Field) -> Any:
    """Return a value that the option takes."""
    if field.type != "str":
        return EXAMPLES[field.type]
    return next(text for text in TEXTS if not list(problems(field, text, field.name)))


def tasks() -> list[Json]:
    """Each module, in each of the two ways of running."""
    return [
        {
            "name": f"{module} {way}",
            f"edgeops.cloudflare.{module}": least_options(module),
            "vars": {"edgeops_cloudflare_in_process": way},
            "ignore_errors": True,
        }
        for module in MODULES
        for way in (True, False)
    ]


def results(folder: Path, installed: Path, environment: dict[str, str]) -> dict[str, Json]:
    """The result of each task, all in one job, where all variables are set, those that are not given to nothing."""
    job = Job(folder / "job", installed, {**dict.fromkeys(VARIABLES, ""), **environment})
    job.add_playbook("all.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks()}])
    job.run("all.yml", {})
    return {task["name"]: job.results(task["name"])[0] for task in tasks()}


def test_nothing_but_empty_variables_is_no_credentials(tmp_path: Path, installed: Path, simulator: Simulator) -> None:
    found = results(tmp_path, installed, {})
    assert len(found) == 2 * len(MODULES) > 0
    for name, result in found.items():
        assert result["failed"], name
        assert "no credentials: give api_token (or set CLOUDFLARE_API_TOKEN), or api_email and api_key" in result["msg"], name
        assert "account_id is missing: set it, or set CLOUDFLARE_ACCOUNT_ID" in result["msg"], name
        assert "mutually exclusive" not in result["msg"]
    assert simulator.requests() == []


@pytest.mark.parametrize("way", ["token", "key"])
def test_one_identity_works_beside_the_other_that_is_empty(tmp_path: Path, installed: Path, simulator: Simulator, way: str) -> None:
    identity = {
        "token": {"CLOUDFLARE_API_TOKEN": simulator.api_token},
        "key": {"CLOUDFLARE_EMAIL": simulator.api_email, "CLOUDFLARE_API_KEY": simulator.api_key},
    }
    place = {"CLOUDFLARE_ACCOUNT_ID": simulator.account_id, "CLOUDFLARE_BASE_URL": simulator.base_url}
    found = results(tmp_path, installed, {**place, **identity[way]})
    assert {name: result.get("msg") for name, result in found.items() if result["failed"]} == {}
    assert {request["status"] for request in simulator.requests()} <= {200, 404}
    assert simulator.requests()


@pytest.mark.parametrize("module", MODULES)
def test_an_empty_address_is_cloudflares_own(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "example")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "example-token")
    validated = ArgumentSpecValidator(task_spec_of(module).argument_spec()).validate(least_options(module))
    assert connection_of(validated.validated_parameters).base_url == DEFAULT_BASE_URL
