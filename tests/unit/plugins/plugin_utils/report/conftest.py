# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An invented account, as ``ai_gateway_account_info`` returns it, and results of ``ai_gateway_account`` in check mode for it."""

from __future__ import annotations

import copy
from datetime import datetime, timezone

import pytest

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=timezone.utc)
ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
HOSTILE = "a|b `c` <script>alert(1)</script> & \"q\" 'x' [l](javascript:x) {{ 7*7 }} {% x %} *b* _i_ \\ \u202e\x1b[31m\n# h\n```\n]]>-->"


def to(element_id):
    return {"elementId": element_id}


def model(element_id, provider, success="out", fallback="out"):
    return {
        "id": element_id,
        "type": "model",
        "properties": {"provider": provider, "model": f"{provider}-large", "timeout": 20000, "retries": 1},
        "outputs": {"success": to(success), "fallback": to(fallback)},
    }


GRAPH = [
    {"id": "in", "type": "start", "outputs": {"next": to("split")}},
    {"id": "split", "type": "percentage", "outputs": {"90%": to("main"), "10%": to("canary")}},
    model("main", "openai", fallback="spare"),
    model("canary", "custom-house", fallback="main"),
    model("spare", "workers-ai"),
    {"id": "out", "type": "end", "outputs": {}},
]


def key(slug, modified_at, alias="default"):
    return {
        "id": f"id-{slug}-{alias}",
        "provider_slug": slug,
        "alias": alias,
        "default_config": 1,
        "secret_preview": "********",
        "modified_at": modified_at,
    }


ACCOUNT = {
    "custom_providers": [{"slug": "house", "name": "House", "base_url": "https://llm.example.com", "costs": []}],
    "gateways": [
        {
            "id": "shop",
            "account_id": ACCOUNT_ID,
            "authentication": True,
            "provider_configs": [key("openai", "2026-11-01T00:00:00.123456Z"), key("custom-house", "2026-01-01T00:00:00Z")],
            "dynamic_routes": [{"name": "support", "elements": GRAPH, "is_valid": True}],
            "policies": [{"name": "cap", "actor": "*", "resource": "*", "condition": "true", "action": {"type": "no_limit"}}],
            "custom_domains": [{"hostname": "ai.example.com", "status": "active"}],
        },
        {
            "id": "open",
            "authentication": False,
            "provider_configs": [],
            "dynamic_routes": [],
            "policies": [],
            "custom_domains": [],
        },
    ],
}


def entry(kind, parent, name, operation="unchanged", changed=(), error=None):
    return {
        "kind": kind,
        "parent": parent,
        "id": name,
        "operation": operation,
        "changed_settings": list(changed),
        "deleted_children": [],
        "error": error,
    }


def compared_with(*entries, diff=(), account=None):
    return {"changed": True, "results": list(entries), "diff": list(diff), "account": account or {}}


@pytest.fixture
def account():
    return copy.deepcopy(ACCOUNT)


@pytest.fixture
def declared():
    """Return the results and the account of a run in check mode that finds no difference."""
    shop = {"provider_configs": {}, "dynamic_routes": {}, "policies": {}, "custom_domains": {}}
    return [
        entry("custom_provider", None, "house"),
        entry("gateway", None, "shop"),
        entry("gateway", None, "open"),
        entry("provider_config", "shop", "openai/default"),
        entry("provider_config", "shop", "custom-house/default"),
        entry("dynamic_route", "shop", "support"),
        entry("policy", "shop", "cap"),
        entry("custom_domain", "shop", "ai.example.com"),
    ], {"custom_providers": {}, "gateways": {"shop": shop, "open": {}}}
