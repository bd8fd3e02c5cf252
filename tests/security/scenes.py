# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks with secrets that succeed or fail in various ways, and the state of the account before them."""

from __future__ import annotations

import json
from typing import Any

from tests.security.watch import plant
from tests.simulator.handle import Simulator

Json = dict[str, Any]
SWITCH = "edgeops_cloudflare_in_process"
ONE, MANY, INFO = (f"edgeops.cloudflare.{name}" for name in ("ai_gateway", "ai_gateways", "ai_gateway_info"))
PROVIDER, CONFIG, SECRET, ROUTE = (
    f"edgeops.cloudflare.ai_gateway_{name}" for name in ("custom_provider", "provider_config", "secret", "dynamic_route")
)
ACCOUNT_INFO = "edgeops.cloudflare.ai_gateway_account_info"
PROBE = "edgeops.cloudflare.ai_gateway_probe"
ACCOUNT = "edgeops.cloudflare.ai_gateway_account"
NAMES = ("authorization", "header", "stripe", "extra", "default", "part", "token", "key", "password", "misspelt")
POLICIES = "edgeops.cloudflare.ai_gateway_policies"
# The variables of the playbook. The longest one is longer than any quoted text.
SECRETS = {name: plant(name) for name in NAMES} | {"long": plant("long", 700), "odd": plant('odd"\\ \u00fc  x')}
HEADERS = {"x-key": "{{ header }}", "x-odd": "{{ odd }}"}
OTEL = [{"url": "https://otel.example/v1", "authorization": "{{ authorization }}", "headers": HEADERS}]
STRIPE = {"authorization": "{{ stripe }}", "usage_events": [{"payload": "{}"}]}
PRIVATE_KEY = "{{ '-----BEGIN PRIVATE' ~ ' KEY-----' ~ key }}"
# The common parts of a provider and of a stored key.
OWN = {"slug": "own", "name": "Own", "provider_base_url": "https://llm.example.com"}
POLICY = {"name": "kept", "actor": "company:all", "action": {"type": "no_limit"}}
STORED = {"gateway_id": "keys", "provider_slug": "openai"}
# A route, and the token of all tasks from the environment, which no graph should contain.
ROUTED = {"gateway_id": "keys", "name": "support"}
OWN_TOKEN = "{{ lookup('ansible.builtin.env', 'CLOUDFLARE_API_TOKEN') }}"
REPORTS = ["markdown", "html", "junit", "json"]
PROBED = {"gateway_id": "keys", "run_token": "{{ token }}", "retry_seconds": 0}
# An account document with a secret in each field that the schema declares as secret.
BELOW: Json = {
    "provider_configs": [
        {"provider_slug": "openai", "secret": "{{ key }}"},
        {"provider_slug": "custom-whole", "alias": "batch", "secret": "{{ odd }}"},
    ],
    "policies": [POLICY],
    "custom_domains": [{"hostname": "ai.example.com", "zone_id": "0" * 32}],
}
DOCUMENT: Json = {
    "custom_providers": [
        {**OWN, "slug": "whole", "headers": HEADERS, "costs": [{"model": "m", "cost_in": 1}]},
        {"slug": "known", "extra_settings": {"headers": {"x-key": "{{ extra }}"}}},
    ],
    "defaults": {"stripe": {"authorization": "{{ default }}", "usage_events": []}},
    "gateways": [
        {"id": "whole", "authentication": True, "otel": OTEL, **BELOW},
        {
            "id": "whole-extra",
            "extra_settings": {"otel": [{"url": "a://b", "authorization": "{{ extra }}", "headers": {"k": "{{ long }}"}}]},
        },
        {"id": "known", "cache_ttl": 4},
    ],
}
HIDDEN = {"authorization": plant("server-only"), "usage_events": []}


def in_both_ways(tasks: list[Json]) -> list[Json]:
    """Return all tasks in-process, and then all of them as ordinary modules."""
    return [{**task, "vars": {SWITCH: here}} for here in (True, False) for task in tasks]


