# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Extract the collection awx.awx from the Python package that contains it into FOLDER. Usage: fetch.py FOLDER."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
COLLECTION = "ansible_collections/awx/awx/"


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download"]
        subprocess.run([*command, "--no-deps", "--require-hashes", "--dest", scratch, "--requirement", str(REQUIREMENTS)], check=True)
        (wheel,) = Path(scratch).glob("*.whl")
        with ZipFile(wheel) as package:
            package.extractall(folder, [name for name in package.namelist() if name.startswith(COLLECTION)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
