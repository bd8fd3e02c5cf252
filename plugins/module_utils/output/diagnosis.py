# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classification of answers of the data plane, by codes and structure, because the gateway and the providers use the same statuses.

Sources: Cloudflare's documentation, and public reports of answers. Refusals by the gateway itself have ``success: false`` and ``error``,
which is a list with codes, or an object from policies. Almost all other answers come from the provider, and are unchanged.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Mapping, NamedTuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils import json_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import STARS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import ELLIPSIS, printable

# Maximum length of the searched part, and of the shown part, of a text.
MAX_SEARCHED, MAX_SHOWN = 4000, 200
MAX_CODE = 999_999
OWN_CODES: Mapping[int, str] = {
    2001: "no_gateway",
    2003: "rate_limited",
    2005: "no_provider_answer",
    2008: "bad_provider",
    2009: "token_refused",
    2016: "guardrails",
    2017: "guardrails",
    2019: "bad_request",
    2021: "no_credits",
    2029: "dlp",
    2030: "dlp",
    2040: "no_alias",
    2041: "spend_limit",
    2044: "no_key",
    2045: "spend_limit",
    7013: "guardrails_down",
    # From Workers AI, which needs its own token.
    10000: "key_refused",
}
# Texts of refusals whose codes are not documented, or may change.
OWN_WORDS = (
    (r"BYOK credentials are unavailable", "key_unavailable"),
    (r"spend(ing)? limit", "spend_limit"),
    (r"rate limit", "rate_limited"),
)
# Cloudflare's codes for requests that it blocks: by address, country, browser, rate or rule. Other codes concern a zone or a worker.
EDGE_CODES = frozenset({*range(1005, 1013), 1015, 1020, 1106})
EDGE_CODE = re.compile(r"\berror code: (\d{4})\b", re.IGNORECASE)
EDGE_PAGE = re.compile(r"<title>(Attention Required!|Access denied|Just a moment)")
ACCESS = re.compile(r"cloudflareaccess\.com/|/cdn-cgi/access/", re.IGNORECASE)
# Providers refuse a bad key with 401, but some with 400 or 403, which also have other meanings.
BAD_KEY = re.compile(
    r"(invalid|incorrect|not valid|expired|revoked|disabled)[^.]{0,40}(api.?key|credential)"
    r"|(api.?key|credential|authentication)[^.]{0,40}(invalid|incorrect|not valid|expired|revoked|disabled|fails)",
    re.IGNORECASE,
)
MISSING_KEY = re.compile(
    r"(didn.t|did not) provide an api.?key|no or an invalid auth|(missing|no) (an? )?(api.?key|auth)|api.?key[^.]{0,20} is required",
    re.IGNORECASE,
)
# Possible parts of a key, which some providers repeat: a word after "key:", with a key prefix or asterisks, or a long random word.
KEYS = re.compile(
    r"(?<=provided: )\S+|(?<=key: )\S+"
    r"|\b(?:(?:sk|pk|rk|xai|gsk|pplx|hf|r8|key)[-_]|AIza|ya29|Bearer )[\w*+/=-]{4,}(?:\.[\w*+/=-]+)*"
    r"|[\w+/=-]*[*\u2022\u2026]{2,}[\w+/=-]*"
    r"|\b(?=[A-Za-z]*\d)[A-Za-z0-9+/=]{20,}"
)
# Fields of providers' answers that contain models (in lists) or texts (in chats).
LISTS, CHATS = ("data", "models", "result"), ("choices", "content", "candidates")


class Diagnosis(NamedTuple):
    """The verdict for an answer, the error code of the gateway, the message of the answer, and the model that it names."""

    verdict: str
    code: int | None = None
    message: str = ""
    model: str | None = None


def diagnose(answer: Answer, is_chat: bool, scrub: Callable[[str], str]) -> Diagnosis:
    """Classify ``answer``. ``scrub`` replaces known secrets in a text."""
    payload = _parse(answer.body)
    body = payload if isinstance(payload, dict) else {}
    if isinstance(payload, list):
        # Google wraps an error in a list. Other providers return a bare list of models.
        first = payload[0] if payload else None
        body = first if isinstance(first, dict) and "error" in first else {"data": payload}
    diagnosis = _own(body) or _front(answer, body) or _provider(answer, body, is_chat)
    message = "" if diagnosis.verdict == "answered" else shown(diagnosis.message, scrub)
    return diagnosis._replace(message=message, model=diagnosis.model and shown(diagnosis.model, scrub))


def shown(text: str, scrub: Callable[[str], str]) -> str:
    """Return a server's ``text`` for output: short, on one line, without known secrets or possible keys."""
    return printable(KEYS.sub(STARS, scrub(printable(text, MAX_SEARCHED))), MAX_SHOWN)


def _parse(body: bytes) -> Any:
    try:
        return json_text.loads(body)
    except ValueError:
        return None


