# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_custom_domain``: a host name in front of a gateway, and its required DNS record."""

from __future__ import annotations

from typing import Any

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import wait_for
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.masking import show
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task, run_single, single

ACTIVE = "active"
# The status of a domain does not change from one of these by itself.
FINAL = (ACTIVE, "blocked", "error")
OPTIONS = (
    Field("wait", "bool", default=False),
    Field("wait_timeout", "int", minimum=1, maximum=86400, default=600),
)


class NotActive(CollectionError):
    """The domain did not become active."""


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the domain as declared, and return the module's result.

    :raises NotActive: if the task waits for the domain, and it does not become active.
    :raises CollectionError: if the domain cannot be made as declared.
    """
    result = run_single(CUSTOM_DOMAIN, "custom_domain", task, check_mode, client)
    domain = result.get("custom_domain")
    if domain is None:
        return result
    if task.options["wait"] and not check_mode:
        domain = result["custom_domain"] = _wait(task, domain, client)
    hostname, target = task.declaration.id, domain.get("cname_target")
    return {
        **result,
        "cname_target": target,
        "dns_record": {"record": hostname, "type": "CNAME", "value": target, "proxied": True},
    }


def _wait(task: Task, domain: dict[str, Any], client: Client) -> dict[str, Any]:
    items, hostname, seconds = ResourceClient(client, CUSTOM_DOMAIN, task.place), task.declaration.id, task.options["wait_timeout"]
    found: dict[str, Any] | None = domain
    if domain.get("status") not in FINAL:
        client.report_progress(f"waiting until {hostname} is active, at most {seconds} s")
        found = wait_for(lambda: items.get(hostname), lambda item: item is None or item.get("status") in FINAL, seconds)
    status = "absent" if found is None else found.get("status")
    if found is None or status != ACTIVE:
        waited = "" if found is None or status in FINAL else f" after {seconds} s"
        raise NotActive(
            f"{CUSTOM_DOMAIN.name} {hostname!r} is {status}{waited}, and not active. Its zone needs a proxied CNAME record {hostname} "
            f"with the value {domain.get('cname_target')}. A domain that is blocked or in error has to be deleted and created again."
        )
    return show(CUSTOM_DOMAIN, found, Scrubber(client.secrets))


TASK_SPEC = single(CUSTOM_DOMAIN, "custom_domain", run, OPTIONS)
