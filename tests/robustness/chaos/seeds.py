# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schedule of a seed, which also determines the kind of its items."""

from __future__ import annotations

from tests.robustness.chaos.other_schedules import other_schedule_of
from tests.robustness.chaos.schedule import Schedule, gateway_schedule_of

# The first seed of the schedules for items other than gateways.
FIRST_OTHER = 100_001


def schedule_of(seed: int) -> Schedule:
    """Return the schedule of a seed, which is always the same."""
    return gateway_schedule_of(seed) if seed < FIRST_OTHER else other_schedule_of(seed)
