# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion of a stored account to a document, and to files of variables."""

from __future__ import annotations

import inspect

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.edgeops.cloudflare.plugins.filter.account_files import FilterModule
from ansible_collections.edgeops.cloudflare.plugins.filter.as_declared import as_declared
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import MASK
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.placeholders import variable_names
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.plain import plain
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.vars_file import vars_file

account_files = FilterModule().filters()["account_files"]
CONFIG = {
    "gateway_id": "a",
    "provider_slug": "openai",
    "alias": "default",
    "secret_id": "s",
    "secret_preview": "example...1234",
    "rate_limit": 5,
}
DOMAIN = {"gateway_id": "a", "hostname": "ai.example.com", "status": "active"}
POLICY = {"id": "5", "name": "all", "actor": "user:{cf.user.email}", "action": {"type": "no_limit"}}
GRAPH = [{"id": "in", "type": "start", "outputs": {"next": {"elementId": "out"}}}, {"id": "out", "type": "end", "outputs": {}}]
ROUTE = {"id": "6", "gateway_id": "a", "name": "best", "elements": GRAPH, "version_id": "7", "mermaid": "flowchart TD"}
PRICE = {"model": "m", "model_rule": "equals", "cost_type": "tokens", "cost_in": 2e-07, "cost_out": None, "token_pricing": None}
PROVIDER = {"id": "1", "slug": "own", "name": "Own", "base_url": "https://llm.example.com", "headers": {"X-Key": MASK}, "costs": [PRICE]}
OTEL = [{"url": "https://otel.example/v1", "headers": {"k": MASK}, "authorization": MASK, "content_type": "json"}]
STRIPE = {"authorization": MASK, "usage_events": [{"payload": "{}"}]}


@pytest.fixture
def account(gateway):
    """Return a function that builds an account with one gateway, which has these settings and one child of each kind."""

    def build(**settings):
        lists = {"provider_configs": [CONFIG], "dynamic_routes": [ROUTE], "policies": [POLICY], "custom_domains": [DOMAIN]}
        return {"custom_providers": [PROVIDER], "gateways": [gateway(**{**lists, **settings})]}

    return build


@pytest.fixture
def load(tmp_path):
    """Return a function that loads a text like Ansible loads a file of variables."""

    def read(text):
        file = tmp_path / "vars.yml"
        file.write_text(text, encoding="utf-8")
        # Since ansible-core 2.19, the caller decides whether the file may contain templates.
        parameters = inspect.signature(DataLoader.load_from_file).parameters
        trusted = {"trusted_as_template": True} if "trusted_as_template" in parameters else {}
        return DataLoader().load_from_file(str(file), **trusted)

    return read


def test_a_document_contains_the_options(account):
    document = as_declared(account(otel=OTEL), "account")
    (provider,), (one,) = document["custom_providers"], document["gateways"]
    assert provider == {
        "slug": "own",
        "name": "Own",
        "provider_base_url": "https://llm.example.com",
        "costs": [{"model": "m", "model_rule": "equals", "cost_type": "tokens", "cost_in": 2e-07}],
    }
    assert one["provider_configs"] == [{"provider_slug": "openai", "alias": "default", "secret_id": "s", "rate_limit": 5}]
    edge = {"next": {"element_id": "out"}}
    assert one["dynamic_routes"] == [
        {"name": "best", "elements": [{"id": "in", "type": "start", "outputs": edge}, {"id": "out", "type": "end", "outputs": {}}]}
    ]
    assert one["policies"] == [{"name": "all", "actor": "user:{cf.user.email}", "action": {"type": "no_limit"}}]
    assert one["custom_domains"] == [{"hostname": "ai.example.com"}]
    assert (one["id"], one["cache_ttl"], "otel" in one) == ("a", 0, False)


def test_kinds_that_were_not_read_are_not_declared(gateway):
    assert as_declared({"gateways": [gateway()]}, "account")["gateways"][0].keys() & {"policies", "custom_domains"} == set()
    assert as_declared({"custom_providers": []}, "account") == {"custom_providers": []}


