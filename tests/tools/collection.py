# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build and installation of the collection, as users do it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def install_collection(folder: Path, environment: Mapping[str, str]) -> None:
    """Build the tarball of the collection and install it into ``folder``, with the Ansible on the ``PATH`` of ``environment``."""
    build = ["ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(folder)]
    subprocess.run(build, env=environment, check=True, capture_output=True)
    (tarball,) = folder.glob("*.tar.gz")
    # Forced, because ansible-galaxy may regard the checkout as installed.
    install = ["ansible-galaxy", "collection", "install", str(tarball), "--force", "--offline", "--collections-path", str(folder)]
    subprocess.run(install, env=environment, check=True, capture_output=True)
