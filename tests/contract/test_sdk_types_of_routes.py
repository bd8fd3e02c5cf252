# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of dynamic routes against the types of Cloudflare's Python package, for each request that contains a graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from cloudflare.types import ai_gateway
from cloudflare.types.ai_gateway import dynamic_routing_create_params, dynamic_routing_create_version_params
from typing_extensions import get_type_hints

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import DEPLOYMENT_ID, VERSION_ID
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE, ELEMENTS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import EDGE, ELEMENT_TYPES
from tests.contract.sdk_shapes import Shape, alias_of, shape_of

# Where our tables differ from the package, on purpose: by type of element and property. An exception that is no longer needed fails.
DIFFERENT = {("conditional", "conditions"): "an object of any form to the package; required in practice, and a dict in all examples"}
MODULES = [dynamic_routing_create_params, dynamic_routing_create_version_params]
OF_VERSION = {VERSION_ID, "data", "active", "is_valid", "created_at"}


def elements_of(module: Any) -> dict[str, Mapping[str, Shape]]:
    """Return the parts of the package's types of elements, by type."""
    found: dict[str, Mapping[str, Shape]] = {}
    for member in get_args(module.Element):
        parts = {name: shape_of(hint) for name, hint in get_type_hints(member, include_extras=True).items() if name != "properties"}
        (kind,) = parts["type"].choices
        of_properties = get_type_hints(member).get("properties")
        hints = get_type_hints(of_properties, include_extras=True) if of_properties else {}
        properties = {alias_of(hint) or name: Shape("object") if hint is object else shape_of(hint) for name, hint in hints.items()}
        found[kind] = {**parts, **{f"properties.{name}": shape for name, shape in properties.items()}}
    return found


def ours(field: Field) -> Shape:
    return Shape(field.type, choices=frozenset(field.choices), required=field.required)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_the_types_of_elements_have_the_same_properties(module: Any) -> None:
    theirs = elements_of(module)
    assert set(theirs) == set(ELEMENT_TYPES)
    different = set()
    for kind, element in ELEMENT_TYPES.items():
        known = {name.partition(".")[2]: shape for name, shape in theirs[kind].items() if name.startswith("properties.")}
        assert set(known) == {field.key for field in element.properties}
        different |= {(kind, field.name) for field in element.properties if ours(field) != known[field.key]}
    assert different == set(DIFFERENT)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_the_types_of_elements_have_the_same_outputs(module: Any) -> None:
    edge = Shape("dict", parts={EDGE.key: Shape("str", required=True)})
    for kind, element in ELEMENT_TYPES.items():
        outputs = elements_of(module)[kind]["outputs"]
        assert outputs.required
        if element.outputs:
            assert {name: (shape.required, shape.parts) for name, shape in outputs.parts.items()} == dict.fromkeys(
                element.outputs, (True, edge.parts)
            )
        else:
            assert outputs.values == edge


@pytest.mark.parametrize(
    "answer", [ai_gateway.DynamicRoutingCreateResponse, ai_gateway.DynamicRoutingGetResponse], ids=lambda answer: answer.__name__
)
def test_all_response_fields_are_read(answer: Any) -> None:
    assert set(answer.model_fields) - {"version", "deployment"} <= {*DYNAMIC_ROUTE.read_only, DYNAMIC_ROUTE.id.key, ELEMENTS.key}
    version, deployment = (answer.model_fields[name].annotation.model_fields for name in ("version", "deployment"))
    assert set(version) <= OF_VERSION
    assert set(deployment) == {DEPLOYMENT_ID, VERSION_ID, "created_at"}
