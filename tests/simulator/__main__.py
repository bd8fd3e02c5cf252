# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m tests.simulator`: a stand-in for the AI Gateway part of the Cloudflare API."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.simulator.server import Options, run


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8787, help="0 for any free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--log-level", default="warning")
    parser.add_argument("--parent-pid", type=int, help="stop when this process is gone")
    options = parser.parse_args()
    run(Options(**vars(options)))


if __name__ == "__main__":
    main()
