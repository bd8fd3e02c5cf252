# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task returns the same result in-process and as an ordinary module."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.in_process.conftest import BIN, HERE, ROOT, Playbooks
from tests.simulator.handle import Simulator

SWITCH = "edgeops_cloudflare_in_process"
# Without pipelining, each ordinary module starts several more processes.
FAST = {"ANSIBLE_PIPELINING": "true"}
# Values that differ in each run: times, ids of requests, and generated ids and targets of DNS records.
VOLATILE = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME"),
    (r"[0-9a-f]{16}-SIM", "RAY"),
    (r'"id": "[0-9a-f]{8}"', '"id": "MADE"'),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r'"(id|store_id|secret_id)": "[0-9a-f]{32}"', r'"\1": "MADE"'),
    (r"/stores/[0-9a-f]{32}", "/stores/MADE"),
    (r"\b[0-9a-f]{16}\.cname\.", "MADE.cname."),
    (r'"(created_at|modified_at|updated_at)": \d{10}(\d{3})?\b', r'"\1": "TIME"'),
    (r"after \d+\.\d s", "after N s"),
    (r'"duration_ms": \d+', '"duration_ms": "N"'),
    (r"answered in \d+ ms", "answered in N ms"),
)


def without_volatile_values(result: object) -> str:
    text = json.dumps(result, sort_keys=True, indent=1)
    for pattern, name in VOLATILE:
        text = re.sub(pattern, name, text)
    return text


def failure(code: int, message: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"code": code, "message": message}]}


# Two gateways that cannot be changed, for tasks that must fail partly.
SCENE = {
    "gateways": {Simulator.account_id: {"refused": {}, "stays": {}}},
    "faults": [
        {"method": "PUT", "path": "/refused$", "times": None, "status": 400, "json": failure(7001, "no planted-example-stripe")},
        {"method": "DELETE", "path": "/stays$", "times": None, "status": 403, "json": failure(10000, "no")},
    ],
}


def vaulted(name: str, tmp_path: Path) -> tuple[Path, Path]:
    """Return the playbook ``name`` with a vaulted value, and the password file."""
    password = tmp_path / "password"
    password.write_text("invented")
    command = [str(BIN / "ansible-vault"), "encrypt_string", "--vault-password-file", str(password), "planted-example-vaulted"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    block = "\n".join("      " + line.strip() for line in output.splitlines() if not line.startswith("!vault"))
    written = tmp_path / name
    written.write_text((HERE / name).read_text().replace("      VAULTED", block))
    return written, password


def check_identities(lines: list[dict[str, Any]]) -> None:
    """A secret that equals an id or a part of the endpoint corrupts neither. The recorded results are those that later tasks get."""
    found = [line["result"] for line in lines if line["task"].startswith("Secrets that are equal to")]
    assert found
    for result in found:
        ids = [entry["id"] for entry in result.get("results", [])] or [result["gateway"]["id"]]
        assert ids in (["support-bot"], ["support-bot", "billing-bot", "Odd Id"])
        facts = result.get("ansible_facts", {}).get("cloudflare_ai_gateway", result.get("gateway"))
        shown = result.get("gateways", {}).get("support-bot", facts)
        assert (shown["id"], shown["store_id"]) == ("support-bot", "support-bot-store")
        assert {*shown["otel"][0]["headers"].values()} == {"VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
        assert result.get("endpoint", "/support-bot").endswith("/support-bot")


def check_names(lines: list[dict[str, Any]]) -> None:
    """A key that equals an alias corrupts neither the alias nor the names that contain it."""
    (found,) = [line["result"] for line in lines if line["task"].startswith("A key that is equal to")]
    assert (found["provider_config"]["alias"], found["steps"][-1]["name"]) == ("batch", "keys_openai_batch")


def check_account(lines: list[dict[str, Any]]) -> None:
    """All kinds are in the results, and a key that equals an alias does not corrupt it."""
    (found,) = [line["result"] for line in lines if line["task"] == "An account with diff"]
    assert {entry["operation"] for entry in found["results"]} == {"created", "updated"}
    assert list(dict.fromkeys(entry["kind"] for entry in found["results"])) == [
        "custom_provider",
        "gateway",
        "provider_config",
        "dynamic_route",
        "policy",
        "custom_domain",
    ]
    assert set(found["account"]["gateways"]["a"]["provider_configs"]) == {"openai/default", "custom-own/batch"}
    (failed,) = [line["result"] for line in lines if line["task"] == "Some that fail, with diff"]
    assert failed["summary"]["failed"] == 8


PLAYBOOKS: dict[str, Callable[..., None]] = {
    "same_result.yml": check_identities,
    "same_result_account.yml": check_account,
    "same_result_fleet.yml": check_identities,
    "same_result_keys.yml": check_names,
}


def test_every_module_is_compared() -> None:
    """`make test` runs only one integration target as an ordinary module because of this."""
    text = "".join((HERE / name).read_text() for name in PLAYBOOKS)
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert set(re.findall(r"edgeops\.cloudflare\.(ai_gateway\w*):", text)) == modules


@pytest.mark.parametrize(("name", "check"), PLAYBOOKS.items())
def test_results_are_the_same_in_both_ways(playbooks: Playbooks, name: str, check: Callable[..., None], tmp_path: Path) -> None:
    path, password = vaulted(name, tmp_path)
    results = {}
    for way in ("true", "false"):
        playbooks.simulator.reset(**SCENE)
        results[way] = playbooks.run(path, "--vault-password-file", str(password), "-e", f"{SWITCH}={way}", "-vvv", env=FAST)
        assert ("ordinary module" in playbooks.output) == (way == "false")
        assert "planted-example" not in "".join(without_volatile_values(line) for line in results[way] if "item" not in line["ending"])
    # Every playbook has at least 20 tasks. A run that ends early would compare too little.
    assert len(results["true"]) >= 20
    for here, module in zip(results["true"], results["false"], strict=True):
        assert without_volatile_values(here) == without_volatile_values(module), here["task"]
    check(results["false"])
    endings = {line["ending"] for line in results["true"]}
    assert endings == {"ok", "failed", "item ok", "item failed"}
