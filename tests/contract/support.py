# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Helpers of the contract tests: a gateway with all settings, a walk over the field tables, and Ansible's programs."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.ai_gateway import TASK_SPEC
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.declaration import Declaration
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec
from tests.simulator.handle import Simulator

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
COLLECTIONS = ROOT / ".venv/collections"
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py") if path.stem != "__init__")

# Each setting, and each part of it, with a value that is not its default; dlp in its second form.
FULL: dict[str, Any] = {
    "authentication": True,
    "byok_only": True,
    "cache_invalidate_on_update": False,
    "cache_ttl": 300,
    "collect_logs": True,
    "dlp": {
        "enabled": True,
        "policies": [{"id": "p", "enabled": True, "action": "BLOCK", "check": ["REQUEST"], "profiles": ["pii"]}],
    },
    "guardrails": {"prompt": {"P1": "BLOCK"}, "response": {"S13": "FLAG"}},
    "log_classification": True,
    "log_management": 20000,
    "log_management_strategy": "DELETE_OLDEST",
    "logpush": True,
    "logpush_public_key": "-----BEGIN PUBLIC KEY-----\nexample\n-----END PUBLIC KEY-----\n",
    "otel": [
        {
            "url": "https://otel.example.com/v1/traces",
            "headers": {"x-example": "example-value"},
            "authorization": "example-authorization",
            "content_type": "protobuf",
        }
    ],
    "rate_limiting_interval": 60,
    "rate_limiting_limit": 50,
    "rate_limiting_technique": "sliding",
    "retry_backoff": "linear",
    "retry_delay": 100,
    "retry_max_attempts": 3,
    "spend_limits": {
        "enabled": True,
        "rules": [
            {
                "id": "rule",
                "limit": 2.5,
                "limit_type": "cost",
                "window": 3600,
                "enabled": False,
                "technique": "fixed",
                "metadata": {"team": {"mode": "filter", "values": ["red"]}, "user": {"mode": "partition"}},
                "model": {"mode": "filter", "values": ["example-model"]},
                "provider": {"mode": "filter", "values": ["openai"]},
            }
        ],
    },
    "store_id": "example-store",
    "stripe": {"authorization": "example-stripe-key", "usage_events": [{"payload": "{}"}]},
    "workers_ai_billing_mode": "postpaid",
    "zdr": True,
}
# Keys of the documentation that argument specs do not have.
NOT_IN_SPECS = ("description", "suboptions", "version_added", "version_added_collection")
DLP_SIMPLE = {"enabled": True, "action": "FLAG", "profiles": ["pii"]}


def walk(fields: Iterable[Field], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Field]]:
    """Yield each field with its path of option names. The contents of dicts with free keys are left out."""
    for field in fields:
        yield (*path, field.name), field
        yield from walk(field.fields, (*path, field.name))


def option_by_spec(option: Mapping[str, Any]) -> dict[str, Any]:
    """Return the expected documentation of an option of a spec."""
    shown = {name: option[name] for name in ("elements", "choices", "default", "aliases") if option.get(name) is not None}
    shown.update({"type": option.get("type", "str"), "required": option.get("required", False)})
    if "options" in option:
        shown["suboptions"] = {name: option_by_spec(part) for name, part in option["options"].items()}
    return shown


def option_by_document(option: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documentation of an option without its prose."""
    shown = {"type": "str", "required": False}
    shown.update({name: value for name, value in option.items() if name not in NOT_IN_SPECS})
    if "suboptions" in option:
        shown["suboptions"] = {name: option_by_document(part) for name, part in option["suboptions"].items()}
    return shown


def described(options: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each option and suboption with its description."""
    for name, option in options.items():
        yield (*path, name), option["description"]
        yield from described(option.get("suboptions", {}), (*path, name))


def task_spec_of(module: str) -> TaskSpec:
    """Return the task spec that ``main()`` of the module executes."""
    code = importlib.import_module(f"ansible_collections.edgeops.cloudflare.plugins.modules.{module}")
    task_spec: TaskSpec = code.TASK_SPEC
    return task_spec


class Invalid(Exception):
    """Ansible refuses the options by the argument spec, before the module validates them."""


def declared(**options: Any) -> Declaration:
    """Return the declaration of a task with these options. ``id`` is ``gateway`` unless it is given.

    :raises Invalid: if Ansible refuses the options by the argument spec.
    :raises InvalidOptions: if the module refuses them.
    """
    result = ArgumentSpecValidator(TASK_SPEC.argument_spec()).validate({"id": "gateway", **options})
    if result.error_messages:
        raise Invalid("; ".join(result.error_messages))
    declaration: Declaration = TASK_SPEC.parse_options(result.validated_parameters).declaration
    return declaration


class Ansible:
    """Ansible's programs in a clean environment, with this collection, and with a simulator as the API.

    :param programs: the directory of the programs.
    :param collections: the directory that contains the collection.
    """

    recap = re.compile(r"^localhost +: ok=(\d+) +changed=\d+ +unreachable=(\d+) +failed=(\d+) +skipped=(\d+)", re.MULTILINE)

    def __init__(self, folder: Path, simulator: Simulator, programs: Path = PROGRAMS, collections: Path = COLLECTIONS) -> None:
        self.folder = folder
        # An empty file, so that Ansible does not read another one.
        (folder / "ansible.cfg").touch()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not _foreign(name)},
            "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)]),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "CLOUDFLARE_ACCOUNT_ID": simulator.account_id,
            "CLOUDFLARE_AI_GATEWAY_URL": simulator.gateway_url,
            "CLOUDFLARE_API_TOKEN": simulator.api_token,
            "CLOUDFLARE_BASE_URL": simulator.base_url,
        }

    def start(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run the program, and return the completed process, which may have failed."""
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    def run(self, *command: str) -> str:
        """Run the program, which must succeed, and return its output."""
        done = self.start(*command)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def play(self, plays: list[dict[str, Any]]) -> str:
        """Run the plays, all of whose tasks must run and succeed, and return the output of ansible-playbook."""
        playbook = self.folder / "playbook.yml"
        playbook.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
        output = self.run("ansible-playbook", str(playbook))
        recap = self.recap.search(output)
        assert recap, output
        ok, *others = (int(count) for count in recap.groups())
        assert ok >= sum(len(play["tasks"]) for play in plays), output
        assert not any(others), output
        return output


def play_of(tasks: list[dict[str, Any]], variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a play with these tasks on localhost."""
    return {"name": "Tasks", "hosts": "localhost", "gather_facts": False, "vars": dict(variables or {}), "tasks": tasks}


def _foreign(name: str) -> bool:
    return name.startswith(("ANSIBLE_", "CLOUDFLARE_", "PYTHON")) or name.lower().endswith("_proxy")
