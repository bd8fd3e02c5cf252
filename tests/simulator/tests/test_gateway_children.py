# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Provider configurations and their keys when their gateway changes, is deleted, or does not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import STORE, Client, codes, result

INLINE: dict[str, Any] = {"provider_slug": "openai", "alias": "default", "default_config": True, "secret": "invented-key"}


def make(configs: Client) -> dict[str, Any]:
    made: dict[str, Any] = result(configs.call("POST", json=INLINE))
    return made


def test_a_list_below_an_unknown_gateway_is_empty_or_missing(clients: Callable[[str], Client], simulator: Simulator) -> None:
    configs = clients("ai-gateway/gateways/unknown/provider_configs")
    assert result(configs.call("GET")) == []
    assert [codes(answer) for answer in (configs.call("POST", json=INLINE), configs.delete("x"), configs.get("x"))] == [(404, [7002])] * 3
    simulator.behave(unknown_gateway="missing")
    assert codes(configs.call("GET")) == (404, [7002])


def test_deleting_a_gateway_deletes_its_configs(api: Client, configs: Client, simulator: Simulator) -> None:
    make(configs)
    simulator.seed_item("provider_configs", {"gateway_id": "other"})
    result(api.delete("one"))
    assert [item["gateway_id"] for item in simulator.items("provider_configs")] == ["other"]
    assert simulator.items("secrets") == []


def test_deleting_a_gateway_may_leave_orphans(api: Client, configs: Client, simulator: Simulator) -> None:
    simulator.behave(gateway_children="keep")
    made = make(configs)
    result(api.delete("one"))
    assert result(configs.call("GET")) == [made]
    assert codes(configs.delete(made["id"])) == (404, [7002])
    assert len(simulator.items("secrets")) == 1
    api.made("one", authentication=True, store_id=STORE)
    assert codes(configs.call("POST", json=INLINE)) == (400, [7001])
    result(configs.delete(made["id"]))
    make(configs)


def test_keys_cannot_be_used_without_a_store(api: Client, configs: Client, simulator: Simulator) -> None:
    make(configs)
    api.changed("one", authentication=True)
    assert simulator.gateways()["one"]["store_id"] == ""
    assert simulator.traffic_key("one", "openai")["key"] is None
    api.changed("one", authentication=True, store_id=STORE)
    assert simulator.traffic_key("one", "openai")["key"] == "invented-key"
