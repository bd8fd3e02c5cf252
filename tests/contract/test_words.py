# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The language of documentation, docstrings and playbooks: words to avoid, and what to write instead.

Vale would suit this, but its package on PyPI downloads the program when it first runs, so it works neither pinned nor offline.
"""

from __future__ import annotations

import ast
import re
import tokenize
from pathlib import Path

import pytest

from tests.contract.support import ROOT

# A regular expression, and what to write instead.
WORDS = {
    r"shall": "must, should, or the present tense",
    r"anew": "again",
    r"meanwhile": "in the meantime",
    r"likewise": "also",
    r"wherever": "if, when, or all places where",
    r"whereby|wherein|whereof|thereby|therein|thereof": "two sentences",
    r"of which|in which": "whose, where, or two sentences",
    r"tells?|told": "reports, shows, contains or describes",
    r"one's own": "your own",
    r"go(?:es)? before": "takes precedence over",
    r"with distrust": "validated",
    r"made-up": "invalid or invented",
    r"e-mail": "email",
    r"lays? over|laid over|laid under": "applied to",
}
PATTERNS = {re.compile(rf"(?<![\w-])(?:{words})(?![\w-])".replace(" ", r"\s+"), re.IGNORECASE): instead for words, instead in WORDS.items()}
CODE = re.compile(r"^ *```.*?^ *```$|<!--.*?-->|`[^`]*`", re.MULTILINE | re.DOTALL)
MARKED_UP = re.compile(r"\b[A-Z]+\([^)]*\)|``[^`]*``")
PAGES = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / ".github").rglob("*.md"), ROOT / "tests/simulator/README.md"}
    - {ROOT / "CHANGELOG.md"}
)
DATA = sorted(
    path
    for folder in (".github/ISSUE_TEMPLATE", "extensions", "playbooks", "changelogs/fragments")
    for path in (ROOT / folder).rglob("*.*")
    if path.suffix in (".json", ".yml")
)
PYTHON = sorted((ROOT / "plugins").rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def avoided(text: str) -> list[str]:
    """Return the words to avoid, each with its context and what to write instead."""
    found = [(match, instead) for pattern, instead in PATTERNS.items() for match in pattern.finditer(text)]
    return [f"{' '.join(text[max(match.start() - 20, 0) : match.end() + 20].split())} -> {instead}" for match, instead in found]


def prose_of(path: Path) -> str:
    """Return the docstrings of a Python file, and its documentation for users."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented)]
    constants = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_documentation(node) and isinstance(node.value, ast.Constant)
    ]
    return "\n".join([*docstrings, *(str(ast.literal_eval(value)) for value in constants)])


def texts_of(path: Path) -> str:
    """Return all text constants of a Python file: docstrings, documentation for users, and messages."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return "\n".join(node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def names_of(path: Path) -> str:
    """Return the names that a Python file defines as words, each as a line: classes, functions, arguments and variables."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return "\n".join(name.replace("_", " ") for name in sorted(names))


def comments_of(path: Path) -> str:
    """Return the comments of a Python file. Those that follow each other are one text."""
    with tokenize.open(path) as file:
        tokens = tokenize.generate_tokens(file.readline)
        return " ".join(token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT)


def is_documentation(node: ast.Assign) -> bool:
    names = {target.id for target in node.targets if isinstance(target, ast.Name)}
    return bool(names & {"DOCUMENTATION", "EXAMPLES", "RETURN", "ATTRIBUTES", "UPDATE_SECRETS"})


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_has_no_words_to_avoid(page: Path) -> None:
    assert avoided(CODE.sub("", page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", DATA, ids=name_of)
def test_a_text_that_users_see_has_no_words_to_avoid(path: Path) -> None:
    assert avoided(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_docstrings_documentation_and_messages_have_no_words_to_avoid(path: Path) -> None:
    assert avoided(MARKED_UP.sub("", texts_of(path))) == []


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_names_and_comments_in_plugins_have_no_words_to_avoid(path: Path) -> None:
    assert avoided(f"{names_of(path)}\n{MARKED_UP.sub('', comments_of(path))}") == []


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_names_docstrings_and_comments_in_tests_have_no_words_to_avoid(path: Path) -> None:
    prose = f"{prose_of(path)}\n{comments_of(path)}"
    assert avoided(f"{names_of(path)}\n{MARKED_UP.sub('', prose)}") == []


@pytest.mark.parametrize("text", ["It shall.", "the list, of\nwhich", "Told by users"])
def test_words_to_avoid_are_found(text: str) -> None:
    assert len(avoided(text)) == 1


@pytest.mark.parametrize("text", ["`tells`", "```text\nIt tells.\n```", "<!-- fails: anew -->", "It retells a pretold story."])
def test_code_and_longer_words_are_no_words_to_avoid(text: str) -> None:
    assert avoided(CODE.sub("", text)) == []
