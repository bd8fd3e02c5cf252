# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of the items of an account, with the special handling of custom providers, provider configs, routes and policies."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Iterator, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.account_document import (
    DeclaredProvider,
    slugs_of_key,
    slugs_of_route,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_dynamic_route import left_over, without_key
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_provider_config import (
    ProviderConfigClient,
    SharedGateway,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.policy_set import PolicySet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.prices import COSTS, run_prices
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.store import WAIT_TIMEOUT, SharedStore
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_client import DraftClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.draft_plan import Change, DraftSet
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.fleet import NotDeleted
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.group import Group, OwnerFailed
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.member import Member
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.outcome import Outcome
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.plan import CREATED, DELETED, UNCHANGED, UPDATED
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.versioned_client import VersionedClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import CUSTOM_PROVIDER, PREFIX
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE, ELEMENTS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY_ID
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.policy import POLICY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task


class ProviderGroup(Group):
    """The custom providers of an account, with their prices if declared."""

    def __init__(self, client: Client, providers: Sequence[DeclaredProvider], purge: bool) -> None:
        super().__init__(ResourceClient(client, CUSTOM_PROVIDER), [provider.declaration for provider in providers], purge)
        self._prices = {provider.declaration.id: provider.prices for provider in providers if provider.declaration.present}

    @property
    def slugs(self) -> set[str]:
        """Return the slugs of the providers that will exist after the run."""
        gone = {member.declaration.id for member in self.members if member.is_to_be_deleted}
        return {*self.stored, *(declaration.id for declaration in self.declarations)} - gone

    @property
    def purged_slugs(self) -> set[str]:
        """Return the slugs of the providers that are deleted only because they are not declared."""
        return {member.declaration.id for member in self.purged}

    def failed(self, slugs: Sequence[str]) -> list[str]:
        """Return the prefixed ``slugs`` of those providers that could not be made as declared."""
        errors = {member.declaration.id for member in self.members if member.error is not None}
        return [PREFIX + slug for slug in slugs if slug in errors]

    def is_settled(self, member: Member, check_mode: bool) -> bool:
        """See the base class. A provider with declared prices is not settled, because its prices have to be read."""
        return self._prices.get(member.declaration.id) is None and super().is_settled(member, check_mode)

    def settle_one(self, member: Member, check_mode: bool) -> Outcome:
        """See the base class. The prices are reconciled after the provider."""
        outcome = super().settle_one(member, check_mode)
        prices = self._prices.get(member.declaration.id)
        if prices is None or outcome.after is None:
            return outcome
        found = run_prices(prices, outcome.after.get("id"), check_mode, self.items.client, concurrency=1)
        changed = {*outcome.changed_settings, *([COSTS.name] if found.is_changed else [])}
        return replace(
            outcome,
            operation=UPDATED if found.is_changed and outcome.operation == UNCHANGED else outcome.operation,
            changed_settings=tuple(sorted(changed)),
            before=None if outcome.before is None else {**outcome.before, COSTS.name: found.before},
            after={**outcome.after, COSTS.name: found.after},
        )


class _NeedsProviders(Group):
    """Items of a gateway that can name custom providers of the account."""

    providers: ProviderGroup | None
    # Returns the slugs of the custom providers that a declared item names.
    slugs_of: Callable[[Declaration], list[str]]

    def settle_one(self, member: Member, check_mode: bool) -> Outcome:
        """See the base class.

        :raises OwnerFailed: if a custom provider that the item names is not as declared.
        """
        if self.providers is not None and not member.is_to_be_deleted:
            failed = self.providers.failed(self.slugs_of(member.declaration))
            if failed:
                raise OwnerFailed(f"Not attempted, because the {CUSTOM_PROVIDER.name} {failed[0]!r}, which it names, failed.")
        return super().settle_one(member, check_mode)


class KeyGroup(_NeedsProviders):
    """The provider configs of a gateway."""

    slugs_of = staticmethod(slugs_of_key)

    def __init__(
        self,
        client: Client,
        declarations: Sequence[Declaration],
        purge: bool,
        owner: tuple[Group, str],
        providers: ProviderGroup | None,
        store: SharedStore,
        wait_timeout: int,
    ) -> None:
        super().__init__(ResourceClient(client, PROVIDER_CONFIG, {GATEWAY_ID.name: owner[1]}), declarations, purge, owner)
        self.providers = providers
        self._shared = SharedGateway(store)
        self._options = {WAIT_TIMEOUT.name: wait_timeout}

    @property
    def cannot_be_used(self) -> bool:
        """Return whether keys are declared for a new gateway without declared authentication, which is required for stored keys."""
        owner = self.owner
        is_new = owner is not None and owner.current is None and owner.declaration.settings.get("authentication") is not True
        return is_new and any(declaration.present for declaration in self.declarations)

    @property
    def slugs(self) -> set[str]:
        """Return the slugs of the providers that will have a key after the run."""
        return set(self.undeclared.values()) | {declaration.keys[0] for declaration in self.declarations if declaration.present}

    @property
    def undeclared(self) -> dict[str, str]:
        """Return the stored keys that are neither declared nor purged, with the slugs of their providers."""
        known = {member.declaration.id for member in self.members}
        return {identity: str(config.get(PROVIDER_CONFIG.id.key)) for identity, config in self.stored.items() if identity not in known}

    def items_of(self, member: Member) -> ResourceClient:
        """See the base class."""
        task = Task(member.declaration, self.items.place, self._options)
        return ProviderConfigClient(self.items.client, task, self._shared, member.secrets, member.steps)

    def settle_one(self, member: Member, check_mode: bool) -> Outcome:
        """See the base class."""
        outcome = super().settle_one(member, check_mode)
        owner, linked = self.owner, self._shared.linked
        if owner is not None and owner.outcome is not None and linked is not None:
            # The stored gateway may have changed, because a key made it use the store.
            owner.outcome = replace(owner.outcome, after=linked)
        return outcome


class RouteGroup(_NeedsProviders):
    """The dynamic routes of a gateway."""

    slugs_of = staticmethod(slugs_of_route)

    def __init__(
        self,
        client: Client,
        declarations: Sequence[Declaration],
        purge: bool,
        owner: tuple[Group, str],
        providers: ProviderGroup | None,
        keys: KeyGroup | None,
    ) -> None:
        place = {GATEWAY_ID.name: owner[1]}
        super().__init__(VersionedClient(client, DYNAMIC_ROUTE, place), declarations, purge, owner)
        self.providers = providers
        self._keys = keys
        # For deletions, which do not need the graph.
        self._plain = ResourceClient(client, DYNAMIC_ROUTE, place)

    def items_of(self, member: Member) -> ResourceClient:
        """See the base class."""
        return self._plain if member.is_to_be_deleted else self.items

    def is_settled(self, member: Member, check_mode: bool) -> bool:
        """See the base class. A graph that would be written is compared with the keys of the gateway in check mode, too."""
        return member.operation not in (CREATED, UPDATED) and super().is_settled(member, check_mode)

    def settle_one(self, member: Member, check_mode: bool) -> Outcome:
        """See the base class. A graph that is written is compared with the keys of the gateway."""
        outcome = super().settle_one(member, check_mode)
        if outcome.operation in (CREATED, UPDATED):
            elements = member.declaration.settings.get(ELEMENTS.key) or []
            try:
                member.warnings = [*without_key(elements, self._with_key), *left_over(outcome, self.items)]
            except CollectionError as error:
                # The route is written even if the keys cannot be read, so this is not a failure.
                member.warnings = [f"The keys could not be read to check whether the route can work: {error}"]
        return outcome

    def _with_key(self) -> set[str]:
        """Return the slugs of the providers for which the gateway has a key."""
        if self._keys is not None:
            return self._keys.slugs
        owner = self.owner
        if owner is not None and owner.current is None:
            return set()
        stored = ResourceClient(self.items.client, PROVIDER_CONFIG, self.items.place).all()
        return {str(config.get(PROVIDER_CONFIG.id.key)) for config in stored}


class PolicyGroup(Group):
    """The policies of a gateway, which are changed together or not at all."""

    def __init__(self, client: Client, wanted: DraftSet, owner: tuple[Group, str], allows_lockout: bool) -> None:
        items = DraftClient(client, POLICY, {GATEWAY_ID.name: owner[1]})
        super().__init__(items, wanted.declarations, wanted.purge, owner)
        self._policies = PolicySet(items, wanted, allows_lockout=allows_lockout)

    def _list(self) -> None:
        self._policies.fetch()
        self.stored = {POLICY.identity_of(item): item for item in self._policies.stored.live.values()}

    def plan(self, check_mode: bool) -> None:
        """See the base class."""
        try:
            if self.error is None:
                self._policies.plan()
        except CollectionError as error:
            self.error = error
        if self.error is not None:
            super().plan(check_mode)
            return
        declared = {declaration.id: declaration for declaration in self.declarations}
        for change in self._policies.changes:
            declaration = declared.get(change.name) or _undeclared(change)
            member = Member(declaration, change.live, self.read_at, _outcome(change))
            member.is_settled = change.operation == UNCHANGED
            self.members.append(member)

    def batches(self, deletions: bool, all_at_once: bool = False) -> Iterator[list[Member]]:
        """See the base class. All policies are one batch, including deletions."""
        pending = [member for member in self.members if not member.is_settled]
        if pending and not deletions:
            yield pending

    def settle(self, batch: Sequence[Member], check_mode: bool) -> None:
        """See the base class."""
        owner = self.owner
        try:
            kept = [member.error for member in self.members if isinstance(member.error, NotDeleted)]
            if kept:
                raise kept[0]
            self.require_owner()
            if owner is not None and owner.outcome is not None:
                self.items.set_parent(owner.outcome.after or {})
            batch[0].warnings = self._policies.check(check_mode)
            after = self._policies.predict() if check_mode else self._policies.carry_out()
        except Exception as error:
            for member in batch:
                member.fail(error)
            return
        live = {POLICY.identity_of(item): item for item in after}
        for member in self.members:
            member.is_settled = True
            if member.outcome is not None and not member.is_to_be_deleted:
                member.outcome = replace(member.outcome, after=live.get(member.declaration.id))


def _undeclared(change: Change) -> Declaration:
    """Return a declaration for an undeclared policy, which is purged or whose draft is adopted."""
    is_purged = change.operation == DELETED
    return Declaration(change.name, not is_purged, {}, listed=change.live if is_purged else None)


def _outcome(change: Change) -> Outcome:
    return Outcome(change.operation, change.changed_settings, change.live, change.after)
