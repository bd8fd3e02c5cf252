# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks as jobs: surveys, lists, artifacts, and no secrets in any of the files of a job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.awx.conftest import NewJob
from tests.awx.jobs import LOCALHOST, Job
from tests.awx.support import ROOT, SURVEYS
from tests.simulator.handle import Simulator

Json = dict[str, Any]
APPLY, AUDIT, EXPORT = "ai_gateway_apply.yml", "ai_gateway_audit.yml", "ai_gateway_export.yml"
TOKEN = "example-token-that-must-not-show"
# Secrets in a declaration. Below: a secret that only the server has.
DECLARED = {
    "otel": [
        {
            "url": "https://otel.example.com/v1/traces",
            "headers": {"x-key": "example-header-that-must-not-show"},
            "authorization": "example-authorization-that-must-not-show",
        }
    ],
    "stripe": {"authorization": "example-stripe-key-that-must-not-show", "usage_events": [{"payload": "{}"}]},
}
STORED = "example-value-of-the-server-that-must-not-show"
SECRETS = (
    TOKEN,
    "example-header-that-must-not-show",
    "example-authorization-that-must-not-show",
    "example-stripe-key-that-must-not-show",
    STORED,
)
LISTED = [{"id": "one", **DECLARED}, {"id": "two", "cache_ttl": 60}]


def token_inputs(simulator: Simulator, token: str = TOKEN) -> dict[str, str]:
    simulator.behave(tokens={token: "write"})
    return {"api_token": token, "account_id": simulator.account_id}


def seed(simulator: Simulator) -> None:
    """Store a gateway with a secret that is not declared."""
    simulator.seed({"id": "two", "otel": [{"url": "https://otel.example.com", "headers": {}, "authorization": STORED}]})


def assert_no_secret(job: Job) -> None:
    assert job.artifacts_with("edgeops.cloudflare"), "the search finds nothing at all"
    assert {secret: job.artifacts_with(secret) for secret in SECRETS} == {secret: [] for secret in SECRETS}


def answers(survey: str, given: Mapping[str, Any]) -> Json:
    """Return the variables that AWX sets for answers: missing answers are the default, or an empty text."""
    found: Json = {}
    for question in SURVEYS[survey]["spec"]:
        if question["variable"] in given:
            found[question["variable"]] = given[question["variable"]]
        elif "default" in question:
            found[question["variable"]] = question["default"]
        elif question["type"].startswith("text"):
            found[question["variable"]] = ""
    return found


def test_the_answers_of_a_survey(simulator: Simulator, new_job: NewJob) -> None:
    """A blank answer changes nothing, 0 is not blank, and the text of a choice is a boolean. A survey never purges."""
    simulator.seed({"id": "one", "cache_ttl": 300, "retry_delay": 100, "authentication": False})
    simulator.seed({"id": "other"})
    given = {"gateway_id": "one", "gateway_cache_ttl": 0, "gateway_authentication": "true", "gateway_zdr": "", "gateway_retry_delay": ""}
    variables = {**answers("ai_gateway_apply", given), "cloudflare_purge": True}
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(APPLY, variables, arguments="--diff")
    assert job.succeeded, job.output
    stored = simulator.gateways()
    assert (stored["one"]["cache_ttl"], stored["one"]["authentication"], stored["one"]["retry_delay"]) == (0, True, 100)
    assert "other" in stored
    assert job.results("Gateways")[0]["results"][0]["changed_settings"] == ["authentication", "cache_ttl"]
    done = {
        "check_mode": False,
        "changed": True,
        "summary": {"created": 0, "updated": 1, "deleted": 0, "unchanged": 0, "failed": 0},
        "changed_ids": ["one"],
        "failed_ids": [],
    }
    assert job.stats == {"cloudflare_apply": {"localhost": done}}
    assert job.results("Show what was done")[0]["msg"] == ["updated one", "0 unchanged"]
    assert_no_secret(job)


