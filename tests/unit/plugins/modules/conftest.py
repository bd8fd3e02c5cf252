# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of the tests of modules."""

from __future__ import annotations

import pytest


@pytest.fixture
def apply(run_module):
    """Return a function that runs ``ai_gateways`` with one request at a time, because the script of exchanges is ordered."""

    def run(*gateways, check_mode=False, diff=False, **options):
        given = {"gateways": list(gateways), "concurrency": 1, **options}
        return run_module(given, "ai_gateways", check_mode=check_mode, diff=diff)

    return run


@pytest.fixture
def absent(api):
    """Expect a read of the gateway ``a``, which does not exist."""
    api.expect("GET", "/ai-gateway/gateways/a", status=404, errors=[{"code": 7002, "message": "Not found"}])


@pytest.fixture
def create_defaults():
    """Return the settings that a create sends although they are not declared."""
    return {
        "cache_invalidate_on_update": True,
        "cache_ttl": 0,
        "collect_logs": True,
        "rate_limiting_interval": 0,
        "rate_limiting_limit": 0,
    }


@pytest.fixture
def stored_body():
    """Return a function that builds the body of an update from a stored gateway: all except its id and its read-only fields."""

    def build(gateway):
        return {key: value for key, value in gateway.items() if key not in ("id", "created_at", "modified_at", "is_default")}

    return build
