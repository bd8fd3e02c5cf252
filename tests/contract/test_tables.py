# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables and numbers in the documentation pages, compared with the field tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules import ai_gateway_account
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateways import FLEET_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import DEFAULT_PURGE_LIMIT
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.pages import PAGES, title_of
from tests.contract.support import ROOT, walk

BOUNDS = ("minimum", "maximum", "above", "min_length", "max_length", "max_items")


@pytest.fixture(scope="module")
def settings() -> list[list[str]]:
    """Return the rows of the table of settings."""
    return rows_of(text_of("docs/settings.md"))


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of the first table in a text, without its header."""
    table = re.search(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    assert table, "no table"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_the_settings_are_those_of_the_field_table(settings: list[list[str]]) -> None:
    assert [quoted(row[0]) for row in settings] == [[field.name] for field in GATEWAY.settings]


@pytest.mark.parametrize("field", GATEWAY.settings, ids=lambda field: field.name)
def test_the_row_of_a_setting(settings: list[list[str]], field: Field) -> None:
    (row,) = [row for row in settings if quoted(row[0]) == [field.name]]
    _name, kind, limits = row[:3]
    assert kind.startswith(field.type)
    numbers = {int(number) for number in re.findall(r"\d+", re.sub(r"`[^`]*`", "", limits))}
    words = set(quoted(limits))
    parts = [part for _where, part in walk(field.fields)]
    if parts:
        # Too much for a cell: what it contains must be correct, but it need not be complete.
        assert numbers <= {bound for part in parts for bound in bounds_of(part)}
        assert words <= {word for part in parts for word in (part.name, *part.choices)}
        assert numbers or words or not any(bounds_of(part) or part.choices for part in parts)
    else:
        assert numbers == bounds_of(field)
        assert words == set(field.choices)


def bounds_of(field: Field) -> set[int]:
    return {getattr(field, kind) for kind in BOUNDS if getattr(field, kind) is not None}


def test_the_table_contains_what_is_switched_on_on_create(settings: list[list[str]]) -> None:
    """Only ``true`` is documented. A setting that is filled in with 0 is off, as it would be without it."""
    for row in settings:
        (field,) = [field for field in GATEWAY.settings if [field.name] == quoted(row[0])]
        assert re.findall(r"`(\w+)` on a new gateway", row[3]) == (["true"] if field.on_create is True else [])


def test_the_values_filled_in_on_create_are_listed() -> None:
    filled = {f"{field.name}: {str(field.on_create).lower()}" for field in GATEWAY.settings if field.on_create is not None}
    (listed,) = re.findall(r"If you omit them, the\s+collection sends\s+(.*?)\n\n", text_of("docs/declaring-settings.md"), re.DOTALL)
    assert set(quoted(listed)) == filled


def test_the_environment_variables() -> None:
    rows = rows_of(text_of("docs/authentication.md"))
    documented = {name: variable for row in rows for name, variable in zip(quoted(row[0]), quoted(row[1]))}
    assert documented == {field.name: field.env for field in CONNECTION_OPTIONS if field.env}


def test_every_connection_option_is_explained() -> None:
    page = text_of("docs/authentication.md")
    assert not [field.name for field in CONNECTION_OPTIONS if f"`{field.name}`" not in page]


def default_of(field: Field) -> Any:
    """Return the default of an option. ``purge_limit`` has none in its spec, because it matters whether the option was given."""
    return DEFAULT_PURGE_LIMIT if field.name == "purge_limit" else field.default


@pytest.mark.parametrize("page", PAGES, ids=title_of)
def test_a_number_in_parentheses_after_an_option_is_its_default(page: Path) -> None:
    defaults = {field.name: default_of(field) for field in (*CONNECTION_OPTIONS, *FLEET_OPTIONS, *ai_gateway_account.OPTIONS)}
    documented = re.findall(r"`(\w+)` \((\d+)\)", page.read_text(encoding="utf-8"))
    assert not [(name, number) for name, number in documented if str(defaults.get(name)) != number]


def test_the_defaults_of_numbers_are_documented() -> None:
    text = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    numbers = [field for field in (*CONNECTION_OPTIONS, *FLEET_OPTIONS) if field.type == "int"]
    assert numbers
    assert not [field.name for field in numbers if f"`{field.name}` ({default_of(field)})" not in text]
