# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything observable of a run of Ansible: its output, its files, and the arguments of its processes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.in_process.conftest import Playbooks

# The beginning and end of every secret. Both need no escaping in Python, JSON and shells, and truncated secrets still contain one.
BEGINNING, END = "planted-example-", "-tnalp"
# The maximum duration of background processes after the end of a playbook.
MAX_BACKGROUND_SECONDS = 30
# Makes every Python process write its messages for the system's log into a file.
SYSLOG = """
import os, syslog
def record(*arguments):
    with open(os.environ["SYSLOG_FILE"], "a", encoding="utf-8") as log:
        log.write(str(arguments[-1]) + chr(10))
syslog.syslog = record
"""


def plant(name: str, length: int = 60) -> str:
    """Return a unique secret of at least that length."""
    return BEGINNING + name + "-" + "0123456789" * (max(0, length - len(name) - 23) // 10) + END


class Watch:
    """Observes a run in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.arguments: set[str] = set()
        self.output = ""

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment that makes Ansible write all files into the folder: logs, facts, temporary files."""
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
            # Before ansible-core 2.21, results contained their options by default.
            "ANSIBLE_INJECT_INVOCATION": "true",
        }

    @contextlib.contextmanager
    def processes(self) -> Iterator[None]:
        """Record the arguments of all processes of the run, which are recognized by their environment."""
        playbook_ended = threading.Event()
        thread = threading.Thread(target=self._record_processes, args=(playbook_ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            playbook_ended.set()
            thread.join(MAX_BACKGROUND_SECONDS)

    def _record_processes(self, playbook_ended: threading.Event) -> None:
        # Asynchronous tasks clean up some seconds after the end of the playbook.
        while self._record_arguments() or not playbook_ended.is_set():
            time.sleep(0.05)

    def _record_arguments(self) -> bool:
        """Record the arguments of current processes, and return whether there are any."""
        found = set()
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if str(self.folder).encode() in (process.parent / "environ").read_bytes():
                    found.add(process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        self.arguments |= found
        return bool(found)

    def seen(self) -> dict[str, str]:
        """Return every observed text, by place."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        texts = {str(path.relative_to(self.folder)): path.read_bytes().decode("utf-8", "replace") for path in files}
        return {**texts, "output": self.output, "arguments": "\n".join(sorted(self.arguments))}

    def places_of(self, name: str) -> set[str]:
        """Return the places where that secret was seen, as top-level names, because the names below differ in each run."""
        return {place.split("/", maxsplit=1)[0] for place, text in self.seen().items() if f"{BEGINNING}{name}-" in text}

    def leaks(self) -> list[str]:
        """Return the places where a secret or a part of one was seen, with the text around it."""
        found = []
        for place, text in self.seen().items():
            for mark in (BEGINNING, END):
                at = text.find(mark)
                if at >= 0:
                    found.append(f"{place}: {text[max(0, at - 200) : at + 100]!r}")
        return found


def watched(playbooks: Playbooks, plays: list[dict[str, object]], *arguments: str, **env: str) -> Watch:
    """Run the plays, which may fail, and return what was observed."""
    watch = Watch(playbooks.folder)
    with watch.processes():
        playbooks.run(playbooks.write(plays), "-vvvv", "--diff", *arguments, env={**watch.environment, **env})
    watch.output = playbooks.output
    return watch
