# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole accounts: any document can be applied to any account, a second run changes nothing, and undeclared items stay."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.robustness.properties.account import ACCOUNT, Account
from tests.robustness.properties.test_lost_answers import Unreliable, accidents
from tests.simulator.catalog import RESOURCES

Json = dict[str, Any]
MODULE = "ai_gateway_account"
EXAMPLES = 25 if settings.get_current_profile_name() == "fixed" else 2000
MANY_REQUESTS = 60
BELOW = {"provider_configs": "provider_configs", "dynamic_routes": "routes", "policies": "policies", "custom_domains": "custom-domains"}
# The last parts of the paths of writes, in the order of a run. The additional steps for a new key are not included.
ORDER = ("custom-providers", "gateways", "provider_configs", "routes", "policies", "custom-domains")
VOLATILE = {"id", "created_at", "modified_at", "updated_at", "secret_id", "store_id", "internal_id"}
SLUGS = ("house", "lab")
PREDICTED = ("kind", "parent", "id", "operation", "changed_settings")


def graph(provider: str, timeout: int) -> list[Json]:
    """Return a route that sends all requests to one provider."""
    return [
        {"id": "start", "type": "start", "outputs": {"next": {"element_id": "model"}}},
        {
            "id": "model",
            "type": "model",
            "properties": {"provider": provider, "model": "m", "timeout": timeout, "retries": 1},
            "outputs": {"success": {"element_id": "end"}, "fallback": {"element_id": "end"}},
        },
        {"id": "end", "type": "end"},
    ]


providers = st.fixed_dictionaries(
    {"slug": st.sampled_from(SLUGS), "name": st.sampled_from(["A", "B"]), "provider_base_url": st.just("https://llm.example.com")},
    optional={"costs": st.lists(st.builds(lambda price: {"model": "m", "cost_in": price}, st.sampled_from([1, 2.5])), max_size=1)},
)
keys = st.fixed_dictionaries(
    {"provider_slug": st.sampled_from(["openai", "grok"]), "secret": st.sampled_from(["invented-key-one", "invented-key-two"])},
    optional={"alias": st.sampled_from(["default", "batch"])},
)
routes = st.builds(
    lambda name, provider, timeout: {"name": name, "elements": graph(provider, timeout)},
    st.sampled_from(["chat", "code"]),
    st.sampled_from(["openai", "workers-ai"]),
    st.sampled_from([1000, 2000]),
)
policies = st.builds(
    lambda cap: [{"name": "all", "actor": "company:all", "action": {"type": "no_limit"}}, *cap],
    st.lists(
        st.builds(
            lambda amount: {
                "name": "cap",
                "actor": "user:{cf.user.email}",
                "action": {"type": "limit", "amount": amount, "period": "daily"},
            },
            st.sampled_from([5, 7]),
        ),
        max_size=1,
    ),
)


def unique(elements: st.SearchStrategy[Json], *names: str, size: int = 2) -> st.SearchStrategy[list[Json]]:
    """Return a strategy for lists whose elements differ in the values of these names."""
    return st.lists(elements, max_size=size, unique_by=lambda item: tuple(item.get(name, "default") for name in names))


@st.composite
def documents(draw: st.DrawFn, custom_provider_routes: bool = True) -> Json:
    """Return a document of an account. It uses few names, so that two documents have much in common."""
    declared = draw(unique(providers, "slug"))
    gateways = []
    for gateway_id in draw(st.lists(st.sampled_from(["one", "two", "three"]), unique=True, max_size=3)):
        below: Json = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "provider_configs": unique(keys, "provider_slug", "alias"),
                    "dynamic_routes": unique(routes, "name"),
                    "policies": policies,
                    "custom_domains": st.just([{"hostname": f"{gateway_id}.example.com", "zone_id": "0" * 32}]),
                },
            )
        )
        gateway = {"id": gateway_id, "authentication": True, "cache_ttl": draw(st.sampled_from([0, 60])), **below}
        if custom_provider_routes and declared and "dynamic_routes" in gateway:
            gateway["dynamic_routes"].append({"name": "house", "elements": graph(f"custom-{declared[0]['slug']}", 500)})
        gateways.append(gateway)
    return {"custom_providers": declared, "gateways": gateways}


def options(document: Json, **more: Any) -> Json:
    """Return the options of a task. The simulator's code is not thread-safe."""
    return {**copy.deepcopy(document), "concurrency": 1, **more}


def applied(account: Account, document: Json, **more: Any) -> Json:
    """Apply a document, and return the result of the task, which must not fail."""
    result = account.run(MODULE, options(document, **more))
    assert not result.get("failed"), result["msg"]
    return result


def unchanged_requests(document: Json) -> int:
    """Return the documented number of requests for a document that is already applied."""
    of_gateways = [
        bool(gateway.get(name)) + (len(gateway[name]) if name == "dynamic_routes" else 0)
        for gateway in document["gateways"]
        for name in BELOW
        if name in gateway
    ]
    return 1 + 1 + sum(of_gateways) + sum("costs" in provider for provider in document["custom_providers"])


def stored(account: Account) -> dict[str, list[str]]:
    """Return all items of the account by kind, without the fields that the server sets."""
    store = account.state.store
    found: dict[str, list[str]] = {}
    for resource in RESOURCES:
        for place in store.places(resource.kind, ACCOUNT):
            found.setdefault(resource.kind, []).extend(f"{place} {_lasting(item)}" for item in store.items(place).values())
    return found


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(part) for name, part in sorted(value.items()) if name not in VOLATILE}
    return [_lasting(part) for part in value] if isinstance(value, list) else value


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip all pauses, because this server has no lag."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


