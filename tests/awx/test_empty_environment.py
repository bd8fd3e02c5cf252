# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWX injects a blank field of a credential as an empty environment variable. Every module must treat it as not set."""

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
# A value for required options, by type.
EXAMPLES: dict[str, Any] = {"list": [], "dict": {}}
TEXTS = ("example", "ai.example.com")


def task_spec_of(module: str) -> TaskSpec:
    code = importlib.import_module(f"ansible_collections.edgeops.cloudflare.plugins.modules.{module}")
    task_spec: TaskSpec = code.TASK_SPEC
    return task_spec


def least_options(module: str) -> Json:
    """Return the minimal options, without the connection: those required to delete an item that does not exist, or to read."""
    task_spec = task_spec_of(module)
    # A probe always needs a run token.
    further = {"state": "absent", "run_token": "example", "gateways": []}
    return {
        **{field.name: example_of(field) for field in task_spec.fields if field.required},
        **{name: value for name, value in further.items() if name in task_spec.argument_spec()},
    }


def example_of(field: Field) -> Any:
    """Return a valid value of the option."""
    if field.type != "str":
        return EXAMPLES[field.type]
    return next(text for text in TEXTS if not list(problems(field, text, field.name)))


def tasks() -> list[Json]:
    """Return a task for each module, in-process and as an ordinary module."""
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
    """Run all tasks in one job, and return their results. Variables that are not in ``environment`` are empty."""
    job = Job(folder / "job", installed, {**dict.fromkeys(VARIABLES, ""), **environment})
    job.add_playbook("all.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks()}])
    job.run("all.yml", {})
    return {task["name"]: job.results(task["name"])[0] for task in tasks()}


def test_only_empty_variables_mean_missing_credentials(tmp_path: Path, installed: Path, simulator: Simulator) -> None:
    found = results(tmp_path, installed, {})
    assert len(found) == 2 * len(MODULES) > 0
    for name, result in found.items():
        assert result["failed"], name
        assert "no credentials: give api_token (or set CLOUDFLARE_API_TOKEN), or api_email and api_key" in result["msg"], name
        assert "account_id is missing: set it, or set CLOUDFLARE_ACCOUNT_ID" in result["msg"], name
        assert "mutually exclusive" not in result["msg"]
    assert simulator.requests() == []


@pytest.mark.parametrize("way", ["token", "key"])
def test_one_identity_works_if_the_other_is_empty(tmp_path: Path, installed: Path, simulator: Simulator, way: str) -> None:
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
def test_an_empty_base_url_means_the_default(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "example")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "example-token")
    validated = ArgumentSpecValidator(task_spec_of(module).argument_spec()).validate(least_options(module))
    assert connection_of(validated.validated_parameters).base_url == DEFAULT_BASE_URL
