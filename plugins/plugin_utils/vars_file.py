# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of variables for Ansible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable

_TEMPLATE = re.compile(r"\{[{%#]")
TEXT, UNSAFE = "tag:yaml.org,2002:str", "!unsafe"


class Template(str):
    """Text that Ansible is meant to evaluate as a template. Other text must never be evaluated."""


class _Dumper(yaml.SafeDumper):
    """Writes text in a readable form, and marks other text that looks like a template as unsafe."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write repeated values in full, without aliases."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists, as yamllint requires."""
        super().increase_indent(flow, False)

    def _text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar(UNSAFE if _TEMPLATE.search(text) else TEXT, text, "|" if "\n" in text.strip("\n") else None)

    def _template(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar(TEXT, str(text), '"')


_Dumper.add_representer(str, _Dumper._text)
_Dumper.add_representer(Template, _Dumper._template)


def vars_file(variables: Mapping[str, Any], *comments: str) -> str:
    """Return the text of a file that sets ``variables``, with ``comments`` at the top."""
    lines = [f"# {printable(comment)}\n" for comment in comments]
    return "".join(["---\n", *lines, as_yaml(variables)])


def as_yaml(value: Any) -> str:
    """Return ``value`` as YAML in block style, in its own order."""
    # Lines are not wrapped, so that a text has as many lines in the file as it has itself.
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=10**9)
    # PyYAML writes the end marker of a document after some texts.
    return str(text).removesuffix("...\n")
