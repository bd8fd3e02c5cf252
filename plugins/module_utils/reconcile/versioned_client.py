# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items with versions: an update creates a version, deploys it, and reads the deployed item."""

from __future__ import annotations

import re
from typing import Any, Callable, Mapping, Sequence, TypeVar

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import listing
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import encode_path
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import comparable_time
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import ApiError, CollectionError, Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.compare import same
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import fetch_after, wait_for
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Versions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.wire import from_answer
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, printable

VERSIONS, DEPLOYMENTS = "versions", "deployments"
VERSION_ID, DEPLOYMENT_ID, IS_VALID = "version_id", "deployment_id", "is_valid"
# Maximum wait until the API returns the value of a new item or the deployed version. Public reports mention some seconds.
SHOWN_WITHIN_SECONDS = 60.0
# Number of reads for a version whose creation may still be in progress, before it is created again.
MAX_READS = 3
Found = TypeVar("Found")


class InvalidVersion(CollectionError):
    """The server stored a version, but reports that it is invalid."""


class VersionedClient(ResourceClient):
    """Operations on the items of a resource with ``versions``."""

    @property
    def versions(self) -> Versions:
        """Return the description of the resource's versions."""
        if self.resource.versions is None:
            raise TypeError(f"a {self.resource.name} has no versions")
        return self.resource.versions

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create the item like ``ResourceClient.create``. The same request deploys its first version.

        :raises InvalidVersion: if the server reports that this version is invalid.
        """
        made = super().create(body)
        self._refuse_invalid(made, f"The {self.resource.name} was created all the same.")
        if self._shows(made, body):
            return made
        shown = self._wait(made[self.resource.reference], lambda item: item is None or self._shows(item, body))
        return made if shown is None else self._written(shown)

    def update(self, current: Mapping[str, Any], body: dict[str, Any], not_after: float | None = None) -> dict[str, Any]:
        """Update the settings without versions, deploy a version with the new value, and return the stored item.

        If ``body`` has the id of a version, that version is deployed.

        :raises InvalidVersion: if the server reports that the new version is invalid. It is not deployed.
        """
        reference = current[self.resource.reference]
        unversioned = {key: value for key, value in body.items() if key not in (self.versions.setting, self.versions.deployed)}
        if unversioned:
            self._patch(current, unversioned, not_after)
        version_id = body.get(self.versions.deployed)
        if version_id is None and self.versions.setting in body:
            # If no value was read, the new value is not based on one that may have changed in the meantime.
            is_based_on = current.get(self.versions.setting) is not None
            version_id = self._version_with(current, body[self.versions.setting], not_after if is_based_on else None)
        if version_id is not None:
            self._deploy(reference, version_id)
        wanted = {**unversioned, **({} if version_id is None else {self.versions.deployed: version_id})}
        shown = self._wait(reference, lambda item: item is None or self._is_as_written(item, wanted, body))
        return self._written(self._checked(Request("GET", self._path_of(reference)), shown, is_expected=True))

    def history(self, reference: str, part: str) -> list[dict[str, Any]]:
        """Return all ``versions`` or ``deployments`` of an item in the form and order of the API."""

        def fetch_page(number: int) -> tuple[Request, dict[str, Any]]:
            pages = f"?page={number}&per_page={listing.PAGE_SIZE}"
            request = Request("GET", encode_path(*self._path, reference, part) + pages)
            return request, self._call(request)

        shape = listing.Shape(("data", part), VERSION_ID if part == VERSIONS else DEPLOYMENT_ID)
        return listing.list_items(fetch_page, shape=shape)

    def version(self, reference: str, version_id: str) -> dict[str, Any]:
        """Return one version of an item in the form of the item.

        :raises NotFound: if the item has no such version.
        """
        request = Request("GET", encode_path(*self._path, reference, VERSIONS, version_id))
        return self._referred(request, self._call(request), reference)

    def _fetch(self, reference: str) -> dict[str, Any] | None:
        """Return the item with its value. After a creation, the API returns the value only after some seconds."""
        item = super()._fetch(reference)
        if item is None or item.get(self.versions.setting) is not None:
            return item
        return self._wait(reference, lambda shown: shown is None or shown.get(self.versions.setting) is not None)

    def _wait(self, reference: str, is_done: Callable[[dict[str, Any] | None], bool]) -> dict[str, Any] | None:
        return wait_for(lambda: super(VersionedClient, self)._fetch(reference), is_done, SHOWN_WITHIN_SECONDS)

    def _shows(self, item: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
        """Return whether ``item`` has the value in ``body``."""
        key = self.versions.setting
        return item.get(key) is not None and same(self.resource.setting(key), body[key], item[key])

    def _is_as_written(self, item: Mapping[str, Any], wanted: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
        """Return whether ``item`` is as written, with the deployed version, or with its value if the server returns no version id."""
        key = self.versions.deployed
        if key in wanted and item.get(key) is None and self.versions.setting in body:
            return self._shows(item, body)
        return all(item.get(name) == value for name, value in wanted.items()) and item.get(self.versions.setting) is not None

    def _patch(self, current: Mapping[str, Any], unversioned: Mapping[str, Any], not_after: float | None) -> None:
        """Update the settings without versions. The API requires the name, too."""
        names = {field.key: current.get(field.key) for field in self.resource.keys}
        request = Request(self.resource.update_verb, self._path_of(current[self.resource.reference]))
        try:
            self._call(request, {**names, **unversioned}, not_after)
        except CollectionError as error:
            if any(pattern and re.search(pattern, str(error), re.IGNORECASE) for pattern in self.resource.exists_codes.values()):
                error.add_remark(
                    f"Another {self.resource.name} has that name, even if none is listed. Choose another one, or delete it first."
                )
            raise
        self.client.written.note_deletion(self._path_of(self.resource.identity_of(current)))

    def _version_with(self, current: Mapping[str, Any], value: Any, not_after: float | None) -> str:
        """Return the id of a version with that value: a version newer than the deployed one, else a new one."""
        reference = current[self.resource.reference]
        before = self.history(reference, VERSIONS)
        left_behind = self._left_behind(before, current, value)
        if left_behind is not None:
            return left_behind
        known = {version[VERSION_ID] for version in before}
        request = Request("POST", encode_path(*self._path, reference, VERSIONS))

        def fetch() -> dict[str, Any] | None:
            return self._newest([version for version in self.history(reference, VERSIONS) if version[VERSION_ID] not in known], value)

        def make() -> dict[str, Any] | None:
            answer = self._item_of(request, self._call(request, {self.versions.setting: value}, not_after)) or {}
            return answer if isinstance(answer.get(VERSION_ID), str) else None

        nowhere = ApiError(request, 200, "neither the answer nor the listing has the new version")
        made = self._settled(make, fetch) or fetch_after(nowhere, fetch, MAX_READS)
        if made is None:
            raise nowhere
        # The answer may not state whether the version is valid.
        self._refuse_invalid(made if made.get(IS_VALID) is not None else self.version(reference, made[VERSION_ID]))
        return str(made[VERSION_ID])

    def _left_behind(self, versions: Sequence[Mapping[str, Any]], current: Mapping[str, Any], value: Any) -> str | None:
        """Return the id of a version with that value that an earlier task created, but did not deploy, or ``None``."""
        deployed = [version for version in versions if version[VERSION_ID] == current.get(self.versions.deployed)]
        since = comparable_time(deployed[0].get(self.resource.created)) if deployed else None
        if since is None:
            return None
        later = [version for version in versions if (comparable_time(version.get(self.resource.created)) or ()) > since]
        found = self._newest([version for version in later if version.get(IS_VALID) is not False], value)
        return None if found is None else str(found[VERSION_ID])

    def _newest(self, versions: Sequence[Mapping[str, Any]], value: Any) -> dict[str, Any] | None:
        """Return the newest of the ``versions`` that have that value, in the form of the item, or ``None``."""
        in_order = sorted(versions, key=lambda version: comparable_time(version.get(self.resource.created)) or ())
        found = [from_answer(self.resource, version) for version in in_order]
        matching = [version for version in found if self._shows(version, {self.versions.setting: value})]
        return matching[-1] if matching else None

    def _deploy(self, reference: str, version_id: str) -> None:
        request = Request("POST", encode_path(*self._path, reference, DEPLOYMENTS))

        def is_deployed() -> bool | None:
            shown = super(VersionedClient, self)._fetch(reference)
            return True if shown is not None and shown.get(self.versions.deployed) == version_id else None

        try:
            self._settled(lambda: self._call(request, {VERSION_ID: version_id}), is_deployed)
        except CollectionError as error:
            if error.outcome_unknown:
                error.add_remark(f"Version {version_id} exists, but may not be deployed. Run the task again: it deploys that version.")
            else:
                error.add_remark(f"Version {version_id} exists, but is not deployed: requests take the version before.")
            raise

    def _settled(self, send: Callable[[], Found], fetch: Callable[[], Found | None]) -> Found | None:
        """Return the result of ``send``. If its outcome is unknown, return what ``fetch`` finds, or send again.

        :raises CollectionError: if the outcome is still unknown after the last retry, or for any other failure.
        """
        retry = 0
        while True:
            try:
                return send()
            except CollectionError as error:
                found = fetch_after(error, fetch, MAX_READS) if error.outcome_unknown else None
                if found is not None:
                    return found
                if not error.outcome_unknown or retry == self.client.max_retries:
                    raise
            retry += 1

    def _refuse_invalid(self, version: Mapping[str, Any], remark: str = "It was not deployed: requests take the version before.") -> None:
        if version.get(IS_VALID) is False:
            name = printable(str(version.get(VERSION_ID)), MAX_NAME)
            raise InvalidVersion(
                f"The API stored the {self.versions.setting} as version {name} and reports that it is invalid, without a reason. {remark}"
            )
