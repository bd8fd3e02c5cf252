# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the action plugins, which execute a module within the controller's worker process if the task allows that.

Ansible builds, copies and starts a program for every task and every item of a loop. For two small HTTP requests, this takes most of the
time. The action plugin executes the same code in the worker, and keeps the connection for the items of a loop. It falls back to the
ordinary module when the task needs something that only the module supports.
"""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from ansible import constants as C
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as OrdinaryAction
from ansible.utils.display import Display

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.rate_limit import RateLimiter
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import REQUESTS_IMPORT_ERROR, Transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.written import Written
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.validation import refusal, validate
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import (
    TaskSpec,
    execute,
    refuse,
    type_refusal,
)
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.plain import plain

SWITCH = "edgeops_cloudflare_in_process"
PROGRESS_SWITCH = "edgeops_cloudflare_progress"
# Determined at import, which happens in the controller, because workers of ansible-core 2.19 and later have no terminal.
STDERR_IS_A_TERMINAL = sys.stderr.isatty()
display = Display()


class InProcessAction(OrdinaryAction):
    """Action plugin of a module. A subclass sets the module's ``task_spec``."""

    task_spec: TaskSpec

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Execute the task in this process, or as an ordinary module. The result is the same."""
        reason = self._reason_against(task_vars or {})
        if reason:
            display.vvv(f"{self._task.action} runs as an ordinary module: {reason}", host=(task_vars or {}).get("inventory_hostname"))
            return self._run_as_module(tmp, task_vars)
        return self._run_here(task_vars or {})

    def _run_as_module(self, tmp: Any, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        try:
            return dict(super().run(tmp, task_vars))
        except Exception:
            raise
        except BaseException as interruption:
            # For example, the timeout of the task. Ansible raises it, but leaves the program running during the next task.
            _stop_reading(interruption)
            raise

    def _reason_against(self, task_vars: Mapping[str, Any]) -> str | None:
        """Return the reason why the task must not run in this process, or ``None``."""
        host_vars = self._vars_of_the_host_it_runs_on(task_vars)
        interpreter = self._plain(C.config.get_config_value("INTERPRETER_PYTHON", variables=host_vars))
        reasons = (
            (not self._is_on(SWITCH, task_vars), f"{SWITCH} is false"),
            (bool(REQUESTS_IMPORT_ERROR), "the controller's Python has no requests"),
            (self._connection.transport != "local", f"the connection is {self._connection.transport}"),
            (self._connection.become is not None, "it uses become"),
            (bool(self._task.async_val), "it is asynchronous"),
            (any(self._task.environment or []), "it sets environment variables"),
            (not _is_own_interpreter(interpreter), f"it runs with {interpreter}"),
        )
        return next((reason for holds, reason in reasons if holds), None)

    def _vars_of_the_host_it_runs_on(self, task_vars: Mapping[str, Any]) -> Mapping[str, Any]:
        delegated = task_vars.get("ansible_delegated_vars") or {}
        found: Mapping[str, Any] = delegated.get(self._task.delegate_to, task_vars) if self._task.delegate_to else task_vars
        return found

    def _is_on(self, switch: str, task_vars: Mapping[str, Any]) -> bool:
        return bool(boolean(self._plain(task_vars.get(switch, True)), strict=False))

    def _plain(self, value: Any) -> Any:
        return plain(self._templar.template(value))

    def _run_here(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        given = plain(self._task.args)
        refused = type_refusal(self.task_spec, given)
        if refused:
            return self._finished(refuse(self.task_spec, given, refused), task_vars)
        validated = validate(self.task_spec.argument_spec(), given)
        warnings = [f"Both option {name} and its alias {alias} are set." for name, alias in validated.duplicates]
        refused = refusal(validated.errors, self._task.action)
        if refused:
            result = refuse(self.task_spec, validated.values, refused, validated.secrets)
        else:
            client_of = functools.partial(_open_client, report_progress=self._progress_reporter(task_vars))
            result = execute(self.task_spec, validated.values, self._task.check_mode, self._task.diff, client_of, validated.secrets)
        warnings.extend(result.pop("warnings", []))
        if warnings:
            result["warnings"] = warnings
        return self._finished(result, task_vars)

    def _finished(self, result: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Return the result as AnsibleModule would return it."""
        if not _keeps_invocation(task_vars):
            result.pop("invocation", None)
        return dict(result, changed=result.get("changed", False))

    def _progress_reporter(self, task_vars: Mapping[str, Any]) -> Callable[[str], None] | None:
        """Return a function that displays a line of progress, or ``None`` if that is switched off or would not be seen."""
        if not self._is_on(PROGRESS_SWITCH, task_vars):
            return None
        if not (STDERR_IS_A_TERMINAL or display.verbosity):
            return None
        host = task_vars.get("inventory_hostname")
        # Standard output belongs to the callback, and programs may parse it.
        return lambda line: display.display(f"[{host}] {self._task.action}: {line}", stderr=True)


