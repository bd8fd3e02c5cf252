# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of many gateways: each has the same result as alone, in any order, and existing gateways can be declared as they are."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.filter.as_declared import as_declared
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.catalog import children
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.robustness.properties.account import Account
from tests.robustness.properties.meaning import meaning
from tests.robustness.properties.strategies import behaviour, settings, stored_gateway

Json = dict[str, Any]
# Listings of the items of a gateway, which are read before it is deleted.
BELOW = tuple(f"/{child.path[-1]}" for child in children(GATEWAY))
IDS = ["a", "b", "c", "default"]
VOLATILE = ("created_at", "modified_at")
CHANGES = ("created", "updated", "deleted")
present = st.sampled_from(["present", "present", "absent"])


@st.composite
def lists(draw: st.DrawFn) -> list[Json]:
    """Return a list of gateways, each with its own settings. Some are declared absent."""
    ids = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3))
    return [{"id": name, "state": draw(present), **draw(settings())} for name in ids]


@st.composite
def stores(draw: st.DrawFn) -> list[Json]:
    """Return the gateways that an account has."""
    return [draw(stored_gateway(name)) for name in draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3))]


def options_of(gateways: list[Json], **more: Any) -> Json:
    # The simulator's code is not thread-safe.
    return {"gateways": gateways, "concurrency": 1, **more}


def normal(account: Account) -> Json:
    """Return the stored gateways in their normal form, without values that differ each time."""
    return {
        item_id: {name: meaning(name, value, with_rule_ids=False) for name, value in gateway.items() if name not in VOLATILE}
        for item_id, gateway in account.gateways.items()
    }


def outcome_of(result: Json) -> list[tuple[str, str, list[str]]]:
    return sorted((entry["id"], entry["operation"], entry["changed_settings"]) for entry in result["results"])


@given(server=behaviour(), stored=stores(), gateways=lists())
def test_many_are_as_each_would_be_alone(server: Json, stored: list[Json], gateways: list[Json]) -> None:
    together, alone = Account(server, stored), Account(server, stored)
    result = together.run("ai_gateways", options_of(gateways))
    assert "results" in result, result["msg"]
    writes = []
    for entry, gateway in zip(result["results"], gateways):
        single = alone.run("ai_gateway", gateway)
        writes += alone.writes
        assert (entry["error"] or {}).get("msg") == single.get("msg")
        if not single.get("failed"):
            assert (entry["operation"], entry["changed_settings"]) == (single["operation"], single["changed_settings"])
    assert normal(together) == normal(alone)
    assert sorted(together.writes) == sorted(writes)
    # A listing, another one after several updates, and a read of each existing gateway that is not as declared.
    listing, *others = [path for method, path in together.requests if method == "GET" and not path.endswith(BELOW)]
    readings = [path for path in others if path != listing]
    updated = [entry for entry in result["results"] if entry["operation"] == "updated"]
    assert len(others) - len(readings) == (1 if len(updated) > 1 else 0)
    existed = {gateway["id"] for gateway in stored}
    in_doubt = [entry["id"] for entry in result["results"] if entry["id"] in existed and entry["operation"] in ("updated", "failed")]
    assert sorted(readings) == sorted(f"{listing}/{gateway_id}" for gateway_id in in_doubt)


@given(server=behaviour(), stored=stores(), gateways=lists(), data=st.data())
def test_the_order_of_the_list_does_not_matter(server: Json, stored: list[Json], gateways: list[Json], data: st.DataObject) -> None:
    one, other = Account(server, stored), Account(server, stored)
    result = one.run("ai_gateways", options_of(gateways))
    again = other.run("ai_gateways", options_of(data.draw(st.permutations(gateways))))
    assert outcome_of(result) == outcome_of(again)
    assert normal(one) == normal(other)


@given(server=behaviour(nulls=False), stored=stores(), gateways=lists(), defaults=settings(), purge=st.booleans())
def test_check_mode_writes_nothing_and_predicts_the_run(
    server: Json, stored: list[Json], gateways: list[Json], defaults: Json, purge: bool
) -> None:
    account = Account(server, stored)
    before = account.gateways
    options = options_of(gateways, defaults=defaults, purge=purge)
    predicted = account.run("ai_gateways", options, check_mode=True)
    assert account.writes == []
    assert account.gateways == before
    real = account.run("ai_gateways", options)
    assert predicted.get("msg") == real.get("msg")
    assume("results" in real)
    assert [entry["id"] for entry in predicted["results"]] == [entry["id"] for entry in real["results"]]
    assert outcome_of(predicted) == outcome_of(real)
    assert predicted["summary"] == real["summary"]
    assert set(predicted["gateways"]) == set(real["gateways"])
    assert [(diff["after_header"], diff["before"]) for diff in predicted["diff"]] == [
        (diff["after_header"], diff["before"]) for diff in real["diff"]
    ]


@given(server=behaviour(nulls=False), stored=stores(), gateways=lists(), defaults=settings(), purge=st.booleans())
def test_a_second_run_is_unchanged_and_costs_one_read(
    server: Json, stored: list[Json], gateways: list[Json], defaults: Json, purge: bool
) -> None:
    account = Account(server, stored)
    options = options_of(gateways, defaults=defaults, purge=purge)
    assume(not account.run("ai_gateways", options).get("failed"))
    result = account.run("ai_gateways", options)
    assert not result["changed"]
    assert {entry["operation"] for entry in result["results"]} <= {"unchanged"}
    assert [method for method, _path in account.requests] == ["GET"]


@given(server=behaviour(), stored=stores(), gateways=lists(), limit=st.integers(0, 2))
def test_purge_leaves_what_is_listed_and_the_default(server: Json, stored: list[Json], gateways: list[Json], limit: int) -> None:
    account = Account(server, stored)
    before, listed = account.gateways, {gateway["id"] for gateway in gateways}
    too_many = len(set(before) - listed - {"default"}) > limit
    result = account.run("ai_gateways", options_of(gateways, purge=True, purge_limit=limit))
    if "results" not in result:
        assert account.gateways == before
        assert too_many or "No request was sent" in result["msg"]
        return
    assert not too_many
    assert set(account.gateways) <= listed | {"default"}
    absent = {gateway["id"] for gateway in gateways if gateway["state"] == "absent"}
    assert set(before) & {"default", *listed} - absent <= set(account.gateways)


@given(server=behaviour(masks=False, nulls=False, sparse=True), stored=stores(), gateways=lists())
def test_what_a_list_does_not_show_is_not_lost(server: Json, stored: list[Json], gateways: list[Json]) -> None:
    account = Account(server, stored)
    before = normal(account)
    result = account.run("ai_gateways", options_of(gateways))
    after = normal(account)
    for gateway in gateways:
        if gateway["id"] not in before or gateway["id"] not in after:
            continue
        declared = {*gateway, *gateway.get("unset", []), *gateway.get("extra_settings", {}), "log_classification"}
        kept = {name: value for name, value in before[gateway["id"]].items() if name not in declared}
        assert kept == {name: after[gateway["id"]].get(name) for name in kept}, result


@given(server=behaviour(), stored=stores())
def test_declaring_the_stored_settings_changes_nothing(server: Json, stored: list[Json]) -> None:
    account = Account(server, stored)
    exported = as_declared(account.run("ai_gateway_info", {})["gateways"])
    result = account.run("ai_gateways", options_of(exported, purge=True, purge_limit=0))
    assert not result.get("failed"), result["msg"]
    assert [entry["operation"] for entry in result["results"]] == ["unchanged"] * len(stored)
    assert account.requests == [("GET", account.requests[0][1])]
