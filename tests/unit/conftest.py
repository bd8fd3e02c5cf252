# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared fixtures of unit tests: the real main() of a module, an ordered script of HTTP exchanges, and a real server."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import re
import socket
import struct
import threading
import time

import pytest
import requests
import responses
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.parameters import PASS_VARS
from responses import matchers
from responses.registries import OrderedRegistry

from ansible_collections.edgeops.cloudflare.plugins import modules

MODULES = {
    name: importlib.import_module(f"{modules.__name__}.{name}") for _finder, name, _package in pkgutil.iter_modules(modules.__path__)
}

BASE_URL = "https://api.cloudflare.com/client/v4"
ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
API_TOKEN = "invented-token"
TLS_HANDSHAKE = b"\x16"
HIDDEN_VARIABLES = ("CLOUDFLARE_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """No credentials, proxies or CA bundles of the person who runs the tests."""
    for name in list(os.environ):
        if name.upper().startswith(HIDDEN_VARIABLES):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Return the pauses that were asked for, in seconds. None is really made, but the clock moves on by them, and only by them."""
    made = []
    monkeypatch.setattr(time, "sleep", made.append)
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + sum(made))
    return made


@pytest.fixture
def full_jitter(monkeypatch):
    """Let every random pause be as long as it can be: 0.5, 1, 2, 4, 8, 8 s."""
    monkeypatch.setattr("random.uniform", lambda low, high: high)


def no_body(request):
    """Return a matcher for requests that carry nothing."""
    return not request.body, "there is a body"


class Registry(OrderedRegistry):
    """An ordered script for an account where nothing belongs to a gateway, unless the script has such a listing itself."""

    BELOW = re.compile(r"/gateways/[^/]+/(provider_configs|routes|custom-domains|policies)(\?|$)")

    def find(self, request):
        """See OrderedRegistry."""
        is_scripted = self.registered and self.registered[0].matches(request)[0]
        listing = self.BELOW.search(request.url) if request.method == "GET" and not is_scripted else None
        if listing:
            content = {"data": {"routes": []}} if listing[1] == "routes" else {"result": []}
            return responses.Response("GET", request.url, json={"success": True, **content}), []
        return super().find(request)


class Script:
    """An ordered script of exchanges; anything else that is sent, or not sent, fails the test."""

    def __init__(self, mock):
        self.account_id = ACCOUNT_ID
        self.base_url = BASE_URL
        self._mock = mock

    def expect(
        self,
        method,
        path,
        *,
        status=200,
        answer=None,
        errors=None,
        body=None,
        raw=None,
        headers=None,
        sent=None,
        error=None,
        content_type=None,
        query=None,
        info=None,
    ):
        """Expect a request to ``path`` below the account with exactly this ``query`` and JSON ``body``, and with the headers ``sent``.

        The answer has ``answer`` as its result and ``info`` about it, or ``errors``, or the ``raw`` body; or ``error`` is raised.
        """
        checks = [matchers.query_param_matcher(query or {})]
        if method in ("GET", "DELETE"):
            checks.append(no_body)
        if body is not None:
            checks.append(matchers.json_params_matcher(body))
        if sent is not None:
            checks.append(matchers.header_matcher(sent))
        content = raw if error is None else error
        if content is None:
            envelope = {"success": True, "result": answer} if errors is None else {"success": False, "errors": errors}
            if info is not None:
                envelope["result_info"] = info
            content = json.dumps(envelope) if status < 500 else ""
        url = self.base_url + "/accounts/" + self.account_id + path
        kind = content_type or "application/json"
        self._mock.add(method, url, body=content, status=status, headers=headers, match=checks, content_type=kind)

    def expect_client(self, method, url, *, status=200, answer=None, raw=None, headers=None, sent=None, body=None, error=None):
        """Expect a request of a client of a gateway to ``url``, with at least the headers ``sent`` and exactly the JSON ``body``.

        It is answered with ``answer`` as JSON, with the ``raw`` body, or by raising ``error``.
        """
        checks = [no_body] if body is None else [matchers.json_params_matcher(body)]
        checks.append(matchers.header_matcher(sent or {}))
        content = error or (json.dumps(answer) if raw is None else raw)
        self._mock.add(method, url, body=content, status=status, headers=headers, match=checks, content_type="application/json")

    def expect_page(self, items, *, number=1, total=None, search=None, **keywords):
        """Expect that a page of gateways is asked for, and answer with the ``items``, of ``total`` if the API reports it."""
        query = {"page": number, "per_page": 100}
        if search is not None:
            query["search"] = search
        info = None if total is None else {"page": number, "per_page": 100, "count": len(items), "total_count": total}
        self.expect("GET", "/ai-gateway/gateways", query=query, answer=items, info=info, **keywords)

    @property
    def calls(self):
        """Return what was sent, in order, as prepared requests."""
        return [call.request for call in self._mock.calls]

    def check(self):
        """Fail if something was sent that is not in the script; the module takes that for a failing connection."""
        unexpected = [
            call.request
            for call in self._mock.calls
            if isinstance(call.response, requests.ConnectionError) and "refused by Responses" in str(call.response)
        ]
        assert [(request.method, request.url, request.body) for request in unexpected] == []