@pytest.mark.parametrize("arguments", ["--diff", "--check --diff"])
def test_a_list_with_secrets(simulator: Simulator, new_job: NewJob, arguments: str) -> None:
    """In run and in check mode, with a blank survey and a Global API Key. Check mode writes nothing, and reports the same."""
    seed(simulator)
    inputs = {"api_email": simulator.api_email, "api_key": simulator.api_key, "account_id": simulator.account_id}
    variables = {"cloudflare_gateways": LISTED, **answers("ai_gateway_apply", {})}
    job = new_job("credential_type_api_key", inputs).run(APPLY, variables, arguments=arguments)
    assert job.succeeded, job.output
    check = "--check" in arguments
    assert ({request["method"] for request in simulator.requests()} == {"GET"}) is check
    assert ("one" in simulator.gateways()) is not check
    assert job.stats["cloudflare_apply"]["localhost"]["changed_ids"] == ["one", "two"]
    assert job.stats["cloudflare_apply"]["localhost"]["check_mode"] is check
    assert "cache_ttl" in job.results("Gateways")[0]["diff"][1]["after"]
    assert job.artifacts_with(simulator.api_key) == []
    assert_no_secret(job)


def test_there_is_no_diff_by_default_and_facts_are_stored_in_clear(simulator: Simulator, new_job: NewJob) -> None:
    """AWX would only store the gateways of a host, with masked secrets."""
    seed(simulator)
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(APPLY, {"cloudflare_gateways": LISTED})
    assert job.succeeded, job.output
    assert "diff" not in job.results("Gateways")[0]
    facts = job.facts()
    assert set(facts) == {"cloudflare_ai_gateways"}
    assert set(facts["cloudflare_ai_gateways"]) == {"one", "two"}
    assert facts["cloudflare_ai_gateways"]["one"]["otel"][0]["url"] == "https://otel.example.com/v1/traces"
    assert_no_secret(job)


def test_an_audit_reports_differences(simulator: Simulator, new_job: NewJob) -> None:
    """An audit changes nothing, fails if it is configured to, and always stores its findings in the artifacts."""
    seed(simulator)
    simulator.seed({"id": "stranger", "authentication": True})
    variables = {"cloudflare_gateways": LISTED, **answers("ai_gateway_audit", {"audit_fails": "true"})}
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(AUDIT, variables, arguments="--diff")
    assert not job.succeeded
    found = {"missing": ["one"], "drifted": ["two"], "undeclared": ["stranger"], "without_authentication": ["two"]}
    assert job.results("Show what was found")[0]["msg"] == [
        "authentication is off: gateway two",
        "missing: gateway one",
        "drifted: gateway two (cache_ttl)",
        "not declared: gateway stranger",
    ]
    assert job.stats == {"cloudflare_audit": {"localhost": {**found, "gateways": 2}}}
    assert {request["method"] for request in simulator.requests()} == {"GET"}
    assert not any(result.get("changed") for result in job.results("Compare them with what is declared"))
    assert_no_secret(job)


def test_an_audit_needs_no_declaration_and_runs_in_check_mode(simulator: Simulator, new_job: NewJob) -> None:
    seed(simulator)
    variables = answers("ai_gateway_audit", {})
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(AUDIT, variables, arguments="--check --diff")
    assert job.succeeded, job.output
    found = {"missing": [], "drifted": [], "undeclared": [], "without_authentication": ["two"]}
    assert job.stats == {"cloudflare_audit": {"localhost": {**found, "gateways": 1}}}
    assert_no_secret(job)


def test_a_job_requires_exactly_one_declaration(simulator: Simulator, new_job: NewJob) -> None:
    """No declaration is refused, and so are two, because one of them would be ignored."""
    local = LOCALHOST["localhost"]
    hosts = {"none": local, "both": {**local, "gateway_id": "one", "cloudflare_gateways": []}}
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(APPLY, {"cloudflare_hosts": "all"}, hosts)
    assert not job.succeeded
    messages = [result["msg"] for result in job.results("There is one declaration")]
    assert messages == ["Answer gateway_id, or set cloudflare_gateways or cloudflare_account, and only one of them."] * 2
    assert simulator.requests() == []


def test_failed_items_are_in_the_artifacts(simulator: Simulator, new_job: NewJob) -> None:
    simulator.fault(method="PUT", status=400, json={"success": False, "errors": [{"code": 7001, "message": "no"}]}, times=None)
    seed(simulator)
    variables = {"cloudflare_gateways": [{"id": "new"}, {"id": "two", "cache_ttl": 60}]}
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(APPLY, variables)
    assert not job.succeeded
    summary = job.stats["cloudflare_apply"]["localhost"]
    assert (summary["changed_ids"], summary["failed_ids"]) == (["new"], ["two"])


