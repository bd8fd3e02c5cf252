# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets where no schema says they are: a server, a proxy or an exception may quote them in any text."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any, Collection, Iterable, Iterator

from ansible.module_utils.common.parameters import remove_values

from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import CUT, printable

# A shorter secret is masked where the schema says it stands, but not searched for in all other text: replacing every "1" or
# "prod" would wreck the output.
MIN_SCRUBBED_LENGTH = 8


def scrubbable(secrets: Iterable[str]) -> set[str]:
    """What to search any text for: those of the C(secrets) that are not too short, in each of their spellings."""
    return {spelling for secret in secrets for spelling in _spellings(secret) if len(spelling) >= MIN_SCRUBBED_LENGTH}


def cut_short(secrets: Collection[str], texts: Any) -> set[str]:
    """The beginnings of C(secrets) at which the C(texts), in any container, were cut."""
    hidden = scrubbable(secrets)
    return {beginning + CUT for text in _texts(texts) if CUT in text for secret in hidden for beginning in _beginnings(secret, text)}


def without(value: Any, hidden: Collection[str]) -> Any:
    """C(value) with all texts that are C(hidden) replaced in it.

    The longest first, as what is left of a longer one is not found any more; Ansible does so from ansible-core 2.19 on.
    """
    return remove_values(value, sorted(hidden, key=len, reverse=True))


def scrubbed(value: Any, secrets: Collection[str]) -> Any:
    """What is returned about one of many items, without that item's own C(secrets), wherever in it they stand.

    To search it for the secrets of all the other items too would take time by the square of their number.
    """
    hidden = scrubbable(secrets) | cut_short(secrets, value)
    return without(value, hidden) if hidden else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _beginnings(secret: str, text: str) -> Iterator[str]:
    """What stands of C(secret) in C(text) before a cut."""
    # Looking ahead finds places that overlap, too.
    for found in re.finditer(f"(?={re.escape(secret[:MIN_SCRUBBED_LENGTH])})", text):
        pairs = zip(secret, text[found.start() : found.start() + len(secret)])
        common = "".join(char for char, _same in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
        beginning = common.rstrip(CUT[0])  # a secret may go on with dots of its own
        if text.startswith(CUT, found.start() + len(beginning)):
            yield beginning


def _spellings(secret: str) -> Iterator[str]:
    """A secret as it is, as others quote it, and as others quote that; each also as it looks in a message."""
    once = _quotations(secret)
    for spelling in once.union(*map(_quotations, once)):
        yield spelling
        yield printable(spelling)


def _quotations(text: str) -> set[str]:
    """C(text), and what Python and JSON make of it. Python escapes quotes by which of them there are in all that it quotes."""
    return {text, repr(text)[1:-1], repr('"' + text)[2:-1], json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
