# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Secrets Store, with each of its switches."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import STORE, Client, result

NEW: dict[str, Any] = {"name": "one_openai_default", "value": "invented-key", "scopes": ["ai_gateway"]}


@pytest.fixture
def stores(clients: Callable[[str], Client]) -> Client:
    return clients("secrets_store/stores")


@pytest.fixture
def secrets(clients: Callable[[str], Client], simulator: Simulator) -> Client:
    simulator.seed_item("stores", {"id": STORE})
    return clients(f"secrets_store/stores/{STORE}/secrets")


def make(secrets: Client, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = result(secrets.call("POST", json=[{**NEW, **fields}]))[0]
    return made


def refusal(response: requests.Response) -> tuple[int, int, str]:
    """Return status, code and message of a refusal in the complete envelope."""
    body = response.json()
    assert (body["success"], body["result"], body["messages"]) == (False, None, [])
    [error] = body["errors"]
    return response.status_code, error["code"], error["message"]


def test_lifecycle_of_a_store(stores: Client, simulator: Simulator) -> None:
    made = result(stores.call("POST", json={"name": "default_secrets_store"}))
    assert re.fullmatch("[0-9a-f]{32}", made["id"])
    assert set(made) == {"id", "name", "created", "modified"}
    assert result(stores.get(made["id"])) == made
    listed = stores.call("GET").json()
    assert (listed["result"], listed["errors"], listed["messages"]) == ([made], [], [])
    assert listed["result_info"]["total_count"] == 1
    assert refusal(stores.call("POST", json={"name": "second"})) == (400, 1003, "maximum_stores_exceeded")
    assert result(stores.delete(made["id"])) is None
    assert refusal(stores.get(made["id"])) == (404, 1001, "store_not_found")
    assert refusal(stores.delete(made["id"])) == (404, 1001, "store_not_found")
    assert simulator.items("stores") == []


@pytest.mark.parametrize("body", [[{"name": "x"}], {}, {"name": ""}, {"name": "x", "other": 1}, "x"])
def test_bad_bodies_of_a_store(stores: Client, body: Any) -> None:
    assert refusal(stores.call("POST", json=body)) == (400, 1001, "invalid_json_body")


def test_more_stores_may_be_allowed(stores: Client, simulator: Simulator) -> None:
    simulator.behave(store_limit=2)
    made = [result(stores.call("POST", json={"name": name})) for name in "ba"]
    assert result(stores.call("GET", params={"order": "name"})) == made[::-1]
    assert result(stores.call("GET", params={"direction": "desc"})) == made[::-1]
    assert refusal(stores.call("GET", params={"order": "x"}))[:2] == (400, 1001)


def test_a_store_with_secrets_is_only_deleted_by_force(stores: Client, secrets: Client, simulator: Simulator) -> None:
    make(secrets)
    assert refusal(stores.delete(STORE)) == (409, 1003, "store_not_empty")
    assert result(stores.call("DELETE", f"/{STORE}", params={"force": "true"})) is None
    assert (simulator.items("stores"), simulator.items("secrets")) == ([], [])


def test_lifecycle_of_a_secret(secrets: Client, simulator: Simulator) -> None:
    made = make(secrets)
    assert re.fullmatch("[0-9a-f]{32}", made["id"])
    shown = {**made, "status": "active"}
    assert made == {
        **{name: made[name] for name in ("id", "created", "modified")},
        **{"name": NEW["name"], "scopes": ["ai_gateway"], "store_id": STORE, "comment": None, "status": "pending"},
    }
    assert result(secrets.get(made["id"])) == shown
    assert result(secrets.call("GET")) == [shown]
    assert simulator.items("secrets")[0]["value"] == "invented-key"
    path = f"/{made['id']}"
    changed = result(secrets.call("PATCH", path, json={"scopes": ["workers", "ai_gateway"], "comment": "text"}))
    assert changed == {**shown, "scopes": ["workers", "ai_gateway"], "comment": "text", "modified": changed["modified"]}
    assert changed["modified"] > made["modified"]
    assert simulator.items("secrets")[0]["value"] == "invented-key"
    result(secrets.call("PATCH", path, json={"value": "invented-other"}))
    assert simulator.items("secrets")[0]["value"] == "invented-other"
    assert result(secrets.delete(made["id"])) is None
    missing = (404, 1001, "secret_not_found")
    assert [refusal(answer) for answer in (secrets.get(made["id"]), secrets.delete(made["id"]))] == [missing] * 2
    assert refusal(secrets.call("PATCH", path, json={})) == missing


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (NEW, 1001, "invalid_json_body"),
        ([], 1001, "invalid_json_body"),
        ([{**NEW, "name": 1}], 1001, "invalid_json_body"),
        ([{**NEW, "more": 1}], 1001, "invalid_json_body"),
        ([{**NEW, "name": ""}], 1001, "secret_name_empty"),
        ([{"value": "invented", "scopes": ["workers"]}], 1001, "secret_name_empty"),
        ([{**NEW, "name": "a b"}], 1001, "secret_name_invalid"),
        ([{**NEW, "scopes": []}], 1001, "secret_scopes_empty"),
        ([{**NEW, "scopes": ["pages"]}], 1001, "secret_scope_invalid"),
        ([{**NEW, "value": ""}], 1001, "secret_value_empty"),
        ([{**NEW, "value": "é" * 32769}], 1001, "secret_value_too_long"),
        ([NEW, NEW], 1003, "secret_name_already_exists"),
        ([{**NEW, "name": "taken"}], 1003, "secret_name_already_exists"),
        ([{**NEW, "name": "free"}, {**NEW, "name": "taken"}], 1003, "secret_name_already_exists"),
    ],
)
def test_bad_bodies_of_a_secret(secrets: Client, simulator: Simulator, body: Any, code: int, message: str) -> None:
    taken = simulator.seed_item("secrets", {"name": "taken", "store_id": STORE})
    assert refusal(secrets.call("POST", json=body)) == (400, code, message)
    assert simulator.items("secrets") == [taken]


