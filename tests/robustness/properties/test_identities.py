# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Even if secrets are equal to ids, names and settings of the same gateway, all other values are intact, and no secret is shown."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.filter.as_declared import as_declared
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.robustness.properties.account import ACCOUNT, Account
from tests.robustness.properties.meaning import meaning
from tests.robustness.properties.strategies import behaviour, stored_gateway

Json = dict[str, Any]

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
IDS = ["support-bot", "billing-bot", "cache_ttl", "operation", "a"]
NAMES = [*(field.name for field in GATEWAY.settings), "later_flag", "later_dict", "changed_settings", "unchanged", "failed"]
PLACES = ["https://gateway.ai.cloudflare.com/v1", f"https://gateway.ai.cloudflare.com/v1/{ACCOUNT}/support-bot", "cloudflare", ACCOUNT]
VALUES = [
    "https://a.example/v1",
    "exponential",
    "STOP_INSERTING",
    "invented-secret-a",
    "Bearer support-bot",
    "id=billing-bot",
    "aaaaaaaa",
    "b",
]
secrets = st.sampled_from([*IDS, *NAMES, *PLACES, *VALUES])
# A token is sent in a header, so it contains no space.
tokens = secrets.filter(lambda secret: " " not in secret)
QUOTED = "refused: {}, in short {:.12}... of %22{}%22"


@st.composite
def stored(draw: st.DrawFn) -> Json:
    """Return a gateway whose secrets also occur in its other values."""
    gateway: Json = draw(stored_gateway(draw(st.sampled_from(IDS))))
    gateway["otel"] = [
        {"url": "https://a.example/v1", "authorization": draw(secrets), "headers": {draw(secrets): draw(secrets)}, "content_type": "json"}
    ]
    gateway["stripe"] = {"authorization": draw(secrets), "usage_events": [{"payload": draw(secrets)}]}
    gateway["store_id"] = draw(secrets)
    gateway["later_dict"] = [f"it is {secret}" for secret in sorted(secrets_of(gateway))]
    return gateway


stores = st.lists(stored(), max_size=3, unique_by=lambda gateway: gateway["id"])


def secrets_of(gateway: Json) -> set[str]:
    (target,) = gateway["otel"]
    return {target["authorization"], gateway["stripe"]["authorization"], *target["headers"].values()}


class Quoting(Account):
    """An account that refuses updates with messages that quote every stored secret."""

    def send(self, request: Request, body: bytes | None = None, **how: object) -> Answer:
        if request.method != "PUT":
            return super().send(request, body, **how)
        text = " ".join(
            QUOTED.format(secret, secret, secret) for gateway in self.gateways.values() for secret in sorted(secrets_of(gateway))
        )
        errors = [{"code": 7001, "message": text[at : at + 400], "path": ["body"]} for at in range(0, len(text), 300)]
        return Answer(400, {"cf-ray": "invented-ray"}, json.dumps({"success": False, "errors": errors}).encode())


def shows_no_secret(value: Any, secret_texts: set[str]) -> bool:
    """Return whether free text contains none of the secrets. Short ones also occur by chance, so they are ignored."""
    text = json.dumps(value)
    return not [secret for secret in secret_texts if len(secret) >= 8 and secret in text]


def is_whole(shown: Json, gateway: Json, server: Json) -> None:
    """Check that settings in the field table are shown as stored, and that secrets are masked."""
    assert shown["id"] == gateway["id"]
    for field in GATEWAY.settings:
        if gateway.get(field.key) is not None:
            want = meaning(field.key, gateway[field.key], with_secrets=False)
            assert meaning(field.key, shown[field.key], with_secrets=False) == want, field.key
    (target,) = shown["otel"]
    assert {target["authorization"], shown["stripe"].get("authorization", MASK), *target["headers"].values()} == {MASK}
    if not server["mask_secrets"]:
        assert shows_no_secret([shown[name] for name in shown if name.startswith("later")], secrets_of(gateway))


@given(server=behaviour(), gateways=stores)
def test_identities_are_whole_in_all_readings(server: Json, gateways: list[Json]) -> None:
    account = Account(server, gateways)
    found = account.run("ai_gateway_info", {})["gateways"]
    assert [one["id"] for one in found] == [one["id"] for one in gateways]
    for shown, gateway in zip(found, gateways):
        is_whole(shown, gateway, server)


@given(server=behaviour(), gateways=stores)
def test_applying_an_export_changes_nothing(server: Json, gateways: list[Json]) -> None:
    account = Account(server, gateways)
    before = account.gateways
    exported = as_declared(account.run("ai_gateway_info", {})["gateways"])
    result = account.run("ai_gateways", {"gateways": exported, "purge": True, "purge_limit": 0, "concurrency": 1})
    assert not result.get("failed"), result["msg"]
    assert [(entry["id"], entry["operation"]) for entry in result["results"]] == [(one["id"], "unchanged") for one in gateways]
    assert account.gateways == before
    assert account.writes == []
    for gateway in gateways:
        is_whole(result["gateways"][gateway["id"]], gateway, server)


@given(server=behaviour(masks=False), gateway=stored(), fails=st.booleans(), token=tokens, check_mode=st.booleans())
def test_identities_are_whole_in_all_of_a_result(server: Json, gateway: Json, fails: bool, token: str, check_mode: bool) -> None:
    name, hidden = gateway["id"], {*secrets_of(gateway), token}
    account = (Quoting if fails else Account)(server, [gateway])
    # None of these values is stored, so there is something to change.
    settings = {"cache_ttl": 777777, "store_id": "support-bot-store", "extra_settings": {"later_flag": f"it is {token}"}}
    options = {"id": name, "api_token": token, **settings}
    for module, given_options in (("ai_gateway", options), ("ai_gateways", {"gateways": [{"id": name, **settings}], "api_token": token})):
        result = account.run(module, {**given_options, **({"concurrency": 1} if module == "ai_gateways" else {})}, check_mode)
        shown_options = result["invocation"]["module_args"]
        item = shown_options["gateways"][0] if module == "ai_gateways" else shown_options
        assert (item["id"], item["cache_ttl"], item["store_id"]) == (name, 777777, "support-bot-store")
        assert shows_no_secret(item["extra_settings"]["later_flag"], {token})
        entry = result["results"][0] if module == "ai_gateways" else {"id": name, **result}
        assert entry["id"] == name
        assert bool(result.get("failed")) == (fails and not check_mode)
        if result.get("failed"):
            error = entry["error"] if module == "ai_gateways" else result
            assert error["request"] == {"method": "PUT", "path": f"/accounts/{ACCOUNT}/ai-gateway/gateways/{name}"}
            assert shows_no_secret([result["msg"], error["msg"], error["errors"]], hidden)
            continue
        shown = result["gateways"][name] if module == "ai_gateways" else result["gateway"]
        is_whole(shown, {**gateway, **settings}, server)
        assert entry["operation"] in ("updated", "unchanged")
        if entry["operation"] == "updated":
            assert {"cache_ttl", "store_id", "later_flag"} >= set(entry["changed_settings"])
        if module == "ai_gateway":
            assert result["endpoint"] == f"https://gateway.ai.cloudflare.com/v1/{ACCOUNT}/{name}"
            assert result["ansible_facts"] == {"cloudflare_ai_gateway": shown}
            assert (result["diff"]["after"]["id"], result["diff"]["before_header"]) == (name, name)
