# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that somebody can see of a run of Ansible: what it prints, what it leaves behind, and the arguments of its processes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.in_process.conftest import Playbooks

# Every secret of these tests begins and ends so. Python, JSON and shells spell both alike, and a part of a secret has one of them.
BEGINNING, END = "planted-example-", "-tnalp"
# So long, at most, a run goes on after its playbook.
MOST_SECONDS = 30
# Has every process write what it sends to the system's log into a file.
SYSLOG = """
import os, syslog
def record(*arguments):
    with open(os.environ["SYSLOG_FILE"], "a", encoding="utf-8") as log:
        log.write(str(arguments[-1]) + chr(10))
syslog.syslog = record
"""


def plant(name: str, length: int = 60) -> str:
    """Return a secret that is found nowhere else, of at least that length."""
    return BEGINNING + name + "-" + "0123456789" * (max(0, length - len(name) - 23) // 10) + END


class Watch:
    """What can be seen of a run in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.arguments: set[str] = set()
        self.output = ""

    @property
    def environment(self) -> dict[str, str]:
        """Has all that Ansible writes land in the folder: logs, facts, temporary files."""
        for name in ("user", "tmp", "remote", "facts", "async", "python"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "python" / "sitecustomize.py").write_text(SYSLOG)
        return {
            "HOME": str(self.folder / "user"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(self.folder / "python"),
            "SYSLOG_FILE": str(self.folder / "syslog"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(self.folder / "async"),
            "ANSIBLE_LOG_PATH": str(self.folder / "log"),
            "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.folder / "facts"),
            "ANSIBLE_DISPLAY_TRACEBACK": "always",
            # Results have their options by default before ansible-core 2.21 only.
            "ANSIBLE_INJECT_INVOCATION": "true",
        }

    @contextlib.contextmanager
    def processes(self) -> Iterator[None]:
        """Note the arguments of all processes during the run; they are recognized by their environment."""
        ended = threading.Event()
        thread = threading.Thread(target=self._attempt, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(MOST_SECONDS)

    def _attempt(self, ended: threading.Event) -> None:
        # What is asynchronous tidies up some seconds after the playbook has ended.
        while self._note_arguments() or not ended.is_set():
            time.sleep(0.05)

    def _note_arguments(self) -> bool:
        """Return whether there is any process of the run."""
        found = set()
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if str(self.folder).encode() in (process.parent / "environ").read_bytes():
                    found.add(process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        self.arguments |= found
        return bool(found)

    def seen(self) -> dict[str, str]:
        """Return every text by the place where it was seen."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        texts = {str(path.relative_to(self.folder)): path.read_bytes().decode("utf-8", "replace") for path in files}
        return {**texts, "output": self.output, "arguments": "\n".join(sorted(self.arguments))}

    def places_of(self, name: str) -> set[str]:
        """Return where something of that secret was seen, without names that differ each time."""
        return {place.split("/", maxsplit=1)[0] for place, text in self.seen().items() if f"{BEGINNING}{name}-" in text}

    def leaks(self) -> list[str]:
        """Return where a secret, or a part of one, was seen, with what is around it."""
        found = []
        for place, text in self.seen().items():
            for mark in (BEGINNING, END):
                at = text.find(mark)
                if at >= 0:
                    found.append(f"{place}: {text[max(0, at - 200) : at + 100]!r}")
        return found


def watched(playbooks: Playbooks, plays: list[dict[str, object]], *arguments: str, **env: str) -> Watch:
    """Run the plays, which need not succeed, and return what was seen."""
    watch = Watch(playbooks.folder)
    with watch.processes():
        playbooks.run(playbooks.write(plays), "-vvvv", "--diff", *arguments, env={**watch.environment, **env})
    watch.output = playbooks.output
    return watch
