# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, ids and values of a server go into messages and warnings, where no terminal may obey them.

As values in a result they stay what they are, since ``as_declared`` makes declarations of them.
"""

from __future__ import annotations

import pytest

ONE = "/ai-gateway/gateways/a"
# A colour, the same with one character, marks that turn the writing direction, an invisible one, a template.
NASTY = "\x1b[31m\x9b31m\u202e\u2066\u200b{{ 7 * 7 }}"


@pytest.fixture
def shown(api, run_module, monkeypatch):
    """Run a module and return all that it says in words: the message, that of each gateway, and the warnings."""
    warned = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, warning: warned.append(warning))

    def run(options, module="ai_gateway", **keywords):
        result = run_module(options, module, **keywords)
        errors = [entry["error"]["msg"] for entry in result.get("results", []) if entry["error"]]
        return [*warned, *errors, *([result["msg"]] if "msg" in result else [])]

    return run


def no_terminal_obeys(texts, *parts, most=10_000):
    """The ``texts`` are there, short, hold the ``parts``, and are in one plain line each."""
    assert texts
    for text in texts:
        assert text.isprintable()
        assert len(text) < most
        assert "defect" not in text
    for part in parts:
        assert part in texts[0]


def test_ids_of_a_purge_that_is_refused_are_plain(api, gateway, shown):
    api.expect_page([gateway(id=f"x{number}{NASTY}") for number in range(20)])
    no_terminal_obeys(shown({"gateways": [], "purge": True, "purge_limit": 10}, "ai_gateways"), "x0 [31m 31m {{ 7 * 7 }}")


def test_ids_of_a_purge_that_fails_are_plain(api, gateway, shown):
    api.expect_page([gateway(id="x" + NASTY)])
    api.expect(
        "DELETE", "/ai-gateway/gateways/x%1B%5B31m%C2%9B31m%E2%80%AE%E2%81%A6%E2%80%8B%7B%7B%207%20%2A%207%20%7D%7D", status=403, errors=[]
    )
    texts = shown({"gateways": [], "purge": True, "purge_limit": 10}, "ai_gateways")
    no_terminal_obeys(texts)
    assert "1 of 1 AI Gateways failed" in texts[-1]


@pytest.mark.parametrize("item_id", ["\U00010000", "\x00", "x" * 100_000])
def test_an_odd_id_of_the_server_is_no_defect(api, gateway, shown, item_id):
    api.expect_page([gateway(id=item_id), gateway(id="." if item_id == "\x00" else "b")])
    no_terminal_obeys(
        shown({"gateways": [], "purge": True, "purge_limit": 0}, "ai_gateways"), "purge would delete 2 undeclared AI Gateways"
    )


@pytest.mark.parametrize("item_id", [".", "..", ""])
def test_an_id_of_the_server_that_no_path_can_have_is_not_deleted(api, gateway, shown, item_id):
    api.expect_page([gateway(id=item_id)])
    no_terminal_obeys(shown({"gateways": [], "purge": True, "purge_limit": 10}, "ai_gateways"), "cannot be part of a URL")


def test_names_of_settings_that_the_server_disturbed_are_plain_and_few(api, gateway, shown):
    odd = {f"{number}{NASTY}": 1 for number in range(500)}
    api.expect("GET", ONE, answer=gateway(**odd))
    api.expect("PUT", ONE, answer=gateway(cache_ttl=5, **dict.fromkeys(odd, 2)))
    no_terminal_obeys(shown({"id": "a", "cache_ttl": 5}), "The server changed 0 [31m 31m {{ 7 * 7 }}", "and 490 more")


def hidden_headers():
    return [{"url": "https://x.example", "headers": {f"{number}{NASTY}": "****" for number in range(500)}, "content_type": "json"}]


def test_names_of_hidden_secrets_are_plain_and_few(api, gateway, shown):
    api.expect("GET", ONE, answer=gateway(otel=hidden_headers()))
    no_terminal_obeys(shown({"id": "a", "cache_ttl": 5}), "otel[0].headers.0 [31m 31m {{ 7 * 7 }}", "and 490 more", "Declare otel in")


def test_names_of_secrets_that_cannot_be_verified_are_plain_and_few(api, gateway, shown):
    api.expect("GET", ONE, answer=gateway(otel=hidden_headers()))
    otel = [dict(hidden_headers()[0], headers=dict.fromkeys(hidden_headers()[0]["headers"], "invented-header"))]
    no_terminal_obeys(shown({"id": "a", "otel": otel}), "otel[0].headers.0 [31m 31m {{ 7 * 7 }}", "and 490 more")


@pytest.mark.parametrize("stored", [NASTY, ["x" * 1000] * 1000, {NASTY: NASTY}])
def test_values_that_are_not_as_declared_are_plain_and_short(api, gateway, shown, stored):
    api.expect("GET", ONE, answer=gateway())
    api.expect("PUT", ONE, answer=gateway(store_id=stored))
    no_terminal_obeys(shown({"id": "a", "store_id": "b"}), "store_id: declared 'b', stored ")


@pytest.mark.parametrize("name", [NASTY, "x" * 200_000])
@pytest.mark.parametrize("option", ["unset", "extra_settings", "otel"])
def test_what_the_user_gave_is_shown_plain_too(shown, name, option):
    values = {"unset": [name], "extra_settings": {"id": name, name: float("nan")}, "otel": [{"url": "a://b", "headers": {name: []}}]}
    no_terminal_obeys(
        shown({"id": "a", option: values[option]}), "No request was sent, because options are invalid: " + option, most=101_000
    )


def test_values_in_a_result_are_what_is_stored(api, gateway, run_module):
    api.expect("GET", ONE, answer=gateway(later={NASTY: NASTY}))
    assert run_module({"id": "a"})["gateway"]["later"] == {NASTY: NASTY}
