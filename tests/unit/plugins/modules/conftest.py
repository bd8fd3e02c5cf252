# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of the tests of modules."""

from __future__ import annotations

import pytest


@pytest.fixture
def apply(run_module):
    """Run the module with one request after another, as the script of exchanges is in order."""

    def run(*gateways, check_mode=False, diff=False, **options):
        given = {"gateways": list(gateways), "concurrency": 1, **options}
        return run_module(given, "ai_gateways", check_mode=check_mode, diff=diff)

    return run
