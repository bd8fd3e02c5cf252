# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_account``: all AI Gateway objects of an account, declared in one document."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import MAX_CONCURRENCY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.account_document import (
    CHILDREN,
    CUSTOM_DOMAINS,
    CUSTOM_PROVIDERS,
    DEFAULTS,
    DYNAMIC_ROUTES,
    GATEWAYS,
    ITEMS,
    KINDS,
    POLICIES,
    PROVIDER_CONFIGS,
    DeclaredGateway,
    Document,
    DocumentParser,
    missing_providers,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.account_groups import (
    KeyGroup,
    PolicyGroup,
    ProviderGroup,
    RouteGroup,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.store import WAIT_TIMEOUT, SharedStore
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import CONNECTION_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.fleet_result import (
    Shown,
    fleet_result,
    refuse_failures,
    shown_members,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import UPDATE_SECRETS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_plan import DraftSet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fleet import Fleet, reconcile_fleet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.group import Group
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED, DELETED, RECREATED, UPDATED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import DEFAULT_PURGE_LIMIT
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER, PREFIX
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec

OPTIONS = (
    Field(CUSTOM_PROVIDERS, "list", elements="dict"),
    Field(GATEWAYS, "list", elements="dict"),
    Field(DEFAULTS, "dict"),
    Field("purge", "list", elements="str", choices=KINDS, default=[]),
    Field("purge_limit", "int", minimum=0),
    Field("concurrency", "int", minimum=1, maximum=MAX_CONCURRENCY, default=8),
    UPDATE_SECRETS,
    WAIT_TIMEOUT,
    Field("adopt_drafts", "bool", default=False),
    Field("allow_lockout", "bool", default=False),
)
OPERATIONS = (CREATED, UPDATED, RECREATED, DELETED)


class Contradiction(CollectionError):
    """The document cannot be applied to the account as it is."""


class Task(NamedTuple):
    """The parsed options of a task."""

    document: Document
    purge: frozenset[str]
    purge_limit: int
    options: Mapping[str, Any]


def argument_spec() -> dict[str, Any]:
    """Return the options of the module."""
    return options_of(CONNECTION_OPTIONS + OPTIONS)


def parse_options(options: dict[str, Any]) -> Task:
    """Return the task for the options.

    :raises InvalidOptions: with all problems.
    """
    found = [problem for field in OPTIONS for problem in problems(field, options[field.name], field.name)]
    document = None
    try:
        document = DocumentParser(options).parse()
    except InvalidOptions as error:
        found += error.problems
    purge, limit = frozenset(options["purge"]), options["purge_limit"]
    if options[CUSTOM_PROVIDERS] is None and options[GATEWAYS] is None:
        found.append(f"give {CUSTOM_PROVIDERS}, {GATEWAYS} or both: without them, nothing is declared")
    found += [
        f"{name} is empty, and purge would delete all of them: check where the list comes from, or set purge_limit to allow it"
        for name in (CUSTOM_PROVIDERS, GATEWAYS)
        if name in purge and options[name] == [] and limit is None
    ]
    if found or document is None:
        raise InvalidOptions(found)
    return Task(document, purge, DEFAULT_PURGE_LIMIT if limit is None else limit, options)


class Account:
    """The groups of all items that a document declares, in processing order."""

    def __init__(self, task: Task, client: Client) -> None:
        self._task = task
        self._client = client
        self._store = SharedStore()
        document = task.document
        declared = document.gateways or ()
        self.gateways = Group(ResourceClient(client, GATEWAY), [gateway.declaration for gateway in declared], GATEWAYS in task.purge)
        self.providers: ProviderGroup | None = None
        if document.custom_providers is not None or document.references:
            self.providers = ProviderGroup(client, document.custom_providers or (), CUSTOM_PROVIDERS in task.purge)
        self.keys = {gateway.declaration.id: self._keys(gateway) for gateway in declared if self._is_managed(gateway, PROVIDER_CONFIGS)}
        self.routes = [self._routes(gateway) for gateway in declared if self._is_managed(gateway, DYNAMIC_ROUTES)]
        self.policies = [self._policies(gateway) for gateway in declared if self._is_managed(gateway, POLICIES)]
        self.domains = [self._domains(gateway) for gateway in declared if self._is_managed(gateway, CUSTOM_DOMAINS)]

    @property
    def phases(self) -> tuple[tuple[Group, ...], ...]:
        """Return the groups by kind. A kind that the document does not contain has no groups, and is not read from the API."""
        providers = () if self.providers is None else (self.providers,)
        gateways = () if self._task.document.gateways is None else (self.gateways,)
        children = (tuple(self.keys.values()), tuple(self.routes), tuple(self.policies), tuple(self.domains))
        return tuple(phase for phase in (providers, gateways, *children) if phase)

    def check(self) -> None:
        """Check that all custom providers in references exist or will be created, and that new gateways can use their keys.

        :raises Contradiction: with all problems.
        """
        found = [] if self.providers is None else self._provider_problems(self.providers)
        found += [
            f"{GATEWAY.name} {gateway_id!r} is new and has {PROVIDER_CONFIGS}, but a gateway without authentication does not use stored "
            "keys: set authentication to true"
            for gateway_id, group in self.keys.items()
            if group.cannot_be_used
        ]
        if found:
            raise Contradiction(f"Nothing was changed. {'; '.join(found)}.")

    def _provider_problems(self, providers: ProviderGroup) -> list[str]:
        """Return the problems of custom providers that will not exist, although the document or undeclared keys refer to them."""
        purged = providers.purged_slugs
        with_key = {PREFIX + slug for slug in purged}
        return missing_providers(self._task.document.references, providers.slugs, purged) + [
            f"purge would delete the custom provider {provider}, for which {gateway_id} has the undeclared key {identity}"
            for gateway_id, group in self.keys.items()
            for identity, provider in group.undeclared.items()
            if provider in with_key
        ]

    def _is_managed(self, gateway: DeclaredGateway, name: str) -> bool:
        """Return whether there may be something to do for a list of a gateway. An empty list only has an effect with purge."""
        return bool(gateway.children.get(name)) or (name in gateway.children and name in self._task.purge)

    def _owner(self, gateway: DeclaredGateway) -> tuple[Group, str]:
        return self.gateways, gateway.declaration.id

    def _keys(self, gateway: DeclaredGateway) -> KeyGroup:
        return KeyGroup(
            self._client,
            gateway.children[PROVIDER_CONFIGS],
            PROVIDER_CONFIGS in self._task.purge,
            self._owner(gateway),
            self.providers,
            self._store,
            self._task.options[WAIT_TIMEOUT.name],
        )

    def _routes(self, gateway: DeclaredGateway) -> RouteGroup:
        keys = self.keys.get(gateway.declaration.id)
        purge = DYNAMIC_ROUTES in self._task.purge
        return RouteGroup(self._client, gateway.children[DYNAMIC_ROUTES], purge, self._owner(gateway), self.providers, keys)

    def _policies(self, gateway: DeclaredGateway) -> PolicyGroup:
        options = self._task.options
        wanted = DraftSet(gateway.children[POLICIES], POLICIES in self._task.purge, None, options["adopt_drafts"])
        return PolicyGroup(self._client, wanted, self._owner(gateway), options["allow_lockout"])

    def _domains(self, gateway: DeclaredGateway) -> Group:
        items = ResourceClient(self._client, CUSTOM_DOMAIN, {GATEWAY_ID.name: gateway.declaration.id})
        return Group(items, gateway.children[CUSTOM_DOMAINS], CUSTOM_DOMAINS in self._task.purge, self._owner(gateway))


def run(task: Task, check_mode: bool, client: Client) -> dict[str, Any]:
    """Change the account as declared, and return the module's result.

    :raises SomeFailed: with the result, if an object failed.
    :raises CollectionError: if the task failed as a whole.
    """
    account = Account(task, client)
    fleet = Fleet(account.phases, task.purge_limit, task.options["concurrency"], check=account.check)
    reconcile_fleet(fleet, client, check_mode)
    shown = shown_members(fleet.groups, client.secrets, with_kind=True)
    stored = _account(shown, task.document)
    result = {**fleet_result(shown, OPERATIONS, with_kind=True), "account": stored}
    refuse_failures(shown, result, "objects")
    return {**result, "ansible_facts": {"cloudflare_ai_gateway_account": stored}}


def _account(shown: Sequence[Shown], document: Document) -> dict[str, Any]:
    """Return the existing objects by id, in the structure of the document. Declared lists are included even if they are empty."""
    found: dict[str, Any] = {}
    if document.custom_providers is not None:
        found[CUSTOM_PROVIDERS] = {}
    if document.gateways is not None:
        found[GATEWAYS] = {}
    names = {resource.kind: name for name, resource in ((CUSTOM_PROVIDERS, CUSTOM_PROVIDER), (GATEWAYS, GATEWAY), *CHILDREN.items())}
    for one in shown:
        kind, item = one.group.resource.kind, one.item
        if item is None:
            continue
        if one.group.has_owner:
            gateway = found[GATEWAYS].setdefault(one.group.place, {})
            gateway.setdefault(names[kind], {})[one.member.declaration.id] = item
        else:
            found[names[kind]][one.member.declaration.id] = item
    for gateway in document.gateways or ():
        for name in gateway.children if gateway.declaration.id in found[GATEWAYS] else ():
            found[GATEWAYS][gateway.declaration.id].setdefault(name, {})
    return found


def warn(task: Task) -> list[str]:
    """Return the warnings to report before any request is sent."""
    return list(task.document.warnings)


TASK_SPEC = TaskSpec(GATEWAY, (*CONNECTION_OPTIONS, *OPTIONS), argument_spec, parse_options, run, items_in=ITEMS, warn=warn)