def graph(text: str, provider: str = "workers-ai") -> list[Json]:
    """Return a graph with ``text`` as an id, in a condition, and as a model."""
    return [
        {"id": "in", "type": "start", "outputs": {"next": {"element_id": text}}},
        {
            "id": text,
            "type": "conditional",
            "properties": {"conditions": {"metadata.key": {"$eq": text}}},
            "outputs": {"true": {"element_id": "split"}, "false": {"element_id": "out"}},
        },
        {"id": "split", "type": "percentage", "outputs": {"100%": {"element_id": "last"}}},
        {
            "id": "last",
            "type": "model",
            "properties": {"provider": provider, "model": text, "retries": 0, "timeout": 0},
            "outputs": {"success": {"element_id": "out"}, "fallback": {"element_id": "out"}},
        },
        {"id": "out", "type": "end"},
    ]


def stored(**settings: Any) -> Json:
    """Return a gateway with secrets that only the server has, also in fields that the schema does not declare as secret."""
    headers = {"k": plant("server-header"), "b": "Bearer " + plant("server-bearer"), "q": "team=" + plant("server-team") + ",x=y"}
    otel = [{"url": "a://b", "authorization": plant("server-otel"), "headers": headers, "content_type": "json"}]
    echo = [*(plant(f"server-{name}") for name in ("otel", "header", "bearer", "team")), {plant("server-header"): 1}]
    return {"cache_ttl": 1, "otel": otel, "stripe": HIDDEN, "later": {"echo": echo}, **settings}


def refusal(*secrets: str) -> Json:
    """Return the body of a refusal that quotes secrets at all offsets where a text may be truncated."""
    quotes = [filler * "x" + quoted for filler in range(0, 500, 45) for quoted in (" ".join(secrets), json.dumps(secrets), repr(secrets))]
    return {"success": False, "errors": [{"code": 1, "message": text, "path": [text]} for text in quotes]}


def prepare(simulator: Simulator, token: str) -> None:
    """Fill the account, and inject faults for some gateways whose responses quote secrets."""
    simulator.behave(tolerate_unknown=True, tokens={token: "write"})
    for name in ("known", "echo", "page", "reset", "other", "fleet-echo"):
        simulator.seed(stored(id=name))
    simulator.seed({"id": "keys", "authentication": True})
    simulator.seed({"id": "below", "authentication": True})
    simulator.seed(stored(id="linked", authentication=True))
    kept = plant("server-header")
    for name in ("known", "echo"):
        simulator.seed_item("custom_providers", {"id": name, "slug": name, "headers": json.dumps({"x-old": kept})})
    store = simulator.seed_item("stores", {})["id"]
    simulator.seed_item("secrets", {"id": "echo", "name": "echo", "store_id": store, "value": plant("server-value")})
    known = [SECRETS[name] for name in ("authorization", "header", "odd")] + [
        plant("server-only"),
        plant("server-otel"),
        plant("server-header"),
        plant("server-bearer"),
        plant("server-team"),
    ]
    everything = " ".join([f"Bearer {token}", *known])
    # At every offset where a text may be truncated, there is a secret.
    quotes = [filler * "x" + quoted for filler in range(0, 500, 45) for quoted in (everything, json.dumps(everything), repr(known))]
    errors = [{"code": 1, "message": text, "path": [text]} for text in quotes]
    masked = {**stored(id="masked"), "stripe": {"authorization": "********", "usage_events": []}}
    others = {**stored(id="other"), "stripe": {"authorization": plant("server-made"), "usage_events": []}}
    # Messages of the data plane and of providers that quote the client's token and a stored key.
    message = f"{'x' * 150} Incorrect API key provided: {SECRETS['key']} for Bearer {SECRETS['token']} {SECRETS['odd']}"
    quoted = dict.fromkeys(("cf-aig-model", "cf-aig-provider", "cf-aig-log-id", "cf-aig-step"), SECRETS["token"])
    for fault in (
        {"path": "/keys/grok/", "status": 401, "json": {"error": {"message": message, "code": SECRETS["token"]}}, "headers": quoted},
        {
            "path": "/keys/deepseek/",
            "status": 400,
            "json": {"success": False, "error": [{"code": 1, "message": message}]},
            "headers": quoted,
        },
        {"path": "/keys/huggingface/", "status": 502, "body": message, "content_type": "text/html"},
        {"path": "/keys/mistral/", "status": 302, "headers": {"Location": f"https://x.example/?{SECRETS['token']}"}},
        {"path": "/keys/cohere/", "reset": True},
        {"path": "/custom-providers/echo$", "method": "PATCH", "status": 400, "json": refusal(SECRETS["header"], SECRETS["odd"], kept)},
        {"path": "/echo/routes$", "method": "POST", "status": 400, "json": refusal(token)},
        {"path": "/linked$", "method": "PUT", "status": 400, "json": refusal(token, kept, plant("server-only"), plant("server-team"))},
        {"path": "/below/routes$", "method": "POST", "status": 400, "json": refusal(token)},
        {"path": "/below/provider_configs$", "method": "POST", "status": 400, "json": refusal(token, SECRETS["key"])},
        {"path": "/below/(policies|custom-domains)$", "method": "POST", "status": 502, "body": f"<html>{'x' * 60} {token}"},
        {"path": "/secrets/echo$", "method": "PATCH", "status": 400, "json": refusal(SECRETS["key"])},
        {"path": "/(fleet-)?echo$", "method": "PUT", "status": 400, "json": {"success": False, "errors": errors}},
        {"path": "/page$", "method": "PUT", "status": 502, "body": f"<html>{'x' * 60} {everything}", "content_type": "text/html"},
        {"path": "/reset$", "method": "PUT", "reset": True},
        {"path": "/other$", "method": "PUT", "status": 200, "json": {"success": True, "result": others}},
        {"path": "/masked$", "method": "GET", "status": 200, "json": {"success": True, "result": masked}},
    ):
        simulator.fault(times=None, **fault)