def test_the_order_of_the_answers_makes_no_difference(gateway, account):
    policies = {
        "enabled": True,
        "policies": [
            {"id": name, "enabled": True, "action": "FLAG", "check": ["REQUEST", "RESPONSE"], "profiles": ["x", "y"]} for name in "ab"
        ],
    }
    one = account(dlp=policies)
    one["gateways"].append(gateway(id="b"))
    other = {name: list(reversed(items)) for name, items in reversed(one.items())}
    other["gateways"][1] = dict(reversed(other["gateways"][1].items()))
    turned = [{**policy, "check": policy["check"][::-1], "profiles": ["y", "x"]} for policy in policies["policies"][::-1]]
    other["gateways"][1]["dlp"] = {"policies": turned, "enabled": True}
    assert account_files(one, secrets=True) == account_files(other, secrets=True)
    assert [gateway["id"] for gateway in as_declared(other, "account")["gateways"]] == ["a", "b"]


def test_variables_replace_values_that_the_api_does_not_show(account, load):
    made = account_files(account(otel=OTEL, stripe=STRIPE, store_id="store"), secrets=True)
    document = plain(load(made["files"]["account.yml"]))["cloudflare_account"]
    (provider,), (one,) = document["custom_providers"], document["gateways"]
    assert provider["headers"] == {"X-Key": "{{ vault_own_headers_x_key }}"}
    assert one["otel"] == [
        {
            "url": "https://otel.example/v1",
            "authorization": "{{ vault_a_otel_https_otel_example_v1_authorization }}",
            "content_type": "json",
            "headers": {"k": "{{ vault_a_otel_https_otel_example_v1_headers_k }}"},
        }
    ]
    assert one["stripe"] == {"authorization": "{{ vault_a_stripe_authorization }}", "usage_events": [{"payload": "{}"}]}
    assert one["provider_configs"] == [
        {"provider_slug": "openai", "alias": "default", "rate_limit": 5, "secret": "{{ vault_a_openai_default }}"}
    ]
    assert one["custom_domains"] == [{"hostname": "ai.example.com", "zone_id": "{{ vault_a_ai_example_com_zone_id }}"}]
    # It refers to the Secrets Store of this account.
    assert "store_id" not in one
    assert made["secrets"]["vault_a_openai_default"] == "secret of provider config openai/default of a"
    assert set(load(made["fill_in"])) == set(made["secrets"])
    assert len(made["secrets"]) == 6


def test_a_secret_that_is_not_set_needs_no_variable(account):
    otel = [{"url": "https://otel.example/v1", "headers": {}, "authorization": None}]
    quiet = account(otel=otel, stripe=None, provider_configs=[], custom_domains=[])
    quiet["custom_providers"] = [{**PROVIDER, "headers": None}]
    made = account_files(quiet, secrets=True)
    assert made["secrets"] == {}
    assert made["files"] == account_files(quiet)["files"]


def test_hidden_names_of_headers_are_one_variable(account, load):
    hidden = {**account(), "custom_providers": [{**PROVIDER, "headers": MASK}]}
    document = load(account_files(hidden, secrets=True)["files"]["account.yml"])["cloudflare_account"]
    assert document["custom_providers"][0]["headers"] == "{{ vault_own_headers }}"
    assert "headers" not in as_declared(hidden, "account")["custom_providers"][0]


def test_targets_with_one_url_have_separate_variables(account):
    twice = [{**OTEL[0], "content_type": kind, "headers": {}} for kind in ("json", "protobuf")]
    secrets = account_files(account(otel=twice), secrets=True)["secrets"]
    assert len([name for name in secrets if "authorization" in name]) == 2


def test_a_new_target_does_not_rename_the_variables_of_others(account):
    more = [{**OTEL[0], "url": "https://a.example"}, *OTEL]
    before, after = (set(account_files(account(otel=otel), secrets=True)["secrets"]) for otel in (OTEL, more))
    assert before < after


