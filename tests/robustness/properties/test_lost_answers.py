# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lost answers: if any request of a task fails before or after it acts, or the task is killed after it, nothing is done twice, and the
next run reaches the declared state. All examples are drawn from the tables of the resources.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NoAnswer, Request
from tests.robustness.properties.account import ACCOUNT, Account
from tests.robustness.properties.test_any_resource import MODULES, PARENT, declarations, identity
from tests.simulator.catalog import RESOURCES

Json = dict[str, Any]

# Upper bound: a task makes fewer requests.
MANY_REQUESTS = 12
EXAMPLES = 25 if settings.get_current_profile_name() == "fixed" else 1000


# Accidents: the request never acts, its answer is lost, or it acts and the task is killed.
NEVER, LOST, KILLED = "never", "lost", "killed"
accidents = st.sampled_from([NEVER, LOST, KILLED])


class Killed(BaseException):
    """The task was killed."""


class Unreliable(Account):
    """An account with accidents. ``lost`` contains them by the number of the request within its task."""

    def __init__(self, lost: dict[int, str]) -> None:
        super().__init__({}, [PARENT])
        self.lost = lost

    def send(self, request: Request, body: bytes | None = None, **how: object) -> Answer:
        accident = self.lost.get(len(self.requests))
        if accident == NEVER:
            self.requests.append((request.method, request.path))
        else:
            answer = super().send(request, body, **how)
            if accident is None:
                return answer
        # Prices are written in threads. A signal would end these together with the task, but an exception does not.
        if accident == KILLED and threading.current_thread() is threading.main_thread():
            raise Killed
        raise NoAnswer(request, "the connection was reset", sent=True)

    def try_to_run(self, module: str, options: Json) -> Json:
        """Return the result of a task, or a failure if it was killed."""
        try:
            return self.run(module, options)
        except Killed:
            return {"failed": True}

    def count(self) -> dict[str, int]:
        """Return how many items there are of each kind."""
        store = self.state.store
        return {resource.kind: sum(len(store.items(place)) for place in store.places(resource.kind, ACCOUNT)) for resource in RESOURCES}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip all pauses, because this server has no lag."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=EXAMPLES)
@given(data=st.data(), lost=st.dictionaries(st.integers(0, MANY_REQUESTS), accidents, min_size=1, max_size=3))
def test_the_next_run_ends_with_what_is_declared(module: str, data: st.DataObject, lost: dict[int, str]) -> None:
    options = data.draw(declarations(module, is_new=True))
    smooth = Unreliable({})
    smooth.run(module, options)
    account = Unreliable(lost)
    first = account.try_to_run(module, options)
    account.lost = {}
    second = account.run(module, options)
    assert not second.get("failed"), second["msg"]
    assert first.get("failed") or not second["changed"]
    assert account.count() == smooth.count()
    assert account.run(module, options)["operation"] == "unchanged"
    assert "invented-secret" not in str([first, second])


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=EXAMPLES)
@given(data=st.data(), lost=st.dictionaries(st.integers(0, MANY_REQUESTS // 2), accidents, min_size=1, max_size=2))
def test_the_next_run_ends_a_deletion(module: str, data: st.DataObject, lost: dict[int, str]) -> None:
    account = Unreliable({})
    account.run(module, data.draw(declarations(module, is_new=True)))
    gone = {**identity(module), "state": "absent"}
    account.lost = lost
    first = account.try_to_run(module, gone)
    account.lost = {}
    second = account.run(module, gone)
    assert not second.get("failed"), second["msg"]
    assert first.get("failed") or second["operation"] == "unchanged"
