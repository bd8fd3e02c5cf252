# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding of the escapes in a text, layer by layer, with the position of each part in the original text."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import Callable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

# Maximum number of decoded layers. A text can be JSON within JSON within a Python string.
MAX_LAYERS = 5
MAX_CODE_POINT = 0x10FFFF
_ESCAPE = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+"
    r"|(?:\\u[0-9A-Fa-f]{4})+"
    r"|(?:\\x[0-9A-Fa-f]{2})+"
    r"|\\U[0-9A-Fa-f]{8}"
    r"|\\[\"'\\/bfnrt]"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
)
# A plus sign is a space in a URL query.
_BLANKS = re.compile(r"[ +]{2,}|\+")
# MIME and many programs break base64 into lines of 64 or 76 characters.
_LINE_BREAK = re.compile(r"(?<=[A-Za-z0-9+/]{60})\s+(?=[A-Za-z0-9+/])")
_URL_SAFE = str.maketrans("-_", "+/")
_CONTROL_CHARACTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
# Characters, each with the length of its escaped form. An alias is evaluated at run time, so Python 3.8 needs the types from typing.
Decoded = Optional[List[Tuple[str, int]]]


class DecodedText(NamedTuple):
    """A text that was decoded from ``source``. The character at ``starts[i]`` begins at ``origins[i]`` in the source."""

    text: str
    source: DecodedText | None = None
    starts: Sequence[int] = (0,)
    origins: Sequence[int] = (0,)

    def origin(self, position: int) -> int:
        """Return the position in the original text for a ``position`` in this text."""
        index = bisect_right(self.starts, position) - 1
        place = self.origins[index] + position - self.starts[index]
        if index + 1 < len(self.origins):
            place = min(place, self.origins[index + 1])
        return place if self.source is None else self.source.origin(place)


def decoded_layers(text: str) -> Iterator[DecodedText]:
    """Yield ``text``, then the text with its escapes decoded, and so on until there are no more escapes."""
    decoded: DecodedText | None = DecodedText(text)
    for _layer in range(MAX_LAYERS):
        if decoded is None:
            return
        yield decoded
        decoded = _derived(decoded, _ESCAPE, _decode)


def collapsed(decoded: DecodedText) -> DecodedText:
    """Return ``decoded`` with each run of blanks, control and formatting characters collapsed to one space, as in messages."""
    if not decoded.text.isprintable():
        plain = "".join(char if char.isprintable() else " " for char in decoded.text)
        decoded = decoded._replace(text=plain)
    return _derived(decoded, _BLANKS, lambda run: [(" ", len(run))]) or decoded


def as_base64(decoded: DecodedText) -> DecodedText:
    """Return ``decoded`` with its base64 in the standard alphabet and without line breaks."""
    standard = decoded._replace(text=decoded.text.translate(_URL_SAFE))
    return _derived(standard, _LINE_BREAK, lambda run: [("", len(run))]) or standard


def _derived(source: DecodedText, pattern: re.Pattern[str], decode: Callable[[str], Decoded]) -> DecodedText | None:
    """Return ``source`` with each match of ``pattern`` decoded, or ``None`` if there is nothing to decode."""
    text, done, length = source.text, 0, 0
    parts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []

    def add(part: str, origin: int) -> None:
        nonlocal length
        parts.append(part)
        starts.append(length)
        origins.append(origin)
        length += len(part)

    for found in pattern.finditer(text):
        decoded = decode(found.group())
        if decoded is None:
            continue
        add(text[done : found.start()], done)
        place = found.start()
        for char, width in decoded:
            add(char, place)
            place += width
        done = found.end()
    if not parts:
        return None
    add(text[done:], done)
    return DecodedText("".join(parts), source, [*starts, length], [*origins, len(text)])


def _decode(escape: str) -> Decoded:
    if escape[0] == "%":
        return _bytes(escape.replace("%", ""), 3)
    if escape[0] == "&":
        char = html.unescape(escape)
        return None if char == escape else [(char, len(escape))]
    kind = escape[1]
    if kind == "x":
        return _bytes(escape.replace("\\x", ""), 4)
    if kind == "u":
        chars = bytes.fromhex(escape.replace("\\u", "")).decode("utf-16-be", "surrogatepass")
        return [(char, 6 * (1 + (ord(char) > 0xFFFF))) for char in chars]
    if kind == "U":
        code = int(escape[2:], 16)
        return [(chr(code), len(escape))] if code <= MAX_CODE_POINT else None
    return [(_CONTROL_CHARACTERS.get(kind, kind), len(escape))]


def _bytes(digits: str, width: int) -> Decoded:
    """Decode bytes that are escaped with ``width`` characters each."""
    data = bytes.fromhex(digits)
    try:
        return [(char, width * len(char.encode("utf-8"))) for char in data.decode("utf-8")]
    except UnicodeDecodeError:
        return [(char, width) for char in data.decode("latin-1")]