def test_each_gateway_has_a_file_and_the_list_refers_to_it(gateway, load):
    account = {"custom_providers": [], "gateways": [gateway(id="team-b"), gateway(id="a")]}
    files = account_files(account, each=True)["files"]
    assert set(files) == {"account.yml", "gateway_a.yml", "gateway_team_b.yml"}
    assert load(files["account.yml"])["cloudflare_account"]["gateways"] == ["{{ cloudflare_gateway_a }}", "{{ cloudflare_gateway_team_b }}"]
    whole = load(account_files(account)["files"]["account.yml"])["cloudflare_account"]
    assert whole["gateways"] == [
        load(files["gateway_a.yml"])["cloudflare_gateway_a"],
        load(files["gateway_team_b.yml"])["cloudflare_gateway_team_b"],
    ]
    assert load(files["gateway_team_b.yml"])["cloudflare_gateway_team_b"]["id"] == "team-b"


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (["a"], ["x_a"]),
        (["Team-B", "../ev.il", "{{ 7 }}"], ["x_team_b", "x_ev_il", "x_7"]),
        # Ids that would get the same name.
        (["a-b", "a_b", "c"], ["x_a_b_", "x_a_b_", "x_c"]),
        # An id without valid characters, and ids that are too long.
        (["\u00fc"], ["x_"]),
        (["l" * 64, "l" * 63 + "m"], ["x_" + "l" * 31, "x_" + "l" * 31]),
    ],
)
def test_names_of_variables_are_plain_and_unique(ids, names):
    made = variable_names([(one,) for one in ids], "x_")
    assert len(set(made.values())) == len(ids)
    for one, prefix in zip(ids, names):
        assert made[one,].startswith(prefix)
        assert made[one,].isascii()
        assert made[one,].isidentifier()
        assert len(made[one,]) <= 52


@pytest.mark.parametrize("text", ["{{ lookup('pipe', 'x') }}", "a {% if %}", "{# x #}", "a\n{{ b }}\n"])
def test_text_of_the_account_is_no_template(account, text, load):
    made = account_files(account(later={"k": [text]}, store_id=text), secrets=True)
    one = load(account_files(account(later={"k": [text]}, store_id=text))["files"]["account.yml"])["cloudflare_account"]["gateways"][0]
    for found in (one["store_id"], one["extra_settings"]["later"]["k"][0]):
        assert plain(found) == text
        assert evaluated(found) == text
    found = load(made["files"]["account.yml"])["cloudflare_account"]["gateways"][0]["provider_configs"][0]["secret"]
    assert evaluated(found) == "filled in"


def evaluated(text):
    """Return a loaded text as Ansible templates it."""
    return Templar(DataLoader(), {"vault_a_openai_default": "filled in", "b": 1}).template(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a\nb\n",
            "a\nb",
            "  a\n b",
            "a \nb\n\n",
            "\n",
            "",
            " ",
            "\t\n",
            "a\r\nb",
            "\x1b[31m\n",
            "# a\n---\n...\n",
            "true",
            "12:30",
            "1e5",
            "0x1F",
        ),
        *(
            "=",
            "~",
            "null",
            "- a",
            "a: b",
            "\u00fc\n\u4e2d",
            "\u202e\u2028\n",
            "x" * 300,
            "'\"\\",
            "!unsafe x",
            "&a *a",
            "{a: b}",
            "@x",
            "%y",
        ),
    ],
)
def test_any_text_is_written_and_read_unchanged(text, load):
    variables = {"a": text, "b": {"c": [text, [text]], "d": {}}, text or "empty": [1, 2.5, 2e-07, True, None]}
    written = vars_file(variables, "a\ncomment")
    assert load(written) == variables
    assert yaml.safe_load(written) == variables
    assert written.splitlines()[:2] == ["---", "# a comment"]


def test_text_of_several_lines_is_written_on_several_lines():
    assert vars_file({"key": "-----BEGIN\nabc\n-----END\n"}) == "---\nkey: |\n  -----BEGIN\n  abc\n  -----END\n"


@pytest.mark.parametrize("name", ["as_declared", "account_files"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        [],
        {},
        {"other": []},
        {"gateways": 5},
        {"gateways": [5]},
        {"gateways": [{}]},
        {"gateways": [{"id": "a", "policies": [{"id": "b"}]}]},
    ],
)
def test_other_values_are_refused(name, value):
    with pytest.raises(AnsibleFilterError, match=f"{name} takes an account as edgeops.cloudflare.ai_gateway_account_info returns it: "):
        as_declared(value, "account") if name == "as_declared" else account_files(value)


def test_a_mask_is_no_name(account):
    with pytest.raises(AnsibleFilterError, match=r"provider_slug is \*\*\*\*\*\*\*\*, a mask"):
        account_files(account(provider_configs=[{**CONFIG, "provider_slug": "********"}]))
