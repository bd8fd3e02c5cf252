# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For any answer of the data plane, a probe returns a verdict. It never raises an error or shows a secret."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import NoAnswer, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.diagnosis import OWN_CODES
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.verdicts import VERDICTS
from tests.robustness.properties.account import Account

Json = Any
RUN_TOKEN, API_TOKEN = "invented-run-token", "invented-token"
SECRETS = (RUN_TOKEN, API_TOKEN)
# Texts that decide a verdict, or that contain a secret.
WORDS = [
    *SECRETS,
    f"Bearer {RUN_TOKEN}",
    "x" * 190 + RUN_TOKEN,
    "error code: 1010",
    "Incorrect API key provided",
    "spend limit",
    "\x1b[31m{provider}{0}%s",
]
TEXTS = st.sampled_from(WORDS) | st.text(max_size=20)
CODES = st.sampled_from([*OWN_CODES, 0, -1, 10**30, 1.5, True, "2001"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS | CODES
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6)
ENTRIES = st.fixed_dictionaries({}, optional={"code": CODES | VALUES, "message": VALUES, "limit": VALUES, "finish_reason": VALUES})
PARTS = VALUES | ENTRIES | st.lists(ENTRIES, max_size=2)
NAMES = ("success", "error", "errors", "data", "models", "choices", "model", "message", "internalCode", "cloudflare_error", "detail")
BODIES = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, PARTS) | {"success": st.booleans() | VALUES})
BYTES = (
    BODIES.map(lambda body: json.dumps(body).encode())
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=200)
    | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.just(b"[" * 5000)
)
HEADERS = st.dictionaries(
    st.sampled_from(["cf-aig-step", "cf-aig-model", "cf-aig-provider", "cf-aig-log-id", "cf-aig-cache-status", "Location", "cf-mitigated"]),
    TEXTS | st.sampled_from(["0", "9" * 30, "\u0663", "HIT"]),
)
ANSWERS = st.builds(Answer, st.sampled_from([100, 200, 204, 302, 400, 401, 403, 404, 424, 429, 500, 503, 599]), HEADERS, BYTES)


class Plane:
    """Replaces a transport to the data plane. It returns the same answer to every request."""

    def __init__(self, answer: Answer | None) -> None:
        self.answer = answer

    def send(self, request: Request, body: bytes | None = None, **_how: object) -> Answer:
        """Return the answer, or fail as a transport does."""
        if self.answer is None:
            raise NoAnswer(request, f"connection reset by {RUN_TOKEN}", sent=True)
        return self.answer._replace(headers=CaseInsensitiveDict(self.answer.headers))

    def close(self) -> None:
        """Do nothing, because nothing is open."""


@contextlib.contextmanager
def answering(answer: Answer | None) -> Iterator[None]:
    """Let the data plane return this answer, and skip all pauses."""
    with mock.patch.object(client, "Transport", return_value=Plane(answer)), mock.patch("time.sleep"):
        yield


@given(
    answer=st.none() | ANSWERS, is_chat=st.booleans(), check_mode=st.booleans(), provider=st.sampled_from(["openai", "google-ai-studio"])
)
def test_any_answer_has_a_verdict(answer: Answer | None, is_chat: bool, check_mode: bool, provider: str) -> None:
    account = Account({}, [{"id": "one", "authentication": True}])
    options = {"gateway_id": "one", "run_token": RUN_TOKEN, "provider": provider, "retry_seconds": 0}
    with answering(answer):
        result = account.run("ai_gateway_probe", {**options, "request": is_chat, "model": "m"}, check_mode)
    assert result["verdict"] in VERDICTS
    assert (result["changed"], "failed" in result, account.writes) == (False, False, [])
    assert result["answered"] == (result["verdict"] in ("answered", "open"))
    text = json.dumps(result)
    assert [secret for secret in SECRETS if secret in text] == []
    assert len(result["explanation"]) < 1000
    assert result["explanation"].isprintable()


@given(code=st.sampled_from(sorted(OWN_CODES)), status=st.integers(200, 599), message=st.text(max_size=50))
def test_a_code_of_the_gateway_means_the_same_with_every_status(code: int, status: int, message: str) -> None:
    account = Account({}, [{"id": "one"}])
    body = json.dumps({"success": False, "error": [{"code": code, "message": message}]}).encode()
    with answering(Answer(status, {}, body)):
        result = account.run("ai_gateway_probe", {"gateway_id": "one", "retry_seconds": 0, "expect": [OWN_CODES[code]]})
    assert (result["verdict"], result["code"]) == (OWN_CODES[code], code)
