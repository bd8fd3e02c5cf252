# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that only prints one JSON document for programs, like the callback json of ansible.posix."""

from __future__ import annotations

import json
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: document
type: stdout
short_description: One JSON document
description: Prints the results of all tasks as one JSON document at the end.
"""


class CallbackModule(CallbackBase):
    """Collects the results."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "document"

    def __init__(self) -> None:
        super().__init__()
        self._results: list[Any] = []

    def v2_runner_on_ok(self, result: Any) -> None:
        self._results.append(result._result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._results.append(result._result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._display.display(json.dumps({"results": self._results}, default=str))
