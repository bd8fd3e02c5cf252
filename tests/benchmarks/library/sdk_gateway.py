# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A minimal module that uses Cloudflare's Python package, for comparison: get, compare, create or update."""

from __future__ import annotations

import os
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from cloudflare import Cloudflare, CloudflareError, NotFoundError

READ_ONLY = ("id", "created_at", "modified_at", "is_default")


def ensure(client: Cloudflare, account: str, gateway_id: str, settings: dict[str, Any], check_mode: bool) -> str:
    """Create or update the gateway as declared, and return the operation."""
    try:
        found = client.ai_gateway.get(gateway_id, account_id=account).to_dict()
    except NotFoundError:
        if not check_mode:
            client.ai_gateway.create(account_id=account, id=gateway_id, **settings)
        return "created"
    if all(found.get(name) == value for name, value in settings.items()):
        return "unchanged"
    if not check_mode:
        kept: dict[str, Any] = {name: value for name, value in found.items() if name not in READ_ONLY}
        client.ai_gateway.update(gateway_id, account_id=account, **{**kept, **settings})
    return "updated"


def main() -> None:
    """Run the module."""
    options = {"id": {"type": "str", "required": True}, "settings": {"type": "dict", "required": True}}
    module = AnsibleModule(options, supports_check_mode=True)
    client = Cloudflare(api_token=os.environ["CLOUDFLARE_API_TOKEN"], base_url=os.environ["CLOUDFLARE_BASE_URL"])
    account = os.environ["CLOUDFLARE_ACCOUNT_ID"]
    try:
        operation = ensure(client, account, module.params["id"], module.params["settings"], module.check_mode)
    except CloudflareError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=operation != "unchanged", operation=operation)


if __name__ == "__main__":
    main()
