# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON files for AWX: AWX accepts them, they have no mistakes that AWX does not detect, and they match the collection."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from tests.awx import rules
from tests.awx.support import AWX, CREDENTIAL_TYPES, ROOT, SURVEYS

Json = dict[str, Any]
Change = Callable[[Json], Any]
OPTIONS = {field.name: field for field in CONNECTION_OPTIONS}

TYPE: Json = {
    "name": "Example",
    "kind": "cloud",
    "inputs": {"fields": [{"id": "key", "label": "Key", "type": "string", "secret": True}], "required": ["key"]},
    "injectors": {"env": {"EXAMPLE_KEY": "{{ key }}"}},
}
REFUSED_TYPES: dict[str, Change] = {
    "kind": lambda d: d.update(kind="token"),
    "$.description: True is not of type": lambda d: d.update(description=True),
    "$.description: None is not of type": lambda d: d.update(description=None),
    "True is not one of": lambda d: d["inputs"]["fields"][0].update(ask_at_runtime=True),
    "label": lambda d: d["inputs"]["fields"][0].pop("label"),
    "tooltip": lambda d: d["inputs"]["fields"][0].update(tooltip="no such key"),
    "integer": lambda d: d["inputs"]["fields"][0].update(type="integer"),
    "email": lambda d: d["inputs"]["fields"][0].update(format="email"),
    "tower": lambda d: d["inputs"]["fields"][0].update(id="tower"),
    "repeated": lambda d: d["inputs"]["fields"].append(d["inputs"]["fields"][0]),
    "secret is not for a boolean": lambda d: d["inputs"]["fields"][0].update(type="boolean"),
    "default is not a string": lambda d: d["inputs"]["fields"][0].update(default=True),
    "undefined": lambda d: d["injectors"]["env"].update(EXAMPLE="{{ unknown }}"),
    "end of template": lambda d: d["injectors"]["env"].update(EXAMPLE="{{ key"),
    "ANSIBLE_": lambda d: d["injectors"]["env"].update(ANSIBLE_CONFIG="x"),
    "'PATH'": lambda d: d["injectors"]["env"].update(PATH="x"),
    "does not match": lambda d: d["injectors"]["env"].update(EXAMPLE="\u00e4"),
    "True is not of type": lambda d: d["injectors"].update(extra_vars={"example": True}),
    "cannot be mixed": lambda d: d["injectors"].update(file={"template": "x", "template.ca": "y"}),
    "no attribute": lambda d: (
        d["injectors"].update(file={"template.ca": "x"}),
        d["injectors"]["env"].update(CA="{{ tower.filename.cert }}"),
    ),
}
UNNOTICED_TYPES: dict[str, Change] = {
    "nope is required, but is no field": lambda d: d["inputs"]["required"].append("nope"),
    "key has no type": lambda d: d["inputs"]["fields"][0].pop("type"),
    "key is secret, and goes into a variable": lambda d: d["injectors"].update(extra_vars={"example": "{{ key }}"}),
}

SURVEY: Json = {
    "name": "",
    "description": "",
    "spec": [
        {"type": "text", "variable": "a", "question_name": "A", "required": False, "min": 0},
        {"type": "integer", "variable": "b", "question_name": "B", "question_description": "Blank: unchanged", "required": False, "min": 0},
        {"type": "multiplechoice", "variable": "c", "question_name": "C", "required": False, "choices": ["x"], "default": "x"},
    ],
}
REFUSED_SURVEYS: dict[str, Change] = {
    "'name'": lambda d: d.pop("name"),
    "'description'": lambda d: d.pop("description"),
    "'spec'": lambda d: d.pop("spec"),
    "non-empty": lambda d: d["spec"].clear(),
    "'required' is a required": lambda d: d["spec"][0].pop("required"),
    "repeated": lambda d: d["spec"][1].update(variable="a"),
    "boolean": lambda d: d["spec"][0].update(type="boolean"),
    "not one of the choices": lambda d: d["spec"][2].update(default="y"),
    "'choices'": lambda d: d["spec"][2].pop("choices"),
    "'1'": lambda d: d["spec"][0].update(min="1"),
    "not of type integer": lambda d: d["spec"][1].update(default="1"),
}
UNNOTICED_SURVEYS: dict[str, Change] = {
    "does not match": lambda d: d["spec"][0].update(variable="a b"),
    "unknown keys": lambda d: d["spec"][0].update(placeholder="no such key"),
    "not of type 'array'": lambda d: d["spec"][2].update(choices="x\ny"),
    "cannot be left blank": lambda d: d["spec"][0].update(min=1),
    "in spite of the default": lambda d: d["spec"][2].update(required=True),
    "if the answer is left blank": lambda d: d["spec"][1].update(default=300),
    "what blank means": lambda d: d["spec"][1].pop("question_description"),
    "null for 0": lambda d: d["spec"][1].update(max=None),
    "a password": lambda d: d["spec"][0].update(type="password"),
}
MISTAKES = [
    pytest.param(rule, document, change, message, id=f"{rule.__name__}, {message}")
    for rule, document, changes in (
        (rules.refused_credential_type, TYPE, REFUSED_TYPES),
        (rules.unnoticed_credential_type, TYPE, UNNOTICED_TYPES),
        (rules.refused_survey, SURVEY, REFUSED_SURVEYS),
        (rules.unnoticed_survey, SURVEY, UNNOTICED_SURVEYS),
    )
    for message, change in changes.items()
]


@pytest.mark.parametrize(("rule", "document", "change", "message"), MISTAKES)
def test_every_mistake_is_found(rule: Callable[[Json], list[str]], document: Json, change: Change, message: str) -> None:
    assert rule(document) == []
    changed = copy.deepcopy(document)
    change(changed)
    (problem,) = rule(changed)
    assert message in problem


