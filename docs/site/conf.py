# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx's configuration. `make docs` builds from a copy of the checkout, with the generated reference in the directory ``reference``.

The site consists of the pages that are read on GitHub. The README is its first page, and the guides that it lists are the contents. The
README's absolute links become relative. Links to files that are not pages lead to the repository, and names of plugins to their reference.
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
FILES = f"{GALAXY['repository']}/blob/main/"
# The pages of Ansible's documentation that the reference links to. An inventory of all pages would have to be downloaded.
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
# Diagrams are rendered when the site is built, so that readers do not load a script from elsewhere.
myst_fence_as_directive = ["mermaid"]
mermaid_cmd = "mermaidx"
mermaid_output_format = "svg"
# Follow the colour scheme of the reader's system, as the theme does.
antsibull_ext_color_scheme = "default-autodark"
html_theme = "furo"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_title = f"{NAME} {version}"
html_show_sphinx = False
html_copy_source = False
smartquotes = False


def add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Add the contents of the site to the README: the guides in its order, the reference and the pages of the project."""
    if page != root_doc:
        return
    # Galaxy shows the README without the files beside it, so its links are absolute.
    source[0] = source[0].replace(f"]({FILES}", "](")
    # The badges are images on other servers, which a reader of the site need not contact.
    source[0] = re.sub(r"^\[!\[.*\n", "", source[0], flags=re.MULTILINE)
    guides = re.findall(r"^- \[[^]]+\]\((docs/[\w-]+)\.md\)", source[0], re.MULTILINE)
    pages = sorted((path.stem for path in REFERENCE.glob("*.rst")), key=title_of)
    reference = [f"{title_of(page)} <reference/{page}>" for page in pages]
    parts = {"Guides": guides, "Reference": reference}
    parts["Project"] = ["Contributing <CONTRIBUTING>", "Security <SECURITY>", "Code of conduct <CODE_OF_CONDUCT>", "Changelog <CHANGELOG>"]
    source[0] += "".join(CONTENTS % (caption, "\n".join(pages)) for caption, pages in parts.items())


def title_of(page: str) -> str:
    """Return the title of a reference page in the contents: ``ai_gateway`` for ``ai_gateway_module``."""
    return page.rpartition("_")[0]


def drop_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Remove the table of contents from a reference page, because the theme shows one for each page."""
    if page.startswith("reference/"):
        source[0] = re.sub(r"^\.\. contents::\n(?:   .*\n)*", "", source[0], flags=re.MULTILINE)


def lead_to_ansible(_app: Sphinx, _env: Any, node: addnodes.pending_xref, content: nodes.Element) -> nodes.reference | None:
    """Resolve references to Ansible itself to Ansible's documentation. Other unknown references stay errors."""
    label = node["reftarget"]
    plugin = re.fullmatch(r"ansible_collections\.ansible\.builtin\.(\w+)", label)
    page = f"collections/ansible/builtin/{plugin[1]}.html" if plugin else ANSIBLE_LABELS.get(label)
    return nodes.reference("", "", content, internal=False, refuri=f"{ANSIBLE}/{page}") if page else None


class LinkFiles(SphinxTransform):
    """Make links to files that are not pages lead to the repository."""

    default_priority = 500

    def apply(self, **_options: Any) -> None:
        for node in list(self.document.findall(addnodes.download_reference)):
            _relative, path = self.env.relfn2path(node["reftarget"], self.env.docname)
            file = Path(path).relative_to(self.env.srcdir).as_posix()
            node.replace_self(nodes.reference("", "", *node.children, refuri=f"{FILES}{file}"))


class LinkPlugins(SphinxTransform):
    """Link the full names of modules and filters in a guide to their reference."""

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
    """Return the label of the reference page of the plugin with that full name."""
    name = text.removeprefix(f"{NAME}.")
    page = next(REFERENCE.glob(f"{name}_*.rst"), None) if re.fullmatch(r"\w+", name) and name != text else None
    return f"ansible_collections.{NAME}.{page.stem}" if page else None


def setup(app: Sphinx) -> None:
    """Register the functions and transforms above; Sphinx calls this."""
    app.connect("source-read", add_contents)
    app.connect("source-read", drop_contents)
    app.connect("missing-reference", lead_to_ansible)
    app.add_transform(LinkFiles)
    app.add_transform(LinkPlugins)
