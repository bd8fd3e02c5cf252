# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared constants and fixtures of the tests of the probe."""

from __future__ import annotations

import json

import pytest

GATEWAY = "/ai-gateway/gateways/a"
PLANE = "https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/a"
MODELS = PLANE + "/openai/models"
LIST = {"object": "list", "data": [{"id": "model-1"}]}
RUN_TOKEN = "invented-run-token"
FREE = {"cf-aig-authorization": f"Bearer {RUN_TOKEN}", "cf-aig-no-wholesale": "true", "cf-aig-skip-cache": "true"}
KEY = {"id": "k", "provider_slug": "openai", "alias": "default"}


def own(code, message="no"):
    return {"success": False, "error": [{"code": code, "message": message}]}


@pytest.fixture
def probe(run_module):
    def run(check_mode=False, **options):
        given = {"gateway_id": "a", "run_token": RUN_TOKEN, "retry_seconds": 0, **options}
        return run_module(given, "ai_gateway_probe", check_mode=check_mode)

    return run


@pytest.fixture
def expect_reads(api, gateway):
    """Return a function that expects reads of the gateway, its keys, and its routes if ``routes`` is given."""

    def build(*keys, routes=None, **settings):
        api.expect("GET", GATEWAY, answer=gateway(**{"authentication": True, "store_id": "s", **settings}))
        page = {"page": 1, "per_page": 100}
        api.expect("GET", GATEWAY + "/provider_configs", query=page, answer=list(keys))
        if routes is not None:
            raw = json.dumps({"success": True, "data": {"routes": [{"id": name, "name": name} for name in routes]}})
            api.expect("GET", GATEWAY + "/routes", query=page, raw=raw)

    return build


def refuse_invalid_token(api):
    """Expect a request with an invalid token, and refuse it."""
    api.expect_client("GET", MODELS, status=401, answer=own(2009))
