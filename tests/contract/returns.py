# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that produce every return value of every module, and the tasks whose results contain each documented value."""

from __future__ import annotations

from typing import Any

from tests.contract.support import FULL, MODULES

Json = dict[str, Any]

# Tasks fail if their names begin with FAILS.
FAILS = "fails: "
WRONG_TOKEN, NO_ANSWER, WRONG_OPTION = f"{FAILS}wrong token", f"{FAILS}no answer", f"{FAILS}wrong option"
NEW_IN_CHECK_MODE, DELETED, REFUSED = "new, in check mode", "deleted", f"{FAILS}refused"
CREATED, LEAST, UPDATED, UNCHANGED = "created", "created with the least", "updated", "unchanged"
HISTORY = "with history"
PROVIDERS_ONLY = "custom providers only"
SOME_FAILED = f"{FAILS}some"
NOT_MET = f"{FAILS}expectation"
BESIDE = "new beside another, in check mode"
UNREACHABLE: Json = {"base_url": "http://127.0.0.1:9", "max_retries": 0}
UNKNOWN: Json = {"api_token": "example-of-a-wrong-token"}
REFUSAL: Json = {"extra_settings": {"no_such_setting": 1}}

# The shortest graph of a dynamic route.
SHORTEST: list[Json] = [{"id": "in", "type": "start", "outputs": {"next": {"element_id": "out"}}}, {"id": "out", "type": "end"}]


def split(share: float) -> list[Json]:
    """Return the graph of a route that splits requests into a share, in percent, and the rest."""
    shares = {f"{part:g}%": {"element_id": "out"} for part in (share, 100 - share)}
    return [
        {"id": "in", "type": "start", "outputs": {"next": {"element_id": "split"}}},
        {"id": "split", "type": "percentage", "outputs": shares},
        {"id": "out", "type": "end"},
    ]


# The gateway of the items that belong to one.
TWO: Json = {"gateway_id": "two"}
EVERYBODY: Json = {"name": "everybody", "actor": "company:all", "action": {"type": "no_limit"}}
CAP: Json = {"name": "cap", "actor": "user:{cf.user.email}", "action": {"type": "limit", "amount": 5, "period": "daily"}}
EXPECTED: list[Json] = [{"model": "gpt-4o", "provider": "openai", "allowed": True, "by": "everybody"}]
# Options of a probe. Below: return values that may be null, by module.
PROBED: Json = {**TWO, "provider": "openai", "retry_seconds": 0}
UNEXPECTED = f"{FAILS}unexpected"
NULLABLE = {
    "ai_gateway_account": {"results.parent"},
    "ai_gateway_probe": {"is_open", "status", "code", "duration_ms", "provider", "model", "step", "cache", "log_id"},
}
# Each setting with a value that is not its default, by module, for modules that return one item.
FULL_OF: dict[str, Json] = {
    "ai_gateway": FULL,
    "ai_gateway_custom_domain": {"zone_id": "0123456789abcdef" * 2, "min_tls": "1.2"},
    "ai_gateway_custom_provider": {
        "name": "One",
        "provider_base_url": "https://llm.example.com",
        "enable": False,
        "beta": True,
        "description": "An example",
        "headers": {"x-key": "example-header"},
        "link": "https://example.com",
        "curl_example": "curl",
        "js_example": "fetch",
        "position": 3,
        "logo": "PHN2Zy8+",
        "costs": [
            {
                "model": "large",
                "model_rule": "contains",
                "cost_type": "words",
                "cost_in": 0.25,
                "cost_out": 0.5,
                "token_pricing": {"cached": 0.125},
                "enable": False,
            }
        ],
    },
    "ai_gateway_dynamic_route": {"elements": split(10)},
    "ai_gateway_provider_config": {
        "secret": "example-key",
        "default_config": True,
        "rate_limit": 5,
        "rate_limit_period": 30,
    },
    "ai_gateway_secret": {"value": "example-key", "comment": "An example"},
}