@settings(max_examples=EXAMPLES)
@given(before=documents(), document=documents())
def test_a_second_run_changes_nothing_and_takes_the_documented_requests(before: Json, document: Json) -> None:
    account = Account({}, [])
    applied(account, before)
    applied(account, document)
    again = applied(account, document)
    assert not again["changed"], [entry for entry in again["results"] if entry["operation"] != "unchanged"]
    assert len(account.requests) == unchanged_requests(document), account.requests
    assert {entry["kind"] for entry in again["results"] if entry["parent"] is None} <= {"custom_provider", "gateway"}


@settings(max_examples=EXAMPLES)
@given(before=documents(), document=documents(), purge=st.lists(st.sampled_from(["custom_providers", "gateways", *BELOW]), unique=True))
def test_check_mode_predicts_what_the_run_does_and_only_reads(before: Json, document: Json, purge: list[str]) -> None:
    account = Account({}, [])
    applied(account, before)
    more = {"purge": purge, "purge_limit": 50}
    predicted = account.run(MODULE, options(document, **more), check_mode=True)
    # The step that sets ``store_id`` only reads in check mode, too.
    assert {method for method, _path in account.requests} == {"GET"}
    result = account.run(MODULE, options(document, **more))
    assert bool(predicted.get("failed")) is bool(result.get("failed")), (predicted.get("msg"), result.get("msg"))
    if not result.get("failed"):
        assert [[entry[name] for name in PREDICTED] for entry in predicted["results"]] == [
            [entry[name] for name in PREDICTED] for entry in result["results"]
        ]
        assert [diff["after_header"] for diff in predicted["diff"]] == [diff["after_header"] for diff in result["diff"]]


@settings(max_examples=EXAMPLES)
@given(before=documents(), document=documents())
def test_what_is_not_mentioned_stays(before: Json, document: Json) -> None:
    account = Account({}, [])
    applied(account, before)
    for gateway in document["gateways"]:
        for name in BELOW:
            gateway.pop(name, None)
    untouched = {kind: items for kind, items in stored(account).items() if kind != "gateways"}
    applied(account, {"gateways": document["gateways"]})
    assert {kind: items for kind, items in stored(account).items() if kind in untouched} == untouched
    assert not [path for _method, path in account.requests if path.rpartition("/")[2] in {*BELOW.values(), "custom-providers"}]


@settings(max_examples=EXAMPLES)
@given(before=documents(), document=documents())
def test_purge_leaves_what_is_declared_and_deletes_in_the_opposite_order(before: Json, document: Json) -> None:
    account, fresh = Account({}, []), Account({}, [])
    applied(account, before)
    # Keys need recreate for some differences, and the secrets of deleted keys stay in the store.
    result = account.run(MODULE, options(document, purge=["custom_providers", "gateways", *BELOW], purge_limit=50))
    assert not result.get("failed"), result["msg"]
    places = [(method, _kind(path)) for method, path in account.writes if _kind(path) is not None]
    # The policies of a gateway are staged, committed and deleted together, and all items of a gateway are deleted before it.
    ranks = [ORDER.index(str(kind)) for method, kind in places if method != "DELETE"]
    assert ranks == sorted(ranks)
    deleted = [entry["kind"] for entry in result["results"] if entry["operation"] == "deleted"]
    applied(fresh, document)
    for kind in ("gateways", "custom_providers"):
        assert len(stored(account).get(kind, [])) == len(stored(fresh).get(kind, []))
    assert len(deleted) == result["summary"]["deleted"]


def _kind(path: str) -> str | None:
    """Return the part of a path that names the kind of the written item, or ``None`` for an additional step."""
    parts = path.split("/")
    named = [part for part in parts if part in ORDER]
    return None if not named or "costs" in parts or "secrets_store" in parts or _is_link(parts) else named[-1]


def _is_link(parts: list[str]) -> bool:
    """Return whether the path is that of a gateway, whose update may be a step in the creation of a key."""
    return parts[-2] == "gateways"


@settings(max_examples=EXAMPLES)
@given(document=documents(), lost=st.dictionaries(st.integers(0, MANY_REQUESTS), accidents, min_size=1, max_size=3))
def test_whatever_request_is_lost_the_next_run_ends_with_what_is_declared(document: Json, lost: dict[int, str]) -> None:
    smooth, account = Unreliable({}), Unreliable(lost)
    applied(smooth, document)
    first = account.try_to_run(MODULE, options(document))
    account.lost = {}
    second = account.run(MODULE, options(document))
    assert not second.get("failed"), second["msg"]
    assert first.get("failed") or not second["changed"], second["results"]
    assert account.count() == smooth.count()
    assert not applied(account, document)["changed"]
    assert "invented-key" not in str([first, second])


@settings(max_examples=EXAMPLES)
@given(before=documents(), lost=st.integers(0, 20))
def test_nothing_is_deleted_if_a_part_of_the_account_cannot_be_read(before: Json, lost: int) -> None:
    account = Unreliable({})
    applied(account, before)
    emptied = [{"id": gateway["id"], **{name: [] for name in BELOW}} for gateway in before["gateways"]]
    account.lost = {lost: "never"}
    result = account.run(MODULE, options({"custom_providers": [], "gateways": emptied}, purge=[*BELOW, "custom_providers"], purge_limit=50))
    reads = 2 + len(BELOW) * len(emptied)
    if lost < reads and lost < len(account.requests):
        assert result["failed"]
        assert account.writes == []
