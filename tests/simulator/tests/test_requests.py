# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials, routes, the headers of every answer, and the quota."""

from __future__ import annotations

import http.client
import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.simulator.behaviour import Quota
from tests.simulator.handle import Simulator
from tests.simulator.quota import Ledger
from tests.simulator.tests.conftest import REQUIRED, Client, result


def send_raw(simulator: Simulator, path: str, method: str = "GET", body: str | None = None) -> tuple[int, bytes]:
    """Send the path unchanged, because other clients normalize it."""
    connection = http.client.HTTPConnection(urlsplit(simulator.root).netloc, timeout=10)
    headers = {"Authorization": f"Bearer {simulator.api_token}"}
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def with_headers(api: Client, headers: dict[str, str], method: str = "GET", **options: Any) -> Any:
    del api.session.headers["Authorization"]
    return api.call(method, headers=headers, **options)


def codes(response: Any) -> list[int]:
    body = response.json()
    assert body["success"] is False
    assert body["result"] is None
    assert body["messages"] == []
    return [error["code"] for error in body["errors"]]


GLOBAL_KEY = {"X-Auth-Email": "user@example.com", "X-Auth-Key": "simulator-key"}


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer simulator-token"}, {"Authorization": "bearer simulator-token"}, GLOBAL_KEY])
def test_known_credentials(api: Client, headers: dict[str, str]) -> None:
    assert with_headers(api, headers, "POST", json={**REQUIRED, "id": "one"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer other"},
        {"X-Auth-Email": "user@example.com"},
        {"X-Auth-Key": "simulator-key"},
        {**GLOBAL_KEY, "X-Auth-Key": "other"},
        {**GLOBAL_KEY, "X-Auth-Email": "other@example.com"},
        {**GLOBAL_KEY, "Authorization": "Bearer other"},
    ],
)
def test_unknown_credentials(api: Client, simulator: Simulator, headers: dict[str, str]) -> None:
    response = with_headers(api, headers, "POST", json={**REQUIRED, "id": "one"})
    assert (response.status_code, codes(response)) == (401, [10000])
    assert simulator.gateways() == {}


@pytest.mark.parametrize("value", ["simulator-token", "Basic simulator-token", "Bearer", "Bearer a b", "Bearer \xe4"])
def test_malformed_authorization(api: Client, value: str) -> None:
    response = with_headers(api, {"Authorization": value.encode("latin-1")})  # type: ignore[dict-item]
    assert (response.status_code, codes(response)) == (400, [6003])
    assert [link["code"] for link in response.json()["errors"][0]["error_chain"]] == [6111]


def test_a_reader_may_not_write(api: Client, simulator: Simulator) -> None:
    made = api.made()
    api.session.headers["Authorization"] = f"Bearer {simulator.read_token}"
    assert result(api.get()) == made
    assert result(api.call("GET")) == [made]
    for response in (api.create("two"), api.update(cache_ttl=1), api.delete()):
        assert (response.status_code, codes(response)) == (403, [10000])
    assert simulator.gateways() == {"one": made}


def test_tokens_can_be_set(api: Client, simulator: Simulator) -> None:
    simulator.behave(tokens={"other": "read"})
    assert api.call("GET").status_code == 401
    api.session.headers["Authorization"] = "Bearer other"
    assert api.call("GET").status_code == 200
    assert api.create().status_code == 403


def test_accounts_can_be_set(api: Client, simulator: Simulator) -> None:
    url = api.url.replace(simulator.account_id, "f" * 32)
    response = api.session.get(url, timeout=10)
    assert (response.status_code, codes(response)) == (404, [7003, 7000])
    simulator.behave(accounts=None)
    assert result(api.session.get(url, timeout=10)) == []
    simulator.behave(accounts=["f" * 32])
    assert result(api.session.get(url, timeout=10)) == []
    assert api.call("GET").status_code == 404


