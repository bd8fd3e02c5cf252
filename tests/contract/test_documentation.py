# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documented options, compared with argument specs and field tables. Return values are in test_results.py."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.connection import DEFAULT_BASE_URL
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.listing import PAGE_SIZE
from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.transport import MAX_CONNECT_SECONDS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.account_document import CHILDREN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import COMMON_OPTIONS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.purge import DEFAULT_PURGE_LIMIT
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.workers import PROGRESS_SECONDS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import ELEMENT_TYPES, MAX_SHARES
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.info import READ_ONE_BY_ONE
from tests.contract.support import MODULES, ROOT, Ansible, described, option_by_document, option_by_spec, play_of, task_spec_of, walk
from tests.simulator.handle import Simulator

BOUNDS = ("minimum", "maximum", "above", "min_length", "max_length", "max_items")
# Documented environment variables that are no fallback of an option, because requests reads them itself.
READ_BY_REQUESTS = {"ca_path": "REQUESTS_CA_BUNDLE"}
READS_ONLY = {"ai_gateway_probe", *(module for module in MODULES if module.endswith("_info"))}
NUMBERS = {5.0: "five"}
# Existing gateways and other items for the examples.
SEEDED_GATEWAYS = {
    "ai_gateway_account_info": ("support-bot",),
    "ai_gateway_info": ("support-bot", "team-search"),
    "ai_gateways": ("team-support", "not-listed"),
    "ai_gateway_account": ("team-search", "team-trial"),
    "ai_gateway_policies": ("support-bot",),
}
SEEDED_SETTINGS = {"authentication": False, "cache_ttl": 60}
SEEDED_ITEMS: dict[str, tuple[str, dict[str, Any]]] = {
    "ai_gateway_custom_domain_info": ("custom_domains", {"gateway_id": "support-bot", "hostname": "ai.example.com"}),
    "ai_gateway_custom_provider_info": ("custom_providers", {"slug": "internal-llm"}),
    "ai_gateway_dynamic_route_info": ("dynamic_routes", {"gateway_id": "support-bot", "name": "support"}),
    "ai_gateway_policies_info": ("policies", {"gateway_id": "support-bot", "name": "company budget"}),
    "ai_gateway_provider_config_info": ("provider_configs", {"gateway_id": "support-bot", "provider_slug": "openai"}),
    "ai_gateway_secret_info": ("secrets", {"name": "support-bot_openai_default", "scopes": ["ai_gateway", "workers"]}),
}
# Variables in the examples.
VAULTED = (
    "vault_openai_key",
    "vault_new_openai_key",
    "vault_batch_openai_key",
    "vault_internal_llm_key",
    "vault_support_openai",
    "vault_support_house_llm",
)

Json = dict[str, Any]
# By path of option names.
Descriptions = dict[tuple[str, ...], Any]


def spec_of(module: str) -> Json:
    """Return the argument spec that the module uses."""
    return task_spec_of(module).argument_spec()


def prose(text: Any) -> str:
    return text if isinstance(text, str) else " ".join(text)


def plain(text: Any) -> str:
    """Return prose without values and names in markup."""
    return re.sub(r"\b[A-Z]+\([^)]*\)", "", prose(text))


@pytest.fixture(scope="session")
def document(documented: Json) -> Json:
    found: Json = documented["ai_gateway"]
    return found


@pytest.fixture(scope="session")
def descriptions(document: Json) -> Descriptions:
    return dict(described(document["doc"]["options"]))


def test_no_example_uses_facts_as_top_level_variables() -> None:
    """ansible-core 2.24 provides facts in ``ansible_facts`` only."""
    shown = [
        ROOT / "README.md",
        *(path for folder in ("docs", "playbooks", "extensions", "plugins") for path in (ROOT / folder).rglob("*.*")),
    ]
    texts = {path: path.read_text() for path in shown if path.suffix in (".md", ".yml", ".py")}
    used = re.compile(r"(?:\{\{|that:|when:)[^}\n]*(?<!ansible_facts\.)(?<!edgeops\.)\bcloudflare_ai_gateways?\b")
    assert [str(path) for path, text in texts.items() if used.search(text)] == []
    assert used.search("{{ cloudflare_ai_gateway.id }}")
    assert not used.search("{{ ansible_facts.cloudflare_ai_gateway.id }}")


@pytest.mark.parametrize("module", MODULES)
def test_the_options_are_those_of_the_argument_spec(documented: Json, module: str) -> None:
    options = documented[module]["doc"]["options"]
    assert {name: option_by_document(option) for name, option in options.items()} == {
        name: option_by_spec(option) for name, option in spec_of(module).items()
    }