def test_no_json_and_bad_changes(secrets: Client) -> None:
    path = f"/{make(secrets)['id']}"
    assert refusal(secrets.call("POST", data=b"[")) == (400, 1001, "invalid_json_body")
    assert refusal(secrets.call("PATCH", path, json={"name": "other"})) == (400, 1001, "invalid_json_body")
    assert refusal(secrets.call("PATCH", path, json={"scopes": []})) == (400, 1001, "secret_scopes_empty")
    assert refusal(secrets.call("PATCH", path, json={"value": ""})) == (400, 1001, "secret_value_empty")


def test_statuses_can_be_set(stores: Client, secrets: Client, simulator: Simulator) -> None:
    simulator.behave(store_missing_status=400, store_invalid_status=422, store_conflict_status=409)
    assert refusal(stores.get("x"))[0] == refusal(secrets.get("x"))[0] == 400
    assert refusal(secrets.call("POST", json={}))[0] == 422
    make(secrets)
    assert refusal(secrets.call("POST", json=[NEW]))[0] == 409


def test_secrets_of_an_unknown_store(clients: Callable[[str], Client]) -> None:
    secrets = clients("secrets_store/stores/unknown/secrets")
    answers = [secrets.call("GET"), secrets.call("POST", json=[NEW]), secrets.get("x")]
    assert [refusal(answer) for answer in answers] == [(404, 1001, "store_not_found")] * 3


def test_unknown_routes_have_a_separate_code(clients: Callable[[str], Client]) -> None:
    assert refusal(clients("secrets_store/stores/").call("GET")) == (404, 1000, "not found")


def test_many_secrets_at_once(secrets: Client, simulator: Simulator) -> None:
    made = result(secrets.call("POST", json=[{**NEW, "name": name} for name in "cab"]))
    assert [secret["name"] for secret in made] == ["c", "a", "b"]
    simulator.behave(reorder=True)
    reordered = result(secrets.call("POST", json=[{**NEW, "name": name} for name in "xy"]))
    assert [secret["name"] for secret in reordered] == ["y", "x"]
    assert len(result(secrets.call("DELETE"))) == 5
    assert result(secrets.call("GET")) == []


def test_a_copy_has_the_same_value_and_another_name(secrets: Client, simulator: Simulator) -> None:
    made = make(secrets)
    path = f"/{made['id']}/duplicate"
    copy = result(secrets.call("POST", path, json={"name": "two_openai_default", "scopes": ["ai_gateway"], "comment": "copy"}))
    assert (copy["name"], copy["comment"], copy["status"]) == ("two_openai_default", "copy", "pending")
    assert copy["id"] != made["id"]
    assert [secret["value"] for secret in simulator.items("secrets")] == ["invented-key"] * 2
    again = {"name": "two_openai_default", "scopes": ["ai_gateway"]}
    assert refusal(secrets.call("POST", path, json=again)) == (400, 1003, "secret_name_already_exists")
    assert refusal(secrets.call("POST", path, json={"name": "x"})) == (400, 1001, "secret_scopes_empty")
    assert refusal(secrets.call("POST", "/unknown/duplicate", json=again)) == (404, 1001, "secret_not_found")


def test_quota_of_secrets(secrets: Client, clients: Callable[[str], Client], simulator: Simulator) -> None:
    simulator.behave(secret_limit=1)
    quota = clients("secrets_store/quota")
    assert result(quota.call("GET")) == {"secrets": {"quota": 1, "usage": 0}}
    made = make(secrets)
    assert result(quota.call("GET")) == {"secrets": {"quota": 1, "usage": 1}}
    more = {"name": "more", "scopes": ["workers"]}
    assert refusal(secrets.call("POST", json=[{**NEW, **more}])) == (400, 1003, "maximum_secrets_exceeded")
    assert refusal(secrets.call("POST", f"/{made['id']}/duplicate", json=more)) == (400, 1003, "maximum_secrets_exceeded")


