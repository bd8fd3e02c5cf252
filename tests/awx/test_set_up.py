# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setup and teardown of AWX. See life.py for the stages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.awx.controller import GALAXY_TYPE, Controller
from tests.awx.life import FETCHED, SECRET, Stage
from tests.awx.support import AWX, CREDENTIAL_TYPES, ROOT, SURVEYS
from tests.contract.pages import blocks_of

APPLY, CHECK, AUDIT, EXPORT = (f"AI Gateways, {purpose}" for purpose in ("apply", "check", "audit", "export"))


@pytest.fixture
def created(stages: dict[str, Stage]) -> Controller:
    """Return the controller after the first run."""
    assert stages["made"].code == 0, stages["made"].output
    return stages["made"].controller


def names(controller: Controller) -> dict[str, list[str]]:
    """Return the names of all objects by kind, without the nodes of workflows, which have none."""
    kinds = (kind for kind, items in controller.objects.items() if items and kind != "workflow_job_template_nodes")
    return {kind: controller.names(kind) for kind in kinds}


def credentials_of(controller: Controller, credential_type: str) -> list[Any]:
    """Return the inputs of all credentials of a type."""
    type_id = controller.named("credential_types", credential_type)["id"]
    return [item["inputs"] for item in controller.objects["credentials"].values() if item["credential_type"] == type_id]


def test_the_modules_are_those_of_awx() -> None:
    manifest = json.loads((FETCHED / "ansible_collections/awx/awx/MANIFEST.json").read_text(encoding="utf-8"))
    assert manifest["collection_info"]["version"] == "24.6.1"


@pytest.mark.parametrize("stage", ["nothing given", "key missing"])
def test_missing_variables_fail_before_any_change(stages: dict[str, Stage], stage: str) -> None:
    assert stages[stage].code != 0
    assert "Give bootstrap_image and bootstrap_project_url" in stages[stage].output
    assert stages[stage].writes == []


def test_all_objects_are_created(created: Controller) -> None:
    assert names(created) == {
        "organizations": ["Cloudflare"],
        "credential_types": [GALAXY_TYPE, "Cloudflare API Token", "Cloudflare Global API Key"],
        "credentials": ["Ansible Galaxy", "Cloudflare"],
        "execution_environments": ["Cloudflare"],
        "projects": ["Cloudflare"],
        "inventories": ["Cloudflare"],
        "hosts": ["localhost"],
        "job_templates": [APPLY, CHECK, AUDIT, EXPORT],
        "workflow_job_templates": ["AI Gateways, apply and audit"],
    }


def test_the_organization_can_install_collections(created: Controller) -> None:
    """Without a Galaxy credential, AWX would install no collections, and still report a successful update of the project."""
    assert created.names_of("organizations", created.named("organizations", "Cloudflare"), "galaxy_credentials") == ["Ansible Galaxy"]


def test_the_credential_types_are_the_files(created: Controller) -> None:
    for document in CREDENTIAL_TYPES.values():
        assert document.items() <= created.named("credential_types", document["name"]).items()


def test_the_credential_contains_the_values_of_the_environment(created: Controller) -> None:
    assert credentials_of(created, "Cloudflare API Token") == [{"api_token": SECRET, "account_id": "example-account"}]
    assert credentials_of(created, "Cloudflare Global API Key") == []


def test_no_run_shows_a_secret(stages: dict[str, Stage], shared_stages: dict[str, Stage]) -> None:
    assert not [name for name, stage in (*stages.items(), *shared_stages.items()) if SECRET in stage.output]


def test_the_host_is_the_execution_environment_with_its_own_python(created: Controller) -> None:
    assert json.loads(created.named("hosts", "localhost")["variables"]) == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }


def test_the_job_templates(created: Controller) -> None:
    templates = {name: created.named("job_templates", name) for name in created.names("job_templates")}
    assert {name: (item["playbook"], item["job_type"]) for name, item in templates.items()} == {
        APPLY: ("ai_gateway_apply.yml", "run"),
        CHECK: ("ai_gateway_apply.yml", "check"),
        AUDIT: ("ai_gateway_audit.yml", "run"),
        EXPORT: ("ai_gateway_export.yml", "run"),
    }
    for item in templates.values():
        assert created.names_of("job_templates", item, "credentials") == ["Cloudflare"]
        assert created.surveys[f"job_templates/{item['id']}/survey_spec"] == SURVEYS[Path(item["playbook"]).stem]
        assert item["survey_enabled"]
        # A user who may start the job cannot set other variables.
        assert not item.get("ask_variables_on_launch")