@pytest.mark.parametrize("module", MODULES)
def test_every_option_has_a_description_in_sentences(documented: Json, module: str) -> None:
    for path, text in described(documented[module]["doc"]["options"]):
        for sentence in [text] if isinstance(text, str) else text:
            assert re.fullmatch(r"[A-Z\d].*\.", sentence, re.DOTALL), path


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("plugins/modules/*.py"), *ROOT.glob("plugins/filter/*.py")]), ids=lambda path: path.stem
)
def test_every_page_of_the_reference_links_a_guide(path: Path) -> None:
    documentation = path.read_text(encoding="utf-8").partition("EXAMPLES = ")[0]
    guides = re.findall(r"^ +link: https://github\.com/.*/blob/main/(docs/[\w-]+\.md)$", documentation, re.MULTILINE)
    assert guides
    assert all((ROOT / guide).is_file() for guide in guides)


def test_every_module_is_documented(documented: Json) -> None:
    assert MODULES
    assert set(documented) == set(MODULES)
    for name, document in documented.items():
        assert document["doc"]["module"] == name
        assert all(document["doc"][part] for part in ("short_description", "description", "author", "version_added", "requirements"))
        assert document["examples"]
        assert document["return"]


TABLES = {module: task_spec_of(module).fields for module in MODULES}
BOUNDED = [
    pytest.param(module, path, field, id=".".join((module, *path)))
    for module, table in TABLES.items()
    for path, field in walk(table)
    if any(getattr(field, kind) is not None for kind in BOUNDS)
]


def test_the_tables_contain_all_options_that_are_not_common() -> None:
    for module, fields in TABLES.items():
        assert set(task_spec_of(module).argument_spec()) - {field.name for field in fields} <= set(COMMON_OPTIONS)


@pytest.mark.parametrize(("module", "path", "field"), BOUNDED)
def test_every_bound_is_in_the_description(documented: Json, module: str, path: tuple[str, ...], field: Field) -> None:
    description = dict(described(documented[module]["doc"]["options"]))[path]
    numbers = {int(number) for number in re.findall(r"\d+", plain(description))}
    missing = {kind: getattr(field, kind) for kind in BOUNDS if getattr(field, kind) is not None and getattr(field, kind) not in numbers}
    assert not missing, description


@pytest.mark.parametrize("kind", ELEMENT_TYPES)
def test_the_description_of_an_element_type_is_complete(documented: Json, kind: str) -> None:
    description = dict(described(documented["ai_gateway_dynamic_route"]["doc"]["options"]))["elements",]
    (text,) = [text for text in description if text.startswith(f"Type C({kind})")]
    of_type = ELEMENT_TYPES[kind]
    choices = [choice for field in of_type.properties for choice in field.choices]
    named = set(re.findall(r"C\((\w+)\)", text))
    assert {*of_type.outputs, *(field.name for field in of_type.properties), *choices} <= named
    assert not of_type.is_split or f"1 to {MAX_SHARES} outputs" in text


def test_the_limits_of_listings_are_documented(documented: Json) -> None:
    (ids,) = (text for path, text in described(documented["ai_gateway_info"]["doc"]["options"]) if path == ("ids",))
    assert f"each {GATEWAY.id.min_length} to {GATEWAY.id.max_length} characters" in prose(ids)
    assert f"Up to {READ_ONE_BY_ONE} are read one by one" in prose(ids)
    assert f"one request for every {PAGE_SIZE} gateways" in prose(ids)
    assert f"one request for every {PAGE_SIZE} gateways" in prose(documented["ai_gateways"]["doc"]["description"])
    assert f"every {NUMBERS[PROGRESS_SECONDS]} seconds" in prose(documented["ai_gateways"]["doc"]["notes"])


def test_the_kinds_and_limits_of_an_account_are_documented(documented: Json) -> None:
    document = documented["ai_gateway_account"]["doc"]
    options = dict(described(document["options"]))
    assert f"one request for every {PAGE_SIZE} gateways; one for every {PAGE_SIZE} custom providers" in prose(document["description"])
    assert set(re.findall(r"C\((\w+)\) (?:below a gateway )?is a list", prose(options["gateways",]))) == set(CHILDREN)
    assert f"The limit is {DEFAULT_PURGE_LIMIT} " in prose(options["purge_limit",])
    assert f"every {NUMBERS[PROGRESS_SECONDS]} seconds" in prose(document["notes"])


def test_the_values_filled_in_on_create_are_documented(descriptions: Descriptions) -> None:
    documented_values = {path: re.findall(r"V\((\w+)\) on a new gateway if not given", prose(text)) for path, text in descriptions.items()}
    filled: Descriptions = {(field.name,): [str(field.on_create).lower()] for field in GATEWAY.settings if field.on_create is not None}
    assert {path: values for path, values in documented_values.items() if values} == filled


def test_unset_lists_the_settings_that_can_be_cleared(descriptions: Descriptions) -> None:
    listed = re.findall(r"O\((\w+)\)", prose(descriptions["unset",]).partition("can be cleared")[2])
    assert listed == [field.name for field in GATEWAY.settings if field.nullable]


