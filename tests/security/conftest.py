# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real playbooks on an ansible-core, as in tests/in_process, in folders that hold everything that a run leaves behind."""

from __future__ import annotations

import json

import pytest

from tests.in_process.conftest import playbooks, shared_simulator, simulator
from tests.security.scenes import SECRETS

__all__ = ["playbooks", "shared_simulator", "simulator"]


@pytest.fixture
def variables(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a file with the secrets, as an argument for Ansible. It is not where the search is."""
    path = tmp_path_factory.mktemp("vars") / "secrets.json"
    path.write_text(json.dumps(SECRETS))
    return f"@{path}"
