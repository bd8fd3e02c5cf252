# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strategies for Hypothesis, derived from the field table: declarations, stored gateways and servers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.contract.support import declared
from tests.simulator.views import MASKS

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]

NULLABLE = sorted(field.name for field in GATEWAY.settings if field.nullable)
NAMES = [field.name for field in GATEWAY.settings]
# A scalar, a list and a dict. Only a few, so that they collide.
UNKNOWN: Json = {"later_flag": True, "later_list": ["b", "a"], "later_dict": {"x": {"y": None}, "z": 5.0}}
# Parts of nested settings that only a newer API has.
LATER_PARTS: dict[str, Callable[[Any], None]] = {
    "guardrails": lambda guardrails: guardrails["response"].update(S14="BLOCK"),
    "otel": lambda targets: targets[0].update(sampling={"rate": 0.5}),
    "spend_limits": lambda limits: limits.update(currency="EUR"),
}
MANY_LETTERS = 30
# Texts for fields with a pattern. Each pattern matches some of them.
PATTERNED = ("a-1", "b_2", "a.example.com", "https://a.example.com", "https://b.example.com/v1", "0" * 32, "f" * 32)
words = st.sampled_from(["a", "b", "c", "team", "0", "null"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, 5.0]) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)


def value_of(field: Field) -> Strategy:
    """Return a strategy for values that the option accepts."""
    if field.name in SPECIAL:
        return SPECIAL[field.name]
    if field.pattern is not None:
        return st.sampled_from([text for text in PATTERNED if re.fullmatch(field.pattern[0], text)])
    if field.choices and field.type == "str":
        return st.sampled_from(field.choices)
    return BY_TYPE[field.type](field)


def whole_of(field: Field) -> Strategy:
    """Return a strategy for integers within the field's bounds, mostly near the lower one."""
    least = field.minimum if field.minimum is not None else 1
    most = field.maximum or 10**6
    return st.integers(least, min(most, least + 20)) | st.integers(least, most)


def list_of(field: Field) -> Strategy:
    """Return a strategy for short lists of valid elements of the field."""
    return st.lists(parts_of(field) if field.fields else st.sampled_from(field.choices) if field.choices else words, max_size=3)


def text_of(field: Field) -> Strategy:
    """Return a strategy for texts within the field's bounds. A secret is long enough to be recognized anywhere."""
    if field.secret:
        return words.map(lambda word: f"invented-secret-{word}")
    least = field.min_length or 0
    return words.map(lambda word: word * max(1, least)) | st.text("xyz-", min_size=max(1, least), max_size=max(least, MANY_LETTERS))


def parts_of(field: Field) -> Strategy:
    """Return a strategy for dicts of the field's parts. Optional parts may be missing."""
    required = {part.name: value_of(part) for part in field.fields if part.required}
    optional = {part.name: value_of(part) for part in field.fields if not part.required}
    return st.fixed_dictionaries(required, optional=optional)


BY_TYPE: dict[str, Callable[[Field], Strategy]] = {
    "bool": lambda _field: st.booleans(),
    "int": whole_of,
    "float": lambda _field: st.integers(1, 5) | st.sampled_from([0.5, 2.0, 99.99]),
    "list": list_of,
    "dict": parts_of,
    "str": text_of,
}


def _by_name(fields: tuple[Field, ...], name: str) -> Field:
    return next(field for field in fields if field.name == name)


def _dlp() -> Strategy:
    policies = _by_name(_by_name(GATEWAY.settings, "dlp").fields, "policies")
    simple = st.fixed_dictionaries(
        {"enabled": st.booleans(), "action": st.sampled_from(["FLAG", "BLOCK"]), "profiles": st.lists(words, max_size=3)}
    )
    several = st.lists(parts_of(policies), max_size=3, unique_by=lambda policy: policy["id"])
    return simple | st.fixed_dictionaries({"enabled": st.booleans(), "policies": several})


_limited = st.just({"mode": "partition"}) | st.fixed_dictionaries(
    {"mode": st.just("filter"), "values": st.lists(words, min_size=1, max_size=3)}
)
SPECIAL: dict[str, Strategy] = {
    "url": words.map(lambda word: f"https://{word}.example/v1"),
    "headers": st.dictionaries(words, words.map(lambda word: f"invented-header-{word}"), max_size=2),
    "metadata": st.dictionaries(words, _limited, max_size=2),
}
SPECIAL["dlp"] = _dlp()
values = {field.name: value_of(field) for field in GATEWAY.settings}


@st.composite
def settings(draw: st.DrawFn, unknown: bool = True) -> Json:
    """Return the settings of a task: some options, some unset settings, and sometimes settings or values that only a newer API supports."""
    chosen = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    options: Json = {name: draw(values[name]) for name in chosen}
    if options.get("log_classification"):
        options["collect_logs"] = True
    unset = draw(st.lists(st.sampled_from([name for name in NULLABLE if name not in options]), unique=True, max_size=3))
    extra: Json = {}
    if unknown:
        extra = draw(st.dictionaries(st.sampled_from(sorted(UNKNOWN)), json_values, max_size=2))
    if draw(st.booleans()) and "retry_delay" not in {*options, *unset}:
        extra["retry_delay"] = draw(st.integers(0, 60000))
    return {**options, **({"unset": unset} if unset else {}), **({"extra_settings": extra} if extra else {})}


@st.composite
def stored_gateway(draw: st.DrawFn, gateway_id: str) -> Json:
    """Return a gateway as a server may store it, including values that the options do not allow and fields without an option."""
    options = draw(st.fixed_dictionaries({}, optional=values))
    if options.get("log_classification"):
        options["collect_logs"] = True
    gateway: Json = dict(declared(**options).settings)
    for rule in (gateway.get("spend_limits") or {}).get("rules", []):
        rule.setdefault("id", draw(words))
    if draw(st.booleans()):
        gateway["retry_delay"] = draw(st.integers(0, 60000))
    for name in sorted(LATER_PARTS):
        if gateway.get(name) and draw(st.booleans()):
            LATER_PARTS[name](gateway[name])
    gateway.update(draw(st.fixed_dictionaries({}, optional=dict.fromkeys(UNKNOWN, json_values))))
    return {"id": gateway_id, **gateway}


@st.composite
def behaviour(draw: st.DrawFn, masks: bool = True, refuses: bool = False, nulls: bool = True, sparse: bool = False) -> Json:
    """Return a behaviour that the real server might have."""
    return {
        "put": draw(st.sampled_from(["replace", "merge"])),
        "nested_on_create": draw(st.sampled_from(["keep", "drop"])),
        "reorder": draw(st.booleans()),
        "plan_defaults": draw(st.booleans()),
        "mask_secrets": masks and draw(st.booleans()),
        "mask_style": draw(st.sampled_from(sorted(MASKS))),
        "normalize": draw(
            st.lists(st.sampled_from(["header_names", "line_ends", "empty_lists", *(["nulls"] if nulls else [])]), unique=True)
        ),
        "keep_unknown": True,
        "refuse_extra_fields": refuses and draw(st.booleans()),
        "extra_fields": UNKNOWN,
        "nested_in_list": draw(st.sampled_from(["keep", "null", "drop"])) if sparse else "keep",
    }