def test_the_workflow(created: Controller) -> None:
    workflow = created.named("workflow_job_templates", "AI Gateways, apply and audit")
    assert created.surveys[f"workflow_job_templates/{workflow['id']}/survey_spec"] == SURVEYS["ai_gateway_apply"]
    assert workflow["survey_enabled"]
    nodes = {node["identifier"]: node for node in created.objects["workflow_job_template_nodes"].values()}
    assert {name: node["unified_job_template"] for name, node in nodes.items()} == {
        "apply": created.named("job_templates", APPLY)["id"],
        "audit": created.named("job_templates", AUDIT)["id"],
    }
    assert created.names_of("workflow_job_template_nodes", nodes["apply"], "success_nodes") == ["audit"]
    # AWX would refuse a limit, because the templates do not prompt for one.
    assert not any(node.get("limit") for node in nodes.values())


def test_teardown_removes_all_objects_but_the_organization(stages: dict[str, Stage]) -> None:
    removed = stages["removed"]
    assert removed.code == 0, removed.output
    assert names(removed.controller) == {
        "organizations": ["Cloudflare"],
        "credential_types": [GALAXY_TYPE],
        "credentials": ["Ansible Galaxy"],
    }
    assert all(write.startswith("DELETE ") for write in removed.writes)


def test_the_organization_is_removed_on_request_with_its_objects(stages: dict[str, Stage]) -> None:
    """Then its credential type is unused, and is removed, too. Objects that do not exist any more are no error."""
    again = stages["removed again"]
    assert (again.code, again.changed) == (0, 2), again.output
    assert again.writes == ["DELETE /organizations/N/", "DELETE /credential_types/N/"]
    assert names(again.controller) == {"credential_types": [GALAXY_TYPE], "credentials": ["Ansible Galaxy"]}


def test_removing_absent_objects_is_no_error(stages: dict[str, Stage]) -> None:
    once_more = stages["removed once more"]
    assert (once_more.code, once_more.changed, once_more.writes) == (0, 0, []), once_more.output


def test_a_name_that_would_be_taken_for_an_id_is_refused(stages: dict[str, Stage]) -> None:
    """The modules of awx.awx would find, and change, the object with that id."""
    stage = stages["a number for a name"]
    assert stage.code != 0
    assert "Choose other names in place of: 7" in stage.output
    assert stage.writes == []


def test_the_files_of_the_guide_are_those_of_the_project() -> None:
    shown = [block for block in blocks_of((ROOT / "docs/awx.md").read_text(encoding="utf-8")) if block.file]
    compared = {str(block.file): (AWX / "project" / str(block.file)) for block in shown}
    shipped = {name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in compared.items() if path.exists()}
    assert len(shipped) == 6
    assert shipped == {block.file: yaml.safe_load(block.text) for block in shown if block.file in shipped}


# Requests that the stand-in refuses, as AWX does.

REFUSED: dict[str, tuple[str, Any]] = {
    "credential_types": ("kind", {"name": "a", "kind": "token", "inputs": {}, "injectors": {}}),
    "credentials": ("no input", {"name": "a", "credential_type": "Cloudflare API Token", "inputs": {"unknown": "a"}}),
    "job_templates": ("Playbook not found", {"name": "a", "project": "Cloudflare", "playbook": "missing.yml"}),
    "workflow_job_template_nodes": ("prompt", {"identifier": "a", "limit": "a", "unified_job_template": APPLY}),
}
KIND_OF_FIELD = {"credential_type": "credential_types", "project": "projects", "unified_job_template": "job_templates"}


@pytest.mark.parametrize("kind", REFUSED)
def test_the_stand_in_refuses_what_awx_refuses(created: Controller, kind: str) -> None:
    message, body = REFUSED[kind]
    ids = {name: created.named(KIND_OF_FIELD[name], value)["id"] for name, value in body.items() if name in KIND_OF_FIELD}
    status, answer = created.answer("POST", f"/{kind}/", {}, {**body, **ids})
    assert status == 400
    assert message in str(answer)


def test_the_stand_in_keeps_a_credential_type_that_is_in_use(created: Controller) -> None:
    in_use = created.named("credential_types", "Cloudflare API Token")["id"]
    assert created.answer("DELETE", f"/credential_types/{in_use}/", {}, {})[0] == 403
