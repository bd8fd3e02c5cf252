# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that exceed the documented maximum length of the Secrets Store."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_provider_config import TASK_SPEC as PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_secret import TASK_SPEC as SECRET
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.single import Task


@pytest.mark.parametrize(("task_spec", "option"), [(SECRET, "value"), (PROVIDER_CONFIG, "secret")])
@pytest.mark.parametrize(("key", "is_long"), [("k" * 1024, False), ("k" * 1025, True), ("\u00e9" * 513, True), (None, False)])
def test_a_key_of_more_than_1024_bytes_causes_a_warning_that_does_not_show_it(task_spec, option, key, is_long):
    task = Task(Declaration("example", True, {} if key is None else {option: key}), {}, {})
    warnings = task_spec.warn(task)
    assert [warning.split(" bytes")[0] for warning in warnings] == ([f"{option} has {len(key.encode())}"] if is_long else [])
    assert not key or key not in "".join(warnings)
