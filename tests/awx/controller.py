# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the part of AWX's API that the modules of awx.awx use to set it up. It stores objects, and starts no jobs.

It refuses what AWX is known to refuse, and changes what AWX is known to change. It accepts everything else.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.awx import rules
from tests.awx.lookups import UnknownField, matching, name_problems

Json = dict[str, Any]
# The status of the answer, and its body.
Answer = tuple[int, Any]

TOKEN = "example-controller-token"
ENCRYPTED = "$encrypted$"
GALAXY_TYPE = "Ansible Galaxy/Automation Hub API Token"
# The kinds of objects, with the values that AWX fills in if a request does not contain them.
DEFAULTS: Mapping[str, Json] = {
    "organizations": {"description": "", "max_hosts": 0},
    "credential_types": {"description": "", "managed": False, "inputs": {}, "injectors": {}},
    "credentials": {"description": "", "inputs": {}, "organization": None},
    "execution_environments": {"description": "", "organization": None},
    "projects": {"description": "", "scm_revision": "", "scm_clean": False},
    "inventories": {"description": "", "kind": "", "host_filter": None},
    "inventory_sources": {"description": ""},
    "hosts": {"description": "", "enabled": True, "variables": ""},
    "job_templates": {"description": "", "survey_enabled": False, "diff_mode": False, "allow_simultaneous": False},
    "workflow_job_templates": {"description": "", "survey_enabled": False},
    "workflow_job_template_nodes": {"extra_data": {}},
}
TEMPLATES = ("job_templates", "workflow_job_templates", "projects")
# Objects that are deleted together with another object, and the field that refers to it.
OWNED = {
    "organizations": (("credentials", "organization"), ("execution_environments", "organization")),
    "inventories": (("hosts", "inventory"),),
    "workflow_job_templates": (("workflow_job_template_nodes", "workflow_job_template"),),
}
REVISION = "0123456"


