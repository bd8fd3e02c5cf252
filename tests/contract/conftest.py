# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the contract tests: one simulator, reset before each test that uses it, and Ansible's programs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.support import MODULES, Ansible
from tests.simulator.handle import Simulator


@pytest.fixture(scope="session")
def ansible(shared_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    return Ansible(tmp_path_factory.mktemp("ansible"), shared_simulator)


@pytest.fixture(scope="session")
def documented(ansible: Ansible) -> dict[str, Any]:
    """Return what ansible-doc shows of each module, by its short name."""
    found = json.loads(ansible.run("ansible-doc", "-t", "module", "--json", *(f"edgeops.cloudflare.{name}" for name in MODULES)))
    return {name.rpartition(".")[2]: document for name, document in found.items()}