SUCCESSES: list[Json] = [
    # First, because it runs in the background.
    {ONE: {"id": "asynchronous", "stripe": STRIPE}, "async": 60, "poll": 0},
    {ONE: {"id": "a", "otel": OTEL, "stripe": STRIPE}},
    {ONE: {"id": "a", "otel": [{**OTEL[0], "authorization": "{{ part }}"}]}, "register": "changed_one"},
    {ONE: {"id": "a", "otel": OTEL}, "check_mode": True},
    {ONE: {"id": "b", "extra_settings": {"otel": [{"url": "a://b", "authorization": "{{ extra }}", "headers": {"k": "{{ long }}"}}]}}},
    {ONE: {"id": "known", "cache_ttl": 2}},
    {ONE: {"id": "{{ item }}", "stripe": STRIPE}, "loop": ["c1", "c2"]},
    {ONE: {"id": "d", "stripe": STRIPE}, "no_log": True},
    {
        MANY: {
            "gateways": [
                {"id": "fleet-a", "otel": [{"url": "a://b", "authorization": "{{ part }}"}]},
                {"id": "known", "cache_ttl": 3},
                {"id": "fleet-b", "extra_settings": {"stripe": {"authorization": "{{ extra }}", "usage_events": []}}},
            ],
            "defaults": {"stripe": {"authorization": "{{ default }}", "usage_events": []}},
        },
        "register": "fleet",
    },
    {INFO: {}, "register": "account"},
    {PROVIDER: {**OWN, "headers": HEADERS}, "register": "own"},
    {PROVIDER: {"slug": "own", "headers": {"x-key": "{{ part }}"}, "update_secrets": "always"}},
    {PROVIDER: {"slug": "known", "position": 5}},
    {f"{PROVIDER}_info": {"costs": True}, "register": "providers"},
    {CONFIG: {**STORED, "secret": "{{ key }}"}, "register": "config"},
    {CONFIG: {**STORED, "secret": "{{ long }}", "update_secrets": "always"}},
    {CONFIG: {**STORED, "alias": "checked", "secret": "{{ key }}"}, "check_mode": True},
    {f"{CONFIG}_info": {"gateway_id": "keys"}, "register": "configs"},
    {SECRET: {"name": "kept", "value": "{{ extra }}", "comment": "kept"}, "register": "secret"},
    {SECRET: {"name": "kept", "value": "{{ odd }}", "update_secrets": "always"}},
    {SECRET: {"name": "{{ item }}", "value": "{{ default }}"}, "loop": ["kept1", "kept2"]},
    {f"{SECRET}_info": {}, "register": "secrets"},
    {POLICIES: {"gateway_id": "keys", "policies": [POLICY]}},
    {f"{POLICIES}_info": {"gateway_id": "keys"}},
    {ROUTE: {**ROUTED, "elements": graph(OWN_TOKEN)}, "register": "route"},
    {ROUTE: {**ROUTED, "elements": graph("main")}},
    {ROUTE: {**ROUTED, "version": "{{ route.dynamic_route.version_id }}"}},
    {f"{ROUTE}_info": {"gateway_id": "keys", "history": True}, "register": "routes"},
    {ACCOUNT_INFO: {}, "register": "whole"},
    {"ansible.builtin.debug": {"msg": "{{ whole.account | edgeops.cloudflare.as_declared('account') }}"}},
    {"ansible.builtin.debug": {"msg": "{{ whole.account | edgeops.cloudflare.account_files(secrets=true, each=true) }}"}},
    {"ansible.builtin.debug": {"msg": "{{ whole.account | edgeops.cloudflare.account_report(format=item) }}"}, "loop": REPORTS},
    {"ansible.builtin.debug": {"msg": "{{ [route, routes, routes.dynamic_routes | edgeops.cloudflare.as_declared('dynamic_route')] }}"}},
    {ACCOUNT: DOCUMENT, "check_mode": True},
    {ACCOUNT: DOCUMENT, "register": "whole"},
    {
        ACCOUNT: {
            "gateways": [
                {
                    "id": "whole",
                    "stripe": STRIPE,
                    "provider_configs": [{"provider_slug": "openai", "secret": "{{ long }}"}],
                    "dynamic_routes": [{"name": "chat", "elements": graph(OWN_TOKEN, "custom-whole")}],
                }
            ],
            "custom_providers": [{"slug": "whole", "headers": {"x-key": "{{ part }}"}}],
            "update_secrets": "always",
        },
        "register": "changed_whole",
    },
    {"ansible.builtin.debug": {"msg": "{{ [whole, changed_whole] }}"}},
    {PROBE: {**PROBED, "provider": "openai"}, "register": "probe"},
    {PROBE: {**PROBED, "provider": "{{ item }}"}, "loop": ["grok", "deepseek", "huggingface", "mistral", "cohere"]},
    {PROBE: {**PROBED, "provider": "openai", "model": "m", "request": True, "metadata": {"a": 1}}, "check_mode": True},
    {"ansible.builtin.debug": {"msg": "{{ [own, providers, config, configs, secret, secrets, probe] }}"}},
    {"ansible.builtin.debug": {"msg": "{{ account.gateways | edgeops.cloudflare.as_declared }}"}},
    {"ansible.builtin.debug": {"msg": "{{ [fleet, changed_one, ansible_facts] }}"}},
    {"ansible.builtin.set_fact": {"cacheable": True, "kept": "{{ [account, fleet, changed_one] }}"}},
]
REFUSALS: list[Json] = [
    {ONE: {"id": "a", "cache_ttl": -1, "otel": OTEL, "stripe": STRIPE}},
    {ONE: {"id": "a", "cache_ttl": "x", "otel": OTEL, "extra_settings": {"stripe": STRIPE}}},
    {ONE: {"id": "a", "otel": [OTEL]}},
    {ONE: {"id": "a", "otel": "{{ authorization }}"}},
    {ONE: {"id": "a", "otel": ["{{ authorization }}"]}},
    {ONE: {"id": "a", "otel": [{"authorization": "{{ authorization }}", "headers": ["{{ header }}"]}]}},
    {ONE: {"id": "a", "stripe": "{{ stripe }}"}},
    {ONE: {"id": "a", "stripe": "authorization={{ stripe }} usage_events=x"}},
    {ONE: {"id": "a", "stripe": {"authorization": ["{{ stripe }}"], "usage_events": [5]}}},
    {ONE: {"id": "a", "stripe": {"authorisation": "{{ misspelt }}", **STRIPE}}},
    {ONE: {"id": "a", "api_tokn": "{{ misspelt }}"}},
    {ONE: {"id": "a", "logpush_public_key": PRIVATE_KEY}},
    {ONE: {"id": "a", "base_url": "https://user:{{ password }}@x.example"}},
    {ONE: {"id": "a", "api_token": "{{ token }}\n"}},
    {ONE: {"id": "a", "api_token": "{{ token }}", "api_key": "{{ key }}", "api_email": "user@example.com"}},
    {ONE: {"id": "a", "stripe": STRIPE, "extra_settings": {"stripe": STRIPE}}},
    {MANY: {"gateways": [{"id": "a", "stripe": STRIPE, "cache_ttl": -1}, {"id": "a", "otel": [OTEL]}], "defaults": {"otel": OTEL}}},
    {MANY: {"gateways": [{"id": "a", "stripes": STRIPE}, {"stripe": "{{ stripe }}"}, "{{ part }}"], "defaults": "{{ default }}"}},
    {MANY: {"gateways": [{"id": "a", "stripe": STRIPE}], "purge": "maybe"}},
    {MANY: {"gateways": [{"id": "a", "extra_settings": {"stripe": "{{ extra }}"}}], "concurrency": 99}},
    {INFO: {"api_token": "{{ token }}", "ids": [""]}},
    {ACCOUNT_INFO: {"api_token": "{{ token }}", "gateways": [""]}},
    {ACCOUNT: {**DOCUMENT, "gatewayz": "{{ misspelt }}"}},
    {ACCOUNT: {**DOCUMENT, "concurrency": 99}},
    {ACCOUNT: {**DOCUMENT, "gateways": "{{ key }}", "custom_providers": ["{{ header }}"], "defaults": "{{ default }}"}},
    {
        ACCOUNT: {
            "gateways": [
                {"id": "a", "provider_configs": "{{ key }}", "policies": ["{{ part }}"], "dynamic_routes": {"secret": "{{ key }}"}},
                {"id": "b", "stripes": STRIPE, "provider_config": [{"secret": "{{ misspelt }}"}], "extra_settings": "{{ extra }}"},
                {"id": "c", "provider_configs": ["{{ part }}", ["{{ key }}"], {"secret": "{{ key }}"}, "secret={{ key }}"]},
            ],
            "custom_providers": [{"slug": "a", "headers": ["{{ header }}"], "costs": "{{ part }}", "header": "{{ misspelt }}"}],
            "defaults": {"provider_configs": [{"secret": "{{ misspelt }}"}], "otel": OTEL, "stripe": "{{ stripe }}"},
        }
    },
    {
        ACCOUNT: {
            "gateways": [
                {
                    "id": "a",
                    "state": "absent",
                    "extra_settings": {"stripe": STRIPE},
                    "stripe": STRIPE,
                    "provider_configs": [
                        {"provider_slug": "openai", "secret": ["{{ key }}"], "extra_settings": {"secret": "{{ extra }}"}},
                        {"provider_slug": "grok", "secret": "{{ key }}", "secrets": "{{ misspelt }}", "secret_id": "x"},
                        {"provider_slug": "grok", "secret": "{{ long }}", "state": "absent", "rate_limit": "x"},
                        {"secret": "{{ odd }}"},
                    ],
                    "dynamic_routes": [{"name": "chat", "elements": graph(OWN_TOKEN)[:-1], "element": "{{ misspelt }}"}],
                    "policies": [{**POLICY, "actions": "{{ misspelt }}"}],
                    "custom_domains": [{"hostname": "a.example.com", "zone": "{{ misspelt }}"}],
                }
            ],
            "custom_providers": [{"slug": "a", "headers": HEADERS, "extra_settings": {"headers": "{{ extra }}"}, "costs": ["{{ part }}"]}],
        }
    },
    {PROVIDER: {**OWN, "headers": HEADERS, "position": "x"}},
    {PROVIDER: {**OWN, "headers": "{{ header }}"}},
    {PROVIDER: {**OWN, "headers": ["{{ header }}"]}},
    {PROVIDER: {**OWN, "headers": {"x-key": ["{{ header }}"]}}},
    {PROVIDER: {**OWN, "headers": HEADERS, "header": "{{ misspelt }}"}},
    {PROVIDER: {**OWN, "provider_base_url": "https://user:{{ password }}@x.example"}},
    {CONFIG: {**STORED, "secret": "{{ key }}", "secret_id": "x"}},
    {CONFIG: {**STORED, "secret": ["{{ key }}"], "rate_limit": -1}},
    {CONFIG: {**STORED, "secrets": "{{ misspelt }}", "secret": "{{ key }}"}},
    {CONFIG: {**STORED, "secret": "{{ key }}", "extra_settings": {"secret": "{{ extra }}"}}},
    {POLICIES: {"gateway_id": "keys", "policies": [{**POLICY, "actions": "{{ misspelt }}"}]}},
    {PROBE: {**PROBED, "run_token": "{{ token }} {{ key }}", "max_tokens": 0}},
    {PROBE: {**PROBED, "run_tokn": "{{ misspelt }}"}},
    {PROBE: {**PROBED, "run_token": ["{{ token }}"], "gateway_url": "https://user:{{ password }}@x.example"}},
    {SECRET: {"name": "a name", "value": "{{ key }}"}},
    {SECRET: {"name": "kept", "value": {"a": "{{ key }}"}, "wait_timeout": 0}},
    {SECRET: {"name": "kept", "values": "{{ misspelt }}"}},
    {SECRET: {"name": "kept", "value": "{{ key }}", "copy_from": "other"}},
    {ROUTE: {**ROUTED, "elements": graph(OWN_TOKEN)[:-1]}},
    {ROUTE: {**ROUTED, "elements": [{"id": OWN_TOKEN, "type": OWN_TOKEN, "outputs": {"next": OWN_TOKEN}, "properties": [OWN_TOKEN]}]}},
]
FAILURES: list[Json] = [
    {ONE: {"id": "a", "api_token": "{{ token }}", "stripe": STRIPE}},
    {ONE: {"id": "a", "api_email": "user@example.com", "api_key": "{{ key }}"}},
    {MANY: {"gateways": [{"id": "a", "stripe": STRIPE}], "api_token": "{{ token }}"}},
    {INFO: {"api_token": "{{ token }}"}},
    {ONE: {"id": "echo", "otel": OTEL, "extra_settings": {"stripe": {"authorization": "{{ long }}", "usage_events": []}}}},
    {ONE: {"id": "page", "otel": OTEL, "max_retries": 0}},
    {ONE: {"id": "reset", "otel": OTEL, "max_retries": 0}},
    {ONE: {"id": "other", "stripe": STRIPE}},
    {ONE: {"id": "masked", "cache_ttl": 5}},
    {ONE: {"id": "a", "stripe": STRIPE, "base_url": "http://127.0.0.1:9", "max_retries": 0}},
    {ONE: {"id": "a", "stripe": STRIPE, "account_id": "0" * 32}},
    {ONE: {"id": "a", "stripe": STRIPE, "unset": ["stripe"]}},
    {MANY: {"gateways": [{"id": "fleet-echo", "otel": OTEL, "stripe": STRIPE}, {"id": "fleet-a", "cache_ttl": 8}]}},
    {
        ACCOUNT: {
            "custom_providers": [{"slug": "echo", "headers": HEADERS}],
            "gateways": [
                {"id": "echo", "otel": OTEL, "provider_configs": [{"provider_slug": "openai", "secret": "{{ key }}"}]},
                {
                    **BELOW,
                    "id": "below",
                    "provider_configs": [{"provider_slug": "openai", "secret": "{{ key }}"}],
                    "dynamic_routes": [{"name": "support", "elements": graph(OWN_TOKEN)}],
                },
                {"id": "linked", "provider_configs": [{"provider_slug": "openai", "secret": "{{ key }}"}]},
                {"id": "masked", "cache_ttl": 5},
                {"id": "other", "stripe": STRIPE},
            ],
            "update_secrets": "always",
            "max_retries": 0,
        }
    },
    {ACCOUNT: {**DOCUMENT, "api_token": "{{ token }}"}},
    {ACCOUNT: {**DOCUMENT, "base_url": "http://127.0.0.1:9", "max_retries": 0}},
    {PROVIDER: {"slug": "echo", "headers": HEADERS, "update_secrets": "always"}},
    {PROVIDER: {**OWN, "headers": HEADERS, "api_token": "{{ token }}"}},
    {POLICIES: {"gateway_id": "keys", "policies": [POLICY], "api_token": "{{ token }}"}},
    {ACCOUNT_INFO: {"api_token": "{{ token }}"}},
    {CONFIG: {**STORED, "gateway_id": "nowhere", "secret": "{{ key }}"}},
    {CONFIG: {**STORED, "secret": "{{ key }}", "base_url": "http://127.0.0.1:9", "max_retries": 0}},
    {SECRET: {"name": "kept", "value": "{{ key }}", "api_token": "{{ token }}"}},
    {SECRET: {"name": "echo", "value": "{{ key }}", "update_secrets": "always"}},
    {ROUTE: {"gateway_id": "echo", "name": "support", "elements": graph(OWN_TOKEN)}},
    {ROUTE: {**ROUTED, "elements": graph("main", f"custom-{OWN_TOKEN}")}},
    {PROBE: {**PROBED, "provider": "grok", "expect": ["answered"]}},
    {PROBE: {**PROBED, "provider": "cohere", "expect": ["answered"]}},
    {PROBE: {**PROBED, "api_token": "{{ token }}"}},
]
