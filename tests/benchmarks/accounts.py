# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Preparation and verification of whole accounts, beyond their gateways."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.contenders import DECLARED, ELEMENTS, PROVIDER, ROUTE, UNCHANGED, Case, key_of
from tests.benchmarks.measure import Bench

# The kinds of objects below a gateway, and the kinds that contain their secrets.
KINDS = ("provider_configs", "dynamic_routes", "stores", "secrets")


class AccountBench(Bench):
    """A bench for accounts whose gateways have a key and a route each, and for many accounts with a host for each."""

    def prepare(self, case: Case, names: list[str]) -> None:
        """Prepare an account that is empty or as declared, or accounts whose gateways are as declared."""
        if case.contender.is_on_hosts:
            gateways = {gateway["id"]: DECLARED for gateway in case.contender.variables["gateways"]}
            self.reset(dict.fromkeys(names, gateways))
        else:
            self.reset()
            if case.scenario == UNCHANGED:
                self.execute(case.contender, names, "before")
                self.simulator.clear_requests()
        self.simulator.behave(delay=case.delay)

    def stored(self, case: Case, names: list[str]) -> dict[str, Any]:
        """Return all objects of the account by kind, or the gateways of each account."""
        if case.contender.is_on_hosts:
            return {name: self.simulator.gateways(name) for name in names}
        return {"gateways": self.simulator.gateways(), **{kind: self.simulator.items(kind) for kind in KINDS}}

    def wrong_store(self, case: Case, names: list[str], before: dict[str, Any]) -> list[str]:
        """Return differences from the declaration, and changes by a run that should change nothing."""
        moved = case.scenario == UNCHANGED and self.stored(case, names) != before
        problems = ["stored objects were changed"] if moved else []
        return problems if case.contender.is_on_hosts else [*problems, *super().wrong_store(case, names, {}), *self._wrong_children(names)]

    def _wrong_children(self, names: list[str]) -> list[str]:
        """Return the kinds below the gateways that are not as declared."""
        keys = {name: self.simulator.traffic_key(name, PROVIDER)["key"] for name in names}
        problems = [] if keys == {name: key_of(name) for name in names} else ["keys are not as declared"]
        routes = [_summary_of(route) for route in self.simulator.items("dynamic_routes")]
        expected = [(name, ROUTE, [element["id"] for element in ELEMENTS], True) for name in names]
        return problems if sorted(routes) == sorted(expected) else [*problems, "routes are not as declared"]


def _summary_of(route: dict[str, Any]) -> tuple[str, str, list[str], bool]:
    """Return the gateway, name and elements of a stored route, and whether it is deployed."""
    version = route["versions"][-1]
    is_deployed = [deployment["version_id"] for deployment in route["deployments"]] == [version["version_id"]]
    return route["gateway_id"], route["name"], [element["id"] for element in version["elements"]], is_deployed
