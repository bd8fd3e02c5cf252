# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies older than the last write of this process are read again, for a limited time."""

from __future__ import annotations

import json

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection, Credentials
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import Written
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import StaleRead
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import MAX_STALE_READS, ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource

OLD, WRITTEN, LATER = "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.500Z", "2026-01-01T00:00:02.000Z"
ABSENT = None
THINGS = Resource(name="Thing", path=("things",), id=Field("id", "str"), settings=(), read_only={})


class Replica:
    """A fake transport. It answers each request with the next ``modified_at``, or with 404."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def send(self, request, body=None, **_options):
        modified_at = self.answers.pop(0)
        if modified_at is ABSENT:
            return Answer(404, {}, json.dumps({"success": False, "errors": [{"code": 7002, "message": "Not found"}]}).encode())
        return Answer(200, {}, json.dumps({"success": True, "result": {"id": "a", "modified_at": modified_at}}).encode())


def items_of(*answers):
    replica = Replica(*answers)
    client = Client(Connection("account", Credentials.of_token("invented"), max_retries=0), transport=replica)
    return ResourceClient(client, THINGS), replica


@pytest.mark.parametrize("stale", [OLD, ABSENT, "2026-01-01 00:00:01.4", "2026-01-01T00:00:01Z"])
@pytest.mark.parametrize("write", ["create", "update"])
def test_an_older_copy_is_read_again(stale, write, waits):
    items, replica = items_of(WRITTEN, stale, stale, WRITTEN)
    if write == "create":
        items.create({"id": "a"})
    else:
        items.update({"id": "a"}, {})
    assert items.get("a")["modified_at"] == WRITTEN
    assert replica.answers == []
    assert len(waits) == 2


@pytest.mark.parametrize("read", [WRITTEN, LATER, "2026-01-01T00:00:01.5Z", "2026-01-01T00:00:01.500+00:00", "soon", ""])
def test_a_copy_that_is_not_known_to_be_older_is_accepted(read, waits):
    items, _replica = items_of(WRITTEN, read)
    items.update({"id": "a"}, {})
    assert items.get("a") is not None
    assert waits == []


def test_another_item_is_not_waited_for(waits):
    items, _replica = items_of(WRITTEN, ABSENT)
    items.update({"id": "a"}, {})
    assert items.get("b") is None
    assert waits == []


def test_a_copy_that_stays_old_is_an_error(waits, full_jitter):
    items, replica = items_of(WRITTEN, *[OLD] * MAX_STALE_READS)
    items.update({"id": "a"}, {})
    with pytest.raises(StaleRead, match="older copy than the one this task wrote"):
        items.get("a")
    assert replica.answers == []
    assert sum(waits) == 15


def test_an_item_that_stays_absent_was_deleted_by_somebody_else(waits):
    items, _replica = items_of(WRITTEN, *[ABSENT] * MAX_STALE_READS, ABSENT)
    items.create({"id": "a"})
    assert items.get("a") is None
    waits.clear()
    assert items.get("a") is None
    assert waits == []


def test_a_copy_of_a_deleted_item_is_older(waits):
    items, _replica = items_of(WRITTEN, WRITTEN, WRITTEN, OLD, ABSENT)
    items.update({"id": "a"}, {})
    items.delete({"id": "a"})
    assert items.get("a") is None
    assert len(waits) == 2


def test_an_item_that_was_created_again_is_newer(waits):
    items, _replica = items_of(WRITTEN, WRITTEN, LATER)
    items.update({"id": "a"}, {})
    items.delete({"id": "a"})
    assert items.get("a")["modified_at"] == LATER
    assert waits == []


def test_a_write_whose_time_is_unknown_is_not_recorded():
    written = Written()
    written.note("/a", {"modified_at": WRITTEN})
    written.note("/a", {"modified_at": None})
    assert not written.is_newer("/a", {"modified_at": OLD})
    written.note_deletion("/a")
    assert not written.is_newer("/a", {"modified_at": OLD})
