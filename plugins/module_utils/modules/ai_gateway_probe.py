# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implementation of the module ``ai_gateway_probe``: check whether a gateway answers its clients, and diagnose failures."""

from __future__ import annotations

from contextlib import closing
from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api.client import Client
from ansible_collections.edgeops.cloudflare.plugins.module_utils.errors import CollectionError, InvalidOptions
from ansible_collections.edgeops.cloudflare.plugins.module_utils.modules.probe_client import (
    Observation,
    ProbeClient,
    Target,
    cache_of,
    invalid_token,
    step_of,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.argument_spec import options_of
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.connection_options import (
    API_TOKEN,
    BASE_URL,
    CONNECTION_OPTIONS,
    url_problems,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.options.declare import key_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.diagnosis import Diagnosis
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.scrubbing import Scrubber
from ansible_collections.edgeops.cloudflare.plugins.module_utils.output.verdicts import VERDICTS, explain
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client import ResourceClient
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.waiting import wait_for
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.bounds import problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_domain import CUSTOM_DOMAIN
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.dynamic_route import DYNAMIC_ROUTE
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.field import Field, Resource
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.gateway import GATEWAY, GATEWAY_ID, metadata_problems
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.provider_config import DEFAULT_ALIAS, NAME, PROVIDER_CONFIG
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.providers import PROVIDERS
from ansible_collections.edgeops.cloudflare.plugins.module_utils.runtime.execute import TaskSpec
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import name_some

GATEWAY_URL = "https://gateway.ai.cloudflare.com"
USUAL_PROVIDER = "openai"
NOTHING = Observation(Diagnosis(""), 0)
# Advice for a missing gateway: if the API does not have it either, and if the API has it.
NOT_CREATED = "Create it, or check account_id and gateway_id."
NOT_ARRIVED = "The API has it, so a change may not have arrived yet: try again later, and check gateway_url and hostname."
NOT_FOUND = "A stored key is found by the name of its secret, GATEWAY_PROVIDER_ALIAS, and only if that has the scope ai_gateway."
NOT_ASKED = "Because of check mode, only a free request was sent, not the one that you asked for."
OPTIONS = (
    Field(
        "run_token",
        "str",
        secret=True,
        pattern=(r"[\x21-\x7e]+", "not contain a line break, a space or another character that is not allowed in a header"),
    ),
    Field("provider", "str", min_length=1, max_length=64, pattern=NAME),
    Field("alias", "str", min_length=1, max_length=64, pattern=NAME),
    Field("model", "str", min_length=1, max_length=256),
    Field("route", "str", min_length=1, max_length=256),
    Field("hostname", "str", min_length=1, max_length=253, pattern=CUSTOM_DOMAIN.id.pattern),
    Field("request", "bool", default=False),
    Field("max_tokens", "int", minimum=1, maximum=64, default=16),
    Field("metadata", "dict"),
    Field("skip_cache", "bool", default=True),
    Field("retry_seconds", "int", minimum=0, maximum=600, default=30),
    Field("gateway_url", "str", env="CLOUDFLARE_AI_GATEWAY_URL", forbidden=BASE_URL.forbidden),
    Field("expect", "list", elements="str", choices=tuple(VERDICTS)),
)
# Not a resource of the API. It defines the options of the module, and which of them are secret.
PROBE = Resource(name="probe", path=GATEWAY.path, id=GATEWAY_ID, settings=OPTIONS, read_only={})
FIELDS = (*CONNECTION_OPTIONS, GATEWAY_ID, *OPTIONS)


class Unexpected(CollectionError):
    """The verdict is not one of the expected ones."""

    def __init__(self, expected: Sequence[str], result: dict[str, Any]) -> None:
        super().__init__(
            f"The verdict is {result['verdict']!r}, but {' or '.join(map(repr, expected))} was expected. {result['explanation']}"
        )
        self._result = result

    def details(self) -> dict[str, Any]:
        """Return the result of the probe."""
        return self._result


class Probe(NamedTuple):
    """The parsed options of a task. If the provider of ``target`` is empty, one with a stored key is used."""

    target: Target
    token: str
    url: str
    request: bool
    retry_seconds: int
    expect: tuple[str, ...]


def parse_options(options: dict[str, Any]) -> Probe:
    """Return the task for the options.

    :raises InvalidOptions: with all problems.
    """
    found = [problem for field in OPTIONS for problem in problems(field, options[field.name], field.name)]
    found += key_problems(GATEWAY_ID, options["gateway_id"])
    found += url_problems(PROBE.named("gateway_url"), options["gateway_url"], GATEWAY_URL)
    found += ["gateway_url is empty: give it a value, or leave it out"] if options["gateway_url"] == "" else []
    found += metadata_problems(options["metadata"] or {}, "metadata")
    token = options["run_token"] or options[API_TOKEN.name]
    if not token:
        found.append(
            "run_token is missing: a gateway does not accept an email address and a key. Give a token with the permission 'AI Gateway Run'"
        )
    if options["request"] and not (options["model"] or options["route"]):
        found.append("request is true, but neither model nor route is given: set one of them")
    if options["route"]:
        found += [f"route and {name} are given together: keep one of them" for name in ("alias", "model") if options[name]]
    if found:
        raise InvalidOptions(found)
    url = options["gateway_url"] or (f"https://{options['hostname']}" if options["hostname"] else GATEWAY_URL)
    target = Target(**{name: _given(options[name]) for name in Target._fields})
    return Probe(target, str(token), url, options["request"], options["retry_seconds"], tuple(options["expect"] or ()))


def _given(value: Any) -> Any:
    return "" if value is None else value


def run(probe: Probe, check_mode: bool, client: Client) -> dict[str, Any]:
    """Probe the gateway, and return the module's result. Nothing is changed.

    :raises Unexpected: if the verdict is not one of the expected ones.
    :raises CollectionError: if the gateway, its keys or its routes cannot be read from the API.
    """
    result = _probe(probe, check_mode, client)
    if probe.expect and result["verdict"] not in probe.expect:
        raise Unexpected(probe.expect, result)
    return result


def _probe(probe: Probe, check_mode: bool, client: Client) -> dict[str, Any]:
    place = {"gateway_id": probe.target.gateway_id}
    # Checked first, because the first request of a client to the gateway "default" would create it.
    gateway = ResourceClient(client, GATEWAY).get(probe.target.gateway_id)
    if gateway is None:
        return _result(probe, "no_gateway")
    keys = ResourceClient(client, PROVIDER_CONFIG, place).all()
    probe = probe._replace(target=probe.target._replace(provider=probe.target.provider or _provider_with_key(keys)))
    aliases = sorted(str(key["alias"]) for key in keys if key.get("provider_slug") == probe.target.provider and key.get("alias"))
    if probe.target.route:
        routes = sorted(str(route.get("name")) for route in ResourceClient(client, DYNAMIC_ROUTE, place).all())
        if probe.target.route not in routes:
            return _result(probe, "no_route", aliases=aliases, routes=routes)
    token = invalid_token()
    client.secrets.add(token)
    with closing(client.for_host(probe.url)) as plain:
        probe_client = ProbeClient(plain, client.account_id, probe.target, Scrubber(client.secrets))
        observation = _observe(probe, check_mode, client, probe_client, aliases)
        is_open = VERDICTS[observation.diagnosis.verdict].passed
        if is_open:
            is_open = VERDICTS[probe_client.list_models(token).diagnosis.verdict].passed
    verdict = "open" if is_open and observation.diagnosis.verdict == "answered" else observation.diagnosis.verdict
    result = _result(probe, verdict, observation, is_open, aliases)
    remarks = [*_remarks(result, gateway), *_not_asked(probe, check_mode)]
    return {**result, "explanation": " ".join([result["explanation"], *remarks])}


def _not_asked(probe: Probe, check_mode: bool) -> list[str]:
    """Return a remark if the request that was sent is not the one that the options describe."""
    if probe.request and check_mode:
        return [NOT_ASKED]
    if probe.target.route and not probe.request:
        return [f"The dynamic route {probe.target.route} exists, but was not asked: set request to true for that."]
    return []


def _provider_with_key(keys: Sequence[dict[str, Any]]) -> str:
    """Return the first provider that has a stored key and a list of models."""
    return next((str(key["provider_slug"]) for key in keys if key.get("provider_slug") in PROVIDERS), USUAL_PROVIDER)


def _remarks(result: Mapping[str, Any], gateway: Mapping[str, Any]) -> list[str]:
    """Return remarks on a result that follow from the settings of the gateway."""
    found = []
    missing = [name for name in ("authentication", "store_id") if not gateway.get(name)]
    if result["verdict"] in ("no_key", "key_unavailable") and result["stored_aliases"]:
        found.append(f"The gateway uses stored keys only if {' and '.join(missing)} is set." if missing else NOT_FOUND)
    if result["is_open"] and result["verdict"] != "open":
        found.append("The gateway is open to anybody: it also accepted an invalid token.")
    if result["is_open"] and gateway.get("authentication"):
        found.append("According to the API, authentication is true, so a change may not have arrived yet.")
    return found


def _observe(probe: Probe, check_mode: bool, client: Client, probe_client: ProbeClient, aliases: Sequence[str]) -> Observation:
    """Send the request, and repeat it while its verdict may be temporary."""
    send = probe_client.chat if probe.request and not check_mode else probe_client.list_models
    has_key = (probe.target.alias or DEFAULT_ALIAS) in aliases

    def is_done(observation: Observation) -> bool:
        verdict = observation.diagnosis.verdict
        is_lasting = verdict in ("no_key", "no_alias") and not has_key
        is_done = observation.is_final or is_lasting or verdict in probe.expect or not VERDICTS[verdict].may_pass
        if not is_done and probe.retry_seconds:
            client.report_progress(f"the verdict is {verdict}, which may pass; trying again for at most {probe.retry_seconds} s")
        return is_done

    return wait_for(lambda: send(probe.token), is_done, probe.retry_seconds)


def _result(
    probe: Probe,
    verdict: str,
    observation: Observation = NOTHING,
    is_open: bool | None = None,
    aliases: Sequence[str] = (),
    routes: Sequence[str] = (),
) -> dict[str, Any]:
    target, headers = probe.target, observation.headers
    is_routed = observation.is_chat and bool(target.route)
    provider = headers.get("provider") or ("" if is_routed else target.provider) or None
    model = headers.get("model") or observation.diagnosis.model
    facts = {
        **{name: str(getattr(target, name)) for name in ("gateway_id", "route")},
        "missing": NOT_CREATED if observation is NOTHING else NOT_ARRIVED,
        "provider": provider or "the dynamic route",
        "alias": target.alias or DEFAULT_ALIAS,
        "aliases": name_some(aliases) or "none",
        "routes": name_some(routes) or "none",
        "host": target.hostname or probe.url,
        "duration_ms": str(observation.duration_ms),
        "how": _answer_details(observation, model),
    }
    return {
        "changed": False,
        "verdict": verdict,
        "explanation": explain(verdict, facts, observation.diagnosis.message),
        "answered": verdict in ("answered", "open"),
        "is_open": is_open,
        "status": observation.status,
        "code": observation.diagnosis.code,
        "duration_ms": observation.duration_ms if observation is not NOTHING else None,
        "provider": provider,
        "model": model,
        "step": step_of(observation),
        "cache": cache_of(observation),
        "stored_aliases": list(aliases),
        "log_id": headers.get("log-id"),
    }


def _answer_details(observation: Observation, model: str | None) -> str:
    """Return how a request was answered, as the end of a sentence."""
    step = step_of(observation)
    parts = [] if observation.is_chat else ["with its list of models"]
    parts += [f"with the model {model}"] if model else []
    parts += [f"as the fallback for {step} other {'model' if step == 1 else 'models'}"] if step else []
    parts += ["from the cache"] if cache_of(observation) == "hit" else []
    return "".join(f" {part}" for part in parts)


TASK_SPEC = TaskSpec(PROBE, FIELDS, lambda: options_of(FIELDS), parse_options, run)
