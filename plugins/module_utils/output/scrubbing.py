# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacement of secrets in free text. Servers, proxies and exceptions can quote a secret anywhere, in any encoding.

Fields in the field tables are masked by ``masking``. They are not searched, because a secret that is equal to an id must not mask the id.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import re
from functools import cached_property, lru_cache
from typing import Any, Iterable, Iterator, NamedTuple, Tuple

from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.decoding import as_base64, collapsed, decoded_layers
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import MASK, STARS

# Shorter secrets are masked in secret fields, but not searched for in free text, because replacing every "1" or "prod" would make
# the output useless.
MIN_SCRUBBED_LENGTH = 8
# A text with more candidates is replaced as a whole, to limit the time.
MAX_PLACES = 5_000
# Greater than the depth of anything that can be declared or read.
MAX_DEPTH = 60
# A secret cut with an ellipsis, perhaps within an escape or before a blank.
_CUT = re.compile(r"(?:[\\%&][\w#;%&\\]{0,12})? ?(?:\.{3}|\u2026)")
_ELLIPSIS = re.compile(r"\.{3}|\u2026")
_SCHEME = re.compile(r"\s*([A-Za-z][\w-]*)\s+(\S.*)", re.DOTALL)
_ASSIGNED = re.compile(r"=\s*[\"']?([^\s,;&\"']+)")
_BASE64_CHAR, _BASE64_END = re.compile(r"[A-Za-z0-9+/]"), re.compile(r"[A-Za-z0-9+/]?={0,2}")
Span = Tuple[int, int]


class Forms(NamedTuple):
    """Texts to search for: ``plain`` ones in the decoded text, and ``encoded`` ones in its base64."""

    plain: tuple[str, ...]
    encoded: tuple[str, ...]


class Scrubber:
    """Callable that replaces ``secrets``, and those of the scrubber ``base``, in a value.

    The time grows with the number of secrets times the length of the texts. Therefore, the result of one of many items is searched only
    for the secrets of that item and of the task.
    """

    def __init__(self, secrets: Iterable[str], base: Scrubber | None = None) -> None:
        self._secrets = secrets
        self._base = base

    def __call__(self, value: Any, depth: int = MAX_DEPTH) -> Any:
        """Return ``value`` with all secrets replaced in its texts, keys and numbers."""
        if not any(self._forms) or value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, (dict, list)):
            return self._parts(value, depth - 1) if depth else MASK
        text = str(value)
        return value if self._text(text) == text else MASK

    def _parts(self, value: dict[Any, Any] | list[Any], depth: int) -> Any:
        if isinstance(value, list):
            return [self(part, depth) for part in value]
        return {self(key, depth): self(part, depth) for key, part in value.items()}

    @cached_property
    def _forms(self) -> Forms:
        """Return the texts to search for. They are computed on first use, because most results have no free text."""
        found = [_forms_of(secret) for secret in self._secrets] + ([self._base._forms] if self._base else [])
        return Forms(*(tuple(dict.fromkeys(form for forms in found for form in forms[kind])) for kind in (0, 1)))

    def _text(self, text: str) -> str:
        spans = _merged(_find(text, self._forms)) if len(text) >= MIN_SCRUBBED_LENGTH else []
        if spans == [(0, len(text))]:
            return MASK
        ends, starts = [0, *(end for _start, end in spans)], [*(start for start, _end in spans), len(text)]
        return STARS.join(text[end:start] for end, start in zip(ends, starts))


def scrub_free_text(result: dict[str, Any], scrub: Scrubber) -> dict[str, Any]:
    """Return a module's ``result``, or the error of one item, with the secrets in its free text replaced."""
    scrubbed: dict[str, Any] = {name: scrub(result[name]) for name in ("msg", "ray_id", "warnings", "exception") if name in result}
    if "errors" in result:
        scrubbed["errors"] = [{name: scrub(part) for name, part in error.items()} for error in result["errors"]]
    return {**result, **scrubbed}


@lru_cache(maxsize=1000)
def _forms_of(secret: str) -> Forms:
    """Return the texts to search for the secret and its parts, if these are long enough."""
    parts = [part for part in _parts(secret) if len(part) >= MIN_SCRUBBED_LENGTH]
    plain = [collapsed(layer).text.strip() for part in parts for layer in decoded_layers(part)]
    spellings = [spelling for part in parts for spelling in (part, json.dumps(part)[1:-1])]
    encoded = [_in_base64(spelling, offset) for spelling in dict.fromkeys(spellings) for offset in range(3)]
    return Forms(*(tuple(dict.fromkeys(form for form in forms if len(form) >= MIN_SCRUBBED_LENGTH)) for forms in (plain, encoded)))


