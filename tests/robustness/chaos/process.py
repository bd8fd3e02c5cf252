# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a task in a forked process, so that it can be killed, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection as Pipe
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import client, listing, retry, transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import TaskScope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules import (
    ai_gateway,
    ai_gateway_custom_provider,
    ai_gateway_dynamic_route,
    ai_gateway_provider_config,
    ai_gateways,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import reconciler, versioned_client, waiting
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import execute
from tests.robustness.chaos.other_tables import CONFIG, PROVIDER, ROUTE
from tests.robustness.chaos.schedule import MANY, ONE, Kill
from tests.robustness.chaos.tables import Json

TASK_SPECS = {
    ONE: ai_gateway.TASK_SPEC,
    MANY: ai_gateways.TASK_SPEC,
    ROUTE: ai_gateway_dynamic_route.TASK_SPEC,
    CONFIG: ai_gateway_provider_config.TASK_SPEC,
    PROVIDER: ai_gateway_custom_provider.TASK_SPEC,
}
# The modules whose constants a schedule or a tempo replaces.
CONSTANT_MODULES: dict[str, Any] = {
    "BACKOFF_BASE": retry,
    "BACKOFF_CAP": retry,
    "FIRST_PAUSE": waiting,
    "FRESH_SECONDS": reconciler,
    "GRACE_SECONDS": transport,
    "LONGEST_PAUSE": waiting,
    "PAGE_SIZE": listing,
    "SHOWN_WITHIN_SECONDS": versioned_client,
}
# A run that takes longer counts as hanging, in seconds.
MAX_SECONDS = 120.0
# Maximum wait for a thread that a task has left behind, in seconds.
MAX_THREAD_WAIT = 5.0
POLL_INTERVAL = 0.01
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Tempo:
    """Durations in seconds: ``timeout`` of an attempt, ``grace`` period after it, maximum ``backoff`` between two attempts or polls,
    ``start`` and end of a run on a busy machine, and ``shown_within``, the maximum wait for a change to become visible on the server."""

    timeout: float
    grace: float
    backoff: float
    start: float = 5.0
    shown_within: float = 0.3

    @property
    def constants(self) -> Json:
        """Return the constants of the code for this tempo."""
        first, longest = self.backoff / 4, self.backoff
        pauses = {"BACKOFF_BASE": first, "BACKOFF_CAP": longest, "FIRST_PAUSE": first, "LONGEST_PAUSE": longest}
        return {**pauses, "GRACE_SECONDS": self.grace, "SHOWN_WITHIN_SECONDS": self.shown_within}


FAST = Tempo(timeout=0.5, grace=0.1, backoff=0.04)
# The real constants, with the shortest timeout that the option accepts, and time for ansible-playbook itself.
REAL = Tempo(timeout=1.0, grace=transport.GRACE_SECONDS, backoff=retry.BACKOFF_CAP, start=30.0)
# For runs that must succeed even on a busy machine.
CALM = Tempo(timeout=20.0, grace=1.0, backoff=0.04, shown_within=5.0)


@dataclass(frozen=True)
class Task:
    """A task. ``options`` are complete, with the address and the credentials."""

    module: str
    options: Json
    check_mode: bool
    constants: Json
    tempo: Tempo = FAST
    kill: Kill | None = None
    lookup_delays: tuple[float, ...] = ()
    timeout: float | None = None


class Attempt(NamedTuple):
    """An attempt at a request. The task waited for it from ``begun`` to ``ended``, in seconds since the epoch."""

    method: str
    path: str
    begun: float
    ended: float


@dataclass(frozen=True)
class Run:
    """The outcome of a task: the ``result``, or None if the task was killed, timed out or died, the printed ``output``, and the exit
    ``code``, which is negative for a signal. ``ended`` and ``attempts`` are only set for a fork that was not killed."""

    result: Json | None
    output: str
    code: int | None
    seconds: float
    killed: bool
    ended: float | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def failed(self) -> bool:
        """Return whether the task returned a failure."""
        return self.result is not None and bool(self.result.get("failed"))


class TimedOut(BaseException):
    """Replaces the exception that Ansible raises in a task that exceeds its timeout."""


class RecordingTransport(transport.Transport):
    """A transport that records its attempts. ``kill`` determines when it kills its own process with SIGKILL."""

    def __init__(self, connection: Connection, kill: Kill | None) -> None:
        super().__init__(connection)
        self.attempts: list[Attempt] = []
        self._prefix = urlsplit(connection.base_url).path
        self._kill = kill
        self._begun = 0
        self._counting = threading.Lock()

    def send(
        self,
        request: Request,
        body: bytes | None = None,
        scope: TaskScope | None = None,
        fresh: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> transport.Answer:
        with self._counting:
            self._begun += 1
            is_last = self._kill is not None and self._begun == self._kill.request
        if is_last:
            self._die()
        begun = time.time()
        try:
            return super().send(request, body, scope, fresh, headers)
        finally:
            path = self._prefix + request.path.partition("?")[0]
            self.attempts.append(Attempt(request.method, path, begun, time.time()))

    def _die(self) -> None:
        if self._kill and self._kill.after:
            threading.Timer(self._kill.after, os.kill, (os.getpid(), signal.SIGKILL)).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def run_forked(tasks: Sequence[Task]) -> list[Run]:
    """Run the tasks one after the other in one process. A task without a result is the last one."""
    receiver, sender = FORK.Pipe(duplex=False)
    with tempfile.TemporaryFile() as printed:
        process = FORK.Process(target=_work, args=(tasks, sender, printed.fileno()))
        process.start()
        sender.close()
        runs = []
        for task in tasks:
            runs.append(_follow(receiver, process, task))
            if runs[-1].result is None:
                break
        process.join(MAX_SECONDS)
        printed.seek(0)
        output = printed.read().decode(errors="replace")
    receiver.close()
    return [replace(run, output=output, code=process.exitcode) for run in runs]


def _follow(receiver: Pipe, process: Any, task: Task) -> Run:
    """Wait for the end of a task."""
    begun = time.monotonic()
    try:
        if receiver.poll(MAX_SECONDS):
            outcome = json.loads(receiver.recv_bytes())
            attempts = tuple(Attempt(*one) for one in outcome["attempts"])
            is_timed_out = task.timeout is not None and outcome["result"] is None
            return Run(outcome["result"], "", None, outcome["seconds"], is_timed_out, outcome["ended"], attempts)
        process.kill()
    except EOFError:
        process.join()
    killed = task.kill is not None and process.exitcode == -signal.SIGKILL
    return Run(None, "", process.exitcode, time.monotonic() - begun, killed)


def _work(tasks: Sequence[Task], sender: Pipe, printed: int) -> None:
    """Run as the forked process. Its output goes to a file, because the process of a module must not print anything itself."""
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1)
    for task in tasks:
        sender.send_bytes(json.dumps(_perform(task)).encode())


def _perform(task: Task) -> Json:
    """Run the task. Return its result as Ansible would show it, without secrets, its duration, its end, and its attempts.

    This also waits for threads that the task has left behind, so that nothing of the task can act any more.
    """
    for name, value in {**task.tempo.constants, **task.constants}.items():
        setattr(CONSTANT_MODULES[name], name, value)
    if task.lookup_delays:
        _slow_down([share * task.tempo.timeout for share in task.lookup_delays])
    transports: list[RecordingTransport] = []
    begun = time.time()
    try:
        with _timeout(task):
            result = _result(task, transports)
    except TimedOut:
        result = None
    ended = time.time()
    # Do not join the threads: if the task was interrupted while it joined a thread, that thread counts as ended (CPython before 3.13).
    while len(sys._current_frames()) > 1 and time.time() < ended + MAX_THREAD_WAIT:
        time.sleep(POLL_INTERVAL)
    attempts = [one for found in transports for one in found.attempts]
    return {"result": result, "seconds": ended - begun, "ended": ended, "attempts": attempts}


@contextlib.contextmanager
def _timeout(task: Task) -> Iterator[None]:
    """Raise TimedOut in the middle of the task, as Ansible does."""

    def end(*_arguments: Any) -> None:
        raise TimedOut

    def lose(unraisable: Any) -> None:
        # Python ignores exceptions in destructors, so the timeout is lost there, as Ansible's would be.
        if unraisable.exc_type is not TimedOut:
            sys.__unraisablehook__(unraisable)

    sys.unraisablehook = lose
    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, (task.timeout or 0) * task.tempo.timeout)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _slow_down(seconds: list[float]) -> None:
    """Delay the next address lookups by these durations, in seconds."""
    real = socket.getaddrinfo

    def look_up(*arguments: Any, **keywords: Any) -> Any:
        with contextlib.suppress(IndexError):
            time.sleep(seconds.pop(0))
        return real(*arguments, **keywords)

    socket.getaddrinfo = look_up


def _result(task: Task, transports: list[RecordingTransport]) -> Json:
    task_spec = TASK_SPECS[task.module]
    validated = ArgumentSpecValidator(task_spec.argument_spec()).validate(task.options)
    if validated.error_messages:
        raise ValueError(validated.error_messages)

    @contextlib.contextmanager
    def client_of(connection: Connection) -> Iterator[client.Client]:
        impatient = replace(connection, timeout=task.tempo.timeout)  # type: ignore[arg-type]  # fractions work too
        transports.append(RecordingTransport(impatient, task.kill))
        with contextlib.closing(client.Client(impatient, transports[-1])) as found:
            yield found

    result: Json = execute(task_spec, validated.validated_parameters, task.check_mode, True, client_of, validated._no_log_values)
    return result