def test_valid_injectors_are_not_refused() -> None:
    """AWX accepts conditions in templates, files, and the variables that requests reads."""
    document = copy.deepcopy(TYPE)
    document["injectors"] = {
        "env": {"REQUESTS_CA_BUNDLE": "{{ tower.filename.ca }}", "HTTPS_PROXY": "{% if key %}x{% endif %}{{ key | default('') }}"},
        "file": {"template.ca": "{{ key }}"},
        "extra_vars": {"example": ["x"]},
    }
    assert rules.refused_credential_type(document) == []
    document["injectors"] = {"file": {"template": "{{ key }}"}, "env": {"EXAMPLE": "{{ tower.filename }}"}}
    assert rules.refused_credential_type(document) == []


def test_all_files_are_tested() -> None:
    assert {path.relative_to(AWX).as_posix() for path in AWX.rglob("*.json")} == {
        *(f"{name}.json" for name in CREDENTIAL_TYPES),
        *(f"surveys/{name}.json" for name in SURVEYS),
    }


@pytest.mark.parametrize("document", CREDENTIAL_TYPES.values(), ids=list(CREDENTIAL_TYPES))
def test_a_credential_type_has_no_mistakes(document: Json) -> None:
    assert rules.refused_credential_type(document) == []
    assert rules.unnoticed_credential_type(document) == []


@pytest.mark.parametrize("document", SURVEYS.values(), ids=list(SURVEYS))
def test_a_survey_has_no_mistakes(document: Json) -> None:
    assert rules.refused_survey(document) == []
    assert rules.unnoticed_survey(document) == []


@pytest.mark.parametrize("document", CREDENTIAL_TYPES.values(), ids=list(CREDENTIAL_TYPES))
def test_the_fields_are_options_and_set_their_variables(document: Json) -> None:
    fields = {field["id"]: field for field in document["inputs"]["fields"]}
    assert set(fields) <= set(OPTIONS)
    assert document["injectors"] == {"env": {str(OPTIONS[name].env): "{{ " + name + " }}" for name in fields}}
    # AWX masks the values of these fields, and ignores the names of the variables.
    assert {name for name, field in fields.items() if field.get("secret")} == {name for name in fields if OPTIONS[name].secret}


def test_every_variable_of_an_option_can_be_injected() -> None:
    injected = {name for document in CREDENTIAL_TYPES.values() for name in document["injectors"]["env"]}
    assert injected == {field.env for field in CONNECTION_OPTIONS if field.env}


def test_a_credential_type_is_one_identity() -> None:
    """There are two types, so that few variables are injected empty. Only the fields that identify a user are required."""
    required = [set(document["inputs"]["required"]) for document in CREDENTIAL_TYPES.values()]
    assert sorted(map(sorted, required)) == [["api_email", "api_key"], ["api_token"]]


# The survey of ai_gateway_apply, against the field table.

SIMPLE = [field for field in GATEWAY.settings if not field.fields]
TYPES = {"bool": "multiplechoice", "int": "integer"}


def question_of(field: Field) -> Json:
    """Return the expected question for a field, without its texts."""
    shown: Json = {"type": "multiplechoice" if field.choices else TYPES.get(field.type, "text"), "required": False}
    if field.type == "bool":
        shown["choices"] = ["true", "false"]
    elif field.choices:
        shown["choices"] = list(field.choices)
    bounds = (field.minimum, field.maximum) if field.type == "int" else (field.min_length, field.max_length)
    shown.update({key: bound for key, bound in zip(("min", "max"), bounds) if bound is not None})
    if shown["type"] == "text":
        # A blank answer has length 0.
        shown["min"] = 0
    return shown


@pytest.mark.parametrize("field", SIMPLE, ids=lambda field: field.name)
def test_the_question_of_a_simple_setting_matches_the_option(field: Field) -> None:
    (question,) = [entry for entry in SURVEYS["ai_gateway_apply"]["spec"] if entry["variable"] == f"gateway_{field.name}"]
    shown = {name: value for name, value in question.items() if name in ("type", "required", "choices", "default", "min", "max")}
    shown["type"] = shown["type"].replace("textarea", "text")
    assert shown == question_of(field)


def test_there_are_no_other_questions_and_no_secrets() -> None:
    asked = [entry["variable"] for entry in SURVEYS["ai_gateway_apply"]["spec"]]
    assert sorted(asked) == sorted(["gateway_id", "gateway_state", *(f"gateway_{field.name}" for field in SIMPLE)])
    assert not [field.name for field in SIMPLE if field.secret]
    first, second = SURVEYS["ai_gateway_apply"]["spec"][:2]
    assert question_of(GATEWAY.id).items() <= first.items()
    assert (second["choices"], second["default"], second["required"]) == (["present", "absent"], "present", False)


def test_every_answer_reaches_the_playbooks() -> None:
    answers = yaml.safe_load((ROOT / "playbooks/vars/ai_gateway.yml").read_text(encoding="utf-8"))["cloudflare_answers"]
    assert answers == {name: "{{ gateway_" + name + " | default('') }}" for name in ("id", "state", *(field.name for field in SIMPLE))}
    audit = (ROOT / "playbooks/ai_gateway_audit.yml").read_text(encoding="utf-8")
    for question in SURVEYS["ai_gateway_audit"]["spec"]:
        assert question["variable"] in audit or question["variable"].removeprefix("gateway_") in answers
    export = (ROOT / "playbooks/ai_gateway_export.yml").read_text(encoding="utf-8")
    assert [question for question in SURVEYS["ai_gateway_export"]["spec"] if question["variable"] not in export] == []
