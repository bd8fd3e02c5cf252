# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Execution as an ordinary module, which is a program that Ansible starts."""

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
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import (
    TaskSpec,
    execute,
    open_client,
    refuse,
    shown_options,
    type_refusal,
)

STANDARD_OUTPUT = 1


class Module(AnsibleModule):
    """An AnsibleModule that masks the options in its output as ``spec`` defines, even if Ansible refuses an option."""

    params: dict[str, Any]

    def __init__(self, spec: TaskSpec) -> None:
        self._spec = spec
        super().__init__(argument_spec=spec.argument_spec(), supports_check_mode=True)

    def _set_internal_properties(self, *args: Any) -> None:
        """Check the types of the options. AnsibleModule calls this after it has read the options, and before it validates them."""
        super()._set_internal_properties(*args)
        refusal = type_refusal(self._spec, self.params)
        if refusal:
            self.fail_json(refusal)

    def _log_invocation(self) -> None:
        """Write the masked options to the system log. AnsibleModule would not mask secrets in items and in ``extra_settings``."""
        given, self.params = self.params, shown_options(self._spec, self.params)
        super()._log_invocation()
        self.params = given

    def fail_json(self, msg: str, **result: Any) -> None:
        """Exit with a failed result. AnsibleModule also calls this during its initialization."""
        self.finish(refuse(self._spec, self.params, msg, self.no_log_values, **result))

    def finish(self, result: dict[str, Any]) -> None:
        """Exit with ``result``, whose secrets are already replaced."""
        # Ansible would search all values for secrets again, and mask an id that is equal to a secret.
        self.no_log_values: set[str] = set()
        for warning in result.pop("warnings", []):
            self.warn(warning)
        if result.get("failed"):
            super().fail_json(**result)
        self.exit_json(**result)


@contextlib.contextmanager
def open_attended_client(connection: Connection, output: int = STANDARD_OUTPUT) -> Iterator[Client]:
    """Return a context with a client whose requests are cancelled when Ansible stops waiting for the result.

    When Ansible ends a task, for example after its ``timeout``, it stops reading from the program, but leaves it running during the next
    task.
    """
    with open_client(connection) as client:
        reader, writer = os.pipe()
        watch = threading.Thread(target=_end_when_unread, args=(client, output, reader), daemon=True)
        # The module also works without this thread.
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
    """Cancel the client's requests when the pipe ``output`` has no reader any more. Return when the other end of ``done`` is closed.

    Files and terminals always count as having a reader.
    """
    poller = select.poll()
    for descriptor in (output, done):
        # poll always reports errors, even with an empty mask.
        poller.register(descriptor, 0)
    while True:
        events = dict(poller.poll())
        if done in events:
            return
        if events[output] & (select.POLLERR | select.POLLHUP):
            client.end()
        # In either case, do not poll it again: it has no reader, or is not open.
        poller.unregister(output)


def run_module(spec: TaskSpec) -> None:
    """Execute the task with the options of the module, and exit with its result."""
    module = Module(spec)
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    module.finish(execute(spec, module.params, module.check_mode, module._diff, open_attended_client, no_log_values=module.no_log_values))
