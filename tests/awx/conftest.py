# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the tests for AWX: a simulator, the installed collection, jobs that use both, and the stages of life.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.awx.jobs import Job
from tests.awx.life import Stage, run_shared_stages, run_stages
from tests.awx.rules import rendered
from tests.awx.support import CREDENTIAL_TYPES, clean_environment
from tests.simulator.handle import Simulator
from tests.tools.collection import install_collection

# Creates a job with the environment that a credential of the given type and inputs injects.
NewJob = Callable[[str, Mapping[str, str]], Job]
# By the name of the fixture that returns the stages.
STAGES: Mapping[str, Callable[[Path], dict[str, Stage]]] = {"stages": run_stages, "shared_stages": run_shared_stages}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the installed collection."""
    folder = tmp_path_factory.mktemp("installed")
    install_collection(folder, clean_environment(folder))
    return folder


@pytest.fixture
def new_job(tmp_path_factory: pytest.TempPathFactory, installed: Path, shared_simulator: Simulator) -> NewJob:
    def make(credential_type: str, inputs: Mapping[str, str]) -> Job:
        environment = rendered(CREDENTIAL_TYPES[credential_type], {"base_url": shared_simulator.base_url, **inputs})
        return Job(tmp_path_factory.mktemp("job"), installed, environment)

    return make


@pytest.fixture(scope="session", autouse=True)
def running_stages(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[dict[str, Stage]]]]:
    """Run the stages that the selected tests need in the background, because they take long and mostly wait."""
    needed = {name for item in request.session.items for name in getattr(item, "fixturenames", ()) if name in STAGES}
    with ThreadPoolExecutor(len(STAGES)) as workers:
        yield {name: workers.submit(STAGES[name], tmp_path_factory.mktemp(name)) for name in needed}


@pytest.fixture(scope="session")
def stages(running_stages: dict[str, Future[dict[str, Stage]]]) -> dict[str, Stage]:
    """Return the stages of an AWX of our own."""
    return running_stages["stages"].result()


@pytest.fixture(scope="session")
def shared_stages(running_stages: dict[str, Future[dict[str, Stage]]]) -> dict[str, Stage]:
    """Return the stages of an AWX that another organization uses, too."""
    return running_stages["shared_stages"].result()
