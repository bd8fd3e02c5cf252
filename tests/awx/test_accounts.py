# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example inventory with a host for each account: one token for all, one token each, and slices that run at the same time."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.awx.conftest import NewJob
from tests.awx.jobs import Job
from tests.awx.support import AWX, clean_environment
from tests.simulator.handle import Simulator

Json = dict[str, Any]
APPLY = "ai_gateway_apply.yml"
GROUP = "cloudflare_accounts"
# The template's extra variables.
VARIABLES = {"cloudflare_hosts": GROUP}
TOKENS = {"shop": "example-token-of-the-shop", "support": "example-token-of-the-support"}
VAULT_PASSWORD = "example-vault-password"
# More requests than the quota allows, even for one slice alone.
GATEWAYS = [{"id": f"gateway-{number}"} for number in range(41)]
QUOTA = {"limit": 40, "window": 4, "block": 4}


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """Return the hosts with their variables, as AWX imports them from the inventory in the project."""
    home = tmp_path_factory.mktemp("inventory")
    command = ["ansible-inventory", "--inventory", str(AWX / "project/accounts.yml"), "--list"]
    done = subprocess.run(command, env=clean_environment(home), check=True, capture_output=True, text=True)
    found: dict[str, Json] = json.loads(done.stdout)["_meta"]["hostvars"]
    return found


def declared(accounts: dict[str, Json], host: str) -> set[str]:
    return {gateway["id"] for gateway in accounts[host]["cloudflare_gateways"]}


def test_the_accounts_are_those_of_the_simulator(accounts: dict[str, Json], simulator: Simulator) -> None:
    ids = {host: variables["cloudflare_account_id"] for host, variables in accounts.items()}
    assert ids == {"shop": simulator.account_id, "support": simulator.other_account_id}


def test_one_credential_for_all_accounts(simulator: Simulator, new_job: NewJob, accounts: dict[str, Json]) -> None:
    """The account id of the credential is blank. Artifacts are separated by host."""
    job = new_job("credential_type_api_token", {"api_token": simulator.api_token})
    job.run(APPLY, VARIABLES, accounts, GROUP)
    assert job.succeeded, job.output
    for host, variables in accounts.items():
        stored = simulator.gateways(variables["cloudflare_account_id"])
        assert set(stored) == declared(accounts, host)
        assert all(gateway["authentication"] for gateway in stored.values())
    changed_ids = {host: set(summary["changed_ids"]) for host, summary in job.stats["cloudflare_apply"].items()}
    assert changed_ids == {host: declared(accounts, host) for host in accounts}


def vaulted(folder: Path, token: str) -> Json:
    """Return the encrypted token, as in an inventory."""
    password = folder / "vault-password"
    password.write_text(VAULT_PASSWORD, encoding="utf-8")
    command = ["ansible-vault", "encrypt_string", "--vault-password-file", str(password), token]
    done = subprocess.run(command, env=clean_environment(folder), check=True, capture_output=True, text=True)
    return {"__ansible_vault": yaml.safe_load(done.stdout.replace("!vault |", "|"))}


def test_a_token_for_each_account(simulator: Simulator, new_job: NewJob, accounts: dict[str, Json], tmp_path: Path) -> None:
    """The tokens are vaulted in the inventory, and the job has the vault password. Each account uses its own token. No artifact has one."""
    simulator.behave(tokens=dict.fromkeys(TOKENS.values(), "write"))
    hosts = {host: {**variables, "cloudflare_api_token": vaulted(tmp_path, TOKENS[host])} for host, variables in accounts.items()}
    job = new_job("credential_type_api_token", {})
    job.run(APPLY, VARIABLES, hosts, GROUP, f"--diff --vault-password-file {tmp_path / 'vault-password'}")
    assert job.succeeded, job.output
    used = {(request["path"].split("/")[4], request["headers"]["authorization"]) for request in simulator.requests()}
    assert used == {(accounts[host]["cloudflare_account_id"], f"Bearer {token}") for host, token in TOKENS.items()}
    assert {token: job.artifacts_with(token) for token in TOKENS.values()} == {token: [] for token in TOKENS.values()}


def test_slices_at_once_under_a_short_quota(simulator: Simulator, new_job: NewJob, accounts: dict[str, Json]) -> None:
    """Each slice has its own hosts. They share the quota of the token without coordination, and both succeed."""
    simulator.behave(quota=QUOTA)
    # The headers with the quota mostly prevent refusals, so one is injected.
    simulator.fault(method="POST", status=429, headers={"Retry-After": "1"}, skip=10)
    variables = {**VARIABLES, "cloudflare_gateways": GATEWAYS}
    slices = {host: new_job("credential_type_api_token", {"api_token": simulator.api_token}) for host in accounts}

    def run(host: str) -> Job:
        return slices[host].run(APPLY, variables, {host: accounts[host]}, GROUP)

    with ThreadPoolExecutor(len(slices)) as workers:
        jobs = list(workers.map(run, slices))
    assert [job.succeeded for job in jobs] == [True, True], "\n".join(job.output for job in jobs)
    for account in accounts.values():
        assert set(simulator.gateways(account["cloudflare_account_id"])) == {gateway["id"] for gateway in GATEWAYS}
    requests = simulator.requests()
    assert 429 in {request["status"] for request in requests}
    assert len(requests) > 2 * QUOTA["limit"]
    assert requests[-1]["time"] - requests[0]["time"] > QUOTA["window"]
    # All slices set the same artifact, and AWX keeps one of them.
    assert {name for job in jobs for name in job.stats} == {"cloudflare_apply"}