ACCOUNT = {
    "gateways": [
        {
            "id": "two",
            "authentication": True,
            "cache_ttl": 60,
            "provider_configs": [{"provider_slug": "openai", "secret": TOKEN}],
            "dynamic_routes": [],
        },
    ]
}


def test_an_audit_of_an_account_stores_its_report_in_the_artifacts(simulator: Simulator, new_job: NewJob) -> None:
    seed(simulator)
    simulator.seed({"id": "stranger", "authentication": True})
    simulator.seed_item("provider_configs", {"gateway_id": "stranger", "provider_slug": "anthropic"})
    variables = {"cloudflare_account": ACCOUNT, **answers("ai_gateway_audit", {"audit_fails": "true", "audit_artifact": "true"})}
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(AUDIT, variables)
    assert not job.succeeded
    assert job.stats["cloudflare_audit"]["localhost"] == {
        "failed": [],
        "without_authentication": ["gateway two"],
        "missing": ["provider_config two openai/default"],
        "drifted": ["gateway two"],
        "route_warnings": [],
        "old_keys": [],
        "undeclared": ["gateway stranger"],
        "gateways": 2,
    }
    report = job.stats["cloudflare_audit_report"]["localhost"]
    assert report.startswith("# AI Gateways\n")
    assert "| `authentication` | `false` | `true` |" in report
    assert {request["method"] for request in simulator.requests()} == {"GET"}
    assert_no_secret(job)


def test_an_audit_that_cannot_compare_fails(simulator: Simulator, new_job: NewJob) -> None:
    """It fails even if findings do not fail the job."""
    seed(simulator)
    variables = {"cloudflare_account": {"gateways": [{"id": "two", "cache_ttl": -1}]}, **answers("ai_gateway_audit", {})}
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(AUDIT, variables)
    assert not job.succeeded
    (shown,) = job.results("Show what was found")
    assert shown["msg"][0].startswith("not compared: ")
    assert "cache_ttl" in shown["msg"][0]
    assert_no_secret(job)


def test_an_audit_refuses_a_report_without_a_format(simulator: Simulator, new_job: NewJob) -> None:
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(AUDIT, {"audit_report": "a.md, b.pdf"})
    assert not job.succeeded
    assert "must end with one of .md, .html, .xml, .json" in job.results("Each report has a format")[0]["msg"]
    assert simulator.requests() == []


def test_an_export_stores_its_files_in_the_artifacts(simulator: Simulator, new_job: NewJob) -> None:
    seed(simulator)
    variables = answers("ai_gateway_export", {"export_secrets": "true"})
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(EXPORT, variables)
    assert job.succeeded, job.output
    exported = job.stats["cloudflare_export"]["localhost"]
    assert list(exported["files"]) == ["account.yml"]
    assert "id: two" in exported["files"]["account.yml"]
    assert list(exported["secrets"]) == ["vault_two_otel_https_otel_example_com_authorization"]
    assert_no_secret(job)


def test_an_export_that_is_too_large_for_the_artifacts_fails(simulator: Simulator, new_job: NewJob) -> None:
    simulator.seed({"id": "two", "later": "x" * 100_000})
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(EXPORT, answers("ai_gateway_export", {}))
    assert not job.succeeded
    assert "Set export_to" in job.results("The files are small enough for the artifacts")[0]["msg"]
    assert job.stats == {}


def test_an_export_requires_a_destination(simulator: Simulator, new_job: NewJob) -> None:
    variables = answers("ai_gateway_export", {"export_artifact": "false"})
    job = new_job("credential_type_api_token", token_inputs(simulator)).run(EXPORT, variables)
    assert not job.succeeded
    assert simulator.requests() == []


def test_no_playbook_loops_over_possible_secrets() -> None:
    """Ansible shows the items of a loop, even for no_log options of the module. The names of files are not secret."""
    for name in (APPLY, AUDIT, EXPORT):
        text = (ROOT / "playbooks" / name).read_text(encoding="utf-8")
        assert re.findall(r"^ *with_", text, re.MULTILINE) == []
        assert set(re.findall(r"^ *loop: (.*)$", text, re.MULTILINE)) <= {
            '"{{ cloudflare_files }}"',
            '"{{ cloudflare_exported.files | list }}"',
        }
