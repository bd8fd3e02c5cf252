# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The in-memory store, with the effects of a create and an update on a gateway."""

from __future__ import annotations

import copy

from tests.simulator.behaviour import Behaviour
from tests.simulator.contract import CREATE, NESTED, SETTINGS, UPDATE
from tests.simulator.defaults import ABSENT, DEFAULT_ID, SHOWN_FOR_NULL, completed, default_of, seeded, timestamp
from tests.simulator.item_store import GATEWAYS, ItemStore, Place
from tests.simulator.protocol import Json, Problem
from tests.simulator.validation import Refused, check

Gateways = dict[str, Json]


class Store(ItemStore):
    """All items, with the special rules of gateways."""

    def gateways(self, account: str) -> Gateways:
        """Return all gateways of an account by id, oldest first."""
        return self.items(Place(GATEWAYS, account))

    def get(self, account: str, gateway_id: str) -> Json | None:
        """Return one gateway or None."""
        return self.gateways(account).get(gateway_id)

    def delete(self, account: str, gateway_id: str) -> Json | None:
        """Remove a gateway and return it; None if there was none."""
        return self.take(Place(GATEWAYS, account), gateway_id)

    def seed(self, account: str, gateway_id: str, gateway: Json) -> Json:
        """Store any object without validation, on every replica. Only missing fields are filled in."""
        stored = self._put(account, seeded(gateway_id, gateway))
        self.settle(Place(GATEWAYS, account), gateway_id)
        return stored

    def create(self, account: str, body: object, behaviour: Behaviour) -> Json:
        """Store and return a new gateway from the body of a request.

        :raises Refused: for invalid input, and for an id in use.
        """
        body, extra = split_extra(body, behaviour)
        if behaviour.nested_on_create == "drop" and isinstance(body, dict):
            body = {name: value for name, value in body.items() if name not in NESTED}
        given = check(CREATE, body, behaviour)
        gateway_id = given.pop("id")
        if gateway_id in self.gateways(account):
            raise Refused([Problem("A gateway with this id already exists", ("body", "id"))])
        defaults = {name: default_of(name, behaviour.plan_defaults) for name in SETTINGS}
        settings = {**defaults, **without_ignored(completed(given), behaviour)}
        # Defaults of the plan also replace an explicit null. All other settings that are null here have the default null.
        settings |= {name: defaults[name] for name in settings if settings[name] is None}
        settings = normalized(settings, behaviour)
        now = timestamp()
        made: Json = {"id": gateway_id, "created_at": now, "modified_at": now, "is_default": gateway_id == DEFAULT_ID}
        return self._put(account, consistent({**made, **settings, **extra}))

    def update(self, account: str, current: Json, body: object, behaviour: Behaviour) -> Json:
        """Store and return a gateway, updated with the body of a request.

        `modified_at` only changes if a stored value does.

        :raises Refused: for invalid input.
        """
        body, extra = split_extra(body, behaviour)
        given = check(UPDATE, body, behaviour)
        settings = normalized(completed(given), behaviour) | extra
        if behaviour.put == "replace":
            defaults = {name: default_of(name, behaviour.plan_defaults) for name in SETTINGS}
            cleared = {} if behaviour.refuse_extra_fields else dict.fromkeys(behaviour.extra_fields)
            settings = {**defaults, **cleared, **settings}
        changed = consistent({**current, **without_ignored(settings, behaviour)})
        if changed != current:
            changed["modified_at"] = timestamp(after=current.get("modified_at"))
        return self._put(account, changed)

    def _put(self, account: str, gateway: Json) -> Json:
        return self.put(Place(GATEWAYS, account), gateway["id"], gateway)


def split_extra(body: object, behaviour: Behaviour) -> tuple[object, Json]:
    """Return the body without the extra fields, and the extra fields, which can have any JSON value."""
    if not isinstance(body, dict):
        return body, {}
    extra = {name: copy.deepcopy(body[name]) for name in behaviour.extra_fields if name in body}
    if extra and behaviour.refuse_extra_fields:
        raise Refused([Problem(f"Unrecognized key: {name}", ("body", name)) for name in extra])
    return {name: value for name, value in body.items() if name not in extra}, extra


def normalized(settings: Json, behaviour: Behaviour) -> Json:
    """Return the settings in the form that this server stores."""
    stored = dict(settings)
    if "header_names" in behaviour.normalize and stored.get("otel"):
        stored["otel"] = [
            {**target, "headers": {name.lower(): value for name, value in target["headers"].items()}} for target in stored["otel"]
        ]
    if "line_ends" in behaviour.normalize and stored.get("logpush_public_key"):
        stored["logpush_public_key"] = stored["logpush_public_key"].strip().replace("\r\n", "\n")
    if "empty_lists" in behaviour.normalize and stored.get("otel") == []:
        stored["otel"] = None
    if "nulls" in behaviour.normalize:
        stored |= {name: value for name, value in SHOWN_FOR_NULL.items() if name in stored and stored[name] is None}
    return stored


def without_ignored(settings: Json, behaviour: Behaviour) -> Json:
    """Return the settings without those that this server ignores."""
    return {name: value for name, value in settings.items() if name not in behaviour.ignore_settings}


def consistent(gateway: Json) -> Json:
    """Return the gateway with classification off if logs are off, because there is nothing to classify."""
    kept = {name: value for name, value in gateway.items() if value is not None or name not in ABSENT}
    return kept if kept["collect_logs"] else {**kept, "log_classification": False}
