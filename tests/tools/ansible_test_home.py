# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare a home folder where ansible-test can install what it needs from the registry that pip is configured for.

Usage: ansible_test_home.py FOLDER, run by the Python whose pip settings are used.

ansible-test starts its tools with almost no environment, so pip's settings must be in a file of that home. It also downloads the
installer of pip from a fixed URL, unless a file of the right name is in its cache. The stand-in written here installs the version
of pip that ansible-test requests with the pip that every Python contains.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

# ansible-core 2.17; 2.18 and 2.19; 2.20 and 2.21
INSTALLER_VERSIONS = ("23_1_2", "24_2", "25_2")

# pip is installed once for each Python, and copied into each environment, because installing pip takes longer than most packages.
INSTALLER = """\
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile

wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
pips = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pips")
ready = os.path.join(pips, "-".join(["%d.%d" % sys.version_info[:2], *wanted]))
if not os.path.isdir(ready):
    # As a program: ensurepip.bootstrap() would switch off pip's configuration files for this process.
    subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
    os.makedirs(pips, exist_ok=True)
    draft = tempfile.mkdtemp(dir=pips)
    subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", "--compile", "--target", draft, *wanted])
    shutil.rmtree(os.path.join(draft, "bin"))
    subprocess.check_call([sys.executable, "-m", "pip", "uninstall", "--quiet", "--yes", "pip"])
    try:
        os.rename(draft, ready)
    except OSError:  # another run was faster
        shutil.rmtree(draft)
shutil.copytree(ready, sysconfig.get_path("purelib"), dirs_exist_ok=True)
"""


def pip(*words: str) -> str:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pip_settings() -> RawConfigParser:
    """Return the settings of `pip config list`, and the caller's cache folder. The environment takes precedence over files."""
    settings = RawConfigParser()
    settings.add_section("global")
    settings.set("global", "cache-dir", pip("cache", "dir").strip())
    # Lines are section.name='value', and :env:.name='value' for PIP_NAME.
    lines = [line.split("=", 1) for line in pip("config", "list").splitlines()]
    for key, value in sorted(lines, key=lambda line: line[0].startswith(":env:")):
        section, name = key.split(".", 1)
        section = "global" if section == ":env:" else section
        if name in ("config-file", "require-virtualenv"):
            continue
        if not settings.has_section(section):
            settings.add_section(section)
        settings.set(section, name, str(ast.literal_eval(value)))
    if not settings.has_section("install"):
        settings.add_section("install")
    settings.set("install", "quiet", "2")  # errors only, because ansible-test runs pip about thirty times
    settings.set("install", "no-compile", "true")  # most installed modules are never imported
    return settings


def write(path: Path, text: str) -> None:
    """Replace the file atomically, because two runs of ansible-test may share this home."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def main(home: Path) -> None:
    settings = pip_settings()
    lines = []
    for section in settings.sections():
        lines.append(f"[{section}]")
        lines += [f"{name} = " + value.strip().replace("\n", "\n    ") for name, value in settings.items(section)]
    write(home / ".config/pip/pip.conf", "\n".join(lines) + "\n")
    for version in INSTALLER_VERSIONS:
        write(home / f".ansible/test/cache/get_pip_{version}.py", INSTALLER)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
