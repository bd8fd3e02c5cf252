# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The installed collection in a virtual environment with only ansible-core and the packages in requirements.txt.

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
# Development packages that the collection could import by mistake.
TOOLS = ("antsibull_changelog", "ansible_runner", "pytest", "pydantic")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory with the programs of the environment, which does not even contain pip."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(venv), "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    wheels = ["--no-index", "--find-links", str(WHEELS), "ansible-core", "--requirement", str(ROOT / "requirements.txt")]
    subprocess.run([*pip, *wheels], check=True)
    return venv / "bin"


@pytest.fixture(scope="module")
def ansible(programs: Path, simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """Return the Ansible of this environment, which only finds the installed collection."""
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
    """Run the first steps of the README, and the last one again as an ordinary module."""
    document, keys, apply, output, *_others = blocks_of(PAGES[0].read_text(encoding="utf-8"))
    assert (document.file, keys.file) == ("account.yml", "keys.yml")
    assert output.printed
    Reader(ansible, simulator).follow([document, keys, apply, output])
    (command,) = apply.commands
    assert "ai_gateway_apply" in command
    assert '"6 unchanged"' in ansible.run("bash", "-c", f"{command} -e edgeops_cloudflare_in_process=false")
