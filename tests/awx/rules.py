# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWX's requirements for credential types and surveys, and mistakes that it accepts.

``refused_*`` return mistakes that AWX refuses with 400, ``unnoticed_*`` those that it accepts and that cause problems later. Each
returns one text for each mistake. The rules are those of AWX 24.6.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jsonschema import Draft202012Validator

Json = Mapping[str, Any]

NAME = r"^[a-zA-Z_]\w*$"
# AWX sets these itself, or they could break the job. It refuses more variables, including all that begin with ANSIBLE_.
RESERVED_VARIABLES = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "JOB_ID", "INVENTORY_ID", "AWX_HOST", "CACHE")
TEXT_ONLY = ("choices", "multiline", "format", "secret")

CREDENTIAL_TYPE = {
    "type": "object",
    "required": ["name", "kind", "inputs", "injectors"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "description": {"type": "string"},
        "kind": {"enum": ["cloud", "net"]},
        "inputs": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "required": {"type": "array", "items": {"type": "string"}},
                "fields": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["id", "label"],
                        "properties": {
                            "id": {"type": "string", "pattern": NAME, "not": {"const": "tower"}},
                            "label": {"type": "string"},
                            "type": {"enum": ["string", "boolean"]},
                            "format": {"enum": ["ssh_private_key", "url"]},
                            "choices": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}},
                            "help_text": {"type": "string"},
                            "multiline": {"type": "boolean"},
                            "secret": {"type": "boolean"},
                            # AWX supports the key, but refuses true.
                            "ask_at_runtime": {"enum": [False]},
                            "default": {"type": ["string", "boolean"]},
                        },
                    },
                },
            },
        },
        "injectors": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "env": {
                    "type": "object",
                    "propertyNames": {"pattern": NAME, "not": {"anyOf": [{"pattern": "^ANSIBLE_"}, {"enum": list(RESERVED_VARIABLES)}]}},
                    "additionalProperties": {"type": "string", "pattern": "^[\\x00-\\x7f]*$"},
                },
                "file": {
                    "type": "object",
                    "propertyNames": {"pattern": r"^template(\.[a-zA-Z_]\w*)?$"},
                    "additionalProperties": {"type": "string"},
                },
                "extra_vars": {
                    "type": "object",
                    "propertyNames": {"pattern": r"^[a-zA-Z_{}][\w{}]*$"},
                    "additionalProperties": {"type": ["string", "array", "object"]},
                },
            },
        },
    },
}

SURVEY = {
    "type": "object",
    "required": ["name", "description", "spec"],
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "spec": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["type", "question_name", "variable", "required"],
                "properties": {
                    "type": {"enum": ["text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float"]},
                    "question_name": {"type": "string"},
                    "variable": {"type": "string"},
                    "required": {"type": "boolean"},
                    "min": {"type": ["integer", "null"]},
                    "max": {"type": ["integer", "null"]},
                },
                "allOf": [
                    {
                        "if": {"properties": {"type": {"enum": ["multiplechoice", "multiselect"]}}, "required": ["type"]},
                        "then": {"required": ["choices"]},
                    }
                ],
            },
        },
    },
}
QUESTION_KEYS = {"type", "variable", "question_name", "question_description", "required", "default", "choices", "min", "max"}
DEFAULTS: Mapping[str, tuple[type, ...]] = {"integer": (int,), "float": (int, float)}


def refused_credential_type(document: Json) -> list[str]:
    found = _schema_errors(CREDENTIAL_TYPE, document)
    if found:
        return found
    fields = document["inputs"].get("fields", [])
    found += _repeated("id", (field["id"] for field in fields))
    for field in fields:
        kind = field.get("type", "string")
        if kind == "boolean":
            found += [f"{field['id']}: {key} is not for a boolean" for key in TEXT_ONLY if key in field]
        if "default" in field and isinstance(field["default"], bool) != (kind == "boolean"):
            found.append(f"{field['id']}: the default is not a {kind}")
    return found + list(_template_errors(document))


def unnoticed_credential_type(document: Json) -> list[str]:
    fields = {field["id"]: field for field in document["inputs"].get("fields", [])}
    found = [f"{name} is required, but is no field" for name in document["inputs"].get("required", []) if name not in fields]
    # AWX stores the default type, so the object differs from the request each time.
    found += [f"{name} has no type" for name, field in fields.items() if "type" not in field]
    # Any task that shows its variables shows those of the job, too.
    secrets = [name for name, field in fields.items() if field.get("secret")]
    found += [f"{name} is secret, and goes into a variable" for name in secrets if name in str(document["injectors"].get("extra_vars", ""))]
    return found


def refused_survey(document: Json) -> list[str]:
    found = _schema_errors(SURVEY, document)
    if found:
        return found
    found += _repeated("variable", (question["variable"] for question in document["spec"]))
    for question in document["spec"]:
        default = question.get("default", "")
        if default != "" and not isinstance(default, DEFAULTS.get(question["type"], (str,))):
            found.append(f"{question['variable']}: the default is not of type {question['type']}")
        elif "choices" in question and default and default not in question["choices"]:
            found.append(f"{question['variable']}: the default is not one of the choices")
    return found


def unnoticed_survey(document: Json) -> list[str]:
    return [f"{question['variable']}: {mistake}" for question in document["spec"] for mistake in _unnoticed_in_question(question)]


def _unnoticed_in_question(question: Json) -> Iterator[str]:
    required, kind, default = question["required"], question["type"], question.get("default", "")
    schema = {"properties": {"variable": {"pattern": NAME}, "choices": {"type": "array", "uniqueItems": True, "minItems": 1}}}
    yield from _schema_errors(schema, question)
    rules = {
        "unknown keys": set(question) - QUESTION_KEYS,
        "a blank answer is too short, so it cannot be left blank": not required and kind.startswith("text") and question.get("min"),
        "whoever starts a job through the API has to answer it in spite of the default": required and default != "",
        "the web interface asks for a number while it is blank, so the description has to say what blank means": (
            not required
            and kind in DEFAULTS
            and question.get("min") is not None
            and "blank" not in str(question.get("question_description")).lower()
        ),
        "the default is what the job gets if the answer is left blank": not required and kind in DEFAULTS and default != "",
        "the web interface takes a bound that is null for 0": any(question.get(key, 0) is None for key in ("min", "max")),
        "a password is shown by any task that shows its variables": kind == "password",
    }
    yield from (mistake for mistake, holds in rules.items() if holds)


def rendered(document: Json, inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that a credential with these inputs injects into a job. Missing inputs are empty, not undefined.

    :raises TemplateError: if a template uses an undefined field.
    """
    values = {field["id"]: inputs.get(field["id"], "") for field in document["inputs"]["fields"]}
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    return {name: environment.from_string(template).render(values) for name, template in document["injectors"].get("env", {}).items()}


def _schema_errors(schema: Json, document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]


def _repeated(what: str, values: Iterator[str]) -> list[str]:
    return [f"{what} {value} is repeated" for value, count in Counter(values).items() if count > 1]


def _template_errors(document: Json) -> Iterator[str]:
    files = [name.partition(".")[2] for name in document["injectors"].get("file", {})]
    if "" in files and len(files) > 1:
        yield "a lone file and named files cannot be mixed"
    filename = "example" if "" in files else dict.fromkeys(files, "example")
    values = {**{field["id"]: "example" for field in document["inputs"].get("fields", [])}, "tower": {"filename": filename}}
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    for kind, templates in document["injectors"].items():
        for name, template in templates.items():
            try:
                environment.from_string(str(template)).render(values)
            except TemplateError as error:
                yield f"{kind} {name}: {error}"
