# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator for all tests here, the collection as users install it, and jobs that run with both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.awx.jobs import Job
from tests.awx.life import Stage, live, live_beside_a_neighbor
from tests.awx.rules import rendered
from tests.awx.support import CREDENTIAL_TYPES, clean_environment
from tests.simulator.handle import Simulator
from tests.simulator.process import running_simulator
from tests.tools.collection import install_collection

# Makes a job with the environment that a credential of the named type, with these inputs, gives it.
NewJob = Callable[[str, Mapping[str, str]], Job]
# By the fixture that returns its stages.
LIVES: Mapping[str, Callable[[Path], dict[str, Stage]]] = {"life": live, "shared_life": live_beside_a_neighbor}


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    running.reset()
    return running


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the built collection is installed."""
    folder = tmp_path_factory.mktemp("installed")
    install_collection(folder, clean_environment(folder))
    return folder


@pytest.fixture
def new_job(tmp_path_factory: pytest.TempPathFactory, installed: Path, running: Simulator) -> NewJob:
    def make(credential_type: str, inputs: Mapping[str, str]) -> Job:
        environment = rendered(CREDENTIAL_TYPES[credential_type], {"base_url": running.base_url, **inputs})
        return Job(tmp_path_factory.mktemp("job"), installed, environment)

    return make


@pytest.fixture(scope="session", autouse=True)
def under_way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[dict[str, Stage]]]]:
    """What takes longest, and is mostly waited for, goes on beside the other tests; only what a test asks for."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ()) if name in LIVES}
    with ThreadPoolExecutor(len(LIVES)) as workers:
        yield {name: workers.submit(LIVES[name], tmp_path_factory.mktemp(name)) for name in wanted}


@pytest.fixture(scope="session")
def life(under_way: dict[str, Future[dict[str, Stage]]]) -> dict[str, Stage]:
    """The stages of a life in AWX."""
    return under_way["life"].result()


@pytest.fixture(scope="session")
def shared_life(under_way: dict[str, Future[dict[str, Stage]]]) -> dict[str, Stage]:
    """The stages of a life in an AWX that another organization uses, too."""
    return under_way["shared_life"].result()
