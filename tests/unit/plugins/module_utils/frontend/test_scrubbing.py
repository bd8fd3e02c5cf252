# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are quoted where no schema says so."""

from __future__ import annotations

import json
import time

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.scrubbing import cut_short, scrubbed
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_MESSAGE, printable

SECRET = 'invented "secret"\\ isn\'t \u00fc  with...odd.\x1bcharacters'
SPELLINGS = {
    "as it is": SECRET,
    "by Python": repr(SECRET),
    "by JSON": json.dumps(SECRET),
    "by JSON in UTF-8": json.dumps(SECRET, ensure_ascii=False),
    "in a message": printable(SECRET),
    "by JSON in a message": printable(json.dumps(SECRET, ensure_ascii=False)),
    "by JSON, quoted by Python": repr(json.dumps(SECRET).encode()),
    "by JSON, quoted by JSON": json.dumps(json.dumps(SECRET)),
    "by Python, quoted by JSON": json.dumps(repr(SECRET)),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_masked_in_any_spelling(spelling):
    shown = scrubbed({"msg": [f"no such token: {spelling}!"]}, {SECRET})
    assert not [word for word in ("invented", "secret", "isn", "odd", "characters") if word in shown["msg"][0]]


@pytest.mark.parametrize("secret", ["isn't one\x1bword", 'not "one" word', "neither 'this' nor \"that\"", "a\\b\nc\td"])
@pytest.mark.parametrize("around", ["{}", "'{}'", '"{}"', "'\"{}"])
def test_python_spells_a_secret_by_what_is_around_it(secret, around):
    shown = scrubbed(repr(around.format(secret)), {secret})
    assert shown.count("*" * 8) == 1
    assert not any(char.isalpha() for char in shown)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_the_beginning_of_a_secret_is_masked_where_a_text_was_cut(spelling):
    for length in range(10, len(spelling)):
        texts = {"errors": [{"message": f"no such token: {spelling[:length]}..."}]}
        shown = scrubbed(texts, {SECRET})
        assert "invented" not in shown["errors"][0]["message"]


def test_of_secrets_that_begin_alike_nothing_remains():
    secrets = ["invented" + "x" * more for more in range(12)]
    assert scrubbed({"msg": " ".join(secrets)}, secrets) == {"msg": " ".join(["*" * 8] * 12)}


def test_a_text_is_marked_as_cut_also_where_blanks_hide_that():
    assert printable(" " * 30 + "x" * 100, 10) == "xxxxxxx..."


def test_what_is_no_secret_stays():
    texts = {"msg": "example... and more...", "errors": [{"code": 1}]}
    assert cut_short({SECRET}, texts) == set()
    assert scrubbed(texts, {"more"}) == texts


def test_a_hostile_text_is_searched_in_little_time():
    secrets = {"invented-" + character * 5000 for character in "abcdefgh"}
    started = time.process_time()
    for text in ("." * MAX_MESSAGE, "invented..." * (MAX_MESSAGE // 11), "invented-aaa" * (MAX_MESSAGE // 12)):
        cut_short(secrets, text)
    assert time.process_time() - started < 5
