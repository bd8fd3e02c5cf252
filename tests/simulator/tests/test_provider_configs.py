# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Provider configurations, with each of their switches, and the key that client requests use."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import STORE, Client, codes, result

DOTS = "\u2022" * 8
BODY: dict[str, Any] = {"provider_slug": "openai", "alias": "default", "default_config": True}
INLINE = {**BODY, "secret": "invented-key"}
NAME = "one_openai_default"


@pytest.fixture
def secrets(clients: Callable[[str], Client]) -> Client:
    return clients(f"secrets_store/stores/{STORE}/secrets")


def make(configs: Client, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = result(configs.call("POST", json={**INLINE, **fields}))
    return made


def secret_of(simulator: Simulator, **fields: Any) -> str:
    """Seed a secret that can be used and return its id."""
    return str(simulator.seed_item("secrets", {"name": NAME, "store_id": STORE, "value": "invented-key", **fields})["id"])


def refusal(response: Any) -> str:
    """Return the message of a refusal with a single 7001 error."""
    assert codes(response) == (400, [7001]), response.text
    return str(response.json()["errors"][0]["message"])


def test_lifecycle_of_a_config_with_a_key(configs: Client, simulator: Simulator) -> None:
    made = make(configs)
    [secret] = simulator.items("secrets")
    assert made == {
        **{name: made[name] for name in ("id", "modified_at")},
        **{**BODY, "gateway_id": "one", "secret_id": secret["id"], "secret_preview": DOTS, "rate_limit_period": 60},
    }
    assert (secret["name"], secret["value"], secret["scopes"], secret["store_id"]) == (NAME, "invented-key", ["ai_gateway"], STORE)
    assert simulator.traffic_key("one", "openai")["key"] == "invented-key"
    assert result(configs.call("GET")) == [made] == [result(configs.get(made["id"]))]
    path = f"/{made['id']}"
    rotated = result(configs.call("PUT", path, json={"secret": "invented-other"}))
    assert {**rotated, "modified_at": made["modified_at"]} == made
    assert rotated["modified_at"] > made["modified_at"]
    assert simulator.traffic_key("one", "openai")["key"] == "invented-other"
    assert "invented" not in configs.call("GET").text
    assert result(configs.delete(made["id"])) == rotated
    assert (simulator.items("provider_configs"), simulator.items("secrets")) == ([], [])
    assert codes(configs.delete(made["id"])) == (404, [7002])
    assert codes(configs.call("PUT", path, json={"secret": "invented"})) == (404, [7002])


def test_a_config_with_a_secret_of_the_store(configs: Client, simulator: Simulator) -> None:
    secret = secret_of(simulator)
    made = result(configs.call("POST", json={**BODY, "secret_id": secret, "rate_limit": 5}))
    assert (made["secret_id"], made["rate_limit"]) == (secret, 5)
    assert simulator.traffic_key("one", "openai") == {"key": "invented-key", "reason": None}


@pytest.mark.parametrize(
    "fields",
    [
        {"provider_slug": ""},
        {"alias": 1},
        {"default_config": 1},
        {"secret": ""},
        {"rate_limit": "1"},
        {"rate_limit_period": -1},
        {"unknown": 1},
    ],
)
def test_bad_fields_of_a_config(configs: Client, simulator: Simulator, fields: dict[str, Any]) -> None:
    refused = configs.call("POST", json={**INLINE, **fields})
    assert codes(refused) == (400, [7001])
    assert refused.json()["errors"][0]["path"] == ["body", *fields]
    assert (simulator.items("provider_configs"), simulator.items("secrets")) == ([], [])


def test_only_the_key_can_change(configs: Client) -> None:
    made = make(configs)
    path = f"/{made['id']}"
    assert refusal(configs.call("PUT", path, json={"secret": "invented", "alias": "other"})) == "Unrecognized key: alias"
    assert refusal(configs.call("PUT", path, json={})) == "Required"
    assert codes(configs.call("PATCH", path, json={})) == (404, [7003, 7000])


def test_one_config_for_each_provider_and_alias(configs: Client) -> None:
    make(configs)
    assert "already exists" in refusal(configs.call("POST", json={**INLINE, "default_config": False}))
    make(configs, alias="second")
    make(configs, provider_slug="custom-example")


def test_code_7001_has_three_meanings(configs: Client, simulator: Simulator) -> None:
    assert "was not found" in refusal(configs.call("POST", json={**BODY, "secret_id": "unknown"}))
    assert "Expected exactly one" in refusal(configs.call("POST", json=BODY))
    secret_of(simulator)
    assert f"named {NAME} already exists" in refusal(configs.call("POST", json=INLINE))
    assert simulator.items("provider_configs") == []


def test_a_gateway_needs_a_store(configs: Client, simulator: Simulator) -> None:
    simulator.seed({"id": "one", "authentication": True})
    assert "has no Secrets Store" in refusal(configs.call("POST", json=INLINE))
    simulator.seed({"id": "one", "authentication": True, "store_id": "gone"})
    assert "Store was not found" in refusal(configs.call("POST", json=INLINE))


def test_a_gateway_may_need_authentication(configs: Client, simulator: Simulator) -> None:
    simulator.seed({"id": "one", "store_id": STORE})
    simulator.behave(config_authentication="refuse")
    assert "needs authentication" in refusal(configs.call("POST", json=INLINE))
    simulator.behave(config_authentication="ignore")
    make(configs)
    assert simulator.traffic_key("one", "openai")["reason"] == "the gateway needs authentication and store_id"


def test_a_wrong_name_only_fails_for_client_requests(configs: Client, simulator: Simulator) -> None:
    secret = secret_of(simulator, name="other")
    result(configs.call("POST", json={**BODY, "secret_id": secret}))
    assert simulator.traffic_key("one", "openai") == {"key": None, "reason": f"no secret named {NAME}"}


def test_client_requests_need_a_config_and_a_usable_secret(configs: Client, secrets: Client, simulator: Simulator) -> None:
    assert simulator.traffic_key("unknown", "openai")["reason"] == "no such gateway"
    assert simulator.traffic_key("one", "openai")["reason"] == "no such provider config"
    made = make(configs)
    assert simulator.traffic_key("one", "openai", "second")["reason"] == "no such provider config"
    result(secrets.call("PATCH", f"/{made['secret_id']}", json={"scopes": ["workers"]}))
    assert "lacks the scope" in simulator.traffic_key("one", "openai")["reason"]


def test_a_pending_secret_is_not_found(configs: Client, secrets: Client, simulator: Simulator) -> None:
    simulator.behave(secret_pending={"polls": 2})
    new = {"name": NAME, "value": "invented", "scopes": ["ai_gateway"]}
    body = {**BODY, "secret_id": result(secrets.call("POST", json=[new]))[0]["id"]}
    assert [refusal(configs.call("POST", json=body)) for _try in range(2)] == ["Secret was not found"] * 2
    result(configs.call("POST", json=body))


def test_a_scope_may_be_required(configs: Client, simulator: Simulator) -> None:
    body = {**BODY, "secret_id": secret_of(simulator, scopes=["workers"])}
    assert "scope" in refusal(configs.call("POST", json=body))
    simulator.behave(config_wrong_scope="accept")
    result(configs.call("POST", json=body))
    assert "lacks the scope" in simulator.traffic_key("one", "openai")["reason"]


@pytest.mark.parametrize(("taken", "expected"), [("secret", "invented-new"), ("secret_id", "invented-key")])
def test_both_secrets(configs: Client, simulator: Simulator, taken: str, expected: str) -> None:
    secret = secret_of(simulator, name="other")
    body = {**BODY, "secret": "invented-new", "secret_id": secret}
    assert "Expected exactly one" in refusal(configs.call("POST", json=body))
    simulator.behave(config_both_secrets=taken)
    made = result(configs.call("POST", json=body))
    assert {item["id"]: item["value"] for item in simulator.items("secrets")}[made["secret_id"]] == expected


@pytest.mark.parametrize(
    ("how", "shown"), [("default", {"rate_limit_period": 60}), ("absent", {}), ("zero", {"rate_limit": 0, "rate_limit_period": 0})]
)
def test_unset_limits(configs: Client, simulator: Simulator, how: str, shown: dict[str, Any]) -> None:
    simulator.behave(config_unset_limits=how)
    assert {name: value for name, value in make(configs).items() if name.startswith("rate_limit")} == shown
    set_limits = {"rate_limit": 1.5, "rate_limit_period": 9}
    assert set_limits.items() <= make(configs, alias="second", **set_limits).items()


def test_flags_may_be_integers(configs: Client, simulator: Simulator) -> None:
    simulator.behave(config_flags="integer")
    make(configs)
    make(configs, alias="second", default_config=False)
    text = configs.call("GET").text
    assert ('"default_config":1' in text, '"default_config":0' in text) == (True, True)


def test_two_defaults(configs: Client, simulator: Simulator) -> None:
    make(configs)
    make(configs, alias="kept")
    simulator.behave(config_two_defaults="refuse")
    assert "default provider config already exists" in refusal(configs.call("POST", json={**INLINE, "alias": "refused"}))
    make(configs, alias="no-default", default_config=False)
    simulator.behave(config_two_defaults="move")
    make(configs, alias="moved")
    make(configs, alias="default", provider_slug="grok")
    listed = [(item["provider_slug"], item["alias"]) for item in result(configs.call("GET")) if item["default_config"]]
    assert listed == [("openai", "moved"), ("grok", "default")]


def test_previews(configs: Client, secrets: Client, simulator: Simulator) -> None:
    simulator.behave(config_preview="tail")
    made = make(configs, secret="invented-key-1234")
    assert made["secret_preview"] == f"{DOTS}1234"
    result(secrets.delete(made["secret_id"]))
    assert result(configs.get(made["id"]))["secret_preview"] == DOTS
    assert refusal(configs.call("PUT", f"/{made['id']}", json={"secret": "invented"})) == "Secret was not found"


@pytest.mark.parametrize(("how", "expected"), [("404", (404, [7003, 7000])), ("405", (405, [7005]))])
def test_reading_by_id_may_be_unsupported(configs: Client, simulator: Simulator, how: str, expected: tuple[int, list[int]]) -> None:
    made = make(configs)
    simulator.behave(config_get=how)
    assert codes(configs.get(made["id"])) == expected
    assert result(configs.call("GET")) == [made]


def test_a_new_config_may_be_missing_from_lists(configs: Client, simulator: Simulator) -> None:
    simulator.behave(config_lag={"polls": 2})
    make(configs)
    assert "already exists" in refusal(configs.call("POST", json=INLINE))
    assert [len(result(configs.call("GET"))) for _try in range(3)] == [0, 0, 1]
    simulator.behave(config_lag={"seconds": 0.4})
    make(configs, alias="second")
    assert "second" not in configs.call("GET").text
    time.sleep(0.45)
    assert len(result(configs.call("GET"))) == 2


@pytest.mark.parametrize(("how", "left"), [("always", []), ("inline", ["other"]), ("never", [NAME, "other"])])
def test_deleting_a_config_may_delete_its_secret(configs: Client, simulator: Simulator, how: str, left: list[str]) -> None:
    simulator.behave(config_deletes_secret=how)
    body = {**BODY, "alias": "second", "secret_id": secret_of(simulator, name="other")}
    for made in (make(configs), result(configs.call("POST", json=body))):
        result(configs.delete(made["id"]))
    assert sorted(item["name"] for item in simulator.items("secrets")) == sorted(left)


@pytest.mark.parametrize(
    ("granted", "roles_count", "status"),
    [
        (["AI Gateway Write", "Secrets Store Write"], False, 200),
        (["AI Gateway Write"], False, 403),
        (["AI Gateway Read", "Secrets Store Write"], False, 403),
        (["AI Gateway Write", "Secrets Store Write"], True, 403),
        (["AI Gateway Write", "Secrets Store Write", "Secrets Store Deployer"], True, 200),
        (["AI Gateway Write", "Secrets Store Write", "Super Administrator"], True, 200),
    ],
)
def test_permissions_for_configs(configs: Client, simulator: Simulator, granted: list[str], roles_count: bool, status: int) -> None:
    simulator.behave(permissions={simulator.api_token: granted}, config_link_roles=roles_count)
    assert configs.call("POST", json=INLINE).status_code == status
    assert configs.call("GET").status_code == 200


def test_ids_and_names(configs: Client) -> None:
    assert re.fullmatch(r"[0-9a-f-]{36}", make(configs)["id"])
    assert make(configs, alias="Any text: \u00e9/")["alias"] == "Any text: \u00e9/"
