# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bugs that users reported in other tools that apply a document to an account, tested with ``ai_gateway_account``."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.robustness.properties.account import ACCOUNT, Account
from tests.robustness.properties.test_lost_answers import NEVER, Unreliable
from tests.robustness.properties.test_whole_accounts import MODULE, applied, graph, options, stored

Json = dict[str, Any]
HOUSE = {"slug": "house", "name": "House", "provider_base_url": "https://llm.example.com", "headers": {"x-key": "invented-header"}}
EVERYBODY = {"name": "everybody", "actor": "company:all", "action": {"type": "no_limit"}}
CHILDREN: Json = {
    "provider_configs": [{"provider_slug": "openai", "secret": "invented-key"}],
    "dynamic_routes": [{"name": "chat", "elements": graph("custom-house", 1000)}],
    "policies": [EVERYBODY],
    "custom_domains": [{"hostname": "one.example.com", "zone_id": "0" * 32}],
}
DOCUMENT: Json = {"custom_providers": [HOUSE], "gateways": [{"id": "one", "authentication": True, **CHILDREN}]}
ALL = ["custom_providers", "gateways", *CHILDREN]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip all pauses, because this server has no lag."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


@pytest.fixture
def account() -> Account:
    """Return an account to which the document is applied."""
    found = Account({}, [])
    applied(found, DOCUMENT)
    return found


def test_a_run_that_fails_halfway_reports_what_it_changed() -> None:
    """Kong/deck#1840: after an error the summary reports no changes, although there were some."""
    account = Account({}, [])
    refused = {"id": "two", "extra_settings": {"no_such_setting": 1}}
    result = account.run(MODULE, options({**DOCUMENT, "gateways": [*DOCUMENT["gateways"], refused]}))
    assert result["failed"]
    assert result["changed"]
    assert result["summary"] == {"created": 6, "updated": 0, "recreated": 0, "deleted": 0, "unchanged": 0, "failed": 1}
    assert len(result["diff"]) >= 6
    assert {"one"} == set(result["account"]["gateways"])
    assert [entry["id"] for entry in result["results"] if entry["error"]] == ["two"]


def test_an_object_that_fails_does_not_stop_the_others() -> None:
    """Kong/deck#860: the run ends at the first error, and leaves the rest of the configuration as it was."""
    account = Account({}, [])
    refused = {"id": "first", "authentication": True, "extra_settings": {"no_such_setting": 1}, **CHILDREN, "custom_domains": []}
    result = account.run(MODULE, options({**DOCUMENT, "gateways": [refused, *DOCUMENT["gateways"]]}))
    assert {entry["parent"] or entry["id"] for entry in result["results"] if entry["operation"] == "failed"} == {"first"}
    # Everything else was created, so a run without the refused gateway changes nothing.
    assert not applied(account, DOCUMENT)["changed"]


def test_children_of_a_new_parent_are_created_in_the_same_run() -> None:
    """Kong/deck#783: the first run creates the workspace and fails, because it reads the items of the workspace before it exists."""
    assert applied(Account({}, []), DOCUMENT)["summary"]["created"] == 6


@pytest.mark.parametrize("name", ["custom_providers", "provider_configs", "dynamic_routes", "policies", "custom_domains"])
def test_replacing_a_purged_object_by_one_of_another_name_is_no_conflict(account: Account, name: str) -> None:
    """Kong/deck#698: after a change of name, the create precedes the deletion, and the server refuses two objects with the same content."""
    other: Json = json.loads(json.dumps(DOCUMENT))
    declared = other if name == "custom_providers" else other["gateways"][0]
    key = {"custom_providers": "slug", "provider_configs": "alias", "custom_domains": "hostname"}.get(name, "name")
    declared[name][0][key] = "other.example.com" if key == "hostname" else "other"
    other["gateways"][0]["dynamic_routes"][0]["elements"] = graph(f"custom-{other['custom_providers'][0]['slug']}", 1000)
    result = applied(account, other, purge=[name])
    assert (result["summary"]["created"], result["summary"]["deleted"]) == (1, 1)
    assert not applied(account, other, purge=ALL)["changed"]


