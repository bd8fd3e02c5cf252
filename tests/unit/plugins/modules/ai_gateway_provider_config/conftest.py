# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared constants and fixtures of the tests of provider configs."""

from __future__ import annotations

import pytest

KEY = "invented-provider-key"
GATEWAY = "/ai-gateway/gateways/a"
CONFIGS = GATEWAY + "/provider_configs"
ONE = CONFIGS + "/c-1"
STORES = "/secrets_store/stores"
SECRETS = STORES + "/st-1/secrets"
PAGES = {"page": 1, "per_page": 100}
STORE = {"id": "st-1", "name": "shared", "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z"}
SECRET = {"id": "s-1", "name": "a_openai_default", "store_id": "st-1", "status": "active", "scopes": ["ai_gateway"]}
CONFIG = {
    "id": "c-1",
    "gateway_id": "a",
    "provider_slug": "openai",
    "alias": "default",
    "default_config": 1,
    "secret_id": "s-1",
    "secret_preview": "........",
    "rate_limit": 0,
    "rate_limit_period": 0,
    "modified_at": "2026-01-01T00:00:00Z",
}
NEW_SECRET = {"name": "a_openai_default", "value": KEY, "scopes": ["ai_gateway"]}
NEW_CONFIG = {"provider_slug": "openai", "alias": "default", "default_config": True, "secret_id": "s-1"}
NOT_FOUND = [{"code": 7002, "message": "Not found"}]
BOTH_WRITES = [("secret", "a_openai_default", "created", ["scopes", "value"])]


@pytest.fixture
def apply(run_module):
    def run(check_mode=False, diff=False, **options):
        given = {"gateway_id": "a", "provider_slug": "openai", **options}
        return run_module(given, "ai_gateway_provider_config", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def configs(api):
    """Return a function that expects a listing of the configs, and answers with these."""

    def expect(*found, **keywords):
        api.expect("GET", CONFIGS, query=PAGES, answer=list(found), **keywords)

    return expect


@pytest.fixture
def the_gateway(api, gateway):
    """Return a function that expects a read of the gateway, and answers with one that uses the store, or has these settings."""

    def expect(**settings):
        stored = gateway(**{"authentication": True, "store_id": "st-1", **settings})
        api.expect("GET", GATEWAY, answer=stored)
        return stored

    return expect


@pytest.fixture
def stores(api):
    def expect(*found):
        api.expect("GET", STORES, query=PAGES, answer=list(found))

    return expect


@pytest.fixture
def secrets(api):
    """Return a function that expects a search for the secret, and answers with these."""

    def expect(*found, name="a_openai_default"):
        api.expect("GET", SECRETS, query={**PAGES, "search": name}, answer=list(found))

    return expect


@pytest.fixture
def prepared(api, configs, the_gateway, stores, secrets):
    """Return a function that expects all requests before the create of the config. The gateway uses a store, and the secret is created."""

    def expect(*found_configs):
        configs(*found_configs)
        the_gateway()
        stores(STORE)
        secrets()
        api.expect("POST", SECRETS, body=[NEW_SECRET], answer=[SECRET])

    return expect


def steps_of(result):
    return [(step["kind"], step["name"], step["operation"], step["changed_settings"]) for step in result["steps"]]
