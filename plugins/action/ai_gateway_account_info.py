# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module ``ai_gateway_account_info`` in the controller's process if the task allows that."""

from __future__ import annotations

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway_account_info import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    """Action plugin of the module with the same name."""

    task_spec = TASK_SPEC
