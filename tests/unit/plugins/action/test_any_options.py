# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any YAML value for any option is accepted, or refused by name before anything is sent, both in-process and as a module."""

from __future__ import annotations

import contextlib
import json
import os
import re
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ansible_collections.edgeops.cloudflare.plugins.action import ai_gateway, ai_gateway_info, ai_gateways
from ansible_collections.edgeops.cloudflare.plugins.filter.as_declared import FilterModule
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import Answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import item_options
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.item_parser import ItemParser
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import printable
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils import in_process
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.plain import plain

ACTIONS = {module.__name__.rpartition(".")[2]: module.ActionModule for module in (ai_gateway, ai_gateway_info, ai_gateways)}
MISSING = Answer(404, {}, b'{"success": false, "errors": [{"code": 7002, "message": "Not found"}]}')
CONNECTION = {"account_id": "0123456789abcdef0123456789abcdef", "api_token": "invented-token"}
ITEM = item_options(GATEWAY)
RULE = {"limit": 1, "limit_type": "cost", "window": 1}
EXAMPLES = int(os.environ.get("EXAMPLES", "100"))
settings.register_profile(
    "any options",
    max_examples=EXAMPLES,
    derandomize="EXAMPLES" not in os.environ,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

as_declared = FilterModule().filters()["as_declared"]

# Values that YAML can express. libyaml refuses unpaired surrogates.
characters = st.characters(exclude_categories=["Cs"])
ODD_WORDS = (
    *("", " ", "\x00", "\x1b[31m", "\u202e", "{{ x }}", "a,b", "a=b", "=", "[", "{", "{}", "[]", "{'a': [}", '{"a": [5]}', "null", "~"),
    *("yes", "1e5", "1e400", "1e999999999", "-1e99999999999", "1e-999999999", "inf", "nan", "-1", "0x10", "1_000", "\u0663", "1" * 5000),
    *(".", "..", "/", "%2e", "<<", "x" * 70, "a" * 5000, "~nobody/x", "$HOME"),
)
odd_texts = st.sampled_from(ODD_WORDS)
texts = odd_texts | st.text(characters, max_size=8)
numbers = st.integers() | st.floats() | st.sampled_from([10**30, -(10**400), 2**63])
scalars = st.none() | st.booleans() | numbers | texts | st.dates() | st.datetimes() | st.binary(max_size=4)
keys = st.text(characters, max_size=5) | odd_texts | st.none() | st.integers() | st.booleans() | st.floats() | st.tuples(st.integers())


def nested(depth, kind):
    value = 1
    for _level in range(depth):
        value = kind(value)
    return value


deep = st.builds(nested, st.sampled_from([30, 38, 42, 60, 120, 300]), st.sampled_from([lambda part: [part], lambda part: {"a": part}]))
anything = deep | st.recursive(
    scalars,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(keys, parts, max_size=3) | st.sets(st.integers(), max_size=2),
    max_leaves=6,
)


def values_for(option):
    """Draw values for an ``option`` of a spec: valid ones, almost valid ones, and any others."""
    kind = option.get("type", "str")
    if option.get("options"):
        parts = {name: values_for(part) for name, part in option["options"].items()}
        needed = {name: parts[name] for name, part in option["options"].items() if part.get("required")}
        rest = {name: part for name, part in parts.items() if name not in needed}
        valid = st.fixed_dictionaries(needed, optional=rest) | st.fixed_dictionaries({}, optional=parts)
        valid = st.lists(valid, max_size=2) if kind == "list" else valid
    elif option.get("choices"):
        valid = st.sampled_from(option["choices"])
    else:
        valid = VALID[kind]
    return st.one_of(valid, valid, valid, anything)


VALID = {
    "bool": st.booleans() | st.sampled_from(["yes", "off"]),
    "int": st.integers(0, 5000) | st.sampled_from(["5", "1e3"]),
    "float": st.floats(0.5, 9),
    "dict": st.dictionaries(keys, anything, max_size=2),
    "list": st.lists(anything, max_size=2),
    "str": st.text(characters, max_size=20),
    "path": st.sampled_from([os.curdir, "no-such-bundle"]),
}


def some_options(spec, identity):
    """Draw up to three options of ``spec`` in addition to those of ``identity``."""
    names = st.lists(st.sampled_from(sorted(set(spec) - set(identity))), max_size=3, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({**identity, **{name: values_for(spec[name]) for name in chosen}}))


def one_option(module, *identity):
    """Draw one of the module's options other than ``identity``, with any value."""
    spec = ACTIONS[module].task_spec.argument_spec()
    names = sorted({name for main, option in spec.items() for name in (main, *option.get("aliases", ()))} - set(identity))
    return st.sampled_from(names).flatmap(lambda name: st.fixed_dictionaries({name: values_for(spec[name]) if name in spec else anything}))


class Echo:
    """A fake transport: an account without gateways, on a server that stores any body."""

    def __init__(self):
        self.sent = []

    def close(self):
        """Do nothing, because nothing is open."""

    def send(self, request, body=None, **how):
        self.sent.append(request)
        if request.method == "GET" and "?" not in request.path:
            return MISSING
        return Answer(200, {}, json.dumps({"success": True, "result": [] if body is None else json.loads(body)}).encode("utf-8"))


@pytest.fixture
def run_here(monkeypatch):
    """Return a function that runs a module in the controller's process, and returns the result and the sent requests."""

    def run(module, options):
        transport = Echo()
        monkeypatch.setattr(
            in_process, "_open_client", lambda connection, report_progress: contextlib.nullcontext(client.Client(connection, transport))
        )
        task = {"action": "edgeops.cloudflare." + module, "args": {**CONNECTION, **options}, "check_mode": False, "diff": True}
        task.update({"async_val": 0, "environment": [], "remote_user": None, "delegate_to": None})
        connection = SimpleNamespace(transport="local", become=None, _shell=SimpleNamespace(tmpdir=None))
        templar = SimpleNamespace(template=lambda value: value)
        action = ACTIONS[module](SimpleNamespace(**task), connection, SimpleNamespace(), None, templar, None)
        return action.run(task_vars={}), transport.sent

    return run


@pytest.fixture
def run_both(monkeypatch, run_here, run_module):
    """Return a function like ``run_here`` that also checks that the ordinary module returns the same result."""

    def run(module, options):
        here, sent = run_here(module, options)
        transport = Echo()
        monkeypatch.setattr(client, "Transport", lambda connection: transport)
        there = run_module(plain(options), module, diff=True)
        assert [str(request) for request in transport.sent] == [str(request) for request in sent]
        assert normalized(there) == normalized(here)
        return here, sent

    return run


def normalized(result):
    """Return the result as text, without keys that only one kind of execution returns."""
    shown = {key: value for key, value in result.items() if key not in ("warnings", "deprecations", "changed")}
    # Ansible uses another name for a module that it has not started itself.
    return re.sub(r"parameters for \(\S+\)", "parameters", json.dumps(shown, sort_keys=True))


def is_clear(result, sent, options):
    """Check that the task succeeded, or was refused with the name of a given option."""
    message = result.get("msg", "")
    assert message.isprintable()
    assert "defect" not in message
    if not result.get("failed"):
        return bool(sent) or not result.get("gateways", True)
    assert sent == []
    assert any(printable(name) in message for name in options), message
    return True


def any_options(*strategies):
    """Return a decorator for a property of ``strategies``, with the profile of this file."""
    return lambda test: settings(settings.get_profile("any options"))(given(*strategies)(test))


@any_options(one_option("ai_gateway", "id", "name"))
def test_any_value_of_one_option(run_both, options):
    assert is_clear(*run_both("ai_gateway", {"id": "a", **options}), options)


@any_options(some_options(ITEM, {"id": st.just("a") | values_for(ITEM["id"])}))
def test_values_that_are_almost_valid(run_both, options):
    assert is_clear(*run_both("ai_gateway", options), options)


@any_options(st.dictionaries(texts, anything, min_size=1, max_size=2))
def test_any_name_of_an_option(run_both, options):
    assume(not set(options) & set(ITEM))
    assert is_clear(*run_both("ai_gateway", {"id": "a", **options}), options)


items = st.lists(some_options(ITEM, {"id": st.just("a") | values_for(ITEM["id"])}) | anything, max_size=2)
defaults = some_options({name: option for name, option in ITEM.items() if name not in ("id", "state")}, {}) | anything


@any_options(items, defaults)
def test_any_gateways_and_defaults_of_a_fleet(run_both, gateways, given_defaults):
    options = {"gateways": gateways, "defaults": given_defaults}
    assert is_clear(*run_both("ai_gateways", options), options)


@any_options(one_option("ai_gateways", "gateways"))
def test_any_value_of_one_option_of_a_fleet(run_both, options):
    assert is_clear(*run_both("ai_gateways", {"gateways": [{"id": "a"}], **options}), options)


@any_options(one_option("ai_gateway_info"))
def test_any_value_of_one_option_of_the_listing(run_both, options):
    assert is_clear(*run_both("ai_gateway_info", options), options)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"cache_ttl": float("inf")}, "cache_ttl is not a finite number that can be sent: correct it"),
        ({"cache_ttl": 10**400}, "cache_ttl is not a finite number that can be sent: correct it"),
        ({"cache_ttl": "1e99999"}, "cache_ttl is not a finite number that can be sent: correct it"),
        ({"cache_ttl": {"a": 1}}, "cache_ttl must be a number, not a dict"),
        ({"store_id": ["a"]}, "store_id must be text, not a list"),
        (
            {"spend_limits": {"rules": [{**RULE, "metadata": {"team": {"mode": "filter", "values": [["a"]]}}}]}},
            "spend_limits.rules[0].metadata.team: values[0] must be text, not a list",
        ),
        ({"ca_path": "a" * 5000}, "does not exist"),
        # The answer would be nested deeper, and be refused.
        ({"extra_settings": {"a": nested(48, lambda part: [part])}}, "extra_settings.a contains a value that cannot be sent as JSON"),
    ],
)
def test_values_that_ansible_or_python_cannot_handle(run_both, options, problem):
    result, sent = run_both("ai_gateway", {"id": "a", **options})
    assert problem in result["msg"]
    assert is_clear(result, sent, options)


