# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create or update gateways one after the other, with Cloudflare's Python package: sdk_script.py FILE.

The script is self-contained, as a user would write it. FILE contains the names of the gateways, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from cloudflare import Cloudflare, NotFoundError

SETTINGS: dict[str, Any] = {
    "authentication": True,
    "cache_invalidate_on_update": True,
    "cache_ttl": 300,
    "collect_logs": True,
    "rate_limiting_interval": 60,
    "rate_limiting_limit": 100,
    "rate_limiting_technique": "sliding",
}
READ_ONLY = ("id", "created_at", "modified_at", "is_default")


def ensure(client: Cloudflare, account: str, name: str) -> str:
    """Create or update one gateway, and return the operation."""
    try:
        found = client.ai_gateway.get(name, account_id=account).to_dict()
    except NotFoundError:
        client.ai_gateway.create(account_id=account, id=name, **SETTINGS)
        return "created"
    if all(found.get(key) == value for key, value in SETTINGS.items()):
        return "unchanged"
    kept: dict[str, Any] = {key: value for key, value in found.items() if key not in READ_ONLY}
    client.ai_gateway.update(name, account_id=account, **{**kept, **SETTINGS})
    return "updated"


def main() -> None:
    """Process all gateways over one connection, and print the numbers of operations."""
    names = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["gateways"]
    account = os.environ["CLOUDFLARE_ACCOUNT_ID"]
    with Cloudflare(api_token=os.environ["CLOUDFLARE_API_TOKEN"], base_url=os.environ["CLOUDFLARE_BASE_URL"]) as client:
        done = Counter(ensure(client, account, name) for name in names)
    print(", ".join(f"{number} {operation}" for operation, number in done.items()))


if __name__ == "__main__":
    main()
