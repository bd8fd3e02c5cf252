# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's options against Cloudflare's reference page for the body of "create a new gateway"."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.support import Invalid, declared


class Parameter(NamedTuple):
    """A body parameter of the page. ``least`` and ``most`` are the bounds of a number, or of the length of a text."""

    type: str
    optional: bool = True
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


PAGE = {
    "id": Parameter("str", optional=False, least=1, most=64),
    "cache_invalidate_on_update": Parameter("bool", optional=False),
    "cache_ttl": Parameter("int", optional=False, least=0),
    "collect_logs": Parameter("bool", optional=False),
    "rate_limiting_interval": Parameter("int", optional=False, least=0),
    "rate_limiting_limit": Parameter("int", optional=False, least=0),
    "authentication": Parameter("bool"),
    "log_management": Parameter("int", least=10000, most=10000000),
    "log_management_strategy": Parameter("str", choices=("STOP_INSERTING", "DELETE_OLDEST")),
    "logpush": Parameter("bool"),
    "logpush_public_key": Parameter("str", least=16, most=1024),
    "rate_limiting_technique": Parameter("str", choices=("fixed", "sliding")),
    "retry_backoff": Parameter("str", choices=("constant", "linear", "exponential")),
    "retry_delay": Parameter("int", least=0, most=5000),
    "retry_max_attempts": Parameter("int", least=1, most=5),
    "workers_ai_billing_mode": Parameter("str", choices=("postpaid",)),
    "zdr": Parameter("bool"),
}
BOUNDED = [(name, bound) for name, parameter in PAGE.items() for bound in (parameter.least, parameter.most) if bound is not None]
# JSON has no largest number. Options without an upper bound must accept integers that every JSON parser represents exactly.
LARGE = 2**53


def names_of_type(kind: str) -> list[str]:
    return [name for name, parameter in PAGE.items() if parameter.type == kind]


def field_of(name: str) -> Field:
    return next(field for field in (GATEWAY.id, *GATEWAY.settings) if field.name == name)


def value_of(name: str, size: int) -> Any:
    """Return a number of that size, or a text of that length."""
    return size if PAGE[name].type == "int" else "a" * size


@pytest.mark.parametrize("name", PAGE)
def test_type_and_choices_of_the_option(name: str) -> None:
    option = TASK_SPEC.argument_spec()[name]
    assert option["type"] == PAGE[name].type
    assert tuple(option.get("choices", ())) == PAGE[name].choices
    assert option.get("default") is None


@pytest.mark.parametrize("name", PAGE)
def test_the_table_has_the_bounds_of_the_page_and_no_others(name: str) -> None:
    field = field_of(name)
    number = PAGE[name].type == "int"
    bounds = (field.minimum, field.maximum) if number else (field.min_length, field.max_length)
    assert bounds == (PAGE[name].least, PAGE[name].most)
    assert (field.above, field.max_items, field.pattern) == (None, None, None)


def test_required_parameters_are_required_or_filled_in() -> None:
    required = {name for name, parameter in PAGE.items() if not parameter.optional}
    filled = {field.name for field in GATEWAY.settings if field.on_create is not None}
    assert required == {"id"} | filled
    assert [name for name, option in TASK_SPEC.argument_spec().items() if option.get("required")] == ["id"]


@pytest.mark.parametrize(("name", "bound"), BOUNDED)
def test_the_value_at_the_bound_passes(name: str, bound: int) -> None:
    value = value_of(name, bound)
    declaration = declared(**{name: value})
    assert {"id": declaration.id, **declaration.settings}[name] == value
    assert not list(problems(field_of(name), value, name))


@pytest.mark.parametrize(("name", "bound"), BOUNDED)
def test_the_value_beyond_the_bound_fails_with_name_value_and_bound(name: str, bound: int) -> None:
    beyond = bound - 1 if bound == PAGE[name].least else bound + 1
    with pytest.raises(InvalidOptions) as failure:
        declared(**{name: value_of(name, beyond)})
    (problem,) = failure.value.problems
    assert list(problems(field_of(name), value_of(name, beyond), name)) == [problem]
    if PAGE[name].type == "str" and not beyond:
        assert problem == f"{name} is empty: give it a value"
        return
    shown = f"{name} is {beyond}, but" if PAGE[name].type == "int" else f"{name} has {beyond} characters, but"
    side = "least" if bound == PAGE[name].least else "most"
    assert problem.startswith(shown)
    assert re.search(rf"\bat {side} {bound}\b", problem)
    assert problem in str(failure.value)


@pytest.mark.parametrize("name", names_of_type("int"))
def test_numbers_are_integers(name: str) -> None:
    least = PAGE[name].least
    assert declared(**{name: str(least)}).settings[name] == least
    with pytest.raises(Invalid, match=name):
        declared(**{name: f"{least}.5"})


@pytest.mark.parametrize("name", [name for name in names_of_type("int") if PAGE[name].most is None])
def test_options_without_an_upper_bound_accept_large_values(name: str) -> None:
    assert declared(**{name: LARGE}).settings[name] == LARGE


@pytest.mark.parametrize("name", [name for name in names_of_type("str") if PAGE[name].choices])
def test_only_the_exact_choices_pass(name: str) -> None:
    choices = PAGE[name].choices
    for choice in choices:
        assert declared(**{name: choice}).settings[name] == choice
    for other in (*(choice.swapcase() for choice in choices), "unified", ""):
        with pytest.raises(Invalid) as failure:
            declared(**{name: other})
        assert all(word in str(failure.value) for word in (name, other, *choices))


@pytest.mark.parametrize("name", names_of_type("bool"))
def test_booleans_are_true_or_false(name: str) -> None:
    assert [declared(**{name: value}).settings[name] for value in (True, False)] == [True, False]
    with pytest.raises(Invalid, match=name):
        declared(**{name: "sometimes"})