ONE = "/client/v4/accounts/0123456789abcdef0123456789abcdef/ai-gateway/gateways"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/client/v4",
        f"{ONE}/",
        f"{ONE}/one/",
        f"{ONE}//one",
        f"{ONE}/x/../one",
        f"{ONE}/./one",
        f"{ONE}/..",
        f"{ONE}/one/extra",
        f"{ONE}/one/url/openai",
        f"/{ONE}/one",
        f"{ONE}/%ff",
        ONE.replace("ai-gateway", "ai%2Dgateway") + "/one",
        ONE.replace("/ai-gateway/", "//ai-gateway/") + "/one",
        ONE.replace("client", "CLIENT") + "/one",
        "http://127.0.0.1" + ONE + "/one",
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_invalid_paths_have_no_route(simulator: Simulator, path: str, method: str) -> None:
    simulator.seed({"id": "one"})
    status, body = send_raw(simulator, path, method, "{}")
    assert status == 404
    assert b'"code":7003' in body
    assert b'"code":7000' in body
    assert list(simulator.gateways()) == ["one"]


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/one"), ("POST", "/one"), ("DELETE", ""), ("PUT", "")])
def test_methods_without_a_route(api: Client, simulator: Simulator, method: str, path: str) -> None:
    api.made()
    response = api.call(method, path, json={})
    assert (response.status_code, codes(response)) == (404, [7003, 7000])
    assert list(simulator.gateways()) == ["one"]


def test_an_encoded_slash_stays_in_its_segment(simulator: Simulator) -> None:
    simulator.seed({"id": "a/b"})
    simulator.seed({"id": "a"})
    assert send_raw(simulator, f"{ONE}/a%2Fb", "DELETE")[0] == 200
    assert list(simulator.gateways()) == ["a"]
    assert send_raw(simulator, f"{ONE}/%61")[0] == 200
    assert send_raw(simulator, f"{ONE}/a%2F..%2Fa")[0] == 404
    assert b"7002" in send_raw(simulator, f"{ONE}/a%252Fb")[1]


def test_headers_of_every_answer(api: Client, simulator: Simulator) -> None:
    answers = [api.create(), api.create(), api.get("x"), api.call("GET", "/a/b")]
    simulator.fault(status=502, body="<html>")
    answers.append(api.get())
    assert [answer.status_code for answer in answers] == [200, 400, 404, 404, 502]
    rays = {answer.headers["cf-ray"] for answer in answers}
    assert len(rays) == len(answers)
    assert all(re.fullmatch("[0-9a-f]{16}-SIM", ray) for ray in rays)
    remaining = [re.fullmatch(r'"default";r=(\d+);t=\d+', answer.headers["Ratelimit"]) for answer in answers]
    assert [int(match[1]) for match in remaining if match] == [1199, 1198, 1197, 1196, 1195]
    assert {answer.headers["Ratelimit-Policy"] for answer in answers} == {'"default";q=1200;w=300'}
    assert all("retry-after" not in answer.headers for answer in answers)


def test_quota_blocks_for_a_limited_time(api: Client, simulator: Simulator) -> None:
    simulator.behave(quota={"limit": 2, "window": 30, "block": 0.3})
    assert [api.create(name).status_code for name in "abc"] == [200, 200, 429]
    blocked = api.call("GET")
    assert blocked.status_code == 429
    assert blocked.headers["retry-after"] == "1"
    assert blocked.headers["Ratelimit"] == '"default";r=0;t=1'
    assert blocked.json()["success"] is False
    assert list(simulator.gateways()) == ["a", "b"]
    time.sleep(0.35)
    assert api.call("GET").status_code == 200


def test_quota_counts_each_credential(api: Client, simulator: Simulator) -> None:
    simulator.behave(quota={"limit": 1, "window": 30, "block": 30})
    assert [api.call("GET").status_code for _call in range(2)] == [200, 429]
    api.session.headers["Authorization"] = f"Bearer {simulator.read_token}"
    assert api.call("GET").status_code == 200


def test_no_quota(api: Client, simulator: Simulator) -> None:
    simulator.behave(quota={"limit": 0})
    assert api.call("GET").status_code == 429
    simulator.behave(quota=None)
    assert api.call("GET").status_code == 200
    assert "Ratelimit" in api.call("GET").headers


def test_ledger_times() -> None:
    now = [0.0]
    ledger = Ledger(Quota(limit=1, window=10, block=2.5), clock=lambda: now[0])

    def take() -> str | None:
        refusal = ledger.take("x")[1]
        return refusal.headers["retry-after"] if refusal else None

    assert (take(), take()) == (None, "3")
    now[0] = 1.6
    assert take() == "1"  # further requests do not extend the block
    now[0] = 2.5
    assert take() is None
    now[0] = 12.5
    assert take() is None
