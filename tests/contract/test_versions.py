# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version of the collection in all files that contain it, and the versions that added plugins, options and return values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import USER_AGENT
from tests.contract.support import ROOT, Ansible
from tests.tools import interface, release
from tests.tools.release import MINIMUM_PLACES, PLACES, VERSION, problems_of, versions_in, write_version

CURRENT = interface.current_version()
UPCOMING = interface.upcoming_version()
RELEASES = interface.releases()
SHIPPED = ("README.md", "docs", "extensions", "meta", "playbooks", "plugins")
# Upgrade notes describe versions.
ABOUT_VERSIONS = {"docs/upgrading.md"}
OTHER_KINDS = tuple(kind for kind in interface.KINDS if kind != "module")
# Directories that contain no plugins for users.
INTERNAL = {"action", "doc_fragments", "module_utils", "plugin_utils"}

Json = dict[str, Any]


@pytest.fixture(scope="module")
def documents(ansible: Ansible, documented: dict[str, Json]) -> dict[str, Json]:
    """Return what ansible-doc shows of each plugin, by its short name."""
    return {**documented, **interface.documents(ansible.run, OTHER_KINDS)}


@pytest.fixture(scope="module")
def parts(documents: dict[str, Json]) -> dict[str, str]:
    """Return the options and return values of all plugins, with the versions that added them."""
    return {name: version for plugin, document in documents.items() for name, version in interface.parts_of(plugin, document).items()}


def released_plugins() -> dict[str, str]:
    """Return the plugins in the changelog, with the release of each."""
    return {
        plugin["name"]: version
        for version, release in RELEASES.items()
        for kind in (release.get("modules", []), *release.get("plugins", {}).values())
        for plugin in kind
    }


def changes(version: str) -> Json:
    """Return the changes of a release, or those in the fragments if it is not released yet."""
    if version in RELEASES:
        found: Json = RELEASES[version]["changes"]
        return found
    fragments = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "changelogs/fragments").glob("*.yml")]
    return {section: content for fragment in fragments for section, content in fragment.items()}


@pytest.mark.parametrize("path", PLACES)
def test_a_file_has_the_version_of_galaxy_yml(path: str) -> None:
    assert versions_in(path) == [CURRENT]


@pytest.mark.parametrize("path", MINIMUM_PLACES)
def test_files_for_awx_require_the_current_or_the_upcoming_version(path: str) -> None:
    (version,) = versions_in(path)
    assert version in (CURRENT, UPCOMING)


def test_no_other_file_has_the_version() -> None:
    files = [path for name in SHIPPED for path in ((ROOT / name).rglob("*.*") if (ROOT / name).is_dir() else [ROOT / name])]
    versions = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, {CURRENT, UPCOMING}))})(?![\w.])")
    known = re.compile(rf"version_added: {VERSION}$", re.MULTILINE)
    found = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.suffix in (".md", ".py", ".yml", ".json") and versions.search(known.sub("", path.read_text(encoding="utf-8")))
    }
    assert found - ABOUT_VERSIONS == {*PLACES, *MINIMUM_PLACES} - {"galaxy.yml"}


def test_the_user_agent_contains_the_version() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert f"ansible-{galaxy['namespace']}.{galaxy['name']}/{galaxy['version']}" == USER_AGENT


def test_the_version_is_released_or_newer_than_all_releases() -> None:
    assert max({*RELEASES, CURRENT}, key=interface.ordered) == CURRENT


def test_all_plugins_are_documented(documents: dict[str, Json]) -> None:
    files = [path for path in (ROOT / "plugins").glob("*/*.py") if path.parent.name not in INTERNAL and path.stem != "__init__"]
    assert sorted(documents) == sorted(path.stem for path in files)


def test_version_added_of_plugins_matches_the_changelog(documents: dict[str, Json]) -> None:
    released = released_plugins()
    assert {plugin: document["doc"]["version_added"] for plugin, document in documents.items()} == {
        plugin: released.get(plugin, UPCOMING) for plugin in documents
    }


def test_version_added_of_options_and_values_matches_the_releases(parts: dict[str, str]) -> None:
    released = interface.released_parts()
    wrong = {name: version for name, version in parts.items() if version != released.get(name, UPCOMING)}
    assert wrong == {}, f"version_added should be {UPCOMING}, or that of tests/tools/released.txt"


def test_no_released_plugin_option_or_value_is_missing(documents: dict[str, Json], parts: dict[str, str]) -> None:
    assert set(released_plugins()) <= set(documents)
    assert set(interface.released_parts()) <= set(parts)


def test_the_recorded_releases_are_those_of_the_changelog() -> None:
    assert set(interface.released_parts().values()) <= set(RELEASES)


def test_breaking_changes_have_upgrade_notes() -> None:
    page = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")
    breaking = [version for version in {*RELEASES, UPCOMING} if "breaking_changes" in changes(version)]
    assert not [version for version in breaking if not re.search(rf"^## .*\bto {re.escape(version)}$", page, re.MULTILINE)]


def test_parts_are_at_least_as_new_as_what_contains_them() -> None:
    suboptions = {"c": {}, "d": {"version_added": "0.10.0"}}
    options = {"a": {"version_added": "0.1.0"}, "b": {"version_added": "0.9.0", "suboptions": suboptions}}
    document = {"doc": {"version_added": "0.2.0", "options": options}, "return": {"e": {"contains": {"f": {}}}}}
    assert interface.parts_of("p", document) == {
        "p option a": "0.2.0",
        "p option b": "0.9.0",
        "p option b.c": "0.9.0",
        "p option b.d": "0.10.0",
        "p value e": "0.2.0",
        "p value e.f": "0.2.0",
    }


@pytest.mark.parametrize("version", ["", "1", "1.2", "1.2.0-dev", "v1.2.0", "0.0.9", *RELEASES])
def test_a_release_that_is_invalid_or_not_new_is_refused(version: str) -> None:
    assert problems_of(version)


@pytest.mark.parametrize("path", [*PLACES, *MINIMUM_PLACES])
def test_a_release_changes_nothing_else_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str) -> None:
    before = (ROOT / path).read_text(encoding="utf-8")
    (version,) = versions_in(path)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(before, encoding="utf-8")
    write_version(path, "9.10.11")
    assert versions_in(path) == ["9.10.11"]
    write_version(path, version)
    assert (tmp_path / path).read_text(encoding="utf-8") == before
