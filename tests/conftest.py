# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator as a fixture, for all folders of tests.

ansible-test also loads this file for the unit tests, in environments without the simulator's requirements. The import is therefore inside
the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.simulator.handle import Simulator


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[Simulator]:
    """Yield a running simulator that is not reset between tests."""
    from tests.simulator.process import running_simulator

    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(shared_simulator: Simulator) -> Simulator:
    """Return the running simulator, after a reset."""
    shared_simulator.reset()
    return shared_simulator
