# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconcile one item with its declaration, or predict the result."""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.limits import explain_limit
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.reconciler import Reconciler
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Resource


def reconcile(resource: Resource, declaration: Declaration, items: ResourceClient, check_mode: bool) -> Outcome:
    """Read the item and change it as declared. In check mode, only predict the outcome.

    :raises CollectionError: if the item cannot be reconciled.
    """
    reconciler = Reconciler(resource, declaration, items, items.client.secrets)
    current = reconciler.find()
    try:
        outcome = reconciler.predict_with_children(current) if check_mode else reconciler.carry_out(current)
    except CollectionError as error:
        explain_limit(resource, error, lambda: len(items.all()))
        raise
    items.finish(outcome, check_mode)
    return outcome