class Controller:
    """The stored objects by kind and id. ``writes`` contains each change as method and path. Every project has the same ``playbooks``."""

    def __init__(self, playbooks: tuple[str, ...]) -> None:
        self.playbooks = playbooks
        self.objects: dict[str, dict[int, Json]] = {kind: {} for kind in DEFAULTS}
        self.related: dict[str, list[int]] = defaultdict(list)
        self.surveys: dict[str, Json] = {}
        self.writes: list[str] = []
        self._last_id = 0
        galaxy = self.create("credential_types", {"name": GALAXY_TYPE, "kind": "galaxy", "managed": True})
        self.create("credentials", {"name": "Ansible Galaxy", "credential_type": galaxy["id"]})

    def named(self, kind: str, name: str) -> Json:
        """Return the only object of that name."""
        (found,) = [entry for entry in self.objects[kind].values() if entry["name"] == name]
        return found

    def names(self, kind: str) -> list[str]:
        return [str(entry["name"]) for entry in self.objects[kind].values()]

    def names_of(self, kind: str, item: Json, relation: str) -> list[str]:
        """Return the names, or identifiers, of the objects that are associated with an object."""
        found = (self._find(key) for key in self.related[f"{kind}/{item['id']}/{relation}"])
        return [str(entry.get("name", entry.get("identifier"))) for entry in found]

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
        """Return the response of AWX to a request for a path below /api/v2/."""
        if method != "GET":
            self.writes.append(f"{method} {path}")
        parts = path.strip("/").split("/")
        if parts[0] == "project_updates":
            self._end_updates()
            # Updates and projects have separate sequences of ids, so this id is also the id of a project.
            update = {"id": min(self.objects["projects"]), "finished": "now", "failed": False, "status": "successful"}
            return 200, {**update, "scm_revision": REVISION}
        if len(parts) == 1:
            return self._list(parts[0], query) if method == "GET" else self._post(parts[0], body)
        item = self.objects[parts[0]].get(int(parts[1]))
        if item is None:
            return 404, {"detail": "Not found."}
        return self._on_item(method, parts[0], item, body) if len(parts) == 2 else self._on_relation(method, parts, item, body)

    def _on_item(self, method: str, kind: str, item: Json, body: Json) -> Answer:
        if method == "DELETE":
            return self._delete(kind, item)
        if method == "PATCH":
            return self._change(kind, item, body)
        return 200, self._shown(item)

    def _change(self, kind: str, item: Json, body: Json) -> Answer:
        stored = _as_stored(kind, body)
        if kind == "credential_types" and self._is_used(item) and stored.get("inputs", item["inputs"]) != item["inputs"]:
            return 403, {"detail": "Modifications to inputs are not allowed for credential types that are in use"}
        others = [other for other in self.objects[kind].values() if other is not item]
        problems = name_problems(kind, {**item, **stored}, others)
        if kind == "execution_environments" and stored.get("organization", item["organization"]) != item["organization"]:
            problems.append("Cannot change the organization of an execution environment")
        if problems:
            return 400, {"error": problems}
        item.update(stored)
        return 200, self._shown(item)

    def _on_relation(self, method: str, parts: list[str], item: Json, body: Json) -> Answer:
        key, relation = "/".join(parts), parts[2]
        if relation == "survey_spec":
            return (200, self.surveys.get(key, {})) if method == "GET" else self._store_survey(key, body)
        if relation == "update":
            return 202, {"url": "/api/v2/project_updates/1/"}
        if method == "GET":
            return 200, _page([self._shown(self._find(number)) for number in self.related[key]])
        if parts[0] == "workflow_job_template_nodes" and relation == "credentials" and not self._prompts_for(item, "credential"):
            return 400, {"detail": "Related template is not configured to accept credentials on launch."}
        if relation == "credentials" and not body.get("disassociate") and self._has_credential_of_same_type(key, body["id"]):
            return 400, {"error": "Cannot assign multiple credentials of a type."}
        change = self.related[key].remove if body.get("disassociate") else self.related[key].append
        change(body["id"])
        return 204, None

    def _store_survey(self, key: str, body: Json) -> Answer:
        refused = _refusal(rules.refused_survey(body))
        if not refused:
            self.surveys[key] = body
        return refused or (200, None)

    def _list(self, kind: str, query: Mapping[str, str]) -> Answer:
        kinds = TEMPLATES if kind == "unified_job_templates" else (kind,)
        items = [item for each in kinds for item in self.objects[each].values()]
        try:
            return 200, _page([self._shown(item) for item in matching(items, query, self._find)])
        except UnknownField as error:
            return 400, {"detail": str(error)}

    def _post(self, kind: str, body: Json) -> Answer:
        if kind == "job_templates":
            # In AWX, a job template always belongs to the organization of its project, whatever the request contains.
            body = {**body, "organization": self._find(body["project"])["organization"]}
        refused = _refusal(self._refusals(kind, body) + name_problems(kind, body, self.objects[kind].values()))
        return refused or (201, self._shown(self.create(kind, _as_stored(kind, body))))

    def _refusals(self, kind: str, body: Json) -> list[str]:
        if kind == "credential_types":
            return rules.refused_credential_type(body)
        if kind == "credentials":
            known = {field["id"] for field in self._find(body["credential_type"])["inputs"]["fields"]}
            return [f"{name} is no input" for name in set(body["inputs"]) - known]
        if kind == "job_templates":
            fetched = self._find(body["project"])["scm_revision"]
            return [] if fetched and body["playbook"] in self.playbooks else ["Playbook not found for project."]
        if kind == "workflow_job_template_nodes":
            return ["Field is not configured to prompt on launch."] if body.get("limit") and not self._prompts_for(body, "limit") else []
        return []

    def _is_used(self, credential_type: Json) -> bool:
        return any(entry["credential_type"] == credential_type["id"] for entry in self.objects["credentials"].values())

    def _has_credential_of_same_type(self, key: str, credential: int) -> bool:
        """Return whether the related credentials already include one of the same type."""
        return self._find(credential)["credential_type"] in [self._find(number)["credential_type"] for number in self.related[key]]

    def _prompts_for(self, node: Json, field: str) -> bool:
        """Return whether the template of a node prompts for a field on launch."""
        return bool(self._find(node["unified_job_template"]).get(f"ask_{field}_on_launch"))

    def create(self, kind: str, body: Json) -> Json:
        """Store an object without validation, and return it."""
        self._last_id += 1
        url = f"/api/v2/{kind}/{self._last_id}/"
        related = {name: f"{url}{name}/" for name in ("survey_spec", "update")}
        item = {**DEFAULTS[kind], **body, "id": self._last_id, "type": kind[:-1], "url": url, "related": related, "summary_fields": {}}
        if kind == "projects":
            # AWX starts the first update by itself.
            item["summary_fields"] = {"current_update": {"id": 1}}
        self.objects[kind][self._last_id] = item
        return item

    def _delete(self, kind: str, item: Json) -> Answer:
        if kind == "credential_types" and self._is_used(item):
            return 403, {"detail": "Credential types that are in use cannot be deleted"}
        del self.objects[kind][item["id"]]
        for owned, field in OWNED.get(kind, ()):
            self.objects[owned] = {number: entry for number, entry in self.objects[owned].items() if entry.get(field) != item["id"]}
        return 204, None

    def _end_updates(self) -> None:
        for project in self.objects["projects"].values():
            project.update(scm_revision=REVISION, summary_fields={})

    def _find(self, number: int) -> Json:
        return next(items[number] for items in self.objects.values() if number in items)

    def _shown(self, item: Json) -> Json:
        """Return an object as AWX returns it, with the names of related objects and without secrets."""
        named = {name: self._find(item[name]) for name in ("organization", "credential_type") if item.get(name)}
        summaries = {name: {"id": entry["id"], "name": entry["name"]} for name, entry in named.items()}
        item = {**item, "summary_fields": {**item["summary_fields"], **summaries}}
        if item["type"] != "credential" or not item["inputs"]:
            return item
        fields = self._find(item["credential_type"])["inputs"]["fields"]
        secret = {field["id"] for field in fields if field.get("secret")}
        return {**item, "inputs": {name: ENCRYPTED if name in secret else value for name, value in item["inputs"].items()}}


def _as_stored(kind: str, body: Json) -> Json:
    """Return an object as AWX stores it. A null counts as not given."""
    body = {name: value for name, value in body.items() if value is not None}
    if kind == "credential_types" and "inputs" in body:
        fields = [{"type": "string", **field} for field in body["inputs"]["fields"]]
        return {**body, "inputs": {**body["inputs"], "fields": fields}}
    return body


def _refusal(problems: list[str]) -> Answer | None:
    return (400, {"error": problems}) if problems else None


def _page(items: list[Json]) -> Json:
    return {"count": len(items), "next": None, "results": items}


def _handler(answer: Callable[[str, str, Mapping[str, str], Json], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            url = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, content = 401, {"detail": "Authentication credentials were not provided."}
            else:
                status, content = answer(self.command, url.path.removeprefix("/api/v2"), dict(parse_qsl(url.query)), body)
            self.send_response(status)
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.end_headers()
            if content is not None:
                self.wfile.write(json.dumps(content).encode())

        do_GET = do_POST = do_PATCH = do_DELETE = _respond

        def log_message(self, *_words: Any) -> None:
            """Log nothing."""

    return Handler


@contextmanager
def serving(controller: Controller) -> Iterator[str]:
    """Serve the controller, and yield its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(controller.answer)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
