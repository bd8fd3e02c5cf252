# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of policies of a gateway.

Source: Cloudflare's documentation of policies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.conditions import ACTOR, condition_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Drafts, Field, Relations, Resource, Wire
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID

EVERYTHING = "*"
NO_LIMIT, BLOCK, LIMIT = "no_limit", "block", "limit"
WIRE_NO_LIMIT, TECHNIQUE = "no-limit", "named-interval"
SELECTORS = ("model", "provider")


def as_list(names: Any) -> list[Any]:
    """Return one or several names as a list."""
    return names if isinstance(names, list) else [names]


def _resource_problems(value: Any, path: str) -> Iterator[str]:
    """Yield the problems of the resource of a policy, which is ``*``, or a dict of models, providers or both."""
    if value == EVERYTHING:
        return
    if not isinstance(value, dict) or not value:
        yield f"{path} must be '*', or a dict with model, provider or both"
        return
    for name, names in value.items():
        if name not in SELECTORS:
            yield f"{path}.{name} is unknown: use model or provider"
        elif not as_list(names) or not all(isinstance(text, str) and text for text in as_list(names)):
            yield f"{path}.{name} must be a name, or a list of names that is not empty"


def _same_resource(value: Any) -> Any:
    """Return a resource in the form for comparisons: each selector is a sorted list."""
    if not isinstance(value, dict):
        return value
    names = {name: as_list(part) for name, part in value.items()}
    return {name: sorted(part, key=str) for name, part in names.items()}


def _read_action(value: Any) -> Any:
    """Return an action of an answer in the form of the options."""
    if not isinstance(value, dict):
        return value
    kind = NO_LIMIT if value.get("type") == WIRE_NO_LIMIT else value.get("type")
    return {**{name: part for name, part in value.items() if (name, part) != ("technique", TECHNIQUE)}, "type": kind}


def _sent_action(value: Any) -> Any:
    """Return an action in the form of a request. The API has a single technique, but requires its name."""
    if not isinstance(value, dict):
        return value
    if value.get("type") == LIMIT:
        return {"technique": TECHNIQUE, **value}
    kind = WIRE_NO_LIMIT if value.get("type") == NO_LIMIT else value.get("type")
    return {**{name: part for name, part in value.items() if name != "technique"}, "type": kind}


ACTION = Field(
    "action",
    "dict",
    required_to_create=True,
    wire=Wire(from_answer=_read_action, to_body=_sent_action),
    fields=(
        Field("type", "str", required=True, choices=(NO_LIMIT, BLOCK, LIMIT)),
        Field("except", "bool", normalize=bool, only_with=("type", BLOCK)),
        Field("amount", "float", above=0, only_with=("type", LIMIT)),
        Field("period", "str", choices=("hourly", "daily", "weekly", "monthly"), only_with=("type", LIMIT)),
    ),
    relations=Relations(required_if=(("type", LIMIT, ("amount", "period")),)),
)
POLICY = Resource(
    name="policy",
    kind="policy",
    path=("ai-gateway", "gateways", "{gateway_id}", "policies"),
    place=(GATEWAY_ID,),
    parent=GATEWAY,
    id=Field("name", "str", required=True, min_length=1),
    settings=(
        Field("actor", "str", required_to_create=True, min_length=1, pattern=ACTOR),
        Field("resource", "raw", on_create=EVERYTHING, check=_resource_problems, normalize=_same_resource),
        Field("condition", "str", on_create="true", min_length=1, check=condition_problems),
        ACTION,
    ),
    read_only={"id": None, "created_at": None, "updated_at": None},
    is_found_by_key=True,
    is_searchable=False,
    is_paged=False,
    puts_parts=True,
    list_query={"includeStaging": "true"},
    drafts=Drafts(
        flags=("staging", "uncommitted"),
        commit_query={"commit": "true"},
        commit_path=("commit",),
        inert={"condition": "false", "action": {"type": NO_LIMIT}},
    ),
)
# A policy in the list of one gateway's policies.
LISTED_POLICY = replace(POLICY, place=(), parent=None)
