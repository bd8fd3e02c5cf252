# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion of the children of an item before the item itself."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Child
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some


def named(items: ResourceClient, item: Mapping[str, Any]) -> Child:
    """Return the kind and the name of a child, for results."""
    return Child(items.resource.kind, items.resource.identity_of(item))


def delete_children(
    items: ResourceClient, identity: str, done: list[Child], delete: Callable[[ResourceClient, Mapping[str, Any]], None]
) -> None:
    """Call ``delete`` for each child of the item with that ``identity``, and add each to ``done``.

    Otherwise children could remain, and belong to a new item with the same identity later.

    :raises CollectionError: if a child cannot be read or deleted. The error states that the item itself was not deleted.
    """
    owner = f"{items.resource.name} {identity!r}"
    remark = f"{owner} was not deleted, because the items that belong to it cannot be read."
    try:
        for below, item in items.children(identity):
            remark = f"It belongs to {owner}, which was not deleted."
            delete(below, item)
            done.append(named(below, item))
    except CollectionError as error:
        before = name_some([f"{child.kind} {child.name}" for child in done])
        error.add_remark(remark + (f" Deleted before: {before}." if done else ""))
        raise
