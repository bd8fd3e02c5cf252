# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The application: the control routes, and the API for everything else."""

from __future__ import annotations

from fastapi import FastAPI

from tests.simulator.control import control_routes
from tests.simulator.edge import Edge
from tests.simulator.state import State


def create_app(state: State) -> FastAPI:
    """Return the application for one state. The framework's own pages are disabled, because their paths belong to the API."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(control_routes(state))
    # Not a mount, because a mount only accepts paths that begin with a slash.
    app.router.default = Edge(state)
    return app