fields = st.sampled_from([*(field.key for field in GATEWAY.settings), "state", "unset", "name", "extra_settings", "created_at", "new"])
stored = st.dictionaries(fields | keys, anything, max_size=4).map(lambda item: {**item, "id": "a"})


def is_gateway_or_list(value):
    return (
        isinstance(value.get("id"), str)
        if isinstance(value, dict)
        else isinstance(value, (list, set)) and all(map(is_gateway_or_list, value))
    )


@any_options(stored | st.lists(stored, max_size=2) | anything)
def test_any_input_of_the_filter(value):
    if not is_gateway_or_list(value):
        with pytest.raises(AnsibleFilterError, match="as_declared takes a gateway or a list of gateways"):
            as_declared(value)
        return
    parser = ItemParser(GATEWAY)
    declared = as_declared([value])
    # A list may contain lists.
    while declared and isinstance(declared[0], list):
        declared = [options for part in declared for options in ([part] if isinstance(part, dict) else part)]
    for options in declared:
        assert "state" not in options
        parser.parse("gateways", [options], None)
    assert [problem for problem in parser.problems if "cannot be sent as JSON" not in problem] == []


def test_the_filter_takes_keys_that_are_no_text():
    """An unquoted ``~`` or ``on`` in YAML is such a key."""
    assert as_declared({"id": "a", "spend_limits": {None: None}}) == {"id": "a", "extra_settings": {"spend_limits": {"null": None}}}


