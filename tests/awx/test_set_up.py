# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting AWX up, and taking that back; see life.py for how."""

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
def made(life: dict[str, Stage]) -> Controller:
    """What is there after the first run."""
    assert life["made"].code == 0, life["made"].output
    return life["made"].controller


def names(controller: Controller) -> dict[str, list[str]]:
    """What there is, by kind; the nodes of a workflow have no names."""
    kinds = (kind for kind, items in controller.objects.items() if items and kind != "workflow_job_template_nodes")
    return {kind: controller.names(kind) for kind in kinds}


def credentials_of(controller: Controller, credential_type: str) -> list[Any]:
    """The inputs of all credentials of a type."""
    type_id = controller.named("credential_types", credential_type)["id"]
    return [item["inputs"] for item in controller.objects["credentials"].values() if item["credential_type"] == type_id]


def test_the_modules_are_real() -> None:
    manifest = json.loads((FETCHED / "ansible_collections/awx/awx/MANIFEST.json").read_text(encoding="utf-8"))
    assert manifest["collection_info"]["version"] == "24.6.1"


@pytest.mark.parametrize("stage", ["nothing given", "key missing"])
def test_what_cannot_be_guessed_is_asked_for_before_anything_is_written(life: dict[str, Stage], stage: str) -> None:
    assert life[stage].code != 0
    assert "Give bootstrap_image and bootstrap_project_url" in life[stage].output
    assert life[stage].writes == []


def test_everything_is_made(made: Controller) -> None:
    assert names(made) == {
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


def test_the_organization_can_install_collections(made: Controller) -> None:
    """Without it, AWX would install none, and call the update of the project a success."""
    assert made.names_of("organizations", made.named("organizations", "Cloudflare"), "galaxy_credentials") == ["Ansible Galaxy"]


def test_the_credential_types_are_the_files(made: Controller) -> None:
    for document in CREDENTIAL_TYPES.values():
        assert document.items() <= made.named("credential_types", document["name"]).items()


def test_the_credential_holds_what_the_environment_has(made: Controller) -> None:
    assert credentials_of(made, "Cloudflare API Token") == [{"api_token": SECRET, "account_id": "example-account"}]
    assert credentials_of(made, "Cloudflare Global API Key") == []


def test_no_run_shows_a_secret(life: dict[str, Stage], shared_life: dict[str, Stage]) -> None:
    assert not [name for name, stage in (*life.items(), *shared_life.items()) if SECRET in stage.output]


def test_the_host_is_the_execution_environment_with_its_own_python(made: Controller) -> None:
    assert json.loads(made.named("hosts", "localhost")["variables"]) == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }


def test_the_job_templates(made: Controller) -> None:
    templates = {name: made.named("job_templates", name) for name in made.names("job_templates")}
    assert {name: (item["playbook"], item["job_type"]) for name, item in templates.items()} == {
        APPLY: ("ai_gateway_apply.yml", "run"),
        CHECK: ("ai_gateway_apply.yml", "check"),
        AUDIT: ("ai_gateway_audit.yml", "run"),
        EXPORT: ("ai_gateway_export.yml", "run"),
    }
    for item in templates.values():
        assert made.names_of("job_templates", item, "credentials") == ["Cloudflare"]
        assert made.surveys[f"job_templates/{item['id']}/survey_spec"] == SURVEYS[Path(item["playbook"]).stem]
        assert item["survey_enabled"]
        # Variables that nobody asks for are not taken from whoever may start the job.
        assert not item.get("ask_variables_on_launch")


