# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of one item of any resource that has a module. All examples are drawn from the resource's table.

Gateways have nested settings that depend on each other, so ``test_one_gateway.py`` tests them.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.export import as_declared
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import ELEMENTS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import KEY_SEPARATOR, Field, Resource
from tests.robustness.properties.account import SINGLE, TASK_SPECS, Account
from tests.robustness.properties.route_graphs import valid_graphs
from tests.robustness.properties.strategies import value_of

Json = dict[str, Any]

# The gateway that the items belong to, with a setting that they need, and one that must not change.
PARENT: Json = {"id": "parent", "authentication": True, "cache_ttl": 77}
# Examples for each module. In `make hunt`, all modules together have as many as any other property.
EXAMPLES = 25 if settings.get_current_profile_name() == "fixed" else 1000
IDENTITIES = ("a-1", "a.example.com")
# Without custom providers, because these would have to exist.
GRAPHS = valid_graphs(max_inner=3, custom=False)
MODULES = [module for module in SINGLE if module != "ai_gateway"]


def resource_of(module: str) -> Resource:
    return TASK_SPECS[module].resource


def identity(module: str) -> Json:
    """Return the options that identify the item, which are the same in each task."""
    resource = resource_of(module)
    place = {field.name: PARENT["id"] for field in resource.place if field.is_option}
    return {**place, **{field.name: fitting(field) for field in resource.keys if field.default is None}}


def fitting(field: Field) -> str:
    """Return an identity that the field allows."""
    return next(text for text in IDENTITIES if not list(problems(field, text, "")))


@st.composite
def declarations(draw: st.DrawFn, module: str, is_new: bool) -> Json:
    """Return options of the module, with all required ones for a new item. ``recreate`` allows changes of immutable settings."""
    resource = resource_of(module)
    chosen = (
        draw(st.lists(st.sampled_from(optional(resource)), unique_by=lambda field: field.name, max_size=5)) if optional(resource) else []
    )
    needed = required(resource) if is_new else [field for field in required(resource) if field.secret]
    values = {field.name: draw(GRAPHS if field is ELEMENTS else value_of(field)) for field in [*needed, *chosen]}
    return {**identity(module), **values, **({"recreate": True} if resource.is_recreated else {})}


def required(resource: Resource) -> list[Field]:
    of_groups = [resource.named(group[0]) for group in resource.alternatives]
    return [*(field for field in resource.settings if field.required_to_create), *of_groups]


def optional(resource: Resource) -> list[Field]:
    left_out = {name for group in resource.alternatives for name in group}
    return [field for field in resource.settings if field.is_option and field not in required(resource) and field.name not in left_out]


def opened() -> Account:
    return Account({}, [PARENT])


def item_of(resource: Resource, result: Json) -> Json:
    """Return the settings of the item in a result, without the fields that the server sets."""
    (item,) = [value for value in result.values() if isinstance(value, dict) and resource.id.key in value]
    return {name: value for name, value in item.items() if not resource.is_made_by_server(name)}


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_declaration_is_predicted_stored_and_then_left_alone(module: str, data: st.DataObject) -> None:
    account, options = opened(), data.draw(declarations(module, is_new=True))
    predicted = account.run(module, options, check_mode=True)
    assert not account.writes
    result = account.run(module, options)
    assert not result.get("failed"), result["msg"]
    assert result["operation"] == "created"
    for name in ("operation", "changed_settings"):
        assert predicted[name] == result[name]
    shown = item_of(resource_of(module), result)
    assert {name: value for name, value in item_of(resource_of(module), predicted).items() if value is not None}.items() <= shown.items()
    again = account.run(module, options)
    assert (again["operation"], again["changed"], account.writes) == ("unchanged", False, [])
    assert "invented-secret" not in str([predicted, result, again])


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_what_is_not_declared_stays(module: str, data: st.DataObject) -> None:
    resource, account = resource_of(module), opened()
    before = item_of(resource, account.run(module, data.draw(declarations(module, is_new=True))))
    options = data.draw(declarations(module, is_new=False))
    predicted = account.run(module, options, check_mode=True)
    result = account.run(module, options)
    if result.get("failed"):
        # For example, a setting needs another one. Then nothing was sent.
        assert not account.writes
        return
    after = item_of(resource, result)
    declared = {field.key for field in resource.settings if field.name in options}
    # A recreated item may get a different secret for the same key.
    declared |= {resource.named(name).key for group in resource.alternatives for name in group}
    untouched = before.keys() - declared - {field.key for field in resource.settings if field.wire.is_text_in_answers or field.update_only}
    assert {name: after.get(name) for name in untouched} == {name: before[name] for name in untouched}
    assert (predicted["operation"], predicted["changed_settings"]) == (result["operation"], result["changed_settings"])
    assert account.gateways[PARENT["id"]]["cache_ttl"] == PARENT["cache_ttl"]


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_what_exists_can_be_declared_as_it_is(module: str, data: st.DataObject) -> None:
    resource, account = resource_of(module), opened()
    options = data.draw(declarations(module, is_new=True))
    account.run(module, options)
    place = {field.name: PARENT["id"] for field in resource.place if field.is_option}
    read = account.run(f"{module}_info", place)
    (items,) = [value for value in read.values() if isinstance(value, list)]
    wanted = KEY_SEPARATOR.join(str(options.get(key.name, key.default)) for key in resource.keys)
    (item,) = [item for item in items if resource.identity_of(item) == wanted]
    declared = as_declared(resource, item)
    assert "extra_settings" not in declared
    assert account.run(module, declared)["operation"] == "unchanged"
    assert not account.writes


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_deletion_is_predicted_and_done_once(module: str, data: st.DataObject) -> None:
    account = opened()
    account.run(module, data.draw(declarations(module, is_new=True)))
    gone = {**identity(module), "state": "absent"}
    assert account.run(module, gone, check_mode=True)["operation"] == "deleted"
    assert not account.writes
    assert [account.run(module, gone)["operation"] for _run in range(2)] == ["deleted", "unchanged"]
    assert not account.writes