# A document of an account with an object of every kind.
HOUSE: Json = {
    "slug": "house",
    "name": "House",
    "provider_base_url": "https://llm.example.com",
    "costs": [{"model": "large", "cost_in": 1}],
}
CHILDREN: Json = {
    "provider_configs": [{"provider_slug": "openai", "secret": "example-key"}],
    "dynamic_routes": [{"name": "chat", "elements": SHORTEST}],
    "policies": [EVERYBODY, CAP],
    "custom_domains": [{"hostname": "whole.example.com", "zone_id": "0123456789abcdef" * 2}],
}
WHOLE: Json = {"id": "whole", "authentication": True, **CHILDREN}
DOCUMENT: Json = {"custom_providers": [HOUSE], "gateways": [WHOLE]}
# Changes of everything that can be changed, and of a provider config, which must be recreated for it.
CHANGED_DOCUMENT: Json = {
    "custom_providers": [{"slug": "house", "description": "An example", "costs": []}],
    "gateways": [
        {
            "id": "whole",
            "cache_ttl": 1,
            "provider_configs": [{"provider_slug": "openai", "secret": "example-key", "rate_limit": 6, "recreate": True}],
            "dynamic_routes": [{"name": "talk", "rename_from": "chat", "elements": split(10)}],
            "policies": [{**CAP, "condition": "false"}],
            "custom_domains": [{"hostname": "whole.example.com", "state": "absent"}],
        }
    ],
}
PURGE: Json = {"gateways": [{"id": "whole", "dynamic_routes": [], "policies": [EVERYBODY]}], "purge": ["dynamic_routes", "policies"]}
DELETION: Json = {"custom_providers": [{"slug": "house", "state": "absent"}], "gateways": [{"id": "whole", "state": "absent"}]}
PURGED, ONLY_PROVIDERS = "purged", "only custom providers"


# The return value with the item, for modules that manage one item. Modules that read return a list: the same name with an s.
ITEMS = {
    module: module.replace("ai_gateway_", "") if module.startswith("ai_gateway_") else "gateway"
    for module in MODULES
    if f"{module}_info" in MODULES and module not in ("ai_gateway_account", "ai_gateway_policies")
}


def lifecycle(
    key: Json, other: Json, module: str, changes: dict[str, Json], least: Json, wrong: Json, refused: Json | None = None
) -> dict[str, Json]:
    """Return tasks for one item from its creation to its deletion, and tasks that fail.

    :param key: identifies the item. ``other`` identifies another item, which the server refuses.
    :param changes: options of tasks that change the item, by the names of the tasks.
    :param least: the options that a new item requires. ``refused`` are options that the server refuses.
    """
    full = {**key, **FULL_OF[module]}
    return {
        NEW_IN_CHECK_MODE: {"options": full, "check_mode": True, "diff": True},
        CREATED: {"options": full},
        UNCHANGED: {"options": full},
        **{name: {"options": {**key, **change}, "diff": True, "check_mode": name == BESIDE} for name, change in changes.items()},
        DELETED: {"options": {**key, "state": "absent"}},
        LEAST: {"options": {**key, **least}},
        REFUSED: {"options": {**other, **least, **(refused or REFUSAL)}},
        WRONG_TOKEN: {"options": {**key, **UNKNOWN}},
        NO_ANSWER: {"options": {**key, **UNREACHABLE}},
        WRONG_OPTION: {"options": {**key, **wrong}},
    }


def read_tasks(one: Json, **all_of: str) -> dict[str, Json]:
    """Return tasks that read all items that the options ``all_of`` select, a task that reads ``one`` of them, and tasks that fail."""
    return {
        "all": {"options": all_of},
        "one": {"options": {**all_of, **one}},
        WRONG_TOKEN: {"options": {**all_of, **UNKNOWN}},
        NO_ANSWER: {"options": {**all_of, **UNREACHABLE}},
        WRONG_OPTION: {"options": {**all_of, **{name: [""] for name in one}}},
    }


