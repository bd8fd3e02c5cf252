# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that Ansible itself shows, which no collection can prevent: those that docs/secrets.md warns of, and no others."""

from __future__ import annotations

from tests.in_process.conftest import Playbooks
from tests.security.scenes import ONE, SWITCH
from tests.security.watch import plant, watched


def stripe_of(secret: str) -> dict[str, object]:
    return {"authorization": secret, "usage_events": []}


def test_ansible_shows_it(playbooks: Playbooks, variables: str) -> None:
    # Each task has its own secret. That of the last one is a literal in the playbook.
    tasks = [
        {ONE: {"id": "a", "stripe": "{{ item }}"}, "loop": [stripe_of("{{ stripe }}")]},
        {ONE: {"id": "a", "stripe": "{{ item }}"}, "loop": [stripe_of("{{ part }}")], "loop_control": {"label": "one"}},
        {ONE: {"id": "a"}, "environment": {"CLOUDFLARE_API_TOKEN": "{{ header }}"}},
        {ONE: {"id": "a", "stripe": stripe_of("{{ extra }}")}, "vars": {SWITCH: False}},
        {ONE: {"id": "a", "api_token": plant("literal")}},
    ]
    play = {"hosts": "localhost", "gather_facts": False, "ignore_errors": True, "tasks": tasks}
    watch = watched(playbooks, [play], "-e", variables, ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_DISPLAY_ARGS_TO_STDOUT="1")
    assert {name: watch.places_of(name) for name in ("stripe", "part", "header", "extra", "literal")} == {
        "stripe": {"output", "log", "record.jsonl"},
        "part": {"output", "log", "record.jsonl"},
        "header": {"output", "log", "arguments"},
        "extra": {"remote"},
        "literal": {"output", "log", "playbook.yml"},
    }