def _in_base64(text: str, offset: int) -> str:
    """Return the base64 characters that encode only ``text``, if ``offset`` bytes (modulo 3) precede it."""
    data = text.encode("utf-8", "replace")
    encoded = base64.b64encode(b"-" * offset + data).decode("ascii")
    return encoded[(offset * 8 + 5) // 6 : (offset + len(data)) * 8 // 6]


def _parts(secret: str) -> Iterator[str]:
    """Yield the parts of ``secret`` that are secret: the whole, the part after a scheme such as ``Bearer``, and parts after ``=``."""
    yield secret
    with_scheme = _SCHEME.fullmatch(secret)
    if with_scheme:
        scheme, credentials = with_scheme.groups()
        yield credentials.rstrip()
        if scheme.lower() == "basic":
            yield from _basic(credentials)
    yield from (value.rstrip("=") for value in _ASSIGNED.findall(secret))


def _basic(credentials: str) -> Iterator[str]:
    with contextlib.suppress(ValueError):
        decoded = base64.b64decode(credentials).decode("utf-8")
        yield decoded
        yield decoded.partition(":")[2]


def _find(text: str, forms: Forms) -> Iterator[Span]:
    """Yield the spans of ``text`` that contain one of the ``forms``, in any encoding."""
    for layer in decoded_layers(text):
        plain, encoded = collapsed(layer), as_base64(layer)
        places_of = _places if _ELLIPSIS.search(plain.text) else _occurrences
        places = itertools.chain(
            ((plain, *span) for form in forms.plain for span in places_of(plain.text, form)),
            ((encoded, *_widened(encoded.text, span)) for form in forms.encoded for span in places_of(encoded.text, form)),
        )
        for number, (found_in, start, end) in enumerate(places):
            if number == MAX_PLACES:
                yield 0, len(text)
                return
            yield found_in.origin(start), found_in.origin(end)


def _widened(encoded: str, span: Span) -> Span:
    """Return ``span`` with the adjacent characters that encode the first or last letter of a secret together with other text."""
    start, end = span
    if start == end:
        return span
    if start and _BASE64_CHAR.match(encoded, start - 1):
        start -= 1
    after = _BASE64_END.match(encoded, end)
    return start, after.end() if after else end


def _places(text: str, form: str) -> Iterator[Span]:
    """Yield the spans of ``text`` that contain ``form``, or its beginning or end next to an ellipsis."""
    yield from _occurrences(text, form)
    yield from _cut_off(text, form)
    for start, end in _cut_off(text[::-1], form[::-1]):
        yield len(text) - end, len(text) - start


def _occurrences(text: str, form: str) -> Iterator[Span]:
    """Yield spans that cover all occurrences, including overlapping ones."""
    start = text.find(form)
    while start >= 0:
        end = start + len(form)
        yield start, end
        overlapping = text.rfind(form, start + 1, end + len(form) - 1)
        start = overlapping if overlapping >= 0 else text.find(form, end)


def _cut_off(text: str, form: str) -> Iterator[Span]:
    """Yield the spans with the beginning of ``form`` and an ellipsis. Other candidates are empty spans, and count for ``MAX_PLACES``."""
    head = form[:MIN_SCRUBBED_LENGTH]
    start = text.find(head)
    while start >= 0:
        common = _common(text, start, form)
        # The secret itself may continue with dots.
        for length in (common, len(form[:common].rstrip("."))):
            cut = _CUT.match(text, start + length)
            if cut:
                yield start, cut.end()
                break
        else:
            yield start, start
        start = text.find(head, start + 1)


def _common(text: str, start: int, form: str) -> int:
    """Return the length of the common prefix of ``text`` from ``start`` on and ``form``. It is at least eight."""
    length = step = MIN_SCRUBBED_LENGTH
    while step:
        part = form[length : length + step]
        if part and text.startswith(part, start + length):
            length += len(part)
            step *= 2
        else:
            step //= 2
    return length


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return the ``spans`` in order, without empty ones, with overlapping and adjacent ones merged."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start == end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
