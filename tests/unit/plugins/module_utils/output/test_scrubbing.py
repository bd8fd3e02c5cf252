# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are quoted in free text."""

from __future__ import annotations

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
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
    shown = Scrubber({SECRET})({"msg": [f"no such token: {spelling}!"]})
    assert not [word for word in ("invented", "secret", "isn", "odd", "characters") if word in shown["msg"][0]]


KEY = 'invented/key+of & <the> "simulator"=='


def in_base64(text, before=""):
    return base64.b64encode((before + text).encode()).decode()


SERVER_SPELLINGS = {
    "percent-encoded": quote(KEY),
    "percent-encoded, every character": quote(KEY, safe=""),
    "percent-encoded as a form": quote_plus(KEY),
    "percent-encoded in lower case": quote(KEY, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "percent-encoded twice": quote(quote(KEY)),
    "in HTML": html.escape(KEY),
    "in HTML, quotes left": html.escape(KEY, quote=False),
    "in HTML by numbers": "".join(f"&#{ord(char)};" for char in KEY),
    "in HTML by hexadecimal numbers": "".join(f"&#x{ord(char):X};" for char in KEY),
    "in JSON by Go": json.dumps(KEY).replace("<", "\\u003c").replace(">", "\\u003E").replace("&", "\\u0026"),
    "in JSON by PHP": json.dumps(KEY).replace("/", "\\/"),
    "in JSON by numbers": "".join(f"\\u{ord(char):04x}" for char in KEY),
    "in JSON in JSON by numbers": json.dumps("".join(f"\\u{ord(char):04x}" for char in KEY)),
    "in Python by numbers": "".join(f"\\x{ord(char):02x}" for char in KEY),
    "in HTML, percent-encoded": quote(html.escape(KEY)),
    "in JSON in HTML": html.escape(json.dumps(KEY)),
    **{f"in base64 after {before!r}": in_base64(KEY, before) for before in ("", "a", "ab", "user:")},
    "in base64 for URLs": base64.urlsafe_b64encode(b"???>>>" + KEY.encode()).decode().rstrip("="),
    "in base64, percent-encoded": quote(in_base64(KEY, "b")),
    "in base64 of JSON": in_base64(json.dumps({"key": KEY})),
}


@pytest.mark.parametrize("spelling", SERVER_SPELLINGS.values(), ids=SERVER_SPELLINGS)
def test_a_secret_is_masked_in_any_spelling_of_a_server(spelling):
    shown = Scrubber({KEY})(f"no such key: {spelling}!")
    assert shown.startswith("no such key: ")
    assert shown.endswith("!")
    assert "********" in shown
    assert len(shown) < 40
    assert not [word for word in ("invented", "key", "the", "simulator") if word in shown.partition(": ")[2]]


@pytest.mark.parametrize("mark", ["...", "\u2026", " \u2026", "&hellip;", "\\u2026"])
@pytest.mark.parametrize("spelling", [spelling for name, spelling in SERVER_SPELLINGS.items() if "base64" not in name])
def test_both_ends_of_a_secret_are_masked_at_any_ellipsis(spelling, mark):
    for length in range(len(spelling) * 2 // 3, len(spelling) - 1):
        shown = Scrubber({KEY})(f"no such key: {spelling[:length]}{mark}")
        assert "invented" not in shown, shown
        assert quote("invented") not in shown
    key = "invented-key-of-the-simulator"
    for shown in (Scrubber({key})(f"{key[:12]}{mark}{key[-12:]}"), Scrubber({key})(f"it is {in_base64(key)[:30]}{mark}")):
        assert not [word for word in ("invented", "simulator", in_base64("invented")[:8]) if word in shown]


@pytest.mark.parametrize(
    ("secret", "part"),
    [
        ("Bearer invented-key", "invented-key"),
        ("bearer   invented-key ", "invented-key"),
        ("Token invented-key", "invented-key"),
        ("Token token=invented-key", "invented-key"),
        ("ApiKey invented-key", "invented-key"),
        ("Basic invented-key-in-base64", "invented-key-in-base64"),
        ("Basic " + in_base64("someone:invented-password"), "invented-password"),
        ("Basic " + in_base64("someone:invented-password"), "someone:invented-password"),
        ("x-team=invented-key,x-dataset=other", "invented-key"),
        ('Digest username="x", response="invented-response"', "invented-response"),
        ("key=invented-key==", "invented-key"),
    ],
)
def test_a_part_of_a_secret_is_a_secret(secret, part):
    for text in (part, quote(part, safe=""), in_base64(part), f"{part[:10]}..."):
        shown = Scrubber({secret})(f"refused: {text} it is")
        assert shown.replace("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********") == "refused: ******** it is"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n\t", " ", "\\n"])
def test_a_secret_in_base64_that_is_broken_into_lines_is_masked(line_break):
    key = "invented-" + "0123456789" * 15
    for before in ("", "a", "ab", "someone:" * 12):
        encoded = base64.encodebytes(f"{before}{key}".encode()).decode().strip()
        shown = Scrubber({key})(f"refused: {encoded.replace(chr(10), line_break)}, it is.")
        assert shown.startswith("refused: ")
        assert shown.endswith("********, it is.")
        assert not any(in_base64("0123456789" * 3, "-" * offset)[4:-4] in shown for offset in range(3))


def test_masking_within_longer_base64_keeps_the_surrounding_text():
    encoded = in_base64(f"someone:{KEY}:more and more of it")
    shown = Scrubber({KEY})(encoded)
    assert encoded.startswith(shown.partition("*")[0])
    assert base64.b64decode(shown.partition("*")[0][:8]).startswith(b"someon")


def test_containers_are_searched_with_their_keys_and_numbers():
    value = {"echo-invented-key": [1234567890, 5, True, None, 1.5], "invented-key": {"a": "invented-key"}}
    assert Scrubber({"invented-key", "1234567890"})(value) == {
        "echo-********": ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", 5, True, None, 1.5],
        "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER": {"a": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"},
    }


def test_very_deep_nesting_is_replaced():
    value = []
    for _level in range(10_000):
        value = [value]
    assert "VALUE_SPECIFIED" in str(Scrubber({"invented-key"})(value))


def test_short_secrets_are_not_searched_for():
    assert Scrubber({"prod", "1", "", "=======", "a=b"})("prod 1 a=b =======") == "prod 1 a=b ======="


def test_secrets_that_overlap_are_masked_together():
    assert Scrubber({"invented-one", "one-simulator"})("it is invented-one-simulator.") == "it is ********."
    assert Scrubber({"abababab"})("xabababababababy") == "x********y"


@pytest.mark.parametrize("secret", ["isn't one\x1bword", 'not "one" word', "neither 'this' nor \"that\"", "a\\b\nc\tdef"])
@pytest.mark.parametrize("around", ["{}", "'{}'", '"{}"', "'\"{}"])
def test_a_secret_in_the_repr_of_a_longer_text_is_masked(secret, around):
    shown = Scrubber({secret})(repr(around.format(secret)))
    assert shown.count("*" * 8) == 1
    assert not any(char.isalpha() for char in shown)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_the_beginning_of_a_secret_is_masked_at_the_end_of_a_truncated_text(spelling):
    for length in range(10, len(spelling)):
        texts = {"errors": [{"message": f"no such token: {spelling[:length]}..."}]}
        shown = Scrubber({SECRET})(texts)
        assert "invented" not in shown["errors"][0]["message"]


def test_secrets_with_a_common_prefix_are_masked_completely():
    secrets = ["invented" + "x" * more for more in range(12)]
    assert Scrubber(secrets)({"msg": " ".join(secrets)}) == {"msg": " ".join(["*" * 8] * 12)}


def test_a_truncated_text_is_marked_even_after_leading_blanks():
    assert printable(" " * 30 + "x" * 100, 10) == "xxxxxxx..."


def test_other_text_is_unchanged():
    texts = {"msg": "example... and more...", "errors": [{"code": 1}]}
    assert Scrubber({SECRET, "more"})(texts) == texts


HOSTILE = [".", "invented...", "invented-aaa", "%41", "\\", "\\\\", "&amp;", "a", "+ "]


@pytest.mark.parametrize(
    "text",
    [*(piece * (MAX_MESSAGE // len(piece)) for piece in HOSTILE), "a" * MAX_MESSAGE + "...", "..." + "a" * MAX_MESSAGE],
    ids=lambda text: repr(text[:8]),
)
def test_a_hostile_text_is_searched_quickly(text):
    secrets = {"invented-" + character * 5000 for character in "abcdefgh"} | {"a" * 5000, "\\" * 5000}
    started = time.process_time()
    Scrubber(secrets)(text)
    assert time.process_time() - started < 2


def test_a_text_with_too_many_candidates_is_replaced_as_a_whole():
    text = "it is " + "invented-no, " * 10_000 + "..."
    assert Scrubber({"invented-key"})(text + "...") == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("%ff%fe%69nvented-key %zz", "%ff%fe******** %zz"),
        ("\\xff\\xfeinvented-key", "\\xff\\xfe********"),
        ("&nosuchentity; invented&#45;key &#45", "&nosuchentity; ******** &#45"),
        ("\\U0001f600invented\\U0000002dkey\\Uffffffff", "\\U0001f600********\\Uffffffff"),
        ("\\ud83d\\ude00invented\\u002dkey\\ud83d", "\\ud83d\\ude00********\\ud83d"),
        ("\u00fc%C3%BCinvented-key%C3%BC", "\u00fc%C3%BC********%C3%BC"),
    ],
)
def test_text_around_an_escape_is_unchanged(text, shown):
    assert Scrubber({"invented-key"})(text) == shown
