# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource with versions, and scripted flows of requests for its items."""

from __future__ import annotations

import json

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import (
    VersionedClient,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import PATCH, Field, Resource, Versions


def convert_answer(answer):
    version = answer.get("version", answer)
    return {"id": answer.get("id"), "name": answer.get("name"), "steps": version.get("data"), **only(version, "version_id", "is_valid")}


def only(values, *names):
    return {name: values[name] for name in names if name in values}


FLOW = Resource(
    name="Flow",
    path=("flows",),
    id=Field("name", "str"),
    settings=(Field("steps", "list", required_to_create=True, is_listed=False), Field("version_id", "str", is_option=False)),
    read_only={"id": None, "created_at": None},
    is_found_by_key=True,
    is_searchable=False,
    list_at=("data", "flows"),
    update_verb=PATCH,
    versions=Versions("steps", "version_id", ("is_valid",)),
    is_renamed=True,
    convert_answer=convert_answer,
    absent_codes={7005: "not found"},
    exists_codes={7005: "already exists"},
)
PAGE = {"page": "1", "per_page": "100"}
ONE = "/flows/f-1"
DAY = "2026-01-0{}T00:00:00Z"


def version(number, steps, **more):
    return {"version_id": f"v-{number}", "data": steps, "created_at": DAY.format(number), **more}


def stored(steps=(1,), number=1, name="a"):
    return {"id": "f-1", "name": name, "version": {"version_id": f"v-{number}", "data": list(steps)}}


class Flows:
    """Expected requests for flows."""

    def __init__(self, api):
        self.api = api

    def expect_listing(self, *names):
        flows = [{"id": f"f-{number}", "name": name, "steps": "not as deployed"} for number, name in enumerate(names, 1)]
        self.api.expect("GET", "/flows", query=PAGE, raw=encode({"data": {"flows": flows}}))

    def expect_read(self, *args, **keywords):
        self.api.expect("GET", ONE, answer=stored(*args, **keywords))

    def expect_versions(self, *versions):
        self.api.expect("GET", ONE + "/versions", query=PAGE, raw=encode({"data": {"versions": list(versions)}}))

    def expect_new_version(self, steps, **answer):
        self.api.expect("POST", ONE + "/versions", body={"steps": steps}, **(answer or {"answer": {"version_id": "v-2", "is_valid": True}}))

    def expect_deployment(self, number, **answer):
        self.api.expect("POST", ONE + "/deployments", body={"version_id": f"v-{number}"}, **(answer or {"answer": {"id": "f-1"}}))


def encode(content):
    return json.dumps({"success": True, **content})


@pytest.fixture
def flows(api):
    return Flows(api)


@pytest.fixture
def apply(api):
    def run(steps=(2,), check_mode=False, max_retries=4, **more):
        client = Client(Connection(api.account_id, Credentials.of_token("invented"), base_url=api.base_url, max_retries=max_retries))
        settings = {} if steps is None else {"steps": list(steps)}
        if more.get("rename_from"):
            settings["name"] = "a"
        settings.update(more.pop("settings", {}))
        declaration = Declaration("a", True, settings, keys=("a",), **more)
        return reconcile(FLOW, declaration, VersionedClient(client, FLOW), check_mode)

    return run