def test_only_the_requested_kinds_are_purged(account: Account) -> None:
    """adorsys/keycloak-config-cli#744: scopes that others manage are deleted, and no option prevents it."""
    document: Json = {"gateways": [{"id": "one", **{name: [] for name in CHILDREN}}]}
    before = stored(account)
    applied(account, document)
    assert stored(account) == before
    applied(account, document, purge=["dynamic_routes"])
    assert {kind for kind, items in stored(account).items() if len(items) < len(before[kind])} == {"dynamic_routes"}


def test_a_list_that_is_removed_from_the_document_purges_nothing(account: Account) -> None:
    """adorsys/keycloak-config-cli#1306: whether a client is deleted that is no longer in the file depends on a hidden state."""
    before = stored(account)
    assert not applied(account, {"gateways": [{"id": "one"}]}, purge=ALL)["changed"]
    assert stored(account) == before


@pytest.mark.parametrize("name", CHILDREN)
def test_duplicate_names_are_found_before_anything_is_sent(name: str) -> None:
    """hashicorp/terraform#7072: the plan does not find duplicate names, and the run fails halfway."""
    account = Account({}, [])
    document: Json = {"gateways": [{"id": "one", name: CHILDREN[name] * 2}, {"id": "two", "cache_ttl": 5}]}
    result = account.run(MODULE, options(document))
    assert f"gateways[0].{name}[0] and gateways[0].{name}[1] have the same " in result["msg"]
    assert "(one/" in result["msg"]
    assert account.requests == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_ambiguous_name_is_refused(account: Account, state: str) -> None:
    """Dynatrace/dynatrace-configuration-as-code#475: if several objects have the same name, an arbitrary one is deleted."""
    (place,) = account.state.store.places("dynamic_routes", ACCOUNT)
    routes = account.state.store.items(place)
    routes["copy"] = {**next(iter(routes.values())), "id": "copy"}
    document = {"gateways": [{"id": "one", "dynamic_routes": [{"name": "chat", "state": state}]}]}
    result = account.run(MODULE, options(document))
    assert "chat" in result["msg"]
    assert [entry["operation"] for entry in result["results"]] == ["unchanged", "failed"]
    assert account.writes == []


def test_no_secret_is_in_a_result_or_a_diff() -> None:
    """mkubaczyk/helmsman#106: a diff shows the changed passwords. This test includes a run that fails."""
    account = Unreliable({})
    first = account.run(MODULE, options(DOCUMENT))
    changed: Json = json.loads(json.dumps(DOCUMENT).replace("invented-", "invented-new-"))
    second = account.run(MODULE, options(changed, update_secrets="always"))
    assert second["summary"]["updated"] == 2
    account.lost = dict.fromkeys(range(9, 30), NEVER)
    third = account.run(MODULE, options(DOCUMENT, update_secrets="always"))
    assert third["failed"]
    assert "invented-" not in json.dumps([first, second, third]).replace("invented-token", "")


def test_messages_name_several_objects_in_english(account: Account) -> None:
    """The plural is not always the singular with an s."""
    document: Json = {"gateways": [{"id": "one", "policies": [], "custom_domains": []}]}
    message = account.run(MODULE, options(document, purge=["policies", "custom_domains"], purge_limit=1))["msg"]
    assert "1 undeclared policy (one/everybody) and 1 undeclared custom domain (one/one.example.com)" in message


def test_what_belongs_to_one_gateway_cannot_be_a_default() -> None:
    """The message does not propose the name that it refuses."""
    message = Account({}, []).run(MODULE, options({"gateways": [], "defaults": {"policies": [EVERYBODY]}}))["msg"]
    assert "defaults: policies cannot be a default: set it on each item" in message
