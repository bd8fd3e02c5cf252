# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection and the shipped definition with ansible-builder. No image is built, because that needs a container engine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.awx.support import AWX, ROOT, clean_environment

DEFINITION = ROOT / "extensions/execution_environment/execution-environment.yml"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the build context of the definition."""
    folder = tmp_path_factory.mktemp("builder")
    command = [
        "ansible-builder",
        "create",
        "--file",
        shutil.copy(DEFINITION, folder),
        "--context",
        "context",
        "--output-filename",
        "Containerfile",
    ]
    subprocess.run(command, cwd=folder, env=clean_environment(folder), check=True, capture_output=True)
    return folder / "context"


def requirements() -> list[str]:
    """Return the Python requirements of the collection in meta/."""
    named = read(ROOT / "meta/execution-environment.yml")["dependencies"]["python"]
    lines = (ROOT / named).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_installed_collection_declares_its_requirements(installed: Path) -> None:
    command = ["ansible-builder", "introspect", str(installed)]
    done = subprocess.run(command, env=clean_environment(installed), check=True, capture_output=True, text=True)
    python = yaml.safe_load(done.stdout)["python"]
    assert [line.split("  #")[0] for line in python] == requirements()
    assert any(line.startswith("requests>=") for line in python)


def test_the_definition_creates_a_build_context(context: Path) -> None:
    text = (context / "Containerfile").read_text(encoding="utf-8")
    assert read(DEFINITION)["images"]["base_image"]["name"] in text
    assert "ansible-core>=" in text


def test_the_definition_and_the_project_require_the_same_collection(context: Path) -> None:
    wanted = read(context / "_build/requirements.yml")["collections"]
    assert wanted == read(AWX / "project/collections/requirements.yml")["collections"]
    assert [entry["name"] for entry in wanted] == ["edgeops.cloudflare"]


def test_the_definition_requires_a_supported_ansible_core() -> None:
    requires = read(ROOT / "meta/runtime.yml")["requires_ansible"]
    assert read(DEFINITION)["dependencies"]["ansible_core"]["package_pip"] == f"ansible-core{requires}"


def test_requirements_txt_refers_to_meta() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["-r meta/ee-requirements.txt"]
