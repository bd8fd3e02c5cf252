# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches for answers to list and read requests that differ from the stored data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, result
from tests.simulator.tests.test_behaviour import NESTED


@pytest.mark.parametrize(("switch", "settings"), [("null", dict.fromkeys(NESTED)), ("drop", {})])
def test_a_list_can_omit_nested_settings(api: Client, simulator: Simulator, switch: str, settings: dict[str, Any]) -> None:
    simulator.behave(extra_fields={"later": {"x": 1}}, nested_in_list=switch)
    made = api.made(**NESTED)
    (listed,) = result(api.call("GET"))
    expected = {name: value for name, value in made.items() if name not in (*NESTED, "later")}
    hidden = {**settings, "later": None} if settings else {}
    assert listed == {**expected, **hidden, "log_classification": True}
    assert result(api.get()) == made


def test_pages_can_be_shorter_than_requested(api: Client, simulator: Simulator) -> None:
    simulator.behave(page_limit=2)
    for name in ("one", "two", "three"):
        api.made(name)
    pages = [api.call("GET", f"?page={number}&per_page=100").json() for number in (1, 2, 3)]
    assert [[gateway["id"] for gateway in page["result"]] for page in pages] == [["one", "two"], ["three"], []]
    assert pages[0]["result_info"] == {"page": 1, "per_page": 100, "count": 2, "total_count": 3}


@pytest.mark.parametrize(("off", "total"), [(1, 2), (-1, 0), (-5, 0)])
def test_a_total_can_be_wrong(api: Client, simulator: Simulator, off: int, total: int) -> None:
    simulator.behave(total_off=off)
    api.made()
    assert api.call("GET").json()["result_info"]["total_count"] == total


def test_a_replica_can_lag(api: Client, simulator: Simulator) -> None:
    simulator.behave(replica_lag=2)
    assert api.get().status_code == 404
    api.made(cache_ttl=1)
    assert [api.get().status_code for _reading in range(3)] == [404, 404, 200]
    api.changed(cache_ttl=2)
    api.changed(cache_ttl=3)
    assert [result(api.get())["cache_ttl"] for _reading in range(3)] == [2, 2, 3]
    assert [request["acted"] for request in simulator.requests()[-3:]] == [[2, 2], [2, 2], [3, 3]]
    api.delete()
    assert [api.get().status_code for _reading in range(3)] == [200, 200, 404]
    simulator.seed({"id": "one", "cache_ttl": 4})
    assert result(api.get())["cache_ttl"] == 4
