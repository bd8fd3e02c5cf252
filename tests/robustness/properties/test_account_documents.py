# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole account as a document: it declares what is stored, is always the same, and creates a copy in another account."""

from __future__ import annotations

import copy
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.filter.account_files import account_files
from ansible_collections.edgeops.cloudflare.plugins.filter.as_declared import as_declared
from tests.robustness.properties.account import Account
from tests.robustness.properties.strategies import behaviour, stored_gateway
from tests.robustness.properties.strategies import settings as gateway_settings
from tests.robustness.properties.test_any_resource import PARENT, declarations

Json = dict[str, Any]

# The modules for the items of a gateway, by their name in a document.
CHILDREN = {
    "provider_configs": "ai_gateway_provider_config",
    "dynamic_routes": "ai_gateway_dynamic_route",
    "custom_domains": "ai_gateway_custom_domain",
}
ACTIONS: list[Json] = [{"type": "no_limit"}, {"type": "block"}, {"type": "limit", "amount": 0.5, "period": "daily"}]
EVERYBODY: Json = {"name": "everybody", "actor": "company:all", "action": {"type": "no_limit"}}
# Each policy has its own copy of the action, because Ansible fills in missing parts in place.
POLICY: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {"name": st.sampled_from("abc"), "actor": st.just("user:{cf.user.email}"), "action": st.sampled_from(ACTIONS).map(dict)},
    optional={"resource": st.sampled_from(["*", {"model": "m"}, {"provider": ["x", "a"]}])},
)
POLICIES = st.lists(POLICY, max_size=3, unique_by=lambda policy: str(policy["name"])).map(
    lambda policies: [copy.deepcopy(EVERYBODY), *policies] if policies else []
)
FILLED_IN = {True: "0" * 32, False: "invented-secret-filled-in"}


class Loader(yaml.SafeLoader):
    """A loader that reads ``!unsafe`` values as plain text."""


def construct_unsafe(loader: Loader, node: Any) -> Any:
    return loader.construct_scalar(node)


Loader.add_constructor("!unsafe", construct_unsafe)


def fill(account: Account, data: st.DataObject) -> None:
    """Create items of some kinds in the account and its gateway."""
    for module in ("ai_gateway_custom_provider", *CHILDREN.values()):
        if data.draw(st.booleans()):
            result = account.run(module, data.draw(declarations(module, is_new=True)))
            assert not result.get("failed"), result["msg"]
    result = account.run("ai_gateway_policies", {"gateway_id": PARENT["id"], "policies": data.draw(POLICIES)})
    assert not result.get("failed"), result["msg"]


def apply(account: Account, document: Json) -> Json:
    """Apply a document to the account, and return the result."""
    result = account.run("ai_gateway_account", {**document, "concurrency": 1})
    assert not result.get("failed"), result["msg"]
    return result


def read(account: Account) -> Json:
    result = account.run("ai_gateway_account_info", {})
    assert not result.get("failed"), result["msg"]
    assert not account.writes
    assert "invented-secret" not in str(result)
    found: Json = result["account"]
    return found


def loaded(files: dict[str, str], secrets: dict[str, str]) -> Json:
    """Return the document in the files, with values for its variables."""
    text = files["account.yml"]
    for name in secrets:
        text = text.replace(f"{{{{ {name} }}}}", FILLED_IN[name.endswith("zone_id")])
    found: Json = yaml.load(text, Loader)["cloudflare_account"]  # noqa: S506  # a subclass of the safe one
    return found


@given(data=st.data())
def test_the_document_of_an_account_changes_nothing_in_it(data: st.DataObject) -> None:
    server = data.draw(behaviour())
    account = Account({}, [{**data.draw(stored_gateway(PARENT["id"])), "authentication": True}, data.draw(stored_gateway("other"))])
    fill(account, data)
    account.state.behave(account.state.behaviour.merged(server))
    stored = read(account)
    document = as_declared(stored, "account")
    assert not apply(account, document)["changed"]
    assert loaded(account_files(stored)["files"], {}) == document
    assert account_files(read(account)) == account_files(stored)


@given(data=st.data())
def test_the_document_with_its_secrets_filled_in_makes_a_copy(data: st.DataObject) -> None:
    account = Account({}, [])
    account.run("ai_gateway", {**data.draw(gateway_settings(unknown=False)), "id": PARENT["id"], "authentication": True})
    if not account.gateways:
        return  # for example, because a setting needs another one
    fill(account, data)
    exported = account_files(read(account), secrets=True)
    other = Account({}, [])
    apply(other, loaded(exported["files"], exported["secrets"]))
    assert account_files(read(other), secrets=True) == exported
    # If the server's answers have another order, the document has the same secrets.
    other.state.behave(other.state.behaviour.merged({"reorder": True}))
    assert set(account_files(read(other), secrets=True)["secrets"]) == set(exported["secrets"])
