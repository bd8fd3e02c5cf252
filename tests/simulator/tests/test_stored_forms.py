# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches for the form of stored and returned settings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.handle import Simulator
from tests.simulator.tests.conftest import Client, result

TARGET: dict[str, Any] = {"url": "https://one.example/v1", "headers": {"X-Key": "invented-header"}, "authorization": "sk_invented-1234"}


@pytest.mark.parametrize(
    ("style", "mask"),
    [("stars", "********"), ("repeated", "x" * 16), ("word", "[secret]"), ("middle", "sk_...1234"), ("missing", "********")],
)
def test_mask_style(api: Client, simulator: Simulator, style: str, mask: str) -> None:
    simulator.behave(mask_secrets=True, mask_style=style)
    simulator.seed({"id": "one", "otel": [TARGET], "stripe": {"authorization": "sk_invented-1234", "usage_events": []}})
    shown = result(api.get())
    assert shown["otel"][0]["authorization"] == mask
    assert shown["otel"][0]["headers"]["X-Key"] != "invented-header"
    assert shown["stripe"].get("authorization") == (None if style == "missing" else mask)


def test_normalize(api: Client, simulator: Simulator) -> None:
    simulator.behave(normalize=["header_names", "line_ends", "empty_lists", "nulls"])
    simulator.seed({"id": "one", "log_management": 20_000})
    stored = api.changed("one", otel=[TARGET], logpush_public_key="an invented public key\n", log_management=None)
    assert stored["otel"][0]["headers"] == {"x-key": "invented-header"}
    assert stored["logpush_public_key"] == "an invented public key"
    assert stored["log_management"] == 10_000_000
    assert api.changed("one", otel=[])["otel"] is None


def test_keep_unknown(api: Client, simulator: Simulator) -> None:
    simulator.behave(keep_unknown=True)
    simulator.seed({"id": "one"})
    guardrails = {"prompt": {"S14": "BLOCK"}, "response": {}, "later": 1}
    assert api.changed("one", guardrails=guardrails)["guardrails"] == guardrails


def test_refuse_extra_fields(api: Client, simulator: Simulator) -> None:
    simulator.behave(extra_fields={"wholesome": True}, refuse_extra_fields=True)
    simulator.seed({"id": "one"})
    refused = api.update(wholesome=False)
    assert (refused.status_code, [error["path"] for error in refused.json()["errors"]]) == (400, [["body", "wholesome"]])
    assert api.changed("one", cache_ttl=5)["wholesome"] is True