@pytest.mark.parametrize("module", MODULES)
def test_the_environment_variables_are_documented(documented: Json, module: str) -> None:
    spec = spec_of(module)
    read = {(name,): option["fallback"][1] for name, option in spec.items() if "fallback" in option}
    read.update({(name,): [variable] for name, variable in READ_BY_REQUESTS.items() if name in spec})
    documented_values = {path: re.findall(r"E\((\w+)\)", prose(text)) for path, text in described(documented[module]["doc"]["options"])}
    assert {path: variables for path, variables in documented_values.items() if variables} == read


def test_requests_reads_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(READ_BY_REQUESTS["ca_path"], "bundle.pem")
    assert requests.Session().merge_environment_settings(DEFAULT_BASE_URL, {}, None, True, None)["verify"] == "bundle.pem"


def test_numbers_and_addresses_in_the_prose(document: Json, descriptions: Descriptions) -> None:
    assert f"C({DEFAULT_BASE_URL})" in prose(descriptions["base_url",])
    assert f"At most {MAX_CONNECT_SECONDS} seconds" in prose(descriptions["timeout",])
    (requirement,) = (ROOT / "meta/ee-requirements.txt").read_text(encoding="utf-8").split("\n")[-2:-1]
    assert requirement.replace(">=", " >= ") in document["doc"]["requirements"][0]


@pytest.mark.parametrize("module", MODULES)
def test_the_attributes(documented: Json, module: str) -> None:
    attributes = documented[module]["doc"]["attributes"]
    assert {name: attribute["support"] for name, attribute in attributes.items()} == {
        "action_group": "full",
        "check_mode": "full",
        "diff_mode": "none" if module in READS_ONLY else "full",
        "platform": "full",
    }
    assert attributes["action_group"]["membership"] == ["edgeops.cloudflare.all"]
    assert attributes["platform"]["platforms"] == "posix"


def test_the_action_group_has_all_modules() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"] == {"all": MODULES}


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_run(documented: Json, ansible: Ansible, simulator: Simulator, module: str) -> None:
    tasks = yaml.safe_load(documented[module]["examples"])
    assert any(f"edgeops.cloudflare.{module}" in task for task in tasks)
    variables = {"cloudflare_account_id": simulator.account_id, "cloudflare_api_token": simulator.api_token}
    variables.update({name: f"example-of-{name}" for name in VAULTED})
    variables["vault_run_token"] = simulator.run_token
    for name in SEEDED_GATEWAYS.get(module, ()):
        simulator.seed({"id": name, **SEEDED_SETTINGS})
    seed_items(simulator, module)
    ansible.play([play_of(tasks, variables)])
    resource = task_spec_of(module).resource
    assert ({"GET"} if module in READS_ONLY else verbs_of(resource)) <= methods_on(resource, simulator.requests())


def seed_items(simulator: Simulator, module: str) -> None:
    """Store the items other than gateways that the examples of ``module`` need."""
    if module == "ai_gateway_probe":
        seed_probed_gateway(simulator)
    if module in SEEDED_ITEMS:
        kind, item = SEEDED_ITEMS[module]
        store = simulator.seed_item("stores", {"name": "default_secrets_store"})
        simulator.seed_item(kind, {"store_id": store["id"], **item} if kind == "secrets" else item)


def seed_probed_gateway(simulator: Simulator) -> None:
    """Store a gateway that answers requests with a stored key, and requests for a dynamic route."""
    store = simulator.seed_item("stores", {"name": "default_secrets_store"})
    simulator.seed({"id": "support-bot", "authentication": True, "store_id": store["id"]})
    secret = {"name": "support-bot_openai_default", "value": "example-key", "scopes": ["ai_gateway"], "store_id": store["id"]}
    simulator.seed_item("secrets", secret)
    simulator.seed_item("provider_configs", {"gateway_id": "support-bot", "provider_slug": "openai"})
    ends = {"success": {"elementId": "end"}, "fallback": {"elementId": "end"}}
    model = {"provider": "openai", "model": "gpt-4o-mini", "retries": 0, "timeout": 0}
    elements = [
        {"id": "start", "type": "start", "outputs": {"next": {"elementId": "model"}}},
        {"id": "model", "type": "model", "properties": model, "outputs": ends},
        {"id": "end", "type": "end", "outputs": {}},
    ]
    simulator.seed_item("dynamic_routes", {"gateway_id": "support-bot", "name": "best", "elements": elements})


def verbs_of(resource: Resource) -> set[str]:
    """Return the methods that read, create, update and delete the items of ``resource``, without PUT or PATCH if nothing can be updated."""
    is_updated = any(not setting.immutable for setting in resource.settings)
    return {"GET", "POST", "DELETE"} | ({resource.update_verb} if is_updated else set())


def methods_on(resource: Resource, journal: list[Json]) -> set[str]:
    """Return the methods of the requests for ``resource`` itself, without those for its children."""
    path = "/".join("[^/]+" if segment.startswith("{") else segment for segment in resource.path)
    return {request["method"] for request in journal if re.search(f"/accounts/[^/]+/{path}(/[^/]+)?$", request["path"])}