def test_the_maximum_length_of_a_value_can_be_set(secrets: Client, simulator: Simulator) -> None:
    make(secrets, name="long", value="x" * 65536)
    simulator.behave(secret_value_max=1024)
    make(secrets, name="short", value="x" * 1024)
    assert refusal(secrets.call("POST", json=[{**NEW, "value": "x" * 1025}])) == (400, 1001, "secret_value_too_long")


def test_a_new_secret_is_pending_for_some_reads(secrets: Client, simulator: Simulator) -> None:
    simulator.behave(secret_pending={"polls": 2})
    made = make(secrets)
    reads = [result(secrets.get(made["id"])), *result(secrets.call("GET")), result(secrets.get(made["id"]))]
    assert [read["status"] for read in reads] == ["pending", "pending", "active"]
    simulator.seed_item("secrets", {"id": "old", "store_id": STORE})
    assert result(secrets.get("old"))["status"] == "active"


def test_a_new_secret_is_pending_for_some_time(secrets: Client, simulator: Simulator) -> None:
    simulator.behave(secret_pending={"seconds": 0.4})
    made = make(secrets)
    assert result(secrets.get(made["id"]))["status"] == "pending"
    time.sleep(0.45)
    assert result(secrets.get(made["id"]))["status"] == "active"


def test_a_new_secret_may_not_be_found(secrets: Client, simulator: Simulator) -> None:
    simulator.behave(secret_lag={"polls": 2})
    made = make(secrets)
    assert refusal(secrets.get(made["id"])) == (404, 1001, "secret_not_found")
    assert result(secrets.call("GET")) == []
    assert result(secrets.get(made["id"]))["id"] == made["id"]
    assert len(result(secrets.call("GET"))) == 1
    make(secrets, name="other")
    assert refusal(secrets.call("POST", json=[{**NEW, "name": "other"}])) == (400, 1003, "secret_name_already_exists")


@pytest.mark.parametrize(("value", "shown"), [("null", {"comment": None}), ("absent", {}), ("empty", {"comment": ""})])
def test_a_missing_comment(secrets: Client, simulator: Simulator, value: str, shown: dict[str, Any]) -> None:
    simulator.behave(secret_comment=value)
    assert {name: item for name, item in make(secrets).items() if name == "comment"} == shown
    assert make(secrets, name="other", comment="text")["comment"] == "text"


def test_scopes_may_be_absent_or_in_another_order(secrets: Client, simulator: Simulator) -> None:
    made = make(secrets, scopes=["workers", "ai_gateway"])
    simulator.behave(reorder=True)
    assert result(secrets.get(made["id"]))["scopes"] == ["ai_gateway", "workers"]
    simulator.behave(secret_scopes_shown=False)
    assert "scopes" not in result(secrets.get(made["id"]))


def test_lists_of_secrets(secrets: Client, simulator: Simulator) -> None:
    make(secrets, name="b", scopes=["workers"], comment="about x")
    make(secrets, name="a", scopes=["workers", "ai_gateway"])
    make(secrets, name="x1")

    def listed(**query: Any) -> str:
        return " ".join(item["name"] for item in result(secrets.call("GET", params=query)))

    assert (listed(), listed(search="x"), listed(per_page=2, page=2)) == ("b a x1", "b x1", "x1")
    assert (listed(order="name"), listed(order="name", direction="desc")) == ("a b x1", "x1 b a")
    assert (listed(scopes=["workers"]), listed(scopes=["access", "ai_gateway"]), listed(scopes="workers,access")) == ("b a", "a x1", "b a")
    simulator.behave(secret_scope_filter=False)
    assert listed(scopes=["access"]) == "b a x1"
    assert refusal(secrets.call("GET", params={"order": "value"}))[:2] == (400, 1001)
    assert refusal(secrets.call("GET", params={"per_page": 0}))[:2] == (400, 1001)


def test_a_deleted_secret_may_still_be_shown(secrets: Client, simulator: Simulator) -> None:
    simulator.behave(secret_deleted_shown=True, secret_delete_answers=True)
    made = make(secrets)
    assert result(secrets.delete(made["id"]))["id"] == made["id"]
    assert [item["status"] for item in (result(secrets.get(made["id"])), *result(secrets.call("GET")))] == ["deleted", "deleted"]
    assert refusal(secrets.delete(made["id"])) == (404, 1001, "secret_not_found")
    assert make(secrets)["id"] != made["id"]


@pytest.mark.parametrize(
    ("granted", "statuses"),
    [
        (["Secrets Store Write"], (200, 200)),
        (["Secrets Store Read"], (200, 403)),
        (["AI Gateway Write"], (403, 403)),
    ],
)
def test_permissions_for_the_secrets_store(secrets: Client, simulator: Simulator, granted: list[str], statuses: tuple[int, int]) -> None:
    simulator.behave(permissions={simulator.api_token: granted})
    answers = secrets.call("GET"), secrets.call("POST", json=[NEW])
    assert tuple(answer.status_code for answer in answers) == statuses
    assert {refusal(answer)[1] for answer in answers if answer.status_code != 200} <= {10000}
