# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setup and teardown of AWX where another organization uses the same names. See neighbor.py and life.py."""

from __future__ import annotations

import pytest

from tests.awx.controller import GALAXY_TYPE, Controller
from tests.awx.life import SECRET, Stage
from tests.awx.neighbor import KEY_TYPE, OURS, TOKEN_TYPE, of_others

APPLY, AUDIT = "AI Gateways, apply", "AI Gateways, audit"
REFUSALS = {
    "other type": '"Cloudflare Global API Key". It differs from the shipped one in: description, inputs, injectors. Rename it, or replace',
    "other kind": '"Cloudflare API Token". It differs from the shipped one in: kind. Rename it.',
    "two Galaxy credentials": 'There are 2 Galaxy credentials named "Ansible Galaxy" to choose from',
    "foreign environment": 'The execution environment "Cloudflare" belongs to the organization "Third".',
    "global environment": 'The execution environment "Cloudflare" belongs to no organization, but to all of AWX.',
}
RUNS = ("by key", "by token", "by token again", "accounts", "removed", "removed beside a foreign environment")


def ours(controller: Controller, kind: str) -> dict[str, int]:
    """Return the ids of our organization's objects of a kind, by name."""
    organization = controller.named("organizations", OURS)["id"]
    return {item["name"]: number for number, item in controller.objects[kind].items() if item["organization"] == organization}


def type_id(controller: Controller, document: dict[str, str]) -> int:
    """Return the id of the credential type that equals the shipped one."""
    (found,) = [number for number, item in controller.objects["credential_types"].items() if document.items() <= item.items()]
    return found


def credential_id(controller: Controller, document: dict[str, str]) -> int:
    """Return the id of our credential of a shipped type."""
    organization, of_type = controller.named("organizations", OURS)["id"], type_id(controller, document)
    found = controller.objects["credentials"].items()
    (number,) = [number for number, item in found if (item["organization"], item["credential_type"]) == (organization, of_type)]
    return number


@pytest.mark.parametrize("stage", REFUSALS)
def test_a_name_in_use_is_refused_before_any_change(shared_stages: dict[str, Stage], stage: str) -> None:
    assert shared_stages[stage].code != 0
    assert REFUSALS[stage] in shared_stages[stage].output
    assert shared_stages[stage].writes == []


@pytest.mark.parametrize("stage", RUNS)
def test_objects_of_others_are_never_changed_or_deleted(shared_stages: dict[str, Stage], stage: str) -> None:
    assert shared_stages[stage].code == 0, shared_stages[stage].output
    assert of_others(shared_stages[stage].controller) == of_others(shared_stages[stage].before)


@pytest.mark.parametrize(("stage", "document"), [("by key", KEY_TYPE), ("by token", TOKEN_TYPE)])
def test_our_objects_only_refer_to_our_objects(shared_stages: dict[str, Stage], stage: str, document: dict[str, str]) -> None:
    controller = shared_stages[stage].controller
    templates = ours(controller, "job_templates")
    assert len(templates) == 4
    for number in templates.values():
        template = controller.objects["job_templates"][number]
        assert template["inventory"] == ours(controller, "inventories")[OURS]
        assert template["project"] == ours(controller, "projects")[OURS]
        assert template["execution_environment"] == ours(controller, "execution_environments")[OURS]
        assert controller.related[f"job_templates/{number}/credentials"] == [credential_id(controller, document)]
    workflow = ours(controller, "workflow_job_templates")["AI Gateways, apply and audit"]
    nodes = [item for item in controller.objects["workflow_job_template_nodes"].values() if item["workflow_job_template"] == workflow]
    assert [node["unified_job_template"] for node in nodes] == [templates[APPLY], templates[AUDIT]]
    hosts = [item["name"] for item in controller.objects["hosts"].values() if item["inventory"] == ours(controller, "inventories")[OURS]]
    assert hosts == ["localhost"]


