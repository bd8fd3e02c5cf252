# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a server puts into its answers, a task for a whole account either applies the document or fails with an error."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import Request
from tests.robustness.properties.account import Account
from tests.robustness.properties.test_known_reports import ALL, DOCUMENT
from tests.robustness.properties.test_whole_accounts import MODULE, applied, options

Json = Any
EXAMPLES = 150 if settings.get_current_profile_name() == "fixed" else 5000
# Upper bounds: a run makes fewer requests, and an answer has fewer parts.
MANY_REQUESTS, MANY_PARTS = 40, 60
SECRET = "invented-key"


def nested(depth: int) -> Json:
    """Return a list with nested lists of this depth."""
    value: Json = []
    for _level in range(depth):
        value = [value]
    return value


odd = (
    st.none()
    | st.booleans()
    | st.sampled_from(
        [0, -1, 10**30, 1.5, "", "x", "{", "\x1b[31m{{ x }}", "0" * 5000, SECRET, [], {}, [None], [[]], {"id": []}, nested(90)]
    )
    | st.dictionaries(
        st.sampled_from(["id", "name", "slug", "result", "errors"]), st.none() | st.integers() | st.lists(st.none(), max_size=1)
    )
)


def places(value: Json) -> list[tuple[Json, Any]]:
    """Return each part of a value as a pair of its container and its name or index there."""
    names = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for name in names for place in [(value, name), *places(value[name])]]


class Odd(Account):
    """An account with odd values in its answers. ``odd`` maps the number of a request to the number of a part and its new value."""

    def __init__(self) -> None:
        super().__init__({}, [])
        self.odd: dict[int, tuple[int, Json]] = {}

    def send(self, request: Request, body: bytes | None = None, **how: object) -> Answer:
        """Return the answer with one part of it replaced."""
        number = len(self.requests)
        answer = super().send(request, body, **how)
        if number not in self.odd or not answer.body:
            return answer
        part, value = self.odd[number]
        document = json.loads(answer.body)
        found = places(document)
        holder, name = found[part % len(found)]
        holder[name] = copy.deepcopy(value)
        return answer._replace(body=json.dumps(document).encode())


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip all pauses. The clock advances by a second each time it is read."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    clock = iter(range(10**9))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))


@settings(max_examples=EXAMPLES)
@given(
    odd_answers=st.dictionaries(st.integers(0, MANY_REQUESTS), st.tuples(st.integers(0, MANY_PARTS), odd), min_size=1, max_size=3),
    before=st.sampled_from(["nothing", "the same", "other"]),
    check_mode=st.booleans(),
    purge=st.booleans(),
)
def test_any_answer_leads_to_a_result_or_to_an_error(odd_answers: dict[int, Any], before: str, check_mode: bool, purge: bool) -> None:
    account = Odd()
    if before != "nothing":
        applied(account, DOCUMENT)
    document = DOCUMENT if before != "other" else json.loads(json.dumps(DOCUMENT).replace('"one', '"two').replace("chat", "talk"))
    account.odd = odd_answers
    result = account.run(MODULE, options(document, purge=ALL if purge else [], purge_limit=20), check_mode)
    text = json.dumps(result)
    assert "defect of edgeops.cloudflare" not in text, result["msg"]
    if result.get("failed"):
        assert len(result["msg"].split()) > 4
        assert result["msg"].isprintable()
    if check_mode:
        assert account.writes == []
