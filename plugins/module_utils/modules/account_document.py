# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document of an account: its conversion to declarations of each kind, and its problems with their places in the document."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any, Iterator, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.policy_set import given_options
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.prices import COSTS, parse_prices
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.store import value_warnings
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.item_parser import ItemParser, nested_lists
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.shown import Listed
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.item_result import id_warnings
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import UPDATE_SECRETS, Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import COST, CUSTOM_PROVIDER, PREFIX
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE, ELEMENTS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_graph import custom_slugs
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

CUSTOM_PROVIDERS, GATEWAYS, DEFAULTS = "custom_providers", "gateways", "defaults"
PROVIDER_CONFIGS, DYNAMIC_ROUTES, POLICIES, CUSTOM_DOMAINS = "provider_configs", "dynamic_routes", "policies", "custom_domains"
# The kinds of child objects of a gateway, in processing order. They have no place, because the document nests them in their gateway.
CHILDREN = {
    name: replace(resource, place=(), parent=None)
    for name, resource in (
        (PROVIDER_CONFIGS, PROVIDER_CONFIG),
        (DYNAMIC_ROUTES, DYNAMIC_ROUTE),
        (POLICIES, POLICY),
        (CUSTOM_DOMAINS, CUSTOM_DOMAIN),
    )
}
KINDS = (CUSTOM_PROVIDERS, GATEWAYS, *CHILDREN)
ITEMS = (
    Listed(CUSTOM_PROVIDERS, CUSTOM_PROVIDER, (Listed(COSTS.name, COST),)),
    Listed(GATEWAYS, GATEWAY, tuple(Listed(name, resource) for name, resource in CHILDREN.items())),
    Listed(DEFAULTS, GATEWAY),
)


class DeclaredProvider(NamedTuple):
    """A custom provider, and its prices if they are declared."""

    declaration: Declaration
    prices: tuple[Declaration, ...] | None


class DeclaredGateway(NamedTuple):
    """A gateway, and its declared child objects by the name of their list. A list that is not given is not managed."""

    declaration: Declaration
    children: Mapping[str, tuple[Declaration, ...]]


class Reference(NamedTuple):
    """A place in the document that names a custom provider."""

    where: str
    slug: str


class Document(NamedTuple):
    """A parsed document. Lists that are not given are ``None``."""

    custom_providers: tuple[DeclaredProvider, ...] | None
    gateways: tuple[DeclaredGateway, ...] | None
    references: tuple[Reference, ...]
    warnings: tuple[str, ...]


