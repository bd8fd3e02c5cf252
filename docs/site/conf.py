# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx's configuration. `make docs` builds from a copy of the checkout, with the generated reference in the folder reference.

The pages are those that are read on GitHub. What makes a site of them is done here: the README is its first page, and the guides
that it lists are the contents; a link to a file that is no page leads to the repository; the name of a plugin leads to its reference.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference"
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
NAME = f"{GALAXY['namespace']}.{GALAXY['name']}"
# Where Ansible documents what the reference points to. An inventory of all its pages would have to be fetched.
ANSIBLE = "https://docs.ansible.com/ansible/latest"
ANSIBLE_LABELS = {
    "action_plugins": "plugins/action.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
CONTENTS = """
```{toctree}
:hidden:
:caption: %s

%s
```
"""

project = NAME
author = "The edgeops.cloudflare contributors"
project_copyright = f"2026 {author}"
version = release = str(GALAXY["version"])
extensions = ["myst_parser", "sphinx_antsibull_ext", "sphinxcontrib.mermaid"]
root_doc = "README"
include_patterns = ["*.md", "docs/*.md", "reference/*.rst"]
myst_heading_anchors = 4
# Drawings become pictures when the site is built, so that readers fetch no program to see them.
myst_fence_as_directive = ["mermaid"]
mermaid_cmd = "mermaidx"
mermaid_output_format = "svg"
# Light or dark as the reader's system is, which the theme does by itself.
antsibull_ext_color_scheme = "default-autodark"
html_theme = "furo"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_title = f"{NAME} {version}"
html_show_sphinx = False
html_copy_source = False
smartquotes = False


def add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Make the guides that the README lists, in its order, the contents of the site."""
    if page != root_doc:
        return
    guides = re.findall(r"^- \[[^]]+\]\((docs/[\w-]+)\.md\)", source[0], re.MULTILINE)
    pages = sorted((path.stem for path in REFERENCE.glob("*.rst")), key=title_of)
    reference = [f"{title_of(page)} <reference/{page}>" for page in pages]
    parts = {"Guides": guides, "Reference": reference}
    parts["Project"] = ["Contributing <CONTRIBUTING>", "Code of conduct <CODE_OF_CONDUCT>", "Changelog <CHANGELOG>"]
    source[0] += "".join(CONTENTS % (caption, "\n".join(pages)) for caption, pages in parts.items())


def title_of(page: str) -> str:
    """What a page of the reference is called in the contents; C(ai_gateway_module) is about C(ai_gateway)."""
    return page.rpartition("_")[0]


def drop_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Take the table of contents out of a page of the reference: the theme has one for each page."""
    if page.startswith("reference/"):
        source[0] = re.sub(r"^\.\. contents::\n(?:   .*\n)*", "", source[0], flags=re.MULTILINE)


def lead_to_ansible(_app: Sphinx, _env: Any, node: addnodes.pending_xref, content: nodes.Element) -> nodes.reference | None:
    """What the reference says of Ansible itself leads to Ansible's documentation; anything else unknown stays an error."""
    label = node["reftarget"]
    plugin = re.fullmatch(r"ansible_collections\.ansible\.builtin\.(\w+)", label)
    page = f"collections/ansible/builtin/{plugin[1]}.html" if plugin else ANSIBLE_LABELS.get(label)
    return nodes.reference("", "", content, internal=False, refuri=f"{ANSIBLE}/{page}") if page else None


class LinkFiles(SphinxTransform):
    """A link to a file of the repository that is no page leads there."""

    default_priority = 500

    def apply(self, **_options: Any) -> None:
        for node in list(self.document.findall(addnodes.download_reference)):
            _relative, path = self.env.relfn2path(node["reftarget"], self.env.docname)
            file = Path(path).relative_to(self.env.srcdir).as_posix()
            node.replace_self(nodes.reference("", "", *node.children, refuri=f"{GALAXY['repository']}/blob/main/{file}"))


class LinkPlugins(SphinxTransform):
    """The full name of a module or filter, in a guide, leads to its reference."""

    default_priority = 500

    def apply(self, **_options: Any) -> None:
        if self.env.docname.startswith("reference/"):
            return
        for node in list(self.document.findall(nodes.literal)):
            label = label_of(node.astext())
            if label and not isinstance(node.parent, nodes.reference):
                target = {"reftype": "ref", "refdomain": "std", "reftarget": label, "refexplicit": True, "refwarn": True}
                node.replace_self(addnodes.pending_xref("", node.deepcopy(), refdoc=self.env.docname, **target))


def label_of(text: str) -> str | None:
    """The label of the reference page of the plugin with that full name."""
    name = text.removeprefix(f"{NAME}.")
    page = next(REFERENCE.glob(f"{name}_*.rst"), None) if re.fullmatch(r"\w+", name) and name != text else None
    return f"ansible_collections.{NAME}.{page.stem}" if page else None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", add_contents)
    app.connect("source-read", drop_contents)
    app.connect("missing-reference", lead_to_ansible)
    app.add_transform(LinkFiles)
    app.add_transform(LinkPlugins)
