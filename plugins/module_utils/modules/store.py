# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets Store of an account, and its secrets for AI Gateway. Shared by the modules for keys and for secrets."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, Exists
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import item_diff
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome, Step
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import UNCHANGED, make_plan
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.reconciler import Reconciler
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import wait_for
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets_store import SCOPE, SECRET, STORE

# The name that the dashboard gives to the store of an account.
STORE_NAME = "default_secrets_store"
ACTIVE = "active"
# The limit in Cloudflare's documentation. The API accepts 65,536 bytes.
DOCUMENTED_MAX_BYTES = 1024
WAIT_TIMEOUT = Field("wait_timeout", "int", minimum=1, maximum=3600, default=60)


class NotActive(CollectionError):
    """A secret does not become active."""


class NoSource(CollectionError):
    """The secret to copy does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Nothing was changed. There is no {SECRET.name} {name!r} in the Secrets Store: correct copy_from, or create that secret first."
        )


def steps_result(steps: list[Step], result: dict[str, Any], client: Client) -> dict[str, Any]:
    """Return the result of a task with its steps, and with one diff for each item."""
    done = [step for step in steps if step.outcome.operation != UNCHANGED]
    scrub = Scrubber(client.secrets)
    diffs = [item_diff(step.resource, step.outcome, f"{step.resource.name} {step.name}", scrub) for step in done]
    return {
        **result,
        "changed": result["changed"] or bool(done),
        "steps": [step.shown() for step in done],
        "diff": [*diffs, result["diff"]],
    }


def find_store(client: Client) -> dict[str, Any] | None:
    """Return the store of the account, whatever its name, or ``None``. An account has one at most."""
    stores = ResourceClient(client, STORE).all()
    return stores[0] if stores else None


def ensure_store(client: Client, check_mode: bool) -> Step:
    """Return the store of the account, or create it. It is never deleted, because Workers and other products share it."""
    found = find_store(client)
    if found is None:
        try:
            return Step(STORE, STORE_NAME, reconcile(STORE, Declaration(STORE_NAME, True, {}), ResourceClient(client, STORE), check_mode))
        except Exists:
            # Somebody else created one, under another name.
            found = find_store(client)
            if found is None:
                raise
    return Step(STORE, str(found["name"]), Outcome(UNCHANGED, (), found, found))


class SharedStore:
    """The store of the account, which a task for many keys looks up or creates once. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._store: Step | None = None

    def ensure(self, client: Client, check_mode: bool) -> Step:
        """Return the store like ``ensure_store``. Later calls return it as unchanged."""
        with self._lock:
            found = self._store
            if found is None:
                found = self._store = ensure_store(client, check_mode)
                return found
            return found._replace(outcome=Outcome(UNCHANGED, (), found.outcome.after, found.outcome.after))


def value_warnings(option: str, value: str | None) -> list[str]:
    """Return a warning if a secret is so long that it may be stored, but not found in use (workers-sdk issue 14018)."""
    size = len((value or "").encode("utf-8"))
    if size <= DOCUMENTED_MAX_BYTES:
        return []
    return [
        f"{option} has {size} bytes. The Secrets Store is documented for {DOCUMENTED_MAX_BYTES}; longer ones were reported to be stored, "
        "and then not to be found in use. Send a request through the gateway to make sure."
    ]


def usable_scopes(current: Mapping[str, Any] | None) -> list[str]:
    """Return the scopes of a secret, and the one that AI Gateway needs. Scopes of other products are kept."""
    return sorted({SCOPE, *((current or {}).get("scopes") or [])})


class SecretClient(ResourceClient):
    """The secrets of a store, which can be created as copies."""

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a secret, or copy the one named in ``copy_from``. The API can copy a value that it does not show.

        :raises NoSource: if the secret to copy does not exist.
        """
        source_name = body.get("copy_from")
        if source_name is None:
            return super().create(body)
        source = self.source(source_name)
        return self.create_at((source["id"], "duplicate"), {name: value for name, value in body.items() if name != "copy_from"})

    def source(self, name: str) -> dict[str, Any]:
        """Return the secret to copy.

        :raises NoSource: if it does not exist.
        """
        found = self.find(name)
        if found is None:
            raise NoSource(name)
        return found


def make_secret(
    client: Client, declaration: Declaration, store: Step, check_mode: bool, seconds: int, secrets: set[str] | None = None
) -> Outcome:
    """Change a secret as declared, with the scope that AI Gateway needs, and wait until it is active.

    :param secrets: set to which values that must not be shown are added, in place of the secrets of the whole task.
    :raises CollectionError: if the secret cannot be made as declared.
    """
    store_id = (store.outcome.after or {}).get("id")
    source_name = declaration.settings.get("copy_from")
    if store_id is None:
        # In check mode, the store does not exist yet.
        if source_name is not None:
            raise NoSource(source_name)
        plan = make_plan(SECRET, _with_scopes(declaration, None), None)
        return Outcome(plan.operation, plan.changed_settings, None, plan.after)
    items = SecretClient(client, SECRET, {"store_id": store_id})
    read_at = time.monotonic()
    current = items.find(declaration.id)
    reconciler = Reconciler(SECRET, _with_scopes(declaration, current), items, client.secrets if secrets is None else secrets, read_at)
    if check_mode:
        if current is None and source_name is not None:
            items.source(source_name)
        return reconciler.predict_with_children(current)
    outcome = reconciler.carry_out(current)
    return replace(outcome, after=wait_until_usable(items, outcome.after or {}, seconds))


def _with_scopes(declaration: Declaration, current: Mapping[str, Any] | None) -> Declaration:
    return replace(declaration, settings={**declaration.settings, "scopes": usable_scopes(current)})


def is_active(secret: Mapping[str, Any] | None) -> bool:
    """Return whether a secret exists and can be used, which is also the case if the API returns no status."""
    return secret is not None and secret.get("status") in (None, ACTIVE)


def wait_until_usable(items: ResourceClient, secret: Mapping[str, Any], seconds: int) -> dict[str, Any]:
    """Wait until a created or changed secret is active, and return it. A read replica may not have it for some seconds.

    :raises NotActive: if it is not active after ``seconds``.
    """
    if is_active(secret):
        return dict(secret)
    found = wait_for(lambda: items.refetch(secret), is_active, seconds)
    if found is None or not is_active(found):
        status = "not found" if found is None else found.get("status")
        raise NotActive(
            f"{SECRET.name} {secret.get('name')!r} is {status} after {seconds} s, and not active. Run the task again: it "
            "continues from the current state. Or increase wait_timeout."
        )
    return found
