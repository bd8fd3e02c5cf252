# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The installed collection in a virtual environment that contains ansible-core, the packages in requirements.txt, and nothing else.

`make import` downloads the wheels of these packages once. Nothing else is downloaded.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.pages import PAGES, Reader, blocks_of
from tests.contract.support import ROOT, Ansible
from tests.simulator.handle import Simulator
from tests.simulator.process import running_simulator
from tests.tools.collection import install_collection

WHEELS = ROOT / ".cache/wheels"
# Tools of the tests that the collection could use by mistake.
TOOLS = ("antsibull_changelog", "ansible_runner", "pytest", "pydantic")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the programs of the environment. It does not even contain pip."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(venv), "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    wheels = ["--no-index", "--find-links", str(WHEELS), "ansible-core", "--requirement", str(ROOT / "requirements.txt")]
    subprocess.run([*pip, *wheels], check=True)
    return venv / "bin"


@pytest.fixture(scope="module")
def ansible(programs: Path, simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """Ansible in this environment, which finds no collection but the installed one."""
    collections = tmp_path_factory.mktemp("collections")
    bare = Ansible(tmp_path_factory.mktemp("project"), simulator, programs, collections)
    install_collection(collections, bare.environment)
    return bare


def test_nothing_of_the_checkout_is_used(ansible: Ansible, programs: Path) -> None:
    version = ansible.run("ansible-playbook", "--version")
    assert f"executable location = {programs}/ansible-playbook" in version
    assert str(ROOT) not in version
    for tool in TOOLS:
        assert ansible.start(str(programs / "python"), "-c", f"import {tool}").returncode, tool
    assert str(ROOT) not in ansible.run("ansible-galaxy", "collection", "list")


def test_the_quick_start_runs(ansible: Ansible) -> None:
    assert "updated: cache_ttl, guardrails" in ansible.run("ansible-playbook", "edgeops.cloudflare.quickstart")


def test_the_document_of_an_account_is_applied(ansible: Ansible, simulator: Simulator) -> None:
    """The first steps of the README, and the same again as an ordinary module."""
    document, keys, apply, output, *_others = blocks_of(PAGES[0].read_text(encoding="utf-8"))
    assert (document.file, keys.file) == ("account.yml", "keys.yml")
    assert output.printed
    Reader(ansible, simulator).follow([document, keys, apply, output])
    (command,) = apply.commands
    assert "ai_gateway_apply" in command
    assert '"6 unchanged"' in ansible.run("bash", "-c", f"{command} -e edgeops_cloudflare_in_process=false")
