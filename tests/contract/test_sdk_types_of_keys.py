# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of custom providers, provider configs and secrets against the types of Cloudflare's Python package.

The package has neither prices nor custom domains, and no update of a custom provider or a provider config.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from cloudflare.types import ai_gateway, secrets_store
from cloudflare.types.secrets_store import stores

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.store import ACTIVE
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.secrets_store import SCOPE, SECRET, STORE
from tests.contract.sdk_shapes import Difference, Shape, differences, our_shape, parts_of

# Where our tables differ from the package, on purpose. An exception that is no longer needed fails the test.
DIFFERENT = {
    ("provider config", "rate_limit", "type"): "there is no fraction of a request",
    ("provider config", "rate_limit_period", "type"): "the period is documented in whole seconds",
    ("secret", "scopes", "choices"): "the scopes of other products are kept, also those of a later API",
}
# Parameters that are part of the URL, not of the body.
IN_URL = {"account_id", "store_id"}
# Response fields that the package does not declare, from older versions of the API.
UNPUBLISHED = {"account_id", "account_tag"}


class Call(NamedTuple):
    """A request body of the package, and the fields of ``resource`` that it accepts."""

    resource: Resource
    kind: Any
    fields: tuple[Field, ...]


def settings(resource: Resource, *without: str) -> tuple[Field, ...]:
    return tuple(field for field in resource.settings if field.name not in without)


CREATES = [
    Call(CUSTOM_PROVIDER, ai_gateway.CustomProviderCreateParams, (*CUSTOM_PROVIDER.keys, *settings(CUSTOM_PROVIDER, "logo"))),
    Call(PROVIDER_CONFIG, ai_gateway.ProviderConfigCreateParams, (*PROVIDER_CONFIG.keys, *settings(PROVIDER_CONFIG))),
    Call(STORE, secrets_store.StoreCreateParams, STORE.keys),
    Call(SECRET, stores.secret_create_params.Body, (*SECRET.keys, *settings(SECRET, "copy_from"))),
    Call(SECRET, stores.SecretDuplicateParams, (*SECRET.keys, *settings(SECRET, "copy_from", "value"))),
]
CHANGES = [Call(SECRET, stores.SecretEditParams, settings(SECRET, "copy_from"))]
RESPONSES = [
    (CUSTOM_PROVIDER, ai_gateway.CustomProviderCreateResponse),
    (CUSTOM_PROVIDER, ai_gateway.CustomProviderListResponse),
    (CUSTOM_PROVIDER, ai_gateway.CustomProviderGetResponse),
    (PROVIDER_CONFIG, ai_gateway.ProviderConfigCreateResponse),
    (PROVIDER_CONFIG, ai_gateway.ProviderConfigListResponse),
    (STORE, secrets_store.StoreCreateResponse),
    (STORE, secrets_store.StoreListResponse),
    (STORE, secrets_store.StoreGetResponse),
    (SECRET, stores.SecretCreateResponse),
    (SECRET, stores.SecretListResponse),
    (SECRET, stores.SecretGetResponse),
    (SECRET, stores.SecretEditResponse),
    (SECRET, stores.SecretDuplicateResponse),
]


def name_of(value: Any) -> str:
    return str(getattr(value.kind if isinstance(value, Call) else value, "__name__", getattr(value, "name", value)))


def sent(field: Field) -> Shape:
    """Return the shape of a field in requests and responses, where a dict may be JSON text."""
    return Shape("str") if field.wire.is_text_in_bodies else our_shape(field)


def found_in(resource: Resource, fields: tuple[Field, ...], kind: Any) -> Iterator[Difference]:
    """Yield the differences between ``fields`` and the types of the package."""
    theirs = parts_of(kind)
    for field in fields:
        yield from differences(sent(field), replace(theirs[field.key], required=False), field.key)


def exceptions(resource: Resource, fields: tuple[Field, ...]) -> set[tuple[str, str]]:
    keys = {field.key for field in fields}
    return {(path, aspect) for name, path, aspect in DIFFERENT if name == resource.name and path in keys}


@pytest.mark.parametrize("call", [*CREATES, *CHANGES], ids=name_of)
def test_a_body_has_our_fields(call: Call) -> None:
    assert set(parts_of(call.kind)) - IN_URL == {field.key for field in call.fields}


@pytest.mark.parametrize("call", [*CREATES, *CHANGES], ids=name_of)
def test_the_types_of_a_body(call: Call) -> None:
    found = list(found_in(call.resource, call.fields, call.kind))
    assert {(path, aspect) for path, aspect, _ours, _theirs in found} == exceptions(call.resource, call.fields), found


@pytest.mark.parametrize("call", CREATES, ids=name_of)
def test_required_parameters_to_create(call: Call) -> None:
    required = {name for name, shape in parts_of(call.kind).items() if shape.required} - IN_URL
    required_by_us = {field.key for field in call.fields if field.required or field.required_to_create}
    filled = {field.key for field in call.fields if field.on_create is not None or not field.is_option}
    one_of_several = {name for group in call.resource.alternatives for name in group}
    assert required_by_us <= required
    assert required <= required_by_us | filled | one_of_several | {field.key for field in call.resource.keys}


@pytest.mark.parametrize("call", CHANGES, ids=name_of)
def test_an_update_requires_nothing(call: Call) -> None:
    assert not {name for name, shape in parts_of(call.kind).items() if shape.required} - IN_URL


@pytest.mark.parametrize(("resource", "kind"), RESPONSES, ids=name_of)
def test_the_fields_of_responses(resource: Resource, kind: Any) -> None:
    shown = {field.key for field in (*resource.keys, *resource.settings) if not field.write_only}
    optional = UNPUBLISHED - set(parts_of(kind))
    assert set(parts_of(kind)) == (shown | set(resource.read_only)) - optional


@pytest.mark.parametrize(("resource", "kind"), RESPONSES, ids=name_of)
def test_the_types_of_responses(resource: Resource, kind: Any) -> None:
    fields = tuple(field for field in (*resource.keys, *resource.settings) if not field.write_only)
    found = list(found_in(resource, fields, kind))
    assert {(path, aspect) for path, aspect, _ours, _theirs in found} == exceptions(resource, fields), found


def test_status_and_scope_values_are_those_of_the_package() -> None:
    parts = parts_of(stores.SecretCreateResponse)
    assert {ACTIVE, dict(SECRET.gone)["status"]} < parts["status"].choices
    assert SCOPE in parts["scopes"].choices
    assert all(DIFFERENT.values())
    assert {name for name, _path, _aspect in DIFFERENT} <= {resource.name for resource, _kind in RESPONSES}
