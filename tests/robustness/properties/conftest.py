# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Profiles of Hypothesis: the same examples every time in `make properties`, many new ones in `make hunt`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much]
settings.register_profile("fixed", max_examples=75, derandomize=True, deadline=None, database=None, suppress_health_check=SLOW)
settings.register_profile(
    "hunt", max_examples=int(os.environ.get("EXAMPLES", "5000")), deadline=None, database=None, suppress_health_check=SLOW
)
settings.load_profile(os.environ.get("PROPERTIES", "fixed"))
