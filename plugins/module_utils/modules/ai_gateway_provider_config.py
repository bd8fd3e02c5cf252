# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module ``ai_gateway_provider_config``: from a provider's key to a gateway that can use it, in one task."""

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
    """What the keys of one gateway have in common: the store, and the gateway once it uses the store."""

    def __init__(self, store: SharedStore) -> None:
        self.store = store
        self.lock = threading.Lock()
        # The gateway, once a key of this task has made it use the store.
        self.linked: Mapping[str, Any] | None = None


class ProviderConfigClient(ResourceClient):
    """The verbs on one declared provider config. A new one first gets what it needs: store, ``store_id`` and secret.

    :param shared: what several keys of one gateway have in common.
    :param secrets: gets what must not be shown.
    :param steps: gets what was done on the way, by the name of the kind.
    """

    def __init__(self, client: Client, task: Task, shared: SharedGateway, secrets: set[str], steps: dict[str, Step]) -> None:
        super().__init__(client, PROVIDER_CONFIG, task.place)
        self.task = task
        self.steps = steps
        self._secrets = secrets
        self._shared = shared

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a config, with the id of its secret in place of the key. A fresh secret may be unknown to the API for some seconds."""
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
        """Delete a config; one that is to be created again only if the gateway can use it then."""
        if self.task.declaration.present:
            self._open_store(check_mode=False)
        super().delete(current, not_after)

    def prepare(self, check_mode: bool) -> Mapping[str, Any] | None:
        """Make what a new config needs, note the steps, and return the secret if the task has the key.

        :raises NotUsable: if the gateway does not use stored keys.
        """
        store = self._open_store(check_mode)
        key = self.task.declaration.settings.get("secret")
        if key is None:
            return None
        # Traffic finds the key by this name, and not by the id that the config has.
        name = "_".join([self.task.place["gateway_id"], *self.task.declaration.keys])
        when = NEVER if self.task.declaration.update_secrets == NEVER else ALWAYS
        declaration = Declaration(name, True, {"value": key}, when)
        outcome = make_secret(self.client, declaration, store, check_mode, self.task.options[WAIT_TIMEOUT.name], self._secrets)
        return self._note(Step(SECRET, name, outcome)).outcome.after

    def finish(self, outcome: Outcome, check_mode: bool) -> None:
        """See the base class: in check mode, note what would be done on the way to a new config."""
        if outcome.operation not in (CREATED, RECREATED):
            return
        if check_mode:
            self.prepare(check_mode)
        else:
            # A new config is missing from the listing for some seconds. The next task would take it for absent.
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
        """Let the gateway use the store, and change nothing else of it."""
        name, store_id = str(gateway["id"]), store.get("id")
        if store_id is not None and gateway.get("store_id") == store_id:
            return Step(GATEWAY, name, Outcome(UNCHANGED, (), gateway, gateway))
        # In check mode, the store may not exist yet, and nor does its id.
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
        """Remember what was done, also if a later try finds it done."""
        before = self.steps.get(step.resource.name)
        if before is None or before.outcome.operation == UNCHANGED:
            self.steps[step.resource.name] = step
        return step


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Make the provider config what is declared, and return the module's result.

    :raises CollectionError: where that cannot be reached.
    """
    steps: dict[str, Step] = {}
    items = ProviderConfigClient(client, task, SharedGateway(SharedStore()), client.secrets, steps)
    outcome = reconcile(PROVIDER_CONFIG, task.declaration, items, check_mode)
    result = item_result(PROVIDER_CONFIG, "provider_config", task.declaration, outcome, task.label, Scrubber(client.secrets))
    return steps_result(list(steps.values()), result, client)


def warn(task: Task) -> list[str]:
    """Return what is to be said about the task before anything is sent."""
    return value_warnings("secret", task.declaration.settings.get("secret"))


TASK_SPEC = single(PROVIDER_CONFIG, "provider_config", run, (WAIT_TIMEOUT,))._replace(warn=warn)