def test_key_and_token_are_two_credentials_of_the_same_name(shared_stages: dict[str, Stage]) -> None:
    controller = shared_stages["by token"].controller
    credentials = controller.objects["credentials"]
    assert credentials[credential_id(controller, KEY_TYPE)]["inputs"] == {"api_email": "user@example.com", "api_key": SECRET}
    assert credentials[credential_id(controller, TOKEN_TYPE)]["inputs"] == {"api_token": SECRET, "account_id": "example-account"}


def test_a_second_run_changes_nothing(shared_stages: dict[str, Stage]) -> None:
    """It only updates the project."""
    again = shared_stages["by token again"]
    assert (again.code, again.changed) == (0, 0), again.output
    assert again.writes == ["POST /projects/N/update/"]


def test_a_credential_type_is_replaced_on_request(shared_stages: dict[str, Stage]) -> None:
    assert "PATCH /credential_types/N/" in shared_stages["by key"].writes
    assert type_id(shared_stages["by key"].controller, KEY_TYPE)


def test_a_new_organization_gets_the_global_galaxy_credential(shared_stages: dict[str, Stage]) -> None:
    controller = shared_stages["by key"].controller
    (used,) = controller.related[f"organizations/{controller.named('organizations', OURS)['id']}/galaxy_credentials"]
    assert controller.objects["credentials"][used]["organization"] is None


def test_an_organization_keeps_its_own_galaxy_credential(shared_stages: dict[str, Stage]) -> None:
    """With another one, AWX could install collections from a server that the organization avoids."""
    controller = shared_stages["by token"].controller
    assert controller.names_of("organizations", controller.named("organizations", OURS), "galaxy_credentials") == ["Private hub"]


def test_the_accounts_of_the_guide(shared_stages: dict[str, Stage]) -> None:
    """There is a job for each account, each with its own credential, and all objects are in our organization."""
    controller = shared_stages["accounts"].controller
    credentials = ours(controller, "credentials")
    nodes = [node for node in controller.objects["workflow_job_template_nodes"].values() if node.get("limit")]
    used = {node["limit"]: controller.related[f"workflow_job_template_nodes/{node['id']}/credentials"] for node in nodes}
    assert used == {host: [credentials[f"Cloudflare, {host}"]] for host in ("shop", "support")}
    template = ours(controller, "job_templates")["AI Gateways, one account"]
    assert {node["unified_job_template"] for node in nodes} == {template}
    assert controller.objects["job_templates"][template]["inventory"] == ours(controller, "inventories")["Cloudflare accounts"]


@pytest.mark.parametrize("stage", ["removed", "removed beside a foreign environment"])
def test_all_our_objects_are_removed(shared_stages: dict[str, Stage], stage: str) -> None:
    controller = shared_stages[stage].controller
    kinds = ("workflow_job_templates", "job_templates", "inventories", "projects", "execution_environments", "credentials")
    left = {kind: list(ours(controller, kind)) for kind in kinds if ours(controller, kind)}
    assert left == {"credentials": ["Private hub"]}


def test_a_foreign_execution_environment_of_our_name_is_kept(shared_stages: dict[str, Stage]) -> None:
    controller = shared_stages["removed beside a foreign environment"].controller
    third = controller.named("organizations", "Third")["id"]
    assert controller.named("execution_environments", OURS)["organization"] == third


def test_used_or_edited_credential_types_are_kept_and_reported(shared_stages: dict[str, Stage]) -> None:
    """The neighbor has a credential of one type, and the other was edited."""
    stage = shared_stages["removed"]
    names = stage.controller.names("credential_types")
    assert sorted(names) == sorted([GALAXY_TYPE, "Other", TOKEN_TYPE["name"], TOKEN_TYPE["name"], KEY_TYPE["name"]])
    for document in (TOKEN_TYPE, KEY_TYPE):
        assert f"it is not the shipped one: the credential type {document['name']}" in stage.output


def test_an_unused_credential_type_is_removed(shared_stages: dict[str, Stage]) -> None:
    names = shared_stages["removed beside a foreign environment"].controller.names("credential_types")
    assert KEY_TYPE["name"] not in names
