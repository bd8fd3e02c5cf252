# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module C(ai_gateway): one gateway, from its options to its result."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client, encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import item_options, options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import declare
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.free_keys import convert_free_keys
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.results import id_warnings, lasting, notices
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import UPDATE_SECRETS, Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.items import Items
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.shell import Work

ENDPOINT = "https://gateway.ai.cloudflare.com/v1"


def argument_spec() -> dict[str, Any]:
    """The options of the module."""
    return dict(options_of((*CONNECTION_OPTIONS, UPDATE_SECRETS)), **item_options(GATEWAY))


def read(options: dict[str, Any]) -> Declaration:
    """What the options declare.

    :raises InvalidOptions: with everything that is wrong.
    """
    return declare(GATEWAY, options, convert_free_keys(GATEWAY.settings, options))


def run(declaration: Declaration, check_mode: bool, client: Client) -> dict[str, Any]:
    """Make the gateway what is declared, and return the module's result.

    :raises CollectionError: where that cannot be reached.
    """
    outcome = reconcile(GATEWAY, declaration, Items(client, GATEWAY), check_mode)
    scrub = Scrubber(client.secrets)
    result: dict[str, Any] = {
        "changed": outcome.operation != UNCHANGED,
        "operation": outcome.operation,
        "changed_settings": list(outcome.changed_settings),
        "endpoint": ENDPOINT + encode_path(client.account_id, declaration.id),
        "diff": {
            "before_header": declaration.id,
            "after_header": declaration.id,
            "before": lasting(GATEWAY, outcome.before, scrub),
            "after": lasting(GATEWAY, outcome.after, scrub),
        },
    }
    warnings = notices(outcome)
    if warnings:
        result["warnings"] = warnings
    gateway = None if outcome.after is None or not declaration.present else show(GATEWAY, outcome.after, scrub)
    if gateway is not None:
        result["gateway"] = gateway
    # Facts stay until they are set again: a gateway that is absent must not be seen there any more.
    result["ansible_facts"] = {"cloudflare_ai_gateway": gateway or {}}
    return result


def warn(declaration: Declaration) -> list[str]:
    """What to say before anything is sent."""
    return id_warnings(GATEWAY, [declaration.id])


WORK = Work(GATEWAY, argument_spec, read, run, warn=warn)
