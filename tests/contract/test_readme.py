# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README: its tables are held against the field table."""

from __future__ import annotations

import re

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.connection import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.support import ROOT, walk

BOUNDS = ("minimum", "maximum", "above", "min_length", "max_length", "max_items")


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def rows_of(readme: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading of the second level, without the two lines on top."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    assert section, f"no section {heading}"
    table = re.search(r"(?:^\|.*\|\n)+", section[1], re.MULTILINE)
    assert table, f"no table under {heading}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_the_settings_are_those_of_the_table(readme: str) -> None:
    assert [quoted(row[0]) for row in rows_of(readme, "Settings")] == [[field.name] for field in GATEWAY.settings]


@pytest.mark.parametrize("field", GATEWAY.settings, ids=lambda field: field.name)
def test_the_row_of_a_setting(readme: str, field: Field) -> None:
    (row,) = [row for row in rows_of(readme, "Settings") if quoted(row[0]) == [field.name]]
    _name, kind, limits = row[:3]
    assert kind.startswith(field.type)
    numbers = {int(number) for number in re.findall(r"\d+", re.sub(r"`[^`]*`", "", limits))}
    words = set(quoted(limits))
    parts = [part for _where, part in walk(field.fields)]
    if parts:
        # Too much for a cell: what it tells must be true.
        assert numbers <= {bound for part in parts for bound in bounds_of(part)}
        assert words <= {word for part in parts for word in (part.name, *part.choices)}
        assert numbers or words or not any(bounds_of(part) or part.choices for part in parts)
    else:
        assert numbers == bounds_of(field)
        assert words == set(field.choices)


def bounds_of(field: Field) -> set[int]:
    return {getattr(field, kind) for kind in BOUNDS if getattr(field, kind) is not None}


def test_what_a_new_gateway_gets_is_told(readme: str) -> None:
    """Of what is filled in, that is: what is filled in with 0 is off, as it would be anyway."""
    for row in rows_of(readme, "Settings"):
        (field,) = [field for field in GATEWAY.settings if [field.name] == quoted(row[0])]
        assert re.findall(r"`(\w+)` on a new gateway", row[3]) == (["true"] if field.on_create is True else [])


def test_the_environment_variables(readme: str) -> None:
    rows = rows_of(readme, "Authentication")
    told = {name: variable for row in rows for name, variable in zip(quoted(row[0]), quoted(row[1]))}
    assert told == {field.name: field.env for field in CONNECTION_OPTIONS if field.env}


@pytest.mark.parametrize("field", CONNECTION_OPTIONS, ids=lambda field: field.name)
def test_every_connection_option_is_named_with_its_default(readme: str, field: Field) -> None:
    assert f"`{field.name}`" in readme
    if field.type == "int":
        assert re.search(rf"`{field.name}` \({field.default}\b", readme)