# By module, in execution order.
TASKS: dict[str, dict[str, Json]] = {
    "ai_gateway": {
        NEW_IN_CHECK_MODE: {"options": {"id": "one"}, "check_mode": True, "diff": True},
        CREATED: {"options": {"id": "one", **FULL}},
        UPDATED: {"options": {"id": "one", "cache_ttl": 1}, "diff": True},
        UNCHANGED: {"options": {"id": "one", "cache_ttl": 1}},
        DELETED: {"options": {"id": "one", "state": "absent"}},
        LEAST: {"options": {"id": "two"}},
        # A gateway without authentication does not use stored keys.
        "authenticated": {"options": {"id": "two", "authentication": True}},
        REFUSED: {"options": {"id": "one", **REFUSAL}},
        WRONG_TOKEN: {"options": {"id": "one", **UNKNOWN}},
        NO_ANSWER: {"options": {"id": "one", **UNREACHABLE}},
        WRONG_OPTION: {"options": {"id": "one", "cache_ttl": -1}},
    },
    # Objects of the gateway `two`, which exists by now. Each list of tasks leaves one item for the tasks that read.
    "ai_gateway_custom_domain": lifecycle(
        {**TWO, "hostname": "one.example.com"},
        {**TWO, "hostname": "other.example.com"},
        "ai_gateway_custom_domain",
        {},
        {"zone_id": "0123456789abcdef" * 2},
        {"min_tls": "1.2", "zone_id": "example"},
    ),
    "ai_gateway_custom_domain_info": read_tasks({"hostnames": ["one.example.com"]}, **TWO),
    "ai_gateway_dynamic_route": lifecycle(
        {**TWO, "name": "one"},
        {**TWO, "name": "other"},
        "ai_gateway_dynamic_route",
        {UPDATED: {"elements": SHORTEST}, "renamed": {"name": "later", "rename_from": "one"}, "renamed back": {"rename_from": "later"}},
        {"elements": SHORTEST},
        {"elements": [{"id": "in", "type": "start"}]},
        {"elements": split(12.5)},
    ),
    "ai_gateway_dynamic_route_info": {**read_tasks({"names": ["one"]}, **TWO), HISTORY: {"options": {**TWO, "history": True}}},
    # The first one finds no Secrets Store.
    "ai_gateway_secret": lifecycle(
        {"name": "one"},
        {"name": "other"},
        "ai_gateway_secret",
        {UPDATED: {"comment": "Another example"}, BESIDE: {"name": "beside", "value": "example-key"}},
        {"value": "example-key"},
        {"wait_timeout": 0},
    ),
    "ai_gateway_secret_info": read_tasks({"names": ["one"]}),
    "ai_gateway_provider_config": lifecycle(
        {**TWO, "provider_slug": "openai", "alias": "batch"},
        {**TWO, "provider_slug": "openai"},
        "ai_gateway_provider_config",
        {
            UPDATED: {"secret": "example-new-key", "update_secrets": "always"},
            "recreated": {"secret": "example-new-key", "rate_limit": 6, "recreate": True},
        },
        {"secret": "example-key"},
        {"rate_limit": -1},
    ),
    "ai_gateway_probe": {
        "answered": {"options": {**PROBED, "alias": "batch"}},
        "chat": {"options": {**PROBED, "alias": "batch", "model": "gpt-4o-mini", "request": True}},
        "no key": {"options": {**PROBED, "provider": "grok"}, "check_mode": True},
        "no gateway": {"options": {**PROBED, "gateway_id": "none"}},
        UNEXPECTED: {"options": {**PROBED, "provider": "grok", "expect": ["answered"]}},
        WRONG_TOKEN: {"options": {**PROBED, **UNKNOWN}},
        NO_ANSWER: {"options": {**PROBED, **UNREACHABLE}},
        WRONG_OPTION: {"options": {**PROBED, "max_tokens": 0}},
    },
    "ai_gateway_provider_config_info": read_tasks({"provider_slugs": ["openai"]}, **TWO),
    "ai_gateway_custom_provider": lifecycle(
        {"slug": "one"},
        {"slug": "other"},
        "ai_gateway_custom_provider",
        {UPDATED: {"description": "Another example"}, "other prices": {"costs": [{"model": "small", "cost_in": 1}]}},
        {"name": "One", "provider_base_url": "https://llm.example.com"},
        {"provider_base_url": "http://llm.example.com"},
    ),
    "ai_gateway_custom_provider_info": read_tasks({"slugs": ["one"]}),
    "ai_gateway_policies": {
        NEW_IN_CHECK_MODE: {"options": {**TWO, "policies": [EVERYBODY, CAP], "expect": EXPECTED}, "check_mode": True, "diff": True},
        CREATED: {"options": {**TWO, "policies": [EVERYBODY, CAP], "expect": EXPECTED}},
        UPDATED: {"options": {**TWO, "policies": [{**CAP, "condition": "false"}, {"name": "none", "state": "absent"}]}, "diff": True},
        DELETED: {"options": {**TWO, "policies": [{**CAP, "state": "absent"}]}},
        UNCHANGED: {"options": {**TWO, "policies": [EVERYBODY]}},
        NOT_MET: {"options": {**TWO, "policies": [CAP], "expect": [{**EXPECTED[0], "allowed": False}]}},
        REFUSED: {"options": {**TWO, "policies": [{**CAP, **REFUSAL}]}},
        WRONG_TOKEN: {"options": {**TWO, "policies": [], **UNKNOWN}},
        NO_ANSWER: {"options": {**TWO, "policies": [], **UNREACHABLE}},
        WRONG_OPTION: {"options": {**TWO, "policies": [{"name": "cap", "actor": "{unknown}"}]}},
    },
    "ai_gateway_policies_info": read_tasks({"names": ["everybody"]}, **TWO),
    "ai_gateway_account_info": {
        "all": {"options": {}},
        "one": {"options": {"gateways": ["two"], "kinds": ["policies", "dynamic_routes"]}},
        PROVIDERS_ONLY: {"options": {"kinds": ["custom_providers"]}},
        WRONG_TOKEN: {"options": UNKNOWN},
        NO_ANSWER: {"options": UNREACHABLE},
        WRONG_OPTION: {"options": {"gateways": [""]}},
    },
    "ai_gateways": {
        CREATED: {"options": {"gateways": [{"id": "one", **FULL}, {"id": "two"}]}, "diff": True},
        "changed": {"options": {"gateways": [{"id": "one", "cache_ttl": 1}, {"id": "two", "state": "absent"}, {"id": "three"}]}},
        UNCHANGED: {"options": {"gateways": [{"id": "one"}]}},
        SOME_FAILED: {"options": {"gateways": [{"id": "one"}, {"id": "four", **REFUSAL}]}},
        WRONG_TOKEN: {"options": {"gateways": [], **UNKNOWN}},
        NO_ANSWER: {"options": {"gateways": [], **UNREACHABLE}},
        WRONG_OPTION: {"options": {"gateways": [{"id": "one", "cache_ttl": -1}]}},
    },
    "ai_gateway_info": read_tasks({"ids": ["one"]}),
    "ai_gateway_account": {
        NEW_IN_CHECK_MODE: {"options": DOCUMENT, "check_mode": True, "diff": True},
        CREATED: {"options": DOCUMENT, "diff": True},
        UNCHANGED: {"options": DOCUMENT},
        UPDATED: {"options": CHANGED_DOCUMENT, "diff": True},
        ONLY_PROVIDERS: {"options": {"custom_providers": [{"slug": "house"}]}},
        f"{FAILS}purge limit": {"options": {**PURGE, "purge_limit": 1}},
        PURGED: {"options": PURGE},
        SOME_FAILED: {
            "options": {"gateways": [{**WHOLE, "custom_domains": []}, {"id": "four", "authentication": True, **CHILDREN, **REFUSAL}]}
        },
        DELETED: {"options": DELETION},
        WRONG_TOKEN: {"options": {**DOCUMENT, **UNKNOWN}},
        NO_ANSWER: {"options": {**DOCUMENT, **UNREACHABLE}},
        WRONG_OPTION: {"options": {"gateways": [{"id": "one", "policies": [{"name": "cap", "actor": "{unknown}"}]}]}},
    },
}


