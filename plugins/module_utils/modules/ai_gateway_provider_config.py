# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_provider_config``: store a provider's key, and make it usable for a gateway, in one task."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, CollectionError, Refused
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.store import (
    WAIT_TIMEOUT,
    SharedStore,
    make_secret,
    steps_result,
    value_warnings,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import item_result
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.apply import reconcile
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import ALWAYS, NEVER, Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome, Step
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import (
    CREATED,
    RECREATED,
    UNCHANGED,
    UPDATED,
    HiddenSecret,
    make_plan,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import wait_for
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import secret_values
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets_store import SECRET
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task, single
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

ROLES = "Super Administrator or Secrets Store Deployer"


class NotUsable(CollectionError):
    """The gateway cannot use a stored key."""


class SharedGateway:
    """State shared by the keys of one gateway: the store, and the gateway after it has been linked to the store."""

    def __init__(self, store: SharedStore) -> None:
        self.store = store
        self.lock = threading.Lock()
        # The stored gateway, after a key of this task has made sure that it uses the store.
        self.linked: Mapping[str, Any] | None = None


class ProviderConfigClient(ResourceClient):
    """Operations on one declared provider config. A new one first gets its prerequisites: store, ``store_id`` and secret.

    :param shared: state that the keys of one gateway share.
    :param secrets: set to which values that must not be shown are added.
    :param steps: dict to which the steps are added, by the name of their resource.
    """

    def __init__(self, client: Client, task: Task, shared: SharedGateway, secrets: set[str], steps: dict[str, Step]) -> None:
        super().__init__(client, PROVIDER_CONFIG, task.place)
        self.task = task
        self.steps = steps
        self._secrets = secrets
        self._shared = shared

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a config, with the id of its secret in place of the key. The API may not find a new secret for some seconds."""
        secret = self.prepare(check_mode=False)
        sent = {name: value for name, value in body.items() if name != "secret"}
        if secret is not None:
            sent["secret_id"] = secret["id"]

        def attempt() -> dict[str, Any] | Refused:
            try:
                return super(ProviderConfigClient, self).create(sent)
            except Refused as error:
                if "not found" in error.message.lower():
                    return error
                raise

        try:
            found = wait_for(attempt, lambda answer: isinstance(answer, dict), self.task.options[WAIT_TIMEOUT.name])
        except ApiError as error:
            if error.status in (401, 403):
                error.add_remark(f"To attach a secret to a gateway, the user of the token also needs the role {ROLES}.")
            raise
        if isinstance(found, Refused):
            raise found
        return found

    def delete(self, current: Mapping[str, Any], not_after: float | None = None) -> None:
        """Delete a config. If it will be created again, first make sure that the gateway can use the new one."""
        if self.task.declaration.present:
            self._open_store(check_mode=False)
        super().delete(current, not_after)

    def prepare(self, check_mode: bool) -> Mapping[str, Any] | None:
        """Create the prerequisites of a new config, record the steps, and return the secret if the task has the key.

        :raises NotUsable: if the gateway does not use stored keys.
        """
        store = self._open_store(check_mode)
        key = self.task.declaration.settings.get("secret")
        if key is None:
            return None
        # The gateway finds the key by this name, not by the id in the config.
        name = "_".join([self.task.place["gateway_id"], *self.task.declaration.keys])
        when = NEVER if self.task.declaration.update_secrets == NEVER else ALWAYS
        declaration = Declaration(name, True, {"value": key}, when)
        outcome = make_secret(self.client, declaration, store, check_mode, self.task.options[WAIT_TIMEOUT.name], self._secrets)
        return self._note(Step(SECRET, name, outcome)).outcome.after

    def finish(self, outcome: Outcome, check_mode: bool) -> None:
        """See the base class. In check mode, record the steps that a new config would need."""
        if outcome.operation not in (CREATED, RECREATED):
            return
        if check_mode:
            self.prepare(check_mode)
        else:
            # The listing lacks a new config for some seconds. Without a wait, the next task would consider it absent.
            with suppress(CollectionError):
                self.find(self.task.declaration.id)

    def _open_store(self, check_mode: bool) -> Step:
        """Make sure that there is a store, and that the gateway uses it."""
        gateway = self._usable_gateway()
        store = self._note(self._shared.store.ensure(self.client, check_mode))
        if gateway is not None:
            with self._shared.lock:
                if self._shared.linked is None:
                    self._shared.linked = self._note(self._link(gateway, store.outcome.after or {}, check_mode)).outcome.after
        return store

    def _usable_gateway(self) -> dict[str, Any] | None:
        gateway = self.parent()
        self._secrets.update(secret_values(GATEWAY, gateway or {}))
        if gateway is not None and gateway.get("authentication") is False:
            raise NotUsable(
                f"{GATEWAY.name} {gateway['id']!r} has authentication: false, and then does not use stored keys: anybody who knows its URL "
                "could spend them. Set authentication to true with ai_gateway first."
            )
        return gateway

    def _link(self, gateway: Mapping[str, Any], store: Mapping[str, Any], check_mode: bool) -> Step:
        """Make the gateway use the store, without other changes to it."""
        name, store_id = str(gateway["id"]), store.get("id")
        if store_id is not None and gateway.get("store_id") == store_id:
            return Step(GATEWAY, name, Outcome(UNCHANGED, (), gateway, gateway))
        # In check mode, the store may not exist yet, so it has no id.
        declaration = Declaration(name, True, {"store_id": store_id or "id"})
        try:
            if store_id is not None:
                return Step(GATEWAY, name, reconcile(GATEWAY, declaration, ResourceClient(self.client, GATEWAY), check_mode))
            make_plan(GATEWAY, declaration, gateway)
        except HiddenSecret as error:
            raise NotUsable(
                f"{GATEWAY.name} {name!r} does not use the Secrets Store yet. The API updates by replacing the whole gateway, and the "
                f"server hides {name_some(error.places)}: writing back what it shows could destroy the secret. Set store_id"
                f"{'' if store_id is None else f' to {store_id}'} in a task of ai_gateway that declares the secret, too."
            ) from None
        return Step(GATEWAY, name, Outcome(UPDATED, ("store_id",), gateway, {**gateway, "store_id": None}))

    def _note(self, step: Step) -> Step:
        """Record a step. A later attempt that finds it done does not replace it."""
        before = self.steps.get(step.resource.name)
        if before is None or before.outcome.operation == UNCHANGED:
            self.steps[step.resource.name] = step
        return step


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the provider config as declared, and return the module's result.

    :raises CollectionError: if the provider config cannot be made as declared.
    """
    steps: dict[str, Step] = {}
    items = ProviderConfigClient(client, task, SharedGateway(SharedStore()), client.secrets, steps)
    outcome = reconcile(PROVIDER_CONFIG, task.declaration, items, check_mode)
    result = item_result(PROVIDER_CONFIG, "provider_config", task.declaration, outcome, task.label, Scrubber(client.secrets))
    return steps_result(list(steps.values()), result, client)


def warn(task: Task) -> list[str]:
    """Return the warnings to report before any request is sent."""
    return value_warnings("secret", task.declaration.settings.get("secret"))


TASK_SPEC = single(PROVIDER_CONFIG, "provider_config", run, (WAIT_TIMEOUT,))._replace(warn=warn)