def test_the_workflow(made: Controller) -> None:
    workflow = made.named("workflow_job_templates", "AI Gateways, apply and audit")
    assert made.surveys[f"workflow_job_templates/{workflow['id']}/survey_spec"] == SURVEYS["ai_gateway_apply"]
    assert workflow["survey_enabled"]
    nodes = {node["identifier"]: node for node in made.objects["workflow_job_template_nodes"].values()}
    assert {name: node["unified_job_template"] for name, node in nodes.items()} == {
        "apply": made.named("job_templates", APPLY)["id"],
        "audit": made.named("job_templates", AUDIT)["id"],
    }
    assert made.names_of("workflow_job_template_nodes", nodes["apply"], "success_nodes") == ["audit"]
    # A limit would be refused, as the templates do not ask for one.
    assert not any(node.get("limit") for node in nodes.values())


def test_it_is_all_taken_back_but_the_organization_which_may_hold_more(life: dict[str, Stage]) -> None:
    removed = life["removed"]
    assert removed.code == 0, removed.output
    assert names(removed.controller) == {
        "organizations": ["Cloudflare"],
        "credential_types": [GALAXY_TYPE],
        "credentials": ["Ansible Galaxy"],
    }
    assert all(write.startswith("DELETE ") for write in removed.writes)


def test_the_organization_goes_if_that_is_wanted_with_what_it_still_holds(life: dict[str, Stage]) -> None:
    """Then nothing uses the credential type of what it held, so that goes, too. What was removed before is no error."""
    again = life["removed again"]
    assert (again.code, again.changed) == (0, 2), again.output
    assert again.writes == ["DELETE /organizations/N/", "DELETE /credential_types/N/"]
    assert names(again.controller) == {"credential_types": [GALAXY_TYPE], "credentials": ["Ansible Galaxy"]}


def test_to_remove_what_nobody_has_is_no_error(life: dict[str, Stage]) -> None:
    once_more = life["removed once more"]
    assert (once_more.code, once_more.changed, once_more.writes) == (0, 0, []), once_more.output


def test_a_name_that_would_be_taken_for_an_id_is_refused(life: dict[str, Stage]) -> None:
    """The modules of awx.awx would look for, and change, whichever object has that id."""
    stage = life["a number for a name"]
    assert stage.code != 0
    assert "Choose other names in place of: 7" in stage.output
    assert stage.writes == []


def test_the_files_of_the_guide_are_those_of_the_project() -> None:
    shown = [block for block in blocks_of((ROOT / "docs/awx.md").read_text(encoding="utf-8")) if block.file]
    compared = {str(block.file): (AWX / "project" / str(block.file)) for block in shown}
    shipped = {name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in compared.items() if path.exists()}
    assert len(shipped) == 6
    assert shipped == {block.file: yaml.safe_load(block.text) for block in shown if block.file in shipped}


# What the stand-in refuses, as AWX does; the playbooks would notice.

REFUSED: dict[str, tuple[str, Any]] = {
    "credential_types": ("kind", {"name": "a", "kind": "token", "inputs": {}, "injectors": {}}),
    "credentials": ("no input", {"name": "a", "credential_type": "Cloudflare API Token", "inputs": {"unknown": "a"}}),
    "job_templates": ("Playbook not found", {"name": "a", "project": "Cloudflare", "playbook": "missing.yml"}),
    "workflow_job_template_nodes": ("prompt", {"identifier": "a", "limit": "a", "unified_job_template": APPLY}),
}
WHERE = {"credential_type": "credential_types", "project": "projects", "unified_job_template": "job_templates"}


@pytest.mark.parametrize("kind", REFUSED)
def test_the_stand_in_refuses_what_awx_refuses(made: Controller, kind: str) -> None:
    told, body = REFUSED[kind]
    ids = {name: made.named(WHERE[name], value)["id"] for name, value in body.items() if name in WHERE}
    status, answer = made.answer("POST", f"/{kind}/", {}, {**body, **ids})
    assert status == 400
    assert told in str(answer)


def test_the_stand_in_keeps_a_credential_type_that_is_in_use(made: Controller) -> None:
    in_use = made.named("credential_types", "Cloudflare API Token")["id"]
    assert made.answer("DELETE", f"/credential_types/{in_use}/", {}, {})[0] == 403