class _WorkerState:
    """State that this worker keeps for the next item of its loop. A worker executes one task, and ends with it.

    The quotas belong to an identity. They are kept if an item uses another identity in between, or another account or timeout.
    """

    connection: ClassVar[Connection | None] = None
    transport: ClassVar[Transport | None] = None
    rate_limiters: ClassVar[dict[tuple[str, frozenset[tuple[str, str]]], RateLimiter]] = {}
    # Writes of earlier items, because a replica may still return an older copy.
    written: ClassVar[Written] = Written()


@contextlib.contextmanager
def _open_client(connection: Connection, report_progress: Callable[[str], None] | None) -> Iterator[Client]:
    """Return a context with a client that uses the kept connection, unless account, identity or address differ.

    Its requests end with the item, even if Ansible interrupts it.
    """
    if _WorkerState.transport is None or _WorkerState.connection != connection:
        if _WorkerState.transport is not None:
            _WorkerState.transport.close()
        _WorkerState.connection, _WorkerState.transport, _WorkerState.written = connection, Transport(connection), Written()
    client = Client(connection, _WorkerState.transport, report_progress, _rate_limiter_for(connection), _WorkerState.written)
    try:
        yield client
    finally:
        client.end()


def _rate_limiter_for(connection: Connection) -> RateLimiter:
    """Return the rate limiter of the identity of ``connection``, with the allowance of a new item."""
    identity = (connection.base_url, frozenset(connection.credentials.headers.items()))
    rate_limiter = _WorkerState.rate_limiters.setdefault(identity, RateLimiter(connection.rate_limit_wait))
    rate_limiter.begin_task(connection.rate_limit_wait)
    return rate_limiter


def _stop_reading(interruption: BaseException) -> None:
    """Terminate the program for which the action waited, such as a shell or ssh, and close its pipes.

    The closed pipes let the module detect that its task has ended. Only the connection plugin has a reference to the program, in a
    variable of the interrupted frame.
    """
    for frame, _line in traceback.walk_tb(interruption.__traceback__):
        for program in list(frame.f_locals.values()):
            if isinstance(program, subprocess.Popen) and program.poll() is None:
                program.terminate()
                for pipe in filter(None, (program.stdin, program.stdout, program.stderr)):
                    with contextlib.suppress(OSError):
                        pipe.close()


def _is_own_interpreter(interpreter: str) -> bool:
    """Return whether ``interpreter`` is the Python of this process, under any name, or one that Ansible would discover."""
    if interpreter.startswith("auto"):
        return True
    return _identity(interpreter) == _identity(sys.executable)


def _identity(path: str) -> tuple[str, str]:
    # The directory counts, too, because two virtual environments can link to the same program.
    return os.path.realpath(os.path.dirname(path)), os.path.realpath(path)


def _keeps_invocation(task_vars: Mapping[str, Any]) -> bool:
    """Return whether results contain their invocation, which is a setting since ansible-core 2.21."""
    if "INJECT_INVOCATION" not in C.config.get_configuration_definitions():
        return True
    return bool(C.config.get_config_value("INJECT_INVOCATION", variables=task_vars))