@pytest.mark.parametrize("surrogate", ["\ud800", "a\udfff"])
@pytest.mark.parametrize(
    "options",
    [
        lambda surrogate: {"id": surrogate},
        lambda surrogate: {"account_id": surrogate},
        lambda surrogate: {"base_url": "https://x.example/" + surrogate},
        lambda surrogate: {"store_id": surrogate},
        lambda surrogate: {"unset": [surrogate]},
        lambda surrogate: {"dlp": {"enabled": True, "action": "FLAG", "profiles": [surrogate]}},
        lambda surrogate: {"otel": [{"url": "a://b", "headers": {"a": surrogate}}]},
        lambda surrogate: {"otel": [{"url": "a://b", "headers": {surrogate: "a"}}]},
        lambda surrogate: {"extra_settings": {"a": surrogate}},
        lambda surrogate: {"extra_settings": {surrogate: 1}},
    ],
)
def test_an_unpaired_surrogate_is_refused(run_here, surrogate, options):
    """JSON can contain it, but it can neither be sent nor printed."""
    assert is_clear(*run_here("ai_gateway", {"id": "a", **options(surrogate)}), options(surrogate))


def test_an_unpaired_surrogate_cannot_be_searched_for(run_here):
    result, sent = run_here("ai_gateway_info", {"search": "\ud800"})
    assert "search contains an unpaired surrogate" in result["msg"]
    assert sent == []


def test_an_unpaired_surrogate_in_a_secret_does_not_show_it(run_here):
    result, _sent = run_here("ai_gateway", {"id": "a", "api_token": "invented-half-\ud800"})
    assert "api_token contains an unpaired surrogate" in result["msg"]
    assert "invented-half" not in str(result)