def returned(module: str, of_item: str) -> dict[str, set[str]]:
    """Return the tasks of a module for one item by their `returned`, for values that not all results contain.

    :param of_item: the item in the text of `returned`.
    """
    tasks = TASKS[module]
    return {
        "success, when O(state=present)": {name for name in tasks if not name.startswith(FAILS)} - {DELETED},
        f"not for a new {of_item} in check mode": set(tasks) - {NEW_IN_CHECK_MODE, BESIDE},
        "failure, when the API answered": {REFUSED, WRONG_TOKEN},
        "failure, when a request was made": {REFUSED, WRONG_TOKEN, NO_ANSWER},
    }


READ = {"failure, when the API answered": {WRONG_TOKEN}, "failure, when a request was made": {WRONG_TOKEN, NO_ANSWER}}
ACTED = {name for name in TASKS["ai_gateway_account"] if not name.startswith(FAILS) or name == SOME_FAILED}
# The tasks whose results contain a value, by its `returned`, besides `always` and `success`.
RETURNED: dict[str, dict[str, set[str]]] = {
    "ai_gateway": {**returned("ai_gateway", "gateway"), "success, when the gateway is deleted": {DELETED}},
    "ai_gateway_custom_domain": returned("ai_gateway_custom_domain", "custom domain"),
    "ai_gateway_custom_provider": {
        **returned("ai_gateway_custom_provider", "provider"),
        "when O(costs) is given": {NEW_IN_CHECK_MODE, CREATED, UNCHANGED, "other prices"},
    },
    "ai_gateway_dynamic_route": returned("ai_gateway_dynamic_route", "route"),
    "ai_gateway_provider_config": returned("ai_gateway_provider_config", "provider config"),
    "ai_gateway_policies": {
        "success, and when an expectation does not hold": {
            name for name in TASKS["ai_gateway_policies"] if not name.startswith(FAILS) or name == NOT_MET
        },
        "failure, when the API answered": {REFUSED, WRONG_TOKEN},
        "failure, when a request was made": {REFUSED, WRONG_TOKEN, NO_ANSWER},
    },
    "ai_gateway_secret": {
        **returned("ai_gateway_secret", "secret"),
        "always, except in check mode if the Secrets Store does not exist yet": set(TASKS["ai_gateway_secret"]) - {NEW_IN_CHECK_MODE},
    },
    **{module: READ for module in TASKS if module.endswith("_info")},
    "ai_gateway_account_info": {
        **READ,
        "when O(kinds) has V(custom_providers)": {"all", PROVIDERS_ONLY},
        "when O(kinds) has more than V(custom_providers)": {"all", "one"},
    },
    "ai_gateway_probe": {
        "when the API says whether the gateway exists": {"answered", "chat", "no key", "no gateway", UNEXPECTED},
        "when the API answered": set(TASKS["ai_gateway_probe"]) - {NO_ANSWER, WRONG_OPTION},
        "failure, when the API refused a request": {WRONG_TOKEN},
        "failure, when a request to the API failed": {WRONG_TOKEN, NO_ANSWER},
    },
    "ai_gateway_account": {
        "always, unless the task failed before it processed the first item": ACTED,
        "when O(custom_providers) is given": ACTED - {PURGED, SOME_FAILED},
        "when O(gateways) is given": ACTED - {ONLY_PROVIDERS},
        "failure, when the API returned an error while the task read the current state": {WRONG_TOKEN},
        "failure, when the current state could not be read": {WRONG_TOKEN, NO_ANSWER},
    },
    "ai_gateways": {
        "always, unless the task failed before it processed the first item": set(TASKS["ai_gateways"])
        - {WRONG_TOKEN, NO_ANSWER, WRONG_OPTION},
        "failure, when the API returned an error while the task read the current state": {WRONG_TOKEN},
        "failure, when the current state could not be read": {WRONG_TOKEN, NO_ANSWER},
    },
}
CASES = [(module, case) for module, tasks in TASKS.items() for case in tasks]