def _own(body: Mapping[str, Any]) -> Diagnosis | None:
    """Classify a refusal by the gateway itself. Return ``None`` for any other answer."""
    if body.get("success") is not False:
        return None
    error = body.get("error")
    message = _text_of(body)
    if isinstance(error, dict):
        return Diagnosis("policy_budget" if {"bucket", "spent", "limit"} & set(error) else "policy", None, message)
    codes = _codes(body)
    known = [code for code in codes if code in OWN_CODES]
    if known:
        return Diagnosis(OWN_CODES[known[0]], known[0], message)
    by_words = [verdict for words, verdict in OWN_WORDS if re.search(words, message, re.IGNORECASE)]
    return Diagnosis((by_words or ["unknown"])[0], codes[0] if codes else None, message)


def _codes(body: Mapping[str, Any]) -> list[int]:
    """Return the error codes of the gateway, or of Cloudflare's API behind it."""
    lists = (part for part in (body.get("error"), body.get("errors")) if isinstance(part, list))
    entries = [entry for part in lists for entry in part]
    found = [*(entry.get("code") for entry in entries if isinstance(entry, dict)), body.get("internalCode")]
    return [code for code in found if isinstance(code, int) and not isinstance(code, bool) and 0 <= code <= MAX_CODE]


def _front(answer: Answer, body: Mapping[str, Any]) -> Diagnosis | None:
    """Classify a refusal by the network in front of the gateway. Return ``None`` for any other answer."""
    headers = [answer.headers.get(name, "") for name in ("Location", "WWW-Authenticate")]
    if answer.status in (302, 401, 403) and (ACCESS.search(headers[0]) or "cloudflare-access" in headers[1].lower()):
        return Diagnosis("blocked_by_access")
    if body.get("cloudflare_error") is True:
        code = body.get("error_code")
        is_block = isinstance(code, int) and code in EDGE_CODES
        return Diagnosis("blocked_by_edge" if is_block else "unknown", None, _text_of(body))
    text = "" if body else _text_in(answer)
    found = EDGE_CODE.search(text)
    is_block = bool(EDGE_PAGE.search(text)) or (found is not None and int(found[1]) in EDGE_CODES)
    if answer.status >= 400 and (is_block or answer.headers.get("cf-mitigated")):
        return Diagnosis("blocked_by_edge", None, _plain(text))
    return None


def _text_in(answer: Answer) -> str:
    text = answer.body[:MAX_SEARCHED].decode("utf-8", "replace")
    return text + ELLIPSIS if len(answer.body) > MAX_SEARCHED else text


def _plain(text: str) -> str:
    """Return the text of a page without its markup."""
    return re.sub(r"<(style|script)\b.*?(</\1>|$)|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)


def _provider(answer: Answer, body: Mapping[str, Any], is_chat: bool) -> Diagnosis:
    """Classify the answer of a provider, or one of unknown origin."""
    if not body or 300 <= answer.status < 400:
        return Diagnosis("unknown", None, f"HTTP {answer.status}, {_plain(_text_in(answer)).strip() or 'an empty body'}")
    message = f"HTTP {answer.status}, {_text_of(body)}"
    # Some providers answer with 200 and an error in the body.
    if answer.status < 300 and not body.get("error") and not _failed_choice(body):
        model = body.get("model", body.get("modelVersion"))
        if _has_answer(body, is_chat):
            return Diagnosis("answered", model=model if isinstance(model, str) else None)
        return Diagnosis("provider_error" if is_chat and set(CHATS) & set(body) else "unknown", None, message)
    may_be_key = answer.status in (200, 400, 401, 403)
    if may_be_key and MISSING_KEY.search(message):
        return Diagnosis("no_key", None, message)
    if answer.status == 401 or (may_be_key and BAD_KEY.search(message)):
        return Diagnosis("key_refused", None, message)
    return Diagnosis("provider_limited" if 429 in (answer.status, _status_within(body)) else "provider_error", None, message)


def _has_answer(body: Mapping[str, Any], is_chat: bool) -> bool:
    if is_chat:
        return any(isinstance(body.get(name), list) and body[name] for name in CHATS)
    return any(isinstance(body.get(name), list) for name in LISTS)


def _failed_choice(body: Mapping[str, Any]) -> bool:
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, dict) and (bool(first.get("error")) or first.get("finish_reason") == "error")


def _status_within(body: Mapping[str, Any]) -> Any:
    error = body.get("error")
    return error.get("code") if isinstance(error, dict) else None


def _text_of(body: Mapping[str, Any]) -> str:
    """Return the message of an answer, from the first field that has one."""
    for name in ("error", "errors", "message", "description", "detail", "title"):
        part = body.get(name)
        if isinstance(part, list) and part:
            part = part[0]
        if isinstance(part, dict):
            part = part.get("message")
        if isinstance(part, str) and part:
            # The scrubber needs the ellipsis to find a secret that was cut off.
            return part if len(part) <= MAX_SEARCHED else part[:MAX_SEARCHED] + ELLIPSIS
    return "no message"
