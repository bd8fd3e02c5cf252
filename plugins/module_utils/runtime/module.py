# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ordinary way of running: as a program that Ansible starts."""

from __future__ import annotations

import contextlib
import os
import select
import threading
from typing import Any, Iterator

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import REQUESTS_IMPORT_ERROR
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.shell import (
    Work,
    open_client,
    perform,
    refuse,
    refused_shapes,
    shown_options,
)

STANDARD_OUTPUT = 1


class Module(AnsibleModule):
    """An AnsibleModule whose failures show the options as C(work) masks them, also where Ansible itself refuses an option."""

    params: dict[str, Any]

    def __init__(self, work: Work) -> None:
        self._work = work
        super().__init__(argument_spec=work.argument_spec(), supports_check_mode=True)

    def _set_internal_properties(self, *args: Any) -> None:
        """See AnsibleModule; the options have been read by then, and not yet been checked."""
        super()._set_internal_properties(*args)
        refusal = refused_shapes(self._work, self.params)
        if refusal:
            self.fail_json(refusal)

    def _log_invocation(self) -> None:
        """See AnsibleModule, which writes the options to the system's log, and knows of no secret in items and in C(extra_settings)."""
        given, self.params = self.params, shown_options(self._work, self.params)
        super()._log_invocation()
        self.params = given

    def fail_json(self, msg: str, **result: Any) -> None:
        """See AnsibleModule, which calls this, too, while it is initialized."""
        self.finish(refuse(self._work, self.params, msg, self.no_log_values, **result))

    def finish(self, result: dict[str, Any]) -> None:
        """Exit with ``result``, in which all secrets are replaced."""
        # Ansible would look for them once more, everywhere, and turn an id that is equal to a secret into a mask.
        self.no_log_values: set[str] = set()
        for warning in result.pop("warnings", []):
            self.warn(warning)
        if result.get("failed"):
            super().fail_json(**result)
        self.exit_json(**result)


@contextlib.contextmanager
def open_attended_client(connection: Connection, output: int = STANDARD_OUTPUT) -> Iterator[Client]:
    """A client whose requests end when nobody waits for the result any more.

    When Ansible ends a task, such as by its ``timeout``, it stops to read from the program, and lets it run on beside the next task.
    """
    with open_client(connection) as client:
        reader, writer = os.pipe()
        watch = threading.Thread(target=_end_when_unread, args=(client, output, reader), daemon=True)
        # Without a thread, the module works as well.
        with contextlib.suppress(RuntimeError):
            watch.start()
        try:
            yield client
        finally:
            os.close(writer)
            if watch.ident is not None:
                watch.join()
            os.close(reader)


def _end_when_unread(client: Client, output: int, done: int) -> None:
    """Wait until nobody reads from the pipe ``output`` any more, or the other end of the pipe ``done`` is closed.

    A file or a terminal is always read.
    """
    poller = select.poll()
    for descriptor in (output, done):
        # Errors are reported without being asked for.
        poller.register(descriptor, 0)
    while True:
        events = dict(poller.poll())
        if done in events:
            return
        if events[output] & (select.POLLERR | select.POLLHUP):
            client.end()
        # Otherwise it is not open, and cannot be watched.
        poller.unregister(output)


def run_module(work: Work) -> None:
    """Read the task's options, do its work, and exit with the result."""
    module = Module(work)
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    module.finish(perform(work, module.params, module.check_mode, module._diff, open_attended_client, no_log_values=module.no_log_values))
