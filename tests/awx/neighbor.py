# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An AWX where another organization uses the names of bootstrap.yml. Its objects must never be changed or deleted."""

from __future__ import annotations

import copy
from typing import Any

from tests.awx.controller import GALAXY_TYPE, Controller
from tests.awx.support import CREDENTIAL_TYPES

NEIGHBOR = "Neighbor"
OURS = "Cloudflare"
TOKEN_TYPE = CREDENTIAL_TYPES["credential_type_api_token"]
KEY_TYPE = CREDENTIAL_TYPES["credential_type_api_key"]
OTHER_CONTENTS = {
    "description": "Of somebody else",
    "inputs": {"fields": [{"id": "pin", "label": "PIN", "type": "string"}]},
    "injectors": {},
}


def add(controller: Controller, place: str, **fields: Any) -> int:
    """Create an object as AWX does, and return its id."""
    status, answer = controller.answer("POST", f"/{place}/", {}, fields)
    assert status == 201, answer
    return int(answer["id"])


def shared(playbooks: tuple[str, ...]) -> Controller:
    """Return an AWX where a neighbor uses all names that need not be unique, and also the shipped credential types."""
    controller = Controller(playbooks)
    neighbor = add(controller, "organizations", name=NEIGHBOR)
    token, key, other = (
        add(controller, "credential_types", **document)
        for document in (TOKEN_TYPE, {**TOKEN_TYPE, **OTHER_CONTENTS, "kind": "net"}, {**TOKEN_TYPE, **OTHER_CONTENTS, "name": "Other"})
    )
    for credential_type in (token, key, other):
        for name in (OURS, "Cloudflare, shop", "Cloudflare, support"):
            add(controller, "credentials", name=name, credential_type=credential_type, organization=neighbor, inputs={})
    add(controller, "credentials", name=OURS, credential_type=other, inputs={})
    _add_galaxy(controller, "Ansible Galaxy", neighbor)
    project = add(controller, "projects", name=OURS, organization=neighbor)
    # Completes the update of the project.
    controller.answer("GET", "/project_updates/1/", {}, {})
    inventory = add(controller, "inventories", name=OURS, organization=neighbor)
    add(controller, "inventories", name="Cloudflare accounts", organization=neighbor)
    add(controller, "hosts", name="localhost", inventory=inventory, variables="")
    for purpose in ("apply", "check", "audit", "one account"):
        name = f"AI Gateways, {purpose}"
        add(controller, "job_templates", name=name, project=project, inventory=inventory, playbook="ai_gateway_apply.yml")
    for purpose in ("apply and audit", "all accounts"):
        add(controller, "workflow_job_templates", name=f"AI Gateways, {purpose}", organization=neighbor)
    return controller


def add_account(controller: Controller) -> None:
    """Add a credential of one account to our organization, as the guide does, with its type."""
    ours = controller.named("organizations", OURS)["id"]
    token = add(controller, "credential_types", **TOKEN_TYPE)
    add(controller, "credentials", name="Cloudflare, shop", credential_type=token, organization=ours, inputs={})


def with_other_key_type(controller: Controller) -> Controller:
    """Return the AWX with a credential type that has the name of a shipped one, but other contents, and no credentials."""
    changed = copy.deepcopy(controller)
    add(changed, "credential_types", **{**KEY_TYPE, **OTHER_CONTENTS})
    return changed


def with_other_kind(controller: Controller) -> Controller:
    """Return the AWX with a credential type that has the name of a shipped one, but another kind."""
    changed = copy.deepcopy(controller)
    add(changed, "credential_types", **{**TOKEN_TYPE, "kind": "net"})
    return changed


def with_second_galaxy(controller: Controller) -> Controller:
    """Return the AWX with a second Galaxy credential of the same name that belongs to no organization."""
    changed = copy.deepcopy(controller)
    _add_galaxy(changed, "Ansible Galaxy", None)
    return changed


def with_private_hub(controller: Controller) -> Controller:
    """Return the AWX with our organization installing collections from its own server only."""
    changed = copy.deepcopy(controller)
    ours = changed.named("organizations", OURS)["id"]
    changed.related[f"organizations/{ours}/galaxy_credentials"] = [_add_galaxy(changed, "Private hub", ours)]
    return changed


def with_foreign_environment(controller: Controller, organization: str | None) -> Controller:
    """Return the AWX with an execution environment of our name that belongs to another organization, or to none."""
    changed = copy.deepcopy(controller)
    for environment in list(changed.objects["execution_environments"].values()):
        changed.answer("DELETE", f"/execution_environments/{environment['id']}/", {}, {})
    owner = add(changed, "organizations", name=organization) if organization else None
    add(changed, "execution_environments", name=OURS, organization=owner, image="registry.example.com/neighbor/ee:1")
    return changed


def with_traps(controller: Controller) -> Controller:
    """Return the AWX with an object of the neighbor whose name is the id of one of ours, and with an edited credential type."""
    changed = copy.deepcopy(controller)
    owner = changed.named("organizations", NEIGHBOR)["id"]
    ours = changed.named("execution_environments", OURS)["id"]
    add(changed, "execution_environments", name=str(ours), organization=owner, image="registry.example.com/neighbor/ee:1")
    changed.named("credential_types", KEY_TYPE["name"])["description"] = "Edited"
    return changed


def of_others(controller: Controller) -> dict[str, list[Any]]:
    """Return the objects that are neither shipped nor in our organization, by kind."""
    shipped = [(document["name"], document["kind"]) for document in CREDENTIAL_TYPES.values()]
    ours = {item["id"] for item in controller.objects["organizations"].values() if item["name"] == OURS}
    for field in ("organization", "inventory", "workflow_job_template"):
        ours |= {number for items in controller.objects.values() for number, item in items.items() if item.get(field) in ours}
    return {
        kind: [item for number, item in items.items() if number not in ours and (item.get("name"), item.get("kind")) not in shipped]
        for kind, items in controller.objects.items()
    }


def _add_galaxy(controller: Controller, name: str, organization: int | None) -> int:
    """Create a Galaxy credential, whose type is built into AWX, and return its id."""
    galaxy = controller.named("credential_types", GALAXY_TYPE)["id"]
    return int(controller.create("credentials", {"name": name, "credential_type": galaxy, "organization": organization})["id"])
