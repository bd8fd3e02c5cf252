# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A callback for the demo that only shows the messages of debug tasks, and failures."""

from __future__ import annotations

from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: brief
type: stdout
short_description: Show messages and failures only
description: Shows the messages of debug tasks, one line each, and the messages of tasks that failed.
"""


class CallbackModule(CallbackBase):
    """Shows messages and failures."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "brief"

    def v2_runner_on_ok(self, result: Any) -> None:
        """Show the message of a debug task."""
        if result.task.action == "ansible.builtin.debug":
            message = result.result.get("msg")
            for line in message if isinstance(message, list) else [message]:
                self._display.display(f"  {line}")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Show the message of a failed task."""
        self._display.display(f"  failed: {result.result.get('msg')}", color="red")
