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
    """Hide credentials, proxies and CA bundles of the environment from the tests."""
    for name in list(os.environ):
        if name.upper().startswith(HIDDEN_VARIABLES):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Return the requested pauses, in seconds. Nothing sleeps: a fake clock advances by these pauses only."""
    made = []
    monkeypatch.setattr(time, "sleep", made.append)
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + sum(made))
    return made


@pytest.fixture
def full_jitter(monkeypatch):
    """Make every random pause as long as possible: 0.5, 1, 2, 4, 8, 8 s."""
    monkeypatch.setattr("random.uniform", lambda low, high: high)


def no_body(request):
    """Match requests without a body."""
    return not request.body, "there is a body"


class Registry(OrderedRegistry):
    """An ordered script. Listings of the children of a gateway are empty unless the script contains them."""

    CHILD_LISTING = re.compile(r"/gateways/[^/]+/(provider_configs|routes|custom-domains|policies)(\?|$)")

    def find(self, request):
        """See OrderedRegistry."""
        is_scripted = self.registered and self.registered[0].matches(request)[0]
        listing = self.CHILD_LISTING.search(request.url) if request.method == "GET" and not is_scripted else None
        if listing:
            content = {"data": {"routes": []}} if listing[1] == "routes" else {"result": []}
            return responses.Response("GET", request.url, json={"success": True, **content}), []
        return super().find(request)


class Script:
    """An ordered script of exchanges. An unexpected or a missing request fails the test."""

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
        """Expect a request to ``path`` of the account with exactly this ``query`` and JSON ``body``, and with the headers ``sent``.

        The response contains ``answer`` as ``result`` and ``info`` as ``result_info``, or ``errors``, or it is the ``raw`` body.
        With ``error``, the request raises it instead.
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
        """Expect a request of a gateway client to ``url``, with at least the headers ``sent`` and exactly the JSON ``body``.

        The response is ``answer`` as JSON, or the ``raw`` body. With ``error``, the request raises it instead.
        """
        checks = [no_body] if body is None else [matchers.json_params_matcher(body)]
        checks.append(matchers.header_matcher(sent or {}))
        content = error or (json.dumps(answer) if raw is None else raw)
        self._mock.add(method, url, body=content, status=status, headers=headers, match=checks, content_type="application/json")

    def expect_page(self, items, *, number=1, total=None, search=None, **keywords):
        """Expect a request for a page of gateways, and answer with ``items``. ``total`` is the total that the API reports, if any."""
        query = {"page": number, "per_page": 100}
        if search is not None:
            query["search"] = search
        info = None if total is None else {"page": number, "per_page": 100, "count": len(items), "total_count": total}
        self.expect("GET", "/ai-gateway/gateways", query=query, answer=items, info=info, **keywords)

    @property
    def calls(self):
        """Return the prepared requests that were sent, in order."""
        return [call.request for call in self._mock.calls]

    def check(self):
        """Fail if a request was sent that is not in the script. For the module, it was a connection error."""
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
    """A local server, with TLS if ``tls`` is given. Each connection is handled by the next step of its script.

    A step is a function that takes the connection. The methods below provide steps. A connection without a step is recorded
    and closed.
    """

    def __init__(self, tls=None):
        self.received = []  # the request of each connection, as text
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
        """Return the body of a successful response with ``result``, as bytes."""
        return json.dumps({"success": True, "result": result}).encode("utf-8")

    @staticmethod
    def answer(body, *, status="200 OK", length=None, headers=()):
        """Return a step that sends a response. A ``length`` other than that of ``body`` simulates a truncated response."""
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", "Connection: close", *headers]
        lines.append(f"Content-Length: {len(body) if length is None else length}")
        return RawServer.send("\r\n".join([*lines, "", ""]).encode("utf-8") + body)

    @staticmethod
    def send(data):
        """Return a step that sends exactly ``data`` and closes the connection."""
        return lambda connection: connection.sendall(data)

    @staticmethod
    def reset(connection):
        """Reset the connection. This is a step."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def hang(self, connection):
        """Keep the connection open without sending anything. This is a step."""
        self._stopped.wait(10)

    def trickle(self, connection):
        """Send bytes at short intervals without ever completing the response. This is a step."""
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
        """Read a request with its body, or all data until the client closes the connection."""
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
    """Return a second server, to check that nothing is sent to it."""
    running = RawServer()
    yield running
    running.stop()


@pytest.fixture
def serve():
    """Return a function that starts a server with a TLS context."""
    running = []

    def start(tls):
        running.append(RawServer(tls))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def gateway():
    """Return a function that builds a gateway as the server stores it."""

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
    """Pass ``options`` to AnsibleModule, as the installed ansible-core requires."""
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
    """Request the invocation in results of in-process runs. Since ansible-core 2.21, results contain it only on request."""
    monkeypatch.setenv("ANSIBLE_INJECT_INVOCATION", "true")


@pytest.fixture
def run_module(capsys, monkeypatch):
    """Return a function that runs the real main() of a module and returns the JSON that it prints.

    ``connection=False`` omits the account and the token, ``token=False`` only the token.
    """

    def run(options, module="ai_gateway", *, check_mode=False, diff=False, env=None, connection=True, token=True):
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        given = {"account_id": ACCOUNT_ID, "api_token": API_TOKEN} if connection else {}
        if not token:
            del given["api_token"]
        internal = {"_ansible_check_mode": check_mode, "_ansible_diff": diff}
        if "inject_invocation" in PASS_VARS:  # the same for a module, as the controller does it
            internal["_ansible_inject_invocation"] = True
        for emitted in ("_global_warnings", "_global_deprecations"):
            if hasattr(warnings, emitted):
                getattr(warnings, emitted).clear()
        capsys.readouterr()
        with module_args(dict(given, **options, **internal)), pytest.raises(SystemExit):
            MODULES[module].main()
        return json.loads(capsys.readouterr().out)

    return run