@pytest.fixture
def api():
    with responses.RequestsMock(registry=Registry, assert_all_requests_are_fired=True) as mock:
        script = Script(mock)
        yield script
        script.check()


class RawServer:
    """A server on this machine, with ``tls`` if it is given. It hands one connection after another to the next step of its script.

    A step is a function of the connection; those that tests need are made by the methods below. A connection that the
    script does not foresee is recorded and closed.
    """

    def __init__(self, tls=None):
        self.received = []  # what each connection asked, as text
        self._tls = tls
        self._script = []
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    @property
    def base_url(self):
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    def then(self, *steps):
        self._script.extend(steps)

    def stop(self):
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    @staticmethod
    def envelope(result):
        """Return the bytes of a good answer about ``result``."""
        return json.dumps({"success": True, "result": result}).encode("utf-8")

    @staticmethod
    def answer(body, *, status="200 OK", length=None, headers=()):
        """Return a step that sends an answer; a ``length`` other than that of the ``body`` makes it a cut one."""
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", "Connection: close", *headers]
        lines.append(f"Content-Length: {len(body) if length is None else length}")
        return RawServer.send("\r\n".join([*lines, "", ""]).encode("utf-8") + body)

    @staticmethod
    def send(data):
        """Return a step that sends just these bytes and closes the connection."""
        return lambda connection: connection.sendall(data)

    @staticmethod
    def reset(connection):
        """Return a step: break the connection off."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def hang(self, connection):
        """Return a step: keep the connection and say nothing."""
        self._stopped.wait(10)

    def trickle(self, connection):
        """Return a step: never finish the answer, and never pause for long either."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        deadline = time.monotonic() + 10
        while not self._stopped.wait(0.2) and time.monotonic() < deadline:
            connection.sendall(b" ")

    def _serve(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            step = self._script.pop(0) if self._script else None
            threading.Thread(target=self._handle, args=(connection, step), daemon=True).start()

    def _handle(self, connection, step):
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            with self._tls.wrap_socket(connection, server_side=True) if self._tls else contextlib.nullcontext(connection) as inner:
                self.received.append(self._request(inner))
                if step:
                    step(inner)

    @staticmethod
    def _request(connection):
        """Read a request with its body, or whatever comes until the other side closes."""
        data = b""
        part = connection.recv(65536)
        while part:
            data += part
            head, end, body = data.partition(b"\r\n\r\n")
            lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            if data.startswith(TLS_HANDSHAKE) or (end and len(body) >= int(lengths[0] if lengths else 0)):
                break
            part = connection.recv(65536)
        return data.decode("latin-1")


@pytest.fixture
def raw_server():
    running = RawServer()
    yield running
    running.stop()


@pytest.fixture
def other_server():
    """Return a second one, for what must not go elsewhere."""
    running = RawServer()
    yield running
    running.stop()


@pytest.fixture
def serve():
    """Return a builder of servers, each with the TLS context that it is given."""
    running = []

    def start(tls):
        running.append(RawServer(tls))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def gateway():
    """Return a builder of gateways as a server stores them."""

    def build(**settings):
        stored = {
            "id": "a",
            "created_at": "2026-01-01T00:00:00.000Z",
            "modified_at": "2026-01-01T00:00:00.000Z",
            "is_default": False,
            "cache_invalidate_on_update": True,
            "cache_ttl": 0,
            "collect_logs": True,
            "rate_limiting_interval": 0,
            "rate_limiting_limit": 0,
        }
        return dict(stored, **settings)

    return build


@contextlib.contextmanager
def module_args(options):
    """Let AnsibleModule read ``options``, in the way of the ansible-core that is installed."""
    try:
        from ansible.module_utils.testing import patch_module_args
    except ImportError:  # before ansible-core 2.19
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode("utf-8")
        yield
        basic._ANSIBLE_ARGS = None
    else:
        with patch_module_args(options):
            yield


@pytest.fixture(autouse=True)
def invocation(monkeypatch):
    """From ansible-core 2.21 on, a result has its invocation only where it is asked for: here for what runs in-process."""
    monkeypatch.setenv("ANSIBLE_INJECT_INVOCATION", "true")


@pytest.fixture
def run_module(capsys, monkeypatch):
    """Run the real main() and return the JSON that it prints.

    It is that of ``ai_gateway`` unless another ``module`` is named. ``connection=False`` leaves out the account and the token,
    ``token=False`` only the token.
    """

    def run(options, module="ai_gateway", *, check_mode=False, diff=False, env=None, connection=True, token=True):
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        given = {"account_id": ACCOUNT_ID, "api_token": API_TOKEN} if connection else {}
        if not token:
            del given["api_token"]
        internal = {"_ansible_check_mode": check_mode, "_ansible_diff": diff}
        if "inject_invocation" in PASS_VARS:  # and here for a module, as the controller would
            internal["_ansible_inject_invocation"] = True
        for emitted in ("_global_warnings", "_global_deprecations"):
            if hasattr(warnings, emitted):
                getattr(warnings, emitted).clear()
        capsys.readouterr()
        with module_args(dict(given, **options, **internal)), pytest.raises(SystemExit):
            MODULES[module].main()
        return json.loads(capsys.readouterr().out)

    return run
