# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine and the versions of the measurements."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

PACKAGES = ("ansible-core", "requests", "cloudflare")


def facts() -> dict[str, str]:
    """Return the machine and the versions, in the order of the page."""
    return {
        "CPU": f"{processor()}, {os.cpu_count()} cores",
        "Memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "Kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
        "Date": datetime.now(timezone.utc).date().isoformat(),
    }


def processor() -> str:
    """Return the model of the CPU, or its architecture if the system does not report the model."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def load() -> list[float]:
    """Return the load averages of the last 1, 5 and 15 minutes."""
    return [round(number, 2) for number in os.getloadavg()]
