# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What unit tests share: the real main() of a module, and an ordered script of HTTP exchanges."""

from __future__ import annotations

import contextlib
import json
import os

import pytest
import responses
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.parameters import PASS_VARS
from responses import matchers
from responses.registries import OrderedRegistry

from ansible_collections.edgeops.cloudflare.plugins.module_utils.api import client as client_module
from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import apply as apply_module
from ansible_collections.edgeops.cloudflare.plugins.modules import ai_gateway as ai_gateway_module

BASE_URL = "https://api.cloudflare.com/client/v4"
ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
API_TOKEN = "invented-token"
HIDDEN_VARIABLES = ("CLOUDFLARE_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """No credentials, proxies or CA bundles of the person who runs the tests."""
    for name in list(os.environ):
        if name.upper().startswith(HIDDEN_VARIABLES):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """The pauses that were asked for, in seconds. None is really made."""
    made = []
    monkeypatch.setattr(client_module.time, "sleep", made.append)
    monkeypatch.setattr(apply_module.time, "sleep", made.append)
    return made


class Script:
    """An ordered script of exchanges; anything else that is sent, or not sent, fails the test."""

    def __init__(self, mock):
        self.account_id = ACCOUNT_ID
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
    ):
        """Expect a request to C(path) below the account, with exactly the JSON C(body) and with the headers C(sent).

        It is answered with C(answer) as the result, with C(errors), with the C(raw) body, or by raising C(error).
        """
        checks = [matchers.query_param_matcher({})]
        if body is not None:
            checks.append(matchers.json_params_matcher(body))
        if sent is not None:
            checks.append(matchers.header_matcher(sent))
        content = raw if error is None else error
        if content is None:
            envelope = {"success": True, "result": answer} if errors is None else {"success": False, "errors": errors}
            content = json.dumps(envelope) if status < 500 else ""
        url = BASE_URL + "/accounts/" + self.account_id + path
        kind = content_type or "application/json"
        self._mock.add(method, url, body=content, status=status, headers=headers, match=checks, content_type=kind)

    @property
    def calls(self):
        """What was sent, in order, as prepared requests."""
        return [call.request for call in self._mock.calls]


@pytest.fixture
def api():
    with responses.RequestsMock(registry=OrderedRegistry, assert_all_requests_are_fired=True) as mock:
        yield Script(mock)


@pytest.fixture
def gateway():
    """A builder of gateways as a server stores them."""

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
    """Let AnsibleModule read C(options), in the way of the ansible-core that is installed."""
    try:
        from ansible.module_utils.testing import patch_module_args
    except ImportError:  # before ansible-core 2.19
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode("utf-8")
        yield
        basic._ANSIBLE_ARGS = None
    else:
        with patch_module_args(options):
            yield


@pytest.fixture
def run_module(capsys, monkeypatch):
    """Run the real main() and return the JSON that it prints.

    C(connection=False) leaves out the account and the token, C(token=False) only the token.
    """

    def run(options, *, check_mode=False, diff=False, env=None, connection=True, token=True):
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        given = {"account_id": ACCOUNT_ID, "api_token": API_TOKEN} if connection else {}
        if not token:
            del given["api_token"]
        internal = {"_ansible_check_mode": check_mode, "_ansible_diff": diff}
        if "inject_invocation" in PASS_VARS:  # from 2.21 on, a result has its invocation only where it is asked for
            internal["_ansible_inject_invocation"] = True
        for emitted in ("_global_warnings", "_global_deprecations"):
            if hasattr(warnings, emitted):
                getattr(warnings, emitted).clear()
        capsys.readouterr()
        with module_args(dict(given, **options, **internal)), pytest.raises(SystemExit):
            ai_gateway_module.main()
        return json.loads(capsys.readouterr().out)

    return run
