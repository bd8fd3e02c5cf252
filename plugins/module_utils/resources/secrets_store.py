# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field tables of the Secrets Store of an account and its secrets.

Sources: Cloudflare's published schema, its documentation, and public reports of the live API. The codes 1001 and 1003 have several
meanings, with statuses that are not documented, so the message decides.
"""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import PATCH, Field, Resource

SCOPE = "ai_gateway"
PERMISSIONS = ("Secrets Store Read", "Secrets Store Write")

STORE = Resource(
    name="Secrets Store",
    kind="secrets_store",
    path=("secrets_store", "stores"),
    id=Field("name", "str", required=True),
    settings=(),
    read_only={"id": None, "created": None, "modified": None, "account_id": None},
    is_found_by_key=True,
    is_listed_whole=True,
    is_searchable=False,
    absent_codes={1001: "not.?found"},
    exists_codes={1003: "maximum.?stores"},
    permissions=PERMISSIONS,
    created="created",
)

SECRET = Resource(
    name="secret",
    kind="secret",
    path=("secrets_store", "stores", "{store_id}", "secrets"),
    place=(Field("store_id", "str", is_option=False),),
    id=Field(
        "name", "str", required=True, min_length=1, pattern=(r"[A-Za-z0-9_-]+", "consist of letters, digits, underscores and hyphens")
    ),
    settings=(
        Field("value", "str", secret=True, write_only=True),
        Field("copy_from", "str", write_only=True, min_length=1),
        Field("scopes", "list", elements="str", ordered=False, is_option=False, may_be_hidden=True),
        Field("comment", "str", default=""),
    ),
    alternatives=(("value", "copy_from"),),
    read_only={"id": None, "store_id": None, "status": None, "created": None, "modified": None},
    gone=(("status", "deleted"),),
    is_found_by_key=True,
    is_listed_whole=True,
    is_created_in_list=True,
    update_verb=PATCH,
    absent_codes={1001: "not.?found"},
    exists_codes={1003: "already.?exists"},
    permissions=PERMISSIONS,
    created="created",
)
