# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of tests/in_process for runs of real playbooks, and the secrets as variables."""

from __future__ import annotations

import json

import pytest

from tests.in_process.conftest import playbooks
from tests.security.scenes import SECRETS

__all__ = ["playbooks"]


@pytest.fixture
def variables(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a file with the secrets, as an argument for Ansible. It is not in the folder that is searched."""
    path = tmp_path_factory.mktemp("vars") / "secrets.json"
    path.write_text(json.dumps(SECRETS))
    return f"@{path}"
