# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_secret``: a secret in the Secrets Store, independent of its use by gateways."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.store import (
    WAIT_TIMEOUT,
    SecretClient,
    ensure_store,
    find_store,
    make_secret,
    steps_result,
    value_warnings,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import item_result
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import UNCHANGED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets_store import SCOPE, SECRET
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task, single


class Shared(CollectionError):
    """Other products may use the secret, too."""


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the secret as declared, and return the module's result.

    :raises CollectionError: if the secret cannot be made as declared.
    """
    if task.declaration.present:
        # No store is created for a copy, because a new store cannot contain the secret to copy.
        steps = [ensure_store(client, check_mode or "copy_from" in task.declaration.settings)]
        outcome = make_secret(client, task.declaration, steps[0], check_mode, task.options[WAIT_TIMEOUT.name])
    else:
        steps, outcome = [], _remove(task, check_mode, client)
    result = item_result(SECRET, "secret", task.declaration, outcome, task.label, Scrubber(client.secrets))
    return steps_result(steps, result, client)


def _remove(task: Task, check_mode: bool, client: Client) -> Outcome:
    """Delete the secret.

    :raises Shared: if other products may use it, too.
    """
    store, name = find_store(client), task.declaration.id
    if store is None:
        return Outcome(UNCHANGED, (), None, None)
    items = SecretClient(client, SECRET, {"store_id": store["id"]})
    others = sorted({*((items.find(name) or {}).get("scopes") or [])} - {SCOPE})
    if others:
        raise Shared(
            f"{SECRET.name} {name!r} also has the scopes {', '.join(others)}: other products may use it. Nothing was changed. Take these "
            "scopes away, or delete it in the dashboard."
        )
    return reconcile(SECRET, task.declaration, items, check_mode)


def warn(task: Task) -> list[str]:
    """Return the warnings to report before any request is sent."""
    return value_warnings("value", task.declaration.settings.get("value"))


TASK_SPEC = single(SECRET, "secret", run, (WAIT_TIMEOUT,))._replace(warn=warn)
