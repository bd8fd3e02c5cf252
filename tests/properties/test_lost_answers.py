# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever request of a task fails, before or after it acts: nothing is done twice, and the next run ends with what is declared."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NoAnswer, Request
from tests.properties.account import ACCOUNT, Account
from tests.properties.test_any_resource import MODULES, PARENT, declarations, identity
from tests.simulator.catalog import RESOURCES

Json = dict[str, Any]

# A task makes fewer requests than that.
MANY_REQUESTS = 12
EXAMPLES = 25 if settings.get_current_profile_name() == "fixed" else 1000


class Unreliable(Account):
    """An account whose answers get lost: those with the given numbers, counted in each task, before or after the request acted."""

    def __init__(self, lost: dict[int, bool]) -> None:
        super().__init__({}, [PARENT])
        self.lost = lost

    def send(self, request: Request, body: bytes | None = None, **how: object) -> Answer:
        acts_first = self.lost.get(len(self.requests))
        if acts_first is None:
            return super().send(request, body, **how)
        if acts_first:
            super().send(request, body, **how)
        else:
            self.requests.append((request.method, request.path))
        raise NoAnswer(request, "the connection was reset", sent=True)

    def count(self) -> dict[str, int]:
        """How many items there are of each kind."""
        store = self.state.store
        return {resource.kind: sum(len(store.items(place)) for place in store.places(resource.kind, ACCOUNT)) for resource in RESOURCES}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses take no time, and wait for nothing: this server has no lag."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=EXAMPLES)
@given(data=st.data(), lost=st.dictionaries(st.integers(0, MANY_REQUESTS), st.booleans(), min_size=1, max_size=3))
def test_the_next_run_ends_with_what_is_declared(module: str, data: st.DataObject, lost: dict[int, bool]) -> None:
    options = data.draw(declarations(module, is_new=True))
    smooth = Unreliable({})
    smooth.run(module, options)
    account = Unreliable(lost)
    first = account.run(module, options)
    account.lost = {}
    second = account.run(module, options)
    assert not second.get("failed"), second["msg"]
    assert first.get("failed") or not second["changed"]
    assert account.count() == smooth.count()
    assert account.run(module, options)["operation"] == "unchanged"
    assert "invented-secret" not in str([first, second])


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=EXAMPLES)
@given(data=st.data(), lost=st.dictionaries(st.integers(0, MANY_REQUESTS // 2), st.booleans(), min_size=1, max_size=2))
def test_the_next_run_ends_a_deletion(module: str, data: st.DataObject, lost: dict[int, bool]) -> None:
    account = Unreliable({})
    account.run(module, data.draw(declarations(module, is_new=True)))
    gone = {**identity(module), "state": "absent"}
    account.lost = lost
    first = account.run(module, gone)
    account.lost = {}
    second = account.run(module, gone)
    assert not second.get("failed"), second["msg"]
    assert first.get("failed") or second["operation"] == "unchanged"
