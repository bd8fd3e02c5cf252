# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, ids and values from a server are shown in messages and warnings without control characters.

Values in results are unchanged, because ``as_declared`` converts them to declarations.
"""

from __future__ import annotations

import pytest

ONE = "/ai-gateway/gateways/a"
# A colour escape, its one-character form, two marks for the writing direction, an invisible character, and a template.
NASTY = "\x1b[31m\x9b31m\u202e\u2066\u200b{{ 7 * 7 }}"


@pytest.fixture
def texts_of(api, run_module, monkeypatch):
    """Return a function that runs a module and returns its texts: the warnings, the error of each gateway, and the message."""
    warned = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warned.append(warning))

    def run(options, module="ai_gateway", **keywords):
        result = run_module(options, module, **keywords)
        errors = [entry["error"]["msg"] for entry in result.get("results", []) if entry["error"]]
        return [*warned, *errors, *([result["msg"]] if "msg" in result else [])]

    return run


def assert_printable(texts, *parts, max_length=10_000):
    """Check that ``texts`` exist and are short, printable lines, and that the first one contains ``parts``."""
    assert texts
    for text in texts:
        assert text.isprintable()
        assert len(text) < max_length
        assert "defect" not in text
    for part in parts:
        assert part in texts[0]


def test_ids_of_a_purge_that_is_refused_are_printable(api, gateway, texts_of):
    api.expect_page([gateway(id=f"x{number}{NASTY}") for number in range(20)])
    assert_printable(texts_of({"gateways": [], "purge": True, "purge_limit": 10}, "ai_gateways"), "x0 [31m 31m {{ 7 * 7 }}")


def test_ids_of_a_purge_that_fails_are_printable(api, gateway, texts_of):
    api.expect_page([gateway(id="x" + NASTY)])
    api.expect(
        "DELETE", "/ai-gateway/gateways/x%1B%5B31m%C2%9B31m%E2%80%AE%E2%81%A6%E2%80%8B%7B%7B%207%20%2A%207%20%7D%7D", status=403, errors=[]
    )
    texts = texts_of({"gateways": [], "purge": True, "purge_limit": 10}, "ai_gateways")
    assert_printable(texts)
    assert "1 of 1 AI Gateways failed" in texts[-1]


@pytest.mark.parametrize("item_id", ["\U00010000", "\x00", "x" * 100_000])
def test_an_invalid_id_of_the_server_is_not_a_defect(api, gateway, texts_of, item_id):
    api.expect_page([gateway(id=item_id), gateway(id="." if item_id == "\x00" else "b")])
    assert_printable(
        texts_of({"gateways": [], "purge": True, "purge_limit": 0}, "ai_gateways"), "purge would delete 2 undeclared AI Gateways"
    )


@pytest.mark.parametrize("item_id", [".", "..", ""])
def test_a_gateway_whose_id_cannot_be_part_of_a_path_is_not_deleted(api, gateway, texts_of, item_id):
    api.expect_page([gateway(id=item_id)])
    assert_printable(texts_of({"gateways": [], "purge": True, "purge_limit": 10}, "ai_gateways"), "cannot be part of a URL")


def test_names_of_settings_that_the_server_changed_are_printable_and_limited(api, gateway, texts_of):
    odd = {f"{number}{NASTY}": 1 for number in range(500)}
    api.expect("GET", ONE, answer=gateway(**odd))
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5, **dict.fromkeys(odd, 2)))
    assert_printable(texts_of({"id": "a", "cache_ttl": 5}), "The server changed 0 [31m 31m {{ 7 * 7 }}", "and 490 more")


def hidden_headers():
    return [{"url": "https://x.example", "headers": {f"{number}{NASTY}": "****" for number in range(500)}, "content_type": "json"}]


def test_names_of_hidden_secrets_are_printable_and_limited(api, gateway, texts_of):
    api.expect("GET", ONE, answer=gateway(otel=hidden_headers()))
    assert_printable(texts_of({"id": "a", "cache_ttl": 5}), "otel[0].headers.0 [31m 31m {{ 7 * 7 }}", "and 490 more", "Declare otel in")


def test_names_of_secrets_that_cannot_be_verified_are_printable_and_limited(api, gateway, texts_of):
    api.expect("GET", ONE, answer=gateway(otel=hidden_headers()))
    otel = [dict(hidden_headers()[0], headers=dict.fromkeys(hidden_headers()[0]["headers"], "invented-header"))]
    assert_printable(texts_of({"id": "a", "otel": otel}), "otel[0].headers.0 [31m 31m {{ 7 * 7 }}", "and 490 more")


@pytest.mark.parametrize("stored", [NASTY, ["x" * 1000] * 1000, {NASTY: NASTY}])
def test_values_that_are_not_as_declared_are_printable_and_short(api, gateway, texts_of, stored):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, answer=gateway(store_id=stored))
    assert_printable(texts_of({"id": "a", "store_id": "b"}), "store_id: declared 'b', stored ")


@pytest.mark.parametrize("name", [NASTY, "x" * 200_000])
@pytest.mark.parametrize("option", ["unset", "extra_settings", "otel"])
def test_values_of_options_are_printable_too(texts_of, name, option):
    values = {"unset": [name], "extra_settings": {"id": name, name: float("nan")}, "otel": [{"url": "a://b", "headers": {name: []}}]}
    assert_printable(
        texts_of({"id": "a", option: values[option]}), "No request was sent, because options are invalid: " + option, max_length=101_000
    )


def test_values_in_a_result_are_unchanged(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(later={NASTY: NASTY}))
    assert run_module({"id": "a"})["gateway"]["later"] == {NASTY: NASTY}
