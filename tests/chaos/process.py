# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task in a process of its own, forked from this one, so that it can be killed, and so that nothing of it stays behind."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection as Pipe
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import client, listing, retry, transport
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import Connection
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.errors import Request
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.task_scope import TaskScope
from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend import ai_gateway, ai_gateways
from ansible_collections.edgeops.cloudflare.plugins.module_utils.frontend.shell import perform
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import apply
from tests.chaos.schedule import MANY, ONE, Kill
from tests.chaos.tables import Json

WORKS = {ONE: ai_gateway.WORK, MANY: ai_gateways.WORK}
# Where the code has the constants that a schedule or a tempo replaces.
HOMES: dict[str, Any] = {
    "BACKOFF_BASE": retry,
    "BACKOFF_CAP": retry,
    "FRESH_SECONDS": apply,
    "GRACE_SECONDS": transport,
    "PAGE_SIZE": listing,
}
# A run that takes so many seconds hangs.
LONGEST = 120.0
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Tempo:
    """How long things take, in seconds: the timeout of a try, what is granted beyond it, the most between two tries, and the start
    and end of a run on a busy machine."""

    timeout: float
    grace: float
    backoff: float
    start: float = 5.0

    @property
    def constants(self) -> Json:
        """What makes the code keep it."""
        return {"GRACE_SECONDS": self.grace, "BACKOFF_BASE": self.backoff / 4, "BACKOFF_CAP": self.backoff}


FAST = Tempo(timeout=0.5, grace=0.1, backoff=0.04)
# What the code has by itself, with the shortest timeout that the option takes, and all of ansible-playbook around it.
REAL = Tempo(timeout=1.0, grace=transport.GRACE_SECONDS, backoff=retry.BACKOFF_CAP, start=30.0)
# For runs that have to succeed, also on a busy machine.
CALM = Tempo(timeout=20.0, grace=1.0, backoff=0.04)


@dataclass(frozen=True)
class Task:
    """A task: `options` are complete, with the address and the credentials."""

    module: str
    options: Json
    check_mode: bool
    constants: Json
    tempo: Tempo = FAST
    kill: Kill | None = None


@dataclass(frozen=True)
class Run:
    """What came of a task: the result, None if it was killed or died; what it printed; and the exit code (negative: the signal)."""

    result: Json | None
    output: str
    code: int | None
    seconds: float
    killed: bool

    @property
    def failed(self) -> bool:
        """Whether the task itself said so."""
        return self.result is not None and bool(self.result.get("failed"))


class Doomed(transport.Transport):
    """A transport whose process ends by SIGKILL in the middle of its work."""

    def __init__(self, connection: Connection, kill: Kill) -> None:
        super().__init__(connection)
        self._kill = kill
        self._begun = 0
        self._counting = threading.Lock()

    def send(self, request: Request, body: bytes | None = None, scope: TaskScope | None = None, fresh: bool = False) -> transport.Answer:
        with self._counting:
            self._begun += 1
            is_last = self._begun == self._kill.request
        if is_last:
            self._die()
        return super().send(request, body, scope, fresh)

    def _die(self) -> None:
        if self._kill.after:
            threading.Timer(self._kill.after, os.kill, (os.getpid(), signal.SIGKILL)).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def forked(tasks: Sequence[Task]) -> list[Run]:
    """Do the tasks one after the other in one process. The first that is killed or dies is the last."""
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
        process.join(LONGEST)
        printed.seek(0)
        output = printed.read().decode(errors="replace")
    receiver.close()
    return [replace(run, output=output, code=process.exitcode) for run in runs]


def _follow(receiver: Pipe, process: Any, task: Task) -> Run:
    """Wait for the end of a task."""
    begun = time.monotonic()
    result = None
    try:
        if receiver.poll(LONGEST):
            result = json.loads(receiver.recv_bytes())
        else:
            process.kill()
    except EOFError:
        process.join()
    killed = task.kill is not None and result is None and process.exitcode == -signal.SIGKILL
    return Run(result, "", process.exitcode, time.monotonic() - begun, killed)


def _work(tasks: Sequence[Task], sender: Pipe, printed: int) -> None:
    """The process itself: what it prints goes into a file, as a process that runs a module must print nothing of its own."""
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1)
    for task in tasks:
        sender.send_bytes(json.dumps(_perform(task)).encode())


def _perform(task: Task) -> Json:
    """The result of the task as Ansible would show it, with what is secret removed."""
    for name, value in {**task.tempo.constants, **task.constants}.items():
        setattr(HOMES[name], name, value)
    work = WORKS[task.module]
    validated = ArgumentSpecValidator(work.argument_spec()).validate(task.options)
    if validated.error_messages:
        raise ValueError(validated.error_messages)

    @contextlib.contextmanager
    def client_of(connection: Connection) -> Iterator[client.Client]:
        impatient = replace(connection, timeout=task.tempo.timeout)  # type: ignore[arg-type]  # fractions work too
        doomed = Doomed(impatient, task.kill) if task.kill else None
        with contextlib.closing(client.Client(impatient, doomed)) as found:
            yield found

    result: Json = perform(work, validated.validated_parameters, task.check_mode, True, client_of, validated._no_log_values)
    return result