class DocumentParser:
    """Parses a document, and collects its ``problems``."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.problems: list[str] = []
        self._options = options
        self._warnings: list[str] = []

    def parse(self) -> Document:
        """Return the document in the options.

        :raises InvalidOptions: with all problems.
        """
        providers, gateways = self._options[CUSTOM_PROVIDERS], self._options[GATEWAYS]
        parsed_providers = None if providers is None else self._providers(providers)
        parsed_gateways = None if gateways is None else self._gateways(gateways, self._options[DEFAULTS])
        references: tuple[Reference, ...] = ()
        if not self.problems:
            references = tuple(_references(parsed_gateways or ()))
            self.problems += _duplicate_hostnames(parsed_gateways or ())
            self.problems += _absent_providers(parsed_providers or (), references)
            self.problems += _duplicate_route_names(parsed_gateways or ())
        if self.problems:
            raise InvalidOptions(self.problems)
        return Document(parsed_providers, parsed_gateways, references, tuple(self._warnings))

    def _providers(self, entries: Sequence[Mapping[str, Any]]) -> tuple[DeclaredProvider, ...]:
        parser = ItemParser(CUSTOM_PROVIDER, other_options=(COSTS.name,))
        declarations = self._declared(parser, CUSTOM_PROVIDERS, [_without(entry, (COSTS.name,)) for entry in entries])
        prices: list[tuple[Declaration, ...] | None] = []
        for index, entry in enumerate(entries):
            nested = self._nested(entry, (COSTS.name,), f"{CUSTOM_PROVIDERS}[{index}]")
            found, problems = parse_prices(nested.get(COSTS.name), f"{CUSTOM_PROVIDERS}[{index}].{COSTS.name}")
            self.problems += problems
            prices.append(found)
        return tuple(map(DeclaredProvider, declarations, prices))

    def _gateways(self, entries: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any] | None) -> tuple[DeclaredGateway, ...]:
        parser = ItemParser(GATEWAY, other_options=tuple(CHILDREN))
        declarations = self._declared(parser, GATEWAYS, [_without(entry, CHILDREN) for entry in entries], defaults)
        self._warnings += id_warnings(GATEWAY, [declaration.id for declaration in declarations])
        children = [self._children(entry, f"{GATEWAYS}[{index}]", parser.identity_of(entry)) for index, entry in enumerate(entries)]
        return tuple(map(DeclaredGateway, declarations, children))

    def _children(self, entry: Mapping[str, Any], where: str, gateway_id: str) -> dict[str, tuple[Declaration, ...]]:
        """Return the declared child objects of a gateway by the name of their list."""
        found = {}
        for name, items in self._nested(entry, tuple(CHILDREN), where).items():
            parser = ItemParser(CHILDREN[name], owner=gateway_id)
            entries = [given_options(item) for item in items] if name == POLICIES else items
            found[name] = self._declared(parser, f"{where}.{name}", entries)
        if entry.get("state") == "absent" and found:
            self.problems.append(
                f"{where} ({gateway_id}): {name_some(list(found))} cannot be used with state: absent: remove it. "
                "What belongs to a gateway is deleted along with it"
            )
        for declaration in found.get(PROVIDER_CONFIGS, ()):
            self._warnings += value_warnings(f"secret of {gateway_id}/{declaration.id}", declaration.settings.get("secret"))
        return found

    def _declared(
        self, parser: ItemParser, option: str, entries: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any] | None = None
    ) -> tuple[Declaration, ...]:
        declarations = parser.parse(option, entries, defaults)
        self.problems += parser.problems
        return tuple(replace(declaration, update_secrets=self._options[UPDATE_SECRETS.name]) for declaration in declarations)

    def _nested(self, entry: Mapping[str, Any], names: Sequence[str], where: str) -> dict[str, list[dict[str, Any]]]:
        found, problems = nested_lists(entry, names, where)
        self.problems += problems
        return found


def missing_providers(references: Sequence[Reference], known: set[str], purged: set[str]) -> list[str]:
    """Return the problems of references to custom providers that are not ``known``, or that will be ``purged``."""
    return [
        f"{where} refers to {PREFIX + slug}, "
        + (
            f"which purge would delete: add it to {CUSTOM_PROVIDERS}"
            if slug in purged
            else f"but neither {CUSTOM_PROVIDERS} nor the account has a custom provider with the slug {slug!r}: add it, or correct the slug"
        )
        for where, slug in references
        if slug not in known
    ]


def _without(entry: Mapping[str, Any], names: Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}


def _references(gateways: Sequence[DeclaredGateway]) -> Iterator[Reference]:
    for index, gateway in enumerate(gateways):
        for name, slugs_of in ((PROVIDER_CONFIGS, slugs_of_key), (DYNAMIC_ROUTES, slugs_of_route)):
            for position, declaration in enumerate(gateway.children.get(name, ())):
                where = f"{GATEWAYS}[{index}].{name}[{position}] ({gateway.declaration.id}/{declaration.id})"
                yield from (Reference(where, slug) for slug in slugs_of(declaration) if declaration.present)


def slugs_of_key(declaration: Declaration) -> list[str]:
    """Return a list with the slug of the key's custom provider, or an empty list if the key is for another provider."""
    slug = declaration.keys[0]
    return [slug[len(PREFIX) :]] if slug.startswith(PREFIX) else []


def slugs_of_route(declaration: Declaration) -> list[str]:
    """Return the slugs of the custom providers in the graph of a route."""
    return custom_slugs(declaration.settings.get(ELEMENTS.key) or [])


def _duplicate_hostnames(gateways: Sequence[DeclaredGateway]) -> list[str]:
    """Return the problems of host names that several gateways declare."""
    owners: dict[str, list[str]] = defaultdict(list)
    for index, gateway in enumerate(gateways):
        for declaration in gateway.children.get(CUSTOM_DOMAINS, ()):
            if declaration.present:
                owners[declaration.id].append(f"{GATEWAYS}[{index}] ({gateway.declaration.id})")
    return [f"{' and '.join(found)} have the same custom domain: {hostname}" for hostname, found in owners.items() if found[1:]]


def _absent_providers(providers: Sequence[DeclaredProvider], references: Sequence[Reference]) -> list[str]:
    absent = {provider.declaration.id for provider in providers if not provider.declaration.present}
    return [
        f"{where} refers to {PREFIX + slug}, which {CUSTOM_PROVIDERS} declares with state: absent"
        for where, slug in references
        if slug in absent
    ]


def _duplicate_route_names(gateways: Sequence[DeclaredGateway]) -> Iterator[str]:
    """Yield the problems of routes whose ``rename_from`` is also the name or the ``rename_from`` of another declared route."""
    for index, gateway in enumerate(gateways):
        routes = gateway.children.get(DYNAMIC_ROUTES, ())
        names = [route.id for route in routes] + [route.rename_from for route in routes if route.rename_from]
        for position, route in enumerate(routes):
            if route.rename_from and names.count(route.rename_from) > 1:
                yield (
                    f"{GATEWAYS}[{index}].{DYNAMIC_ROUTES}[{position}] ({gateway.declaration.id}/{route.id}): rename_from is "
                    f"{route.rename_from}, which another route is, or is renamed from: remove one of them"
                )
